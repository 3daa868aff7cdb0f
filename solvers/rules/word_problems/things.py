"""What noun phrases count: heads, attributes, what stands after "of", nouns left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import NO_THING, Amount, Thing, is_vessel
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.phrases import NounPhrase

_IDLE = frozenset(
    {
        "total", "whole", "entire", "altogether", "overall", "remaining", "extra", "additional",
        "combined", "onboard", "aboard", "apiece",
    }
)  # fmt: skip
_COUNTING = frozenset({"number", "total", "amount", "sum", "lot", "couple", "bunch", "plenty"})
_STAND_INS = frozenset({"one", "kind", "other", "sort"})
_SUBSTANCE = frozenset({"them", "which", "it", "these", "those", "whom"})


def thing_of(phrase: NounPhrase) -> Thing:
    """What a noun phrase counts; NO_THING where it names nothing."""
    named = phrase.words
    if not _IDLE.isdisjoint(named):
        named = [word for word in named if word not in _IDLE]
    inner = phrase.of
    if inner is not None and inner.pronoun:
        inner = None
    if not named:
        if inner is not None and inner.words:
            return thing_of(inner)
        return NO_THING if inner is not None or not phrase.words else _idle_thing(phrase)
    words = named
    of = ""
    if inner is not None:
        of = inner.head
        words = [*inner.words, *(inner.of.words if inner.of is not None else ()), *named]
    head = named[-1]
    if head in _COUNTING and of:
        return Thing(of, frozenset(words) - _COUNTING, "")
    return Thing(head, frozenset(words), of)


def _idle_thing(phrase: NounPhrase) -> Thing:
    """As in "5 in total" counts nothing that is named; "5 additional" neither."""
    head = phrase.head
    return NO_THING if head in _IDLE else Thing(head, frozenset(phrase.words), "")


def is_measure(thing: Thing) -> bool:
    """Whether a thing is a unit of measure or of time."""
    lexicon = load_lexicon()
    is_unit = thing.head in lexicon.units and not is_vessel(thing)
    return is_unit or thing.head in lexicon.words["times"]


def thing_here(phrase: NounPhrase, last: Thing) -> tuple[Thing, bool]:
    """What a phrase counts, and whether it names it itself.

    Args:
        phrase: with a number.
        last: what was counted last in the text.
    """
    inner = phrase.of
    if not phrase.words and inner is not None and inner.pronoun in _SUBSTANCE:
        return last, False
    thing = thing_of(phrase)
    if not thing.head:
        return last, False
    if is_attribute(phrase, thing) and not _is_one_such(phrase, last):
        # "5 red and 6 blue balloons", "6 are blue": the noun comes later or came before.
        if last.head and last.head != thing.head:
            return Thing(last.head, (thing.words - _STAND_INS) | {last.head}, last.of), False
        return thing, False
    if thing.head == last.head and thing.words == {thing.head} and last.of and not thing.of:
        # "1 bucket of water ... another 8 buckets".
        return last, True
    return thing, True


def _is_one_such(phrase: NounPhrase, last: Thing) -> bool:
    """Whether "1 peach" is a fruit: a thing too, and no colours were told of before."""
    lexicon = load_lexicon()
    is_thing = phrase.value == 1 and phrase.head in lexicon.kinds
    return is_thing and not (last.words - {last.head}) & lexicon.words["colours"]


def is_attribute(phrase: NounPhrase, thing: Thing) -> bool:
    """Whether a phrase has an adjective where its noun should be: "5 red", "the 2 white ones"."""
    if thing.head in _STAND_INS and not thing.of:
        return True
    if phrase.is_plural or phrase.raw[-1:] != [thing.head]:
        return False
    words = load_lexicon().words
    return thing.head in words["colours"] or thing.head in words["sizes"]


def is_modifier(phrase: NounPhrase) -> bool:
    """Whether a counted phrase ends in a word that counts nothing by itself.

    "8 history and 4 science books": more than one, and yet no plural.
    """
    lexicon = load_lexicon()
    head = phrase.head
    return (
        phrase.value is not None
        and phrase.value > 1
        and phrase.of is None
        and bool(head)
        and not phrase.is_plural
        and phrase.form == "number"
        and head not in lexicon.words["uncountable"]
        and head not in lexicon.plurals_only
        and head not in lexicon.units
    )


def name_before(
    found: Sequence[Amount], phrases: Sequence[NounPhrase | None], signs: Sequence[bool]
) -> None:
    """In "16 blue and 25 green balloons" the first number counts balloons too.

    Args:
        found: amounts in order.
        phrases: the noun phrase of each; None where it has none.
        signs: for each, whether only "and", "or" or a comma stands before it.
    """
    for index in range(len(found) - 2, -1, -1):
        first, second, phrase = found[index], found[index + 1], phrases[index]
        if phrase is None or not signs[index + 1] or not second.is_thing_told:
            continue
        later = phrases[index + 1]
        if later is None or later.of is not None or not later.is_plural or len(later.words) < 2:  # noqa: PLR2004 - an adjective and a noun
            continue
        if phrase.of is not None or (phrase.words and not _lacks_noun(phrase)):
            continue
        own = frozenset(phrase.words) - _STAND_INS
        thing = second.thing
        shared = thing.words - frozenset(later.words[:-1])
        first.thing = Thing(thing.head, own | shared | {thing.head}, thing.of)
        first.is_thing_told = True


def _lacks_noun(phrase: NounPhrase) -> bool:
    if is_modifier(phrase):
        return True
    words = load_lexicon().words
    head = phrase.head
    return not phrase.is_plural and (
        head in words["colours"] or head in words["sizes"] or head in words["qualities"]
    )
