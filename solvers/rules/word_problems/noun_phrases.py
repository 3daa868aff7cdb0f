"""Determiners, numbers, adjectives and nouns in a row to one noun phrase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.constituents import NounPhrase
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.short_phrases import (
    LACKING,
    RELATIVE_DAYS,
    read_short,
)
from spoonbench.solvers.rules.word_problems.spellings import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.solvers.rules.word_problems.tokens import Token

UP_TO = frozenset(
    {"about", "only", "just", "exactly", "around", "nearly", "almost", "approximately", "over"}
)
"""Adverbs that may stand before a number."""
_TALL = frozenset(
    {"long", "tall", "high", "wide", "deep", "old", "heavy", "thick", "away", "apart", "far"}
)
_MORE = frozenset({"more", "fewer", "less", "extra", "additional"})
_RANKS = frozenset({"first", "last", "next", "other", "same", "own"})
_OWNING = frozenset({"'s", "his", "her", "their", "my", "our", "your", "its"})
_DEEPEST = 12
"""More phrases than that in each other's "of" no text has; the next one stands by itself."""
_QUOTES = frozenset({'"', "'"})
STARTS = frozenset("NXDOQEKR")
"""Parts of speech that begin a noun phrase."""


def may_start(texts: Sequence[str], tags: Sequence[str], index: int) -> bool:
    """Whether an adverb or a sign begins a noun phrase: "only 5", "$"."""
    if tags[index] == "B":
        return index + 1 < len(tags) and tags[index + 1] == "N" and texts[index] in UP_TO
    return texts[index] == "$"


def read_noun_phrase(
    tokens: Sequence[Token],
    texts: Sequence[str],
    tags: Sequence[str],
    start: int,
    depth: int = 0,
) -> NounPhrase:
    """Read the noun phrase that begins at a token, what follows "of" included.

    Args:
        tokens: of the sentence.
        texts: of the tokens.
        tags: their parts of speech.
        start: index of its first token.
        depth: how many phrases it stands in, each behind an "of".
    """
    short = read_short(tokens, texts, tags, start)
    if short is not None:
        return short
    return _Scan(tokens, texts, tags, start, depth).read()


