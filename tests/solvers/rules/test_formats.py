"""Formats by rules: the standards' own examples, whole calendars, every wrong character."""

import datetime
import random
from string import ascii_uppercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.tasks.formats import check_digits
from spoonbench.harness.tasks.formats.task import make
from spoonbench.solvers.api import Image, Problem, Settings
from spoonbench.solvers.formats import Fault, NotCovered, Value
from spoonbench.solvers.rules.formats.contestant import READERS, FormatRuleSolver
from spoonbench.solvers.rules.formats.english_dates import suffix_of

REDUCED = ("2024", "20", "2024-02", "+12024-01-01", "\u22122024-01-01")
SHORT_DATES = ("01.01.21", "1. 1. 2021")
ENGLISH_DATES = ("3rd of March 2021", "the 3rd of March, 2021", "3 MARCH 2021", "03 March 2021",
                 "Sept 3, 2021", "Mar. 3, 2021", "March 2021", "2021 March 3", "March 3, '21",
                 "Wednesday 3 March 2021", "3-Mar-2021")  # fmt: skip
UNUSUAL_ADDRESSES = (
    '"john doe"@example.com', "a@[192.0.2.1]", "a(b)@example.com", "m\u00fcller@example.com",
    "\u0430@example.com",
)  # fmt: skip
UNUSUAL_AMOUNTS = ("$1.5", "$.50", "$01.50", "-$5.00", "($5.00)", "$ 5.00", "5.00 USD", "5$",
                   "US$5", "\u00a5500", "\u20b91,00,000", "$3.2 million", "$5k",
                   "JPY500")  # fmt: skip
UNUSUAL_NUMBERS = ("+44 (0)20 7946 0958", "+1 212 456 7890 ext. 5", "+1 212 456 7890x123",
                   "+1-800-FLOWERS", "+61 1300 655 506", "+31 800 1234")  # fmt: skip


@pytest.fixture(scope="module")
def solver():
    made = FormatRuleSolver()
    made.prepare(Settings())
    return made


def read(name, text):
    return READERS[name.lower()](text)


def ask(solver, text, kind="label", payload=None):
    problem = Problem(problem_id="x", text=text, kind=kind, payload=payload)
    (answer,) = solver.solve([problem])
    return answer


