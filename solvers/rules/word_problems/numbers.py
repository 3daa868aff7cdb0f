"""Numbers among the tokens of a text: words, mixed numbers, shares, factors, money, labels.

Not covered: years in words ("nineteen ninety"), Roman numerals, numbers beyond billions.
"""

from __future__ import annotations

import tomllib
from fractions import Fraction
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.rules.word_problems.pieces import Token

if TYPE_CHECKING:
    from collections.abc import Sequence

_DATA = tomllib.loads(
    (files("spoonbench.solvers.rules.word_problems") / "numbers.toml").read_text("utf-8")
)
_ONES = {word: value for value, word in enumerate(_DATA["cardinals"]["words"].split())}
_TENS = {
    word: 10 * value for value, word in enumerate(_DATA["cardinals"]["tens"].split(), start=2)
}
_SCALES: dict[str, int] = _DATA["scales"]
_THOUSANDS = {word: value for word, value in _SCALES.items() if value >= _SCALES["thousand"]}
_TIMES: dict[str, int] = _DATA["times"]
_ORDINALS = frozenset(" ".join(_DATA["ordinals"].values()).split())
_PARTS: dict[str, int] = _DATA["parts"]
_PLURAL_PARTS = {f"{part}s": value for part, value in _PARTS.items()}
_QUARTERS = {"quarter", "quarters"}
_MONEY: dict[str, str] = _DATA["money"]
_LISTS = {name: frozenset(words.split()) for name, words in _DATA["words"].items()}
_ARTICLES = frozenset({"a", "an"})
_DOZEN = 12
_HUNDRED = 100
_TWENTY = 20
_TEN = 10
_FIRST_YEAR, _LAST_YEAR, _YEAR_LENGTH = 1500, 2100, 4
_DAYS_OF_A_MONTH = 31
_HALF = Fraction(1, 2)

BLANKS = [Token("")] * 8
"""Stand after the last token, so that looking ahead, or before the first, finds a token."""


class Found(NamedTuple):
    """What stands at some tokens.

    Attributes:
        start: index of the first of them.
        end: index after the last.
        token: what they are together.
    """

    start: int
    end: int
    token: Token


class _Sum(NamedTuple):
    """A number so far: its value and the index after its last token."""

    value: Fraction
    end: int


def read_number_at(tokens: Sequence[Token], index: int) -> Found | None:
    """Read what begins at a marked token, or one token before it ("a" of "a hundred").

    Args:
        tokens: of the text, in order, with `BLANKS` at the end.
        index: of a marked token.

    Returns:
        The number, ordinal or label; None where the token is a word or a sign as it stands.
    """
    token = tokens[index]
    if token.form == "sign":
        return _signed(tokens, index)
    if token.value is not None:
        return _numeral(tokens, index)
    if token.form != "word":
        return None
    text = token.text
    if text in _TIMES:
        return _factor(tokens, index)
    if text == "half":
        return _half(tokens, index)
    if text in _QUARTERS or text in _ORDINALS:
        return _part(tokens, index)
    if text == "couple":
        return _couple(tokens, index)
    if text == "clock":
        return _clock(tokens, index, index + 1)
    return _spelled(tokens, index)


def _found(tokens: Sequence[Token], start: int, end: int, value: Fraction, form: str) -> Found:
    token = Token("#", value, form, start=tokens[start].start, end=tokens[end - 1].end)
    return Found(start, end, token)


def _word(tokens: Sequence[Token], start: int, end: int, text: str, form: str = "word") -> Found:
    return Found(start, end, Token(text, None, form, "", tokens[start].start, tokens[end - 1].end))


def _past_hyphen(tokens: Sequence[Token], index: int) -> int:
    """The index itself, or the one after a hyphen that joins two tokens."""
    token = tokens[index]
    is_joint = (
        token.text == "-"
        and tokens[index - 1].end == token.start
        and token.end == tokens[index + 1].start
    )
    return index + 1 if is_joint else index


