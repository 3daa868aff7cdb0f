"""So many of one thing for each of another: products, quotients and equal shares.

Not covered: two rates in one text, a rate together with gains or losses, times and speeds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.events import ANY_THING, NO_THING, Event, Story, Thing
from spoonbench.solvers.rules.lexicon import load_lexicon
from spoonbench.solvers.rules.sentences import Token, Unclear
from spoonbench.solvers.rules.world import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

RATE_WORDS = frozenset({"each", "every", "per", "apiece", "equally"})
_PAIR = 2


def counted_by(tokens: Sequence[Token]) -> str:
    """The thing that a clause counts by: "box" in "4 in each box"; "" where it has no rate."""
    lexicon = load_lexicon()
    closed = lexicon.words["adverbs"] | lexicon.words["auxiliaries"] | lexicon.words["prepositions"]
    for index, token in enumerate(tokens):
        if token.text not in RATE_WORDS:
            continue
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        is_noun = after.isalpha() and after not in closed and after not in lexicon.verbs
        return lexicon.singular(after) if is_noun and token.text != "equally" else ANY_THING
    return ""


def solve_rate(story: Story, asked: Thing) -> Amount:
    """Multiply or divide the two numbers of a text that has a rate.

    Raises:
        Unclear: there are other numbers, or the things do not fit together.
    """
    told = [event for event in story.events if event.value is not None]
    share_of = counted_by([Token(word) for word in story.question.text.split()])
    if any(event.per for event in told):
        return _by_rate(told, asked, is_share=bool(share_of))
    if not share_of:
        raise Unclear("what is counted for each is not told")
    return _equal_share(told, asked, share_of)


def _by_rate(told: Sequence[Event], asked: Thing, *, is_share: bool) -> Amount:
    rates = [event for event in told if event.per]
    others = [event for event in told if not event.per]
    if len(rates) != 1 or len(others) != 1 or is_share:
        raise Unclear("more than one rate, or more than one number besides it")
    rate, other = rates[0], others[0]
    one, many = rate.value, other.value
    if one is None or many is None:
        raise Unclear("one of the two numbers is not told")
    is_group = rate.per == ANY_THING or rate.per in other.thing.words
    is_same = rate.thing.head == other.thing.head
    if rate.thing.matches(asked) and rate.thing.head and is_group and not is_same:
        return Amount(value=one * many, n_used=_PAIR)
    is_asked = asked.head == rate.per and other.thing.head in rate.thing.words
    if is_asked and one:
        return _whole(many / one, asked)
    raise Unclear("the rate and what is asked do not fit together")


def _equal_share(told: Sequence[Event], asked: Thing, share_of: str) -> Amount:
    if asked.head == share_of:
        asked = NO_THING
    totals = [
        event
        for event in told
        if (event.thing.is_within(asked) if asked.head else share_of not in event.thing.words)
    ]
    groups = [
        event
        for event in told
        if event not in totals and (share_of == ANY_THING or share_of in event.thing.words)
    ]
    if len(totals) != 1 or len(groups) != 1 or share_of in asked.words:
        raise Unclear("what is shared, or among how many, is not plain")
    total, n_groups = totals[0].value, groups[0].value
    if total is None or not n_groups:
        raise Unclear("what is shared, or among how many, is not told")
    return _whole(total / n_groups, asked)


def _whole(value: Fraction, asked: Thing) -> Amount:
    """The quotient; things that are counted come whole."""
    if value.denominator != 1 and asked.head != "dollar":
        raise Unclear("the division leaves a rest")
    return Amount(value=value, n_used=_PAIR)
