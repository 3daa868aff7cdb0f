"""Telephone numbers: lengths and leading digits of national numbering plans.

Sources: ITU-T E.164 and E.123; RFC 3966; the plans of NANPA, Ofcom, ARCEP, CNMC, BAKOM, ACM, UKE,
and those of Denmark and Australia.

Not covered: which area codes and blocks are assigned; other countries; short codes; an
international prefix instead of "+".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spoonbench.solvers.formats import Fault, NotCovered, Reading, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.solvers.formats import Reader

_COUNTRIES: Mapping[str, tuple[str, str, re.Pattern[str]]] = {
    "united states": ("1", "", re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")),
    "united kingdom": ("44", "0", re.compile(r"[1-357-9][0-9]{9}")),
    "france": ("33", "0", re.compile(r"[1-9][0-9]{8}")),
    "spain": ("34", "", re.compile(r"[5-9][0-9]{8}")),
    "switzerland": ("41", "0", re.compile(r"[2-9][0-9]{8}")),
    "netherlands": ("31", "0", re.compile(r"[1-9][0-9]{8}")),
    "poland": ("48", "", re.compile(r"[1-9][0-9]{8}")),
    "denmark": ("45", "", re.compile(r"[2-9][0-9]{7}")),
    "australia": ("61", "0", re.compile(r"[2-478][0-9]{8}")),
}
"""Country to its code, its trunk prefix, and its national numbers without that prefix."""

MOST_DIGITS = 15

_GROUPS = r"(?:[0-9]++[ .-]?+)*+"
_WRITTEN = re.compile(rf"\+?+{_GROUPS}(?:\([0-9]++\)[ .-]?+{_GROUPS})?+(?<=[0-9])")
_NO_DIGIT = re.compile(r"[^0-9]++")


def _read_international(text: str) -> Reading:
    if not text.startswith("+") or not _WRITTEN.fullmatch(text):
        return Fault("not a plus sign and digits in groups")
    digits = _NO_DIGIT.sub("", text)
    if digits.startswith("0"):
        return Fault("no country code begins with 0")
    for country, (code, _, pattern) in _COUNTRIES.items():
        if digits.startswith(code):
            return _read_significant(country, code, pattern, digits[len(code) :])
    if len(digits) > MOST_DIGITS:
        return Fault(f"more than {MOST_DIGITS} digits")
    return NotCovered("a country whose numbering plan is not known here")


def _read_significant(country: str, code: str, pattern: re.Pattern[str], number: str) -> Reading:
    if not pattern.fullmatch(number):
        return Fault(f"{number} is no national number of {country.title()}")
    return Value(f"+{code}{number}")


def _national(country: str) -> Callable[[str], Reading]:
    code, trunk, pattern = _COUNTRIES[country]

    def read(text: str) -> Reading:
        if text.startswith("+"):
            return _read_international(text)
        if not _WRITTEN.fullmatch(text):
            return Fault("not digits in groups")
        digits = _NO_DIGIT.sub("", text)
        if code == "1" and not pattern.fullmatch(digits):
            # Long-distance calls begin with a 1, which no area code does.
            digits = digits.removeprefix("1")
        if not digits.startswith(trunk):
            return Fault(f"does not begin with {trunk}")
        return _read_significant(country, code, pattern, digits[len(trunk) :])

    return read


def _read_uri(text: str) -> Reading:
    if not text.startswith("tel:+"):
        return Fault("does not begin with tel:+")
    return _read_international(text.removeprefix("tel:"))


READERS: Mapping[str, Reader] = {
    "international phone number": _read_international,
    "tel uri (rfc 3966)": _read_uri,
    **{f"phone number in {country}": _national(country) for country in _COUNTRIES},
}
