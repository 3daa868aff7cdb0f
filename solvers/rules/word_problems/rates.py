"""What is counted by what: products, divisions, sharing out, and pairs of amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import (
    EACH,
    NO_THING,
    Amount,
    Story,
    Thing,
    thing_distance,
)
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.goals import (
    FAR,
    NEAR,
    Goal,
    dimension_of_thing,
    distance,
    is_rate_goal,
    names_groups,
)
from spoonbench.solvers.rules.word_problems.leftovers import is_general
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.settling import settle
from spoonbench.solvers.rules.word_problems.terms import Term, combine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def split_rates(goal: Goal, terms: Sequence[Term]) -> tuple[list[Term], list[Term]]:
    """Amounts counted by something, and all others.

    "A bee has 6 legs" is counted by bees only where bees are counted or asked for.
    """
    rates, counts = [], []
    for term in terms:
        amount = term.amount
        if amount.per:
            rates.append(term)
        elif amount.soft_per and not goal.is_others and amount.soft_per != amount.thing.head and _is_counted(amount.soft_per, goal, terms, term):
            rates.append(
                Term(
                    term.value,
                    altered(amount, per=amount.soft_per),
                    term.uses,
                    term.step,
                    term.cost + 0.1,
                    term.assumptions,
                )
            )
        else:
            counts.append(term)
    return rates, counts


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
    """Amounts counted by groups, times the groups."""
    world = list(counts)
    pending = list(rates)
    used: list[Term] = []
    progress = True
    while pending and progress:
        progress = False
        for rate in list(pending):
            if (
                goal.thing.head
                and names_groups(goal, rate.amount)
                and distance(rate.amount, goal) > 1
            ):
                continue
            matches = [
                count
                for count in world
                if _counts_groups(count.amount, rate.amount) and not count.uses & rate.uses
            ]
            matches = _nearest(matches, rate.amount)
            if not matches:
                continue
            for count in matches:
                world[world.index(count)] = _product(count, rate)
            pending.remove(rate)
            used.append(rate)
            progress = True
    is_rate = is_rate_goal(goal)
    if not is_rate:
        yield from _by_one_rate(goal, rates, counts, story)
    if used:
        for term in settle(goal, world, story):
            if is_rate:
                term.cost += 1.0
            yield term
        if pending:
            lone = [_as_count(rate, 1.0) for rate in pending]
            yield from settle(goal, world + lone, story)
    elif not is_rate or goal.asked.is_more:
        yield from settle(
            goal,
            counts
            + [
                _as_count(
                    rate, 0.2 if dimension_of_thing(Thing(rate.amount.per)) == "time" else 0.8
                )
                for rate in rates
            ],
            story,
        )
    for rate in rates:
        if (
            rate in used
            or distance(rate.amount, goal) > FAR
            or goal.thing.head
            and names_groups(goal, rate.amount)
        ):
            continue
        others = [count for count in counts if distance(count.amount, goal) > FAR]
        inner = altered(goal, thing=NO_THING, dimension="")
        for term in (
            sorted(settle(inner, others, story), key=lambda one: one.cost)[:2] or others[:1]
        ):
            result = combine(
                "groups",
                (("", term), ("*", rate)),
                altered(goal.amount),
                "so many for each of them",
                cost=1.2,
            )
            if result is not None:
                yield result


def _by_one_rate(goal: Goal, rates: list[Term], counts: list[Term], story: Story) -> Iterator[Term]:
    """How many groups there are in all, times what is in one of them."""
    for rate in rates:
        if (
            distance(rate.amount, goal) > FAR
            or rate.amount.per == EACH
            or (goal.thing.head and names_groups(goal, rate.amount))
        ):
            continue
        groups = _had(
            [count for count in counts if _counts_groups(count.amount, rate.amount)]
        )
        if len(groups) < 2:  # noqa: PLR2004
            continue
        asked = altered(
            goal.asked,
            amount=altered(goal.amount, lemma="", verb_class="", thing=groups[0].amount.thing),
        )
        inner = altered(goal, asked=asked, thing=NO_THING, dimension="")
        for term in sorted(settle(inner, groups, story), key=lambda one: one.cost)[:3]:
            result = combine(
                "groups",
                (("", term), ("*", rate)),
                altered(goal.amount),
                f"so many for each {rate.amount.per}",
            )
            if result is not None:
                yield result


def _as_count(rate: Term, cost: float) -> Term:
    return Term(
        rate.value,
        altered(rate.amount, per=""),
        rate.uses,
        rate.step,
        rate.cost + cost,
        rate.assumptions,
    )


def _had(matches: list[Term]) -> list[Term]:
    """Without "5 boxes in a case", which counts no boxes that somebody has, where others do."""
    return [match for match in matches if not is_general(match.amount)] or matches


def _nearest(matches: list[Term], rate: Amount) -> list[Term]:
    """Counts of the rate's own owner or clause, where some are; all of them otherwise."""
    matches = _had(matches)
    exact = [match for match in matches if match.amount.thing.head == rate.per]
    lexicon = load_lexicon()
    if lexicon.is_kind_of(rate.per, "person"):
        others = [match for match in matches if match not in exact]
        if not any(lexicon.siblings(match.amount.thing.head, rate.per) for match in others):
            return matches
    return exact or matches


