"""Figures for people: three significant digits, a unit, and a dash where nothing was measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.estimates import Estimate, Proportion

DASH = "\u2013"
"""Stands where there is no figure; a note says why. Never 0."""

_DURATIONS = (("ns", 1e-9), ("\u00b5s", 1e-6), ("ms", 1e-3), ("s", 1.0), ("min", 60.0))
_BYTES = (("B", 1.0), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12))
_COUNTS = (("", 1.0), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15))
_ENERGIES = (("nJ", 1e-9), ("\u00b5J", 1e-6), ("mJ", 1e-3), ("J", 1.0), ("kJ", 1e3))


_MINUTES_FROM_S, _HOURS_FROM_S = 120, 7200
_COUNTED_BELOW = 10_000
_ALL_FROM, _NOTHING_BELOW = 0.9995, 0.0005  # what one decimal would round to 100% and to 0%
_PLAIN_RANGE = (1e-7, 1e16)


def duration(seconds: float | None) -> str:
    """Nanoseconds to hours.

    >>> duration(0.00123), duration(0.0009999), duration(5400), duration(None) == DASH
    ('1.23 ms', '1.00 ms', '90.0 min', True)
    """
    # Minutes are read better than seconds from two of them on, hours from two hours on.
    if seconds is not None and seconds >= _HOURS_FROM_S:
        return f"{significant(seconds / 3600)} h"
    units = _DURATIONS if seconds is not None and seconds >= _MINUTES_FROM_S else _DURATIONS[:-1]
    return _scaled(seconds, units)


def size(n_bytes: float | None) -> str:
    """Bytes with decimal prefixes.

    >>> size(330_000_000), size(12), size(0)
    ('330 MB', '12 B', '0 B')
    """
    if n_bytes is not None and abs(n_bytes) < _BYTES[1][1] and float(n_bytes).is_integer():
        return f"{n_bytes:.0f} B"
    return _scaled(n_bytes, _BYTES)


def count(value: float | None) -> str:
    """A number of things; whole ones below ten thousand as they are.

    >>> count(27_073_024), count(52), count(9999), count(3.5e9)
    ('27.1 M', '52', '9,999', '3.50 G')
    """
    if value is not None and abs(value) < _COUNTED_BELOW and float(value).is_integer():
        return f"{value:,.0f}"
    return _scaled(value, _COUNTS)


def rate(per_second: float | None) -> str:
    """Items per second.

    >>> rate(1_234_567.0), rate(0.5)
    ('1.23 M/s', '0.500/s')
    """
    if per_second is None:
        return DASH
    text = _scaled(per_second, _COUNTS)
    return f"{text}/s"


def energy(joules: float | None) -> str:
    """Joules.

    >>> energy(0.0042)
    '4.20 mJ'
    """
    return _scaled(joules, _ENERGIES)


def money(value: float | None) -> str:
    """A price, in whatever currency the user thinks in.

    >>> money(12345.6), money(0.000012), money(0)
    ('12,300', '0.0000120', '0')
    """
    if value is None:
        return DASH
    return "0" if value == 0 else significant(value)


def times(ratio: float | None) -> str:
    """A ratio in words.

    >>> times(1_234_567.0), times(0.5)
    ('1,230,000 times', '0.500 times')
    """
    return DASH if ratio is None else f"{significant(ratio)} times"


def share(value: float | None) -> str:
    """Percent with one decimal; never rounded to all or nothing.

    >>> share(0.9714), share(0.9999), share(0.0001), share(1.0), share(None) == DASH
    ('97.1%', '>99.9%', '<0.1%', '100.0%', True)
    """
    if value is None:
        return DASH
    if _ALL_FROM <= value < 1:
        return ">99.9%"
    if 0 < value < _NOTHING_BELOW:
        return "<0.1%"
    return f"{value:.1%}"


def proportion(value: Proportion | None) -> str:
    """A share with its 95% interval, "97.1% (95.9-98.0)"; a dash where nothing was counted."""
    if value is None or value.value is None:
        return DASH
    return f"{share(value.value)} ({100 * value.low:.1f}-{100 * value.high:.1f})"


def estimate(value: Estimate | None) -> float | None:
    """The median of an estimate."""
    return None if value is None else value.value


def measured(value: float | None, unit: str) -> str:
    """A figure by the name of its unit ("s", "bytes", "operations", "J").

    >>> measured(0.002, "s"), measured(1e6, "bytes"), measured(5.0, "operations")
    ('2.00 ms', '1.00 MB', '5')
    """
    known = {"s": duration, "seconds": duration, "bytes": size, "B": size, "J": energy}
    known |= {"joules": energy, "operations": count, "items/s": rate}
    if unit in known:
        return known[unit](value)
    return DASH if value is None else f"{significant(value)} {unit}".strip()


def significant(value: float) -> str:
    """Three significant digits with thousands separators, never an exponent in common ranges.

    >>> significant(1234567), significant(0.012345), significant(9.999), significant(0)
    ('1,230,000', '0.0123', '10.0', '0')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    if not _PLAIN_RANGE[0] < abs(value) < _PLAIN_RANGE[1]:
        return f"{value:.2e}"
    rounded = float(f"{value:.2e}")
    decimals = max(0, 2 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:,.{decimals}f}"


def listed(words: Sequence[str]) -> str:
    """Words with commas and "and".

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _scaled(value: float | None, units: Sequence[tuple[str, float]]) -> str:
    if value is None:
        return DASH
    # Rounded before the unit is chosen, so that 999.9 becomes 1.00 of the next one.
    rounded = abs(float(f"{value:.2e}")) if math.isfinite(value) else 0.0
    name, scale = next(
        (unit for unit in reversed(units) if rounded >= unit[1] * (1 - 1e-9)), units[0]
    )
    return f"{significant(value / scale)} {name}".strip()
