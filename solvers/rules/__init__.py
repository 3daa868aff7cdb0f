"""Level 1, the spoon: if/else, regular expressions, word lists."""
