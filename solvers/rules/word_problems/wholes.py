"""A part from the whole and the other parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.rules.word_problems.amounts import GROUP, NOBODY, UNNAMED, thing_distance
from spoonbench.solvers.rules.word_problems.costs import (
    ANOTHER_THING,
    ANOTHERS,
    ASKS_DIFFERENCE,
    GIVEN,
    OTHER_VERB,
    SIBLINGS,
    STARTS,
    summed,
)
from spoonbench.solvers.rules.word_problems.goals import (
    CHANGE,
    FAR,
    GAIN,
    LOSS,
    STATE,
    is_wanted,
    narrow_times,
)
from spoonbench.solvers.rules.word_problems.leftovers import is_description
from spoonbench.solvers.rules.word_problems.terms import Term, combine, less

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount
    from spoonbench.solvers.rules.word_problems.goals import Goal

_PLAIN_VERBS = frozenset({"be", "have", ""})
"""Verbs that tell one part from another by nothing."""
_PARTING = LOSS | {"go", "unknown"}
_GONE = LOSS | {"go", "need"}
_TWO = 2


class _Division(NamedTuple):
    """A whole and those of its parts that are known.

    Attributes:
        whole: the amount that the others are taken from.
        rest: the others.
        is_whole: it is plainly theirs: said of all who have one of the others, or of all times.
    """

    whole: Term
    rest: list[Term]
    is_whole: bool


def by_parts(
    goal: Goal, terms: list[Term], cost: float, people: frozenset[str] = frozenset()
) -> Iterator[Term]:
    """A part from the whole and the other parts.

    Args:
        goal: what is sought.
        terms: the whole and the parts.
        cost: what was taken for granted in choosing the terms.
        people: everybody who was spoken of; empty where owners play no part.
    """
    is_fraction = goal.thing.head == "fraction" and not (goal.is_left or goal.is_others)
    if len(terms) < _TWO or is_fraction:
        return
    wanted = [
        term for term in terms if term.amount.verb_class == "need" and term.amount.in_question
    ]
    whole = wanted[0] if wanted else _whole_of(terms)
    rest = [term for term in terms if term is not whole]
    if wanted:
        why = "what is wanted less what is there"
        yield combine("need", less([whole], rest), goal.amount, why, cost + 0.1)
        return
    yield from _without_descriptions(goal, whole, rest, cost)
    # "500 in all, 270 on Saturday; how many on Sunday?"
    is_other_time = len(rest) == 1 and not narrow_times(whole.amount.times)
    is_other_time = is_other_time and not _tells_time(goal, terms)
    division = _Division(whole, rest, is_other_time or _is_whole(whole, rest))
    doubt = _part_doubt(goal, division, people)
    # "He lent out 46, 19 of them comics. How many are left?": of those he did not lend.
    doubt += 1.0 * (goal.is_left and whole.amount.verb_class in LOSS)
    if cost + doubt < goal.most:
        why = "the whole less its other parts"
        yield combine("part", less([whole], rest), goal.amount, why, cost + doubt)


def _whole_of(terms: Sequence[Term]) -> Term:
    """The amount that is told to be a total, one by itself; else the largest."""
    for term in terms:
        amount = term.amount
        if amount.is_total and not any(
            other is not term
            and other.amount.clause == amount.clause
            and other.amount.role == amount.role
            for other in terms
        ):
            return term
    return max(terms, key=lambda term: term.value)


def _without_descriptions(
    goal: Goal, whole: Term, rest: Sequence[Term], cost: float
) -> Iterator[Term]:
    """The night has no part in it: "8 games, 6 of them at night; 4 were missed"."""
    plain = [term for term in rest if not is_description(term.amount)]
    if 0 < len(plain) < len(rest) and not goal.is_others:
        why = "the whole less its other parts"
        yield combine("part", less([whole], plain), goal.amount, why, cost + 0.8)


def _part_doubt(goal: Goal, division: _Division, people: frozenset[str]) -> float:
    """What speaks against taking the rest from the whole."""
    whole, rest, is_whole = division
    lemma = goal.amount.lemma
    lemmas = {term.amount.lemma for term in rest}
    if is_whole:
        doubt = 0.1
    elif whole.amount.is_total:
        doubt = 0.0 if _shares_verb(whole, rest) else 0.9
    else:
        doubt = _guess_doubt(goal, division, people)
        is_told_verb = lemma in {whole.amount.lemma, *lemmas}
        doubt += 0.8 * (is_told_verb and not goal.is_others and lemma not in {"be", "have"})
    doubt = summed(
        (doubt, True),
        (0.5, len(lemmas) > 1 and not goal.is_others),
        (GIVEN, any(_is_given(term.amount, goal) for term in rest)),
    )
    if is_wanted(whole.amount) and not any(is_wanted(term.amount) for term in rest):
        # "He has to grade 14 and has graded 7": what is done is part of what is to be done.
        doubt = min(doubt, 0.3)
    compares = goal.asked.is_more and goal.asked.other is not None
    return doubt + ASKS_DIFFERENCE if compares else doubt


def _guess_doubt(goal: Goal, division: _Division, people: frozenset[str]) -> float:
    """What speaks against taking the largest amount for the whole."""
    whole, rest, _ = division
    amounts = [term.amount for term in rest]
    lemma = goal.amount.lemma
    told = {whole.amount.lemma}.union([amount.lemma for amount in amounts])
    is_other_verb = lemma not in told and lemma not in _PLAIN_VERBS and len(told) > 1
    asked = summed((0.3, goal.is_left), (1.5, goal.is_total), (STARTS, goal.is_start))
    if asked >= goal.most:
        return asked
    is_sibling = is_added = is_part = is_no_part = False
    n_described = 0
    for amount in amounts:
        is_sibling |= _is_sibling(amount, whole.amount)
        is_added |= _adds(amount)
        is_part |= amount.is_part
        is_no_part |= not amount.is_part
        n_described += is_description(amount)
    doubt = 0.0 if goal.is_others else 0.6
    if not is_no_part:
        doubt = max(doubt - 0.3, 0.0)
    else:
        doubt += 0.2 if is_other_verb else 0.7
    return summed(
        (doubt, True),
        (SIBLINGS, is_sibling),
        (ANOTHERS, not goal.is_others and _are_anothers(amounts, whole.amount, people)),
        (0.4, goal.amount.verb_class in STATE and _any_of(amounts, CHANGE)),
        (ANOTHER_THING, not goal.thing.head and _are_other_things(amounts, [whole])),
        (1.0, not goal.is_others and is_added),
        (0.4, not (is_other_verb or _has_reason(goal, amounts))),
        (0.7, 0 < n_described < len(rest) and not goal.is_others),
        # Some of the rest are parts of all the others, not of the largest.
        (1.0, is_part and is_no_part),
        (asked, True),
    )


def _is_sibling(one: Amount, other: Amount) -> bool:
    """Whether both are told to be something, as in "42 are dirty and 27 are clean"."""
    return (
        (one.lemma == other.lemma == "be" or (_is_done(one) and _is_done(other)))
        and one.sentence == other.sentence
        and one.clause != other.clause
        and (one.is_passive or bool(_said_to_be(one)))
        and (other.is_passive or bool(_said_to_be(other)))
    )


def _is_done(amount: Amount) -> bool:
    """As in "84 are taken", "57 are free"."""
    return amount.role == "subject" and (amount.is_passive or amount.lemma == "be")


def _said_to_be(amount: Amount) -> frozenset[str]:
    """What things are told to be: "dirty"."""
    return (
        amount.context
        - amount.thing.words
        - set(amount.place.split())
        - amount.times
        - {amount.owner}
    )


def _any_of(amounts: Sequence[Amount], classes: frozenset[str]) -> bool:
    return any(amount.verb_class in classes for amount in amounts)


def _adds(amount: Amount) -> bool:
    return _is_gained(amount) or amount.verb_class in {"come", "put"}


def _is_gained(amount: Amount) -> bool:
    return amount.is_extra or amount.verb_class in GAIN


def _has_reason(goal: Goal, amounts: Sequence[Amount]) -> bool:
    """Whether anything but size says that these are parts."""
    if goal.is_others or goal.is_left:
        return True
    for amount in amounts:
        is_told = amount.is_thing_told and not amount.is_negated
        if amount.is_part or not is_told or amount.verb_class in _PARTING:
            return True
    return False


def _shares_verb(whole: Term, rest: Sequence[Term]) -> bool:
    lemma = whole.amount.lemma
    return any(term.amount.lemma == lemma or term.amount.is_part for term in rest)


def by_remainder(goal: Goal, terms: list[Term], cost: float) -> Iterator[Term]:
    """Everything told of, less the parts of it that are told of too."""
    parts = [term for term in terms if term.amount.is_part and not term.amount.is_asked]
    if not parts:
        return
    wholes = [term for term in terms if not term.amount.is_part]
    if not wholes:
        return
    doubt = _remainder_doubt(goal, wholes, [term.amount for term in parts], cost)
    why = "the whole less the parts that are told"
    doubt += 0.3 if len(wholes) == 1 else 0.5
    if doubt < goal.most:
        yield combine("part", less(wholes, parts), goal.amount, why, doubt)


def _remainder_doubt(
    goal: Goal, wholes: Sequence[Term], parts: Sequence[Amount], cost: float
) -> float:
    """What speaks against taking the parts from the wholes, on top of a cost so far."""
    owners = {term.amount.owner for term in wholes}
    # "Burned all but 5": so many were not burned.
    is_excepted = all(part.is_negated for part in parts)
    is_rest = goal.is_left or goal.is_others or goal.is_now or is_excepted
    described = [is_description(part) for part in parts]
    asks_for_rest = goal.is_left or goal.is_others or _names_part(goal, wholes)
    is_of_several = len({part.lemma for part in parts}) > 1
    return summed(
        (cost, True),
        (1.0, any(_is_gone(term.amount) for term in wholes)),
        # What is wanted is not told.
        (1.0, goal.amount.verb_class == "need"),
        (1.0, any(_is_of_another(term.amount, goal.amount) for term in wholes)),
        (0.6, len(owners) > 1 and goal.amount.owner not in UNNAMED),
        (0.3, not is_rest and goal.amount.verb_class not in STATE),
        (0.5, goal.is_start or goal.is_total),
        (OTHER_VERB, _is_verb_of_whole(goal, wholes)),
        (0.8, any(described) and not asks_for_rest),
        (ASKS_DIFFERENCE, goal.asked.is_more),
        (GIVEN, any(_is_given(part, goal) for part in parts)),
        (ANOTHER_THING, _are_other_things(parts, wholes)),
        (0.6, is_of_several and all(described)),
        (1.5, _are_parts_too(wholes, parts)),
        (SIBLINGS, any(_is_sibling(part, term.amount) for part in parts for term in wholes)),
        (0.3, len({term.amount.lemma for term in wholes if not _is_gained(term.amount)}) > 1),
        # "125 went ashore and 80 of those came back": parts of a part.
        (1.0, any(part.verb_class == "come" for part in parts) and is_of_several),
    )


def _is_of_another(whole: Amount, asked: Amount) -> bool:
    """Whether the whole is what Ann's book has, and it is asked about Tom."""
    is_owned = "'s " in whole.owner and asked.owner not in UNNAMED
    return is_owned and not whole.owner.startswith(asked.owner)


