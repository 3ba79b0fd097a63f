"""What can be read, one feature per file."""
