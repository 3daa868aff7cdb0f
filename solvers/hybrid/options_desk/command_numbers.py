"""Numbers that stand behind options of the command line: amounts, rates, factors."""

from __future__ import annotations

import re
from decimal import Decimal

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.rules.reading import MOST, MOST_PLACES

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?([eE][+-]?\d{1,2})?", re.ASCII)


def read_number(option: str, text: str) -> Decimal:
    """An exact number; commas or underscores may stand between its thousands.

    >>> read_number("--account", "250,000")
    Decimal('250000')

    Raises:
        BadInput: it is none, too large, or has too many decimals.
    """
    # Decimal reads more than people mean by a number: the digits of all scripts, or "snan".
    said = text.strip().replace("_", ",")
    if not _NUMBER.fullmatch(said) or not any(map(str.isdigit, said.partition("e")[0])):
        raise BadInput(f"{option} {text!r} is no number")
    found = Decimal(said.replace(",", ""))
    exponent = found.normalize().as_tuple().exponent
    if abs(found) > MOST or int(exponent) < -MOST_PLACES:
        raise BadInput(
            f"{option} {text!r} is no number up to {MOST:,} of up to {MOST_PLACES} decimals"
        )
    return found
