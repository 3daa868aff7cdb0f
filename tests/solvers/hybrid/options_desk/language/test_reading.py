"""What is understood freely is remarked, what may mean two things is asked, nothing is dropped."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.solvers.hybrid.options_desk.language.dates import find_date, read_span
from spoonbench.solvers.hybrid.options_desk.language.desk_grammar import read_request
from spoonbench.solvers.hybrid.options_desk.language.figures import read_figure, say_figure
from spoonbench.solvers.hybrid.options_desk.language.trading_days import (
    holidays,
    is_trading_day,
    monthly_expiry,
)

TODAY = date(2026, 11, 22)


def remarks(text, today=TODAY):
    return " ".join(read_request(text, today=today).request.remarks)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sell an iron condor on SPX, VIX 14", "VIX of 14 is taken as a volatility of 14%"),
        ("short strangle SPY 16 delta", "16 delta is read as 0.16"),
        ("long call AAPL, strike 200, Dec 18", "read as 18 December 2026"),
        ("long call AAPL, strike 200, 18 Dec '26", "26 is read as 2026"),
        ("long call AAPL, strike 200, Friday", "Friday is read as 27 November 2026"),
        ("long call AAPL, strike 200, 7 days", "no trading day"),
        ("long call AAPL, strike 200, Jan 2027", "monthly expiry, 15 January 2027"),
        ("long call AAPL, strike 200, vol 30", "volatility of 30 is read as 30%"),
        ("long call on Apple, strike 200", "Apple is read as AAPL"),
        ("AAPL at 190, long call, strike 200", "taken as the price of the underlying"),
        ("iron fly SPX sold, body 5900, 16 delta wings", "16 delta"),
        ("long put AAPL, spot 200, 5% otm", "5% out of the money is read as a strike of 190"),
        ("buy 5 calls on AAPL, spot 190", "5 is taken as the number of contracts"),
        ("bull put spread on SPY 590/580", "read from the last to the first"),
        ("SELL A PUT ON ROKU", "ROKU is taken for a symbol"),
    ],
)
def test_what_the_words_do_not_force_is_remarked(text, said):
    assert said in remarks(text)


def test_what_is_not_said_stays_none():
    request = read_request("sell an iron condor", today=TODAY).request
    said = [request.quantity, request.spot, request.budget, request.rate, request.expiry]
    assert said == [None] * 5
    assert request.strikes == request.deltas == request.widths == {}
    assert not request.is_vix


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("buy 200 calls on AAPL, spot 190", "Is 200 the number of contracts or the strike?"),
        ("long call AAPL 05/06/2027", "may be 6 May 2027 or 5 June 2027"),
        ("long call AAPL, spot 5.900", "5,900 or 5.9"),
        ("long call AAPL, Saturday", "is no trading day"),
        ("calendar spread on SPY", "no template for a calendar spread"),
        ("long call AAPL, VIX 14", "VIX is the volatility of the S&P 500"),
        ("30d long call AAPL", "a delta or a number of days"),
        ("iron condor on SPX", "bought (for a debit) or sold (for a credit)"),
        ("sell an iron condor on SPX tmrw", "could not place 'tmrw'"),
    ],
)
def test_what_stands_in_the_way_is_said(text, sentence):
    reading = read_request(text, today=TODAY)
    assert reading.request is None
    assert sentence in " ".join(reading.sentences)


def test_a_word_in_capitals_among_small_ones_is_a_symbol():
    assert read_request("buy calls on NOW", today=TODAY).request.underlying == "NOW"
    assert read_request("buy calls on $all", today=TODAY).request.underlying == "ALL"


def test_no_negation_is_lost():
    for text in ("not bullish on AAPL", "I don't think AAPL will fall", "never sell a put on KO"):
        assert read_request(text, today=TODAY).request is None


# Days.


def test_holidays_of_published_years():
    assert holidays(2026) == {
        date(2026, 1, 1), date(2026, 1, 19), date(2026, 2, 16), date(2026, 4, 3),
        date(2026, 5, 25), date(2026, 6, 19), date(2026, 7, 3), date(2026, 9, 7),
        date(2026, 11, 26), date(2026, 12, 25),
    }  # fmt: skip
    assert date(2021, 12, 31) not in holidays(2021)


def test_a_third_friday_that_is_a_holiday_gives_way():
    assert monthly_expiry(2026, 6) == date(2026, 6, 18)
    assert monthly_expiry(2027, 6) == date(2027, 6, 17)


DAYS = st.integers(0, 2000).map(lambda n: TODAY + timedelta(days=n))


@settings(deadline=None, max_examples=100)
@given(
    DAYS,
    st.sampled_from(["{:%Y-%m-%d}", "{:%d %B %Y}", "{:%b %d, %Y}", "{:%d-%b-%Y}", "{:%Y/%m/%d}"]),
)
def test_a_date_in_full_is_read_as_itself(day, form):
    text = form.format(day)
    found = find_date(text, 0, TODAY)
    assert found.end == len(text)
    if is_trading_day(day):
        assert (found.reading.day, found.reading.remark) == (day, None)
    else:
        assert found.reading.day is None
        assert found.reading.question


@settings(deadline=None, max_examples=60)
@given(
    DAYS,
    st.sampled_from(["mon", "Tuesday", "wed", "thursday", "Fri"]),
    st.sampled_from(["", "this ", "next "]),
)
def test_a_weekday_lies_within_two_weeks(today, weekday, which):
    reading = find_date(which + weekday, 0, today).reading
    if reading.day is not None:
        assert timedelta(0) < reading.day - today <= timedelta(days=13)
        assert f"{reading.day:%a}".lower() == weekday[:3].lower()
        assert reading.remark


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.sampled_from(["days", "weeks", "months", "years"]))
def test_a_span_is_a_day_within_ten_years_or_a_problem(count, unit):
    reading = read_span(count, unit, TODAY)
    if reading.day is None:
        assert reading.problem
    else:
        assert TODAY <= reading.day <= TODAY + timedelta(days=3660)
        assert (reading.remark is None) == is_trading_day(reading.day)


# Figures.


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 10**10), st.integers(0, 4))
def test_a_figure_that_is_written_is_read_again(digits, places):
    value = Decimal(digits).scaleb(-places)
    figure = read_figure(say_figure(value))
    assert figure.value == value
    assert not figure.is_unclear


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5,900", 5900),
        ("5'900.5", "5900.5"),
        ("1.000.000", 10**6),
        ("5.900,5", "5900.5"),
        (".16", ".16"),
    ],
)
def test_separators(text, value):
    assert read_figure(text).value == Decimal(value)


@pytest.mark.parametrize("text", ["1,5", "1,23,456", "1'2", "9" * 16, "1.2.3"])
def test_what_is_written_in_no_known_way_is_no_figure(text):
    assert read_figure(text) is None
