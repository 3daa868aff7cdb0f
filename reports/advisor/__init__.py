"""The advisor inside a page: frameworks and calculators, working without a network."""
