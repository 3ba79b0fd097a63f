"""Needs of trainees and cohorts, and what follows from all that a cohort said."""
