"""From a text to the tokens of one expression: the sentence around it, separators, percentages.

Signs of print and the words plus, minus, times, multiplied by, divided by, percent and of are read
like the signs of a typewriter.

"0x10" is a product to some and 16 to others, and refused.

A percentage is a factor: "15% of 80", "15% * 80", "80 * 15%", "15% / 3", or stands alone. Two
readings are refused: "80 + 15%", "1/2%". "80 increased by 15%" is read where it is all there is.

Not covered: numbers in words, mixed numbers ("3 1/2"), factors side by side ("2(3)"), units.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.algorithms.expression_value import OF, NoValue, evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.algorithms.expression_value import Token, Value

MAX_CHARACTERS = 100_000

_OPENING = re.compile(
    r"(?:what\s++is|what's|how\s++much\s++is|calculate|compute|evaluate|work\s++out|find)"
    r"(?:\s++the\s++(?:value|result)\s++of)?(?![a-z])\s*+:?",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"[0-9.,]++|(?:increased|decreased|multiplied|divided)\s++by(?![a-z])|[^\W\d_]++|\*\*|\S",
    re.IGNORECASE,
)
_HEXADECIMAL = re.compile(r"(?<![0-9.,])0x(?=[0-9a-f])", re.IGNORECASE)
_SEPARATED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})++(?:\.[0-9]++)?")
_SIGNS_OF_PRINT = str.maketrans(
    {
        "\N{MINUS SIGN}": "-",
        "\N{EN DASH}": "-",
        "\N{MULTIPLICATION SIGN}": "*",
        "\N{MIDDLE DOT}": "*",
        "\N{DOT OPERATOR}": "*",
        "\N{DIVISION SIGN}": "/",
        "\N{FRACTION SLASH}": "/",
        "\N{DIVISION SLASH}": "/",
    }
)
_WORDS = {
    "**": "^",
    "x": "*",
    "plus": "+",
    "minus": "-",
    "times": "*",
    "multiplied by": "*",
    "divided by": "/",
    "percent": "%",
    OF: OF,
}
_CHANGES = {"increased by": 1, "decreased by": -1}
_BEFORE_PERCENTAGES = frozenset({None, "(", "*"})
_AFTER_PERCENTAGES = frozenset({None, ")", "*", "/"})


def evaluate_text(text: str) -> Value:
    """The value of the one expression that a text holds.

    Raises:
        NoValue: the text is no expression, or has no single value.
    """
    if len(text) > MAX_CHARACTERS:
        raise NoValue(f"longer than {MAX_CHARACTERS:,} characters")
    tokens = read_tokens(text)
    if "%" in tokens or OF in tokens:
        changed = _read_change(tokens)
        if changed is not None:
            return changed
        return evaluate(_read_percentages(tokens))
    return evaluate(tokens)


def read_tokens(text: str) -> list[str]:
    """Numbers without separators, signs and words, one way of writing for each.

    Raises:
        NoValue: a comma separates no thousands, or a number may be hexadecimal.
    """
    if not text.isascii():
        text = text.translate(_SIGNS_OF_PRINT)
    if _HEXADECIMAL.search(text):
        raise NoValue("two readings: 0x begins a hexadecimal number, or is a product")
    tokens: list[str] = _TOKEN.findall(_expression(text))
    for place, symbol in enumerate(tokens):
        if "," in symbol:
            tokens[place] = _without_separators(symbol)
        elif len(symbol) > 1 or symbol == "x":
            word = _WORDS.get(symbol)
            if word is None and symbol[0].isalpha():
                lower = " ".join(symbol.lower().split())
                word = _WORDS.get(lower, lower)
            tokens[place] = word or symbol
    return tokens


def _expression(text: str) -> str:
    """What is left of a text without "What is" before it and "= ?" behind it."""
    text = text.strip()
    if text[:1].isalpha():
        opening = _OPENING.match(text)
        if opening is not None:
            # Only behind a sentence is the last point a full stop.
            text = text[opening.end() :].removesuffix(".")
    return text.removesuffix("?").rstrip().removesuffix("=")


def _without_separators(number: str) -> str:
    if not _SEPARATED.fullmatch(number):
        raise NoValue(f"{number[:20]!r} is no number")
    return number.replace(",", "")


def _read_change(tokens: Sequence[str]) -> Fraction | None:
    """The value of "80 increased by 15%", if that is all there is."""
    match tokens:
        case [number, ("increased by" | "decreased by") as words, change, "%"]:
            share = Fraction(evaluate([change])) / 100
            return evaluate([number]) * (1 + _CHANGES[words] * share)
        case _:
            return None


def _read_percentages(tokens: Sequence[str]) -> list[Token]:
    """Put a fraction in the place of each percentage.

    Raises:
        NoValue: a percentage is no factor, or "of" stands behind none.
    """
    read: list[Token] = []
    for place, symbol in enumerate(tokens):
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if symbol == "%":
            number = read.pop() if read else ""
            if not isinstance(number, str) or not number[:1].isdecimal():
                raise NoValue("a percent sign that stands behind no number")
            _check_percentage(read[-1] if read else None, after)
            read.append(Fraction(evaluate([number])) / 100)
        elif symbol == OF and (not place or tokens[place - 1] != "%"):
            raise NoValue("'of' stands behind no percentage")
        else:
            read.append(symbol)
    return read


def _check_percentage(before: Token | None, after: str | None) -> None:
    if after == OF:
        if before not in {None, "(", OF}:
            raise NoValue("two readings: what stands before a percentage of something")
        return
    is_factor = before == "*" or after in {"*", "/"}
    is_all = before is None and after is None
    stands_apart = before in _BEFORE_PERCENTAGES and after in _AFTER_PERCENTAGES
    if not is_all and not (is_factor and stands_apart):
        raise NoValue("two readings: a percentage that is no factor")