def _are_parts_too(wholes: Sequence[Term], parts: Sequence[Amount]) -> bool:
    """Whether some of the wholes are told as the parts are: "does 64 of them, and he does 38"."""
    lemmas = {part.lemma for part in parts} - {"be", "have"}
    n_alike = sum(term.amount.lemma in lemmas and not term.amount.is_extra for term in wholes)
    return 0 < n_alike < len(wholes)


def _is_gone(amount: Amount) -> bool:
    """Whether nothing can be taken from it: it is gone, needed, or what there is in the end."""
    return amount.verb_class in _GONE or amount.is_now


def _is_verb_of_whole(goal: Goal, wholes: Sequence[Term]) -> bool:
    """Whether the question asks for what was said of the whole, not of a part."""
    lemma = goal.amount.lemma
    is_said = any(term.amount.lemma == lemma for term in wholes)
    return is_said and lemma not in _PLAIN_VERBS and not goal.is_others


def _names_part(goal: Goal, wholes: Sequence[Term]) -> bool:
    """Whether the question names a kind of the things that no whole is of."""
    words = goal.thing.words
    return bool(words) and any(words - term.amount.thing.words for term in wholes)


def _are_other_things(parts: Sequence[Amount], wholes: Sequence[Term]) -> bool:
    """Whether a part is said to be of a thing that no whole is of."""
    return any(
        part.is_thing_told
        and all(thing_distance(part.thing, whole.amount.thing) > FAR for whole in wholes)
        for part in parts
    )


def _is_given(amount: Amount, goal: Goal) -> bool:
    """Whether somebody else gives it to the one who is asked about."""
    owner = goal.amount.owner
    return owner not in UNNAMED and amount.to == owner and amount.owner != owner


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


def _are_anothers(amounts: Sequence[Amount], whole: Amount, people: frozenset[str]) -> bool:
    """Whether one of the amounts belongs to somebody else than the whole."""
    return whole.owner in people - UNNAMED and any(
        amount.owner not in {NOBODY, GROUP, whole.owner}
        and not amount.is_part
        and amount.holder != whole.owner
        for amount in amounts
    )
