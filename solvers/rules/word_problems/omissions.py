"""What a text leaves out: whom or what it never speaks of, what has no price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import UNNAMED
from spoonbench.solvers.rules.word_problems.goals import dimension_of_thing
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon

if TYPE_CHECKING:
    from spoonbench.solvers.rules.word_problems.amounts import Amount, Story
    from spoonbench.solvers.rules.word_problems.goals import Goal

_NEUTRAL = frozenset(
    {
        "whole", "entire", "other", "total", "one", "two", "of", "new", "old", "each", "first",
        "second", "third", "fourth", "fifth", "sixth", "last", "next",
    }
)  # fmt: skip
"""What tells things apart that are all spoken of."""


def new_words(goal: Goal, story: Story) -> list[str]:
    """What the question says of whom or from where, and nothing in the text before."""
    owner = goal.amount.owner
    said = goal.amount.source.split()
    if owner not in UNNAMED:
        said += owner.split()[:-1]
    lexicon = load_lexicon()
    singular, possessives = lexicon.singular, lexicon.words["possessives"]
    asked = [
        word.removesuffix("'s")
        for word in said
        if word not in _NEUTRAL
        and word not in possessives
        and word not in lexicon.comparatives
        and not word.endswith("est")
    ]
    if not asked:
        return []
    told = story.told_words | {singular(word) for word in story.told_words}
    return [word for word in asked if word not in told]


def is_unpriced(bought: Amount, goal: Goal, story: Story) -> bool:
    """Whether one of `Story.vague` is bought, and no price of it is told."""
    if bought.verb_class != "buy" or not bought.thing.head:
        return False
    head = bought.thing.head
    if head in goal.amount.context or head in goal.amount.owner.split():
        return False
    prices = [
        one
        for one in story.amounts
        if one.value is not None and dimension_of_thing(one.thing) == "money"
    ]
    if bought.role != "bought":
        # "Each costs 40 cents; she bought some".
        return any(head in {one.per, one.soft_per} for one in prices)
    return bool(prices) and not any(
        head in {one.per, one.soft_per}
        or head in one.owner.split()
        or (one.clause != bought.clause and head in one.context)
        or (one.clause == bought.clause and one.role == "for" and one.start > bought.start)
        for one in prices
    )
