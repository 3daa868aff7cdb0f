"""Telephone numbers: lengths and leading digits of national numbering plans.

Sources: ITU-T E.164 and E.123; RFC 3966; the plans of NANPA, Ofcom, ARCEP, CNMC, BAKOM, ACM, UKE,
and those of Denmark and Australia.

Not covered: which area codes and blocks are assigned; other countries. Abstained from: numbers of
other lengths that a plan has beside its usual ones, short codes, numbers dialled without trunk
prefix or area code or with an international prefix, "+44 (0)", extensions, parameters, letters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spoonbench.solvers.formats import Fault, NotCovered, Reading, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.solvers.formats import Reader

_COUNTRIES: Mapping[str, tuple[str, str, re.Pattern[str]]] = {
    "united states": ("1", "", re.compile(r"[2-9](?!11)[0-8][0-9][2-9][0-9]{6}")),
    "united kingdom": ("44", "0", re.compile(r"[1-357-9][0-9]{9}")),
    "france": ("33", "0", re.compile(r"[1-9][0-9]{8}")),
    "spain": ("34", "", re.compile(r"[5-9][0-9]{8}")),
    "switzerland": ("41", "0", re.compile(r"[2-9][0-9]{8}")),
    "netherlands": ("31", "0", re.compile(r"[1-9][0-9]{8}")),
    "poland": ("48", "", re.compile(r"[1-9][0-9]{8}")),
    "denmark": ("45", "", re.compile(r"[2-9][0-9]{7}")),
    "australia": ("61", "0", re.compile(r"[2-478][0-9]{8}")),
}
"""Country to its code, its trunk prefix, and its national numbers without that prefix.

No area code of North America ends in 11 or has 9 in the middle.
"""

_OTHER_NUMBERS: Mapping[str, re.Pattern[str]] = {
    "united kingdom": re.compile(r"1[0-9]{8}|[58]00[0-9]{6}|8001111|845464[0-9]"),
    "netherlands": re.compile(r"(?:800|90[069])[0-9]{4}(?:[0-9]{3})?|97[0-9]{9}"),
    "poland": re.compile(r"64[0-9]{6}"),
    "australia": re.compile(r"1[389]00[0-9]{6}|13[0-9]{4}|180[0-9]{4}"),
}
"""Country to numbers of other lengths, which its plan has beside those above."""

MOST_DIGITS, MOST_SHORT, N_LOCAL = 15, 6, 7

_GROUPS = r"(?:[0-9]++[ .-]?+)*+"
_WRITTEN = re.compile(rf"\+?+{_GROUPS}(?:\([0-9]++\)[ .-]?+{_GROUPS})?+(?<=[0-9])")
_NO_DIGIT = re.compile(r"[^0-9]++")
_EXTENSION = re.compile(r"(?:extension|ext|x|#|;ext=)[.: ]{0,2}[0-9]{1,9}\Z", re.IGNORECASE)
_LETTERED = re.compile(
    r"(?:\+?1[ .-])?\(?[2-9][0-9]{2}\)?[ .-](?=[0-9-]*+[A-Za-z])[0-9A-Za-z-]{7,13}"
)
_SIGNS_OF_PRINT = str.maketrans("\u00a0\u202f\u2010\u2011\u2013", "  ---")


def _read_international(text: str) -> Reading:
    if not text.startswith("+") or not _WRITTEN.fullmatch(text):
        return Fault("not a plus sign and digits in groups")
    if "(0)" in text:
        return NotCovered("a trunk prefix in parentheses is not read")
    digits = _NO_DIGIT.sub("", text)
    if digits.startswith("0"):
        return Fault("no country code begins with 0")
    for country, (code, _, _) in _COUNTRIES.items():
        if digits.startswith(code):
            return _read_significant(country, digits[len(code) :])
    if len(digits) > MOST_DIGITS:
        return Fault(f"more than {MOST_DIGITS} digits")
    return NotCovered("a country whose numbering plan is not known here")


def _read_significant(country: str, number: str) -> Reading:
    """Read a national number without its trunk prefix."""
    code, _, pattern = _COUNTRIES[country]
    if pattern.fullmatch(number):
        return Value(f"+{code}{number}")
    if country in _OTHER_NUMBERS and _OTHER_NUMBERS[country].fullmatch(number):
        return NotCovered(f"a kind of number of {country.title()} that is not read")
    return Fault(f"{number} is no national number of {country.title()}")


def _national(country: str) -> Callable[[str], Reading]:
    code, trunk, pattern = _COUNTRIES[country]

    def read(text: str) -> Reading:
        if text.startswith("+"):
            reading = _read_international(text)
            is_foreign = isinstance(reading, Value) and not reading.text.startswith(f"+{code}")
            return NotCovered("a number of another country") if is_foreign else reading
        if not _WRITTEN.fullmatch(text):
            return Fault("not digits in groups")
        digits = _NO_DIGIT.sub("", text)
        if _is_dialled_otherwise(country, digits):
            return NotCovered(
                "a short code, or another way of dialling than that with trunk prefix"
            )
        if code == "1" and not pattern.fullmatch(digits):
            # Long-distance calls begin with a 1, which no area code does.
            digits = digits.removeprefix("1")
        reading = _read_significant(country, digits.removeprefix(trunk))
        if isinstance(reading, Fault) and not digits.startswith(trunk):
            return Fault(f"does not begin with {trunk}")
        return reading

    return read


def _is_dialled_otherwise(country: str, digits: str) -> bool:
    code, trunk, pattern = _COUNTRIES[country]
    is_short = len(digits) <= MOST_SHORT or (code == "1" and len(digits) == N_LOCAL)
    lacks_trunk = trunk != "" and pattern.fullmatch(digits) is not None
    abroad = f"00{code}"
    rest = digits[len(abroad) :] if digits.startswith(abroad) else ""
    return is_short or lacks_trunk or pattern.fullmatch(rest) is not None


def _read_uri(text: str) -> Reading:
    scheme, _, number = text.partition(":")
    if ";" in number:
        return NotCovered("parameters of a URI are not read")
    if scheme.lower() != "tel" or not number.startswith("+"):
        return Fault("does not begin with tel:+")
    if " " in number:
        return Fault("a URI has no blanks")
    return _read_international(number)


def _or_unread(read: Reader) -> Reader:
    """A reader that leaves open what has an extension, or letters instead of digits."""

    def read_or_not(text: str) -> Reading:
        plain = text.translate(_SIGNS_OF_PRINT)
        reading = read(plain)
        if not isinstance(reading, Fault):
            return reading
        extension = _EXTENSION.search(plain)
        rest = plain[: extension.start()].rstrip(" ,") if extension else plain
        n_digits = len(_NO_DIGIT.sub("", rest))
        is_extended = n_digits > MOST_SHORT and not isinstance(read(rest), Fault)
        if is_extended or _LETTERED.fullmatch(plain):
            return NotCovered("extensions and letters instead of digits are not read")
        return reading

    return read_or_not


READERS: Mapping[str, Reader] = {
    "international phone number": _or_unread(_read_international),
    "tel uri (rfc 3966)": _read_uri,
    **{f"phone number in {country}": _or_unread(_national(country)) for country in _COUNTRIES},
}
