"""The options desk: exact formulas for what has one, each stage to be used alone."""
