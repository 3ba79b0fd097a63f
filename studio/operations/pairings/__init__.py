"""The life of a pairing: overridden, published, consented to, moved, rated, rolled back."""
