"""What texts are about: the classifier, its judges, what it learns from corrections, and new matters."""
