"""The one path by which stored data is read: selection, row policy, one SQL statement, JSON."""
