"""Amounts that have a value, told or derived, and the steps that derive them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.copying import altered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount, Thing

BELOW_ZERO = 3.0
"""What it costs that an amount on the way is less than nothing."""


@dataclass(slots=True)
class Step:
    """One step of a derivation.

    Attributes:
        rule: the rule's name.
        parts: what goes in, in the order of the formula, each with the sign or factor before it.
        value: what comes out.
        thing: what the result counts.
        why: one sentence.
    """

    rule: str
    parts: tuple[tuple[str, Term | Fraction], ...]
    value: Fraction
    thing: Thing
    why: str


@dataclass(slots=True)
class Term:
    """An amount with a value.

    Attributes:
        value: exact.
        amount: what it is an amount of, with its frame.
        uses: indices of the told amounts it rests on.
        step: how it was derived; None for a told amount.
        cost: what its derivation took for granted.
    """

    value: Fraction
    amount: Amount
    uses: frozenset[int]
    step: Step | None = None
    cost: float = 0.0


@dataclass(slots=True)
class Reading:
    """One way to answer.

    Attributes:
        term: the asked amount.
        cost: how much was taken for granted, leftover numbers included.
        assumptions: what, in words.
    """

    term: Term
    cost: float
    assumptions: tuple[str, ...] = ()

    @property
    def value(self) -> Fraction:
        """What it answers."""
        return self.term.value


def combine(
    rule: str,
    parts: Sequence[tuple[str, Term | Fraction]],
    like: Amount,
    why: str,
    cost: float = 0.0,
) -> Term:
    """A term from others: each part is added ("+"), taken away ("-"), or a factor ("*", "/").

    Args:
        rule: its name.
        parts: in the order of the formula; operations apply one after another.
        like: what the result is an amount of.
        why: one sentence.
        cost: what the step takes for granted; the costs of the parts are added to it.

    Raises:
        ZeroDivisionError: a part to divide by is zero; see `quotients`.
    """
    exact = _value_of(parts)
    value = _whole(exact) if isinstance(exact, int) else exact
    uses: frozenset[int] = frozenset()
    for _, part in parts:
        if isinstance(part, Term):
            uses = uses | part.uses if uses else part.uses
            cost += part.cost
    if exact < 0 and rule != "guess":
        cost += BELOW_ZERO
    step = Step(rule, tuple(parts), value, like.thing, why)
    if like.value is not None or like.compare is not None:
        like = altered(like, value=None, compare=None)
    return Term(value, like, uses, step, cost)


def _value_of(parts: Sequence[tuple[str, Term | Fraction]]) -> Fraction | int:
    value: Fraction | int = 0
    for order, (sign, part) in enumerate(parts):
        exact = part.value if isinstance(part, Term) else part
        top, bottom = exact.as_integer_ratio()
        # Whole numbers as such: exact too, and several times faster.
        number = top if bottom == 1 else exact
        if order == 0:
            value = -number if sign == "-" else number
        elif sign == "+":
            value += number
        elif sign == "-":
            value -= number
        elif sign == "*":
            value *= number
        else:
            value = Fraction(value, number)
    return value


@lru_cache(maxsize=1 << 10)
def _whole(value: int) -> Fraction:
    """A whole number as a fraction, which takes longer to make than to find again."""
    return Fraction(value)


def quotients(
    rule: str, total: Term, by: Term, like: Amount, why: str, *, cost: float = 0.0
) -> Iterator[Term]:
    """One term over another; none where it would divide by zero."""
    if by.value != 0:
        yield combine(rule, (("", total), ("/", by)), like, why, cost)


def less(total: Iterable[Term], taken: Iterable[Term]) -> list[tuple[str, Term]]:
    """The parts of a sum: what is added, then what is taken away."""
    return [("+", term) for term in total] + [("-", term) for term in taken]


def cheapest(terms: Iterable[Term], most: int) -> list[Term]:
    """At most so many terms, those that take least for granted."""
    return sorted(terms, key=lambda term: term.cost)[:most]
