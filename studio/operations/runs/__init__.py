"""Match runs: computed, judged, stored."""
