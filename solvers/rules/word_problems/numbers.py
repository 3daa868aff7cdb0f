"""Numbers among the tokens of a text: digits and words with what belongs to them.

Not covered: Roman numerals, numbers beyond billions in words.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from spoonbench.solvers.rules.word_problems.cardinals import read_cardinal
from spoonbench.solvers.rules.word_problems.labels import (
    LABEL_NOUNS,
    YEAR_LENGTH,
    is_hour,
    is_label,
    is_pronoun,
    is_time_second,
)
from spoonbench.solvers.rules.word_problems.number_words import (
    ARTICLES,
    LISTS,
    MONEY,
    MULTIPLIERS,
    ONES,
    ORDINALS,
    PARTS,
    PLURAL_PARTS,
    PLURALS,
    QUARTERS,
    SCALES,
    THOUSANDS,
    TIMES,
    past_hyphen,
)
from spoonbench.solvers.rules.word_problems.pieces import Token
from spoonbench.solvers.rules.word_problems.shares import (
    denominator_at,
    fraction_at,
    half_at,
    is_factor,
    part_at,
)

_HALF = Fraction(1, 2)
_NO_PART = Fraction(0)
_TWENTY = 20
_TEN = 10
_JOINING = frozenset(
    {"#", "-", "and", "half", "percent", "per", "twice", *MULTIPLIERS, *PLURALS, *PARTS}
    | {*PLURAL_PARTS, *QUARTERS, *LISTS["clock"], *LISTS["halved"], *MONEY, "%"}
)
"""What may belong to the number before it; digits before anything else stand alone."""
_OF_OTHER = LISTS["definite"] | ARTICLES | {"of"}
"""After these a half is of something else: "two hours and half an hour"."""


class Found(NamedTuple):
    """What stands at some tokens.

    Attributes:
        start: index of the first of them.
        end: index after the last.
        token: what they are together.
        unit: the word inside "an hour and a half", which stands after the number then.
    """

    start: int
    end: int
    token: Token
    unit: Token | None = None


def read_number_at(tokens: list[Token], index: int) -> Found | None:
    """Read what begins at a marked token, or one token before it ("a" of "a hundred").

    Args:
        tokens: of the text, in order, with `BLANKS` at the end.
        index: of a marked token.

    Returns:
        The number, ordinal or label; None where the token stands as it is.
    """
    token = tokens[index]
    if token.value is not None:
        return _digits(tokens, index)
    if token.form == "sign":
        return _signed(tokens, index)
    if token.form != "word":
        return None
    reader = _READERS.get(token.text)
    return None if reader is None else reader(tokens, index)


def _number(tokens: list[Token], start: int, end: int, value: Fraction, form: str) -> Found:
    token = Token("#", value, form, "", tokens[start].start, tokens[end - 1].end)
    return Found(start, end, token)


def _word(tokens: list[Token], start: int, end: int, text: str, form: str = "word") -> Found:
    return Found(start, end, Token(text, None, form, "", tokens[start].start, tokens[end - 1].end))


def _signed(tokens: list[Token], index: int) -> Found | None:
    """A number with a sign of money or a minus before it."""
    token, after = tokens[index], tokens[index + 1]
    if token.text == "-":
        before = tokens[index - 1]
        is_apart = index == 0 or before.end < token.start or before.text == "("
        if not is_apart or after.start != token.end:
            return None
        return _negative(tokens, index)
    if token.text not in MONEY or token.text == "¢" or after.value is None:
        return None
    found = _digits(tokens, index + 1, is_money=True)
    number = after if found is None else found.token
    if number.form != "number":
        return None
    end = index + 2 if found is None else found.end
    return Found(index, end, number._replace(money=MONEY[token.text], start=token.start))


def _negative(tokens: list[Token], index: int) -> Found | None:
    """A minus, or "negative", and the number after it."""
    after = tokens[index + 1]
    if after.form == "sign" and after.text not in MONEY:
        return None
    found = read_number_at(tokens, index + 1)
    if found is None:
        found = Found(index + 1, index + 2, after)
    number = found.token
    if number.value is None or number.form != "number" or found.start != index + 1:
        return None
    token = number._replace(value=-number.value, start=tokens[index].start)
    return Found(index, found.end, token)


def _digits(tokens: list[Token], index: int, *, is_money: bool = False) -> Found | None:
    """A number that begins with digits; None where the digits are all of it."""
    token, before, after = tokens[index], tokens[index - 1], tokens[index + 1]
    value, end = token.value, index + 1
    if value is None:
        return None
    if token.form == "fraction":
        return _after_value(tokens, index, end, value, "fraction")
    may_be_label = before.text in LABEL_NOUNS or token.end - token.start == YEAR_LENGTH
    may_be_label |= before.text == "number"
    if after.text not in _JOINING and not may_be_label:
        return None
    if may_be_label and not is_money and is_label(tokens, index):
        return _word(tokens, index, end, str(value))
    joint = past_hyphen(tokens, end)
    scale, fraction = tokens[joint].text, tokens[joint]
    if scale in SCALES or scale in PLURALS:
        value, end = value * (SCALES.get(scale) or PLURALS[scale]), joint + 1
    elif fraction.form == "fraction" and value.denominator == 1:
        part = fraction.value
        if part is not None and part < 1:
            return _number(tokens, index, joint + 1, value + part, "number")
    return _after_value(tokens, index, end, value, "number")


def _cardinal(tokens: list[Token], index: int) -> Found | None:
    """A number that begins with a word, or with "a" before it."""
    text, before = tokens[index].text, tokens[index - 1].text
    start = index
    if text in MULTIPLIERS:
        if before in LISTS["vague"] or "couple" in {before, tokens[index - 2].text}:
            return None
        start -= before in ARTICLES
    value, end = (1, index) if text == "dozen" else read_cardinal(tokens, index)
    if tokens[end].text == "point" and end > index:
        decimals = _decimals(tokens, end + 1)
        if decimals:
            number = Fraction(f"{value}.{decimals}")
            return _after_value(tokens, start, end + 1 + len(decimals), number, "number")
    ordinal = _ordinal_after(tokens, start, end, value)
    if ordinal is not None:
        return ordinal
    found = _after_value(tokens, start, end, Fraction(value), "number")
    if text == "one" and found.end == index + 1 and is_pronoun(tokens, index):
        return None
    return _label_in_words(tokens, start, found) or found


def _label_in_words(tokens: list[Token], start: int, found: Found) -> Found | None:
    """As in "floor twelve", "bus number forty": a name as digits are; else None."""
    noun = tokens[start - 1]
    if noun.text not in LABEL_NOUNS and noun.text != "number":
        return None
    digits = found.token._replace(end=found.token.start + 1)
    around = [tokens[start - 2], noun, digits, tokens[found.end]]
    if not is_label(around, 2):
        return None
    return _word(tokens, start, found.end, str(found.token.value))


def _decimals(tokens: list[Token], index: int) -> str:
    """Digits in words after "point"; empty where there are none."""
    digits = ""
    while tokens[index].text in ONES and ONES[tokens[index].text] < _TEN:
        digits += str(ONES[tokens[index].text])
        index += 1
    return digits


def _ordinal_after(tokens: list[Token], start: int, end: int, value: int) -> Found | None:
    """An ordinal of several words: "twenty-first"."""
    last = past_hyphen(tokens, end)
    if tokens[last].text not in ORDINALS or value < _TWENTY or value % _TEN:
        return None
    if last == end and tokens[last + 1].text in LISTS["rank_before"]:
        return None
    text = "-".join(token.text for token in tokens[start : last + 1] if token.form != "sign")
    return _word(tokens, start, last + 1, text, "ordinal")


def _after_value(tokens: list[Token], start: int, end: int, value: Fraction, form: str) -> Found:
    """Add what follows a number: "and a half", "dozen", "thirds", "percent", "¢", "pm"."""
    value, end, form = _with_part(tokens, end, value, form)
    joint = past_hyphen(tokens, end)
    text = tokens[joint].text
    if text == "dozen" or (text in SCALES and form != "number"):
        value, end = value * MULTIPLIERS[text], joint + 1
        part, after = _part_after(tokens, end)
        return _number(tokens, start, after, value + part * MULTIPLIERS[text], "number")
    if text in {"%", "percent"}:
        return _number(tokens, start, joint + 1, value, "percent")
    if text == "per" and tokens[joint + 1].text == "cent":
        return _number(tokens, start, joint + 2, value, "percent")
    if text in LISTS["clock"] and is_hour(value):
        return _clock(tokens, start, end)
    if text == "twice" and value == TIMES["twice"]:
        return _number(tokens, start, joint + 1, value, "times")
    if form == "fraction":
        form = "share" if text in LISTS["share_before"] else "number"
    elif form == "mixed":
        form = "number"
    return _with_unit(tokens, _with_money(tokens, _number(tokens, start, end, value, form)))


def _with_part(
    tokens: list[Token], end: int, value: Fraction, form: str
) -> tuple[Fraction, int, str]:
    """Add a part to a whole number: "two thirds", "two and a half", "2 and 1/2"."""
    if form == "fraction" or value.denominator != 1:
        return value, end, form
    denominator = denominator_at(tokens, end, is_single=value == 1)
    if denominator:
        return value / denominator, past_hyphen(tokens, end) + 1, "share"
    last = tokens[end - 1].text
    if last == "hundred":
        # "a hundred and a half" may be 150 or 100.5.
        return value, end, form
    part, after = _part_after(tokens, end)
    if part:
        return value + part * THOUSANDS.get(last, 1), after, "mixed"
    return value, end, form


def _part_after(tokens: list[Token], end: int) -> tuple[Fraction, int]:
    """The part of "and a half" and the index after it; 0 and `end` where there is none."""
    joint = past_hyphen(tokens, end)
    if tokens[joint].text != "and":
        return _NO_PART, end
    part, after = fraction_at(tokens, past_hyphen(tokens, joint + 1))
    is_of_other = tokens[after].text in _OF_OTHER
    return (_NO_PART, end) if not part or is_of_other else (part, after)


def _with_unit(tokens: list[Token], found: Found) -> Found:
    """The number around its unit: "two hours and a half"."""
    unit = tokens[found.end]
    number = found.token
    if unit.text not in LISTS["halved"] or number.value is None or number.form != "number":
        return found
    part, after = _part_after(tokens, found.end + 1)
    if part != _HALF:
        return found
    token = number._replace(value=number.value + part, end=tokens[after - 1].end)
    return Found(found.start, after, token, unit)


def _with_money(tokens: list[Token], found: Found) -> Found:
    """The number with a sign of money after it: "5¢", "5$"."""
    sign, after = tokens[found.end], tokens[found.end + 1]
    if sign.text not in MONEY or (sign.start > found.token.end and sign.text != "¢"):
        return found
    if sign.text != "¢" and after.value is not None:
        # "45 $5 bills": the sign is of the next number.
        return found
    token = found.token._replace(money=MONEY[sign.text], end=sign.end)
    return Found(found.start, found.end + 1, token)


def _factor(tokens: list[Token], index: int) -> Found | None:
    if not is_factor(tokens, index):
        return None
    return _number(tokens, index, index + 1, Fraction(TIMES[tokens[index].text]), "times")


def _half(tokens: list[Token], index: int) -> Found | None:
    if tokens[index + 1].text == "past" and tokens[index + 2].value is not None:
        return _clock(tokens, index, index + 3)
    if tokens[index + 1].text in LISTS["half_coins"]:
        return _word(tokens, index, index + 2, f"half-{tokens[index + 1].text}")
    start = index - 3
    if _is_halved_unit(tokens, start):
        return _with_unit(tokens, _number(tokens, start - 1, start, Fraction(1), "number"))
    read = half_at(tokens, index)
    if read is None:
        return None
    value, end, form = read
    return _number(tokens, index - (tokens[index - 1].text in ARTICLES), end, value, form)


def _is_halved_unit(tokens: list[Token], index: int) -> bool:
    """Whether "an hour and a half" has its unit at this token."""
    return (
        index > 0
        and tokens[index].text in LISTS["halved"]
        and tokens[index - 1].text in ARTICLES
        and tokens[index + 1].text == "and"
    )


def _part(tokens: list[Token], index: int) -> Found | None:
    """An ordinal, or a share such as "a third of"."""
    value = part_at(tokens, index)
    if value is not None:
        start = index - (tokens[index - 1].text in ARTICLES)
        return _number(tokens, start, index + 1, value, "share")
    text = tokens[index].text
    if text in QUARTERS or (text == "second" and is_time_second(tokens, index)):
        return None
    return _word(tokens, index, index + 1, text, "ordinal")


def _couple(tokens: list[Token], index: int) -> Found | None:
    """Two, in "a couple of"; a couple that does something is two people."""
    after = tokens[index + 1].text
    if tokens[index - 1].text not in ARTICLES or after not in LISTS["couple_before"]:
        return None
    takes_of = after == "of" and tokens[index + 2].text not in LISTS["definite"]
    end = index + 2 if takes_of else index + 1
    if tokens[end].text in MULTIPLIERS:
        # "a couple of hundred" is no exact number.
        return None
    return _number(tokens, index - 1, end, Fraction(2), "number")


def _clock(tokens: list[Token], start: int, end: int) -> Found:
    """A time of day, with "pm" or "o'clock" after it."""
    while tokens[end].text in LISTS["clock"]:
        end += 1
    return _word(tokens, start, end, "clock")


def _past_clock(tokens: list[Token], index: int) -> Found:
    return _clock(tokens, index, index + 1)


_READERS = {
    **dict.fromkeys(ORDINALS, _part),
    **dict.fromkeys(LISTS["cardinal_words"], _cardinal),
    **dict.fromkeys(TIMES, _factor),
    "quarter": _part,
    "half": _half,
    "couple": _couple,
    "clock": _past_clock,
    "negative": _negative,
}
