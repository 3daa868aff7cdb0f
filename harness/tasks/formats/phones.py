"""Telephone numbers of a few national plans, and near misses of them.

Sources: ITU-T E.164 (country code and national number; no country code begins with 0), ITU-T E.123
(an international number is written with "+" and without the trunk prefix), RFC 3966 (tel: URIs),
and the national plans as their regulators publish them: NANPA (area and exchange codes begin with
2 to 9, ten digits), Ofcom (National Telephone Numbering Plan), ARCEP, CNMC, BAKOM, ACM, UKE, the
Danish and the Australian numbering plan. A number is valid if its plan has room for it, and invalid
if no number of the plan has its length or its leading digits. What lies between (a free area code,
a block that nobody holds) is a matter of assignment, and left out; so are other lengths under
leading digits where a plan has them too (free numbers, pagers).

Not covered: short codes, extensions, letters instead of digits, plans with several lengths.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.formats.cases import Form, LeftOut
from spoonbench.harness.tasks.formats.edits import drop, exchange_digit, insert

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One national numbering plan, as far as it is used here.

    Attributes:
        country: as the question names it.
        code: country code.
        trunk: prefix of numbers dialled within the country.
        length: digits of a national number, trunk prefix left out.
        used: leading digits under which any further digits do.
        closed: place in the national number, and digits that cannot stand there.
        grouping: lengths of the customary groups of a national number.
        uneven: leading digits under which there are numbers of other lengths.
    """

    country: str
    code: str
    trunk: str
    length: int
    used: tuple[str, ...]
    closed: tuple[tuple[int, str], ...]
    grouping: tuple[int, ...]
    uneven: tuple[str, ...] = ()


_AREA_CODES = [
    "202",
    "206",
    "212",
    "214",
    "303",
    "305",
    "312",
    "404",
    "415",
    "503",
    "512",
    "602",
    "617",
    "702",
    "713",
]
PLANS = (
    Plan(country="United States", code="1", trunk="", length=10, used=tuple(_AREA_CODES),
         closed=((0, "01"), (3, "01")), grouping=(3, 3, 4)),
    Plan(country="United Kingdom", code="44", trunk="0", length=10, used=("207", "208"),
         closed=((0, "046"),), grouping=(2, 4, 4), uneven=("1", "500", "800", "845")),
    Plan(country="France", code="33", trunk="0", length=9, used=("1", "3", "60", "61", "62"),
         closed=((0, "0"),), grouping=(1, 2, 2, 2, 2)),
    Plan(country="Spain", code="34", trunk="", length=9, used=("6", "91", "93"),
         closed=((0, "01"),), grouping=(3, 3, 3)),
    Plan(country="Switzerland", code="41", trunk="0", length=9, used=("44", "31", "76", "78", "79"),
         closed=((0, "01"),), grouping=(2, 3, 2, 2)),
    Plan(country="Netherlands", code="31", trunk="0", length=9, used=("20", "61", "62", "65"),
         closed=((0, "0"),), grouping=(2, 3, 4), uneven=("800", "90", "97")),
    Plan(country="Poland", code="48", trunk="", length=9, used=("50", "51", "60", "66"),
         closed=((0, "0"),), grouping=(3, 3, 3), uneven=("64",)),
    Plan(country="Denmark", code="45", trunk="", length=8, used=("26", "27", "28"),
         closed=((0, "01"),), grouping=(2, 2, 2, 2)),
    Plan(country="Australia", code="61", trunk="0", length=9, used=("40", "41", "42", "43"),
         closed=((0, "06"),), grouping=(3, 3, 3), uneven=("13", "18", "19")),
)  # fmt: skip


_UNSEEN_SEPARATOR = "."


def judge_significant(plan: Plan, number: str) -> str | None:
    """The E.164 form of a national number without its trunk prefix."""
    if len(number) != plan.length and number.startswith(plan.uneven):
        raise LeftOut("there are numbers of other lengths")
    if len(number) != plan.length or any(number[i] in bad for i, bad in plan.closed):
        return None
    if not number.startswith(plan.used):
        raise LeftOut("a matter of assignment")
    if plan.code == "1" and (number[4:6] == "11" or number[3:6] == "555"):
        raise LeftOut("exchange codes of services")
    return f"+{plan.code}{number}"


