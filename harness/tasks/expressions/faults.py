"""Makes malformed expressions out of well-formed ones, mostly by changing one character.

Every fault takes away any reading: its docstring says why. Nothing here is decided by asking a
contestant. A fault that does not apply to an expression gives None.

Not covered: texts that some calculators refuse and others read: two numbers side by side
("5 3", "2(3)"), a point without digits on one side ("5.", ".5"), 2^3^2, -2^2, 80 + 15%, 15%%.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.expressions.choices import happens
from spoonbench.harness.tasks.expressions.trees import (
    BAR,
    CHANGES,
    NEGATIVE,
    OF,
    PERCENT,
    POSITIVE,
    Group,
    Number,
    Operation,
    Operator,
    Ratio,
    Signed,
    Tree,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    Fault = Callable[[random.Random, Tree], list[str] | None]

_BINARY = {"+", "-", "*", "/", "^", BAR}
# Operators that are never signs: without a left operand they mean nothing.
_NEVER_SIGNS = {"*", "/", "^", BAR, PERCENT}
_BESIDE: tuple[Operator, ...] = ("+", "-", "*")
_SLASHES = {"/", BAR}
# No letter that means something between or behind digits: not e, i, x, k, nor hexadecimal.
_LETTERS = "qwyzO"
_FOREIGN = "#$\N{SECTION SIGN}"


def missing_operand(rng: random.Random, tree: Tree) -> list[str] | None:
    """Take a number away where an operator then has nothing on one side.

    What follows the number is an operator that is no sign, and now has no left operand; or it is
    the end or a closing parenthesis, and what stands before it needs a right operand.
    """
    tokens = tree.tokens()
    places = [
        place
        for place in _numbers(tokens)
        if _needs(tokens[place - 1] if place else None, _token(tokens, place + 1))
    ]
    if not places:
        return None
    del tokens[rng.choice(places)]
    return tokens


def doubled_operator(rng: random.Random, tree: Tree) -> list[str] | None:
    """Write "*" or "/" behind an operator: it has no left operand, and is no sign.

    Never the same twice: "**" is a power to some, and "//" a division.
    """
    tokens = tree.tokens()
    places = [place for place, token in enumerate(tokens) if token in _BINARY]
    if not places:
        return None
    place = rng.choice(places)
    before = tokens[place]
    other = "/" if before == "*" else "*" if before in _SLASHES else rng.choice("*/")
    return [*tokens[: place + 1], other, *tokens[place + 1 :]]


def lost_parenthesis(rng: random.Random, tree: Tree) -> list[str] | None:
    """Take one parenthesis away: as many must open as close."""
    tokens = tree.tokens()
    places = [place for place, token in enumerate(tokens) if token in {"(", ")"}]
    if not places:
        return None
    del tokens[rng.choice(places)]
    return tokens


def extra_parenthesis(rng: random.Random, tree: Tree) -> list[str] | None:
    """Open one before a number, or close one behind it: as many must open as close."""
    tokens = tree.tokens()
    place = rng.choice(_numbers(tokens))
    if happens(rng, 0.5):
        return [*tokens[:place], "(", *tokens[place:]]
    return [*tokens[: place + 1], ")", *tokens[place + 1 :]]


def wrong_parenthesis(rng: random.Random, tree: Tree) -> list[str] | None:
    """Close a round parenthesis with a square or curly one."""
    tokens = tree.tokens()
    places = [place for place, symbol in enumerate(tokens) if symbol == ")"]
    if not places:
        return None
    tokens[rng.choice(places)] = rng.choice("]}")
    return tokens


def empty_parentheses(rng: random.Random, tree: Tree) -> list[str] | None:
    """Write "()" for a number: nothing stands where an operand is needed."""
    tokens = tree.tokens()
    place = rng.choice(_numbers(tokens))
    return [*tokens[:place], "(", ")", *tokens[place + 1 :]]


def letter(rng: random.Random, tree: Tree) -> list[str] | None:
    """Write a letter into a number: it stands for nothing that is known.

    Not where a number is 0: whatever the letter of "0z" or "0 * 3z" stands for, that is 0.
    """
    tokens = tree.tokens()
    if any(not Fraction(tokens[place]) for place in _numbers(tokens)):
        return None
    place = rng.choice(_numbers(tokens))
    cut = rng.randint(1, len(tokens[place]))
    tokens[place] = tokens[place][:cut] + rng.choice(_LETTERS) + tokens[place][cut:]
    return tokens


def foreign_sign(rng: random.Random, tree: Tree) -> list[str] | None:
    """Write a sign that is no operator for an operator."""
    tokens = tree.tokens()
    places = [place for place, token in enumerate(tokens) if token in _BINARY]
    if not places:
        return None
    tokens[rng.choice(places)] = f" {rng.choice(_FOREIGN)} "
    return tokens


def doubled_point(rng: random.Random, tree: Tree) -> list[str] | None:
    """Write the point of a decimal twice: a number has at most one."""
    tokens = tree.tokens()
    places = [place for place in _numbers(tokens) if "." in tokens[place]]
    if not places:
        return None
    place = rng.choice(places)
    tokens[place] = tokens[place].replace(".", "..")
    return tokens


def doubled_separator(rng: random.Random, tree: Tree) -> list[str] | None:
    """Write a number with two commas between its thousands: no way of writing numbers has that."""
    tokens = tree.tokens()
    place = rng.choice(_numbers(tokens))
    tokens[place] = f"{rng.randint(1, 99)},,{rng.randint(0, 999):03d}"
    return tokens


def division_by_zero(rng: random.Random, tree: Tree) -> list[str] | None:
    """Divide by something worth zero: the expression, a fraction, or with a negative exponent."""
    if tree.binding == 0:
        return None
    quotient: Tree
    match rng.randrange(3):
        case 0:
            quotient = Operation(operator="/", left=tree, right=_zero(rng))
        case 1:
            quotient = Ratio(top=rng.randint(0, 20), bottom=0)
        case _:
            exponent = Signed(sign="negative", operand=Number(text=str(rng.randint(1, 3))))
            quotient = Operation(operator="^", left=_zero(rng), right=exponent)
    operator = rng.choice(_BESIDE)
    beside = Number(text=str(rng.randint(0, 100)))
    if happens(rng, 0.5):
        return Operation(operator=operator, left=quotient, right=beside).tokens()
    return Operation(operator=operator, left=beside, right=quotient).tokens()


FAULTS: tuple[Fault, ...] = (
    missing_operand,
    doubled_operator,
    lost_parenthesis,
    extra_parenthesis,
    wrong_parenthesis,
    empty_parentheses,
    letter,
    foreign_sign,
    doubled_point,
    doubled_separator,
    division_by_zero,
)


def _zero(rng: random.Random) -> Tree:
    if happens(rng, 0.6):
        return Number(text=rng.choice(("0", "0", "0", "0.0")))
    number = Number(text=str(rng.randint(1, 100)))
    return Group(inner=Operation(operator="-", left=number, right=number))


def _numbers(tokens: Sequence[str]) -> list[int]:
    """Places of the numbers; every expression has one."""
    return [place for place, token in enumerate(tokens) if token[0].isdigit()]


def _token(tokens: Sequence[str], place: int) -> str | None:
    return tokens[place] if place < len(tokens) else None


def _needs(before: str | None, after: str | None) -> bool:
    """Without a number between them, `after` lacks a left operand or `before` a right one."""
    if after in _NEVER_SIGNS:
        # Side by side, two of these could be read as one sign: "**", "//".
        return not (before in _BINARY and after in _BINARY and before not in {"+", "-"})
    is_needed = before in {*_BINARY, NEGATIVE, POSITIVE, OF, *CHANGES}
    return is_needed and after in {None, ")"}
