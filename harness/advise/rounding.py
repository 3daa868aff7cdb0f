"""Figures rounded to the side on which what is said of them still holds."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

DIGITS = 3


def rounded(figure: float, *, upwards: bool, digits: int = DIGITS) -> float:
    """To so many digits, upwards or downwards.

    >>> rounded(45.251, upwards=True), rounded(45.251, upwards=False)
    (45.3, 45.2)
    """
    if figure <= 0:
        return figure
    step = Decimal(1).scaleb(math.floor(math.log10(figure)) - digits + 1)
    way = ROUND_CEILING if upwards else ROUND_FLOOR
    return float((Decimal(figure) / step).to_integral_value(way) * step)
