"""Comparisons put to use: "5 more than Ann" becomes an amount where Ann's is known."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import Amount, Compare, thing_distance
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.goals import FAR, Goal
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.portions import with_shares
from spoonbench.solvers.rules.word_problems.terms import Term, combine, quotients

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NO_COMPARISON = 1.5
"""What is said to be "5 more" is taken for 5, not for a comparison."""
_ANY_OTHER = 1.0
"""The comparison is with whatever was told last."""
_OF_THE_OTHER = 0.2
"""A percentage more is one of the other amount."""


def worlds_of(told: list[Term], goal: Goal, people: Sequence[str]) -> Iterator[list[Term]]:
    """Terms with every comparison put to use, and those without any.

    Args:
        told: the told amounts that have a number.
        goal: what is sought.
        people: everybody who was spoken of.
    """
    pending = [term for term in told if term.amount.compare is not None]
    known = with_shares([term for term in told if term.amount.compare is None], goal)
    if not pending:
        yield known
        return
    named = frozenset(people) | {goal.amount.owner}
    yield _resolved(pending, list(known), named)
    # "She bought 5 more" may be no comparison at all.
    loose = [
        Term(
            term.value,
            altered(term.amount, compare=None, is_extra=True),
            term.uses,
            cost=_NO_COMPARISON,
        )
        for term in told
        if term.amount.form == "number"
    ]
    if loose:
        yield loose


def _resolved(pending: list[Term], known: list[Term], named: frozenset[str]) -> list[Term]:
    """What is known, and what comparisons tell by that, one after another."""
    progress = True
    while pending and progress:
        progress = False
        for term in list(pending):
            derived = _resolve(term, known, named, is_loose=False)
            if derived is not None:
                known.append(derived)
                pending.remove(term)
                progress = True
    for term in pending:
        derived = _resolve(term, known, named, is_loose=True)
        if derived is not None:
            known.append(derived)
    return known


def _resolve(
    term: Term, known: Sequence[Term], named: frozenset[str], *, is_loose: bool
) -> Term | None:
    """The amount that a comparison tells of, from one that is known."""
    candidates = _candidates(term.amount, known, is_loose=is_loose)
    of_other, of_owner = _known_side(term.amount, candidates, known, named)
    if of_other:
        return _from_other(term, of_other[-1], 0.0)
    if of_owner:
        return _from_owner(term, of_owner[-1])
    if is_loose and candidates:
        return _from_other(term, candidates[-1], _ANY_OTHER)
    return None


def _candidates(amount: Amount, known: Sequence[Term], *, is_loose: bool) -> list[Term]:
    """Known amounts of what is compared; with `is_loose`, of anything where there is none."""
    counts = [other for other in known if not other.amount.per]
    alike = [
        other
        for other in counts
        if thing_distance(other.amount.thing, amount.thing) < FAR
        or not amount.is_thing_told
        or _same_unit(other.amount, amount)
    ]
    return alike or (counts if is_loose else [])


def _known_side(
    amount: Amount, candidates: Sequence[Term], known: Sequence[Term], named: frozenset[str]
) -> tuple[list[Term], list[Term]]:
    """Known amounts of the other side of a comparison, and of its own side."""
    compare = _comparison_of(amount)
    of_other = [
        other
        for other in candidates
        if _is_compared(other.amount, compare.other, compare.other_words, amount)
    ]
    rest = [other for other in candidates if other not in of_other]
    of_owner = [other for other in rest if _is_owners(other.amount, amount)]
    if not of_owner and amount.lemma == "be":
        of_owner = [other for other in rest if _is_just_before(other.amount, amount)][-1:]
    if of_owner and not of_other and compare.other not in named:
        everybody = {name for one in known for name in one.amount.owners}
        if compare.other not in everybody:
            # "Than expected", "than last year": the other amount is the one already told of.
            return of_owner, []
    return of_other, of_owner


def _comparison_of(amount: Amount) -> Compare:
    compare = amount.compare
    assert compare is not None, "only amounts that are told by others come here"
    return compare


def _is_just_before(other: Amount, amount: Amount) -> bool:
    """Whether it was told just before: "..., which is 5 more than Ann has"."""
    return other.sentence == amount.sentence and 0 <= amount.clause - other.clause <= 1


def _from_other(term: Term, base: Term, cost: float) -> Term | None:
    """The amount that is told by another one, which is known."""
    amount, compare = term.amount, _comparison_of(term.amount)
    is_same_thing = not amount.is_thing_told or (
        compare.kind in {"more", "fewer"}
        and amount.thing.head not in base.amount.thing.words
        and not _same_unit(base.amount, amount)
    )
    thing = base.amount.thing if is_same_thing else amount.thing
    like = altered(amount, thing=thing, is_extra=False, form="number")
    if compare.kind == "times":
        why = "so many times the other amount"
        return combine("times", (("", base), ("*", term)), like, why, cost)
    sign = "+" if compare.kind == "more" else "-"
    if amount.form in {"percent", "share"}:
        return _by_share(term, base, like, sign, cost)
    why = f"{compare.kind} than the other amount"
    return combine("compare", (("", base), (sign, term)), like, why, cost)


def _from_owner(term: Term, base: Term) -> Term | None:
    """The other amount, from the one that is told by it."""
    amount, compare = term.amount, _comparison_of(term.amount)
    like = altered(
        base.amount, owner=compare.other, is_extra=False, context=frozenset(compare.other_words)
    )
    if compare.kind == "times":
        why = "the other amount is so many times smaller"
        return next(quotients("times", base, term, like, why), None)
    if amount.form in {"percent", "share"}:
        return None
    sign = "-" if compare.kind == "more" else "+"
    why = f"this one is {compare.kind} than the other"
    return combine("compare", (("", base), (sign, term)), like, why)


def _by_share(term: Term, base: Term, like: Amount, sign: str, cost: float) -> Term:
    """A percentage or a share more than the other amount, or less."""
    parts: list[tuple[str, Term | Fraction]] = [("", base), ("*", term)]
    if term.amount.form == "percent":
        parts.append(("/", Fraction(100)))
    share = combine("share", parts, base.amount, "so much of the other amount")
    like = altered(like, thing=base.amount.thing)
    why = "that much more or less"
    return combine("compare", (("", base), (sign, share)), like, why, cost + _OF_THE_OTHER)


def _same_unit(one: Amount, other: Amount) -> bool:
    units = load_lexicon().units
    first, second = units.get(one.thing.head), units.get(other.thing.head)
    return first is not None and second is not None and first.dimension == second.dimension


def _is_compared(amount: Amount, other: str, words: frozenset[str], comparison: Amount) -> bool:
    told_times = words & _time_words()
    if told_times and amount.times:
        return told_times <= amount.times
    if (
        amount.owner == comparison.owner != other
        and amount.owner.split()[-1:] == other.split()[-1:] != []
    ):
        # "The short path" is not "the long path", whatever else is said of either.
        return False
    if other and other in {amount.owner, amount.to, amount.place}:
        return amount.owner != comparison.owner or other != amount.owner
    if not other and not words:
        return False
    told = amount.thing.words | amount.times
    if amount.clause != comparison.clause:
        told |= amount.context
    return bool(words) and words <= told


def _is_owners(amount: Amount, comparison: Amount) -> bool:
    """Whether a comparison tells of an amount that is known, not of another one."""
    if amount.owner != comparison.owner:
        return False
    return bool(amount.owner) or amount.clause == comparison.clause


@cache
def _time_words() -> frozenset[str]:
    words = load_lexicon().words
    return words["times"] | words["days"] | words["months"] | {"last", "next"}
