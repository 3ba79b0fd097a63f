"""Rules and presets of a match, and what a match reads."""
