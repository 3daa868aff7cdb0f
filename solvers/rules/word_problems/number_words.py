"""The word lists of numbers.toml, ready for look-up."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from spoonbench.solvers.rules.word_problems.pieces import Token

_DATA = tomllib.loads(
    (files("spoonbench.solvers.rules.word_problems") / "numbers.toml").read_text("utf-8")
)
ONES = {word: value for value, word in enumerate(_DATA["cardinals"]["words"].split())}
TENS = {word: 10 * value for value, word in enumerate(_DATA["cardinals"]["tens"].split(), start=2)}
SCALES: dict[str, int] = _DATA["scales"]
"""Ten to some power, in words; "dozen" is a multiplier too."""
THOUSANDS = {word: value for word, value in SCALES.items() if value >= SCALES["thousand"]}
DOZEN = 12
MULTIPLIERS = {**SCALES, "dozen": DOZEN}
PLURALS = {f"{word}s": value for word, value in MULTIPLIERS.items()}
"""Multipliers after digits only: "10 dozens"; "dozens of" is no number."""
TIMES: dict[str, int] = _DATA["times"]
ORDINALS = frozenset(" ".join(_DATA["ordinals"].values()).split())
PARTS: dict[str, int] = _DATA["parts"]
PLURAL_PARTS = {f"{part}s": value for part, value in PARTS.items()}
QUARTERS = frozenset({"quarter", "quarters"})
MONEY: dict[str, str] = _DATA["money"]
LISTS = {name: frozenset(words.split()) for name, words in _DATA["words"].items()}
ARTICLES = frozenset({"a", "an"})
BLANKS = [Token("", form="sign")] * 8
"""Stand after the last token, so that looking ahead, or before the first, finds a token."""


def past_hyphen(tokens: list[Token], index: int) -> int:
    """The index itself, or the one after a hyphen that joins two tokens."""
    token = tokens[index]
    if token.text != "-" or index == 0 or tokens[index - 1].end != token.start:
        return index
    return index + 1 if token.end == tokens[index + 1].start else index
