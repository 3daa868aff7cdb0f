"""Numbers in every form are read exactly, and what only looks like one is not."""

import tomllib
from fractions import Fraction
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.numerals import MAX_DIGITS, write_number
from spoonbench.solvers.rules.word_problems.tokens import Unread, read_sentences


def listed(words):
    return words.split()


_ONES = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")
_SCALES = (("billion", 10**9), ("million", 10**6), ("thousand", 10**3))


def below_hundred(value, hyphen):
    if value < 20:
        return _ONES[value]
    tens = _TENS[value // 10 - 2]
    return tens + (hyphen + _ONES[value % 10] if value % 10 else "")


def below_thousand(value, hyphen, conjunction):
    if value < 100:
        return below_hundred(value, hyphen)
    rest = conjunction + below_hundred(value % 100, hyphen) if value % 100 else ""
    return f"{_ONES[value // 100]} hundred{rest}"


def in_words(value, hyphen="-", conjunction=" and "):
    """A number below a trillion as it is spoken."""
    parts = []
    for name, scale in _SCALES:
        if value >= scale:
            parts.append(f"{below_thousand(value // scale, hyphen, conjunction)} {name}")
            value %= scale
    if value or not parts:
        joint = conjunction.strip() + " " if parts and value < 100 and conjunction != " " else ""
        parts.append(joint + below_thousand(value, hyphen, conjunction))
    return " ".join(parts)


def tokens(text):
    return [token for sentence in read_sentences(text) for token in sentence.tokens]


def numbers(text):
    """Value and form of each number of a text."""
    return [(token.value, token.form) for token in tokens(text) if token.value is not None]


def values(text):
    return [value for value, _ in numbers(text)]


@given(
    st.integers(min_value=0, max_value=10**12 - 1),
    st.sampled_from(["-", " "]),
    st.sampled_from([" and ", " "]),
)
def test_a_number_in_words_is_read_back(value, hyphen, conjunction):
    text = f"He has {in_words(value, hyphen, conjunction)} red marbles."
    assert numbers(text) == [(value, "number")]


@given(st.integers(min_value=0, max_value=10**15), st.booleans())
def test_a_number_in_digits_is_read_back(value, separated):
    text = f"He has {value:,} marbles." if separated else f"He has {value} marbles."
    assert values(text) == [value]


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=9))
def test_a_decimal_is_read_back(hundredths, zeros):
    value = Fraction(hundredths, 100)
    written = write_number(value)
    padded = written + ("0" * zeros if "." in written else "." + "0" * (zeros + 1))
    assert values(f"It weighs {padded} pounds.") == [value]


@given(st.integers(1, 99), st.integers(1, 98), st.integers(2, 99))
def test_a_mixed_number_is_read_back(whole, numerator, denominator):
    numerator = numerator % (denominator - 1) + 1
    part = Fraction(numerator, denominator)
    for joint in (" ", "-", " and "):
        text = f"It takes {whole}{joint}{numerator}/{denominator} cups."
        assert values(text) == [whole + part]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", Fraction(2469, 2)),
        (".5", Fraction(1, 2)),
        ("8.0", 8),
        ("a hundred and twenty", 120),
        ("a hundred", 100),
        ("a thousand", 1000),
        ("five hundred", 500),
        ("twelve hundred", 1200),
        ("two dozen", 24),
        ("a dozen", 12),
        ("10 dozens", 120),
        ("half a dozen", 6),
        ("a half dozen", 6),
        ("two and a half dozen", 30),
        ("a dozen and a half", 18),
        ("2.5 million", 2_500_000),
        ("half a million", 500_000),
        ("a million and a half", 1_500_000),
        ("two and a half", Fraction(5, 2)),
        ("one and a half", Fraction(3, 2)),
        ("2 and 1/2", Fraction(5, 2)),
        ("three and one-fourth", Fraction(13, 4)),
        ("two and three quarters", Fraction(11, 4)),
        ("two point five", Fraction(5, 2)),
        ("two hundred and three thousand", 203_000),
        ("a couple of", 2),
        ("a couple more", 2),
        ("negative fifteen", -15),
        ("-3", -3),
        ("\u22123", -3),
    ],
)
def test_numbers_of_every_form_are_read(text, value):
    assert numbers(f"There are {text} gallons.") == [(value, "number")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("half", Fraction(1, 2)),
        ("a half", Fraction(1, 2)),
        ("one half", Fraction(1, 2)),
        ("the other half", Fraction(1, 2)),
        ("a third", Fraction(1, 3)),
        ("one third", Fraction(1, 3)),
        ("one-third", Fraction(1, 3)),
        ("two-thirds", Fraction(2, 3)),
        ("two thirds", Fraction(2, 3)),
        ("2 thirds", Fraction(2, 3)),
        ("three fifths", Fraction(3, 5)),
        ("a quarter", Fraction(1, 4)),
        ("one quarter", Fraction(1, 4)),
        ("three quarters", Fraction(3, 4)),
        ("3/4", Fraction(3, 4)),
        ("1/5th", Fraction(1, 5)),
        ("an eighth", Fraction(1, 8)),
    ],
)
def test_shares_are_read(text, value):
    assert numbers(f"She ate {text} of the cake.") == [(value, "share")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("He has twice as many.", 2),
        ("He has thrice as many.", 3),
        ("He has double the number.", 2),
        ("He has triple Ann's share.", 3),
        ("She earns double on Sundays.", 2),
        ("It grew tenfold.", 10),
    ],
)
def test_factors_are_read(text, value):
    assert numbers(text) == [(value, "times")]


