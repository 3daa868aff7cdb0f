"""Answers, thresholds and verdicts as a person reads them. Pure.

The page of a report shows the same texts (`reports/templates/advisor_values.js`), and a test
compares the two. So a number is shown from its decimal digits, which both languages give exactly,
and never from a product of two floating-point numbers.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.frameworks.graph import Framework, Question, Value, Verdict

_DIGITS = 4
_ROUNDING = Context(prec=_DIGITS, rounding=ROUND_HALF_UP)
_LONGEST_WHOLE = 10**15
_PLAIN_POWERS = (-7, 18)  # of the first digit; beyond them a power of ten is shown

_SCALES = {
    "parameters": ("", "k", "M", "B", "T"),
    "bytes": (" B", " kB", " MB", " GB", " TB", " PB"),
}
_LONGER = ((3600, "h"), (60, "min"))
_COUNTS = ("", "items", "tokens", "examples", "currency")
"""Units whose word stands in the sentence already."""

_NAME = re.compile(r"\{([a-z][a-z0-9_-]*)\}")


def show_value(question: Question, value: Value) -> str:
    """An answer in words.

    Yes or no; the name of a choice; or a number with its unit: "124M" parameters, "24 GB", "95%".
    Whole numbers that are no sizes are shown in full, everything else with four digits.

    Args:
        question: that it answers; its unit is used.
        value: the answer; a number is finite.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return show_number(value, question.unit)


def show_number(value: float, unit: str) -> str:
    """A number with its unit; the units of size and of shares are scaled.

    A threshold without limit is one that no answer reaches.

    >>> show_number(124e6, "parameters"), show_number(24e9, "bytes"), show_number(0.95, "share")
    ('124M', '24 GB', '95%')
    >>> show_number(3600, "examples"), show_number(0.05, "seconds"), show_number(11.8372, "items")
    ('3,600', '50 ms', '11.84')
    """
    value = float(value)
    if math.isinf(value):
        return "never reached" if value > 0 else "always reached"
    if value < 0:
        return f"-{show_number(-value, unit)}"
    if unit in _SCALES:
        digits, power = _digits(value)
        scales = _SCALES[unit]
        step = max(0, min(power // 3, len(scales) - 1))
        return _place(digits, power - 3 * step) + scales[step]
    if unit == "share":
        digits, power = _digits(value)
        return _place(digits, power + 2) + "%"
    if unit == "seconds":
        return _seconds(value)
    shown = _plain(value)
    return shown if unit in _COUNTS else f"{shown} {unit}"


def _seconds(value: float) -> str:
    if 0 < value < 1:
        digits, power = _digits(value)
        return _place(digits, power + 3) + " ms"
    scale, name = next((one for one in _LONGER if value >= one[0]), (1, "s"))
    return f"{_plain(value / scale)} {name}"


def show_threshold(framework: Framework, name: str, value: float) -> str:
    """The figure of a threshold, in the unit of the question that it bounds.

    Args:
        framework: that has the threshold.
        name: of the threshold.
        value: its figure, of the rule of thumb or measured.
    """
    question = bounded_question(framework, name)
    return show_number(value, question.unit if question else "")


def bounded_question(framework: Framework, threshold: str) -> Question | None:
    """The first question that a threshold bounds; None where no edge names it."""
    for node in framework.nodes.values():
        for edge in node.edges:
            one = edge.condition
            if threshold in (one.least, one.above, one.most, one.below):
                return framework.questions[node.asks]
    return None


def verdict_text(
    framework: Framework,
    verdict: Verdict,
    answers: Mapping[str, Value],
    thresholds: Mapping[str, float] | None = None,
) -> str:
    """The sentence of a verdict, each {name} replaced by the answer or the threshold of that name.

    A name that was not answered is shown as "unknown".

    Args:
        framework: of the verdict.
        verdict: whose sentence it is.
        answers: by name of the question.
        thresholds: figures that take the place of rules of thumb.
    """

    def shown(match: re.Match[str]) -> str:
        name = match[1]
        if name in framework.thresholds:
            figure = (thresholds or {}).get(name, framework.thresholds[name].value)
            return show_threshold(framework, name, figure)
        if name in framework.questions and name in answers:
            return show_value(framework.questions[name], answers[name])
        return "unknown"

    return _NAME.sub(shown, verdict.text)


def names_in(text: str) -> list[str]:
    """What the sentence of a verdict asks for, in order.

    >>> names_in("A batch of {batch} on {device}.")
    ['batch', 'device']
    """
    return _NAME.findall(text)


def _digits(value: float) -> tuple[str, int]:
    """Up to four digits without trailing zeros, and the power of ten of the first one."""
    if value == 0:
        return "0", 0
    rounded = _ROUNDING.plus(Decimal(value))
    digits = "".join(map(str, rounded.as_tuple().digits)).rstrip("0")
    return digits, rounded.adjusted()


def _plain(value: float) -> str:
    if value.is_integer() and value < _LONGEST_WHOLE:
        return f"{int(value):,}"
    return _place(*_digits(value))


def _place(digits: str, power: int) -> str:
    """The decimal point where it belongs; thousands apart."""
    if not _PLAIN_POWERS[0] < power < _PLAIN_POWERS[1]:
        rest = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{digits[0]}{rest}e{power}"
    if power < 0:
        return f"0.{'0' * (-power - 1)}{digits}"
    whole, rest = digits[: power + 1].ljust(power + 1, "0"), digits[power + 1 :]
    return f"{int(whole):,}" + (f".{rest}" if rest else "")
