"""What people need: each trainee, the cohort, over time, against what is on offer."""
