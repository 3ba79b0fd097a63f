"""Demo data: a fictional studio, its people, its topic tree, catalogue and survey export."""
