"""Totals over groups: how many groups there are, what each of them holds, how fast one goes."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import EACH, Amount, Story, thing_distance
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.costs import UNTOLD
from spoonbench.solvers.rules.word_problems.goals import (
    FAR,
    NEAR,
    Goal,
    dimension_of_thing,
    distance,
    names_groups,
)
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.rates import as_count, counts_groups
from spoonbench.solvers.rules.word_problems.settling import settle
from spoonbench.solvers.rules.word_problems.terms import Term, cheapest, combine, quotients
from spoonbench.solvers.rules.word_problems.untold import has_open_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_TOTALS = 3
"""So many ways to come to a total are tried, the cheapest first."""
_NOT_NAMED, _GROUPS_NOT_NAMED = 0.8, 0.7
"""The question, or the text, does not say what the groups are."""
_TWO = 2
_THREE = 3


def by_division(goal: Goal, rates: list[Term], counts: list[Term], story: Story) -> Iterator[Term]:
    """How many groups: a total over what one holds.

    Args:
        goal: what is sought.
        rates: amounts counted by something.
        counts: all others.
        story: the whole text.
    """
    if not counts and len(rates) == _TWO and rates[0].amount.clause == rates[1].amount.clause:
        yield from _by_one_of_two(goal, rates[0], rates[1])
        yield from _by_one_of_two(goal, rates[1], rates[0])
    for rate in rates:
        is_named = names_groups(goal, rate.amount)
        if goal.dimension and goal.dimension == dimension_of_thing(rate.amount.thing):
            # Money by the price of one is no money.
            continue
        if not is_named and distance(rate.amount, goal) < _TWO:
            continue
        holds = rate.amount.thing
        why = f"so many {holds.head or 'of them'} make one {rate.amount.per}"
        cost = 0.0 if is_named else _NOT_NAMED
        for total in _totals(goal, rate, counts, story, is_named=is_named):
            yield from quotients("groups", total, rate, goal.amount, why, cost=cost)


def _by_one_of_two(goal: Goal, rate: Term, other: Term) -> Iterator[Term]:
    """Only one is counted by buses: "28 students and 7 seats on each bus"."""
    if names_groups(goal, rate.amount) and other.value >= rate.value:
        why = f"so many {rate.amount.thing.head} for one {rate.amount.per}"
        yield from quotients("groups", as_count(other, 0.0), rate, goal.amount, why, cost=1.5)


def _totals(
    goal: Goal, rate: Term, counts: list[Term], story: Story, *, is_named: bool
) -> list[Term]:
    """What the groups hold in all: derived, or one told amount."""
    holds = rate.amount.thing
    inner = altered(goal, thing=holds, dimension=dimension_of_thing(holds), most=inf)
    others = [
        count
        for count in counts
        if not count.uses & rate.uses
        and (rate.amount.per == EACH or not counts_groups(count.amount, rate.amount))
    ]
    totals = cheapest(settle(inner, others, story), _MOST_TOTALS)
    for one in others:
        away = distance(one.amount, inner)
        if totals and away > NEAR:
            continue
        # Of another kind only where the groups are named.
        if away < FAR or (is_named and one.amount.thing.head):
            doubt = 0.1 if away <= NEAR and len(others) == 1 else 0.5 if away < FAR else 1.0
            totals.append(altered(one, cost=one.cost + doubt))
    return totals


def by_sharing(goal: Goal, counts: list[Term], story: Story) -> Iterator[Term]:
    """A total over the number of groups: what each holds."""
    if goal.asked.how == "fast":
        yield from _speeds(goal, counts)
        return
    named = [count for count in counts if _is_per(count.amount, goal.amount.per)]
    groups = named or _unnamed_groups(goal, counts)
    for count in [group for group in groups if group.value != 1] or groups:
        rest = [term for term in counts if term is not count]
        totals = cheapest(settle(altered(goal, most=inf), rest, story), _MOST_TOTALS)
        singles = [term for term in rest if distance(term.amount, goal) < FAR]
        if len(singles) == 1:
            totals = [singles[0], *totals]
        cost = (0.0 if named else _GROUPS_NOT_NAMED) + UNTOLD * has_open_part(goal, story)
        for total in totals:
            why = "shared out equally"
            yield from quotients("sharing", total, count, goal.amount, why, cost=cost)


def _speeds(goal: Goal, counts: Sequence[Term]) -> Iterator[Term]:
    lengths = [count for count in counts if dimension_of_thing(count.amount.thing) == "length"]
    times = [count for count in counts if dimension_of_thing(count.amount.thing) == "time"]
    for length in lengths:
        for time in times:
            yield from quotients("rate", length, time, goal.amount, "distance by time")


def _unnamed_groups(goal: Goal, counts: Sequence[Term]) -> list[Term]:
    """What may count the groups where nothing is named as the question names them."""
    return [count for count in counts if distance(count.amount, goal) > FAR] or [
        count for count in counts if not count.amount.is_thing_told or not goal.thing.head
    ]


def _is_per(amount: Amount, per: str) -> bool:
    """Whether an amount counts what the question counts by."""
    head = amount.thing.head
    if not per or per == EACH or not head:
        return False
    lexicon = load_lexicon()
    if per == "person":
        return head in lexicon.words["people"] or lexicon.is_kind_of(head, "person")
    return (
        per == head
        or per in amount.thing.words
        or lexicon.is_kind_of(head, per)
        or lexicon.is_kind_of(per, head)
    )


def by_ratio(goal: Goal, counts: list[Term]) -> Iterator[Term]:
    """One amount over another of the same thing: "how many times as many"."""
    text = goal.asked.text
    if " how many times " not in text or (" as " not in text and " more " not in text):
        return
    if len(counts) != _TWO:
        return
    big, small = sorted(counts, key=lambda term: term.value, reverse=True)
    if thing_distance(big.amount.thing, small.amount.thing) <= FAR:
        why = "how many times the one is in the other"
        yield from quotients("ratio", big, small, goal.amount, why, cost=0.3)


def by_spans(goal: Goal, counts: list[Term]) -> Iterator[Term]:
    """So much in each of the days: "3 hours for 6 days"."""
    for span in counts:
        if not span.amount.is_span:
            continue
        for term in counts:
            is_within = term is not span and term.amount.clause == span.amount.clause
            if is_within and distance(term.amount, goal) <= NEAR:
                parts = (("", term), ("*", span))
                yield combine("groups", parts, goal.amount, "so much each time", 0.6)


def by_pairs(goal: Goal, counts: list[Term]) -> Iterator[Term]:
    """Two amounts that belong together, and a third of the kind of one of them.

    "It takes 4 apples to make 1 pie; how many apples for 12 pies?"
    """
    if len(counts) < _THREE:
        return
    for first in counts:
        if distance(first.amount, goal) > NEAR:
            continue
        for second in counts:
            if second is first or not _is_pair(first.amount, second.amount):
                continue
            for third in counts:
                if third is not first and _is_second_time(third.amount, second.amount):
                    yield from _in_proportion(goal, first, second, third)


def _is_pair(first: Amount, second: Amount) -> bool:
    """Whether two amounts of different things are told for each other."""
    return (
        second.sentence == first.sentence
        and abs(second.clause - first.clause) <= 1
        and (first.in_question or not second.in_question)
        and bool(second.thing.head)
        and thing_distance(second.thing, first.thing) >= FAR
    )


def _is_second_time(third: Amount, second: Amount) -> bool:
    """Whether a thing is counted again, in another clause."""
    of, other = third.thing.of, second.thing.of
    return (
        third.clause != second.clause
        and third.thing.head == second.thing.head
        and (not of or not other or of == other)
    )


def _in_proportion(goal: Goal, first: Term, second: Term, third: Term) -> Iterator[Term]:
    """The first over the second, times the third."""
    cost = 0.2 if second.value == 1 else 0.6
    if third.amount.in_question or third.amount.is_if:
        cost -= 0.2
    why = f"for one {second.amount.thing.head}"
    for one in quotients("rate", first, second, first.amount, why):
        parts = (("", one), ("*", third))
        yield combine("groups", parts, goal.amount, "so many for each of them", cost)
