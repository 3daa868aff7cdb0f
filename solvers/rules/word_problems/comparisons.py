"""Comparisons put to use: "5 more than Ann" becomes an amount where Ann's is known."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import NOBODY, Amount, Compare, thing_distance
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.goals import FAR, Goal, dimension_of_thing
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.portions import with_shares
from spoonbench.solvers.rules.word_problems.terms import Term, combine, quotients

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NO_COMPARISON = 1.5
"""What is said to be "5 more" is taken for 5, not for a comparison."""
_ANY_OTHER, _ONLY_OTHER = 1.0, 0.2
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
    named = (frozenset(people) | {goal.amount.owner}) - {NOBODY}
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
    chains = _chains(pending)
    progress = True
    while chains and progress:
        progress = False
        for chain in list(chains):
            derived = _resolve(chain, known, named, is_loose=False)
            if derived is not None:
                known.append(derived)
                chains.remove(chain)
                progress = True
    for chain in chains:
        derived = _resolve(chain, known, named, is_loose=True)
        if derived is not None:
            known.append(derived)
    return known


def _chains(pending: Sequence[Term]) -> list[tuple[Term, ...]]:
    """Each comparison, "5 more than twice as many as Ann" as one: twice as many, then 5 more."""
    chains: list[tuple[Term, ...]] = []
    for term in pending:
        amount, compare = term.amount, _comparison_of(term.amount)
        before = chains[-1][-1].amount if chains else None
        is_inner = (
            compare.kind == "times"
            and amount.role == "than"
            and before is not None
            and before.clause == amount.clause
            and before.form == "number"
        )
        if is_inner:
            chains[-1] = (term, *chains[-1])
        else:
            chains.append((term,))
    return chains


def _resolve(
    chain: Sequence[Term], known: Sequence[Term], named: frozenset[str], *, is_loose: bool
) -> Term | None:
    """The amount that a comparison tells of, from one that is known."""
    term = chain[0]
    alike = _candidates(term.amount, known)
    candidates = alike or ([other for other in known if not other.amount.per] if is_loose else [])
    of_other, of_owner = _known_side(term.amount, candidates, known, named)
    if of_other:
        is_named = bool(alike) or of_other[-1].amount.is_of(_comparison_of(term.amount).other)
        return _from_known(chain, of_other[-1], 0.0 if is_named else _ANY_OTHER)
    if of_owner:
        return _back_from_owner(chain, of_owner[-1])
    if is_loose and candidates and len(chain) == 1:
        is_only = len(alike) == 1 and not _is_told(_comparison_of(term.amount))
        return _from_other(term, candidates[-1], _ONLY_OTHER if is_only else _ANY_OTHER)
    return None


def _from_known(chain: Sequence[Term], base: Term, doubt: float) -> Term | None:
    """What a chain tells of, step by step."""
    told: Term | None = base
    for step in chain:
        if told is not None:
            told = _from_other(step, told, doubt)
    return told


def _back_from_owner(chain: Sequence[Term], base: Term) -> Term | None:
    """The other amount of a chain, each step undone."""
    other: Term | None = base
    for step in reversed(chain):
        if other is not None:
            other = _from_owner(step, other)
    return other


def _is_told(compare: Compare) -> bool:
    """Whether it is said with what it is compared."""
    return compare.other != NOBODY or bool(compare.other_words)


def _candidates(amount: Amount, known: Sequence[Term]) -> list[Term]:
    """Known amounts of what is compared."""
    siblings, compare = load_lexicon().siblings, _comparison_of(amount)
    return [
        other
        for other in known
        if not other.amount.per
        and not (compare.is_measure and dimension_of_thing(other.amount.thing) == "")
        and (
            (
                thing_distance(other.amount.thing, amount.thing) < FAR
                and not siblings(other.amount.thing.head, amount.thing.head)
            )
            or not amount.is_thing_told
            or _same_unit(other.amount, amount)
        )
    ]


def _known_side(
    amount: Amount, candidates: Sequence[Term], known: Sequence[Term], named: frozenset[str]
) -> tuple[list[Term], list[Term]]:
    """Known amounts of the other side of a comparison, and of its own side."""
    compare = _comparison_of(amount)
    of_other = [other for other in candidates if _is_compared(other.amount, amount)]
    rest = [other for other in candidates if other not in of_other]
    of_owner = [other for other in rest if _is_owners(other.amount, amount)]
    if not of_owner and amount.lemma == "be":
        of_owner = [other for other in rest if _is_just_before(other.amount, amount)][-1:]
    if of_owner and not of_other and not _is_of_somebody(compare, known, named):
        # "Than expected": the other amount is the one already told of.
        return of_owner, []
    return of_other, of_owner


def _is_of_somebody(compare: Compare, known: Sequence[Term], named: frozenset[str]) -> bool:
    """Whether an amount of its own could be told of what stands behind "than"."""
    other = compare.other
    # "Than the foal Comet": Comet.
    names = {other, *other.split()[-1:]}
    return (
        not named.isdisjoint(names)
        or not compare.other_words.isdisjoint(_time_words())
        or any(one.amount.is_of(other) for one in known)
        or _is_alive(other)
    )


def _is_alive(other: str) -> bool:
    """Whether it is a person or an animal."""
    lexicon = load_lexicon()
    head = lexicon.singular(other.rsplit(maxsplit=1)[-1]) if other else ""
    return any(lexicon.is_kind_of(head, kind) for kind in ("person", "animal"))


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
        base.amount,
        owner=compare.other,
        is_extra=False,
        context=frozenset(compare.other_words),
        times=(compare.other_words & _time_words()) or base.amount.times,
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


def _is_compared(amount: Amount, comparison: Amount) -> bool:
    """Whether an amount is the one that a comparison names."""
    compare = _comparison_of(comparison)
    other, words = compare.other, compare.other_words
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
    if not _is_told(compare):
        return False
    told = amount.thing.words | amount.times
    if amount.clause != comparison.clause:
        told |= amount.context
    if amount.owner == comparison.owner:
        # "Tom's father ... is older than Tom": his own name tells nothing of Tom.
        told -= {word.removesuffix("'s") for word in amount.owner.split()}
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
