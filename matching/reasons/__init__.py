"""What a match says of itself: why and why not, prices, fairness, what a change would move."""
