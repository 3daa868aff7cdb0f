"""Expressions as trees: what they are worth, exactly, and the tokens that they are written with.

A tree writes the parentheses that its reading needs, so that the tokens, read with multiplication
and division before addition and subtraction, each from left to right, are worth what the tree is.

Not covered: spaces, typographic signs and the sentence around an expression; see `writing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol

NEGATIVE, POSITIVE = "negative", "positive"
"""The signs of one operand, told from the operators "-" and "+"."""
BAR = "bar"
"""The bar of a fraction: a division that is written without spaces."""
PERCENT, OF = "%", "of"
CHANGES = {"increased by": 1, "decreased by": -1}

Operator = Literal["+", "-", "*", "/", "^"]

_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 4, 5
_BINDING = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "^": _POWER}


class Tree(Protocol):
    """An expression.

    Attributes:
        binding: how tightly it holds together: an operand that binds less than the operation
            around it stands in parentheses.
    """

    @property
    def binding(self) -> int:
        """See above."""
        ...

    def value(self) -> Fraction:
        """What it is worth.

        Raises:
            ZeroDivisionError: it divides by zero.
        """
        ...

    def tokens(self) -> list[str]:
        """Numbers, signs and words in the order in which they are written."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A whole number or a decimal without a sign, for example "12" or "3.50"."""

    text: str
    binding: int = _ATOM

    def value(self) -> Fraction:
        """The number."""
        return Fraction(self.text)

    def tokens(self) -> list[str]:
        """Its text."""
        return [self.text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A fraction of two whole numbers, written "3/4"."""

    top: int
    bottom: int
    binding: int = _PRODUCT

    def value(self) -> Fraction:
        """The fraction. Raises as `Tree.value`."""
        return Fraction(self.top, self.bottom)

    def tokens(self) -> list[str]:
        """Top, bar, bottom."""
        return [str(self.top), BAR, str(self.bottom)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An expression in parentheses."""

    inner: Tree
    binding: int = _ATOM

    def value(self) -> Fraction:
        """What stands inside."""
        return self.inner.value()

    def tokens(self) -> list[str]:
        """What stands inside, between parentheses."""
        return ["(", *self.inner.tokens(), ")"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """An operand with a sign of its own.

    A power behind a sign stands in parentheses: -2^2 is -4 to most, and 4 to spreadsheets.
    """

    sign: Literal["negative", "positive"]
    operand: Tree
    binding: int = _SUM

    def value(self) -> Fraction:
        """The operand, or its opposite."""
        return -self.operand.value() if self.sign == NEGATIVE else self.operand.value()

    def tokens(self) -> list[str]:
        """The sign, then the operand."""
        is_plain = isinstance(self.operand, Number | Ratio | Group)
        return [self.sign, *(self.operand.tokens() if is_plain else _enclosed(self.operand))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One of the five operations.

    A power of a power, or one with a signed exponent, stands in parentheses: 2^3^2 is 512 to some
    and 64 to others.
    """

    operator: Operator
    left: Tree
    right: Tree

    @property
    def binding(self) -> int:
        """That of its operator."""
        return _BINDING[self.operator]

    def value(self) -> Fraction:
        """The result. Raises as `Tree.value`."""
        left, right = self.left.value(), self.right.value()
        match self.operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / right
            case "^":
                return left ** int(right)

    def tokens(self) -> list[str]:
        """Left operand, operator, right operand, in parentheses where needed."""
        left = _enclosed(self.left) if self._encloses_left() else self.left.tokens()
        right = _enclosed(self.right) if self._encloses_right() else self.right.tokens()
        return [*left, self.operator, *right]

    def _encloses_left(self) -> bool:
        if isinstance(self.left, Signed):
            return self.operator == "^"
        if isinstance(self.left, Ratio):
            return self.operator in "/^"
        return self.left.binding < self.binding or self.left.binding == self.binding == _POWER

    def _encloses_right(self) -> bool:
        if isinstance(self.right, Signed):
            return self.operator == "^" or not isinstance(self.right.operand, Number)
        if isinstance(self.right, Ratio):
            return self.operator in "/^"
        return self.right.binding <= self.binding


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentage:
    """So many hundredths, written "15%": a factor, never a summand."""

    number: Number
    binding: int = _ATOM

    def value(self) -> Fraction:
        """A hundredth of the number."""
        return self.number.value() / 100

    def tokens(self) -> list[str]:
        """The number and the sign."""
        return [*self.number.tokens(), PERCENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A percentage of something: "15% of 80", "15% of (30 + 50)"."""

    percentage: Percentage
    whole: Tree
    binding: int = 0

    def value(self) -> Fraction:
        """The product of both."""
        return self.percentage.value() * self.whole.value()

    def tokens(self) -> list[str]:
        """Percentage, "of", and the whole, in parentheses unless a number or a share itself."""
        is_plain = isinstance(self.whole, Number | Group | Share)
        whole = self.whole.tokens() if is_plain else _enclosed(self.whole)
        return [*self.percentage.tokens(), OF, *whole]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A number made larger or smaller by a percentage of itself: "80 increased by 15%"."""

    number: Number
    words: Literal["increased by", "decreased by"]
    percentage: Percentage
    binding: int = 0

    def value(self) -> Fraction:
        """The number after the change."""
        return self.number.value() * (1 + CHANGES[self.words] * self.percentage.value())

    def tokens(self) -> list[str]:
        """Number, words, percentage."""
        return [*self.number.tokens(), self.words, *self.percentage.tokens()]


def _enclosed(tree: Tree) -> list[str]:
    return ["(", *tree.tokens(), ")"]
