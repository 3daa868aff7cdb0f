"""Noun phrases of one word, or of a noun and one word before it, read at once: most are that short.

Not covered: any longer ones, and what stands before a word that may belong to the phrase.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.constituents import NounPhrase
from spoonbench.solvers.rules.word_problems.spellings import WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.tokens import Token

RELATIVE_DAYS = frozenset({"today", "yesterday", "tomorrow"})
LACKING = frozenset({"short", "shy"})
"""As in "5 short of 20"."""
_LEADS = frozenset("NDO")
"""Parts of speech that most nouns have before them."""
_BEHIND_NOUN = frozenset("VACWMBRDOQ")
"""Parts of speech that end a noun phrase behind a noun."""


def read_short(
    tokens: Sequence[Token], texts: Sequence[str], tags: Sequence[str], start: int
) -> NounPhrase | None:
    """Read a noun phrase that surely has no more than two words; None where it may have more.

    Args:
        tokens: of the sentence.
        texts: of the tokens.
        tags: their parts of speech.
        start: index of its first token.
    """
    tag = tags[start]
    if tag == "R":
        return NounPhrase(start, start + 1, pronoun=texts[start])
    if tag == "K":
        if _is_end(texts, tags, start + 1):
            return _lone_noun(tokens[start], texts[start], start)
    elif (
        tag in _LEADS
        and start + 1 < len(tags)
        and tags[start + 1] == "K"
        and _is_end(texts, tags, start + 2)
        and (tag != "N" or _is_counted(tokens[start], texts[start + 1]))
    ):
        return _led_noun(tokens[start], texts, start)
    return None


def _is_end(texts: Sequence[str], tags: Sequence[str], index: int) -> bool:
    """Whether a phrase whose last word so far is a noun surely ends before a token."""
    if index == len(tags):
        return True
    tag = tags[index]
    if tag == "I":
        return texts[index] != "of"
    return tag in _BEHIND_NOUN or (tag == "P" and texts[index] == ",")


def _is_counted(number: Token, text: str) -> bool:
    """Whether a number counts the word right behind it."""
    return not (number.money or text in RELATIVE_DAYS or text in LACKING)


def _lone_noun(token: Token, text: str, start: int) -> NounPhrase:
    """One word with nothing around it that may belong to it: "Ann", "apples"."""
    word = WORDS[text]
    return NounPhrase(
        start,
        start + 1,
        words=[word.singular],
        raw=[text],
        is_name=token.name,
        is_plural=word.is_plural and text != "ones",
    )


def _led_noun(token: Token, texts: Sequence[str], start: int) -> NounPhrase:
    """A noun behind a determiner or a number, and nothing else: "the apples", "5 apples"."""
    text = texts[start + 1]
    word = WORDS[text]
    phrase = NounPhrase(
        start,
        start + 2,
        words=[word.singular],
        raw=[text],
        is_plural=word.is_plural and text != "ones",
    )
    if token.value is None:
        phrase.determiner = texts[start]
    else:
        phrase.number, phrase.value, phrase.form = start, token.value, token.form
    return phrase