class _Scan:
    """One noun phrase while it is read; each method says whether its token belongs to it."""

    __slots__ = (
        "depth", "index", "is_closed", "lexicon", "n", "phrase", "start", "tags", "texts", "tokens",
    )  # fmt: skip

    def __init__(
        self,
        tokens: Sequence[Token],
        texts: Sequence[str],
        tags: Sequence[str],
        start: int,
        depth: int,
    ) -> None:
        self.depth = depth
        self.tokens = tokens
        self.texts = texts
        self.tags = tags
        self.start = self.index = start
        self.n = len(tags)
        self.phrase = NounPhrase(start, start + 1)
        self.is_closed = False
        self.lexicon = load_lexicon()

    def read(self) -> NounPhrase:
        """Everything up to the first token that does not belong to the phrase."""
        texts, tags, n = self.texts, self.tags, self.n
        while self.index < n and not self.is_closed:
            takes = _TAKES.get(tags[self.index])
            if takes is None or not takes(self, texts[self.index]):
                break
            self.index += 1
        phrase = self.phrase
        phrase.end = self.index if self.index > self.start else self.start + 1
        return phrase

    def _tag_at(self, index: int) -> str:
        return self.tags[index] if index < self.n else ""

    def take_pronoun(self, text: str) -> bool:
        if self.index > self.start:
            return False
        self.phrase.pronoun = text
        self.is_closed = True
        return True

    def take_adverb(self, text: str) -> bool:
        """As in "only 5", "two freshly baked pies"."""
        if self.phrase.words:
            return False
        after = self._tag_at(self.index + 1)
        if text in UP_TO:
            return after == "N"
        return text.endswith("ly") and after == "K" and self.index > self.start

    def take_determiner(self, text: str) -> bool:
        phrase = self.phrase
        if phrase.words:
            return False
        if phrase.number >= 0:
            return self._share_of()
        if phrase.determiner and self.tags[self.index] != "O":
            return False
        phrase.determiner = text
        return True

    def _share_of(self) -> bool:
        """As in "half the apples", "0.7 the students": a part of what follows."""
        value = self.phrase.value
        if self.phrase.form not in {"share", "percent"} and (
            value is None or value.denominator == 1
        ):
            return False
        self._take_inner(self.index)
        return True

    def take_quantifier(self, text: str) -> bool:
        if self.phrase.words or self.phrase.number >= 0:
            return False
        self.phrase.vague = text
        return True

    def take_extra(self, text: str) -> bool:
        phrase = self.phrase
        if phrase.extra:
            return False
        if phrase.words:
            if text not in _MORE or phrase.number < 0:
                return False
            # "5 apples more".
            self.is_closed = True
        phrase.extra = text
        return True

    def take_number(self, text: str) -> bool:
        del text
        phrase, token = self.phrase, self.tokens[self.index]
        if phrase.number >= 0 or phrase.vague:
            return False
        if phrase.words:
            if len(phrase.words) > 1 or not self._is_rank(phrase.raw[0]):
                return False
            # "The first 3 days".
            phrase.ordinal = phrase.words.pop()
            phrase.raw.pop()
        phrase.number, phrase.value = self.index, token.value
        phrase.form, phrase.money = token.form, token.money
        if phrase.money:
            phrase.words.append(phrase.money)
            phrase.raw.append(phrase.money)
            # "$5 bill", "$20 gift card": the money is what the noun is worth.
            self.is_closed = True
        return True

    def _is_rank(self, text: str) -> bool:
        """Whether a word may stand between "the" and a number: "the last 3", "the lower 48"."""
        lexicon = self.lexicon
        return text in _RANKS or text in lexicon.comparatives or text in lexicon.words["qualities"]

    def take_sign(self, text: str) -> bool:
        if text == "$":
            return self.index == self.start
        if text in _QUOTES:
            return self._tag_at(self.index + 1) == "K" and self.index > self.start
        if text != "-" or self._tag_at(self.index + 1) != "K":
            return False
        if self.phrase.words:
            return True
        return self._hyphenated()

    def _hyphenated(self) -> bool:
        """As in "a 12-inch ruler": the number counts the word behind the hyphen and no more."""
        if self.phrase.number != self.index - 1:
            return False
        self.index += 1
        self._add(self.texts[self.index])
        self.is_closed = True
        return True

    def take_possessive(self, text: str) -> bool:
        """As in "Ann's": what was read so far is the owner of what comes."""
        del text
        phrase = self.phrase
        if not phrase.words or (phrase.number >= 0 and phrase.is_name):
            return False
        if not self._tag_at(self.index + 1) and len(phrase.words[-1]) == 1:
            return True
        if len(phrase.words[-1]) == 1 and self._tag_at(self.index + 1) in "CPIAVB":
            # "A's and B's" are marks at school, not what A has.
            phrase.is_plural = True
            return True
        owner = NounPhrase(
            phrase.start,
            self.index,
            words=phrase.words,
            raw=phrase.raw,
            is_name=phrase.is_name,
            determiner=phrase.determiner,
            owner=phrase.owner,
            is_plural=phrase.is_plural,
        )
        if phrase.number >= 0:
            owner.value, owner.number, owner.form = phrase.value, phrase.number, phrase.form
        self.phrase = NounPhrase(self.start, self.index + 1, owner=owner, determiner="'s")
        return True

    def take_word(self, text: str) -> bool:
        if self.phrase.words and self._is_next_phrase(text):
            return False
        if self.phrase.number >= 0 and text in RELATIVE_DAYS:
            return False
        if text in LACKING and self.phrase.number >= 0 and self._tag_at(self.index + 1) == "I":
            # "5 short of 20".
            return False
        self._add(text)
        return True

    def _add(self, text: str) -> None:
        phrase = self.phrase
        if phrase.words and self._is_apposition():
            # "His brother Tim" is Tim.
            phrase.words.clear()
            phrase.raw.clear()
            phrase.owner, phrase.determiner = None, ""
        if not phrase.words:
            phrase.is_name = (
                self.tokens[self.index].name
                and phrase.number < 0
                and phrase.determiner in {"", "'s"}
            )
        word = WORDS[text]
        phrase.words.append(word.singular)
        phrase.raw.append(text)
        phrase.is_plural = word.is_plural and text != "ones"

    def _is_next_phrase(self, text: str) -> bool:
        """Whether a word after others begins another phrase: "3 feet | tall", "fair | Ann"."""
        phrase = self.phrase
        last = phrase.words[-1]
        if text in {"last", "next"} or self._is_measured(text) or self._is_after_the_time(last):
            return True
        days = self.lexicon.words["days"]
        if text in days or text in RELATIVE_DAYS or last in days:
            return True
        if phrase.is_plural and text in self.lexicon.words["colours"]:
            # "5 yards pink".
            return self._tag_at(self.index + 1) != "K"
        return self.tokens[self.index].name and self._is_other_name(last)

    def _is_measured(self, text: str) -> bool:
        """Whether it says what a number measures: "5 inches | tall", "5 | short of 20"."""
        phrase = self.phrase
        if text in _TALL:
            is_counted = phrase.number >= 0 or phrase.vague != ""
            return is_counted or phrase.words[-1] in self.lexicon.units
        is_lacking = text in LACKING and phrase.number >= 0
        return is_lacking and self._tag_at(self.index + 1) == "I"

    def _is_other_name(self, last: str) -> bool:
        """Whether the name here is no part of this phrase but the next subject."""
        phrase = self.phrase
        if last in self.lexicon.words["times"]:
            return self._is_subject_ahead()
        if self.index == 1 and not phrase.is_plural:
            # "City Rentals rents ...": the first word of a sentence may be part of the name.
            phrase.is_name = True
            return False
        is_part = phrase.is_name or self.tokens[self.index - 1].name or self._is_apposition()
        return not is_part and self._is_subject_ahead()

    def _is_apposition(self) -> bool:
        """Whether a name follows a person: "his brother | Tim", but "with his brother | Tim"."""
        phrase = self.phrase
        if not self.tokens[self.index].name or phrase.determiner not in _OWNING or phrase.counts:
            return False
        last = phrase.words[-1]
        is_person = last in self.lexicon.words["people"] or bool(self.lexicon.gender(last))
        is_free = self.start == 0 or self.tags[self.start - 1] != "I"
        return is_person and is_free and not self.tokens[self.index - 1].name

    def _is_after_the_time(self, last: str) -> bool:
        """As in "by the time | school started"."""
        is_clause = self._tag_at(self.index + 1) in {"V", "A"}
        return (
            last == "time" and is_clause and self.start > 0 and self.texts[self.start - 1] == "by"
        )

    def _is_subject_ahead(self) -> bool:
        """Whether the name here is a subject: a verb follows, or "and" and another name."""
        ahead = self.index + 1
        while self._tag_at(ahead) == "K" and self.tokens[ahead].name:
            ahead += 1
        tag = self._tag_at(ahead)
        if tag == "B":
            ahead += 1
            tag = self._tag_at(ahead)
        if tag == "C":
            is_possessed = self._tag_at(ahead + 1) == "O"
            return is_possessed or (ahead + 1 < self.n and self.tokens[ahead + 1].name)
        return tag != "" and tag in "VA"

    def take_preposition(self, text: str) -> bool:
        phrase = self.phrase
        if text != "of" or self.index == self.start or self.depth == _DEEPEST:
            return False
        if not (
            phrase.words or phrase.counts or phrase.extra or phrase.determiner in {"all", "each"}
        ):
            return False
        inner = self.index + 1
        while self._tag_at(inner) == "B":
            inner += 1
        if not self._tag_at(inner) or self._tag_at(inner) not in "NXDOQEKRW":
            return False
        self._take_inner(inner)
        return True

    def _take_inner(self, start: int) -> None:
        """Read what follows "of"; nothing comes after it."""
        if self.tags[start] == "W":
            inner = NounPhrase(start, start + 1, pronoun="which")
        else:
            inner = read_noun_phrase(self.tokens, self.texts, self.tags, start, self.depth + 1)
        self.phrase.of = inner
        self.index = inner.end - 1
        self.is_closed = True


_TAKES: dict[str, Callable[[_Scan, str], bool]] = {
    "R": _Scan.take_pronoun,
    "B": _Scan.take_adverb,
    "D": _Scan.take_determiner,
    "O": _Scan.take_determiner,
    "Q": _Scan.take_quantifier,
    "E": _Scan.take_extra,
    "N": _Scan.take_number,
    "X": _Scan.take_number,
    "P": _Scan.take_sign,
    "S": _Scan.take_possessive,
    "K": _Scan.take_word,
    "I": _Scan.take_preposition,
}
"""By tag; a word of any other ends the phrase."""
