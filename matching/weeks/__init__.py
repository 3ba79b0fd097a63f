"""Who with whom in which week."""
