"""Exact reading and canonical writing of numbers; never a float on the way.

Not covered: scientific notation, decimal commas, percent signs, units, ordinals ("3rd", "third"),
number words for fractions ("two thirds"). More than `MAX_DIGITS` digits are refused.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DIGITS = 400
"""A number written with more digits than this is not read."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_UNITS = {
    word: value
    for value, word in enumerate(
        _words(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen"
        )
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        _words("twenty thirty forty fifty sixty seventy eighty ninety"), start=2
    )
}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_GROUPS = {"hundred": 100, "dozen": 12}
_MULTIPLIERS = {**_GROUPS, **_SCALES}
_ORDINALS = frozenset(
    _words(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth hundredth thousandth"
    )
)
# "one" is a number only where nothing around it makes it a pronoun or an indefinite day.
_PRONOUN_BEFORE = _ORDINALS | set(
    _words("no the this that each every any which some another last next other same only")
)
_PRONOUN_AFTER = frozenset(_words("of another day morning afternoon evening night"))

# Possessive quantifiers never give characters back, which keeps each match linear.
_DIGITS = r"[0-9]++(?:,[0-9]++)*+(?:\.[0-9]++)*+|\.[0-9]++(?:\.[0-9]++)*+"
_TOKEN = re.compile(
    rf"(?P<digits>{_DIGITS})(?P<denominators>(?:/[0-9]++)*+)(?P<tail>[^\W\d_]*+)"
    r"|(?P<word>[^\W_]++)"
)
_WHOLE = re.compile(
    rf"(?P<sign>[-+]?)(?:(?P<whole>[0-9]++) ++)?(?P<core>(?:{_DIGITS})(?:/[0-9]++)?)"
)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})++")
_JOINER = re.compile(r" ++|-")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNumber:
    """A number in a running text.

    Attributes:
        start: index of its first character.
        end: index after its last character.
        value: its exact value.
    """

    start: int
    end: int
    value: Fraction


class _Token(NamedTuple):
    start: int
    end: int
    text: str
    value: Fraction | None
    """The value of a token of digits; None for a word, and for digits that are no number."""


def read_number(text: str) -> Fraction | None:
    """Read a text that is one number and nothing else, spaces around it aside.

    Args:
        text: an integer, a decimal, "a/b" or "w a/b", with an optional sign and with or without
            thousands separators; decimal digits of any script.

    Returns:
        The exact value; None where the text is no number, divides by zero or is too long.
    """
    match = _WHOLE.fullmatch(_plain_digits(text.strip()))
    if match is None:
        return None
    core, slash, denominator = match["core"].partition("/")
    if match["whole"] is not None and not slash:
        return None
    value = _read_core(core, denominator if slash else None)
    whole = _read_core(match["whole"], None) if match["whole"] is not None else Fraction(0)
    if value is None or whole is None:
        return None
    return -(whole + value) if match["sign"] == "-" else whole + value


