"""From tokens to the text of a problem, and from a value to the text of a target."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from spoonbench.harness.tasks.expressions.choices import choose, happens
from spoonbench.harness.tasks.expressions.trees import (
    BAR,
    CHANGES,
    NEGATIVE,
    OF,
    PERCENT,
    POSITIVE,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence
    from fractions import Fraction

Spacing = Literal["none", "one", "two"]

_TYPEWRITER = {BAR: "/", NEGATIVE: "-", POSITIVE: "+"}
_TYPOGRAPHIC = {
    **_TYPEWRITER,
    "-": "\N{MINUS SIGN}",
    NEGATIVE: "\N{MINUS SIGN}",
    "*": "\N{MULTIPLICATION SIGN}",
    "/": "\N{DIVISION SIGN}",
}
_GAPS: dict[Spacing, str] = {"none": "", "one": " ", "two": "  "}
_SPACINGS: dict[Spacing, int] = {"one": 7, "none": 2, "two": 1}
_FRAMES = {
    "{} = ": 4,
    "{} =": 2,
    "{} = ?": 2,
    "{}=?": 1,
    "{}": 3,
    "What is {}?": 3,
    "Calculate {}": 1,
}
# What separates two texts is what is asked, not how it is set: see `text_key`.
_WORDS_AROUND = re.compile(r"what is|calculate|[=?\s]")
_SEPARATOR = re.compile(r"(?<=[0-9]),(?=[0-9]{3})")
_PLAIN_SIGNS = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "*", "\N{DIVISION SIGN}": "/"}
)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """How one problem is set.

    Attributes:
        is_typographic: with the multiplication, division and minus signs of print.
        spacing: spaces on either side of an operator.
        has_separators: 1,000 instead of 1000.
        percent: the sign or the word, with what stands before it.
        frame: the sentence or the signs around the expression.
    """

    is_typographic: bool = False
    spacing: Spacing = "one"
    has_separators: bool = False
    percent: str = PERCENT
    frame: str = "{}"


def draw_notation(rng: random.Random) -> Notation:
    """A notation by chance; the plainest one most often."""
    return Notation(
        is_typographic=happens(rng, 0.3),
        spacing=choose(rng, _SPACINGS),
        has_separators=happens(rng, 0.3),
        percent=choose(rng, {PERCENT: 4, " percent": 1}),
        frame=choose(rng, _FRAMES),
    )


def write(tokens: Sequence[str], notation: Notation) -> str:
    """The text of a problem.

    Operators have spaces around them as the notation says; powers, fraction bars and signs have
    none, but a sign is kept apart from the operator before it: "3- -4".
    """
    gap = _GAPS[notation.spacing]
    spelling = _TYPOGRAPHIC if notation.is_typographic else _TYPEWRITER
    pieces: list[str] = []
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else ""
        written = spelling.get(token, token)
        if token in {"+", "-", "*", "/"}:
            written = f"{gap}{written}{gap}"
        elif token == OF or token in CHANGES:
            written = f" {token} "
        elif token == PERCENT:
            written = notation.percent
        elif token in {NEGATIVE, POSITIVE}:
            written = f"{' ' if not gap and before in {'+', '-', '*', '/'} else ''}{written}"
        elif notation.has_separators and _NUMBER.fullmatch(token):
            written = with_separators(token)
        pieces.append(written)
    return notation.frame.format("".join(pieces).strip(" "))


def with_separators(number: str) -> str:
    """A whole number or decimal with commas between its thousands: "1,000.5"."""
    whole, point, decimals = number.partition(".")
    return f"{int(whole):,}{point}{decimals}"


def text_key(text: str) -> str:
    """What makes two texts the same: the expression, however it is set and asked."""
    plain = text.lower().translate(_PLAIN_SIGNS).replace("percent", PERCENT)
    return _SEPARATOR.sub("", _WORDS_AROUND.sub("", plain))


def exact_text(value: Fraction) -> str:
    """The one way to write a number exactly: "145", "0.25" where decimals end, else "2/3"."""
    twos, fives = _times(value.denominator, 2), _times(value.denominator, 5)
    places = max(twos, fives)
    if 2**twos * 5**fives != value.denominator:
        return f"{value.numerator}/{value.denominator}"
    if not places:
        return str(value.numerator)
    digits = str(abs(value.numerator) * 10**places // value.denominator).zfill(places + 1)
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _times(number: int, factor: int) -> int:
    """How often a factor divides a number."""
    times = 0
    while number % factor ** (times + 1) == 0:
        times += 1
    return times
