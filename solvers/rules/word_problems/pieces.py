"""Words, digits and signs of a text, contractions taken apart; the first pass over it."""

from __future__ import annotations

import re
import tomllib
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from spoonbench.solvers.numerals import MAX_DIGITS
from spoonbench.solvers.rules.word_problems.characters import Unread


class Token(NamedTuple):
    """A word, a number or a sign.

    Attributes:
        text: in lower case; "#" for a number of any form, "clock" for a time of day.
        value: of a number, else None; 20 for "20%".
        form: "word", "sign", "number", "times" ("twice"), "percent", "share" ("a third") or
            "ordinal".
        money: "dollar", "euro", "pound", "yen", "rupee" or "cent" where its sign is written; else "".
        start: index of its first character in the text.
        end: index after its last character.
        name: written with a capital although no sentence starts there, or somewhere else so.
    """

    text: str
    value: Fraction | None = None
    form: str = "word"
    money: str = ""
    start: int = 0
    end: int = 0
    name: bool = False


def _load(name: str) -> dict[str, dict[str, str]]:
    text = (files("spoonbench.solvers.rules.word_problems") / name).read_text("utf-8")
    return tomllib.loads(text)


_TOKENS = _load("tokens.toml")
_NUMBERS = _load("numbers.toml")
_HOSTS = frozenset(_TOKENS["words"]["is_hosts"].split())
_NEGATED = _TOKENS["negated"]
_ENDINGS = _TOKENS["endings"]
_WHOLE = frozenset(_TOKENS["words"]["whole"].split())
_UNITS = frozenset(_NUMBERS["words"]["units"].split())
_LABELS = frozenset(_NUMBERS["words"]["labels"].split())
_CODES = tuple(_NUMBERS["words"]["currency_codes"].split())
_ORDINAL_TAILS = frozenset({"st", "nd", "rd", "th"})
_CARDINALS = frozenset(
    " ".join([*_NUMBERS["cardinals"].values(), *_NUMBERS["scales"], "dozen half"]).split()
)
_PARTS = frozenset(
    " ".join([*_NUMBERS["parts"], *(f"{part}s" for part in _NUMBERS["parts"])]).split()
) | {"quarter", "quarters"}
_ATOMS = _CARDINALS | _PARTS | frozenset(_NUMBERS["ordinals"]["words"].split())
MARKED_SIGNS = frozenset(".?!-'%") | frozenset(_NUMBERS["money"])
MARKED_WORDS = (
    _CARDINALS
    | frozenset(_NUMBERS["ordinals"]["words"].split())
    | frozenset(_NUMBERS["ordinals"]["more"].split())
    | frozenset(_NUMBERS["times"])
    | frozenset({"couple", "quarter"})
    | frozenset(_TOKENS["words"]["marked"].split())
)
"""Words and signs that the second pass looks at; it copies all others."""

# Possessive quantifiers never give characters back, which keeps each match linear.
_PIECE = re.compile(
    r"[A-Za-z]\.[A-Za-z](?:\.[A-Za-z])*+(?![^\W_])\.?"
    r"|(?P<word>[^\W\d_]\w*+)(?P<rest>(?:[-'&][^\W\d_]\w*+)++)?"
    r"|(?P<digits>(?:[0-9]++|(?<![^\W_])\.[0-9]++)(?:[.,:/][0-9]++)*+)(?P<tail>[^\W\d_]\w*+)?"
    r"|(?P<sign>'(?:s|re|ve|ll|d|m)\b|[^\w\s]|_++)",
    re.IGNORECASE,
)
_WORD, _REST, _DIGITS, _TAIL, _SIGN = range(1, 6)
_DECIMAL = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})++|[0-9]*+)(?:\.[0-9]++)?")
_CLOCK = re.compile(r"(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9])?")
_DATE = re.compile(r"[0-9]{1,4}([/.])[0-9]{1,2}\1[0-9]{1,4}")
_LIST = re.compile(r"[0-9]{1,2}(?:,[0-9]{1,2}){2,}+")
_DECADE = re.compile(r"(?:[0-9]{2})?[0-9]0")


def split_text(text: str) -> tuple[list[Token], list[int]]:
    """Split a text of plain characters, in time linear in its length.

    Returns:
        The tokens, and the indexes of those that are more than a word or a mark within a
        sentence.

    Raises:
        Unread: digits that are no number that is read.
    """
    tokens: list[Token] = []
    marks: list[int] = []
    make = tuple.__new__
    for match in _PIECE.finditer(text):
        kind = match.lastindex
        written = match[0]
        start, end = match.span()
        lower = written.lower()
        if kind == _WORD:
            if lower in MARKED_WORDS:
                marks.append(len(tokens))
            tokens.append(
                make(Token, (lower, None, "word", "", start, end, written != lower))
            )
        elif kind == _SIGN:
            if lower in MARKED_SIGNS:
                marks.append(len(tokens))
            tokens.extend(_sign(lower, start, end, tokens))
        else:
            first = len(tokens)
            tokens.extend(_compound(text, match, kind))
            marks.extend(range(first, len(tokens)))
    return tokens, marks


def _compound(text: str, match: re.Match[str], kind: int | None) -> list[Token]:
    start, end = match.span()
    if kind == _REST:
        return _joined(match[0], start)
    if kind is None:
        lower = match[0].lower()
        return [Token(lower, start=start, end=end, name=lower != match[0])]
    return _digits(text, match)


