"""Exact linear forms and linear systems on sympy, built node by node, never from text.

Every operation here keeps an expression linear in its unknowns, or refuses; numbers are
rationals of bounded size. So each step costs no more than the number of unknowns, and nothing is
ever expanded or simplified.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_BITS = 4096
"""Numerator and denominator of every number stay below 2 to this power, some 1,200 digits."""

MAX_EXPONENT = 64
MAX_UNKNOWNS = 48
MAX_EQUATIONS = 96

Expression = Any
"""A sympy expression, linear in its symbols."""


ZERO: Expression = sympy.Integer(0)


class Unsolvable(Exception):
    """What is asked has no single answer here; the message is the reason for abstaining."""


def constant(value: Fraction) -> Expression:
    """A number.

    Raises:
        Unsolvable: its numerator or denominator is too long.
    """
    return _bounded(sympy.Rational(value.numerator, value.denominator))


def unknown(name: str) -> Expression:
    """The unknown of that name."""
    return sympy.Symbol(name)


def value_of(expression: Expression) -> Fraction | None:
    """The number that an expression is; None if it holds an unknown."""
    if not expression.is_Rational:
        return None
    return Fraction(int(expression.p), int(expression.q))


def add(left: Expression, right: Expression) -> Expression:
    """The sum.

    Raises:
        Unsolvable: the result is too long.
    """
    return _bounded(sympy.Add(left, right))


def subtract(left: Expression, right: Expression) -> Expression:
    """The difference.

    Raises:
        Unsolvable: the result is too long.
    """
    return add(left, sympy.Mul(sympy.Integer(-1), right))


def multiply(left: Expression, right: Expression) -> Expression:
    """The product.

    Raises:
        Unsolvable: both hold an unknown, or the result is too long.
    """
    if not left.is_Rational and not right.is_Rational:
        raise Unsolvable("not linear: two unknowns are multiplied")
    return _bounded(sympy.Mul(left, right))


def divide(left: Expression, right: Expression) -> Expression:
    """The quotient.

    Raises:
        Unsolvable: division by zero or by an unknown, or the result is too long.
    """
    if not right.is_Rational:
        raise Unsolvable("not linear: something is divided by an unknown")
    if right.is_zero:
        raise Unsolvable("division by zero")
    return multiply(left, sympy.Pow(right, sympy.Integer(-1)))


def raise_to(base: Expression, exponent: Expression) -> Expression:
    """The power.

    Raises:
        Unsolvable: the exponent is no whole number of at most `MAX_EXPONENT`, the base holds an
            unknown, 0 to a power that is not positive, or the result is too long.
    """
    if not exponent.is_Integer or abs(int(exponent)) > MAX_EXPONENT:
        raise Unsolvable(f"an exponent must be a whole number of at most {MAX_EXPONENT}")
    if int(exponent) == 1:
        return base
    if not base.is_Rational:
        raise Unsolvable("not linear: a power of an unknown")
    if base.is_zero and int(exponent) <= 0:
        raise Unsolvable("0 to a power that is not positive")
    if _bits(base) * abs(int(exponent)) > MAX_BITS:
        raise Unsolvable("a number is too long")
    return sympy.Pow(base, exponent)


@dataclass(frozen=True, slots=True)
class Solution:
    """What linear equations say about their unknowns: a value, or what it still depends on."""

    values: dict[Any, Expression]

    @classmethod
    def of(cls, equations: Sequence[Expression]) -> Solution:
        """Solve equations, each of which equals 0.

        Raises:
            Unsolvable: they contradict each other, or are too many.
        """
        symbols = sorted(
            set().union(*(equation.free_symbols for equation in equations)),
            key=lambda symbol: symbol.name,
        )
        if len(symbols) > MAX_UNKNOWNS or len(equations) > MAX_EQUATIONS:
            raise Unsolvable(f"{len(equations)} equations in {len(symbols)} unknowns are too many")
        if any(equation.is_Rational and not equation.is_zero for equation in equations):
            raise Unsolvable("the equations contradict each other")
        if not symbols:
            return cls({})
        found = sympy.linsolve(list(equations), symbols)
        if found is sympy.S.EmptySet:
            raise Unsolvable("the equations contradict each other")
        return cls(dict(zip(symbols, next(iter(found)), strict=True)))

    def value(self, asked: Expression) -> Fraction | None:
        """The value of an expression; None where the equations leave it open.

        Raises:
            Unsolvable: the value is too long.
        """
        return value_of(_bounded(asked.xreplace(self.values).expand()))


def _bits(number: Expression) -> int:
    return max(int(number.p).bit_length(), int(number.q).bit_length())


def _bounded(expression: Expression) -> Expression:
    if expression.is_Rational and _bits(expression) > MAX_BITS:
        raise Unsolvable("a number is too long")
    return expression
