"""Dates in English: written from patterns, and judged word by word.

Source: Unicode CLDR, locales en and en-GB: names of months and weekdays, wide and abbreviated; the
rule of ordinal suffixes (one: n % 10 = 1 and n % 100 != 11, and so on).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.tasks.formats import gregorian
from spoonbench.harness.tasks.formats.cases import LeftOut, is_digits

if TYPE_CHECKING:
    from spoonbench.harness.tasks.formats.gregorian import Day

FIRST_YEAR, LAST_YEAR = 1900, 2099

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_MONTH_NUMBERS = {name: i for i, name in enumerate(MONTHS, 1)}
_MONTH_NUMBERS |= {name[:3]: i for i, name in enumerate(MONTHS, 1)}
_WEEKDAY_NUMBERS = {name: i for i, name in enumerate(WEEKDAYS, 1)}
_WEEKDAY_NUMBERS |= {name[:3]: i for i, name in enumerate(WEEKDAYS, 1)}


def known_year(digits: str) -> int:
    """The year.

    Raises:
        LeftOut: it is not from `FIRST_YEAR` to `LAST_YEAR`.
    """
    year = int(digits)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise LeftOut(f"the year {year}")
    return year


def suffix(number: int) -> str:
    """The ending of an ordinal number: 1st, 2nd, 3rd, 4th, 11th, 21st."""
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def write_english(day: Day, pattern: str) -> str:
    """Fill a pattern: y, MMMM (March), MMM (Mar), d (3), do (3rd), EEEE (Wednesday), EEE (Wed)."""
    year, month, number = day
    weekday = WEEKDAYS[gregorian.weekday(day) - 1]
    name = MONTHS[month - 1]
    values = {
        "y": str(year),
        "MMMM": name,
        "MMM": name[:3],
        "d": str(number),
        "do": f"{number}{suffix(number)}",
        "EEEE": weekday,
        "EEE": weekday[:3],
    }
    words = (
        values[word.rstrip(",")] + word[len(word.rstrip(",")) :] if word != "of" else word
        for word in pattern.split()
    )
    return " ".join(words)


def judge_english(text: str) -> Day | None:
    """The day that a text names, whether or not it exists; None for what is no date.

    Raises:
        LeftOut: the text is unusual, but not clearly wrong.
    """
    words = text.split(" ")
    weekday = _WEEKDAY_NUMBERS.get(words[0].rstrip(","))
    if weekday is not None or words[0].endswith(","):
        words = words[1:]
        if weekday is None:
            return None
    if len(words) == 4 and words[1] == "of":
        words = [words[0], *words[2:]]
    if len(words) != 3:
        return None
    day = _judge_words(words)
    if day is None or weekday is None or not gregorian.exists(day):
        return day
    return day if gregorian.weekday(day) == weekday else None


def _judge_words(words: list[str]) -> Day | None:
    if words[0][:1].isdigit():
        number, month, year = _number(words[0]), _month(words[1]), words[2]
    else:
        number, month, year = _number(words[1].rstrip(",")), _month(words[0]), words[2]
    if not is_digits(year):
        return None
    if len(year) != 4:
        raise LeftOut("a year that has not four digits")
    known = known_year(year)
    return None if number is None or month is None else (known, month, number)


def _month(word: str) -> int | None:
    if word.rstrip(".") in {"Sept", "Jly", "Jne"} or word.lower().capitalize() != word:
        raise LeftOut(f"{word!r} is another spelling")
    return _MONTH_NUMBERS.get(word)


def _number(word: str) -> int | None:
    """A day of the month: 3 or 3rd; None where the suffix is another number's."""
    digits = word.rstrip("abcdefghijklmnopqrstuvwxyz")
    if not is_digits(digits):
        return None
    if digits.startswith("0") and int(digits) > 0:
        raise LeftOut("a day with a leading zero")
    ending = word[len(digits) :]
    return int(digits) if ending in ("", suffix(int(digits))) else None
