"""Words, digits and signs of a text, contractions taken apart; the first pass over it."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.rules.word_problems.characters import Unread
from spoonbench.solvers.rules.word_problems.digits import Digits, read_digits
from spoonbench.solvers.rules.word_problems.remembering import Remembered

if TYPE_CHECKING:
    from fractions import Fraction


class Token(NamedTuple):
    """A word, a number or a sign.

    Attributes:
        text: in lower case; "#" for a number of any form, "clock" for a time of day, "'s" for
            the possessive.
        value: of a number, else None; 20 for "20%".
        form: "word", "sign", "number", "times" ("twice"), "percent", "share" ("a third") or
            "ordinal".
        money: "dollar", "euro", "pound", "yen", "rupee" or "cent" where its sign stands at the
            number; else "".
        start: index of its first character in the text.
        end: index after its last character.
        name: written with a capital where no sentence starts, or somewhere else in the text so.
    """

    text: str
    value: Fraction | None = None
    form: str = "word"
    money: str = ""
    start: int = 0
    end: int = 0
    name: bool = False


class Pieces(NamedTuple):
    """A text after the first pass.

    Attributes:
        tokens: in order.
        marks: indexes of the tokens that are more than a word or a sign as it stands.
        capitals: how often each word is written with a capital.
    """

    tokens: list[Token]
    marks: list[int]
    capitals: dict[str, int]


def _load(name: str) -> dict[str, dict[str, str]]:
    text = (files("spoonbench.solvers.rules.word_problems") / name).read_text("utf-8")
    return tomllib.loads(text)


_TOKENS = _load("tokens.toml")
_NUMBERS = _load("numbers.toml")
_LISTS = {name: frozenset(words.split()) for name, words in _TOKENS["words"].items()}
_NEGATED = _TOKENS["negated"]
_ENDINGS = _TOKENS["endings"]
_CARDINALS = frozenset(_NUMBERS["words"]["cardinal_words"].split()) | {"half"}
_ORDINALS = frozenset(" ".join(_NUMBERS["ordinals"].values()).split())
_ATOMS = (
    _CARDINALS
    | _ORDINALS
    | {f"{part}s" for part in _NUMBERS["parts"]}
    | {"quarter", "quarters", "and", "a", "percent"}
)
_MARKED = (
    _CARDINALS
    | _ORDINALS
    | frozenset(_NUMBERS["times"])
    | frozenset(_NUMBERS["money"])
    | frozenset(".?!-\n")
    | _LISTS["marked"]
)
"""Words and signs that the second pass looks at; it copies all others."""

# Possessive quantifiers never give characters back, which keeps each match linear. Every character
# that is no space begins a piece, so the pieces cover the text.
_SHAPES = (
    r"(?P<dotted>[A-Za-z](?:\.[A-Za-z]){1,5}+(?![^\W_]))"
    r"|(?P<word>can(?=not\b)|[^\W\d_]\w*+)(?P<rest>(?:[-'&][^\W\d_]\w*+)++)?"
    r"|(?P<digits>[0-9]++(?:-[0-9]++){2,}+|(?:[0-9]++|(?<![\w.])\.[0-9]++)(?:[.,:/][0-9]++)*+)"
    r"(?P<tail>[^\W\d_]\w*+)?"
    r"|(?P<sign>'(?:s|re|ve|ll|d|m)\b|[^\w\s]|_++)"
)
_DOTTED, _WORD, _REST, _DIGITS, _TAIL, _SIGN = range(1, 7)
_GROUPS = re.compile(_SHAPES, re.IGNORECASE)
_PIECE = re.compile(rf"\s*+(?:{re.sub(r'[?]P<[a-z]++>', '?:', _SHAPES)})", re.IGNORECASE)
_MOST_REMEMBERED = 1 << 14
_LONGEST_REMEMBERED = 32
_AFTER_DIGITS = frozenset("^_'")
"""What may make digits something else than a number."""


class _Kind(NamedTuple):
    """What a piece is, wherever it stands.

    Attributes:
        text: in lower case.
        lead: number of spaces before it.
        length: number of characters, those spaces included.
        is_plain: a word or a sign that is one token, with nothing to look at around it.
        is_marked: the second pass looks at it.
        form: "word" or "sign".
        name: written with a capital.
        value: of digits that are a whole or decimal number, else None.
    """

    text: str
    lead: int
    length: int
    is_plain: bool
    is_marked: bool
    form: str
    name: bool
    value: Fraction | None = None


def split_text(text: str) -> Pieces:
    """Split a text of plain characters, in time linear in its length.

    Raises:
        Unread: digits that are no number that is read, or a control character.
    """
    tokens: list[Token] = []
    marks: list[int] = []
    capitals: dict[str, int] = {}
    opened: list[int] = []
    make, append, kinds = tuple.__new__, tokens.append, _KINDS
    end = 0
    # Spaces at the end would each be tried as the start of a piece.
    for piece in _PIECE.findall(text.rstrip()):
        lower, lead, length, is_plain, is_marked, form, name, value = kinds[piece]
        start = end + lead
        end += length
        if is_plain:
            if is_marked:
                marks.append(len(tokens))
            if name:
                capitals[lower] = capitals.get(lower, 0) + 1
            append(make(Token, (lower, None, form, "", start, end, name)))
        elif value is not None and lead and text[end : end + 1] not in _AFTER_DIGITS:
            marks.append(len(tokens))
            append(make(Token, ("#", value, "number", "", start, end, False)))
        else:
            first = len(tokens)
            _add_special(tokens, text, start, end, opened)
            marks.extend(range(first, len(tokens)))
            for token in tokens[first:]:
                if token.name:
                    capitals[token.text] = capitals.get(token.text, 0) + 1
    return Pieces(tokens, marks, capitals)


def _kind(piece: str) -> _Kind:
    written = piece.lstrip()
    lead = len(piece) - len(written)
    lower = written.lower()
    match = _GROUPS.fullmatch(written)
    shape = match.lastindex if match else None
    is_word = shape == _WORD
    breaks = piece[:lead].count("\n") > 1
    is_plain = (is_word or (shape == _SIGN and lower[0] != "'")) and not breaks
    if is_plain and not is_word:
        lower = _sign_text(lower)
    name = written != lower and (is_word or shape in {_REST, _DOTTED}) and lower != "i"
    value = None
    if shape == _DIGITS and not breaks:
        read = read_digits(lower, "")
        value = read.value if read.form == "number" and not read.is_group else None
    form = "word" if is_word else "sign"
    return _Kind(lower, lead, len(piece), is_plain, lower in _MARKED, form, name, value)


# As plain tuples, which are taken apart several times faster than named ones.
_KINDS = Remembered(lambda piece: (*_kind(piece),), _MOST_REMEMBERED, _LONGEST_REMEMBERED)


def _add_special(tokens: list[Token], text: str, start: int, end: int, opened: list[int]) -> None:
    """A piece that is more than one token, or that what stands around it decides on."""
    before = tokens[-1].end if tokens else 0
    if text.count("\n", before, start) > 1:
        place = text.rindex("\n", before, start)
        tokens.append(Token("\n", form="sign", start=place, end=place + 1))
    written = text[start:end]
    match = _GROUPS.match(text, start, end)
    shape = match.lastindex if match else None
    if match and shape in {_DIGITS, _TAIL}:
        _add_digits(tokens, text, match)
    elif shape == _REST:
        _add_joined(tokens, written, start)
    elif written[0] == "'":
        _add_apostrophe(tokens, written.lower(), start, text, opened)
    elif shape == _SIGN:
        tokens.append(Token(_sign_text(written), form="sign", start=start, end=end))
    else:
        lower = written.lower()
        tokens.append(Token(lower, start=start, end=end, name=lower not in {written, "i"}))


def _sign_text(sign: str) -> str:
    if sign == "#":
        # The sign itself must not look like a number.
        return "no."
    if sign[0] < " ":
        raise Unread(f"characters: {sign!r} is no character of a text")
    return sign


def _add_apostrophe(
    tokens: list[Token], lower: str, start: int, text: str, opened: list[int]
) -> None:
    """An ending such as "'s", a possessive "s'", or a quotation mark.

    Args:
        tokens: the list to add to.
        lower: the apostrophe and its letters.
        start: its index.
        text: the whole text.
        opened: indexes of the quotation marks not closed yet; kept up to date.
    """
    end = start + len(lower)
    host = tokens[-1] if tokens else Token("")
    if end > start + 1:
        _add_ending(tokens, text[host.start : host.end], lower, start)
        return
    before, after = text[start - 1 : start], text[end : end + 1]
    if opened:
        opened.pop()
    elif host.text.endswith("s") and host.form == "word" and not after.isalnum():
        tokens.append(Token("'s", start=start, end=end))
        return
    elif not before.strip() and after.isalnum():
        opened.append(start)
    tokens.append(Token("'", form="sign", start=start, end=end))


def _add_ending(tokens: list[Token], written: str, ending: str, start: int) -> None:
    """Add "'s", "'re" or their like after a word.

    Args:
        tokens: the list to add to, the word before being its last.
        written: that word as it is written.
        ending: in lower case.
        start: index of the apostrophe.
    """
    end = start + len(ending)
    host = tokens[-1] if tokens else Token("")
    if ending == "'s" and written.isupper() and len(written) > 1 and _is_counted(tokens):
        # "3 CD's" are three, nothing is theirs.
        tokens[-1] = host._replace(text=f"{host.text}s", end=end, name=False)
        return
    text = _ENDINGS.get(ending, ending)
    if ending == "'s":
        is_verb = host.text in _LISTS["is_hosts"]
        text = "is" if is_verb else "us" if host.text == "let" else "'s"
    tokens.append(Token(text, start=start, end=end))


def _is_counted(tokens: list[Token]) -> bool:
    """Whether a number or its like stands before the last token."""
    before = tokens[-2] if len(tokens) > 1 else Token("")
    return (
        before.value is not None
        or before.text in _CARDINALS
        or before.text in _LISTS["before_plural"]
    )


def _add_joined(tokens: list[Token], written: str, start: int) -> None:
    """Letters with an apostrophe, a hyphen or "&" inside."""
    lower = written.lower()
    end = start + len(written)
    if lower.endswith("n't"):
        cut = len(lower) - len("n't")
        host = lower[:cut]
        if host:
            host = _NEGATED.get(host, host)
            tokens.append(Token(host, start=start, end=start + cut, name=written[0] != lower[0]))
        elif tokens and tokens[-1].text in _NEGATED:
            tokens[-1] = tokens[-1]._replace(text=_NEGATED[tokens[-1].text])
        tokens.append(Token("not", start=start + cut, end=end))
        return
    host, quote, tail = lower.rpartition("'")
    if quote and quote + tail in {"'s", *_ENDINGS}:
        cut = start + len(host)
        _add_word(tokens, written[: len(host)], start)
        _add_ending(tokens, written[: len(host)], quote + tail, cut)
        return
    _add_word(tokens, written, start)


def _add_word(tokens: list[Token], written: str, start: int) -> None:
    """A word with its hyphens, or the number words and the rest of "six-year-olds"."""
    lower = written.lower()
    first, hyphen, _ = lower.partition("-")
    if not hyphen or first not in _CARDINALS or lower in _LISTS["whole"]:
        is_name = lower not in {written, "i"}
        tokens.append(Token(lower, start=start, end=start + len(lower), name=is_name))
        return
    parts = lower.split("-")
    count = next((i for i, part in enumerate(parts) if part not in _ATOMS), len(parts))
    rest = "-".join(parts[count:])
    for place, part in enumerate([*parts[:count], rest] if rest else parts):
        if place:
            tokens.append(Token("-", form="sign", start=start - 1, end=start))
        tokens.append(Token(part, start=start, end=start + len(part)))
        start += len(part) + 1


def _add_digits(tokens: list[Token], text: str, match: re.Match[str]) -> None:
    """Digits with all that is written to them without a space."""
    start, end = match.span()
    before, after = text[start - 1 : start], text[end : end + 2]
    is_other = after[:1] in _AFTER_DIGITS and (after[0] != "'" or after[1:].isdecimal())
    if before == "_" or is_other:
        raise Unread(f"number: {text[start : end + 2]!r} is no number that is read")
    read = read_digits(match["digits"], (match["tail"] or "").lower())
    if read.form == "list":
        _add_list(tokens, match["digits"], start)
        return
    is_money = before in _NUMBERS["money"]
    if read.unit and is_money:
        raise Unread(f"number: {match[0]!r} after a sign of money is no number that is read")
    is_second_part = read.form == "number" and read.is_group and _ends_in_digits(tokens, start)
    if is_second_part:
        raise Unread(f"number: {match[0]!r} after other digits is no number that is read")
    _add_read(tokens, read, start, end)


def _add_read(tokens: list[Token], read: Digits, start: int, end: int) -> None:
    middle = end - len(read.unit)
    if read.value is not None:
        tokens.append(Token("#", read.value, read.form, start=start, end=middle))
    else:
        tokens.append(Token(read.text, form=read.form, start=start, end=middle))
    if read.unit:
        tokens.append(Token(read.unit, start=middle, end=end))


def _ends_in_digits(tokens: list[Token], start: int) -> bool:
    """Whether digits stand one space before."""
    return bool(tokens) and tokens[-1].form == "number" and tokens[-1].end == start - 1


def _add_list(tokens: list[Token], digits: str, start: int) -> None:
    """Add one number for each part of "1,2,3"."""
    for place, part in enumerate(digits.split(",")):
        if place:
            tokens.append(Token(",", form="sign", start=start - 1, end=start))
        end = start + len(part)
        tokens.append(Token("#", read_digits(part, "").value, "number", start=start, end=end))
        start = end + 1
