"""Studios, cohorts and their people: taking them in, finding them, letting them in."""
