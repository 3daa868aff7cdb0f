"""Ways to come to what is sought by adding and taking away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import GROUP, NOBODY, Amount, Story
from spoonbench.solvers.rules.word_problems.changes import (
    add_changes,
    concerns,
    holders_of,
    is_near,
    is_open,
)
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.differences import add_differences, add_margin
from spoonbench.solvers.rules.word_problems.goals import (
    CHANGE,
    FAR,
    LOSS,
    NEAR,
    STATE,
    Goal,
    distance,
    names,
)
from spoonbench.solvers.rules.word_problems.terms import Term, add_term
from spoonbench.solvers.rules.word_problems.totals import add_totals
from spoonbench.solvers.rules.word_problems.wholes import (
    add_kinds,
    add_parts,
    add_remainder,
    add_rest,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def settle(goal: Goal, terms: Sequence[Term], story: Story) -> list[Term]:
    """Ways to come to the goal by adding and taking away."""
    found: list[Term] = []

    def at_end(owner: str, side: list[Term]) -> Term | None:
        return _at_end(goal, owner, side, story)

    near = [term for term in terms if distance(term.amount, goal) <= NEAR]
    _direct(goal, near, found)
    _told(goal, terms, found)
    if len(near) >= 1:
        timely = _in_time(goal, near)
        if timely is not None:
            _settle_among(goal, timely, story, found, 0.0)
            _settle_among(goal, near, story, found, 0.7)
        else:
            _settle_among(goal, near, story, found, 0.0)
    maybe = [term for term in terms if distance(term.amount, goal) < FAR]
    if len(maybe) > len(near):
        _settle_among(goal, maybe, story, found, 0.6)
    same = [term for term in terms if _same_head(term.amount, goal)]
    if len(same) > len(maybe):
        add_parts(goal, same, found, 0.2)
        add_differences(goal, same, found, 0.2, at_end)
        _settle_among(goal, same, story, found, 2.0)
    if len(terms) > len(same) and len(terms) > len(maybe) and goal.is_total:
        add_totals(goal, list(terms), found, 2.0)
    if len(terms) > len(maybe):
        add_differences(goal, list(terms), found, 1.5, at_end)
    add_margin(goal, terms, found)
    add_rest(goal, terms, story, found)
    add_kinds(goal, terms, found)
    return found


def _told(goal: Goal, terms: Sequence[Term], found: list[Term]) -> None:
    """The one number of a text, where it is said of just what is asked."""
    if len(terms) != 1 or distance(terms[0].amount, goal) > NEAR:
        return
    term = terms[0]
    is_said = term.amount.lemma == goal.amount.lemma and term.amount.owner == goal.amount.owner
    add_term(found, "told", [("", term)], altered(goal.amount), "said just so", 1.0 if is_said else 4.0)


def _direct(goal: Goal, terms: Sequence[Term], found: list[Term]) -> None:
    """A derived amount that is what is asked for."""
    derived = [term for term in terms if term.step is not None]
    owner = goal.amount.owner
    for term in derived:
        cost = 0.0
        if owner not in {NOBODY, GROUP}:
            if not names(term.amount, owner, frozenset(owner.split())):
                if len(derived) > 1 or term.amount.owner not in {NOBODY, GROUP}:
                    continue
                cost = 0.3
        elif (
            goal.amount.times
            and goal.amount.times & term.amount.times
            and not any(
                goal.amount.times & other.amount.times for other in terms if other is not term
            )
        ):
            cost = 0.0
        elif len(terms) > 1:
            cost = 1.0 if len(derived) > 1 or goal.is_total or owner == GROUP else 0.4
        if goal.asked.is_more:
            cost += 2.0
        if goal.is_left or goal.is_start or goal.is_others:
            cost += 1.0
        lemma = goal.amount.lemma
        if (
            term.amount.lemma != lemma
            and term.amount.verb_class in LOSS
            and goal.amount.verb_class in STATE
        ):
            cost += 0.5
        found.append(
            Term(term.value, term.amount, term.uses, term.step, term.cost + cost, term.assumptions)
        )


def _same_head(amount: Amount, goal: Goal) -> bool:
    return bool(amount.thing.words & goal.thing.words) or distance(amount, goal) < FAR


def _settle_among(
    goal: Goal, terms: list[Term], story: Story, found: list[Term], cost: float
) -> None:
    add_changes(goal, terms, story, found, cost)
    open_parts = any(
        amount.is_vague
        and not amount.is_asked
        and amount.verb_class in STATE
        and amount.role != "none"
        and amount.lemma != ""
        and is_near(amount, goal)
        for amount in story.amounts
    )
    is_short = open_parts and not goal.is_start
    add_remainder(goal, terms, found, cost + 2.0 * is_short)
    doubt = 0.0
    if goal.amount.verb_class in STATE and not goal.is_start:
        holders = holders_of(goal, terms)
        if is_open(goal, story, holders):
            doubt = 2.0
        elif any(
            amount.is_vague
            and not amount.is_asked
            and amount.verb_class in CHANGE
            and amount.role != "none"
            and is_near(amount, goal)
            and concerns(amount, goal, holders)
            for amount in story.amounts
        ):
            doubt = 1.0
    elif any(
        amount.is_vague
        and not amount.is_asked
        and amount.role != "none"
        and amount.lemma == goal.amount.lemma
        and is_near(amount, goal)
        for amount in story.amounts
    ):
        # Some of what is to be added up is told without a number.
        doubt = 2.0
    add_totals(goal, terms, found, cost + doubt, frozenset(story.owners))
    add_parts(goal, terms, found, cost + (2.0 if is_short else doubt), frozenset(story.owners))
    def at_end(owner: str, side: list[Term]) -> Term | None:
        return _at_end(goal, owner, side, story)

    add_differences(goal, terms, found, cost, at_end)


def _at_end(goal: Goal, owner: str, terms: list[Term], story: Story) -> Term | None:
    """What one owner has after everything that is told."""
    amount = altered(goal.amount, owner=owner, lemma="have", verb_class="state", times=frozenset())
    asked = altered(goal.asked, amount=amount, is_more=False, other=None, text=" now ")
    found: list[Term] = []
    inner = altered(goal, asked=asked, is_total=False, is_left=False, is_start=False, is_now=True)
    add_changes(inner, terms, story, found, 0.0)
    return min(found, key=lambda term: term.cost, default=None)


def _in_time(goal: Goal, terms: list[Term]) -> list[Term] | None:
    """Those told of the time that is asked about, where others are told of other times."""
    times = goal.amount.times
    if not times or goal.asked.is_more or (goal.is_now and goal.amount.verb_class in STATE):
        return None
    timely = [term for term in terms if not term.amount.times or term.amount.times & times]
    if not any(term.amount.times & times for term in timely) or len(timely) == len(terms):
        return None
    return timely