def write_number(value: Fraction) -> str:
    """Write a number the one way it is compared: "145", "0.25", or "a/b" in lowest terms.

    Raises:
        ValueError: it takes more digits than Python writes (4,300 unless configured).
    """
    top, bottom = value.as_integer_ratio()
    if bottom == 1:
        return str(top)
    places = _decimal_places(bottom)
    if places is None:
        return f"{top}/{bottom}"
    digits = str(abs(top) * 10**places // bottom).zfill(places + 1)
    return f"{'-' if top < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def find_numbers(text: str) -> list[FoundNumber]:
    """Find the numbers of a running text, in order, in time linear in its length.

    Digits are read as in `read_number`; words up to billions ("twenty-five", "a hundred and six",
    "two dozen") and digits before a word ("5 million") are read too. Ordinals, dates, versions,
    digits inside words, "one" as a pronoun, and numbers that are too long are no numbers.
    """
    plain = _plain_digits(text)
    tokens = list(_tokens(plain))
    found: list[FoundNumber] = []
    index = 0
    while index < len(tokens):
        used, value = _number_at(tokens, index, plain)
        if value is not None:
            start = tokens[index].start
            signed = _has_sign(plain, start)
            found.append(
                FoundNumber(
                    start=start - signed,
                    end=tokens[index + used - 1].end,
                    value=-value if signed and plain[start - 1] != "+" else value,
                )
            )
        index += max(used, 1)
    return found


def _plain_digits(text: str) -> str:
    """Replace decimal digits of any script and the minus sign by ASCII, one for one."""
    if text.isascii():
        return text
    return "".join(_plain_character(character) for character in text)


@cache
def _plain_character(character: str) -> str:
    if character in "\u2212\ufe63\uff0d":
        return "-"
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _read_core(digits: str, denominator: str | None) -> Fraction | None:
    """Read unsigned digits with separators, over an unsigned denominator if there is one."""
    if len(digits) + len(denominator or "") > MAX_DIGITS:
        return None
    if digits.isdecimal() and denominator is None:
        return Fraction(int(digits))
    if "," in digits:
        if _THOUSANDS.fullmatch(digits.partition(".")[0]) is None:
            return None
        digits = digits.replace(",", "")
    if digits.count(".") > 1 or (denominator is not None and "." in digits):
        return None
    # A separate numerator and denominator: Fraction("a/b") would raise for b = 0.
    value = Fraction(digits)
    if denominator is None:
        return value
    divisor = int(denominator)
    return value / divisor if divisor else None


def _decimal_places(denominator: int) -> int | None:
    """Places after the point of a fraction in lowest terms; None where they never end."""
    twos = (denominator & -denominator).bit_length() - 1
    rest, fives = denominator >> twos, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def _tokens(plain: str) -> Iterator[_Token]:
    """Words and numbers of digits; a list such as "1,2,3" gives one token for each part."""
    for match in _TOKEN.finditer(plain):
        if match["digits"] is None:
            yield _Token(match.start(), match.end(), match["word"].lower(), None)
            continue
        start = match.start()
        end = match.end("denominators")
        body, tail = match["digits"], match["tail"].lower()
        denominators = match["denominators"]
        is_date = denominators.count("/") > 1
        value = None if is_date else _read_core(body, denominators[1:] or None)
        if tail in {"st", "nd", "rd", "th"} or _inside_word(plain, start):
            value = None
        elif value is None and "," in body and not denominators:
            yield from _listed(body, start)
            continue
        yield _Token(start, end, "", value)


def _listed(body: str, start: int) -> Iterator[_Token]:
    for part in body.split(","):
        yield _Token(start, start + len(part), "", _read_core(part, None))
        start += len(part) + 1


def _inside_word(plain: str, start: int) -> bool:
    return start > 0 and (plain[start - 1].isalpha() or plain[start - 1] == "_")


def _has_sign(plain: str, start: int) -> bool:
    """Whether the character before is a sign and not a hyphen or an operator."""
    if start == 0 or plain[start - 1] not in "+-" or not plain[start].isdecimal():
        return False
    return start == 1 or plain[start - 2].isspace() or plain[start - 2] in "([{=:,;\"'$"


def _number_at(tokens: list[_Token], index: int, plain: str) -> tuple[int, Fraction | None]:
    """How many tokens belong to the number that begins here, and its value."""
    first = tokens[index]
    if first.text == "":
        return _digits_at(tokens, index, plain)
    if first.text not in _UNITS and first.text not in _TENS and first.text != "a":
        return 1, None
    used, value = _words_at(tokens, index, plain)
    after = tokens[index + used] if _joined(tokens, index + used, plain) else None
    if (
        value is not None
        and after is not None
        and after.text in _ORDINALS
        and value >= _TENS["twenty"]
    ):
        return used + 1, None
    if first.text == "one" and used == 1 and _is_pronoun(tokens, index):
        return 1, None
    return used, value


def _digits_at(tokens: list[_Token], index: int, plain: str) -> tuple[int, Fraction | None]:
    """Digits, with a fraction or a multiplying word after them if there is one."""
    value = tokens[index].value
    if value is None or not _joined(tokens, index + 1, plain):
        return 1, value
    after = tokens[index + 1]
    if after.text in _MULTIPLIERS:
        return 2, value * _MULTIPLIERS[after.text]
    is_fraction = after.value is not None and "/" in plain[after.start : after.end]
    if is_fraction and value.denominator == 1 and after.value is not None and after.value < 1:
        return 2, value + after.value
    return 1, value


def _joined(tokens: list[_Token], index: int, plain: str) -> bool:
    """Whether only spaces or one hyphen stand between this token and the one before."""
    if index >= len(tokens):
        return False
    return _JOINER.fullmatch(plain, tokens[index - 1].end, tokens[index].start) is not None


def _is_pronoun(tokens: list[_Token], index: int) -> bool:
    before = tokens[index - 1].text if index else ""
    after = tokens[index + 1].text if index + 1 < len(tokens) else ""
    return before in _PRONOUN_BEFORE or after in _PRONOUN_AFTER


def _words_at(tokens: list[_Token], index: int, plain: str) -> tuple[int, Fraction | None]:
    """Read the longest number in words that begins here."""
    total, ceiling, position = 0, 10**12, index
    while True:
        used, part = _below_thousand(tokens, position, plain, allow_article=position == index)
        if not used:
            break
        after = position + used
        scale = _SCALES.get(tokens[after].text, 0) if _joined(tokens, after, plain) else 0
        if scale >= ceiling or (not scale and part >= min(ceiling, 1000) * 100):
            break
        total, position = total + part * (scale or 1), after + bool(scale)
        if not scale:
            break
        ceiling = scale
        following = position + _is_and(tokens, position, plain)
        if not _below_thousand(tokens, following, plain, allow_article=False)[0]:
            break
        if not _joined(tokens, position, plain):
            break
        position = following
    return (position - index, Fraction(total)) if position > index else (1, None)


def _is_and(tokens: list[_Token], index: int, plain: str) -> bool:
    return (
        _joined(tokens, index, plain)
        and tokens[index].text == "and"
        and _joined(tokens, index + 1, plain)
    )


def _below_thousand(
    tokens: list[_Token], index: int, plain: str, *, allow_article: bool
) -> tuple[int, int]:
    """Tokens used and value of "six", "forty two", "a hundred", "three hundred and six"."""
    if index >= len(tokens):
        return 0, 0
    used, value = _below_hundred(tokens, index, plain)
    if allow_article and tokens[index].text == "a":
        used, value = 1, 1
    if not used:
        return 0, 0
    after = index + used
    group = _GROUPS.get(tokens[after].text, 0) if _joined(tokens, after, plain) else 0
    if not group:
        is_article = tokens[index].text == "a"
        return (0, 0) if is_article and not _before_scale(tokens, after, plain) else (used, value)
    used, value = used + 1, value * group
    after = index + used
    following = after + _is_and(tokens, after, plain)
    if group == _GROUPS["hundred"] and _joined(tokens, after, plain):
        more, rest = _below_hundred(tokens, following, plain)
        if more:
            return following + more - index, value + rest
    return used, value


def _before_scale(tokens: list[_Token], index: int, plain: str) -> bool:
    return _joined(tokens, index, plain) and tokens[index].text in _SCALES


def _below_hundred(tokens: list[_Token], index: int, plain: str) -> tuple[int, int]:
    """Tokens used and value of "six" or "forty two"."""
    word = tokens[index].text
    if word in _UNITS:
        return 1, _UNITS[word]
    if word not in _TENS:
        return 0, 0
    unit = _UNITS.get(tokens[index + 1].text, 0) if _joined(tokens, index + 1, plain) else 0
    return (2, _TENS[word] + unit) if 0 < unit < _UNITS["ten"] else (1, _TENS[word])
