"""Rules, match runs, pairings, and what becomes of them."""
