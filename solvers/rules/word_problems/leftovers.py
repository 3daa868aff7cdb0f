"""What a reading leaves out, and what that says against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import EACH, GROUP, NOBODY, Amount
from spoonbench.solvers.rules.word_problems.goals import CHANGE, FAR, NEAR, STATE, Goal, distance
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.terms import Reading, Term

if TYPE_CHECKING:
    from collections.abc import Sequence


_EACH_NUMBER, _EACH_STEP, _LONG_TEXT = 0.1, 0.15, 0.3
"""What each number beyond two, each step beyond one, and a long text say against a reading."""
_LONG = 28
"""Words; a text of twice as many holds more than what was read of it, as a rule."""


def n_steps(term: Term) -> int:
    """Steps of a derivation, changes of units left out."""
    if term.step is None:
        return 0
    inner = sum(n_steps(part) for _, part in term.step.parts if isinstance(part, Term))
    return inner + (term.step.rule != "unit")


def reading_of(term: Term, told: Sequence[Term], goal: Goal, n_words: int) -> Reading:
    """Add what the numbers cost that play no part."""
    cost, assumptions = term.cost, list(term.assumptions)
    used = [other.amount for other in told if other.uses <= term.uses]
    for other in told:
        if other.uses <= term.uses:
            continue
        extra, why = _leftover(other, goal, term)
        if goal.is_others and not is_description(other.amount):
            extra = max(extra, 1.2)
        if is_description(other.amount) and not goal.is_others:
            extra = min(extra, 0.3)
        elif extra < 2 and _belongs(other.amount, used, goal):
            extra = max(extra, 1.6)
        cost += extra
        if extra >= 1:
            assumptions.append(why)
    for one in used:
        if one.verb_class == "unknown":
            cost += 0.8
            assumptions.append(f"what {one.lemma!r} does is not known")
    cost += _EACH_NUMBER * max(len(term.uses) - 2, 0)
    cost += _EACH_STEP * max(n_steps(term) - 1, 0)
    cost += _LONG_TEXT * max(n_words // _LONG - 1, 0)
    if goal.thing.head in {"number", "integer"}:
        cost += 1.5
        assumptions.append("a number of no things")
    owner = goal.amount.owner
    if (
        owner not in {NOBODY, GROUP}
        and goal.amount.verb_class in STATE
        and not any(
            owner in one.amount.owners
            or owner in one.amount.context
            or set(owner.split()) & one.amount.context
            or (one.amount.compare is not None and one.amount.compare.other == owner)
            for one in told
        )
    ):
        cost += 2.0
        assumptions.append(f"nothing is told of {owner}")
    if " ago " in goal.asked.text or " next " in goal.asked.text:
        cost += 2.0
        assumptions.append("another time is asked about")
    if goal.doubts:
        cost += 0.7
        assumptions.append(f"{min(goal.doubts)!r} is passed over")
    value = term.value
    if value < 0:
        cost += 6
        assumptions.append("less than nothing")
    if value.denominator != 1 and goal.asked.how == "many" and not goal.dimension:
        whole_inputs = all(
            other.value.denominator == 1 for other in told if other.uses <= term.uses
        )
        if whole_inputs:
            cost += 4
            assumptions.append("a part of a thing that is counted whole")
    if value == 0:
        # Everything may be gone, or nobody ahead; nowhere else is nothing the answer.
        rule = term.step.rule if term.step is not None else ""
        is_all = rule == "part" and _takes_parts(term)
        cost += 0.1 if rule in {"change", "compare"} or is_all or goal.is_left else 2
    return Reading(term, cost, tuple(assumptions))


def _belongs(amount: Amount, used: Sequence[Amount], goal: Goal) -> bool:
    """Whether an amount is of the kind of one that was used, with the same owner."""
    head = amount.thing.head
    if not head or amount.value == 1 or is_general(amount):
        return False
    for one in used:
        if one.per and head == one.per and not amount.per:
            return True
        if one.per == EACH and not amount.per and one.sentence == amount.sentence:
            return True
        if (
            not one.per and not amount.per
            and one.clause == amount.clause
            and one.lemma == amount.lemma
            and distance(one, goal) > FAR
            and distance(amount, goal) > FAR
            and one.role == amount.role
        ):
            # Bought together with what was used, for a price that is not told.
            return True
        if one.verb_class in CHANGE and amount.verb_class not in CHANGE:
            # Who gives is not who has what is sought.
            continue
        if (
            head == one.thing.head
            and amount.thing.words == one.thing.words
            and not amount.per
            and not one.per
        ):
            if (
                amount.owner == one.owner
                or GROUP in {amount.owner, one.owner}
                or NOBODY in {amount.owner, one.owner}
            ):
                return amount.place == one.place or NOBODY in {amount.place, one.place}
    return False


def _leftover(other: Term, goal: Goal, term: Term) -> tuple[float, str]:
    amount = other.amount
    text = f"{amount.value} {amount.thing.head} plays no part"
    if amount.form != "number":
        return 2.5, text
    away = distance(amount, goal)
    lexicon = load_lexicon()
    if amount.role == "whole":
        return 1.0, text
    if (
        amount.value is not None
        and amount.value == len(term.uses)
        and amount.value > 1
        and away > NEAR
    ):
        # "2 pumpkins; the first weighed ..., the second ...": it counts what was listed.
        return 0.1, text
    places = {amount.place, goal.amount.place} - {NOBODY}
    if len(places) > 1 and amount.verb_class in STATE:
        # "How many are in the left jar": what is in the right one is not asked for.
        return 0.3, text
    if amount.in_question:
        return 3.0, text
    if amount.value == 1 and away > NEAR:
        return 0.2, text
    if is_general(amount):
        return 0.5, text
    if amount.per:
        return 1.5 if away > FAR else 2.0, text
    owner = goal.amount.owner
    is_others = amount.owner not in {NOBODY, GROUP} and owner != amount.owner
    if away > FAR:
        if amount.thing.head in lexicon.words["times"]:
            return 0.4, text
        # Another thing of another owner cannot be meant.
        return 0.05 if is_others and amount.is_thing_told and not amount.per else 0.3, text
    if (
        owner not in {NOBODY, GROUP}
        and owner not in amount.owners
        and amount.owner not in {NOBODY, GROUP}
    ):
        return 0.3, text
    group = goal.amount.group
    if group and amount.owner not in group | {NOBODY, GROUP}:
        return 0.1, text
    if goal.amount.lemma != amount.lemma and goal.amount.lemma and amount.verb_class not in CHANGE:
        return 1.0, text
    return 1.5, text


def _takes_parts(term: Term) -> bool:
    """Whether what is taken away is told to be some of the rest: "7 of his 7 cups"."""
    taken = () if term.step is None else term.step.parts[1:]
    return all(isinstance(part, Term) and part.amount.is_part for _, part in taken)


def is_description(amount: Amount) -> bool:
    """ "9 were torn": told of some of them, and nothing happens to them."""
    if amount.is_negated:
        return False
    return (
        amount.is_part
        and amount.role == "subject"
        and amount.verb_class in STATE | {"do", "lose"}
        and amount.lemma not in {"eat"}
        and (amount.verb_class != "lose" or not amount.is_passive or amount.lemma in _DAMAGE)
    )


_DAMAGE = frozenset(
    {"tear", "break", "crack", "spoil", "rot", "damage", "bruise", "use", "paint", "sign"}
)


def why_unused(amount: Amount, goal: Goal) -> str:
    """Why an amount plays no part in an answer, in words."""
    owner = goal.amount.owner
    nobody = {NOBODY, GROUP}
    if is_description(amount):
        return "tells of some of them only"
    if amount.per:
        return "a rate that is not needed"
    if distance(amount, goal) > FAR and amount.thing.head:
        return f"counts {amount.thing.head}, which is not asked for"
    if owner not in nobody and amount.owner not in nobody and owner not in amount.owners:
        return f"of {amount.owner}, who is not asked about"
    if amount.times and goal.amount.times and not amount.times & goal.amount.times:
        return "of another time"
    return "plays no part"


def is_general(amount: Amount) -> bool:
    """"There are 5 boxes in a case": told of cases as such, not of what somebody has."""
    return bool(amount.soft_per) and amount.owner == NOBODY and amount.soft_per != amount.thing.head
