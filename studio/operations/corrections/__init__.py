"""What people correct, and what the classifier learns from it."""
