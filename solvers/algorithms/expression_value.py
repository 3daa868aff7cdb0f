"""What a row of numbers and signs is worth: operator precedence with two stacks, exactly.

Nothing is recursive: parentheses may be as deep as the text is long. Time is linear in the number
of tokens, and the numbers on the way have at most `MAX_BITS` bits.

Method: Dijkstra's shunting-yard. Whole numbers stay whole; a division makes a fraction of them.

Source: E. W. Dijkstra, Algol 60 translation, Mathematisch Centrum MR 34, 1961.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Value = int | Fraction
    Token = str | Fraction

MAX_DIGITS = 400
"""A number written with more digits is refused."""
MAX_BITS = 1_400
"""A numerator or denominator of more bits (421 digits) is refused, on the way too."""

OF = "of"
_NEGATIVE, _POSITIVE = "negative", "positive"
_UNARY = frozenset({_NEGATIVE, _POSITIVE})
_SIGNS = {"-": _NEGATIVE, "+": _POSITIVE}
_RANK = {"(": 0, "+": 1, "-": 1, "*": 2, "/": 2, _NEGATIVE: 3, _POSITIVE: 3, "^": 4, OF: 5}
_BINARY = {"+": 1, "-": 1, "*": 2, "/": 2}
_DIGITS = frozenset("0123456789")


class NoValue(Exception):
    """The text has no value, or none that all conventions agree on; the message says why."""


def evaluate(tokens: Sequence[Token]) -> Value:
    """The value of an expression.

    Args:
        tokens: numbers without separators as text or as fractions, and the signs + - * / ^ ( ) and
            "of" in the order in which they are written. The left operand of "of" must be a number.

    Raises:
        NoValue: the tokens are no expression, or have no single value.
    """
    values: list[Value] = []
    operators: list[str] = []
    wants_operand = True
    for symbol in tokens:
        if wants_operand:
            wants_operand = _take_operand(symbol, values, operators)
        else:
            wants_operand = _take_operator(symbol, values, operators)
    if wants_operand:
        raise NoValue("an operand is missing at the end" if values else "there is no number")
    while operators:
        if operators[-1] == "(":
            raise NoValue("a parenthesis is never closed")
        _reduce(values, operators.pop())
    return values[0]


def _take_operand(symbol: Token, values: list[Value], operators: list[str]) -> bool:
    """Take what stands where an operand must; whether an operand is still to come."""
    if not isinstance(symbol, str):
        values.append(symbol)
        return False
    if symbol[0] in _DIGITS or symbol[0] == ".":
        values.append(_number(symbol))
        return False
    if symbol == "(":
        operators.append(symbol)
        return True
    if symbol in _SIGNS:
        if operators and operators[-1] in _UNARY:
            raise NoValue("two signs stand side by side")
        operators.append(_SIGNS[symbol])
        return True
    raise NoValue(f"an operand is missing before {symbol[:20]!r}")


def _take_operator(symbol: Token, values: list[Value], operators: list[str]) -> bool:
    """Take what stands behind an operand; whether another operand is to come."""
    if not isinstance(symbol, str):
        raise NoValue(f"an operator is missing before {str(symbol)[:20]!r}")
    rank = _BINARY.get(symbol)
    if rank is not None:
        while operators and _RANK[operators[-1]] >= rank:
            if operators[-1] == OF:
                raise NoValue("two readings: where the whole behind 'of' ends is not clear")
            _reduce(values, operators.pop())
    elif symbol == ")":
        _close(values, operators)
        return False
    elif symbol == "^":
        if operators and operators[-1] in {"^", OF, *_UNARY}:
            raise NoValue("two readings: parentheses are missing around a power")
    elif symbol != OF:
        raise NoValue(f"an operator is missing before {symbol[:20]!r}")
    operators.append(symbol)
    return True


def _close(values: list[Value], operators: list[str]) -> None:
    while operators:
        operator = operators.pop()
        if operator == "(":
            return
        _reduce(values, operator)
    raise NoValue("a parenthesis is closed that was never opened")


def _reduce(values: list[Value], operator: str) -> None:
    """Put the result of an operator in the place of its operands."""
    right = values.pop()
    if operator in _UNARY:
        values.append(-right if operator == _NEGATIVE else right)
        return
    left = values[-1]
    result: Value
    if operator == "+":
        result = left + right
    elif operator == "-":
        result = left - right
    elif operator == "/":
        result = _quotient(left, right)
    elif operator == "^":
        result = _power(left, right)
    else:
        result = left * right
    _check_size(result)
    values[-1] = result


def _quotient(left: Value, right: Value) -> Value:
    if not right:
        raise NoValue("a division by zero")
    return Fraction(left, right)


def _power(base: Value, exponent: Value) -> Value:
    if exponent.denominator != 1:
        raise NoValue("a power with an exponent that is not whole")
    if not base and exponent <= 0:
        raise NoValue("a division by zero" if exponent else "zero to the power of zero")
    if abs(base) == 1 or not base:
        return base if exponent.numerator % 2 else base * base
    bits = max(base.numerator.bit_length(), base.denominator.bit_length()) - 1
    times = abs(exponent.numerator)
    if times > MAX_BITS or bits * times > MAX_BITS:
        raise NoValue(f"a number on the way has more than {MAX_BITS:,} bits")
    return Fraction(base) ** exponent.numerator


def _check_size(value: Value) -> None:
    if value.numerator.bit_length() > MAX_BITS or value.denominator.bit_length() > MAX_BITS:
        raise NoValue(f"a number on the way has more than {MAX_BITS:,} bits")


def _number(digits: str) -> Value:
    """Read digits with at most one point among or before them."""
    if len(digits) > MAX_DIGITS:
        raise NoValue(f"a number has more than {MAX_DIGITS} digits")
    whole, point, decimals = digits.partition(".")
    if not point:
        return int(whole)
    if not decimals or "." in decimals:
        raise NoValue(f"{digits[:20]!r} is no number")
    return Fraction(int(whole + decimals), 10 ** len(decimals))
