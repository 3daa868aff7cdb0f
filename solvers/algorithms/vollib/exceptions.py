"""What is raised where no volatility gives a price."""


class PriceIsBelowIntrinsic(ValueError):
    """So low a price has no volatility."""


class PriceIsAboveMaximum(ValueError):
    """So high a price has no volatility."""
