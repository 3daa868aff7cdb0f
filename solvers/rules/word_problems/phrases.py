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


def read_phrases(
    tokens: Sequence[Token], texts: Sequence[str] = (), *, is_inverted: bool = False
) -> list[Phrase]:
    """Group the tokens of a sentence into phrases, in order.

    Args:
        tokens: of a sentence or a part of one.
        texts: of the tokens, where they are at hand.
        is_inverted: it asks, so that an auxiliary may stand before the subject.
    """
    texts = texts or [token.text for token in tokens]
    tags = tag_tokens(tokens, texts, is_inverted=is_inverted)
    phrases: list[Phrase] = []
    before: NounPhrase | None = None
    each: NounPhrase | None = None
    index, n = 0, len(tags)
    while index < n:
        tag = tags[index]
        if tag in STARTS or (tag in "BP" and may_start(texts, tags, index)):
            noun = read_noun_phrase(tokens, texts, tags, index)
            index = noun.end
            if before is None:
                before = noun
                phrases.append(noun)
            elif _is_each_of_subject(noun, tags):
                before, each = None, noun
            elif not _joins_rate(before, noun):
                before = noun
                phrases.append(noun)
            continue
        before = None
        phrase = _phrase_at(texts, tags, index)
        index = phrase.end
        phrases.append(phrase)
        if each is not None and isinstance(phrase, VerbGroup):
            phrases.append(each)
            each = None
    return phrases


def _phrase_at(texts: Sequence[str], tags: Sequence[str], index: int) -> VerbGroup | Mark:
    """A verb group, a preposition or a mark."""
    tag = tags[index]
    if tag in "AV":
        group = read_verb_group(texts, tags, index)
        return group or Mark(index, index + 1, "A", texts[index])
    if tag == "I":
        return _at_preposition(texts, tags, index)
    return Mark(index, index + 1, tag, texts[index])


def _at_preposition(texts: Sequence[str], tags: Sequence[str], index: int) -> VerbGroup | Mark:
    """A preposition, "to" with its verb, or an adverb: "in total"."""
    text = texts[index]
    if index + 1 < len(tags):
        after = texts[index + 1]
        if text == "to" and tags[index + 1] in "VA":
            return read_verb_group(texts, tags, index) or Mark(index, index + 1, "I", text)
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