def _signed(tokens: Sequence[Token], index: int) -> Found | None:
    """A number with a sign of money or a minus before it."""
    token, after = tokens[index], tokens[index + 1]
    if token.text == "-":
        is_minus = tokens[index - 1].end < token.start or index == 0 or tokens[index - 1].text == "("
        if not is_minus or after.start != token.end:
            return None
        if after.value is None and after.text not in _MONEY:
            return None
        found = read_number_at(tokens, index + 1)
        if found is None or found.token.value is None or found.start != index + 1:
            return None
        minus = found.token._replace(value=-found.token.value, start=token.start)
        return Found(index, found.end, minus)
    if token.text not in _MONEY or token.text == "¢" or after.value is None:
        return None
    found = _numeral(tokens, index + 1, is_money=True)
    if found is None or found.token.value is None:
        return None
    return Found(
        index, found.end, found.token._replace(money=_MONEY[token.text], start=token.start)
    )


def _numeral(tokens: Sequence[Token], index: int, *, is_money: bool = False) -> Found | None:
    """A number that begins with digits."""
    value = tokens[index].value
    if value is None:
        return None
    end = index + 1
    if tokens[index].form == "fraction":
        return _after_value(tokens, index, _Sum(value, end), "fraction")
    if not is_money:
        label = _label(tokens, index)
        if label is not None:
            return label
    scale = tokens[_past_hyphen(tokens, end)].text
    if scale in _SCALES:
        end = _past_hyphen(tokens, end) + 1
        value *= _SCALES[scale]
    elif tokens[end].form == "fraction" and value.denominator == 1:
        part = tokens[end].value
        if part is not None and part < 1:
            return _after_value(tokens, index, _Sum(value + part, end + 1), "number")
    return _after_value(tokens, index, _Sum(value, end), "number")


def _spelled(tokens: Sequence[Token], index: int) -> Found | None:
    """A number that begins with a word, or with "a" before it."""
    text, before = tokens[index].text, tokens[index - 1].text
    start = index
    if text in _SCALES or text == "dozen":
        if before in _LISTS["vague"]:
            return None
        start = index - (before in _ARTICLES)
    total = _Sum(Fraction(1), index) if text == "dozen" else _cardinal(tokens, index)
    if total is None:
        return None
    ordinal = _ordinal_after(tokens, start, total)
    if ordinal is not None:
        return ordinal
    found = _after_value(tokens, start, total, "number")
    if text == "one" and found.end == index + 1 and _is_pronoun(tokens, index):
        return None
    return found


def _ordinal_after(tokens: Sequence[Token], start: int, total: _Sum) -> Found | None:
    """ "twenty-first": an ordinal of several words."""
    last = _past_hyphen(tokens, total.end)
    if tokens[last].text not in _ORDINALS or total.value < _TWENTY:
        return None
    if last == total.end and tokens[last + 1].text in _LISTS["rank_before"]:
        return None
    text = "-".join(token.text for token in tokens[start : last + 1] if token.form != "sign")
    return _word(tokens, start, last + 1, text, "ordinal")


def _after_value(tokens: Sequence[Token], start: int, total: _Sum, form: str) -> Found:
    """Add what follows a number: "and a half", "dozen", "thirds", "percent", "¢"."""
    total, form = _with_part(tokens, total, form)
    value, end = total
    after = _past_hyphen(tokens, end)
    text = tokens[after].text
    if text == "dozen" or (text in _SCALES and form != "number"):
        value, end, form = value * _SCALES.get(text, _DOZEN), after + 1, "number"
    elif text in {"%", "percent"}:
        return _found(tokens, start, after + 1, value, "percent")
    elif text == "per" and tokens[after + 1].text == "cent":
        return _found(tokens, start, after + 2, value, "percent")
    elif text in _LISTS["clock"] and _is_hour(value):
        return _clock(tokens, start, end)
    if form == "fraction":
        form = "share" if tokens[end].text in _LISTS["share_before"] else "number"
    found = _found(tokens, start, end, value, "number" if form == "mixed" else form)
    sign = tokens[end]
    if sign.text in _MONEY and (sign.start == tokens[end - 1].end or sign.text == "¢"):
        if tokens[end + 1].start == sign.end and tokens[end + 1].value is not None:
            return found
        token = found.token._replace(money=_MONEY[sign.text], end=sign.end)
        return Found(start, end + 1, token)
    return found


