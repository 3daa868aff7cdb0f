"""Linear equations as they are written: "3x - y = 7", "x/4 + 2 = 5"."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def write_sum(coefficients: Sequence[Fraction | int], names: Sequence[str], rest: int = 0) -> str:
    """A sum of multiples of unknowns and a number; what is 0 is left out.

    >>> write_sum([3, -1], ["x", "y"], -7)
    '3x - y - 7'
    """
    parts = [(c, _multiple(abs(Fraction(c)), n)) for c, n in zip(coefficients, names, strict=True)]
    parts.append((rest, str(abs(rest))))
    text = ""
    for value, shown in parts:
        if not value:
            continue
        if not text:
            text = f"-{shown}" if value < 0 else shown
        else:
            text += f" - {shown}" if value < 0 else f" + {shown}"
    return text or "0"


def write_group(factor: int, name: str, rest: int) -> str:
    """A product with a sum: "3(x - 2)".

    >>> write_group(-1, "x", 4)
    '-(x + 4)'
    """
    front = {1: "", -1: "-"}.get(factor, str(factor))
    return f"{front}({write_sum([1], [name], rest)})"


def _multiple(coefficient: Fraction, name: str) -> str:
    if coefficient == 1:
        return name
    if coefficient.denominator == 1:
        return f"{coefficient}{name}"
    if coefficient.numerator == 1:
        return f"{name}/{coefficient.denominator}"
    return f"({coefficient}){name}"
