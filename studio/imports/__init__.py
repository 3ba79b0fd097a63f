"""Files that organizers upload: from bytes to checked rows, without a database."""
