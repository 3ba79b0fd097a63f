"""A studio's topic tree, the reader that learns it, and what people decided about words."""
