"""Readers of formats that hand the text to a library, and its error on as the reason.

Imports the libraries: the contestant imports this module when it is prepared.

Not covered: making the libraries stricter than they are.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import dateutil.parser
import phonenumbers
import stdnum.ean
import stdnum.iban
import stdnum.isbn
import stdnum.issn
import stdnum.luhn
from email_validator import EmailNotValidError, validate_email
from packaging.version import InvalidVersion, Version
from stdnum.exceptions import ValidationError

from spoonbench.solvers.formats import Fault, Reading, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.solvers.formats import Reader

_REGIONS = {
    "united states": "US",
    "united kingdom": "GB",
    "france": "FR",
    "spain": "ES",
    "switzerland": "CH",
    "netherlands": "NL",
    "poland": "PL",
    "denmark": "DK",
    "australia": "AU",
}
# What a text leaves out is filled from here and not from today, so that answers stay the same.
_FILL = datetime(2000, 1, 1)  # noqa: DTZ001  # a day, no moment


def _read_iso(text: str) -> Reading:
    try:
        return Value(dateutil.parser.isoparse(text).date().isoformat())
    except (ValueError, OverflowError) as exc:
        return Fault(str(exc))


def _dates(**order: bool) -> Callable[[str], Reading]:
    """A reader of dates, given which of two numbers is the day where both could be."""

    def read(text: str) -> Reading:
        try:
            # Words that look like time zones are a matter of times, and warned about otherwise.
            found = dateutil.parser.parse(text, default=_FILL, ignoretz=True, **order)
        except (ValueError, OverflowError) as exc:
            return Fault(str(exc))
        return Value(found.date().isoformat())

    return read


def _phones(region: str | None) -> Callable[[str], Reading]:
    """A reader of phone numbers as they are dialled in a region, or of international ones."""

    def read(text: str) -> Reading:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException as exc:
            return Fault(str(exc))
        if not phonenumbers.is_valid_number(number):
            return Fault("no valid number of its numbering plan")
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return Value(str(written))

    return read


def _checked(module: Any) -> Callable[[str], Reading]:
    """A reader by a module of python-stdnum."""

    def read(text: str) -> Reading:
        try:
            return Value(str(module.validate(text)))
        except ValidationError as exc:
            return Fault(str(exc))

    return read


def _of_length(read: Callable[[str], Reading], length: int, what: str) -> Callable[[str], Reading]:
    """A reader that also refuses what is valid at another length."""

    def read_of_length(text: str) -> Reading:
        reading = read(text)
        if isinstance(reading, Value) and len(reading.text) != length:
            return Fault(f"valid, but no {what}")
        return reading

    return read_of_length


def _read_issn(text: str) -> Reading:
    reading = _checked(stdnum.issn)(text)
    return Value(stdnum.issn.format(reading.text)) if isinstance(reading, Value) else reading


def _read_card(text: str) -> Reading:
    # Luhn's check is on digits; grouping is a matter of writing, and left to the caller.
    return _checked(stdnum.luhn)(text.replace(" ", "").replace("-", ""))


def _read_email(text: str) -> Reading:
    try:
        # Strict means: no more than 64 characters before the @.
        found = validate_email(text, check_deliverability=False, strict=True)
    except EmailNotValidError as exc:
        return Fault(str(exc))
    return Value(found.normalized)


def _read_version(text: str) -> Reading:
    try:
        return Value(str(Version(text)))
    except InvalidVersion as exc:
        return Fault(str(exc))


READERS: Mapping[str, Reader] = {
    "iso 8601 calendar date": _read_iso,
    "iso 8601 week date": _read_iso,
    "iso 8601 ordinal date": _read_iso,
    "date (day.month.year)": _dates(dayfirst=True),
    "date (day/month/year)": _dates(dayfirst=True),
    "date (month/day/year)": _dates(dayfirst=False),
    "date (year/month/day)": _dates(yearfirst=True),
    "date in english": _dates(),
    "e-mail address": _read_email,
    "pep 440 version": _read_version,
    "international phone number": _phones(None),
    "tel uri (rfc 3966)": _phones(None),
    "phone number dialled from france": _phones("FR"),
    **{f"phone number in {country}": _phones(region) for country, region in _REGIONS.items()},
    "iban": _checked(stdnum.iban),
    "isbn-10": _of_length(_checked(stdnum.isbn), 10, "ISBN-10"),
    "isbn-13": _of_length(_checked(stdnum.isbn), 13, "ISBN-13"),
    "issn": _read_issn,
    "ean-13": _of_length(_checked(stdnum.ean), 13, "EAN-13"),
    "payment card number": _read_card,
}
