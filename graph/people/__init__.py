"""Studios, cohorts and their people."""
