"""Answers as people write and read them: 124M, 7B, 24GB, 8GiB, yes, 5%, 30ms.

Bytes are decimal unless written with an i (1 GB = 1e9, 1 GiB = 2^30). A number of bytes without
its unit is refused: nobody means 24 bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.walking import BadAnswer, check_answer
from spoonbench.harness.numbers import read_number

if TYPE_CHECKING:
    from spoonbench.harness.frameworks.graph import Question, Value

_WORD = re.compile(r"(.*?[0-9.])\s*([^\W\d_]*|%)", re.DOTALL)
_Scales = Mapping[str, Fraction]


def _scales(**sizes: float) -> dict[str, Fraction]:
    return {name: Fraction(size) for name, size in sizes.items()}


_ONE = {"": Fraction(1)}
_THOUSANDS = _ONE | _scales(k=1e3, m=1e6, b=1e9, g=1e9, t=1e12)
_BYTES = _scales(
    b=1, kb=1e3, mb=1e6, gb=1e9, tb=1e12, kib=2**10, mib=2**20, gib=2**30, tib=2**40
)  # fmt: skip
_SECONDS = {
    "us": Fraction(1, 1_000_000),
    "ms": Fraction(1, 1_000),
    **_scales(s=1, sec=1, min=60, h=3_600, d=86_400),
}
_YES = frozenset({"yes", "y", "true"})
_NO = frozenset({"no", "n", "false"})
_MONEY = frozenset({"currency", "dollars"})
_CURRENCIES = "$€£"
_SHORT_NAMES = {
    "fp32": "float32",
    "f32": "float32",
    "bf16": "bfloat16",
    "fp16": "float16",
    "f16": "float16",
}

_SCALES: Mapping[str, tuple[_Scales, str]] = {
    "bytes": (_BYTES, "24GB or 8GiB"),
    "seconds": (_ONE | _SECONDS, "30ms or 2s"),
    "hours": (_ONE | {name: size / 3_600 for name, size in _SECONDS.items()}, "8h or 30min"),
    "days": (_ONE | {name: size / 86_400 for name, size in _SECONDS.items()}, "2d or 8h"),
    "share": (_ONE | {"%": Fraction(1, 100)}, "0.95 or 95%"),
    "parameters": (_THOUSANDS, "124M or 7B"),
}
"""Unit of a question to the units that people write, exactly, and to an example."""
_PLAIN = (_THOUSANDS, "12 or 3.6k")


def read_answer(question: Question, text: str) -> Value:
    """An answer from what a person wrote.

    Raises:
        BadAnswer: the text is none, or the question does not allow it; says what it allows.
    """
    word = text.strip()
    if question.type == "yes-no":
        answer: Value = _yes_or_no(question, word)
    elif question.type == "choice":
        answer = _choice(question, word)
    else:
        answer = _number(question, word)
    check_answer(question, answer)
    return answer


def _yes_or_no(question: Question, word: str) -> bool:
    if word.lower() in _YES | _NO:
        return word.lower() in _YES
    raise BadAnswer(f"{question.name} is answered with yes or no, not with {word!r}.")


def _choice(question: Question, word: str) -> str:
    names = {choice.name.lower(): choice.name for choice in question.choices}
    lower = word.lower()
    return names.get(lower) or names.get(_SHORT_NAMES.get(lower, ""), word)


def _number(question: Question, word: str) -> float:
    scales, example = _SCALES.get(question.unit, _PLAIN)
    bare = word.lstrip(_CURRENCIES) if question.unit in _MONEY else word
    match = _WORD.fullmatch(bare)
    number = read_number(match[1]) if match else None
    if match is None or number is None:
        raise BadAnswer(f"{question.name} is a number, as in {example}, not {word!r}.")
    scale = scales.get(match[2].lower())
    if scale is None:
        wrong = f"{match[2]!r} is no unit of it" if match[2] else "the unit is missing"
        raise BadAnswer(f"{question.name} is written as in {example}, not {word!r}: {wrong}.")
    try:
        return float(number * scale)
    except OverflowError:
        raise BadAnswer(f"{question.name} is too large a number: {word!r}.") from None


def show_answer(question: Question, value: Value) -> str:
    """An answer as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return show_number(value, question.unit)


def show_number(value: float, unit: str) -> str:
    """A number with its unit.

    >>> show_number(124e6, "parameters"), show_number(24e9, "bytes"), show_number(0.03, "seconds")
    ('124M', '24 GB', '30 ms')
    """
    if unit == "bytes":
        return _scaled(value, (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)), " bytes")
    if unit == "parameters":
        return _scaled(value, (("T", 1e12), ("B", 1e9), ("M", 1e6), ("k", 1e3)), "", space="")
    if unit == "seconds":
        return _scaled(
            value, (("h", 3_600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3), ("us", 1e-6)), " s"
        )
    if unit == "share":
        return f"{_rounded(value * 100)}%"
    if unit in {"hours", "days"}:
        return f"{_rounded(value)} {unit}"
    return _rounded(value)


def _scaled(
    value: float, scales: tuple[tuple[str, float], ...], plain: str, *, space: str = " "
) -> str:
    for name, scale in scales:
        if value >= scale:
            return f"{_rounded(value / scale)}{space}{name}"
    return f"{_rounded(value)}{plain}"


def _rounded(value: float) -> str:
    """Four digits where it is not whole, all of them where it is."""
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"  # noqa: PLR2004 - four digits
