"""On which days listed options can end: no weekends, no holidays of the New York Stock Exchange.

Source: NYSE Rule 7.2 (holidays; on a Saturday they are kept the Friday before, except New Year's
Day, on a Sunday the Monday after); Good Friday by the anonymous Gregorian algorithm (Meeus 1991).

Not covered: days on which the exchange closed once, such as for mourning.
"""

from __future__ import annotations

from datetime import date, timedelta

MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6
_DAY = timedelta(days=1)
_JUNETEENTH_SINCE = 2022


def is_trading_day(day: date) -> bool:
    """Neither weekend nor holiday.

    >>> is_trading_day(date(2026, 11, 26)), is_trading_day(date(2026, 11, 27))
    (False, True)
    """
    return day.weekday() < SATURDAY and day not in holidays(day.year)


def holidays(year: int) -> frozenset[date]:
    """Days of a year on which the exchange is closed, weekends aside."""
    fixed = [date(year, 7, 4), date(year, 12, 25)]
    if year >= _JUNETEENTH_SINCE:
        fixed.append(date(year, 6, 19))
    found = {_kept(day) for day in fixed}
    new_year = date(year, 1, 1)
    # One that falls on a Saturday is not kept in the old year.
    found.add(new_year if new_year.weekday() != SUNDAY else new_year + _DAY)
    found |= {
        nth_weekday(year, 1, MONDAY, 3),
        nth_weekday(year, 2, MONDAY, 3),
        nth_weekday(year, 6, MONDAY, 1) - 7 * _DAY,
        nth_weekday(year, 9, MONDAY, 1),
        nth_weekday(year, 11, THURSDAY, 4),
        _easter(year) - 2 * _DAY,
    }
    return frozenset(found)


def nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    """The n-th of a weekday in a month, Monday being 0.

    >>> nth_weekday(2026, 12, FRIDAY, 3)
    datetime.date(2026, 12, 18)
    """
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def monthly_expiry(year: int, month: int) -> date:
    """Third Friday; the trading day before it where that is a holiday."""
    return trading_day_before(nth_weekday(year, month, FRIDAY, 3))


def trading_day_before(day: date) -> date:
    """The day itself, or the last trading day before it."""
    while not is_trading_day(day):
        day -= _DAY
    return day


def _kept(day: date) -> date:
    if day.weekday() == SATURDAY:
        return day - _DAY
    return day + _DAY if day.weekday() == SUNDAY else day


def _easter(year: int) -> date:
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    s = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * s) // 451
    month, day = divmod(h + s - 7 * m + 114, 31)
    return date(year, month, day + 1)
