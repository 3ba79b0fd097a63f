"""Checking an assignment from the problem alone, without any code of the solver."""
