"""Which contents suit whom, and what may come before what."""
