"""Answers from what a person types: "yes", "124M", "24GB", "95%". Pure.

The page of a report reads the same texts to the same values (`reports/templates/`), and a test
compares the two.

Not covered: numbers written as words, and currencies.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.walking import BadAnswer, check_answer

if TYPE_CHECKING:
    from spoonbench.harness.frameworks.graph import Question, Value

_YES = frozenset({"yes", "y", "true"})
_NO = frozenset({"no", "n", "false"})
_NUMBER = re.compile(
    r"(-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|-?\.[0-9]+)"
    r"(?:e([+-]?[0-9]{1,3}))? ?([a-z%]*)"
)
_SPACES = " \t\r\n\N{NO-BREAK SPACE}"
_LONGEST = 60

# Suffix to a power of ten, or to a factor where it is none.
_COUNTS = {"": 0, "k": 3, "m": 6, "b": 9, "g": 9, "t": 12}
_BYTES = {"": 0, "b": 0, "k": 3, "kb": 3, "m": 6, "mb": 6, "g": 9, "gb": 9, "t": 12, "tb": 12}
_BINARY_BYTES = {"kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30, "tib": 2.0**40}
_SHARES = {"": 0, "%": -2}
_SECONDS = {"": 0, "s": 0, "ms": -3, "min": 60.0, "h": 3600.0}
_HOURS = {"": 0, "h": 0, "hour": 0, "hours": 0, "d": 24.0, "day": 24.0, "days": 24.0}
_SUFFIXES: dict[str, dict[str, int | float]] = {
    "bytes": {**_BYTES, **_BINARY_BYTES},
    "share": {**_SHARES},
    "seconds": {**_SECONDS},
    "hours": {**_HOURS},
}
_EXAMPLES = {
    "parameters": "124M or 7B",
    "bytes": "24GB or 512MB",
    "share": "0.95 or 95%",
    "seconds": "0.2 or 50ms",
    "hours": "8 or 2days",
}


def read_answer(question: Question, text: str) -> Value:
    """What a text answers.

    Args:
        question: that it answers.
        text: as typed; capitals and spaces around it do not matter.

    Returns:
        True or False, the name of a choice, or a number in the question's unit: bytes are decimal
        ("24GB" is 24e9, "24GiB" is 24 x 2^30), shares are from 0 to 1 ("95%" is 0.95).

    Raises:
        BadAnswer: it cannot be read, or the question does not allow it.
    """
    typed = text.strip(_SPACES).lower()
    value = _value(question, typed)
    if value is None:
        raise BadAnswer(f"{question.name} is {expected(question)}, not {text!r}.")
    check_answer(question, value)
    return value


def expected(question: Question) -> str:
    """What a question takes, in words.

    Args:
        question: to be answered.
    """
    if question.type == "yes-no":
        return "answered with yes or no"
    if question.type == "choice":
        return f"one of {', '.join(choice.name for choice in question.choices)}"
    example = _EXAMPLES.get(question.unit, "16 or 2,000")
    return f"a number such as {example}"


def _value(question: Question, typed: str) -> Value | None:
    if question.type == "yes-no":
        return True if typed in _YES else False if typed in _NO else None
    if question.type == "choice":
        names = {choice.name.lower(): choice.name for choice in question.choices}
        return names.get(typed)
    return _number(typed, question.unit)


def _number(typed: str, unit: str) -> float | None:
    match = _NUMBER.fullmatch(typed) if len(typed) <= _LONGEST else None
    if match is None:
        return None
    digits, power, suffix = match[1].replace(",", ""), int(match[2] or 0), match[3]
    scale = _SUFFIXES.get(unit, _COUNTS).get(suffix)
    if scale is None:
        return None
    # A power of ten is shifted in the text, so that 95% is exactly what 0.95 is.
    if isinstance(scale, int):
        value = float(f"{digits}e{power + scale}")
    else:
        value = float(f"{digits}e{power}") * scale
    return value if math.isfinite(value) else None
