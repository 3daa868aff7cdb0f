"""Ways to come to what is sought by adding and taking away."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.ages import by_years
from spoonbench.solvers.rules.word_problems.amounts import GROUP, UNNAMED, Amount, Story
from spoonbench.solvers.rules.word_problems.changes import by_changes, holders_of
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.costs import ASKS_DIFFERENCE, UNTOLD, summed
from spoonbench.solvers.rules.word_problems.differences import (
    asks_difference,
    by_differences,
    by_margin,
)
from spoonbench.solvers.rules.word_problems.goals import (
    FAR,
    LOSS,
    NEAR,
    STATE,
    Goal,
    distance,
    names,
    says,
)
from spoonbench.solvers.rules.word_problems.kinds import by_kinds, by_rest
from spoonbench.solvers.rules.word_problems.terms import Term, cheapest, combine
from spoonbench.solvers.rules.word_problems.totals import by_totals
from spoonbench.solvers.rules.word_problems.untold import (
    has_open_change,
    has_open_loss,
    has_open_member,
    has_open_part,
    is_open,
)
from spoonbench.solvers.rules.word_problems.wholes import by_parts, by_remainder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_TOGETHER = (" together ", " both ")
_OTHER_TIMES = 0.7
"""Amounts of other times than the one that is asked about are among the terms."""
_PERHAPS_OTHER = 0.6
"""Amounts of what is only perhaps the thing that is asked for are among the terms."""
_OTHER_KINDS = 2.0
"""Amounts of other kinds of the thing are among the terms."""


def settle(goal: Goal, terms: Sequence[Term], story: Story) -> list[Term]:
    """Ways to come to the goal by adding and taking away.

    Args:
        goal: what is sought.
        terms: all amounts at hand; the rules choose among them by what they count.
        story: the whole text, amounts without a number among them.
    """
    return list(_ways(goal, list(terms), story))


def _ways(goal: Goal, terms: list[Term], story: Story) -> Iterator[Term]:
    near, maybe, same = _by_likeness(goal, terms)
    yield from _direct(goal, near)
    if len(terms) == 1:
        yield from _told(goal, terms[0])
    yield from by_years(goal, terms)
    if near:
        timely = _in_time(goal, near)
        yield from _settle_among(goal, timely, story, 0.0)
        if timely is not near:
            yield from _settle_among(goal, near, story, _OTHER_TIMES)
    if len(maybe) > len(near):
        yield from _settle_among(goal, maybe, story, _PERHAPS_OTHER)
    if len(same) > len(maybe):
        yield from by_parts(goal, same, 0.2)
        yield from _differences(goal, same, story, 0.2)
        yield from _settle_among(goal, same, story, _OTHER_KINDS)
    if goal.is_total and len(terms) > len(same):
        yield from by_totals(goal, terms, _OTHER_KINDS)
    if len(terms) > len(maybe):
        yield from _differences(goal, terms, story, 1.5)
    yield from by_margin(goal, terms)
    yield from by_rest(goal, terms, story)
    yield from by_kinds(goal, terms)


def _by_likeness(goal: Goal, terms: Sequence[Term]) -> tuple[list[Term], list[Term], list[Term]]:
    """Terms that count what is sought, those that may do so, and those that share a word."""
    near: list[Term] = []
    maybe: list[Term] = []
    same: list[Term] = []
    for term in terms:
        away = distance(term.amount, goal)
        if away <= NEAR:
            near.append(term)
        if away < FAR:
            maybe.append(term)
        if away < FAR or term.amount.thing.words & goal.thing.words:
            same.append(term)
    return near, maybe, same


def _told(goal: Goal, term: Term) -> Iterator[Term]:
    """The one number of a text, where it is said of just what is asked."""
    amount = term.amount
    if distance(amount, goal) > NEAR:
        return
    is_said = amount.lemma == goal.amount.lemma and amount.owner == goal.amount.owner
    yield combine("told", (("", term),), goal.amount, "said just so", 1.0 if is_said else 4.0)


def _direct(goal: Goal, terms: Sequence[Term]) -> Iterator[Term]:
    """A derived amount that is what is asked for."""
    derived = [term for term in terms if term.step is not None]
    is_lone = len(derived) == 1
    for term in derived:
        if goal.amount.owner in UNNAMED:
            doubt = 0.0 if _is_of_time(goal, term, terms) else _choice(goal, terms, is_lone=is_lone)
        elif names(term.amount, goal.amount.owner, frozenset(goal.amount.owner.split())):
            doubt = 0.0
        elif is_lone and term.amount.owner in UNNAMED:
            doubt = 0.3
        else:
            continue
        is_lost = (
            term.amount.lemma != goal.amount.lemma
            and term.amount.verb_class in LOSS
            and goal.amount.verb_class in STATE
        )
        doubt = summed(
            (doubt, True),
            (ASKS_DIFFERENCE, goal.asked.is_more),
            (1.0, goal.is_left or goal.is_start or goal.is_others),
            (1.0, _is_compared(term) and says(goal.asked.text, _TOGETHER)),
            (0.5, is_lost),
        )
        yield altered(term, cost=term.cost + doubt)


def _is_compared(term: Term) -> bool:
    return term.step is not None and term.step.rule in {"compare", "times"}


def _is_of_time(goal: Goal, term: Term, terms: Sequence[Term]) -> bool:
    """Whether one term alone is told of the time that is asked about."""
    times = goal.amount.times
    return bool(times & term.amount.times) and not any(
        times & other.amount.times for other in terms if other is not term
    )


def _choice(goal: Goal, terms: Sequence[Term], *, is_lone: bool) -> float:
    """What it costs to choose one of several amounts that fit."""
    if len(terms) == 1:
        return 0.0
    return 0.4 if is_lone and not goal.is_total and goal.amount.owner != GROUP else 1.0


def _settle_among(goal: Goal, terms: list[Term], story: Story, cost: float) -> Iterator[Term]:
    """The rules that take all of the terms."""
    if cost >= goal.most:
        return
    people = frozenset(story.owners)
    is_short = is_lost = False
    doubt = 0.0
    if story.vague:
        is_short = has_open_part(goal, story) and not goal.is_start
        is_lost = goal.is_left and has_open_loss(goal, story, holders_of(goal, terms))
        doubt = _doubt_of_untold(goal, terms, story)
    yield from by_changes(goal, terms, story, cost)
    yield from by_remainder(goal, terms, cost + UNTOLD * (is_short or is_lost))
    yield from by_totals(goal, terms, cost + doubt, people)
    yield from by_parts(goal, terms, cost + (UNTOLD if is_short or is_lost else doubt), people)
    is_open_side = is_short and goal.amount.owner in UNNAMED
    yield from _differences(goal, terms, story, cost + UNTOLD * is_open_side)


def _doubt_of_untold(goal: Goal, terms: Sequence[Term], story: Story) -> float:
    """What it costs that some of what is to be added up is told without a number."""
    if goal.amount.verb_class not in STATE or goal.is_start:
        return UNTOLD if has_open_member(goal, story) else 0.0
    holders = holders_of(goal, terms)
    if is_open(goal, story, holders):
        return UNTOLD
    return 1.0 if has_open_change(goal, story, holders) else 0.0


def _differences(goal: Goal, terms: list[Term], story: Story, cost: float) -> Iterable[Term]:
    if not asks_difference(goal):
        return ()

    def at_end(owner: str, side: list[Term]) -> Term | None:
        return _at_end(goal, owner, side, story)

    return by_differences(goal, terms, cost, at_end)


def _at_end(goal: Goal, owner: str, terms: list[Term], story: Story) -> Term | None:
    """What one owner has after everything that is told."""
    amount: Amount = altered(
        goal.amount, owner=owner, lemma="have", verb_class="state", times=frozenset()
    )
    asked = altered(goal.asked, amount=amount, is_more=False, other=None, text=" now ")
    inner = altered(
        goal,
        asked=asked,
        amount=amount,
        is_total=False,
        is_left=False,
        is_start=False,
        is_now=True,
        most=inf,
    )
    found = cheapest(by_changes(inner, terms, story, 0.0), 1)
    return found[0] if found else None


def _in_time(goal: Goal, terms: list[Term]) -> list[Term]:
    """Those told of the time that is asked about, where others are told of other times."""
    times = goal.amount.times
    if not times or goal.asked.is_more or (goal.is_now and goal.amount.verb_class in STATE):
        return terms
    timely = [term for term in terms if not term.amount.times or term.amount.times & times]
    is_told = any(term.amount.times & times for term in timely)
    return timely if is_told and len(timely) < len(terms) else terms
