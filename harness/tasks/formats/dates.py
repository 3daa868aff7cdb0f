"""Dates in numbers and in English, and near misses of them.

Sources: ISO 8601-1:2019 (calendar, ordinal and week dates, basic and extended format); Unicode
CLDR, locales en and en-GB (month and weekday names, long dates, ordinal suffixes). A weekday that
is written must be that of the date. The order of day and month is stated wherever it is open.

Not covered: years outside 1900 to 2099, left out so that a far year tells nothing; times of day.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.formats import gregorian
from spoonbench.harness.tasks.formats.cases import Form, LeftOut, is_digits
from spoonbench.harness.tasks.formats.edits import drop, exchange_digit, exchange_letter, replace
from spoonbench.harness.tasks.formats.english_dates import (
    FIRST_YEAR,
    LAST_YEAR,
    judge_english,
    known_year,
    write_english,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from spoonbench.harness.tasks.formats.cases import Edit
    from spoonbench.harness.tasks.formats.gregorian import Day

_ORDERS = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}
"""Order in writing: the places of year, month and day."""


def iso(day: Day) -> str:
    """The canonical form of a date."""
    return f"{day[0]:04d}-{day[1]:02d}-{day[2]:02d}"


def draw_day(rng: Random) -> Day:
    """Any day; often the last of a month, where near misses are nearest."""
    year, month = rng.randint(FIRST_YEAR, LAST_YEAR), rng.randint(1, 12)
    if rng.random() < 0.15:
        year, month = rng.randrange(1904, LAST_YEAR, 4), 2
    last = gregorian.month_length(year, month)
    is_late = rng.random() < 0.5
    return year, month, rng.randint(max(1, last - 3), last) if is_late else rng.randint(1, last)


def _existing(day: Day | None) -> str | None:
    return iso(day) if day is not None and gregorian.exists(day) else None


# ISO 8601: the extended format has hyphens, the basic format none; nothing in between.


def _write_calendar(separator: str, rng: Random) -> tuple[str, str]:
    day = draw_day(rng)
    return iso(day).replace("-", separator), iso(day)


def _judge_calendar(text: str) -> str | None:
    pieces = _iso_pieces(text, (4, 2, 2))
    if pieces is None:
        return None
    year, month, day = pieces
    return _existing((known_year(year), int(month), int(day)))


def _write_week(separator: str, rng: Random) -> tuple[str, str]:
    year = rng.randint(FIRST_YEAR, LAST_YEAR - 1)
    if rng.random() < 0.3:
        long_years = [y for y in range(FIRST_YEAR, LAST_YEAR) if gregorian.weeks_in_year(y) == 53]
        year, week = rng.choice(long_years), 53
    else:
        week = rng.randint(1, gregorian.weeks_in_year(year))
    day = gregorian.from_week(year, week, day_of_week := rng.randint(1, 7))
    if day is None:
        raise AssertionError(f"week {week} of {year}")
    return f"{year}{separator}W{week:02d}{separator}{day_of_week}", iso(day)


def _judge_week(text: str) -> str | None:
    if text.count("W") != 1:
        return None
    pieces = _iso_pieces(text.replace("W", "0"), (4, 3, 1))
    if pieces is None or text.index("W") != (5 if text[4] == "-" else 4):
        return None
    year, week, day_of_week = pieces
    return _existing(gregorian.from_week(known_year(year), int(week), int(day_of_week)))


def _write_day_of_year(separator: str, rng: Random) -> tuple[str, str]:
    year = rng.randint(FIRST_YEAR, LAST_YEAR)
    last = gregorian.year_length(year)
    number = last if rng.random() < 0.3 else rng.randint(1, last)
    day = gregorian.from_day_of_year(year, number)
    if day is None:
        raise AssertionError(f"day {number} of {year}")
    return f"{year}{separator}{number:03d}", iso(day)


def _judge_day_of_year(text: str) -> str | None:
    pieces = _iso_pieces(text, (4, 3))
    if pieces is None:
        return None
    year, number = pieces
    return _existing(gregorian.from_day_of_year(known_year(year), int(number)))


def _iso_pieces(text: str, lengths: tuple[int, ...]) -> list[str] | None:
    """Numbers of exactly these lengths, all joined by hyphens or all by nothing."""
    pieces = text.split("-")
    if len(pieces) == 1 and len(text) == sum(lengths):
        starts = [sum(lengths[:i]) for i in range(len(lengths))]
        pieces = [text[s : s + n] for s, n in zip(starts, lengths, strict=True)]
    is_right = [len(piece) for piece in pieces] == list(lengths) and all(map(is_digits, pieces))
    return pieces if is_right else None


# Numbers in a stated order.


def _write_ordered(order: str, separator: str, rng: Random) -> tuple[str, str]:
    day = draw_day(rng)
    written = dict(zip(_ORDERS[order], iso(day).split("-"), strict=True))
    return separator.join(written[place] for place in range(3)), iso(day)


def _judge_ordered(order: str, separator: str, text: str) -> str | None:
    pieces = text.split(separator)
    if len(pieces) != 3 or not all(map(is_digits, pieces)):
        return None
    year, month, day = (pieces[place] for place in _ORDERS[order])
    if len(year) != 4 or (len(month), len(day)) != (2, 2):
        raise LeftOut("digits were saved or added")
    return _existing((known_year(year), int(month), int(day)))


def _in_range(places: tuple[slice, slice], text: str) -> bool:
    """Month and day would each do by themselves."""
    month, day = (text[place] for place in places)
    return is_digits(month) and is_digits(day) and 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def _is_plausible_week(text: str) -> bool:
    week = text.replace("-", "")[5:7]
    return is_digits(week) and 1 <= int(week) <= 53 and text[-1] in "1234567"


def _is_plausible_day_of_year(text: str) -> bool:
    # Up to 366 there would be but one near miss a year, and valid texts would become the rule.
    number = text.replace("-", "")[4:]
    return is_digits(number) and int(number) < 400


_DIGITS = (exchange_digit,) * 6


def _ordered(name: str, order: str, separator: str) -> Form:
    places = {"dmy": (slice(3, 5), slice(0, 2)), "mdy": (slice(0, 2), slice(3, 5))}
    return Form(
        name=name,
        make=partial(_write_ordered, order, separator),
        judge=partial(_judge_ordered, order, separator),
        edits=(*_DIGITS, replace(separator, "-:")),
        is_plausible=partial(_in_range, places.get(order, (slice(5, 7), slice(8, 10)))),
    )


def _iso_form(
    kind: str,
    make: Callable[[Random], tuple[str, str]],
    judge: Callable[[str], str | None],
    is_plausible: Callable[[str], bool],
    edits: tuple[Edit, ...] = (),
) -> Form:
    return Form(
        name=f"ISO 8601 {kind} date",
        make=make,
        judge=judge,
        edits=(*_DIGITS, *edits),
        is_plausible=is_plausible,
    )


# Without a hyphen, or with a digit less, a basic or ordinal date can turn into another form.
_SAFE_EDITS = (drop("0123456789"), drop("-"), replace("-", "/."))
_EXTENDED, _BASIC = (slice(5, 7), slice(8, 10)), (slice(4, 6), slice(6, 8))
_WEEK, _DAY_OF_YEAR = _is_plausible_week, _is_plausible_day_of_year


def _english_form(styles: tuple[str, ...], *, has_weekday: bool) -> Form:
    def make(rng: Random) -> tuple[str, str]:
        day = draw_day(rng)
        return write_english(day, rng.choice(styles)), iso(day)

    def judge(text: str) -> str | None:
        day = judge_english(text)
        return _existing(day)

    edits = (*_DIGITS, exchange_letter, drop("abcdefghijklmnopqrstuvwxyz"))
    return Form(
        name="date in English",
        make=make,
        judge=judge,
        edits=edits,
        # A wrong weekday is only found by reckoning; elsewhere a wrong digit must suffice.
        is_plausible=None if has_weekday else _is_spelt_rightly,
        edited_share=0.0 if has_weekday else 0.5,
    )


def _is_spelt_rightly(text: str) -> bool:
    """All words are those of some date, and the day is one that some month has."""
    words = text.replace(",", " ").replace(".", " ").split()
    numbers = [word.rstrip("stndrh") for word in words if word[0].isdigit()]
    if len(numbers) != 2 or not all(map(is_digits, numbers)):
        return False
    plain = next(n for n in numbers if len(n) != 4) if len(set(map(len, numbers))) > 1 else ""
    return plain != "" and 1 <= int(plain) <= 31


FORMS = (
    _iso_form("calendar", partial(_write_calendar, "-"), _judge_calendar,
              partial(_in_range, _EXTENDED), _SAFE_EDITS),
    _iso_form("week", partial(_write_week, "-"), _judge_week, _WEEK, _SAFE_EDITS),
    _iso_form("ordinal", partial(_write_day_of_year, "-"), _judge_day_of_year, _DAY_OF_YEAR),
    _ordered("date (day.month.year)", "dmy", "."),
    _ordered("date (day/month/year)", "dmy", "/"),
    _ordered("date (month/day/year)", "mdy", "/"),
    _english_form(("d MMMM y", "MMMM d, y", "MMMM do, y", "d MMM y"), has_weekday=False),
    _english_form(("EEEE, d MMMM y", "EEEE, MMMM d, y"), has_weekday=True),
)  # fmt: skip

UNSEEN_FORMS = (
    _iso_form("calendar", partial(_write_calendar, ""), _judge_calendar,
              partial(_in_range, _BASIC)),
    _iso_form("week", partial(_write_week, ""), _judge_week, _WEEK),
    _iso_form("ordinal", partial(_write_day_of_year, ""), _judge_day_of_year, _DAY_OF_YEAR),
    _ordered("date (year/month/day)", "ymd", "/"),
    _english_form(("do of MMMM y", "MMM d, y"), has_weekday=False),
    _english_form(("EEE, d MMM y",), has_weekday=True),
)  # fmt: skip
