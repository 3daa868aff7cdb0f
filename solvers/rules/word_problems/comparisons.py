"""Comparisons put to use: "5 more than Ann" becomes an amount where Ann's is known."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import NOBODY, Amount, thing_distance
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.goals import FAR, Goal
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.portions import with_shares
from spoonbench.solvers.rules.word_problems.terms import Term, combine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def worlds_of(told: list[Term], goal: Goal, people: Sequence[str]) -> Iterator[list[Term]]:
    """Terms with every comparison put to use."""
    comparing = [term for term in told if term.amount.compare is not None]
    plain = with_shares([term for term in told if term.amount.compare is None], goal)
    if not comparing:
        yield plain
        return
    resolved = list(plain)
    pending = list(comparing)
    progress = True
    while pending and progress:
        progress = False
        for term in list(pending):
            derived = _resolve(term, resolved, people, goal.amount.owner)
            if derived is not None:
                resolved.append(derived)
                pending.remove(term)
                progress = True
    for term in pending:
        derived = _resolve(term, resolved, people, goal.amount.owner, is_loose=True)
        if derived is not None:
            resolved.append(derived)
    yield resolved
    # "She bought 5 more" may be no comparison at all.
    loose = [
        Term(term.value, altered(term.amount, compare=None, is_extra=True), term.uses, cost=1.5)
        for term in told
        if term.amount.form == "number"
    ]
    if loose:
        yield loose


def _resolve(
    term: Term,
    known: Sequence[Term],
    people: Sequence[str],
    asked_owner: str,
    *,
    is_loose: bool = False,
) -> Term | None:
    """The amount that a comparison tells of, from one that is known."""
    amount = term.amount
    compare = amount.compare
    assert compare is not None  # noqa: S101 - asked for comparisons only
    candidates = [
        other
        for other in known
        if not other.amount.per
        and (
            thing_distance(other.amount.thing, amount.thing) < FAR
            or not amount.is_thing_told
            or _same_unit(other.amount, amount)
        )
    ]
    if is_loose:
        candidates = candidates or [other for other in known if not other.amount.per]
    of_other = [
        other
        for other in candidates
        if _is_compared(other.amount, compare.other, compare.other_words, amount)
    ]
    of_owner = [
        other for other in candidates if other not in of_other and _is_owners(other.amount, amount)
    ]
    cost = 0.0
    everybody = {name for one in known for name in one.amount.owners}
    if not of_owner and amount.lemma == "be":
        # "..., which is 5 more than Ann has": of what was told just before.
        before = [
            other
            for other in candidates
            if other.amount.sentence == amount.sentence
            and 0 <= amount.clause - other.amount.clause <= 1
        ]
        of_owner = [other for other in before if other not in of_other][-1:]
    if (
        compare.other not in everybody
        and compare.other != asked_owner
        and not of_other
        and of_owner
        and compare.other not in people
    ):
        # "Than expected", "than last year": the other amount is the one already told of.
        of_other, of_owner = of_owner, []
    if not of_other and not of_owner:
        if not is_loose or len(candidates) < 1:
            return None
        of_other, cost = candidates[-1:], 1.0
    if of_other:
        base = of_other[-1]
        like = altered(
            amount,
            thing=base.amount.thing
            if not amount.is_thing_told
            or compare.kind in {"more", "fewer"}
            and amount.thing.head not in base.amount.thing.words
            and not _same_unit(base.amount, amount)
            else amount.thing,
            is_extra=False,
            lemma=amount.lemma,
            form="number",
        )
        if compare.kind == "times":
            return combine(
                "times",
                (("", base), ("*", term)),
                like,
                "so many times the other amount",
                cost=cost,
            )
        sign = "+" if compare.kind == "more" else "-"
        if amount.form in {"percent", "share"}:
            return _by_share(term, base, like, sign, cost)
        return combine(
            "compare",
            (("", base), (sign, term)),
            like,
            f"{compare.kind} than the other amount",
            cost=cost,
        )
    base = of_owner[-1]
    like = altered(
        base.amount,
        owner=compare.other or NOBODY,
        is_extra=False,
        context=compare.other_words | {*compare.other_words},
    )
    if compare.kind == "times":
        return combine(
            "times",
            (("", base), ("/", term)),
            like,
            "the other amount is so many times smaller",
            cost=cost,
        )
    if amount.form in {"percent", "share"}:
        return None
    sign = "-" if compare.kind == "more" else "+"
    return combine(
        "compare",
        (("", base), (sign, term)),
        like,
        f"this one is {compare.kind} than the other",
        cost=cost,
    )


def _by_share(term: Term, base: Term, like: Amount, sign: str, cost: float) -> Term | None:
    """A percentage or a share more than the other amount, or less."""
    parts: list[tuple[str, Term | Fraction]] = [("", base), ("*", term)]
    if term.amount.form == "percent":
        parts.append(("/", Fraction(100)))
    share = combine("share", parts, altered(base.amount), "so much of the other amount")
    if share is None:
        return None
    like = altered(like, thing=base.amount.thing, form="number")
    return combine("compare", (("", base), (sign, share)), like, "that much more or less", cost=cost + 0.2)


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
