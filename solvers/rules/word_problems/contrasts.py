"""Amounts told by others: "5 more than Ann", "twice as many as Ann", "3 inches taller than Ann"."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import NOBODY, Amount, Compare, Thing
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.phrases import Mark, NounPhrase, VerbGroup, read_phrases

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spoonbench.solvers.rules.word_problems.cast import Cast
    from spoonbench.solvers.rules.word_problems.phrases import Phrase
    from spoonbench.solvers.rules.word_problems.tokens import Token

_REACH = 9
_SIGNS = {"more": "more", "fewer": "fewer", "less": "fewer"}
_STOPS = frozenset({".", "?", "!", "and", "if", ";"})
_SHORT = frozenset({"short", "shy"})
_MANY = frozenset({"many", "much"})
_PROXIES = frozenset({"do", "be", "have"})
_MOST_PHRASES = 5
_QUANTITIES = frozenset({"number", "amount"})
_EXTENTS = frozenset(
    {"length", "weight", "height", "width", "age", "size", "price", "cost", "distance", "speed"}
)


class Contrast:
    """Reads the comparison behind one amount.

    Attributes:
        end: index of the token after the comparison; -1 where there is none.
    """

    __slots__ = ("_cast", "_lexicon", "_tokens", "end")

    def __init__(self, tokens: Sequence[Token], cast: Cast) -> None:
        self._tokens = tokens
        self._cast = cast
        self._lexicon = load_lexicon()
        self.end = -1

    def read(self, phrase: NounPhrase, amount: Amount, last: Thing) -> None:
        """Note in an amount what it is told by.

        Args:
            phrase: the amount's.
            amount: is changed where it is a comparison.
            last: what was counted last in the text.
        """
        index, sign = self._sign(phrase)
        if self._text(index) in _SHORT and self._text(index + 1) == "of":
            # "5 short of what Ann has": 5 fewer.
            amount.compare = Compare("fewer")
            self._compared_to(index + 2, amount)
            return
        following = self._text(index)
        is_times = (
            phrase.form == "times"
            or (phrase.head == "time" and self._text(phrase.number + 1) not in _SIGNS)
            or (phrase.form == "share" and following == "as")
        )
        if not is_times and not sign:
            return
        self._seek(index, sign, amount, is_times=is_times)
        if amount.compare is None and (
            phrase.form == "times" or (sign == "fewer" and phrase.extra)
        ):
            amount.compare = Compare("times" if is_times else sign)
        text = self._text(phrase.end)
        if amount.compare is None and amount.lemma == "be" and text in self._lexicon.comparatives:
            # "Ann's rope is 20 inches shorter": than the one told of before.
            amount.compare = Compare(sign)
        if is_times and amount.compare is not None:
            amount.form = "times"
            self._thing(index, amount, last, is_counted=phrase.extra in _SIGNS)

    def _text(self, index: int) -> str:
        return self._tokens[index].text if index < len(self._tokens) else ""

    def _sign(self, phrase: NounPhrase) -> tuple[int, str]:
        """Where the comparison goes on behind the phrase, and whether it is of more or of fewer."""
        sign = _SIGNS.get(phrase.extra, "")
        text = self._text(phrase.end)
        if sign or (text not in _SIGNS and text not in self._lexicon.comparatives):
            return phrase.end, sign
        known = self._lexicon.comparatives.get(text)
        is_more = text == "more" if known is None or text in _SIGNS else known[2] > 0
        if known is not None and known[1] == "speed" and self._is_span(phrase.head):
            # Who is 5 seconds faster needs fewer of them.
            is_more = not is_more
        return phrase.end + 1, "more" if is_more else "fewer"

    def _is_span(self, head: str) -> bool:
        unit = self._lexicon.units.get(head)
        return unit is not None and unit.dimension == "time"

    def _seek(self, index: int, sign: str, amount: Amount, *, is_times: bool) -> None:
        kind = "times" if is_times else sign
        if is_times and self._text(index + 1) in _QUANTITIES and self._text(index) == "the":
            # "Twice the number of apples that Ann has".
            amount.compare = Compare(kind)
            self._compared_to(index + 4, amount, is_behind_thing=True)
            return
        if is_times and self._text(index + 1) in _EXTENTS and self._text(index + 2) == "of":
            # "Twice the length of the ribbon".
            amount.compare = Compare(kind)
            self._compared_to(index + 3, amount)
            return
        for position in range(index, min(len(self._tokens), index + _REACH)):
            text = self._text(position)
            if text == "than":
                amount.compare = Compare(kind)
                self._compared_to(position + 1, amount)
                return
            if text == "as" and is_times:
                is_measure = position == index and self._text(position + 1) not in _MANY
                amount.compare = Compare(kind, is_measure=is_measure)
                second = self._second_as(position)
                self.end = second if second > 0 else position + 3
                if second > 0:
                    self._compared_to(second + 1, amount)
                return
            if text in _STOPS:
                return

    def _second_as(self, first: int) -> int:
        limit = min(len(self._tokens), first + _REACH)
        return next((place for place in range(first + 2, limit) if self._text(place) == "as"), -1)

    def _thing(self, index: int, amount: Amount, last: Thing, *, is_counted: bool) -> None:
        """What is counted in "twice as many apples as", "3 times more apples than"."""
        nouns: list[str] = []
        for token in self._tokens[index : index + _REACH]:
            text = token.text
            if text in _MANY or text in _SIGNS or text in _QUANTITIES:
                is_counted = True
            elif text == "of":
                continue
            elif is_counted and self._ends_noun(text):
                break
            elif is_counted and text != "the":
                nouns.append(self._lexicon.singular(text))
        if nouns:
            amount.thing, amount.is_thing_told = Thing(nouns[-1], frozenset(nouns)), True
        else:
            amount.thing, amount.is_thing_told = last, False

    def _ends_noun(self, text: str) -> bool:
        words = self._lexicon.words
        return (
            text in {"as", "than", "that"}
            or not text[0].isalpha()
            or text in words["auxiliaries"]
            or text in words["prepositions"]
        )

    def _compared_to(self, index: int, amount: Amount, *, is_behind_thing: bool = False) -> None:
        """Who or what stands behind "than" or the second "as"."""
        compare = amount.compare
        if compare is None or index >= len(self._tokens):
            return
        phrases = read_phrases(self._tokens[index:])
        first = phrases[0] if phrases else None
        if isinstance(first, NounPhrase) and first.form == "times":
            # "5 more than twice as many as Ann": by what comes next.
            return
        if is_behind_thing or (isinstance(first, NounPhrase) and first.words == ["number"]):
            phrases = phrases[1:]
        self._take_other(phrases[:_MOST_PHRASES], compare, amount)

    def _take_other(self, phrases: Sequence[Phrase], compare: Compare, amount: Amount) -> None:
        """Who is named first, and the words of the whole phrase."""
        words: set[str] = set()
        is_proxy = is_name = False
        for phrase in phrases:
            if isinstance(phrase, NounPhrase):
                is_time = self._lexicon.is_time(phrase.head) or phrase.head.isdigit()
                if not is_proxy or is_time:
                    collect_words((phrase,), words)
                if not compare.other and not is_time and not is_proxy:
                    compare.other = self._cast.owner_of(phrase, is_subject=False)
                    is_name = phrase.is_name
            elif isinstance(phrase, VerbGroup):
                if phrase.verb.lemma not in _PROXIES:
                    words.add(phrase.text)
                is_proxy = True
            elif phrase.text in {",", "and", "but"}:
                break
        if compare.other == amount.owner:
            others = [one for one in self._cast.people if is_name and one != compare.other]
            if others:
                # "Tom's father ... He is older than Tom": his father is.
                amount.owner = others[-1]
            else:
                # "Than he did on Tuesday", "than he is now".
                compare.other = NOBODY
        compare.other_words = frozenset(words)


def may_compare(said: frozenset[str]) -> bool:
    """Whether a sentence of these words may tell one amount by another, factors apart."""
    return not _comparing().isdisjoint(said)


@cache
def _comparing() -> frozenset[str]:
    return _SHORT.union(_SIGNS, load_lexicon().comparatives)


def collect_words(phrases: Iterable[Phrase], words: set[str]) -> None:
    """Add the content words of phrases, those of their inner phrases too."""
    for phrase in phrases:
        if isinstance(phrase, NounPhrase):
            words.update(phrase.words)
            if phrase.of is not None:
                collect_words((phrase.of,), words)
            if phrase.owner is not None:
                collect_words((phrase.owner,), words)
            if phrase.per is not None:
                collect_words((phrase.per,), words)
        elif isinstance(phrase, Mark) and phrase.tag in "BM":
            words.add(phrase.text)
