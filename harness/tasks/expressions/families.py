"""Draws well-formed expressions, family by family; every one has a value.

Quotients of whole numbers are whole but in the family of fractions, and decimals end: what is hard
about an expression is its shape and its numbers, not the length of its answer.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.expressions.choices import choose, happens
from spoonbench.harness.tasks.expressions.trees import (
    Change,
    Group,
    Number,
    Operation,
    Operator,
    Percentage,
    Ratio,
    Share,
    Signed,
    Tree,
)
from spoonbench.harness.tasks.expressions.writing import exact_text

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    Draw = Callable[[random.Random, int], Tree]

FEWEST_DIGITS, MOST_DIGITS = 20, 60
TRAINING_DEPTHS, NESTED_DEPTHS = (1, 2), (4, 8)
_MOST_NESTED = 10**7
_DIVISORS = range(2, 13)
_OPERATORS: tuple[Operator, ...] = ("+", "-", "*", "/")
_WITHOUT_DIVISION: tuple[Operator, ...] = ("+", "-", "*")
_SUM_OPERATORS: tuple[Operator, ...] = ("+", "-")


def draw_one(rng: random.Random, largest: int) -> Tree:
    """One operation on whole numbers."""
    return _operation(rng, rng.choice(_OPERATORS), largest)


def draw_several(rng: random.Random, largest: int) -> Tree:
    """Two to five operations without parentheses: products and quotients before sums."""
    is_long = happens(rng, 0.5)
    tree: Tree = _term(rng, largest, is_product=not is_long or happens(rng, 0.3))
    for _ in range(1 + is_long):
        tree = _plus_or_minus(rng, tree, _term(rng, largest, is_product=happens(rng, 0.4)))
    return tree


def draw_shallow(rng: random.Random, largest: int) -> Tree:
    """Parentheses one or two deep."""
    return _nested(rng, largest, rng.randint(*TRAINING_DEPTHS))


def draw_nested(rng: random.Random, largest: int) -> Tree:
    """Parentheses four to eight deep."""
    return _nested(rng, largest, rng.randint(*NESTED_DEPTHS))


def draw_large(rng: random.Random, largest: int) -> Tree:
    """One or two operations on whole numbers of 20 to 60 digits."""
    del largest
    operator = rng.choice(_OPERATORS)
    if operator == "/":
        divisor, quotient = (_large(rng, MOST_DIGITS // 2) for _ in range(2))
        return _over(divisor * quotient, divisor)
    left, right, third = (_whole(_large(rng, MOST_DIGITS)) for _ in range(3))
    tree = Operation(operator=operator, left=left, right=right)
    return tree if happens(rng, 0.7) else _plus_or_minus(rng, tree, third)


def draw_signs(rng: random.Random, largest: int) -> Tree:
    """Operands with signs of their own, and signs before parentheses."""
    operation = _operation(rng, rng.choice(_OPERATORS), largest)
    if happens(rng, 0.25):
        opposite = Signed(sign="negative", operand=Group(inner=operation))
        return _plus_or_minus(rng, opposite, _operand(rng, largest))
    if happens(rng, 0.3):
        return _signed_operation(rng, operation, left=True, right=False)
    signed = _signed_operation(rng, operation, left=happens(rng, 0.5), right=True)
    if happens(rng, 0.5):
        return signed
    return _plus_or_minus(rng, signed, _operand(rng, largest))


def draw_powers(rng: random.Random, largest: int) -> Tree:
    """A small power, alone or beside another operand."""
    base: Tree = _whole(rng.randint(2, 12))
    if happens(rng, 0.4):
        base = Signed(sign="negative", operand=base)
    elif happens(rng, 0.3):
        base = _plus_or_minus(rng, base, _whole(rng.randint(1, 12)))
    exponent: Tree = _whole(rng.randint(2, 4))
    # A fifth has a negative exponent; its base must not be 0.
    if happens(rng, 0.2) and base.value():
        exponent = Signed(sign="negative", operand=_whole(rng.randint(1, 3)))
    power = Operation(operator="^", left=base, right=exponent)
    if happens(rng, 0.4):
        return power
    if happens(rng, 0.5):
        return _plus_or_minus(rng, _operand(rng, largest), power)
    return Operation(operator="*", left=_whole(rng.randint(2, 12)), right=power)


def draw_fractions(rng: random.Random, largest: int) -> Tree:
    """One or two operations on fractions, some of them with a whole number."""
    del largest
    tree: Tree = _ratio(rng)
    for _ in range(rng.randint(1, 2)):
        other: Tree = _whole(rng.randint(1, 20)) if happens(rng, 0.2) else _ratio(rng)
        pair = (tree, other) if happens(rng, 0.7) else (other, tree)
        # The sum of two fractions can be 0.
        operator = rng.choice(_OPERATORS if pair[1].value() else _WITHOUT_DIVISION)
        tree = Operation(operator=operator, left=pair[0], right=pair[1])
    return tree


def draw_decimals(rng: random.Random, largest: int) -> Tree:
    """One or two operations on decimals of one to three places."""
    operator = rng.choice(_OPERATORS)
    left, right = _decimal(rng, largest), _decimal(rng, largest)
    tree: Tree
    if operator == "/":
        product = Operation(operator="*", left=left, right=right).value()
        tree = Operation(operator="/", left=Number(text=exact_text(product)), right=right)
    else:
        tree = Operation(operator=operator, left=left, right=right)
    return tree if happens(rng, 0.6) else _plus_or_minus(rng, tree, _decimal(rng, largest))


def draw_percentages(rng: random.Random, largest: int) -> Tree:
    """A percentage of something, as a factor, or as a change of a number."""
    percentage = _percentage(rng)
    whole = _whole(rng.randint(1, 10 * largest))
    share = Share(percentage=percentage, whole=whole)
    forms: dict[Tree, int] = {
        share: 3,
        Operation(operator="*", left=percentage, right=whole): 1,
        Operation(operator="*", left=whole, right=percentage): 1,
        Share(percentage=percentage, whole=_operation(rng, "+", largest)): 1,
        Share(percentage=_percentage(rng), whole=share): 1,
        _plus_or_minus(rng, _operand(rng, largest), share): 1,
        Change(number=whole, words="increased by", percentage=percentage): 1,
        Change(number=whole, words="decreased by", percentage=_percentage(rng, most=100)): 1,
    }
    return choose(rng, forms)


def depth(tree: Tree) -> int:
    """How deep its parentheses stand in each other."""
    open_now = deepest = 0
    for symbol in tree.tokens():
        open_now += (symbol == "(") - (symbol == ")")
        deepest = max(deepest, open_now)
    return deepest


def _nested(rng: random.Random, largest: int, levels: int) -> Tree:
    tree: Tree = _operation(rng, rng.choice(_OPERATORS), largest)
    for level in range(levels):
        other: Tree = _operand(rng, largest)
        if level and happens(rng, 0.25):
            other = Group(inner=_operation(rng, rng.choice(_OPERATORS), largest))
        tree = _around(rng, Group(inner=tree), other)
    return tree


def _around(rng: random.Random, inner: Tree, other: Tree) -> Tree:
    """An operation around an expression in parentheses, whole and not too large."""
    value = int(inner.value())
    divisors = [divisor for divisor in _DIVISORS if value and value % divisor == 0]
    factor = rng.choice(_DIVISORS)
    operator = rng.choice(_OPERATORS)
    if operator == "/" and divisors:
        return Operation(operator="/", left=inner, right=_whole(rng.choice(divisors)))
    if operator == "*" and abs(value) * factor <= _MOST_NESTED:
        left, right = _either_way(rng, inner, _whole(factor))
        return Operation(operator="*", left=left, right=right)
    return _plus_or_minus(rng, *_either_way(rng, inner, other))


def _either_way(rng: random.Random, one: Tree, other: Tree) -> tuple[Tree, Tree]:
    return (one, other) if happens(rng, 0.5) else (other, one)


def _operation(rng: random.Random, operator: Operator, largest: int) -> Operation:
    if operator == "/":
        divisor = rng.randint(1, 2 * isqrt(largest))
        return _over(divisor * rng.randint(0, largest // divisor), divisor)
    return Operation(operator=operator, left=_operand(rng, largest), right=_operand(rng, largest))


def _over(dividend: int, divisor: int) -> Operation:
    return Operation(operator="/", left=_whole(dividend), right=_whole(divisor))


def _plus_or_minus(rng: random.Random, left: Tree, right: Tree) -> Operation:
    return Operation(operator=rng.choice(_SUM_OPERATORS), left=left, right=right)


def _term(rng: random.Random, largest: int, *, is_product: bool) -> Tree:
    return (
        _operation(rng, rng.choice(("*", "/")), largest) if is_product else _operand(rng, largest)
    )


def _signed_operation(
    rng: random.Random, operation: Operation, *, left: bool, right: bool
) -> Operation:
    return Operation(
        operator=operation.operator,
        left=_signed(rng, operation.left) if left else operation.left,
        right=_signed(rng, operation.right) if right else operation.right,
    )


def _signed(rng: random.Random, operand: Tree) -> Tree:
    """An operand with a sign, mostly minus, half of the time in parentheses."""
    signed = Signed(sign="negative" if happens(rng, 0.85) else "positive", operand=operand)
    return Group(inner=signed) if happens(rng, 0.5) else signed


def _operand(rng: random.Random, largest: int) -> Number:
    return _whole(rng.randint(0, largest))


def _whole(value: int) -> Number:
    return Number(text=str(value))


def _large(rng: random.Random, most_digits: int) -> int:
    n_digits = rng.randint(FEWEST_DIGITS, most_digits)
    return rng.randint(10 ** (n_digits - 1), 10**n_digits - 1)


def _ratio(rng: random.Random) -> Ratio:
    return Ratio(top=rng.randint(1, 20), bottom=rng.randint(2, 20))


def _decimal(rng: random.Random, largest: int) -> Number:
    """A decimal above 0."""
    places = rng.randint(1, 3)
    digits = str(rng.randint(1, largest * 10**places)).zfill(places + 1)
    return Number(text=f"{digits[:-places]}.{digits[-places:]}")


def _percentage(rng: random.Random, most: int = 200) -> Percentage:
    """A whole percentage up to `most`, or one below 100 with one decimal."""
    if happens(rng, 0.7):
        return Percentage(number=_whole(rng.randint(1, most)))
    return Percentage(number=Number(text=f"{rng.randint(0, 99)}.{rng.randint(1, 9)}"))