@pytest.mark.parametrize("text", ["20%", "20 %", "20 percent", "twenty percent", "20 per cent"])
def test_percents_are_read(text):
    assert numbers(f"It lost {text} of it.") == [(20, "percent")]


@pytest.mark.parametrize(
    ("text", "value", "money"),
    [
        ("$5", 5, "dollar"),
        ("$ 5", 5, "dollar"),
        ("$5.50", Fraction(11, 2), "dollar"),
        ("$.50", Fraction(1, 2), "dollar"),
        ("$1,200", 1200, "dollar"),
        ("$2 million", 2_000_000, "dollar"),
        ("5$", 5, "dollar"),
        ("-$5", -5, "dollar"),
        ("\u20ac5", 5, "euro"),
        ("\u00a35", 5, "pound"),
        ("5\u00a2", 5, "cent"),
        ("5 \u00a2", 5, "cent"),
        ("\uff045", 5, "dollar"),
        ("5", 5, ""),
    ],
)
def test_the_sign_of_money_belongs_to_its_number(text, value, money):
    read = tokens(f"He paid {text} for it.")
    assert [token.text for token in read] == ["he", "paid", "#", "for", "it"]
    assert (read[2].value, read[2].money) == (value, money)


def test_a_sign_of_money_belongs_to_the_number_after_it():
    read = [token for token in tokens("He has 45 $5 bills.") if token.value is not None]
    assert [(token.value, token.money) for token in read] == [(45, ""), (5, "dollar")]


@pytest.mark.parametrize(
    "text",
    [
        "One of them left.",
        "No one came.",
        "Each one is red.",
        "He likes the other one.",
        "The red one is big.",
        "One day he left.",
        "They like one another.",
        "She got some from one shop and some from another.",
        "One is red and the other is blue.",
    ],
)
def test_one_as_a_pronoun_is_no_number(text):
    assert values(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "He has one red marble.",
        "She ate one.",
        "One apple is red.",
        "He gave the girl one apple.",
        "She ate one apple and another apple.",
    ],
)
def test_one_that_counts_is_a_number(text):
    assert values(text) == [1]


@pytest.mark.parametrize(
    "text",
    [
        "There were hundreds of birds.",
        "There were dozens of birds.",
        "There were several hundred birds.",
        "There were a couple of hundred birds.",
        "How many dozen eggs are there?",
        "A couple went home.",
        "She has a pair of shoes.",
        "He cut it in half.",
        "They won in the second half.",
        "He slept in a double bed.",
        "A quarter fell down.",
    ],
)
def test_what_tells_no_exact_number_is_none(text):
    assert values(text) == []


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("It was in 1998.", "1998"),
        ("On June 5, he left.", "5"),
        ("He sat in room 12.", "12"),
        ("It began on 5/6/2001.", "5/6/2001"),
        ("Call 555-123-4567.", "555-123-4567"),
        ("In the 1990s he left.", "1990s"),
        ("Take the A4 home.", "a4"),
        ("It is a 3D film.", "3d"),
        ("He left at 3:30.", "clock"),
        ("He left at 5 pm.", "clock"),
        ("He left at 5 p.m.", "clock"),
        ("He left at 5 o'clock.", "clock"),
        ("He left at half past 5.", "clock"),
    ],
)
def test_times_dates_and_labels_are_words(text, label):
    read = tokens(text)
    assert [token for token in read if token.value is not None] == []
    assert label in {token.text for token in read if token.form == "word"}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("In June 5 students left.", 5),
        ("He gave Sam 5 apples.", 5),
        ("They sold 1998 books.", 1998),
        ("Each box 5 pens.", 5),
    ],
)
def test_digits_that_count_are_no_label(text, count):
    assert values(text) == [count]


