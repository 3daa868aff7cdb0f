"""Amounts that have a value, told or derived, and the steps that derive them."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import Amount, Thing
from spoonbench.solvers.rules.word_problems.copying import altered

if TYPE_CHECKING:
    from collections.abc import Sequence


BELOW_ZERO = 3.0
"""What it costs that an amount on the way is less than nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a derivation.

    Attributes:
        rule: the rule's name.
        parts: what goes in, in the order of the formula, each with the sign or factor before it.
        value: what comes out.
        thing: what the result counts.
        why: one sentence.
        assumptions: what was taken for granted.
    """

    rule: str
    parts: tuple[tuple[str, Term | Fraction], ...]
    value: Fraction
    thing: Thing
    why: str
    assumptions: tuple[str, ...] = ()


@dataclass(slots=True)
class Term:
    """An amount with a value.

    Attributes:
        value: exact.
        amount: what it is an amount of, with its frame.
        uses: indices of the told amounts it rests on.
        step: how it was derived; None for a told amount.
        cost: what its derivation took for granted.
        assumptions: the same in words.
    """

    value: Fraction
    amount: Amount
    uses: frozenset[int]
    step: Step | None = None
    cost: float = 0.0
    assumptions: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """One way to answer.

    Attributes:
        term: the asked amount.
        cost: how much was taken for granted, leftover numbers included.
        assumptions: what.
    """

    term: Term
    cost: float
    assumptions: tuple[str, ...] = field(default_factory=tuple)

    @property
    def value(self) -> Fraction:
        """What it answers."""
        return self.term.value


def combine(
    rule: str,
    parts: Sequence[tuple[str, Term | Fraction]],
    like: Amount,
    why: str,
    *,
    cost: float = 0.0,
    assumptions: tuple[str, ...] = (),
) -> Term | None:
    """A term from others: each part is added ("+"), taken away ("-"), or a factor ("*", "/").

    Returns:
        None where it would divide by zero.
    """
    value = Fraction(0)
    uses: frozenset[int] = frozenset()
    total_cost = cost
    gathered: tuple[str, ...] = assumptions
    for order, (sign, part) in enumerate(parts):
        number = part.value if isinstance(part, Term) else part
        if isinstance(part, Term):
            uses |= part.uses
            total_cost += part.cost
            gathered += tuple(one for one in part.assumptions if one not in gathered)
        if order == 0:
            value = -number if sign == "-" else number
        elif sign == "+":
            value += number
        elif sign == "-":
            value -= number
        elif sign == "*":
            value *= number
        else:
            if number == 0:
                return None
            value /= number
    if value < 0 and rule not in {"guess"}:
        total_cost += BELOW_ZERO
    step = Step(rule, tuple(parts), value, like.thing, why, assumptions)
    return Term(value, altered(like, value=value, compare=None), uses, step, total_cost, gathered)


def add_term(
    found: list[Term],
    rule: str,
    parts: Sequence[tuple[str, Term]],
    like: Amount,
    why: str,
    cost: float,
) -> None:
    term = combine(rule, list(parts), like, why, cost=cost)
    if term is not None:
        found.append(term)
