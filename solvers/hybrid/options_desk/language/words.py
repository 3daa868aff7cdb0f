"""Tells the words of a text apart: figures, dates, symbols and the words of `vocabulary`.

A word that is none of them becomes UNREAD, so that nothing is lost on the way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.hybrid.options_desk.language.dates import find_date, is_verb
from spoonbench.solvers.hybrid.options_desk.language.figures import (
    DIGITS,
    SCALES,
    read_figure,
    read_list,
)
from spoonbench.solvers.hybrid.options_desk.language.vocabulary import (
    FILLER,
    is_near_word,
    vocabulary,
)
from spoonbench.solvers.numerals import find_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

UNREAD = "UNREAD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One token.

    Attributes:
        kind: for the grammar.
        text: as it was written.
        start: index of its first character.
        value: what it means.
        is_unclear: a figure that may mean another as well.
        is_spelled: a number in words.
        article: the article right before it.
        remark: how it was understood, where it does not say so by itself.
    """

    kind: str
    text: str
    start: int
    value: Any = None
    is_unclear: bool = False
    is_spelled: bool = False
    article: str = ""
    remark: str | None = None

    def __str__(self) -> str:
        return self.text


_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}\N{NON-BREAKING HYPHEN}", "-"),
        **dict.fromkeys("\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}`", "'"),
        **dict.fromkeys("\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}", '"'),
        **dict.fromkeys("\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}\ufeff", " "),
        "\N{GREEK CAPITAL LETTER DELTA}": " delta ",
    }
)
_SPACE = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[,;.!?\n()\"\[\]]|-(?=\s)|\*")
_JOINING = re.compile(r"[:=]|-(?=[a-z0-9])", re.IGNORECASE)
_OCC = re.compile(r"([A-Za-z][A-Za-z0-9]{0,5}) {0,6}(\d{6}[CPcp]\d{8})(?!\w)", re.ASCII)
_RUN = re.compile(rf"{DIGITS}(?:(?:\s*/\s*|-){DIGITS})+(?![\w%/]|\.\d)", re.ASCII)
_STRIKE_KIND = re.compile(
    rf"(\$?)({DIGITS})([cCpP])(?:\s*/\s*(?=\$?{DIGITS}[cCpP]\b)|(?!\w))", re.ASCII
)
_FIGURE = re.compile(
    rf"(?P<sign>-)?(?P<dollar>\$|usd ?)?(?P<inner>-)?(?P<digits>{DIGITS})"
    r"(?P<tail> ?%|[a-zA-Z]+)?(?![^\W_])",
    re.IGNORECASE | re.ASCII,
)  # fmt: skip
_TIMES = re.compile(r"x ?(\d{1,6})(?![\w.,/]\d|\w)", re.IGNORECASE | re.ASCII)
_GLOB = re.compile(r"[^\s,;()\"]+")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z]\b)?", re.ASCII)
_ROOT = re.compile(r"[A-Z]{1,5}[A-Z0-9](?:\.[A-Z])?|[A-Z]", re.ASCII)
_DOLLAR_ROOT = re.compile(r"\$([A-Za-z][A-Za-z0-9]{0,5}(?:\.[A-Za-z])?)\b", re.ASCII)
_LETTER = re.compile(r"([srqk])\s*=", re.IGNORECASE | re.ASCII)
_LETTERS = {"s": "SPOT", "r": "RATE", "q": "DIVIDEND_YIELD", "k": "STRIKE"}
_ARTICLES = frozenset({"a", "an", "the"})
_IN_CAPITALS_A_SYMBOL = frozenset({FILLER, "VIEW", "NO", "WIDE", "LIMIT"})


def read_words(text: str, today: date) -> list[Word]:
    """All words of a text, in order, fillers among them."""
    return list(_Scanner(text.translate(_SIGNS), today).words())