def _product(count: Term, rate: Term) -> Term:
    amount = altered(
        count.amount,
        thing=rate.amount.thing,
        context=count.amount.context | rate.amount.context,
        is_thing_told=True,
        per="",
        soft_per="",
        compare=None,
    )
    product = combine(
        "groups",
        (("", count), ("*", rate)),
        amount,
        f"{rate.amount.thing.head or 'amount'} by {rate.amount.per}, times their number",
    )
    assert product is not None  # noqa: S101 - no division
    product.cost += _group_cost(count.amount, rate.amount)
    return product


def _counts_groups(count: Amount, rate: Amount) -> bool:
    """Whether an amount counts what a rate is counted by."""
    if count.value == 1 and count.clause == rate.clause:
        # "1 pencil weighs 28 grams": the one that the rate is told of.
        return False
    if rate.per == EACH:
        return True
    per = rate.per
    if not count.thing.head:
        return False
    if per in {count.thing.head, count.thing.of} or per in count.thing.words:
        return True
    lexicon = load_lexicon()
    if lexicon.is_kind_of(count.thing.head, per) or lexicon.is_kind_of(per, count.thing.head):
        return True
    if lexicon.is_kind_of(count.thing.head, "person") and lexicon.is_kind_of(per, "person"):
        return True
    unit, other = lexicon.units.get(count.thing.head), lexicon.units.get(per)
    return unit is not None and unit is other


def _group_cost(count: Amount, rate: Amount) -> float:
    if rate.per == count.thing.head:
        return 0.0
    return 0.4


def by_division(goal: Goal, rates: list[Term], counts: list[Term], story: Story) -> Iterator[Term]:
    """How many groups: a total over what one holds."""
    if not counts and len(rates) == 2 and rates[0].amount.clause == rates[1].amount.clause:  # noqa: PLR2004
        # "28 students and 7 seats on each bus": only one of them is counted by buses.
        first, second = rates
        for rate, other in ((first, second), (second, first)):
            if names_groups(goal, rate.amount) and other.value >= rate.value:
                result = combine(
                    "groups", (("", _as_count(other, 0.0)), ("/", rate)), altered(goal.amount),
                    f"so many {rate.amount.thing.head} for one {rate.amount.per}", cost=1.5,
                )
                if result is not None:
                    yield result
    for rate in rates:
        is_named = names_groups(goal, rate.amount)
        if not is_named and distance(rate.amount, goal) < 2:
            continue
        inner = altered(
            goal, thing=rate.amount.thing, dimension=dimension_of_thing(rate.amount.thing)
        )
        others = [
            count
            for count in counts
            if not count.uses & rate.uses
            and (rate.amount.per == EACH or not _counts_groups(count.amount, rate.amount))
        ]
        totals = sorted(settle(inner, others, story), key=lambda term: term.cost)[:3]
        for one in others:
            away = distance(one.amount, inner)
            if totals and away > NEAR:
                continue
            # One told amount is the total; of another kind only where the groups are named.
            doubt = 0.1 if away <= NEAR and len(others) == 1 else 0.5 if away < FAR else 1.0
            if away < FAR or (is_named and one.amount.thing.head):
                totals.append(
                    Term(one.value, one.amount, one.uses, one.step, one.cost + doubt, one.assumptions)
                )
        for total in totals:
            result = combine(
                "groups",
                (("", total), ("/", rate)),
                altered(goal.amount),
                f"so many {rate.amount.thing.head or 'of them'} make one {rate.amount.per}",
                cost=0.0 if is_named else 0.8,
            )
            if result is not None:
                yield result


