"""What readings take for granted, as costs: the heart of the choice between them.

A cost is no probability; costs add up, and the cheapest reading is the answer. About 0.1 is what
plain English leaves open in every second sentence; 0.5 is a reading that another one with a reason
beats; from 1 on it is not answered with; 2 and more is against what is said. A cost that one rule
alone knows stands in the table of that rule; those that several rules share stand here.
"""

from __future__ import annotations

ASKS_DIFFERENCE = 2.0
"""The question says "how many more", and the answer is no difference."""
UNTOLD = 2.0
"""Some of what counts is told without a number ("she had some stamps")."""
MOST_COST = 0.6
"""A reading that takes more than this for granted is not answered with."""
MARGIN = 1.0
"""A reading of another value has to cost that much more than the one that is answered with."""
ANOTHERS = 1.5
"""An amount of somebody else is taken for one of the owner's."""
GIVEN = 1.5
"""What somebody gets from another is taken for a part of what the other two have."""
ANOTHER_THING = 2.0
"""A part is told to be of another thing than its whole."""
OTHER_VERB = 1.0
"""The question's verb is not the one that the amounts are told with."""
SIBLINGS = 2.0
"""Two parts of one thing are taken for the whole and a part of it."""
STARTS = 2.0
"""The question asks for the start, and the answer is none."""


def summed(*doubts: tuple[float, bool]) -> float:
    """The costs of all doubts that hold, each given as (cost, whether it holds)."""
    total = 0.0
    for cost, holds in doubts:
        if holds:
            total += cost
    return total