@pytest.mark.parametrize(
    ("text", "ordinal"),
    [
        ("the first box", "first"),
        ("the 3rd box", "3rd"),
        ("a third box", "third"),
        ("the twenty-first box", "twenty-first"),
        ("the second box", "second"),
        ("one fourth grader", "fourth"),
    ],
)
def test_ordinals_have_no_value(text, ordinal):
    read = [token for token in tokens(text) if token.form == "ordinal"]
    assert [(token.text, token.value) for token in read] == [(ordinal, None)]


@pytest.mark.parametrize("text", ["5 feet per second", "It took one second.", "in a second"])
def test_the_second_that_is_a_time_is_a_word(text):
    assert ("second", "word") in [(token.text, token.form) for token in tokens(text)]


@pytest.mark.parametrize("unit", ["kg", "cm", "lbs", "ft"])
def test_a_unit_without_a_space_is_a_word_of_its_own(unit):
    assert [token.text for token in tokens(f"It is 5{unit} now")] == ["it", "is", "#", unit, "now"]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("an hour and a half", Fraction(3, 2), "hour"),
        ("two hours and a half", Fraction(5, 2), "hours"),
        ("10 feet and a half", Fraction(21, 2), "feet"),
    ],
)
def test_a_half_after_the_unit_is_of_the_number(text, value, unit):
    number, word = tokens(text)
    assert (number.value, word.text) == (value, unit)
    assert text[number.start : number.end] == text
    assert text[word.start : word.end] == unit


def test_a_half_of_something_else_is_a_number_of_its_own():
    assert values("He has two hours and half an hour.") == [2, Fraction(1, 2)]
    assert values("She ate five and half of the cake.") == [5, Fraction(1, 2)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She has twenty five-dollar bills.", [20, 5]),
        ("two-two", [2, 2]),
        ("Wait...5 left.", [5]),
        ("She has two hundred and six hundred.", [200, 600]),
        ("one thousand and three thousand", [1000, 3000]),
        ("two and six", [2, 6]),
        ("45 5.0 dollar bills", [45, 5]),
        ("1,2,3", [1, 2, 3]),
        ("5-10 books", [5, 10]),
        ("twenty-five third graders", [25]),
        ("three quarters and 5 dimes", [3, 5]),
    ],
)
def test_numbers_side_by_side_stay_apart(text, expected):
    assert values(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "4x7",
        "1,23",
        "3:5",
        "1.2.3",
        "1/0",
        "1.5/2",
        "5'6",
        "10 000",
        "10^3",
        "1e5",
        "_5",
        "$5m",
        "5\u00b2",
        "\u2460",
        "\u4e09",
        "1" * (MAX_DIGITS + 1),
    ],
)
def test_digits_that_are_no_known_number_are_refused(text):
    with pytest.raises(Unread, match=r"^number: "):
        read_sentences(f"He has {text} apples.")


def test_a_long_number_is_read_up_to_the_bound():
    assert values("9" * MAX_DIGITS) == [10**MAX_DIGITS - 1]


def word_lists():
    """Each list of words in the data files, by file and name."""
    folder = files("spoonbench.solvers.rules.word_problems")
    for name in ("numbers.toml", "tokens.toml"):
        for section, entries in tomllib.loads((folder / name).read_text("utf-8")).items():
            for key, value in entries.items():
                if isinstance(value, str):
                    yield pytest.param(value.split(), id=f"{name}-{section}-{key}")


@pytest.mark.parametrize("words", [*word_lists()])
def test_a_word_list_holds_each_word_once_in_lower_case(words):
    assert words == [word.lower() for word in words]
    assert sorted(set(words)) == sorted(words)


@pytest.mark.parametrize(
    ("word", "value"),
    [*zip(_ONES, range(20), strict=True), *zip(_TENS, range(20, 100, 10), strict=True)],
)
def test_each_number_word_is_read_alone(word, value):
    assert numbers(f"He has {word} pens.") == [(value, "number")]
