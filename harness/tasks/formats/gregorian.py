"""The Gregorian calendar by arithmetic: lengths of months, weekdays, weeks and days of a year.

Source: ISO 8601-1:2019 (leap years, week 1 holds the first Thursday, weeks begin on Monday).
"""

from __future__ import annotations

Day = tuple[int, int, int]
"""Year, month, day."""

_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap(year: int) -> bool:
    """Divisible by 4, but of the centuries only every fourth."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def year_length(year: int) -> int:
    """365 or 366 days."""
    return 366 if is_leap(year) else 365


def month_length(year: int, month: int) -> int:
    """28 to 31 days; 0 for a month that does not exist."""
    if not 1 <= month <= 12:
        return 0
    return 29 if month == 2 and is_leap(year) else _MONTH_LENGTHS[month - 1]


def exists(day: Day) -> bool:
    """Whether a month has such a day."""
    return 1 <= day[2] <= month_length(day[0], day[1])


def day_number(day: Day) -> int:
    """Days since 31 December of the year 0, so that 1 January of the year 1 is number 1."""
    year, month, day_of_month = day
    before = year - 1
    leap_days = before // 4 - before // 100 + before // 400
    months = sum(month_length(year, m) for m in range(1, month))
    return 365 * before + leap_days + months + day_of_month


def weekday(day: Day) -> int:
    """1 for Monday to 7 for Sunday; 1 January of the year 1 was a Monday."""
    return (day_number(day) - 1) % 7 + 1


def from_day_of_year(year: int, number: int) -> Day | None:
    """The day with that number, from 1; None where the year has no such day."""
    if not 1 <= number <= year_length(year):
        return None
    month = 1
    while number > month_length(year, month):
        number -= month_length(year, month)
        month += 1
    return year, month, number


def weeks_in_year(year: int) -> int:
    """53 where 1 January is a Thursday, or a Wednesday of a leap year; else 52."""
    first = weekday((year, 1, 1))
    return 53 if first == 4 or (first == 3 and is_leap(year)) else 52


def from_week(year: int, week: int, day_of_week: int) -> Day | None:
    """The day of a week date; None where there is no such week or day."""
    if not (1 <= week <= weeks_in_year(year) and 1 <= day_of_week <= 7):
        return None
    # 4 January always lies in week 1, whose Monday is day 5 - weekday of the year.
    number = 7 * (week - 1) + day_of_week + 4 - weekday((year, 1, 4))
    if number < 1:
        return from_day_of_year(year - 1, number + year_length(year - 1))
    if number > year_length(year):
        return from_day_of_year(year + 1, number - year_length(year))
    return from_day_of_year(year, number)
