"""Reads on which day something ends: calendar dates, weekdays, monthly expiries, spans of time.

Where the words do not say the day by themselves (a year left out, a month alone, "next Friday"),
the reading carries a remark; where they say two days alike ("05/06/2027"), a question.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.hybrid.options_desk.language.trading_days import (
    FRIDAY,
    is_trading_day,
    monthly_expiry,
    nth_weekday,
    trading_day_before,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_DAYS = 3660
"""Options listed today end within ten years."""
_CENTURY = 2000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|"
    r"sat(?:urday)?|sun(?:day)?)\b\.?"
)
_YEAR = r"(?P<year>20\d\d)(?![\d/])"
_SHORT = r"'(?P<short>\d\d)\b"
# Two digits behind a day are a year, unless they are figures of something else.
_BARE = (
    r"(?P<short>\d\d)(?![\w/.%]|,\d|[ -]*(?:delta|d\b|days?|dte|weeks?|months?|x\b|strike"
    r"|calls?|puts?|[cp]\b|point|pts?|wide|lots?|contracts?|vol|iv|shares?|percent|k\b|\d))"
)
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\d%]|[.,/]\d|[a-z])"
_MONTHLY = r"(?: +(?:monthly|monthlies|opex|opx))"


class DateReading(NamedTuple):
    """What a date came to.

    Attributes:
        day: None where there is a question or a problem.
        remark: how it was understood, where the words do not force it.
        question: what has to be asked.
        problem: why there is no such day.
        doubtful: the day that is asked about, for it is no trading day.
    """

    day: date | None = None
    remark: str | None = None
    question: str | None = None
    problem: str | None = None
    doubtful: date | None = None


class FoundDate(NamedTuple):
    """A date in a running text.

    Attributes:
        end: index after its last character.
        reading: what it came to.
    """

    end: int
    reading: DateReading


def find_date(text: str, start: int, today: date) -> FoundDate | None:
    """The date that begins at an index of a text; None where none does."""
    for pattern, read in _FORMS:
        found = pattern.match(text, start)
        if found is not None:
            return FoundDate(found.end(), _checked(read(found, today), today))
    return None


def read_span(count: int, unit: str, today: date) -> DateReading:
    """The day that is so many days, weeks, months or years from today.

    A span may end on a day without trading: it is not moved, and a remark says so.
    """
    if not 0 <= count <= MOST_DAYS:
        return DateReading(problem=f"{count} {unit} is no time to an expiry.")
    if unit in ("days", "weeks"):
        day = today + timedelta(days=min(count * (7 if unit == "weeks" else 1), MOST_DAYS + 1))
    else:
        day = _months_on(today, min(count * (12 if unit == "years" else 1), 10**4))
    if (day - today).days > MOST_DAYS:
        return DateReading(problem=f"No listed option ends {count} {unit} from now.")
    if is_trading_day(day):
        return DateReading(day=day)
    return DateReading(
        day=day,
        remark=f"{count} {unit} from {_said(today)} is {_said(day)}, no trading day: listed "
        "options end on trading days.",
    )


def said_date(day: date) -> str:
    """A date as the confirmation writes it, such as "18 December 2026"."""
    return f"{day.day} {day:%B} {day.year}"


def _said(day: date) -> str:
    return f"{day:%A}, {said_date(day)}"


def _months_on(today: date, count: int) -> date:
    years, month = divmod(today.month - 1 + count, 12)
    year = min(today.year + years, 9999)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _checked(reading: DateReading, today: date) -> DateReading:
    """A day that is over is a problem, one without trading a question."""
    day = reading.day
    if day is None:
        return reading
    if day < today:
        return DateReading(problem=f"The expiry, {_said(day)}, is over.")
    if (day - today).days > MOST_DAYS:
        return DateReading(problem=f"No listed option ends as late as {said_date(day)}.")
    if not is_trading_day(day):
        return DateReading(
            doubtful=day,
            question=f"{_said(day)}, is no trading day, and listed options end on trading days: "
            "which day is the expiry?",
        )
    return reading


def _day_of(year: int, month: int, day: int, remark: str | None = None) -> DateReading:
    try:
        return DateReading(day=date(year, month, day), remark=remark)
    except ValueError:
        return DateReading(problem=f"There is no day {year:04d}-{month:02d}-{day:02d}.")


def _year_first(found: re.Match[str], _: date) -> DateReading:
    year, month, day = map(int, found.groups())
    return _day_of(year, month, day)


def _slashed(found: re.Match[str], _: date) -> DateReading:
    first, second, year = found.groups()
    full, remark = _full_year(year)
    a, b = int(first), int(second)
    if a == b or a > 12 or b > 12:  # noqa: PLR2004  # months of a year
        month, day = (b, a) if a > 12 else (a, b)  # noqa: PLR2004
        return _day_of(full, month, day, remark)
    return DateReading(
        question=f"{found.group()} may be {said_date(date(full, a, b))} or "
        f"{said_date(date(full, b, a))}: which one is the expiry?"
    )


def _dotted(found: re.Match[str], _: date) -> DateReading:
    day, month, year = found.groups()
    full, remark = _full_year(year)
    if int(month) > 12:  # noqa: PLR2004
        return DateReading(problem=f"{found.group()} is no day, month and year.")
    remark = remark or f"{found.group()} is read as day, month and year."
    return _day_of(full, int(month), int(day), remark)


def _full_year(year: str) -> tuple[int, str | None]:
    if len(year) == 4:  # noqa: PLR2004
        return int(year), None
    return _CENTURY + int(year), f"The year {year} is read as {_CENTURY + int(year)}."


def _month_of(found: re.Match[str]) -> int:
    return _MONTHS.index(found["month"][:3].lower()) + 1


def _year_of(found: re.Match[str]) -> tuple[int | None, str | None]:
    parts = found.groupdict()
    if parts.get("year"):
        return int(parts["year"]), None
    if parts.get("short"):
        return _full_year(parts["short"])
    return None, None


def _named_day(found: re.Match[str], today: date) -> DateReading:
    month, day = _month_of(found), int(found["day"])
    year, remark = _year_of(found)
    if year is not None:
        return _day_of(year, month, day, remark)
    unclear = _unclear(found, today)
    if unclear is not None:
        return unclear
    reading = _day_of(today.year, month, day)
    if reading.day is not None and reading.day < today:
        reading = _day_of(today.year + 1, month, day)
    if reading.day is None:
        return reading
    return reading._replace(remark=f"{found.group().strip()} is read as {said_date(reading.day)}.")


def _unclear(found: re.Match[str], today: date) -> DateReading | None:
    """What may be a year, or the strike of an option, as well as a day."""
    text, day = found.group().strip(), int(found["day"])
    is_behind = found.start("month") < found.start("day")
    is_bare = re.search(r"\d$", text) is not None
    if not (is_behind and is_bare):
        return None
    if re.match(
        r"[ -]*(?:calls?|puts?|[cp]|strikes?)\b", found.string[found.end() :], re.IGNORECASE
    ):
        return DateReading(question=f"Is {day} in {text!r} the day or the strike? Which day is it?")
    if day in (today.year % 100, today.year % 100 + 1):
        return DateReading(question=f"Is {day} in {text!r} the day or the year?")
    return None


def _named_month(found: re.Match[str], today: date) -> DateReading:
    month = _month_of(found)
    year, remark = _year_of(found)
    if year is None:
        year = today.year
        if monthly_expiry(year, month) < today:
            year += 1
    day = monthly_expiry(year, month)
    said = found.group().strip()
    return DateReading(
        day=day,
        remark=remark or f"{said} is read as the monthly expiry, {said_date(day)}.",
    )


def _monthly(_: re.Match[str], today: date) -> DateReading:
    day = monthly_expiry(today.year, today.month)
    if day <= today:
        following = _months_on(today.replace(day=1), 1)
        day = monthly_expiry(following.year, following.month)
    return DateReading(
        day=day, remark=f"The monthly expiry is read as the next one, {said_date(day)}."
    )


def _weekday(found: re.Match[str], today: date) -> DateReading:
    index = _WEEKDAYS.index(found["weekday"][:3].lower())
    word = (found["which"] or "").lower()
    days = (index - today.weekday()) % 7
    if word == "next":
        day = today + timedelta(days=7 - today.weekday() + index)
    elif days == 0 and word != "coming":
        return DateReading(
            question=f"Today is a {today:%A}: does {found.group()} mean today or a week from now?"
        )
    else:
        day = today + timedelta(days=days or 7)
    return DateReading(day=day, remark=f"{found.group().strip()} is read as {said_date(day)}.")


def _today(_: re.Match[str], today: date) -> DateReading:
    return DateReading(day=today)


def _tomorrow(_: re.Match[str], today: date) -> DateReading:
    return DateReading(day=today + timedelta(days=1))


def _end(found: re.Match[str], today: date) -> DateReading:
    word = found.group().lower()
    if "week" in word or word == "eow":
        last = today + timedelta(days=(FRIDAY - today.weekday()) % 7)
    elif "month" in word or word == "eom":
        last = date(today.year, today.month, monthrange(today.year, today.month)[1])
    else:
        last = date(today.year, 12, 31)
    day = trading_day_before(last)
    said = f"{found.group().strip()} is read as its last trading day, {said_date(day)}."
    return DateReading(day=day, remark=said)


def _third_friday(found: re.Match[str], today: date) -> DateReading:
    month = _month_of(found)
    year, remark = _year_of(found)
    if year is None:
        year = today.year
        if nth_weekday(year, month, FRIDAY, 3) < today:
            year += 1
        remark = f"{found.group().strip()} is read as that of {year}."
    return DateReading(day=nth_weekday(year, month, FRIDAY, 3), remark=remark)


def _form(
    pattern: str, read: Callable[[re.Match[str], date], DateReading]
) -> tuple[re.Pattern[str], Callable[[re.Match[str], date], DateReading]]:
    return re.compile(pattern, re.IGNORECASE | re.ASCII), read


_SPACE = r"[ \-,]{1,2}"
_COMPACT = rf"(?<!\d)(?P<day>\d{{1,2}})(?P<month>{'|'.join(_MONTHS)})(?P<short>\d\d)(?!\w)"
_LAST = r"(?:end of (?:the |this )?(?:year|month|week)|year[ -]end|month[ -]end|eoy|eom|eow)\b"
_FORMS = (
    _form(r"(\d{4})-(\d{1,2})-(\d{1,2})(?![\w-])", _year_first),
    _form(r"(\d{4})/(\d{1,2})/(\d{1,2})(?![\w/])", _year_first),
    _form(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\w/])", _slashed),
    _form(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?![\w])", _dotted),
    _form(rf"third friday (?:of|in) {_MONTH}(?: +{_YEAR})?", _third_friday),
    _form(rf"(?<!\d){_DAY}(?:[ -]+(?:of )?){_MONTH}{_SPACE}{_YEAR}", _named_day),
    _form(rf"(?<!\d){_DAY}(?:[ -]+(?:of )?){_MONTH} *{_SHORT}", _named_day),
    _form(rf"(?<!\d){_DAY}(?:[ -]+(?:of )?){_MONTH}[ -]{_BARE}", _named_day),
    _form(rf"(?<!\d){_DAY}(?:[ -]+(?:of )?){_MONTH}(?!\w)", _named_day),
    _form(rf"(?<!\d)\d{{1,2}}{_MONTH}{_YEAR}".replace(r"\d{1,2}", r"(?P<day>\d{1,2})")
          .replace(r"\b\.?", ""), _named_day),
    _form(_COMPACT, _named_day),
    _form(rf"{_MONTH}[ -]*{_DAY}{_SPACE}{_YEAR}", _named_day),
    _form(rf"{_MONTH}[ -]*{_DAY} *{_SHORT}", _named_day),
    _form(rf"{_MONTH}[ -]*{_DAY}", _named_day),
    _form(rf"monthly(?: +(?:of|in|for))? +{_MONTH}{_SPACE}{_YEAR}", _named_month),
    _form(rf"monthly(?: +(?:of|in|for))? +{_MONTH}(?! *\d\d?\b)", _named_month),
    _form(rf"{_MONTH}[ -]*(?:{_YEAR}|{_SHORT}){_MONTHLY}?", _named_month),
    _form(rf"{_MONTH}{_MONTHLY}(?: +{_YEAR})?", _named_month),
    _form(rf"{_MONTH}", _named_month),
    _form(r"(?:next +)?(?:monthly|monthlies|opex)\b", _monthly),
    _form(rf"(?:(?P<which>this|next|coming)\s+)?(?:coming +)?{_WEEKDAY}", _weekday),
    _form(r"(?:today|0 *-?dte|tonight)\b", _today),
    _form(r"tomorrow\b", _tomorrow),
    _form(_LAST, _end),
)  # fmt: skip
_MAY = re.compile(
    r"may(?!\w)(?!\s*(?:\d|'|monthly|opex|expir|options?\b|calls?\b|puts?\b|[,;.)]|$))", re.ASCII
)
_POLITE = re.compile(r"may\s+(?:i|we|you)\b", re.IGNORECASE)


def is_verb(text: str, start: int) -> bool:
    """The "may" at this index is the verb, not the month."""
    return (_MAY.match(text, start) or _POLITE.match(text, start)) is not None
