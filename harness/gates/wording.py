"""Changes and gates in words: figures with their units, one sentence for each gate and pair."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spoonbench.harness.gates.expressions import MISSING
from spoonbench.harness.gates.figures import FIGURES
from spoonbench.harness.gates.share_grounds import MOST_MORE

if TYPE_CHECKING:
    from spoonbench.harness.gates.changes import Change
    from spoonbench.harness.gates.figures import Figure
    from spoonbench.harness.gates.judging import GateResult
    from spoonbench.harness.gates.share_grounds import Interval

_HUNDRED = 100
_LARGEST = 1000
"""Factors beyond it are told as such."""


def level_words(figure: Figure, value: float) -> str:
    """A figure of one side, with its unit.

    >>> level_words(FIGURES["accuracy"], 0.953), level_words(FIGURES["p95_ms"], 1.23456)
    ('95.3%', '1.23 ms')
    """
    if figure.kind == "share":
        return f"{value:.1%}"
    space = "" if figure.unit.startswith("/") else " "
    return f"{_three_digits(value)}{space}{figure.unit}"


def change_words(figure: Figure, change: float) -> str:
    """A change: points for shares, per cent for all other figures.

    >>> change_words(FIGURES["accuracy"], -0.0123), change_words(FIGURES["p95_ms"], 1.1)
    ('-1.2 points', '+10.0%')
    """
    if figure.kind == "share":
        return f"{_HUNDRED * change:+.1f} points"
    return relative_words(change)


def relative_words(ratio: float) -> str:
    """A ratio as what it adds, or as a factor where that reads better."""
    if not math.isfinite(ratio):
        return "from nothing"
    if ratio > _LARGEST:
        return f"> x {_LARGEST:,}"
    if 0 < ratio < 1 / _LARGEST:
        return f"< x 1/{_LARGEST:,}"
    if ratio >= 3 or 0 < ratio <= 1 / 3:  # noqa: PLR2004  # "x 12" says more than "+1,100%"
        return f"x {_three_digits(ratio)}"
    return f"{_HUNDRED * (ratio - 1):+.1f}%"


def interval_words(figure: Figure, interval: Interval | None) -> str:
    """The two ends of a change; "" where there is no interval."""
    if interval is None:
        return ""
    low, high = interval
    if figure.kind == "share":
        return f"{_HUNDRED * low:+.1f} to {_HUNDRED * high:+.1f}"
    return f"{relative_words(low)} to {relative_words(high)}"


def smallest_words(change: Change) -> str:
    """The smallest change that would have been shown; "" where nothing tells."""
    smallest = change.grounds.smallest
    if smallest is None:
        return ""
    if change.figure.kind == "share":
        return f"{_HUNDRED * smallest:.1f} points"
    return relative_words(smallest)


def p_words(p: float | None) -> str:
    """A p-value; "" where there is no test."""
    if p is None:
        return ""
    return f"{p:.3f}" if p >= 0.001 else "<0.001"  # noqa: PLR2004  # as journals write it


def result_words(result: GateResult) -> str:
    """One sentence: the gate, the pair, the figures, and what would decide it."""
    gate = result.gate
    who = f"{result.pair}: " if result.pair else ""
    if gate.figure == MISSING or result.status in ("missing", "not compared"):
        return f"{who}{result.text}."
    return f"{who}{_figures(result)}{_more(result)}."


def value_words(result: GateResult) -> str:
    """What the limit is held against; "" where nothing is."""
    if result.value is None:
        return ""
    figure = FIGURES[result.gate.figure]
    return _in_its_unit(result, figure, result.value)


def result_interval_words(result: GateResult) -> str:
    """Its interval at its own confidence; "" where there is none."""
    if result.low is None or result.high is None or result.confidence is None:
        return ""
    figure = FIGURES[result.gate.figure]
    told = interval_words(figure, (result.low, result.high))
    if result.gate.basis == "level":
        told = f"{level_words(figure, result.low)} to {level_words(figure, result.high)}"
    return f"{told} ({_HUNDRED * result.confidence:.4g}%)"


def more_words(result: GateResult) -> str:
    """So many more items or rounds; "" where the gate is decided, or nothing tells."""
    if result.status != "undecided" or result.n_more is None:
        return ""
    if result.n_more >= MOST_MORE:
        return f"over {MOST_MORE:,} {result.unit_more}"
    return f"{result.n_more:,} {result.unit_more}"


def _in_its_unit(result: GateResult, figure: Figure, value: float) -> str:
    is_level = result.gate.basis == "level"
    return level_words(figure, value) if is_level else change_words(figure, value)


def _figures(result: GateResult) -> str:
    figure, gate = FIGURES[result.gate.figure], result.gate
    detail = f" ({result.detail})" if result.detail else ""
    verb = "is" if gate.basis == "level" else "changed by"
    told = f"{figure.title}{detail} {verb} {value_words(result)}"
    interval = result_interval_words(result)
    if interval:
        told += f", interval {interval}"
    side = "below" if gate.is_below else "above"
    return f"{told}, limit: not {side} {_in_its_unit(result, figure, result.limit or 0.0)}"


def _more(result: GateResult) -> str:
    if result.status != "undecided":
        return ""
    if result.n_more is None:
        return "; not shown, and more of the same would not show it"
    if result.low is None:
        return f"; not shown: there is no interval, at least {result.n_more:,} more rounds give one"
    if result.n_more >= MOST_MORE:
        return f"; not shown, and {MOST_MORE:,} more {result.unit_more} would not show it"
    return f"; not shown, about {result.n_more:,} more {result.unit_more} would show it"


def _three_digits(value: float) -> str:
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{value:,.{max(0, digits)}f}"
