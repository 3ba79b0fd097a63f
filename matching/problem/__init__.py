"""The assignment problem and its solution, as checked arrays."""
