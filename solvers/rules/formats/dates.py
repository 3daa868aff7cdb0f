"""Dates in numbers: ISO 8601 (calendar, week and ordinal dates), and day, month, year in an order.

Source: ISO 8601-1:2019: basic and extended format, years 1583 to 9999 (others need mutual
agreement), leap years, and week 1 as the week of the first Thursday.

Not covered: reduced representations ("2021-03"), expanded ones, years of two digits, blanks between
the numbers; all are abstained from. Dates with a time of day are called invalid.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spoonbench.solvers.formats import Fault, NotCovered, Reading, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.solvers.formats import Reader

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1583, 9999
_FEBRUARY, _N_MONTHS, _N_WEEKDAYS = 2, len(MONTHS), 7
_WEDNESDAY, _THURSDAY = 2, 3

_CALENDAR = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})")
_WEEK = re.compile(r"([0-9]{4})(-?)W([0-9]{2})\2([0-9])")
_ORDINAL = re.compile(r"([0-9]{4})-?([0-9]{3})")
_REDUCED = re.compile(r"[0-9]{2}|[0-9]{4}(?:-[0-9]{2}|-?W[0-9]{2})?")
_EXPANDED = re.compile(r"[-+\u2212][0-9]{4,}+[-0-9W]*+")


def read_day(year: int, month: int, day: int) -> Reading:
    """The ISO date of a day, if there is such a day."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        side = f"before {FIRST_YEAR}" if year < FIRST_YEAR else f"after {LAST_YEAR}"
        return NotCovered(f"years {side} are not read")
    if not 1 <= month <= _N_MONTHS:
        return Fault(f"there is no month {month}")
    if not 1 <= day <= _last_day(year, month):
        in_year = f" {year}" if month == _FEBRUARY else ""
        return Fault(f"day {day} does not exist in {MONTHS[month - 1]}{in_year}")
    return Value(f"{year}-{month:02d}-{day:02d}")


def weekday(year: int, month: int, day: int) -> int:
    """0 for Monday to 6 for Sunday, by Sakamoto's rule."""
    year -= month <= _FEBRUARY
    shift = (0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4)[month - 1]
    return (year + year // 4 - year // 100 + year // 400 + shift + day - 1) % 7


def _is_leap(year: int) -> bool:
    return year % 400 == 0 or (year % 4 == 0 and year % 100 != 0)


def _last_day(year: int, month: int) -> int:
    if month == _FEBRUARY:
        return 28 + _is_leap(year)
    return 30 if month in (4, 6, 9, 11) else 31


def _read_calendar(text: str) -> Reading:
    match = _CALENDAR.fullmatch(text)
    if match is None:
        return _other_iso(text, "not of the form YYYY-MM-DD or YYYYMMDD")
    return read_day(int(match[1]), int(match[3]), int(match[4]))


def _other_iso(text: str, fault: str) -> Reading:
    if _REDUCED.fullmatch(text) or _EXPANDED.fullmatch(text):
        return NotCovered("reduced and expanded representations are not read")
    return Fault(fault)


def _read_week(text: str) -> Reading:
    match = _WEEK.fullmatch(text)
    if match is None:
        return _other_iso(text, "not of the form YYYY-Www-D or YYYYWwwD")
    year, week, day = int(match[1]), int(match[3]), int(match[4])
    if not 1 <= day <= _N_WEEKDAYS:
        return Fault(f"there is no day {day} of a week")
    first = weekday(year, 1, 1)
    # A year has week 53 if it begins on a Thursday, or on a Wednesday as a leap year.
    n_weeks = 53 if first == _THURSDAY or (first == _WEDNESDAY and _is_leap(year)) else 52
    if not 1 <= week <= n_weeks:
        return Fault(f"{year} has no week {week}")
    # Week 1 begins up to three days before 1 January, or up to three days after it.
    monday = 1 - first if first <= _THURSDAY else 8 - first
    return _read_day_of_year(year, monday + 7 * (week - 1) + day - 1)


def _read_ordinal(text: str) -> Reading:
    match = _ORDINAL.fullmatch(text)
    if match is None:
        return _other_iso(text, "not of the form YYYY-DDD or YYYYDDD")
    year, number = int(match[1]), int(match[2])
    if not 1 <= number <= 365 + _is_leap(year):
        return Fault(f"{year} has no day {number}")
    return _read_day_of_year(year, number)


def _read_day_of_year(year: int, number: int) -> Reading:
    """A day by its number, which may lie in the year before or after."""
    if number < 1:
        return _read_day_of_year(year - 1, number + 365 + _is_leap(year - 1))
    month = 1
    while month <= _N_MONTHS and number > _last_day(year, month):
        number -= _last_day(year, month)
        month += 1
    return read_day(year, month, number) if month <= _N_MONTHS else read_day(year + 1, 1, number)


def _ordered(separator: str, order: str) -> Callable[[str], Reading]:
    """A reader of numbers in an order, for example "dmy"."""
    digits = {"d": "([0-9]{1,2})", "m": "([0-9]{1,2})", "y": "([0-9]{4})"}
    pattern = re.compile(re.escape(separator).join(digits[part] for part in order))
    numbers = (digits[part].replace("{4}", "{2}(?:[0-9]{2})?+") for part in order)
    other = re.compile(f" ?{re.escape(separator)} ?".join(numbers))

    def read(text: str) -> Reading:
        match = pattern.fullmatch(text)
        if match is None and other.fullmatch(text):
            return NotCovered("years of two digits and blanks between the numbers are not read")
        if match is None:
            return Fault(f"not three numbers with {separator!r} between them")
        found = dict(zip(order, map(int, match.groups()), strict=True))
        return read_day(found["y"], found["m"], found["d"])

    return read


READERS: Mapping[str, Reader] = {
    "iso 8601 calendar date": _read_calendar,
    "iso 8601 week date": _read_week,
    "iso 8601 ordinal date": _read_ordinal,
    "date (day.month.year)": _ordered(".", "dmy"),
    "date (day/month/year)": _ordered("/", "dmy"),
    "date (month/day/year)": _ordered("/", "mdy"),
    "date (year/month/day)": _ordered("/", "ymd"),
}