def judge_national(plan: Plan, text: str) -> str | None:
    """The E.164 form of a number as it is dialled within the country."""
    number = _digits(text)
    if plan.code == "1" and number.startswith("1"):
        raise LeftOut("1 is dialled before long-distance calls")
    if not number.startswith(plan.trunk):
        if len(number) == plan.length:
            raise LeftOut("without its trunk prefix")
        return None
    return judge_significant(plan, number[len(plan.trunk) :])


def judge_international(prefix: str, text: str) -> str | None:
    """The E.164 form of a number with country code.

    Args:
        prefix: what stands before the country code, for example "+".
        text: of the number.
    """
    digits_prefix = _digits(prefix)
    number = _digits(text)
    if not number.startswith(digits_prefix):
        raise LeftOut("another prefix")
    if digits_prefix == "" and not text.startswith(prefix):
        raise LeftOut("another prefix")
    number = number[len(digits_prefix) :]
    if number.startswith("0"):
        return None
    for plan in PLANS:
        if number.startswith(plan.code):
            return judge_significant(plan, number[len(plan.code) :])
    raise LeftOut("a country whose plan is not here")


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def draw_significant(rng: Random, plan: Plan) -> str:
    """A national number under one of the used prefixes."""
    while True:
        number = rng.choice(plan.used)
        number += "".join(rng.choice("0123456789") for _ in range(plan.length - len(number)))
        try:
            if judge_significant(plan, number) is not None:
                return number
        except LeftOut:
            continue


def _grouped(rng: Random, plan: Plan, lead: str, number: str, separators: str) -> str:
    """In its customary groups, in groups as they come, or in none where that is no unseen form."""
    style = rng.random()
    if style < 0.35 and separators != _UNSEEN_SEPARATOR:
        return lead + number
    lengths = list(plan.grouping)
    if style < 0.7:
        lengths = []
        while sum(lengths) < plan.length:
            lengths.append(rng.randint(2, 4))
    groups, start = [], 0
    for length in lengths:
        groups.append(number[start : start + length])
        start += length
    separator = rng.choice(separators)
    return lead + separator.join(group for group in groups if group)


def _make_national(plan: Plan, separators: str, rng: Random) -> tuple[str, str]:
    number = draw_significant(rng, plan)
    text = _grouped(rng, plan, plan.trunk, number, separators)
    if plan.code == "1" and separators != _UNSEEN_SEPARATOR and rng.random() < 0.2:
        text = f"({number[:3]}) {number[3:6]}-{number[6:]}"
    return text, f"+{plan.code}{number}"


def _make_international(prefix: str, separators: str, rng: Random) -> tuple[str, str]:
    plan = rng.choice(PLANS)
    number = draw_significant(rng, plan)
    separator = rng.choice(separators)
    lead = prefix + plan.code
    return _grouped(rng, plan, lead + separator, number, separator), f"+{plan.code}{number}"


_EDITS = (
    drop("0123456789"),
    insert("0123456789", beside="0123456789"),
    exchange_digit,
    exchange_digit,
)


def _is_whole(text: str) -> bool:
    """No digit, blank or sign was left hanging by the change."""
    return not text.endswith((" ", "-", "."))


def _international(name: str, prefix: str, separators: str) -> Form:
    return Form(
        name=name,
        make=partial(_make_international, prefix, separators),
        judge=partial(judge_international, prefix),
        edits=_EDITS,
        is_plausible=_is_whole,
    )


def _national(plan: Plan, separators: str) -> Form:
    return Form(
        name=f"phone number in {plan.country}",
        make=partial(_make_national, plan, separators),
        judge=partial(judge_national, plan),
        edits=_EDITS,
        is_plausible=_is_whole,
    )


_INTERNATIONAL = _international("international phone number", "+", " ")
FORMS = (*(_national(plan, " -") for plan in PLANS), *((_INTERNATIONAL,) * len(PLANS)))
"""Half of the numbers are national."""

UNSEEN_FORMS = (
    _international("tel URI (RFC 3966)", "tel:+", "-."),
    _international("phone number dialled from France", "00", " "),
    *(
        _national(plan, _UNSEEN_SEPARATOR)
        for plan in PLANS
        if plan.country in {"United States", "France"}
    ),
)