def _with_part(tokens: Sequence[Token], total: _Sum, form: str) -> tuple[_Sum, str]:
    """ "two thirds", "two and a half", "2 and 1/2"."""
    value, end = total
    if form == "fraction" or value.denominator != 1:
        return total, form
    denominator = _denominator(tokens, end, is_single=value == 1)
    if denominator:
        return _Sum(value / denominator, _past_hyphen(tokens, end) + 1), "share"
    if tokens[end].text == "and":
        part = _fraction(tokens, end + 1)
        if part is not None and tokens[part.end].text != "of":
            return _Sum(value + part.value, part.end), "mixed"
    return total, form


def _denominator(tokens: Sequence[Token], index: int, *, is_single: bool) -> int:
    """What the word after a numerator divides by; 0 where it names no part."""
    word = _past_hyphen(tokens, index)
    text, after = tokens[word].text, tokens[word + 1].text
    is_hyphened = word > index
    if text in _QUARTERS:
        is_share = is_hyphened or after in _LISTS["share_before"]
        return 4 if is_share and (text == "quarter") == is_single else 0
    if not is_single:
        return _PLURAL_PARTS.get(text, 0)
    if text == "half":
        return 2
    return 0 if after in _LISTS["rank_before"] else _PARTS.get(text, 0)


def _fraction(tokens: Sequence[Token], index: int) -> _Sum | None:
    """The part of a mixed number: "a half", "1/2", "one-fourth", "three quarters"."""
    token = tokens[index]
    if token.form == "fraction" and token.value is not None and token.value < 1:
        return _Sum(token.value, index + 1)
    if token.text == "half":
        return _Sum(_HALF, index + 1)
    numerator = 1 if token.text in _ARTICLES else _ONES.get(token.text, 0)
    if not numerator:
        return None
    word = _past_hyphen(tokens, index + 1)
    text = tokens[word].text
    if numerator == 1:
        parts = {**_PARTS, "half": 2, "quarter": 4}
    else:
        parts = {**_PLURAL_PARTS, "quarters": 4}
    if text not in parts or numerator >= parts[text]:
        return None
    return _Sum(Fraction(numerator, parts[text]), word + 1)


def _cardinal(tokens: Sequence[Token], index: int) -> _Sum | None:
    """The longest whole number in words that begins here."""
    total, ceiling, position = 0, 10**12, index
    while True:
        part, end = _below_thousand(tokens, position)
        if end == position:
            if position > index or tokens[index].text not in _THOUSANDS:
                break
            part = 1
        after = _past_hyphen(tokens, end)
        scale = _THOUSANDS.get(tokens[after].text, 0)
        if scale >= ceiling:
            break
        total, position = total + part * (scale or 1), after + 1 if scale else end
        if not scale:
            break
        ceiling = scale
        following = _past_hyphen(tokens, position) + (tokens[position].text == "and")
        if not _continues(tokens, following):
            break
        position = following
    if position == index:
        return None
    return _Sum(Fraction(total), position)


def _continues(tokens: Sequence[Token], index: int) -> bool:
    """Whether a number in words goes on here and is not the next one of a list."""
    return tokens[index].text in _ONES or tokens[index].text in _TENS


def _below_thousand(tokens: Sequence[Token], index: int) -> tuple[int, int]:
    """Value and end of "six", "forty-two", "hundred", "three hundred and six"."""
    value, end = _below_hundred(tokens, index)
    if end == index:
        if tokens[index].text != "hundred":
            return 0, index
        value = 1
    else:
        index = _past_hyphen(tokens, end)
        if tokens[index].text != "hundred":
            return value, end
    value, end = value * _HUNDRED, index + 1
    following = _past_hyphen(tokens, end) + (tokens[end].text == "and")
    rest, after = _below_hundred(tokens, following)
    return (value + rest, after) if after > following else (value, end)


def _below_hundred(tokens: Sequence[Token], index: int) -> tuple[int, int]:
    """Value and end of "six" or "forty-two"."""
    text = tokens[index].text
    if text in _ONES:
        return _ONES[text], index + 1
    if text not in _TENS:
        return 0, index
    unit = _past_hyphen(tokens, index + 1)
    value = _ONES.get(tokens[unit].text, 0)
    if 0 < value < _TEN:
        return _TENS[text] + value, unit + 1
    return _TENS[text], index + 1


def _is_pronoun(tokens: Sequence[Token], index: int) -> bool:
    """Whether "one" stands for a thing or for an indefinite day."""
    after = tokens[index + 1].text
    if tokens[index - 1].text in _LISTS["one_after"] or after in _LISTS["one_before"]:
        return True
    return after == "-" and tokens[index + 2].text == "on"


