"""Reads riddles about two numbers, of which the larger or the smaller is asked for.

"The sum of two numbers is 20 and their difference is 4. What is the larger number?" is 12.

A text is cut into clauses at its stops and commas and at "and"; each clause is one equation on
the larger and the smaller number, or the question. All clauses must be read: one that is not makes
the whole text unread.

Not covered: three numbers; consecutive, even or odd numbers; products and quotients of the two.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.algorithms import linear
from spoonbench.solvers.algorithms.linear import Expression, Unsolvable
from spoonbench.solvers.numerals import find_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LARGER, _SMALLER = linear.unknown("the larger"), linear.unknown("the smaller")


# A "#" stands for a number: the numbers themselves are cut out of the text first.
_IS = r"(?:is|are|equals|=|makes|of)"
_SUM = re.compile(
    rf"the (?:sum|total) of (?:two|the|both) numbers {_IS} #|their (?:sum|total) {_IS} #"
    r"|(?:two|the|both) numbers (?:add up|sum) to #|(?:together )?they (?:add up|sum) to #"
    r"|together they make #|(?:two numbers|they) have the (?:sum|total) #|the (?:sum|total) #"
)
_DIFFERENCE = re.compile(
    rf"the difference (?:of|between) (?:two|the|both) numbers {_IS} #|their difference {_IS} #"
    r"|(?:two numbers|they) have the difference #|the difference #"
    r"|(?:one|the larger|the larger one)(?: of them| number)? is # (?:more|larger|greater)"
    r" than (?:the other|another|the smaller)(?: one| number)?"
    r"|(?:one|the smaller|the smaller one)(?: of them| number)? is # (?:less|smaller)"
    r" than (?:the other|another|the larger)(?: one| number)?"
    r"|they differ by #"
)
_TIMES = re.compile(
    r"(?:one|the larger|the larger one)(?: of (?:them|two numbers)| number)? is"
    r" (?:# times|twice|double) (?:another|the other|the smaller|as large as the other)"
    r"(?: one| number)?"
)
_ASKED = re.compile(
    r"(?:what is|find|which is|calculate|determine) the "
    r"(larger|greater|bigger|smaller|lesser)(?: number| one| of them| of the two)?"
)
_LARGER_WORDS = frozenset({"larger", "greater", "bigger"})
_STOPS = re.compile(r"[.,;?!]\s*|\s+and\s+|\s+while\s+|\s+but\s+")
_OPENING = re.compile(r"^(?:and\s+)?(?:if|given that|suppose|when|then)\s+|^and\s+")


class UnreadPair(Exception):
    """The text is no riddle about two numbers; the message says where it stops being one."""


def solve_pair(text: str) -> Fraction:
    """The larger or the smaller of two numbers that a text describes.

    Raises:
        UnreadPair: the text is no such riddle.
        Unsolvable: it is, but has no single answer; the message is the reason.
    """
    if "#" in text:
        raise UnreadPair("no riddle about two numbers: '#' stands for nothing")
    equations: list[Expression] = []
    asked: list[Expression] = []
    for clause, numbers in _clauses(text):
        question = _ASKED.fullmatch(clause)
        if question:
            asked.append(_LARGER if question[1] in _LARGER_WORDS else _SMALLER)
        else:
            equations.append(_read(clause, numbers))
    if len(asked) != 1 or not equations:
        raise UnreadPair("no riddle about two numbers")
    solution = linear.Solution.of(equations)
    larger, smaller = solution.value(_LARGER), solution.value(_SMALLER)
    value = solution.value(asked[0])
    if larger is None or smaller is None or value is None:
        raise Unsolvable("the text leaves the two numbers open")
    if larger < smaller:
        raise Unsolvable("what is said of the two numbers contradicts itself")
    return value


def _clauses(text: str) -> list[tuple[str, list[Fraction]]]:
    """Clauses in small letters with # for each number, and those numbers."""
    pieces, values, end = [], [], 0
    for found in find_numbers(text):
        if text[found.start : found.end].casefold() in {"one", "two"}:
            continue
        pieces.append(f"{text[end : found.start]}#")
        values.append(found.value)
        end = found.end
    plain = " ".join("".join([*pieces, text[end:]]).casefold().split())
    clauses = []
    for piece in _STOPS.split(plain):
        clause = _OPENING.sub("", piece).strip()
        count = clause.count("#")
        if clause:
            clauses.append((clause, values[:count]))
        del values[:count]
    return clauses


def _read(clause: str, numbers: Sequence[Fraction]) -> Expression:
    for pattern, make in _EQUATIONS:
        if pattern.fullmatch(clause):
            return make(linear.constant(numbers[0] if numbers else Fraction(2)))
    raise UnreadPair(f"no riddle about two numbers: stuck at {clause[:30]!r}")


def _sum(value: Expression) -> Expression:
    return linear.subtract(linear.add(_LARGER, _SMALLER), value)


def _difference(value: Expression) -> Expression:
    return linear.subtract(linear.subtract(_LARGER, _SMALLER), value)


def _times(value: Expression) -> Expression:
    return linear.subtract(_LARGER, linear.multiply(value, _SMALLER))


_EQUATIONS: tuple[tuple[re.Pattern[str], Callable[[Expression], Expression]], ...] = (
    (_SUM, _sum),
    (_DIFFERENCE, _difference),
    (_TIMES, _times),
)
"""What a clause says, and the expression of its number that is 0 then."""
