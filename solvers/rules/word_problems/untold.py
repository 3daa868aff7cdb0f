"""Amounts that are told without a number, and what they leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import GROUP, MOVES, thing_distance
from spoonbench.solvers.rules.word_problems.goals import CHANGE, FAR, LOSS, NEAR, STATE, distance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.solvers.rules.word_problems.amounts import Amount, Story
    from spoonbench.solvers.rules.word_problems.goals import Goal


def is_near(amount: Amount, goal: Goal) -> bool:
    """Whether an amount may be one of what is sought."""
    return (
        not amount.thing.head
        or not goal.thing.head
        or thing_distance(amount.thing, goal.thing) < FAR
    )


def concerns(amount: Amount, holders: frozenset[str]) -> bool:
    """Whether an amount belongs to one of the holders, or may do so."""
    if amount.is_vague and amount.verb_class in MOVES and not amount.owners:
        # "Some got on".
        return True
    return not holders or not holders.isdisjoint(amount.owners)


def is_open(goal: Goal, story: Story, holders: frozenset[str]) -> bool:
    """Whether somebody is said to have "some", so that no number is known to start from."""
    return any(
        amount.verb_class in {"state", "boundary"}
        and amount.lemma != ""
        and (goal.amount.owner == GROUP or concerns(amount, holders))
        for amount in _some_near(goal, story)
    )


def has_open_part(goal: Goal, story: Story) -> bool:
    """Whether anybody or any place is said to have "some" of what is sought."""
    return any(
        amount.verb_class in STATE and amount.lemma != "" for amount in _some_near(goal, story)
    )


def has_open_change(goal: Goal, story: Story, holders: frozenset[str]) -> bool:
    """Whether the holders are said to get or to lose "some"."""
    return any(
        amount.verb_class in CHANGE and concerns(amount, holders)
        for amount in _some_near(goal, story)
    )


def has_open_member(goal: Goal, story: Story) -> bool:
    """Whether "some" is told with the verb of the question."""
    return any(amount.lemma == goal.amount.lemma for amount in _some_near(goal, story))


def has_open_loss(goal: Goal, story: Story, holders: frozenset[str]) -> bool:
    """Whether things went away without a number, where it is asked what is left."""
    return any(
        amount.verb_class in LOSS
        and amount.is_thing_told
        and amount.lemma not in {"use", "spend"}
        and (is_near(amount, goal) or amount.thing.head == "one")
        and concerns(amount, holders)
        for amount in story.vague
    )


def untold_change(goal: Goal, story: Story) -> str:
    """What is told of without a number and may belong to what is sought; "" for nothing."""
    if goal.is_start or goal.amount.verb_class in CHANGE:
        return ""
    for amount in story.vague:
        if (
            amount.role != "none"
            and amount.lemma != goal.amount.lemma
            and amount.verb_class in CHANGE
            and amount.thing.head
            and distance(amount, goal) <= NEAR
        ):
            return f"how many {amount.thing.head} is not told"
    return ""


def _some_near(goal: Goal, story: Story) -> Iterator[Amount]:
    """Amounts of what is sought, in the order of the text, that are told without a number."""
    return (amount for amount in story.vague if amount.role != "none" and is_near(amount, goal))
