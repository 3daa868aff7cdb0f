"""Answers from what a person types: "yes", "124M", "24GB", "95%". Pure.

The page of a report reads the same texts to the same values (`reports/templates/`), and a test
compares the two.

A number of bytes without its unit is refused: nobody means 24 bytes.

Not covered: numbers written as words.
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

# Suffix to a power of ten.
_COUNTS = {"": 0, "k": 3, "m": 6, "b": 9, "g": 9, "t": 12}
_POWERS = {
    "bytes": {"b": 0, "kb": 3, "mb": 6, "gb": 9, "tb": 12},
    "share": {"": 0, "%": -2},
    "seconds": {"": 0, "s": 0, "sec": 0, "ms": -3, "us": -6},
    "hours": {"": 0, "h": 0, "hour": 0, "hours": 0},
    "days": {"": 0, "d": 0, "day": 0, "days": 0},
}
# Suffix to what multiplies, and what divides, where it is no power of ten.
_FACTORS: dict[str, dict[str, tuple[float, float]]] = {
    "bytes": {"kib": (2**10, 1), "mib": (2**20, 1), "gib": (2**30, 1), "tib": (2**40, 1)},
    "seconds": {"min": (60, 1), "h": (3600, 1), "d": (86_400, 1)},
    "hours": {"d": (24, 1), "day": (24, 1), "days": (24, 1), "min": (1, 60), "s": (1, 3600)},
    "days": {"h": (1, 24), "hour": (1, 24), "hours": (1, 24), "min": (1, 1440)},
}
_CURRENCIES = "$\N{EURO SIGN}\N{POUND SIGN}"
_SHORT_NAMES = {
    "fp32": "float32",
    "f32": "float32",
    "bf16": "bfloat16",
    "fp16": "float16",
    "f16": "float16",
}
_EXAMPLES = {
    "parameters": "124M or 7B",
    "bytes": "24GB or 512MB",
    "share": "0.95 or 95%",
    "seconds": "2s or 50ms",
    "hours": "8h or 30min",
    "days": "2d or 8h",
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
        return names.get(typed, names.get(_SHORT_NAMES.get(typed, "")))
    return _number(typed, question.unit)


def _number(typed: str, unit: str) -> float | None:
    bare = typed.lstrip(_CURRENCIES) if unit == "currency" else typed
    match = _NUMBER.fullmatch(bare) if len(bare) <= _LONGEST else None
    if match is None:
        return None
    digits, power, suffix = match[1].replace(",", ""), int(match[2] or 0), match[3]
    powers, factors = _POWERS.get(unit, _COUNTS), _FACTORS.get(unit, {})
    # A power of ten is shifted in the text, so that 95% is exactly what 0.95 is.
    if suffix in powers:
        value = float(f"{digits}e{power + powers[suffix]}")
    elif suffix in factors:
        times, over = factors[suffix]
        value = float(f"{digits}e{power}") * times / over
    else:
        return None
    return value if math.isfinite(value) else None
