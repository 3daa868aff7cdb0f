"""Dates in English: "3 March 2021", "March 3rd, 2021", "Wed, 3 Mar 2021".

Source: Unicode CLDR, locales en and en-GB, formats full, long and medium, with or without the
ordinal suffix of the day. A weekday must be that of the date.

Not covered: other patterns and spellings of which every word is one of a date ("3rd of March 2021",
"03 MARCH 2021", "Sept 3"): these are abstained from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spoonbench.solvers.formats import Fault, NotCovered, Reading, Value
from spoonbench.solvers.rules.formats.dates import MONTHS, read_day, weekday

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.formats import Reader

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAME = "|".join((*MONTHS, *(name[:3] for name in MONTHS)))
_DAY = r"(?P<{}>[1-9][0-9]?)(?P<{}>st|nd|rd|th)?"
_ENGLISH = re.compile(
    rf"(?:(?P<weekday>[A-Z][a-z]++), )?+"
    rf"(?:{_DAY.format('day', 'suffix')} (?P<month>{_NAME}),?"
    rf"|(?P<first_month>{_NAME}) {_DAY.format('second_day', 'second_suffix')},?)"
    r" (?P<year>[0-9]{4})"
)
_MONTH_WORDS = frozenset({*(n.lower() for n in MONTHS), *(n[:3].lower() for n in MONTHS), "sept"})
_OTHER_WORDS = frozenset(
    {*(n.lower() for n in _WEEKDAYS), *(n[:3].lower() for n in _WEEKDAYS)}
    | {"tues", "thur", "thurs", "the", "of"}
)
_WORD = re.compile(r"[^ ,./-]++")
_NUMBER = re.compile(r"(?:[0-9]{4}|'?(?P<day>[0-9]{1,2})(?P<suffix>st|nd|rd|th)?)")
_LAST_DAY = 31


def suffix_of(day: int) -> str:
    """The ending of an ordinal number up to 99."""
    if day in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _read_english(text: str) -> Reading:
    match = _ENGLISH.fullmatch(text)
    if match is None and _is_other_pattern(text):
        return NotCovered("a date in a pattern or a spelling that is not read")
    if match is None:
        return Fault("not a day, the name of a month and a year")
    day = int(match["day"] or match["second_day"])
    suffix = match["suffix"] or match["second_suffix"]
    if suffix and suffix != suffix_of(day):
        return Fault(f"{day} takes {suffix_of(day)!r}, not {suffix!r}")
    name = match["month"] or match["first_month"]
    month = next(i for i, full in enumerate(MONTHS, 1) if name in (full, full[:3]))
    reading = read_day(int(match["year"]), month, day)
    if match["weekday"] is None or not isinstance(reading, Value):
        return reading
    right = _WEEKDAYS[weekday(int(match["year"]), month, day)]
    if match["weekday"] not in (right, right[:3]):
        return Fault(f"{reading.text} is a {right}, not a {match['weekday']}")
    return reading


def _is_other_pattern(text: str) -> bool:
    """Whether a month is named, and every word can stand in a date."""
    words = _WORD.findall(text.lower())
    others = [word for word in words if word not in _MONTH_WORDS]
    return len(others) < len(words) and all(map(_can_stand_in_a_date, others))


def _can_stand_in_a_date(word: str) -> bool:
    match = _NUMBER.fullmatch(word)
    if match is None or match["day"] is None:
        return match is not None or word in _OTHER_WORDS
    day, suffix = int(match["day"]), match["suffix"]
    return 1 <= day <= _LAST_DAY and suffix in (None, suffix_of(day))


READERS: Mapping[str, Reader] = {"date in english": _read_english}
