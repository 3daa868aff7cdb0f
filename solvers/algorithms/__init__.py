"""Level 2, the fork: equation solving, retrieval formulas, template matching."""
