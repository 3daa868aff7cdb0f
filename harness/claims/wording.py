"""Figures of claims in words: one way for all checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from spoonbench.harness.claims.claim import Claim, Figure, Finding, Subject

_DIGITS = 3
_ALL_DIGITS = 9
_ROUND = 1e6
"""A count of parameters that is a multiple of this is a round one."""
_KILO = 1e3
_PLAIN_UP_TO = 1e7
_PLAIN_FROM = 1e-3


def show(value: float, unit: str = "", digits: int = _DIGITS) -> str:
    """A number with its unit.

    >>> show(0.8422, "share"), show(3.3e8, "bytes"), show(2.505, "times")
    ('84.2%', '330 MB', '2.5 times')

    Args:
        value: in the unit.
        unit: "share" becomes percent, bytes the fitting multiple (decimal).
        digits: significant ones; whole numbers below ten million keep all of theirs.
    """
    write = _WRITERS.get(unit)
    return write(value, digits) if write else f"{_plain(value, digits)} {unit}".rstrip()


def show_range(low: float, high: float, unit: str = "", digits: int = _DIGITS) -> str:
    """Two numbers with their unit; one where both read the same.

    >>> show_range(4e8, 1.2e9, "bytes"), show_range(2, 2.001, "hours"), show_range(1, 3, "ms")
    ('400 MB to 1.2 GB', '2 hours', '1 to 3 ms')
    """
    first, last = show(low, unit, digits), show(high, unit, digits)
    if first == last:
        return first
    tail = f" {unit}"
    if unit and first.endswith(tail) and last.endswith(tail):
        first = first.removesuffix(tail)
    return f"{first} to {last}"


def show_figure(figure: Figure) -> str:
    """A figure as its document gives it."""
    return show_range(figure.low, figure.high, figure.unit, _ALL_DIGITS)


def show_size(subject: Subject) -> str:
    """The size of a model, for a condition: "about 786,816 parameters"."""
    if subject.parameters is None:
        return f"the size of {subject.label}"
    return f"about {show(subject.parameters, 'parameters')}"


def told(finding: Finding) -> str:
    """What was found and the model that it was measured with, where that is not told already."""
    size = _size(finding)
    if not finding.found or (size or finding.model or "") in f"{finding.found} {finding.condition}":
        return finding.found
    return f"{finding.found}; measured with {told_model(finding)}"


def told_model(finding: Finding) -> str:
    """The model that something was measured with; "" where none was."""
    size = _size(finding)
    return f"{finding.model} ({size})" if size else finding.model or ""


def _size(finding: Finding) -> str:
    return "" if finding.parameters is None else show(finding.parameters, "parameters")


def claimed(claim: Claim) -> str:
    """The figures of a claim in words; "" where it has none."""
    return "; ".join(_named(figure) for figure in claim.figures.values())


def join(words: Iterable[str], last: str = "and") -> str:
    """Words as a list for a sentence.

    >>> join(["a", "b", "c"]), join(["a"])
    ('a, b and c', 'a')
    """
    *first, end = list(words) or [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def _named(figure: Figure) -> str:
    name = figure.name.replace("_", " ")
    # A unit that the name tells already is not told twice.
    is_told = figure.unit in name.split() and figure.unit not in _WRITERS
    unit = "" if is_told else figure.unit
    return f"{name} {show_range(figure.low, figure.high, unit, _ALL_DIGITS)}"


def _plain(value: float, digits: int) -> str:
    if value == int(value) and abs(value) < _PLAIN_UP_TO:
        return f"{int(value):,}"
    if abs(value) >= _KILO and abs(value) < _PLAIN_UP_TO:
        return f"{value:,.0f}"
    if _PLAIN_FROM <= abs(value) < _KILO:
        text = f"{value:.{digits}g}"
        return f"{float(text):,.10g}" if "e" in text else text
    if value == int(value):
        return f"{int(value):,}" if digits > _DIGITS else f"{float(f'{value:.{digits}g}'):,.0f}"
    return f"{value:.{digits}g}"


def _percent(value: float, digits: int) -> str:
    percent = value * 100
    if percent and abs(percent) < _PLAIN_FROM:
        return f"{percent:.10f}".rstrip("0") + "%"
    return f"{percent:.{max(digits, 3)}g}%"


def _bytes(value: float, digits: int) -> str:
    for size, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if abs(value) >= size:
            return f"{_plain(value / size, digits)} {name}"
    return f"{value:,.0f} bytes"


def _parameters(value: float, digits: int) -> str:
    is_exact = digits == _ALL_DIGITS and value % _ROUND
    for size, name in ((1e9, "B"), (1e6, "M")):
        if value >= size and not is_exact:
            return f"{_plain(value / size, digits)}{name} parameters"
    return f"{_plain(value, digits)} parameters"


_WRITERS: dict[str, Callable[[float, int], str]] = {
    "share": _percent,
    "bytes": _bytes,
    "parameters": _parameters,
}
