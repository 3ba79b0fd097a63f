"""Everything that can be done, by feature."""