def test_labels_and_values(solver):
    assert ask(solver, "IBAN: GB82 WEST 1234 5698 7654 32").value == "valid"
    assert ask(solver, "IBAN: GB82 WEST 1234 5698 7654 33").value == "invalid"
    value = ask(solver, "IBAN: GB82 WEST 1234 5698 7654 32", kind="text")
    assert value.value == "GB82WEST12345698765432"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("date in English: 31 April 2021", "day 31 does not exist in April"),
        ("date in English: 29 February 2021", "day 29 does not exist in February 2021"),
        ("date in English: Tuesday, 3 March 2021", "2021-03-03 is a Wednesday, not a Tuesday"),
        ("date in English: 3th March 2021", "3 takes 'rd', not 'th'"),
        ("ISO 8601 week date: 2021-W53-1", "2021 has no week 53"),
        ("ISO 8601 week date: 2021-W52-8", "there is no day 8 of a week"),
        ("ISO 8601 ordinal date: 2021-366", "2021 has no day 366"),
        ("ISO 8601 calendar date: 2021-13-01", "there is no month 13"),
        ("e-mail address: a@la_b.example.com", "'la_b' is no part of a host name"),
        ("e-mail address: example.com", "there is no @"),
        ("e-mail address: a@b.123", "the top-level domain is a number"),
        ("e-mail address: a@" + "b" * 64 + ".com", "longer than it can be"),
        ("e-mail address: " + "a" * 65 + "@example.com", "longer than an address can be"),
        ("phone number in Spain: 61234567", "61234567 is no national number of Spain"),
        ("phone number in France: 42 68 53 00", "does not begin with 0"),
        ("phone number in United States: 911-456-7890", "is no national number"),
        ("phone number in United States: 292-456-7890", "is no national number"),
        ("phone number in France: 01x42", "not digits in groups"),
        ("international phone number: +0 123", "no country code begins with 0"),
        ("international phone number: +999 12345678901234", "more than 15 digits"),
        ("tel URI (RFC 3966): 0123", "does not begin with tel:+"),
        ("amount of money (US writing): JPY 1.50", "JPY has 0 decimals, not 2"),
        ("amount of money (US writing): $1,23", "not a number in this writing"),
        ("amount of money (German writing): 1", "not a currency and a number in the order"),
        ("amount of money (US writing): $1.505", "USD has 2 decimals, not 3"),
        ("amount of money (US writing): $1O0", "not a number in this writing"),
        ("tel URI (RFC 3966): tel:+44 20 7946 0958", "a URI has no blanks"),
        ("phone number in United States: 911 x 12", "not digits in groups"),
        ("ISBN-13: 979-0-2600-0043-8", "979-0 is for printed music"),
        ("IBAN: DE00370400440532013000", "the check digits are wrong"),
        ("date in English: 00 March 2021", "not a day, the name of a month"),
        ("date in English: 1nd of March 2021", "not a day, the name of a month"),
        ("PEP 440 version: 1..0", "not of the form"),
        ("SemVer 2.0.0 version: 1.0", "not MAJOR.MINOR.PATCH"),
        ("EAN-13: 4006381333932", "the check digit is wrong"),
        ("IBAN: GB82 WEST 1234 5698 7654 33", "the check digits are wrong"),
        ("IBAN: GB82 1234 1234 5698 7654 32", "account numbers of GB have another shape"),
    ],
)
def test_what_is_invalid_is_abstained_from_with_the_reason(solver, text, reason):
    assert ask(solver, text).value == "invalid"
    answer = ask(solver, text, kind="text")
    assert answer.status == "abstained"
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("is GB82 an IBAN?", "names no format"),
        ("IPv6 address: ::1", "names no format"),
        ("IBAN:GB82", "names no format"),
        ("IBAN: FR1420041010050500013M02606", "IBANs of FR are not known here"),
        ("amount of money (US writing): XYZ 1", "the currency XYZ is not known here"),
        ("international phone number: +7 495 123 45 67", "numbering plan is not known here"),
        ("ISO 8601 calendar date: 1066-10-14", "years before 1583 are not read"),
        ("amount of money (US writing, in words): USD 3.2 million", "names no format"),
        *((f"ISO 8601 calendar date: {text}", "reduced and expanded") for text in REDUCED),
        ("ISO 8601 week date: 2024-W05", "reduced and expanded"),
        ("ISO 8601 week date: 9999-W52-7", "years after 9999 are not read"),
        *((f"date (day.month.year): {text}", "two digits and blanks") for text in SHORT_DATES),
        *((f"date in English: {text}", "a pattern or a spelling") for text in ENGLISH_DATES),
        *((f"e-mail address: {text}", "are not read") for text in UNUSUAL_ADDRESSES),
        ("e-mail address: a@localhost", "without a dot"),
        *((f"amount of money (US writing): {text}", "") for text in UNUSUAL_AMOUNTS),
        ("amount of money (German writing): € 10", "currency in another place"),
        ("amount of money (German writing): 10,- €", "a way of writing amounts"),
        ("amount of money (German writing): -5,00 €", "a way of writing amounts"),
        ("amount of money (Swiss writing): CHF 5.\u2013", "a way of writing amounts"),
        *((f"international phone number: {text}", "not read") for text in UNUSUAL_NUMBERS),
        ("phone number in United States: 911", "a short code"),
        ("phone number in United States: 456-7890", "another way of dialling"),
        ("phone number in United Kingdom: 20 7946 0958", "another way of dialling"),
        ("phone number in United Kingdom: 0044 20 7946 0958", "another way of dialling"),
        ("phone number in United Kingdom: 0800 1111", "a kind of number of United Kingdom"),
        ("phone number in Australia: 1300 655 506", "a kind of number of Australia"),
        ("phone number in France: +44 20 7946 0958", "a number of another country"),
        ("tel URI (RFC 3966): tel:+1-212-456-7890;ext=5", "parameters of a URI"),
        ("PEP 440 version: 1.0a.", "separates nothing"),
        ("PEP 440 version: 1.0a..dev1", "separates nothing"),
        ("IBAN: gb82west12345698765432", "written in another way"),
        ("ISBN-10: 080442957x", "written in another way"),
        ("ISBN-10: ---0306406152", "written in another way"),
        ("ISSN: ISSN 03178471", "written in another way"),
        ("EAN-13: 4 006381 333931", "written in another way"),
        ("payment card number: 4111 1111-1111 1111", "written in another way"),
        ("payment card number: 0000 0000 0000 0000", "begins with 0"),
        ("EAN-13: " + "1" * 2000, "longer than 1,000 characters"),
    ],
)
@pytest.mark.parametrize("kind", ["label", "text"])
def test_what_is_not_covered_is_abstained_from(solver, text, reason, kind):
    answer = ask(solver, text, kind=kind)
    assert answer.status == "abstained"
    assert reason in answer.reason


