"""SQLModel tables and the SQL about them, one feature per file."""
