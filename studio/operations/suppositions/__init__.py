"""What if: matches under a supposition, beside one that there is."""