def test_numbers_and_images_are_not_answered(solver):
    assert ask(solver, "EAN-13: 4006381333931", kind="number").status == "abstained"
    image = Image(pixels=((0.0,),), maximum=1.0)
    assert ask(solver, "EAN-13: 4006381333931", payload=image).status == "abstained"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("ISBN-10", "0-306-40615-2", "0306406152"),
        ("ISBN-10", "0-8044-2957-X", "080442957X"),
        ("ISBN-13", "978-0-306-40615-7", "9780306406157"),
        ("ISSN", "0317-8471", "0317-8471"),
        ("payment card number", "4111 1111 1111 1111", "4111111111111111"),
        ("date in English", "Sat, 29 Feb 2020", "2020-02-29"),
        ("date in English", "February 29th, 2020", "2020-02-29"),
        ("ISBN-10", "0 306 40615 2", "0306406152"),
        ("ISBN-13", "978 0 306 40615 7", "9780306406157"),
        ("payment card number", "3782 822463 10005", "378282246310005"),
        ("phone number in United States", "1 (212) 456-7890", "+12124567890"),
        ("phone number in United States", "212\u2013456\u20137890", "+12124567890"),
        ("international phone number", "+44\u00a020\u00a07946\u00a00958", "+442079460958"),
        ("tel URI (RFC 3966)", "TEL:+442079460958", "+442079460958"),
        ("PEP 440 version", " 1.0\n", "1.0"),
        ("phone number in United Kingdom", "+44 20 7946 0958", "+442079460958"),
        ("tel URI (RFC 3966)", "tel:+44-20-7946-0958", "+442079460958"),
        ("amount of money (French writing)", "1\u202f234,50 €", "1234.50 EUR"),
        ("amount of money (Swiss writing)", "CHF 1\u2019234.50", "1234.50 CHF"),
        ("amount of money (US writing)", "JPY 0", "0 JPY"),
        ("PEP 440 version", "V1!02.0-Preview_3.REV-1.dev+U-01", "1!2.0rc3.post1.dev0+u.1"),
        ("SemVer 2.0.0 version", "1.0.0-x-y-z.--", "1.0.0-x-y-z.--"),
    ],
)  # fmt: skip
def test_published_forms_are_read(name, text, value):
    assert read(name, text) == Value(value)


@pytest.mark.parametrize(
    ("first", "end"),
    [
        # A turn of a century that is a leap year, one that is none, and all ways a year can begin.
        (1999, 2027),
        (1899, 1902),
        pytest.param(1800, 2200, marks=pytest.mark.slow),
    ],
)
def test_every_day_of_a_cycle_of_the_calendar_is_read_in_three_forms(first, end):
    day = datetime.date(first, 1, 1)
    one = datetime.timedelta(days=1)
    calendar, week, ordinal = (
        READERS[f"iso 8601 {kind} date"] for kind in ("calendar", "week", "ordinal")
    )
    while day.year < end:
        expected = Value(day.isoformat())
        year, number, weekday = day.isocalendar()
        assert calendar(day.isoformat()) == expected
        assert week(f"{year}-W{number:02d}-{weekday}") == expected
        before = datetime.date(day.year, 1, 1).toordinal() - 1
        assert ordinal(f"{day.year}-{day.toordinal() - before:03d}") == expected
        day += one


