"""Finding the best assignment."""
