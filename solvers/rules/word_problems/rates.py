"""What is counted by what: amounts for each group, times the groups."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import EACH, NO_THING, Amount, Story, Thing
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.goals import (
    FAR,
    Goal,
    dimension_of_thing,
    distance,
    is_rate_goal,
    names_groups,
)
from spoonbench.solvers.rules.word_problems.leftovers import is_general
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.settling import settle
from spoonbench.solvers.rules.word_problems.terms import Term, cheapest, combine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SOFT = 0.1
"""A subject in the singular ("a bee has 6 legs") is taken for what is counted by."""
_OTHER_NAME = 0.4
"""What is counted by has another name than what is counted."""
_CONSUMING = frozenset({"take", "use", "consume", "require"})
_TWO = 2


def split_rates(goal: Goal, terms: Sequence[Term]) -> tuple[list[Term], list[Term]]:
    """Amounts counted by something, and all others.

    "A bee has 6 legs" is counted by bees only where bees are counted or asked for.
    """
    rates, counts = [], []
    for term in terms:
        amount = term.amount
        if amount.per:
            rates.append(term)
        elif _is_soft_rate(amount, goal) and _is_counted(amount.soft_per, goal, terms, term):
            by_group = altered(amount, per=amount.soft_per)
            rates.append(altered(term, amount=by_group, cost=term.cost + _SOFT))
        else:
            counts.append(term)
    return rates, counts


def _is_soft_rate(amount: Amount, goal: Goal) -> bool:
    soft_per = amount.soft_per
    return bool(soft_per) and not goal.is_others and soft_per != amount.thing.head


def _is_counted(noun: str, goal: Goal, terms: Sequence[Term], besides: Term) -> bool:
    if goal.amount.is_thing_told and noun in goal.thing.words:
        return True
    return any(
        term is not besides
        and noun in {term.amount.thing.head, term.amount.thing.of}
        and term.value != 1
        for term in terms
    )


def by_products(goal: Goal, rates: list[Term], counts: list[Term], story: Story) -> Iterator[Term]:
    """Amounts counted by groups, times the groups.

    Args:
        goal: what is sought.
        rates: amounts counted by something.
        counts: all others.
        story: the whole text.
    """
    world, pending = _multiplied(goal, rates, counts)
    is_used = len(pending) < len(rates)
    is_rate = is_rate_goal(goal)
    if not is_rate:
        yield from _by_one_rate(goal, rates, counts, story)
    if is_used:
        for term in settle(goal, world, story):
            if is_rate:
                term.cost += 1.0
            yield term
        if pending:
            yield from settle(goal, world + [as_count(rate, 1.0) for rate in pending], story)
    elif not is_rate or goal.asked.is_more:
        alone = [as_count(rate, 0.6 if _is_per_time(rate.amount) else 0.8) for rate in rates]
        yield from settle(goal, counts + alone, story)
    for rate in pending:
        if _may_count_goal(goal, rate.amount):
            yield from _by_unnamed_groups(goal, rate, counts, story)


def _multiplied(goal: Goal, rates: list[Term], counts: list[Term]) -> tuple[list[Term], list[Term]]:
    """Counts, times the rates as far as they fit, and the rates that fit none.

    A product may be counted by again: 3 boxes of 4 bags of 5 sweets.
    """
    world, pending = list(counts), list(rates)
    progress = True
    while pending and progress:
        progress = False
        for rate in list(pending):
            matches = _matches(goal, rate, world)
            for count in matches:
                world[world.index(count)] = _product(count, rate)
            if matches:
                pending.remove(rate)
                progress = True
    return world, pending


def _matches(goal: Goal, rate: Term, counts: Sequence[Term]) -> list[Term]:
    """Counts of the groups that a rate is counted by."""
    is_asked = goal.thing.head and names_groups(goal, rate.amount)
    if is_asked and distance(rate.amount, goal) > 1:
        # The number of the groups is sought.
        return []
    matches = [
        count
        for count in counts
        if counts_groups(count.amount, rate.amount) and not count.uses & rate.uses
    ]
    return _nearest(matches, rate.amount)


def _is_per_time(rate: Amount) -> bool:
    return dimension_of_thing(Thing(rate.per)) == "time"


def _may_count_goal(goal: Goal, rate: Amount) -> bool:
    """Whether a rate may count what is sought, and is not counted by it."""
    if distance(rate, goal) > FAR:
        return False
    return not (goal.thing.head and names_groups(goal, rate))


def _by_unnamed_groups(goal: Goal, rate: Term, counts: list[Term], story: Story) -> Iterator[Term]:
    """A rate times whatever else is counted, where nothing has the name of its groups."""
    others = [count for count in counts if distance(count.amount, goal) > FAR]
    inner = altered(goal, thing=NO_THING, dimension="", most=inf)
    for term in cheapest(settle(inner, others, story), 2) or others[:1]:
        why = "so many for each of them"
        yield combine("groups", (("", term), ("*", rate)), goal.amount, why, 1.2)


def _by_one_rate(goal: Goal, rates: list[Term], counts: list[Term], story: Story) -> Iterator[Term]:
    """How many groups there are in all, times what is in one of them."""
    for rate in rates:
        if rate.amount.per == EACH or not _may_count_goal(goal, rate.amount):
            continue
        groups = _had([count for count in counts if counts_groups(count.amount, rate.amount)])
        groups = _described_alike(groups, rate.amount)
        if len(groups) < _TWO:
            continue
        thing = groups[0].amount.thing
        amount = altered(goal.amount, lemma="", verb_class="", thing=thing)
        asked = altered(goal.asked, amount=amount)
        inner = altered(goal, asked=asked, amount=amount, thing=NO_THING, dimension="", most=inf)
        for term in cheapest(settle(inner, groups, story), 3):
            why = f"so many for each {rate.amount.per}"
            yield combine("groups", (("", term), ("*", rate)), goal.amount, why)


def as_count(rate: Term, cost: float) -> Term:
    """A rate as if it were counted by nothing, for a cost."""
    return altered(rate, amount=altered(rate.amount, per=""), cost=rate.cost + cost)


def _had(matches: list[Term]) -> list[Term]:
    """Without "5 boxes in a case", which counts no boxes that somebody has, where others do."""
    return [match for match in matches if not is_general(match.amount)] or matches


def _nearest(matches: list[Term], rate: Amount) -> list[Term]:
    """Counts of just what the rate is counted by, where some are; all of them otherwise."""
    matches = _had(matches)
    # "3 on each of the 8 tables in his section", whatever other tables there are.
    own = [match for match in matches if match.amount.is_group_count]
    if own and len(own) < len(matches) and any(one.amount.clause == rate.clause for one in own):
        return own
    matches = _described_alike(matches, rate)
    exact = [match for match in matches if match.amount.thing.head == rate.per]
    lexicon = load_lexicon()
    if lexicon.is_kind_of(rate.per, "person"):
        others = [match for match in matches if match not in exact]
        if not any(lexicon.siblings(match.amount.thing.head, rate.per) for match in others):
            return matches
    return exact or matches


def _described_alike(counts: list[Term], rate: Amount) -> list[Term]:
    """As in "Each red apple costs 2": of red and green apples the red ones."""
    alike = [count for count in counts if _attributes(count.amount) & rate.context]
    whose = frozenset(rate.owner.split()) - {rate.per, rate.soft_per, "of", "one"}
    if rate.verb_class == "cost" and whose:
        # "A bottle of water costs 2": no bottle of juice.
        counts = [
            count
            for count in counts
            if not _attributes(count.amount) or _attributes(count.amount) & whose
        ]
    return alike if alike and all(_attributes(count.amount) for count in counts) else counts


def _attributes(amount: Amount) -> frozenset[str]:
    return amount.thing.words - {amount.thing.head}


def _product(count: Term, rate: Term) -> Term:
    frame = count.amount
    if rate.amount.lemma in _CONSUMING and rate.amount.clause != frame.clause:
        # "She made 4 capes that took 6 yards each": the yards are gone.
        frame = altered(frame, lemma=rate.amount.lemma, verb_class="lose")
    amount = altered(
        frame,
        thing=rate.amount.thing,
        context=count.amount.context | rate.amount.context,
        is_thing_told=True,
        per="",
        soft_per="",
        compare=None,
    )
    why = f"{rate.amount.thing.head or 'amount'} by {rate.amount.per}, times their number"
    product = combine("groups", (("", count), ("*", rate)), amount, why)
    product.cost += 0.0 if rate.amount.per == count.amount.thing.head else _OTHER_NAME
    return product


def counts_groups(count: Amount, rate: Amount) -> bool:
    """Whether an amount counts what a rate is counted by."""
    if count.clause == rate.clause and count.value == 1:
        # "1 pencil weighs 28 grams": the one that the rate is told of.
        return False
    return rate.per == EACH or _is_named(count.thing, rate.per)


def _is_named(thing: Thing, per: str) -> bool:
    """Whether a thing is, or may be, what something is counted by."""
    head = thing.head
    if not head:
        return False
    lexicon = load_lexicon()
    if per in {head, thing.of} or per in thing.words:
        return True
    if lexicon.is_kind_of(head, per) or lexicon.is_kind_of(per, head):
        return True
    if lexicon.is_kind_of(head, "person") and lexicon.is_kind_of(per, "person"):
        return True
    unit = lexicon.units.get(head)
    return unit is not None and unit is lexicon.units.get(per)
