"""A sentence as a row of phrases: noun phrases, verb groups, prepositions, marks.

Shallow and deterministic: each word gets one part of speech; runs of them make phrases. Linear in
the number of tokens.

Not covered: deep attachment. Whoever reads the phrases decides what belongs to what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.constituents import Mark, NounPhrase, Phrase, VerbGroup
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.noun_phrases import (
    STARTS,
    may_start,
    read_noun_phrase,
)
from spoonbench.solvers.rules.word_problems.tagging import tag_tokens
from spoonbench.solvers.rules.word_problems.verb_groups import read_verb_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.tokens import Token

__all__ = ["Mark", "NounPhrase", "Phrase", "VerbGroup", "read_phrases"]

_SETTLED = {"total": "in", "all": "in", "average": "on", "addition": "in", "fact": "in"}
"""Nouns that are adverbs after a preposition: "in total"."""
_ONE_OF = frozenset({"a", "an", "each", "every", "one"})


def read_phrases(tokens: Sequence[Token], *, is_inverted: bool = False) -> list[Phrase]:
    """Group the tokens of a sentence into phrases, in order.

    Args:
        tokens: of a sentence or a part of one.
        is_inverted: it asks, so that an auxiliary may stand before the subject.
    """
    tags = tag_tokens(tokens, is_inverted=is_inverted)
    phrases: list[Phrase] = []
    each: NounPhrase | None = None
    index, n = 0, len(tokens)
    while index < n:
        phrase = _phrase_at(tokens, tags, index)
        if phrase.start and isinstance(phrase, NounPhrase):
            last = phrases[-1]
            if isinstance(last, NounPhrase) and last.end == index:
                index = phrase.end
                if _is_each_of_subject(phrase, tags):
                    each = phrase
                    continue
                if _joins_rate(last, phrase):
                    continue
        index = phrase.end
        phrases.append(phrase)
        if each is not None and isinstance(phrase, VerbGroup):
            phrases.append(each)
            each = None
    return phrases


def _phrase_at(tokens: Sequence[Token], tags: Sequence[str], index: int) -> Phrase:
    tag = tags[index]
    if tag == "R":
        return NounPhrase(index, index + 1, pronoun=tokens[index].text)
    if tag in STARTS:
        return read_noun_phrase(tokens, tags, index)
    if tag in "AV":
        group = read_verb_group(tokens, tags, index)
        return group or Mark(index, index + 1, "A", tokens[index].text)
    if tag == "I":
        return _at_preposition(tokens, tags, index)
    if may_start(tokens, tags, index):
        return read_noun_phrase(tokens, tags, index)
    return Mark(index, index + 1, tag, tokens[index].text)


def _at_preposition(tokens: Sequence[Token], tags: Sequence[str], index: int) -> Phrase:
    """A preposition, "to" with its verb, or an adverb: "in total"."""
    text = tokens[index].text
    if index + 1 < len(tags):
        after = tokens[index + 1].text
        if text == "to" and tags[index + 1] in "VA":
            return read_verb_group(tokens, tags, index) or Mark(index, index + 1, "I", text)
        if after in _SETTLED and _SETTLED[after] == text and _ends(tags, index + 2):
            return Mark(index, index + 2, "B", after)
    return Mark(index, index + 1, "I", text)


def _ends(tags: Sequence[str], index: int) -> bool:
    """Whether no noun and no "of" comes next."""
    return index >= len(tags) or tags[index] not in "KSI"


def _is_each_of_subject(phrase: NounPhrase, tags: Sequence[str]) -> bool:
    """Whether it is the "each" of "they each have 3", which reads as "they have 3 each"."""
    if phrase.determiner != "each" or phrase.words or phrase.counts or phrase.of is not None:
        return False
    return phrase.end < len(tags) and tags[phrase.end] in "VA"


def _joins_rate(last: NounPhrase, phrase: NounPhrase) -> bool:
    """Join "$2 | a pair", "5 miles | an hour", "9 | $5 | bills" to one phrase."""
    if phrase.determiner in _ONE_OF and phrase.number < 0:
        if not (last.counts and last.words and last.per is None):
            return False
        last.per = phrase
        last.end = phrase.end
        return True
    return _joins_worth(last, phrase)


def _joins_worth(last: NounPhrase, phrase: NounPhrase) -> bool:
    """Join "9 | $5" and then "bills": so many bills of $5 each."""
    if last.number < 0 or last.words:
        return False
    if last.of is not None:
        return _takes_noun(last, phrase)
    is_measure = phrase.number >= 0 and phrase.head != "" and not phrase.determiner
    if not is_measure or phrase.words[0] not in load_lexicon().units:
        return False
    last.of, last.end = phrase, phrase.end
    last.words, phrase.words = phrase.words[1:], phrase.words[:1]
    last.raw, phrase.raw = phrase.raw[1:], phrase.raw[:1]
    last.is_plural = phrase.is_plural
    return True


def _takes_noun(last: NounPhrase, phrase: NounPhrase) -> bool:
    """Join "bills" to what "9 $5" gave."""
    if last.of is None or last.of.end != last.end or last.of.number != last.number + 1:
        return False
    if phrase.counts or phrase.determiner or phrase.pronoun or not phrase.words:
        return False
    last.words, last.raw, last.end = phrase.words, phrase.raw, phrase.end
    last.is_plural = phrase.is_plural
    return True
