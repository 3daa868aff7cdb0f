"""Public sets of word problems, read from their published files."""