class _Scanner:
    """Takes a text apart from left to right."""

    def __init__(self, text: str, today: date) -> None:
        self._text, self._today = text, today
        self._is_capital = text.upper() == text
        self._numbers = {
            found.start: found for found in find_numbers(text) if text[found.start].isalpha()
        }

    def words(self) -> Iterator[Word]:
        position, text = 0, self._text
        while position < len(text):
            found = self._next(position)
            if found is None:
                position = self._skipped(position)
                continue
            word, position = found
            if word is not None:
                yield word

    def _skipped(self, position: int) -> int:
        space = _SPACE.match(self._text, position)
        return space.end() if space is not None else position + 1

    def _next(self, position: int) -> tuple[Word | None, int] | None:
        character = self._text[position]
        if character.isspace() and character != "\n":
            return None
        if character.isdigit() or character in ".-$xXuU":
            found = self._figure(position)
            if found is not None:
                return found
        if character.isalpha():
            return self._alphabetic(position)
        return self._sign(position)

    def _sign(self, position: int) -> tuple[Word | None, int]:
        text = self._text
        if text[position] == "@":
            return self._word("AT", position, position + 1)
        if text[position] == "&":
            return self._word("AND", position, position + 1)
        if text[position] == "$":
            root = _DOLLAR_ROOT.match(text, position)
            if root is not None:
                return self._word("SYMBOL", position, root.end(), value=root[1].upper())
        if _SEPARATORS.match(text, position):
            return self._word("SEPARATOR", position, position + 1)
        if _JOINING.match(text, position):
            return None, position + 1
        return self._unread(position)

    def _unread(self, position: int) -> tuple[Word, int]:
        glob = _GLOB.match(self._text, position)
        end = position + 1 if glob is None else glob.end()
        # The sign that ends a sentence is not part of its last word.
        while end > position + 1 and self._text[end - 1] in ".!?:":
            end -= 1
        return self._word(UNREAD, position, end)

    # Figures and dates.

    def _figure(self, position: int) -> tuple[Word, int] | None:
        text = self._text
        times = _TIMES.match(text, position)
        if times is not None:
            return self._word("TIMES", position, times.end(), value=Decimal(times[1]))
        is_digit = text[position].isdigit()
        dated = find_date(text, position, self._today) if is_digit else None
        if dated is not None:
            return self._word("DATE", position, dated.end, value=dated.reading)
        for pattern, read in ((_STRIKE_KIND, self._strike_kind), (_RUN, self._run)):
            found = pattern.match(text, position)
            word = None if found is None else read(found)
            if word is not None and found is not None:
                return word, found.end()
        return self._number(position)

    def _strike_kind(self, found: re.Match[str]) -> Word | None:
        figure = read_figure(found[2])
        if figure is None or figure.is_unclear:
            return None
        kind = "call" if found[3] in "cC" else "put"
        return self._word(
            "STRIKE_KIND", found.start(), found.end(), value=(figure.value, kind)
        )[0]  # fmt: skip

    def _run(self, found: re.Match[str]) -> Word | None:
        figures = [
            read_figure(part) for part in re.split(r"[/-]", re.sub(r"\s", "", found.group()))
        ]
        values = tuple(f.value for f in figures if f is not None)
        unclear = any(f is not None and f.is_unclear for f in figures)
        if len(values) < len(figures):
            return None
        return self._word("RUN", found.start(), found.end(), value=values, is_unclear=unclear)[0]

    def _number(self, position: int) -> tuple[Word, int] | None:
        found = _FIGURE.match(self._text, position)
        if found is None:
            return self._unread(position) if self._text[position].isdigit() else None
        listed = read_list(found["digits"])
        if listed is not None and not found["tail"] and not found["sign"]:
            return self._word("RUN", position, found.end(), value=listed)
        figure = read_figure(found["digits"])
        if figure is None:
            return self._parted(position, found["digits"])
        kind, value, end = self._tailed(found, figure.value)
        if kind == UNREAD:
            return self._unread(position)
        if found["sign"] or found["inner"]:
            kind, value = "NEGATIVE", -value
        return self._word(kind, position, end, value=value, is_unclear=figure.is_unclear)

    def _parted(self, position: int, digits: str) -> tuple[Word, int]:
        """Two figures with a comma and no space between: "VIX 14,30 days"."""
        first, comma, _ = digits.partition(",")
        figure = read_figure(first)
        if not comma or figure is None or self._text[position : position + len(first)] != first:
            return self._unread(position)
        return self._word("NUMBER", position, position + len(first), value=figure.value)

    def _tailed(self, found: re.Match[str], value: Decimal) -> tuple[str, Decimal, int]:
        tail = (found["tail"] or "").strip().lower()
        plain = "MONEY" if found["dollar"] else "NUMBER"
        if not tail:
            return plain, value, found.end()
        if tail == "%":
            return "PERCENT", value / 100, found.end()
        if tail in SCALES:
            return "MONEY", value * SCALES[tail], found.end()
        if tail == "x" and plain == "NUMBER":
            return "TIMES", value, found.end()
        if tail in vocabulary().phrases:
            return plain, value, found.start("tail")
        return UNREAD, value, found.end()

    # Words.

    def _alphabetic(self, position: int) -> tuple[Word | None, int]:
        text = self._text
        letter = _LETTER.match(text, position)
        if letter is not None:
            return self._word(_LETTERS[letter[1].lower()], position, letter.end())
        occ = _OCC.match(text, position)
        if occ is not None and occ[1].lower() not in vocabulary().words:
            return self._word("OCC", position, occ.end(), value=occ[1] + occ[2])
        if not is_verb(text, position):
            dated = find_date(text, position, self._today)
            if dated is not None:
                return self._word("DATE", position, dated.end, value=dated.reading)
        phrase = self._phrase(position)
        if phrase is not None:
            return phrase
        number = self._numbers.get(position)
        if number is not None and number.value.denominator == 1:
            value = Decimal(number.value.numerator)
            return self._word("NUMBER", position, number.end, value=value, is_spelled=True)
        return self._root(position)

    def _phrase(self, position: int) -> tuple[Word, int] | None:
        first = re.compile(r"[a-z0-9']+", re.IGNORECASE | re.ASCII).match(self._text, position)
        if first is None:
            return None
        for phrase in vocabulary().phrases.get(first.group().lower(), ()):
            found = phrase.pattern.match(self._text, position)
            if found is not None:
                return self._known(found, phrase.kind, phrase.value)
        return None

    def _known(self, found: re.Match[str], kind: str, value: Any) -> tuple[Word, int]:
        said, start = found.group(), found.start()
        is_shouted = len(said) > 1 and said.isupper() and said.isalpha() and not self._is_capital
        if is_shouted and kind in _IN_CAPITALS_A_SYMBOL:
            return self._word("SYMBOL", start, found.end(), value=said)
        if kind == "NAME":
            remark = f"{said} is read as {value}."
            return self._word("SYMBOL", start, found.end(), value=value, remark=remark)
        return self._word(kind, start, found.end(), value=value)

    def _root(self, position: int) -> tuple[Word, int]:
        found = _WORD.match(self._text, position)
        if found is None or self._goes_on(found.end()):
            return self._unread(position)
        said = found.group()
        if said.lower() in vocabulary().symbols:
            return self._word("SYMBOL", position, found.end(), value=said.upper())
        if _ROOT.fullmatch(said) and not is_near_word(said):
            remark = f"{said} is taken for a symbol." if self._is_capital else None
            return self._word("SYMBOL", position, found.end(), value=said, remark=remark)
        return self._unread(position)

    def _goes_on(self, end: int) -> bool:
        """The word has letters that no symbol has."""
        return end < len(self._text) and (self._text[end].isalnum() or self._text[end] in "_'")

    def _word(self, kind: str, start: int, end: int, **more: Any) -> tuple[Word, int]:
        return Word(kind=kind, text=self._text[start:end].strip(), start=start, **more), end


def without_fillers(words: list[Word]) -> list[Word]:
    """The words that mean something; a figure remembers the article before it."""
    kept: list[Word] = []
    article = ""
    for word in words:
        said = word.text.lower()
        if word.kind != FILLER:
            kept.append(_with_article(word, article))
            article = ""
        elif said == "to" and kept and kept[-1].kind in ("NUMBER", "MONEY", "PERCENT"):
            # As in "30 to 45 days".
            kept.append(_as(word, UNREAD))
        elif said == "of" and kept and kept[-1].kind == "PERCENT":
            kept.append(_as(word, "OF"))
        elif said in ("it", "that") and kept and kept[-1].kind == "OF":
            kept.append(_as(word, "IT"))
        else:
            article = said if said in _ARTICLES else ""
    return kept


def _with_article(word: Word, article: str) -> Word:
    return _as(word, word.kind, article=article) if article else word


def _as(word: Word, kind: str, **more: Any) -> Word:
    from dataclasses import replace

    return replace(word, kind=kind, **more)