def test_every_day_that_is_not_in_the_calendar_is_refused():
    calendar, week, ordinal = (
        READERS[f"iso 8601 {kind} date"] for kind in ("calendar", "week", "ordinal")
    )
    for year in range(1800, 2200):
        n_read = sum(
            isinstance(calendar(f"{year}-{month:02d}-{day:02d}"), Value)
            for month in (0, 2, 4, 12, 13, 99)
            for day in range(100)
        )
        is_leap = datetime.date(year, 3, 1) - datetime.date(year, 2, 28) > datetime.timedelta(1)
        assert n_read == 28 + is_leap + 30 + 31
        last = datetime.date(year, 12, 28).isocalendar()[1]
        assert isinstance(week(f"{year}-W{last + 1}-1"), Fault)
        assert isinstance(week(f"{year}-W00-1"), Fault)
        assert isinstance(ordinal(f"{year}-{366 + is_leap}"), Fault)
        assert isinstance(ordinal(f"{year}-000"), Fault)


@pytest.mark.slow
def test_every_eight_digits_are_a_date_or_not_as_the_standard_library_has_it():
    calendar = READERS["iso 8601 calendar date"]
    for year in range(1583, 10_000):
        for month in range(14):
            for day in (0, 1, 28, 29, 30, 31, 32):
                try:
                    expected = datetime.date(year, month, day).isoformat()
                except ValueError:
                    expected = None
                found = calendar(f"{year}{month:02d}{day:02d}")
                assert getattr(found, "text", None) == expected


@pytest.mark.parametrize("form", check_digits.FORMS, ids=lambda form: form.name)
def test_every_single_wrong_digit_or_letter_of_an_identifier_is_refused(form):
    rng = random.Random(7)
    for _ in range(40):
        text, value = form.make(rng)
        assert read(form.name, text) == Value(value)
        for place, character in enumerate(text):
            if character.isalnum():
                alphabet = digits if character in digits else ascii_uppercase
                if form.name in {"ISBN-10", "ISSN"} and place == len(text) - 1:
                    alphabet = digits + "X"
                for wrong in set(alphabet) - {character}:
                    found = read(form.name, text[:place] + wrong + text[place + 1 :])
                    assert isinstance(found, Fault | NotCovered)


@given(day=st.integers(1, 31))
def test_a_day_has_one_ordinal_suffix(day):
    names = {
        suffix
        for suffix in ("st", "nd", "rd", "th")
        if isinstance(read("date in English", f"January {day}{suffix}, 2021"), Value)
    }
    assert names == {suffix_of(day)}


@given(date=st.dates(datetime.date(1583, 1, 1), datetime.date(9999, 12, 31)))
def test_a_date_has_one_weekday(date):
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    months = "January February March April May June July August September October November December"
    text = f"{date.day} {months.split()[date.month - 1]} {date.year}"
    read_names = [n for n in names if isinstance(read("date in English", f"{n}, {text}"), Value)]
    assert read_names == [names[date.weekday()]]


@given(text=st.text(max_size=60), name=st.sampled_from(sorted(READERS)))
def test_any_text_gets_a_reading(text, name):
    assert isinstance(READERS[name](text), Value | Fault | NotCovered)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", sorted(READERS))
@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1.",
        "a",
        "a.",
        "-",
        "1,000",
        "+",
        "0 ",
        "a-1.",
        "(",
        "@[",
        "x1",
        " ",
        "March ",
        "\u20ac",
    ],
)
def test_a_long_text_takes_linear_time(name, piece):
    """Readers see at most a thousand characters; a hundred thousand would hang if not linear."""
    READERS[name](piece * (100_000 // len(piece)) + "!")


@pytest.mark.parametrize("answers", ["labels", "values"])
def test_the_training_part_of_the_task_is_answered_as_the_standards_say(solver, answers):
    items = make({"n_training": 1500, "n_items": 1, "answers": answers}).training.items
    for item, answer in zip(items, solver.solve([i.problem for i in items]), strict=True):
        assert answer.value == item.target, (item.problem.text, answer.reason)
