"""Facts that tell the roles of the numbers in a text, without the numbers themselves.

Learning contestants get them beside the words: which number is larger, which divides which, what
is counted by each, and which of them the last sentence asks for.

Not covered: grammar; the words next to a number stand for what it counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spoonbench.solvers.programs import MAX_OPERANDS

if TYPE_CHECKING:
    from fractions import Fraction

    from spoonbench.solvers.programs import NumberedText

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_OPERAND = re.compile(r"num[0-3]")
_WORDS_AFTER_NUMBER = 3
_UNIT_LENGTH = 5
_RATE_WORDS = frozenset({"each", "per", "every"})
# As words are compared: by their first five letters.
_WORDS_WITHOUT_CONTENT = frozenset(
    re.findall(
        r"\w+",
        "a and are at did do does each for from had has have he her him his how if in is it many "
        "more much of on she that the their them then there they to was were will with",
    )
)


def last_sentence(text: str) -> str:
    """The last sentence of a text that has words: where a question stands, if there is one."""
    sentences = [part for part in _SENTENCE_END.split(text) if _WORD.search(part)]
    return sentences[-1] if sentences else ""


def number_facts(text: NumberedText) -> list[str]:
    """Facts about the numbers of a text, one word each.

    Returns:
        "count2" (how many there are, at most 6), "less01" or "atleast01" for each pair of the first
        four, "divides10", and "asked0", "rate1", "same01" of the words after a number.
    """
    numbers = text.numbers[:MAX_OPERANDS]
    facts = [f"count{min(len(text.numbers), 6)}"]
    for first, a in enumerate(numbers):
        for second, b in enumerate(numbers):
            if first < second:
                facts.append(f"{'less' if a < b else 'atleast'}{first}{second}")
            if first != second and _divides(a, b):
                facts.append(f"divides{first}{second}")
    return facts + _unit_facts(text.masked)


def _divides(divisor: Fraction, number: Fraction) -> bool:
    return bool(divisor) and (number / divisor).denominator == 1


def _unit_facts(masked: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(masked)]
    asked = {word.lower()[:_UNIT_LENGTH] for word in _WORD.findall(last_sentence(masked))}
    asked -= _WORDS_WITHOUT_CONTENT
    after = {
        int(word[3:]): [w[:_UNIT_LENGTH] for w in words[at + 1 : at + 1 + _WORDS_AFTER_NUMBER]]
        for at, word in enumerate(words)
        if _OPERAND.fullmatch(word)
    }
    facts = [f"asked{index}" for index, unit in after.items() if asked.intersection(unit)]
    facts += [f"rate{index}" for index, unit in after.items() if _RATE_WORDS.intersection(unit)]
    return facts + [
        f"same{first}{second}"
        for first in after
        for second in after
        if first < second and after[first][:1] == after[second][:1]
    ]