def _factor(tokens: Sequence[Token], index: int) -> Found | None:
    """ "twice", and "double" where it says how much of something else."""
    text, after = tokens[index].text, tokens[index + 1]
    is_kind = text in {"double", "triple", "quadruple"}
    if is_kind and after.form == "word" and after.text not in _LISTS["factor_before"] and after.text:
        return None
    return _found(tokens, index, index + 1, Fraction(_TIMES[text]), "times")


def _half(tokens: Sequence[Token], index: int) -> Found | None:
    """ "half", "a half", "half a dozen"; not the half of a game and not "cut in half"."""
    before, after = tokens[index - 1].text, tokens[index + 1].text
    if before in _LISTS["half_after"] or after in _LISTS["half_before"]:
        return None
    start = index - (before in _ARTICLES)
    scale = _past_hyphen(tokens, index + 1)
    scale += tokens[scale].text in _ARTICLES
    text = tokens[scale].text
    if text == "dozen" or text in _SCALES:
        return _found(tokens, start, scale + 1, _HALF * _SCALES.get(text, _DOZEN), "number")
    return _found(tokens, start, index + 1, _HALF, "share")


def _part(tokens: Sequence[Token], index: int) -> Found | None:
    """An ordinal, or a share such as "a third of"."""
    text, before, after = tokens[index].text, tokens[index - 1].text, tokens[index + 1].text
    if before in _ARTICLES and after in _LISTS["share_before"] and text != "second":
        parts = _PARTS.get(text, 4 if text == "quarter" else 0)
        if parts:
            return _found(tokens, index - 1, index + 1, Fraction(1, parts), "share")
    if text in _QUARTERS:
        if text == "quarter" and after == "of" and tokens[index + 2].text in _ARTICLES:
            return _found(tokens, index, index + 1, Fraction(1, 4), "share")
        return None
    if text == "second" and _is_time(tokens, index):
        return None
    return _word(tokens, index, index + 1, text, "ordinal")


def _is_time(tokens: Sequence[Token], index: int) -> bool:
    """Whether "second" is the time."""
    before, after = tokens[index - 1], tokens[index + 1]
    if before.value is not None or before.text in _LISTS["second_after"] or before.text == "/":
        return True
    is_last = after.form == "sign" or not after.text or after.text in _LISTS["second_before"]
    return before.text in _ARTICLES | {"one"} and is_last


def _couple(tokens: Sequence[Token], index: int) -> Found | None:
    """ "a couple of": 2. A couple that does something is two people."""
    after = tokens[index + 1].text
    if tokens[index - 1].text not in _ARTICLES or after not in _LISTS["couple_before"]:
        return None
    takes_of = after == "of" and tokens[index + 2].text not in _LISTS["definite"]
    end = index + 2 if takes_of else index + 1
    if tokens[end].text in _SCALES or tokens[end].text == "dozen":
        return None
    return _found(tokens, index - 1, end, Fraction(2), "number")


def _is_hour(value: Fraction) -> bool:
    return value.denominator == 1 and 0 < value <= _DOZEN


def _clock(tokens: Sequence[Token], start: int, end: int) -> Found:
    """A time of day, with "pm" or "o'clock" after it."""
    while tokens[end].text in _LISTS["clock"]:
        end += 1
    return _word(tokens, start, end, "clock")


def _label(tokens: Sequence[Token], index: int) -> Found | None:
    """A year or the day of a month: digits that count nothing."""
    token, before, after = tokens[index], tokens[index - 1], tokens[index + 1]
    value, length = token.value, token.end - token.start
    if value is None or value.denominator != 1 or length > _YEAR_LENGTH:
        return None
    is_free = after.form == "sign" or not after.text or after.text in _LISTS["free_word"]
    is_after_month = before.text in _LISTS["months"] and (
        before.name or before.text not in _LISTS["also_verbs"]
    )
    is_year = length == _YEAR_LENGTH and _FIRST_YEAR <= value < _LAST_YEAR
    is_day = 0 < value <= _DAYS_OF_A_MONTH and is_after_month
    if is_free and (is_day or (is_year and (is_after_month or before.text in _LISTS["year_after"]))):
        return _word(tokens, index, index + 1, str(value))
    return None
