"""Truth: what is made is valid, what is edited is judged by the standard, and proofs hold."""

import datetime
import random
from string import ascii_uppercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.tasks.formats import (
    check_digits,
    dates,
    emails,
    english_dates,
    gregorian,
    money,
    phones,
    python_versions,
    versions,
)
from spoonbench.harness.tasks.formats.cases import LeftOut, draw_case
from spoonbench.harness.tasks.formats.task import FAMILIES, UNSEEN

FORMS = [form for forms in (*FAMILIES.values(), *UNSEEN.values()) for form in forms]
JUDGED = [form for form in FORMS if form not in check_digits.FORMS]
PLANS = {plan.country: plan for plan in phones.PLANS}


def is_one_character_apart(one, other):
    """Exchanged, dropped or inserted: what is left and right of the place is the same."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    return rest[1:] == other_rest[1:] or rest[1:] == other_rest or rest == other_rest[1:]


@pytest.mark.parametrize("form", JUDGED, ids=lambda form: form.name)
@given(seed=st.integers(0, 2**32))
def test_what_is_made_is_judged_valid_with_the_value_it_was_made_from(form, seed):
    text, value = form.make(random.Random(seed))
    assert form.judge(text) == value


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@given(seed=st.integers(0, 2**32))
def test_an_edit_changes_one_character(form, seed):
    rng = random.Random(seed)
    text, _ = form.make(rng)
    for edit in form.edits:
        assert is_one_character_apart(text, edit(rng, text))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_form_has_valid_cases_and_near_misses(form):
    rng = random.Random(5)
    cases = [draw_case(rng, form) for _ in range(60)]
    n_valid = sum(case.value is not None for case in cases)
    assert 15 < n_valid < 45
    assert all(case.question == f"{form.name}: {case.text}" for case in cases)


def test_the_calendar_is_that_of_the_standard_library():
    """A whole cycle of 400 years; it repeats after that, weekdays included."""
    day = datetime.date(1800, 1, 1)
    while day.year < 2200:
        ours = (day.year, day.month, day.day)
        number = day.toordinal()
        assert gregorian.day_number(ours) == number
        assert gregorian.exists(ours)
        assert gregorian.weekday(ours) == (number - 1) % 7 + 1
        day += datetime.timedelta(days=1)


def test_weeks_and_days_of_a_year_are_those_of_the_standard_library():
    for year in range(1800, 2200):
        last = datetime.date(year, 12, 28).isocalendar()[1]
        assert gregorian.weeks_in_year(year) == last
        for week in (1, 2, 26, last):
            for weekday in range(1, 8):
                expected = datetime.date.fromisocalendar(year, week, weekday)
                found = gregorian.from_week(year, week, weekday)
                assert found == (expected.year, expected.month, expected.day)
        assert gregorian.from_week(year, last + 1, 1) is None
        n_days = gregorian.year_length(year)
        assert gregorian.from_day_of_year(year, n_days) == (year, 12, 31)
        assert gregorian.from_day_of_year(year, n_days + 1) is None
        assert gregorian.from_day_of_year(year, 60) == (
            (year, 2, 29) if n_days > 365 else (year, 3, 1)
        )


@pytest.mark.parametrize(
    ("number", "suffix"),
    [(1, "st"), (2, "nd"), (3, "rd"), (4, "th"), (11, "th"), (12, "th"), (13, "th"), (21, "st"),
     (22, "nd"), (23, "rd"), (30, "th"), (31, "st")],
)  # fmt: skip
def test_ordinal_suffixes(number, suffix):
    assert english_dates.suffix(number) == suffix


def judge_of(name):
    return next(form.judge for form in FORMS if form.name == name)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("ISO 8601 calendar date", "2024-02-29", "2024-02-29"),
        ("ISO 8601 calendar date", "2023-02-29", None),
        ("ISO 8601 calendar date", "1900-02-29", None),
        ("ISO 8601 calendar date", "2021-04-31", None),
        ("ISO 8601 calendar date", "2021-4-30", None),
        ("ISO 8601 calendar date", "2021-0430", None),
        ("ISO 8601 calendar date", "20210430", "2021-04-30"),
        ("ISO 8601 week date", "2020-W53-7", "2021-01-03"),
        ("ISO 8601 week date", "2021-W53-1", None),
        ("ISO 8601 week date", "2021W011", "2021-01-04"),
        ("ISO 8601 week date", "2021-W00-1", None),
        ("ISO 8601 week date", "2021-W01-8", None),
        ("ISO 8601 week date", "2021W-01-1", None),
        ("ISO 8601 week date", "2021-001-1", None),
        ("ISO 8601 ordinal date", "2020-366", "2020-12-31"),
        ("ISO 8601 ordinal date", "2021-366", None),
        ("ISO 8601 ordinal date", "2021-000", None),
        ("date (day.month.year)", "31.12.1999", "1999-12-31"),
        ("date (day/month/year)", "12/31/1999", None),
        ("date (month/day/year)", "12/31/1999", "1999-12-31"),
        ("date (year/month/day)", "1999/12/31", "1999-12-31"),
        ("date in English", "March 3rd, 2021", "2021-03-03"),
        ("date in English", "March 3th, 2021", None),
        ("date in English", "Wednesday, 3 March 2021", "2021-03-03"),
        ("date in English", "Tuesday, 3 March 2021", None),
        ("date in English", "Wensday, 3 March 2021", None),
        ("date in English", "31 April 2021", None),
        ("date in English", "31st of May 2021", "2021-05-31"),
        ("date in English", "3 Marhc 2021", None),
        ("date in English", "3 Jun 2021", "2021-06-03"),
        ("e-mail address", "a.b+c@Lab.example.com", "a.b+c@lab.example.com"),
        ("e-mail address", "a..b@example.com", None),
        ("e-mail address", ".ab@example.com", None),
        ("e-mail address", "ab.@example.com", None),
        ("e-mail address", "a@b@example.com", None),
        ("e-mail address", "ab.example.com", None),
        ("e-mail address", "ab@-lab.example.com", None),
        ("e-mail address", "ab@lab-.example.com", None),
        ("e-mail address", "a_b@la_b.example.com", None),
        ("e-mail address", "a,b@example.com", None),
        ("e-mail address", "a" * 64 + "@example.com", "a" * 64 + "@example.com"),
        ("e-mail address", "a" * 65 + "@example.com", None),
        ("e-mail address", "a@" + "b" * 63 + ".com", "a@" + "b" * 63 + ".com"),
        ("e-mail address", "a@" + "b" * 64 + ".com", None),
        ("international phone number", "+1 212 456 7890", "+12124567890"),
        ("international phone number", "+1 112 456 7890", None),
        ("international phone number", "+1 212 156 7890", None),
        ("international phone number", "+44 020 7946 0958", None),
        ("international phone number", "+0 212 456 7890", None),
        ("phone number in France", "01 42 68 53 00", "+33142685300"),
        ("phone number in France", "01 42 68 53 0", None),
        ("phone number in France", "00 42 68 53 00", None),
        ("phone number in Spain", "612 345 678", "+34612345678"),
        ("tel URI (RFC 3966)", "tel:+44-20-7946-0958", "+442079460958"),
        ("phone number dialled from France", "00 44 20 7946 0958", "+442079460958"),
        ("amount of money (US writing)", "$1,234.50", "1234.50 USD"),
        ("amount of money (US writing)", "$1234.50", "1234.50 USD"),
        ("amount of money (US writing)", "$1,23.50", None),
        ("amount of money (US writing)", "$1.234.50", None),
        ("amount of money (US writing)", "$1,234.505", None),
        ("amount of money (US writing)", "JPY 1,234", "1234 JPY"),
        ("amount of money (US writing)", "JPY 1.234", None),
        ("amount of money (US writing)", "KWD 1.234", "1.234 KWD"),
        ("amount of money (US writing)", "$1,234.", None),
        ("amount of money (German writing)", "1.234,50 EUR", "1234.50 EUR"),
        ("amount of money (German writing)", "1,234 EUR", None),
        ("amount of money (German writing)", "0,50 €", "0.50 EUR"),
        ("amount of money (French writing)", "1 234,50 €", "1234.50 EUR"),
        ("amount of money (Swiss writing)", "CHF 1\u2019234.50", "1234.50 CHF"),
        ("amount of money (US writing, in words)", "USD 3.2 million", "3200000.00 USD"),
        ("amount of money (US writing, in words)", "JPY 3.25 billion", "3250000000 JPY"),
        ("amount of money (US writing, in words)", "USD 3.2 milion", None),
        ("PEP 440 version", "v1.0-BETA.2", "1.0b2"),
        ("PEP 440 version", "1.0-1", "1.0.post1"),
        ("PEP 440 version", "1!01.0c", "1!1.0rc0"),
        ("PEP 440 version", "1.0.dev+ubuntu-01", "1.0.dev0+ubuntu.1"),
        ("PEP 440 version", "1.0.", None),
        ("PEP 440 version", "1..0", None),
        ("PEP 440 version", "1.0+", None),
        ("PEP 440 version", "1.0+a+b", None),
        ("PEP 440 version", "1.0dev1a1", None),
        ("PEP 440 version", "!1.0", None),
        ("SemVer 2.0.0 version", "1.0.0-alpha.1+001", "1.0.0-alpha.1+001"),
        ("SemVer 2.0.0 version", "1.0.0-01", None),
        ("SemVer 2.0.0 version", "1.0.0-0a", "1.0.0-0a"),
        ("SemVer 2.0.0 version", "1.0", None),
        ("SemVer 2.0.0 version", "01.0.0", None),
        ("SemVer 2.0.0 version", "1.0.0-", None),
        ("SemVer 2.0.0 version", "1.0.0--", "1.0.0--"),
        ("SemVer 2.0.0 version", "1.0.0+a..b", None),
        ("SemVer 2.0.0 version", "1.0.0_a", None),
    ],
)
def test_judges_follow_the_standards(name, text, value):
    assert judge_of(name)(text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ISO 8601 calendar date", "1021-04-30"),
        ("date (day.month.year)", "3.12.1999"),
        ("date in English", "03 March 2021"),
        ("date in English", "3 Sept 2021"),
        ("date in English", "3 March 221"),
        ("date in English", "Thursday, 26 February 1032"),
        ("e-mail address", "a@localhost"),
        ("e-mail address", "a@ab--cd.example.com"),
        ("e-mail address", "a@example.c0m"),
        ("international phone number", "+999 212 456 7890"),
        ("international phone number", "+1 299 456 7890"),
        ("phone number in France", "8 42 68 53 00"),
        ("phone number in United States", "1 212 456 7890"),
        ("phone number in United States", "212 411 7890"),
        ("amount of money (US writing)", "$1,234.5"),
        ("amount of money (US writing)", "$01"),
        ("amount of money (US writing)", "$.50"),
        ("amount of money (US writing)", "XYZ 1"),
        ("amount of money (US writing, in words)", "USD 03 million"),
        ("amount of money (US writing, in words)", "$.5 million"),
        ("amount of money (French writing)", " 234,50 €"),
        ("amount of money (French writing)", "12  €"),
        ("phone number in Poland", "64 747 678"),
        ("phone number in Netherlands", "0800 1234"),
        ("phone number in United Kingdom", "0800 1111"),
        ("phone number in Australia", "01300 655 506"),
        ("PEP 440 version", "1.0a."),
        ("phone number dialled from France", "11 44 20 7946 0958"),
    ],
)
def test_what_the_standards_do_not_settle_is_left_out(name, text):
    with pytest.raises(LeftOut):
        judge_of(name)(text)


def test_judges_are_sources_of_truth_of_all_families():
    modules = (dates, emails, phones, money, versions, check_digits)
    assert [module.FORMS for module in modules] == list(FAMILIES.values())
    assert python_versions.judge_pep440("1.0") == "1.0"
    assert set(PLANS) >= {"France", "Denmark"}


# The proofs of `check_digits`, by trying every wrong character in every place.

CHECKS = {
    "IBAN": (lambda text: check_digits.iban_remainder(text) == 1, 2),
    "ISBN-10": (lambda text: check_digits.descending_sum(text) == 0, 0),
    "ISBN-13": (lambda text: check_digits.ean_sum(text) == 0, 0),
    "ISSN": (lambda text: check_digits.descending_sum(text) == 0, 0),
    "EAN-13": (lambda text: check_digits.ean_sum(text) == 0, 0),
    "payment card number": (lambda text: check_digits.luhn_sum(text) == 0, 0),
}


@pytest.mark.parametrize("form", check_digits.FORMS, ids=lambda form: form.name)
def test_every_single_wrong_character_breaks_the_check(form):
    is_valid, start = CHECKS[form.name]
    rng = random.Random(11)
    for _ in range(60):
        _, value = form.make(rng)
        value = value.replace("-", "")
        assert is_valid(value)
        for place in range(start, len(value)):
            alphabet = digits if value[place] in digits else ascii_uppercase
            if form.name in {"ISBN-10", "ISSN"}:
                alphabet = digits + "X" * (place == len(value) - 1)
            for wrong in set(alphabet) - {value[place]}:
                assert not is_valid(value[:place] + wrong + value[place + 1 :])


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("IBAN", "GB82WEST12345698765432"),
        ("IBAN", "DE89370400440532013000"),
        ("ISBN-10", "0306406152"),
        ("ISBN-10", "080442957X"),
        ("ISBN-13", "9780306406157"),
        ("ISSN", "03178471"),
        ("EAN-13", "4006381333931"),
        ("payment card number", "4111111111111111"),
        ("payment card number", "79927398713"),
    ],
)
def test_published_examples_pass_the_checks(name, number):
    assert CHECKS[name][0](number)
