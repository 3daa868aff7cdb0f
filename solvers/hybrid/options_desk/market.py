"""What a strategy's options are priced with: one underlying, one day, one volatility.

Not covered: a volatility that differs from strike to strike; a strategy's legs are all priced at
the same, which the desk states.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.algorithms.black_scholes.measures import DAYS_PER_YEAR

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Prices and rates on one day, until another.

    Attributes:
        underlying: root symbol.
        spot: price of the underlying.
        volatility: per root of a year, as a fraction, above zero.
        rate: per year, as a fraction, continuously compounded.
        dividend_yield: likewise.
        today: the day.
        expiry: the day on which options end, after today.
    """

    underlying: str
    spot: Decimal
    volatility: float
    rate: float
    dividend_yield: float
    today: date
    expiry: date

    @property
    def days(self) -> int:
        """Calendar days left."""
        return (self.expiry - self.today).days

    @property
    def years(self) -> float:
        """Years left, of 365 days."""
        return self.days / DAYS_PER_YEAR

    @property
    def forward(self) -> float:
        """Forward price of the underlying."""
        return float(self.spot) * math.exp((self.rate - self.dividend_yield) * self.years)

    @property
    def deviation(self) -> float:
        """Volatility times the root of the years."""
        return self.volatility * math.sqrt(self.years)

    @property
    def inputs(self) -> dict[str, Any]:
        """What the formula takes beside an option's kind and strike."""
        return {
            "spot": float(self.spot),
            "expiry": self.years,
            "rate": self.rate,
            "dividend_yield": self.dividend_yield,
            "volatility": self.volatility,
        }