def by_sharing(goal: Goal, rates: list[Term], counts: list[Term], story: Story) -> Iterator[Term]:
    """A total over the number of groups: what each holds."""
    per = goal.amount.per
    if goal.asked.how == "fast":
        lengths = [count for count in counts if dimension_of_thing(count.amount.thing) == "length"]
        times = [count for count in counts if dimension_of_thing(count.amount.thing) == "time"]
        for length in lengths:
            for time in times:
                result = combine(
                    "rate", (("", length), ("/", time)), altered(goal.amount), "distance by time"
                )
                if result is not None:
                    yield result
        return
    named = [count for count in counts if _is_per(count.amount, per)]
    others = [count for count in counts if count not in named]
    groups = (
        named
        or [count for count in counts if distance(count.amount, goal) > FAR]
        or [count for count in counts if not count.amount.is_thing_told or not goal.thing.head]
    )
    if len(groups) > 1:
        groups = [count for count in groups if count.value != 1] or groups
    for count in groups:
        cost = 0.0 if named else 0.7
        inner_terms = [term for term in counts if term is not count]
        totals = sorted(settle(goal, inner_terms, story), key=lambda term: term.cost)[:3]
        singles = [term for term in inner_terms if distance(term.amount, goal) < FAR]
        if len(singles) == 1:
            totals = [singles[0], *totals]
        for total in totals:
            result = combine(
                "sharing",
                (("", total), ("/", count)),
                altered(goal.amount),
                "shared out equally",
                cost=cost,
            )
            if result is not None:
                yield result
    del others, rates


def _is_per(amount: Amount, per: str) -> bool:
    if not per or per == EACH or not amount.thing.head:
        return False
    lexicon = load_lexicon()
    head = amount.thing.head
    if per == "person":
        return head in lexicon.words["people"] or lexicon.is_kind_of(head, "person")
    return (
        per == head
        or per in amount.thing.words
        or lexicon.is_kind_of(head, per)
        or lexicon.is_kind_of(per, head)
    )


def by_spans(goal: Goal, counts: list[Term]) -> Iterator[Term]:
    """ "3 hours for 6 days": so much in each of the days."""
    spans = [term for term in counts if term.amount.is_span]
    for span in spans:
        for term in counts:
            if (
                term is not span
                and term.amount.clause == span.amount.clause
                and distance(term.amount, goal) <= NEAR
            ):
                result = combine(
                    "groups",
                    (("", term), ("*", span)),
                    altered(goal.amount),
                    "so much each time",
                    cost=0.6,
                )
                if result is not None:
                    yield result


def by_pairs(goal: Goal, counts: list[Term]) -> Iterator[Term]:
    """Two amounts that belong together, and a third of the kind of one of them.

    "It takes 4 apples to make 1 pie; how many apples for 12 pies?"
    """
    for first in counts:
        if distance(first.amount, goal) > NEAR:
            continue
        for second in counts:
            if (
                second is first
                or second.amount.sentence != first.amount.sentence
                or second.amount.in_question
                and not first.amount.in_question
            ):
                continue
            if (
                not second.amount.thing.head
                or thing_distance(second.amount.thing, first.amount.thing) < FAR
            ):
                continue
            if abs(second.amount.clause - first.amount.clause) > 1:
                continue
            for third in counts:
                if (
                    third is second
                    or third is first
                    or third.amount.thing.head != second.amount.thing.head
                    or (third.amount.thing.of and second.amount.thing.of and third.amount.thing.of != second.amount.thing.of)
                    or third.amount.clause == second.amount.clause
                ):
                    continue
                cost = 0.2 if second.value == 1 else 0.6
                if third.amount.in_question or third.amount.is_if:
                    cost -= 0.2
                one = combine(
                    "rate",
                    (("", first), ("/", second)),
                    altered(first.amount),
                    f"for one {second.amount.thing.head}",
                )
                if one is None:
                    continue
                result = combine(
                    "groups",
                    (("", one), ("*", third)),
                    altered(goal.amount),
                    "so many for each of them",
                    cost=cost,
                )
                if result is not None:
                    yield result


def by_ratio(goal: Goal, counts: list[Term]) -> Iterator[Term]:
    """"How many times as many": one amount over another of the same thing."""
    text = goal.asked.text
    if " how many times " not in text or " as " not in text and " more " not in text:
        return
    if len(counts) != 2:  # noqa: PLR2004
        return
    big, small = sorted(counts, key=lambda term: term.value, reverse=True)
    if thing_distance(big.amount.thing, small.amount.thing) > FAR:
        return
    result = combine("ratio", (("", big), ("/", small)), altered(goal.amount), "how many times the one is in the other", cost=0.3)
    if result is not None:
        yield result
