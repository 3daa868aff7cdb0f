"""A part from the whole and the other parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import (
    GROUP,
    NOBODY,
    Amount,
    Story,
    thing_distance,
)
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.goals import (
    CHANGE,
    FAR,
    GAIN,
    LOSS,
    NEAR,
    STATE,
    Goal,
    is_wanted,
    narrow_times,
)
from spoonbench.solvers.rules.word_problems.leftovers import is_description
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.terms import Term, add_term

if TYPE_CHECKING:
    from collections.abc import Sequence


def _names_part(goal: Goal, wholes: Sequence[Term]) -> bool:
    """Whether the question names a kind of the things that no whole is of."""
    words = goal.thing.words
    return bool(words) and any(words - term.amount.thing.words for term in wholes)


def add_remainder(goal: Goal, terms: list[Term], found: list[Term], cost: float) -> None:
    """Everything told of, less the parts of it that are told of too."""
    parts = [term for term in terms if term.amount.is_part and not term.amount.is_asked]
    wholes = [term for term in terms if not term.amount.is_part]
    if not parts or not wholes:
        return
    if any(
        term.amount.verb_class in LOSS | {"go", "need"} or term.amount.is_now for term in wholes
    ):
        cost += 1.0
    if len({term.amount.owner for term in wholes}) > 1 and goal.amount.owner not in {NOBODY, GROUP}:
        cost += 0.6
    # "Burned all but 5": so many were not burned.
    is_excepted = all(term.amount.is_negated for term in parts)
    is_rest = goal.is_left or goal.is_others or goal.is_now or is_excepted
    if not is_rest and goal.amount.verb_class not in STATE:
        cost += 0.3
    if goal.is_start or goal.is_total:
        cost += 0.5
    lemma = goal.amount.lemma
    if (
        lemma not in {"be", "have", ""}
        and any(term.amount.lemma == lemma for term in wholes)
        and not goal.is_others
    ):
        cost += 1.0
    if any(is_description(term.amount) for term in parts) and not (
        goal.is_left or goal.is_others or _names_part(goal, wholes)
    ):
        cost += 0.8
    if goal.asked.is_more:
        cost += 2.0
    if any(_is_given(part.amount, goal) for part in parts):
        cost += 1.5
    if any(
        part.amount.is_thing_told
        and all(thing_distance(part.amount.thing, whole.amount.thing) > FAR for whole in wholes)
        for part in parts
    ):
        cost += 2.0
    if len({part.amount.lemma for part in parts}) > 1 and all(is_description(part.amount) for part in parts):
        cost += 0.6
    extra = 0.3 if len(wholes) == 1 else 0.5
    add_term(
        found,
        "part",
        [("+", term) for term in wholes] + [("-", term) for term in parts],
        altered(goal.amount),
        "the whole less the parts that are told",
        cost + extra,
    )


def add_rest(goal: Goal, terms: Sequence[Term], story: Story, found: list[Term]) -> None:
    """"The other singers are children": the singers less those told to be something else."""
    for rest in story.amounts:
        if rest.role != "rest" or thing_distance(rest.thing, goal.thing) > NEAR:
            continue
        wholes = [term for term in terms if rest.context and rest.context <= term.amount.thing.words]
        others = [
            term
            for term in terms
            if term not in wholes and not term.amount.per and term.amount.clause <= rest.clause
        ]
        if len(wholes) != 1 or not others:
            continue
        parts = [("+", wholes[0]), *[("-", term) for term in others]]
        add_term(found, "part", parts, altered(goal.amount), "the whole less its other parts", 0.2)


def add_kinds(goal: Goal, terms: Sequence[Term], found: list[Term]) -> None:
    """"Of 30 children 12 are girls; how many are boys?": boys are the other kind of children."""
    head = goal.thing.head
    lexicon = load_lexicon()
    parts = [term for term in terms if term.amount.is_part]
    wholes = [
        term
        for term in terms
        if not term.amount.is_part
        and term.amount.thing.head != head
        and lexicon.is_kind_of(head, term.amount.thing.head)
    ]
    if len(wholes) != 1 or not parts or goal.is_total or goal.asked.is_more:
        return
    if wholes[0].amount.verb_class not in STATE or len(parts) + 1 != len(terms):
        return
    if any(not lexicon.siblings(_kind_of(term.amount), head) for term in parts):
        return
    signed = [("+", wholes[0]), *[("-", term) for term in parts]]
    add_term(found, "part", signed, altered(goal.amount), "the whole less its other kinds", 0.2)


def _kind_of(amount: Amount) -> str:
    """What those are said to be of whom a number is told: "12 of them are girls"."""
    nouns = [word for word in amount.context if load_lexicon().kinds.get(word)]
    return next((word for word in nouns if word != amount.thing.head), amount.thing.head)


def add_parts(
    goal: Goal,
    terms: list[Term],
    found: list[Term],
    cost: float,
    people: frozenset[str] = frozenset(),
) -> None:
    """A part from the whole and the other parts."""
    if len(terms) < 2 or (goal.thing.head == "fraction" and not (goal.is_left or goal.is_others)):  # noqa: PLR2004
        return
    wholes = [
        term
        for term in terms
        if term.amount.is_total
        and not any(
            other is not term
            and other.amount.clause == term.amount.clause
            and other.amount.role == term.amount.role
            for other in terms
        )
    ] or [max(terms, key=lambda term: term.value)]
    whole = wholes[0]
    rest = [term for term in terms if term is not whole]
    extra = 0.0 if goal.is_others or whole.amount.is_total else 0.6
    targets = [
        term for term in terms if term.amount.verb_class == "need" and term.amount.in_question
    ]
    if targets:
        whole = targets[0]
        rest = [term for term in terms if term is not whole]
        add_term(
            found,
            "need",
            [("+", whole), *[("-", term) for term in rest]],
            altered(goal.amount),
            "what is wanted less what is there",
            cost + 0.1,
        )
        return
    is_whole = _is_whole(whole, rest)
    if not _tells_time(goal, terms) and len(rest) == 1:
        # "500 in all, 270 on Saturday; how many on Sunday?"
        is_whole = True
    lemma = goal.amount.lemma
    told = {term.amount.lemma for term in terms}
    is_other_verb = lemma not in told and lemma not in {"be", "have", ""} and len(told) > 1
    if all(term.amount.is_part for term in rest):
        extra = max(extra - 0.3, 0.0)
    elif is_other_verb:
        extra += 0.2
    else:
        extra += 0.7
    if (
        any(_is_anothers(term.amount, whole.amount) for term in rest)
        and not goal.is_others
        and whole.amount.owner in people
    ):
        extra += 1.5
    if any(term.amount.verb_class in CHANGE for term in rest) and goal.amount.verb_class in STATE:
        extra += 0.4
    has_reason = (
        goal.is_others
        or goal.is_left
        or whole.amount.is_total
        or is_other_verb
        or any(
            term.amount.is_part
            or not term.amount.is_thing_told
            or term.amount.is_negated
            or term.amount.verb_class in LOSS | {"go", "unknown"}
            for term in rest
        )
    )
    if any(
        term.amount.is_thing_told and thing_distance(term.amount.thing, whole.amount.thing) > FAR
        for term in rest
    ) and not goal.thing.head:
        extra += 2.0
    if any(
        term.amount.is_extra or term.amount.verb_class in GAIN | {"come", "put"} for term in rest
    ) and not (goal.is_others or is_whole):
        extra += 1.0
    if not has_reason:
        extra += 0.4
    described = [term for term in rest if is_description(term.amount)]
    if described and len(described) < len(rest) and not goal.is_others:
        # "8 games, 6 of them at night; 4 were missed": the night has no part in it.
        extra += 0.7
        plain = [term for term in rest if term not in described]
        add_term(
            found,
            "part",
            [("+", whole), *[("-", term) for term in plain]],
            altered(goal.amount),
            "the whole less its other parts",
            cost + 0.8,
        )
    if len({term.amount.is_part for term in rest}) > 1:
        # Some of the rest are parts of all the others, not of the largest.
        extra += 1.0
    if goal.is_left:
        extra += 0.3
    if goal.is_total:
        extra += 1.5
    if goal.is_start:
        extra += 2.0
    is_told_total = whole in wholes and whole.amount.is_total
    if is_whole or is_told_total:
        shares_verb = any(
            term.amount.lemma == whole.amount.lemma or term.amount.is_part for term in rest
        )
        extra = 0.1 if is_whole else 0.0 if shares_verb else 0.9
    elif lemma in told and not goal.is_others and lemma not in {"be", "have"}:
        extra += 0.8
    if len({term.amount.lemma for term in rest}) > 1 and not goal.is_others:
        extra += 0.5
    if any(_is_given(term.amount, goal) for term in rest):
        extra += 1.5
    if is_wanted(whole.amount) and not any(is_wanted(term.amount) for term in rest):
        # "He has to grade 14 and has graded 7": what is done is part of what is to be done.
        extra = min(extra, 0.3)
    if goal.asked.is_more and goal.asked.other is not None:
        extra += 2.0
    add_term(
        found,
        "part",
        [("+", whole), *[("-", term) for term in rest]],
        altered(goal.amount),
        "the whole less its other parts",
        cost + max(extra, 0),
    )


def _is_given(amount: Amount, goal: Goal) -> bool:
    """Whether somebody else gives it to the one who is asked about."""
    owner = goal.amount.owner
    return owner not in {NOBODY, GROUP} and amount.to == owner and amount.owner != owner


def _is_whole(whole: Term, rest: Sequence[Term]) -> bool:
    """Whether several are said to have something together, and some of them how much of it."""
    owners = whole.amount.group
    return bool(owners) and all(term.amount.owner in owners for term in rest)


def _tells_time(goal: Goal, terms: Sequence[Term]) -> bool:
    """Whether the time that is asked about, if any, is one that an amount is told of."""
    times = narrow_times(goal.amount.times)
    told = [narrow_times(term.amount.times) for term in terms]
    if not times or not any(told):
        return True
    return any(times & one for one in told)


def _is_anothers(amount: Amount, whole: Amount) -> bool:
    """Whether two amounts belong to two people."""
    nobody = {NOBODY, GROUP}
    return (
        amount.owner not in nobody
        and whole.owner not in nobody
        and amount.owner != whole.owner
        and not amount.is_part
        and amount.holder != whole.owner
    )