def _sign(lower: str, start: int, end: int, before: list[Token]) -> list[Token]:
    if lower[0] == "'" and len(lower) > 1:
        return _ending(before[-1].text if before else "", lower, start, end)
    if lower == "#":
        # The sign itself must not look like a number.
        lower = "no."
    elif lower < " ":
        raise Unread(f"characters: {lower!r} is no character of a text")
    return [Token(lower, form="sign", start=start, end=end)]


def _ending(host: str, ending: str, start: int, end: int) -> list[Token]:
    """The token of "'s", "'re" and their like after a word."""
    text = _ENDINGS.get(ending, ending)
    if ending == "'s":
        text = "is" if host in _HOSTS else "us" if host == "let" else "'s"
    return [Token(text, start=start, end=end)]


def _joined(written: str, start: int) -> list[Token]:
    """Tokens of letters with an apostrophe, a hyphen or "&" inside."""
    lower = written.lower()
    end = start + len(written)
    name = lower != written
    if lower.endswith("n't"):
        cut = len(lower) - 3
        host = _NEGATED.get(lower[:cut], lower[:cut])
        first = Token(host, start=start, end=start + cut, name=name)
        return [*([first] if cut else []), Token("not", start=start + cut, end=end)]
    host, quote, tail = lower.rpartition("'")
    ending = quote + tail
    if quote and (ending == "'s" or ending in _ENDINGS):
        cut = start + len(host)
        first = written[: len(host)]
        tokens = _joined(first, start) if "-" in host else [
            Token(host, start=start, end=cut, name=host != first and host != "i")
        ]
        return [*tokens, *_ending(host, ending, cut, end)]
    if "-" in lower and lower not in _WHOLE and lower.partition("-")[0] in _CARDINALS:
        return _spelled(lower, start)
    return [Token(lower, start=start, end=end, name=name)]


def _spelled(lower: str, start: int) -> list[Token]:
    """Tokens of "twenty-five", "two-thirds", "six-year-olds": number words, hyphens, the rest."""
    tokens: list[Token] = []
    rest = lower
    while rest:
        part, _, after = rest.partition("-")
        if part not in _ATOMS:
            tokens.append(Token(rest, start=start, end=start + len(rest)))
            break
        end = start + len(part)
        tokens.append(Token(part, start=start, end=end))
        if after:
            tokens.append(Token("-", form="sign", start=end, end=end + 1))
        start, rest = end + 1, after
    return tokens


def _digits(text: str, match: re.Match[str]) -> list[Token]:
    start, end = match.span()
    body, tail = match["digits"], match["tail"]
    before, after = text[start - 1 : start], text[end : end + 2]
    if before == "_" or after[:1] in ("^", "_") or (after[:1] == "'" and after[1:].isdigit()):
        raise Unread(f"number: {text[start:end + 2]!r} is no number that is read")
    if tail is not None:
        return _tailed(body, tail.lower(), start)
    form, value = _read_digits(body)
    if form == "list":
        return _listed(body, start)
    name = {"number": "#", "fraction": "#"}.get(form, form)
    if form in {"number", "fraction"}:
        return [Token(name, value, form, start=start, end=end)]
    return [Token("clock" if form == "clock" else body, start=start, end=end)]


def _listed(body: str, start: int) -> list[Token]:
    """Tokens of "1,2,3"."""
    tokens: list[Token] = []
    for part in body.split(","):
        if tokens:
            tokens.append(Token(",", form="sign", start=start - 1, end=start))
        end = start + len(part)
        tokens.append(Token("#", Fraction(int(part)), "number", start=start, end=end))
        start = end + 1
    return tokens


def _tailed(body: str, tail: str, start: int) -> list[Token]:
    """Tokens of digits with letters after them: "5th", "1990s", "3d", "5kg", "5pm"."""
    middle = start + len(body)
    end = middle + len(tail)
    form, value = _read_digits(body)
    if tail in _ORDINAL_TAILS and body.isdecimal():
        return [Token(body + tail, form="ordinal", start=start, end=end)]
    if body + tail in _LABELS or (tail == "s" and _DECADE.fullmatch(body)):
        return [Token(body + tail, start=start, end=end)]
    if tail in {"am", "pm"} and form in {"number", "clock"}:
        return [Token("clock", start=start, end=end)]
    if tail in _UNITS and form in {"number", "fraction"}:
        number = Token("#", value, form, start=start, end=middle)
        return [number, Token(tail, start=middle, end=end)]
    raise Unread(f"number: {body + tail!r} is no number that is read")


@lru_cache(maxsize=4096)
def _read_digits(body: str) -> tuple[str, Fraction | None]:
    """What digits with signs inside are, and the value of those that are a number."""
    if len(body) > MAX_DIGITS:
        raise Unread(f"number: more than {MAX_DIGITS} digits")
    if body.isdecimal():
        return "number", Fraction(int(body))
    if _DECIMAL.fullmatch(body):
        return "number", Fraction(body.replace(",", ""))
    if body in _LABELS:
        return "label", None
    top, slash, bottom = body.partition("/")
    if slash and top.isdecimal() and bottom.isdecimal() and int(bottom):
        return "fraction", Fraction(int(top), int(bottom))
    for form, pattern in (("clock", _CLOCK), ("label", _DATE), ("list", _LIST)):
        if pattern.fullmatch(body):
            return form, None
    raise Unread(f"number: {body!r} is no number that is read")
