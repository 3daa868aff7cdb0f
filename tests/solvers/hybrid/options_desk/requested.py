"""Requests as the language stage makes them, for tests of the stages behind it."""

from datetime import date
from decimal import Decimal
from typing import Any

from spoonbench.solvers.hybrid.options_desk.requests import Request

TODAY = date(2026, 11, 22)
_CONDOR: dict[str, Any] = {
    "text": "as if somebody had written it",
    "underlying": "SPX",
    "spot": Decimal(5900),
    "volatility": Decimal("0.14"),
    "expiry": date(2026, 12, 22),
    "strategy": "short iron condor",
    "strikes": {},
    "deltas": {},
    "widths": {},
}


def request(**changes: Any) -> Request:
    """A condor on SPX in 30 days, changed."""
    return Request(**{**_CONDOR, **changes})
