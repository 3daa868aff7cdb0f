"""Amounts that are some of others: "5 of them", "3 of his 20 plums", "9 were torn"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import NOBODY, Amount, Thing
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.phrases import Mark, NounPhrase
from spoonbench.solvers.rules.word_problems.things import thing_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.cast import Cast
    from spoonbench.solvers.rules.word_problems.clauses import Clause

_DEFINITE = frozenset({"the", "'s", "those", "these", "his", "her", "their", "my", "its", "our"})
_INDEFINITE = frozenset({"a", "an", "one"})
_DAMAGE = frozenset(
    {"tear", "break", "crack", "spoil", "rot", "damage", "bruise", "use", "paint", "sign"}
)
_STAYING = frozenset({"remain", "stay"})


def of_phrase(amount: Amount, phrase: NounPhrase, inner: NounPhrase, cast: Cast) -> None:
    """Note what stands after "of"; "5 of them" and "5 of his apples" are some of what is told of.

    "21 pages of his book" is no part of an amount: pages are counted, not books.
    """
    if inner.pronoun:
        amount.is_part = True
    elif not phrase.words or phrase.head == inner.head:
        amount.is_part = inner.determiner in _DEFINITE or (
            not phrase.words and inner.determiner not in _INDEFINITE
        )
    # "Jane took some of her pens": of somebody else's.
    taker = amount.owner if amount.verb_class in {"take", "buy"} else NOBODY
    amount.holder = cast.possessor_of(inner, besides=taker)


def inner_amount(phrase: NounPhrase, inner: NounPhrase, amount: Amount, frame: Amount) -> Amount:
    """The second number in "3 of his 20 plums" (a whole), "2 boxes of 24 crayons" (a rate)."""
    thing = thing_of(inner)
    other = altered(frame)
    other.value, other.thing = inner.value, thing
    other.start, other.end = amount.start, amount.end
    if phrase.words:
        other.per, other.role = phrase.head, "of"
        amount.thing = Thing(phrase.head, frozenset(phrase.words), "")
        return other
    other.lemma, other.verb_class, other.role = "have", "state", "whole"
    other.owner = amount.holder or frame.owner
    other.is_earlier, other.per = True, ""
    amount.is_part, amount.thing = True, thing
    return other


def mark_part(amount: Amount, frame: Amount, before: Sequence[Amount]) -> None:
    """As in "3 are red", "4 had spots", "9 were torn": some of those told of."""
    if (
        amount.role == "subject"
        and not amount.is_asked
        and (frame.verb_class in {"state", "do"} or (frame.is_passive and frame.lemma in _DAMAGE))
        and (not amount.is_thing_told or amount.is_part or frame.lemma == "be" or frame.is_passive)
        and frame.lemma not in _STAYING
        and any(one.thing.head == amount.thing.head and one.value is not None for one in before)
    ):
        amount.is_part = True
        if frame.is_passive:
            amount.verb_class = "state"


def is_other_time(amount: Amount, before: Sequence[Amount]) -> bool:
    """Whether "8 of them yesterday" are others of the kind of which it told "7 today"."""
    return any(
        one.lemma == amount.lemma
        and one.thing.head == amount.thing.head
        and one.times
        and not one.times & amount.times
        for one in before
    )


def rest_amount(clause: Clause, frame: Amount) -> Amount | None:
    """As in "The other singers are children": what the rest of those told of are, or None."""
    if len(clause.subject) != 1 or frame.lemma not in {"be", "have"} or clause.subject[0].counts:
        return None
    subject = clause.subject[0]
    behind = [phrase for phrase in clause.after if not isinstance(phrase, Mark)]
    last = behind[-1] if behind else None
    if not isinstance(last, NounPhrase) or last.counts or not last.is_plural:
        return None
    is_rest = subject.head in load_lexicon().words["rest"]
    if not is_rest and subject.extra != "other":
        return None
    rest = altered(frame)
    rest.thing, rest.role, rest.is_thing_told = thing_of(last), "rest", True
    whole = subject.of if is_rest else subject
    rest.context = frozenset(() if whole is None else whole.words)
    return rest
