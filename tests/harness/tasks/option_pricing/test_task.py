"""Drawn contracts: alike for every seed, inside their ranges, with answers that others confirm."""

import re
from typing import Any

import pytest
from mpmath import mp, mpf

from spoonbench.harness.duel.ladders import ladder_of
from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.option_pricing.contracts import Contract, text_of
from spoonbench.harness.tasks.option_pricing.oracle import implied_volatility, worth, written
from spoonbench.harness.tasks.option_pricing.task import LEAST_TIME_VALUE, make

SMALL = {"n_training": 60, "n_validation": 10, "n_items": 25}
RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "test": {},
    "higher-volatility": {"volatility": (0.5, 1.2)},
    "lower-volatility": {"volatility": (0.03, 0.09)},
    "longer": {"expiry": (2, 10)},
    "shorter": {"expiry": (0.004, 0.04)},
    "larger-prices": {"underlying_price": (2_000, 8_000)},
    "negative-rates": {"rate": (-0.03, -0.001)},
    "out-of-the-money": {},
}
USUAL = {
    "volatility": (0.1, 0.45),
    "expiry": (0.05, 1.5),
    "underlying_price": (50, 150),
    "rate": (0, 0.06),
}


@pytest.fixture(scope="module", params=["price", "implied-volatility"])
def task(request):
    return make({**SMALL, "quantity": request.param})


@pytest.fixture(scope="module")
def prices():
    return make(SMALL)


def rows(split) -> list[dict[str, Any]]:
    return [dict(item.problem.row.values) for item in split.items]


def contract(**changes):
    usual: dict[str, Any] = {
        "option": "call",
        "underlying": "spot",
        "underlying_price": 42.0,
        "strike": 40.0,
        "expiry": 0.5,
        "rate": 0.1,
        "dividend_yield": 0.0,
        "volatility": 0.2,
    }
    return Contract(**{**usual, **changes})


def integrated(row):
    """The discounted mean pay-off over the lognormal density, by quadrature."""
    with mp.workdps(30):
        expiry, rate, strike = (mpf(row[name]) for name in ("expiry", "rate", "strike"))
        forward = mpf(row["underlying_price"])
        if row["underlying"] == "spot":
            forward *= mp.exp((rate - mpf(row["dividend_yield"])) * expiry)
        spread, sign = (
            mpf(row["volatility"]) * mp.sqrt(expiry),
            1 if row["option"] == "call" else -1,
        )
        edge = (mp.log(strike / forward) + spread**2 / 2) / spread
        ends = [edge, edge + 8, edge + 40] if sign > 0 else [edge - 40, edge - 8, edge]

        def pay(z):
            return sign * (forward * mp.exp(spread * z - spread**2 / 2) - strike) * mp.npdf(z)

        return mp.exp(-rate * expiry) * mp.quad(pay, ends)


def test_a_seed_gives_the_same_items_and_another_gives_others():
    assert make(SMALL).splits[0].items == make(SMALL).splits[0].items
    assert make(SMALL).splits[0].items != make({**SMALL, "seed": 1}).splits[0].items


def test_how_many_items_one_split_has_changes_no_other(prices):
    more = make({**SMALL, "n_training": 80})
    assert more.training.items[:60] == prices.training.items
    assert more.splits == prices.splits


def test_nothing_stands_twice(task):
    texts = [
        i.problem.text for s in (task.training, task.validation, *task.splits) for i in s.items
    ]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("name", RANGES)
def test_each_split_leaves_the_training_ranges_in_one_direction(prices, name):
    (split,) = [split for split in prices.splits if split.name == name]
    for row in rows(split):
        for column, (low, high) in {**USUAL, **RANGES[name]}.items():
            assert low <= row[column] <= high
        outward = row["strike"] / row["underlying_price"]
        outward = outward if row["option"] == "call" else 1 / outward
        low, high = (1.25, 1.6) if name == "out-of-the-money" else (0.8, 1.25)
        assert low * 0.99 < outward < high * 1.01


def test_both_options_and_both_underlyings_are_drawn(prices):
    drawn = {(row["option"], row["underlying"]) for row in rows(prices.training)}
    assert len(drawn) == 4
    forwards = [row for row in rows(prices.training) if row["underlying"] == "forward"]
    assert {row["dividend_yield"] for row in forwards} == {0.0}


def test_targets_are_the_mean_pay_off_under_the_lognormal_law(prices):
    for split in prices.splits:
        for item in split.items[:2]:
            expected = integrated(dict(item.problem.row.values))
            assert float(item.target) == pytest.approx(float(expected), rel=1e-12)


def test_prices_agree_with_published_ones():
    """Hull 2012, Options, Futures and Other Derivatives, example 15.6: 4.76 and 0.81."""
    assert float(worth(contract()).price) == pytest.approx(4.7594, abs=5e-5)
    assert float(worth(contract(option="put")).price) == pytest.approx(0.8086, abs=5e-5)


def test_the_volatility_asked_for_gives_the_written_price():
    asked = make({**SMALL, "quantity": "implied-volatility"})
    for split in asked.splits:
        for item in split.items[:5]:
            row: dict[str, Any] = dict(item.problem.row.values)
            price = row.pop("price")
            found = worth(Contract(**row, volatility=float(item.target))).price
            assert float(found) == pytest.approx(price, rel=1e-12)


def test_learned_targets_are_short_and_held_out_ones_are_not(prices):
    def digits(text):
        return len(text.replace(".", "").lstrip("0"))

    assert max(digits(item.target) for item in prices.training.items) <= 5
    assert max(digits(item.target) for item in prices.splits[0].items) == 15


def test_no_target_is_written_with_an_exponent_or_whole(task):
    for split in task.splits:
        for item in split.items:
            assert re.fullmatch(r"[0-9]+\.[0-9]+", item.target)
            assert float(item.target) % 1


def test_every_contract_has_a_time_value(prices):
    for row in rows(prices.splits[1]):
        found = worth(Contract(**row))
        assert LEAST_TIME_VALUE * row["strike"] <= found.time_value <= found.price


def test_text_and_row_say_the_same(task):
    for item in task.training.items:
        values = dict(item.problem.row.values)
        said = [float(text) for text in re.findall(r"-?[0-9]+(?:\.[0-9]+)?", item.problem.text)]
        percent = {"rate", "dividend_yield", "volatility"}
        row = [
            100 * value if name in percent else value
            for name, value in values.items()
            if not isinstance(value, str)
            and not (name == "dividend_yield" and values["underlying"] == "forward")
        ]
        assert said == pytest.approx(row)


def test_a_forward_has_no_dividend_yield_in_its_text():
    text = text_of(contract(underlying="forward"), None)
    assert text == (
        "European call, forward 42, strike 40, 0.5 years, rate 10%, volatility 20%: "
        "what is its price?"
    )


def test_a_price_that_no_volatility_gives_is_an_error_and_no_number():
    with pytest.raises((ArithmeticError, ValueError)):
        implied_volatility(contract(), "0.0000001")


def test_numbers_are_written_without_exponent():
    assert written(mpf("1.23456789e-9"), 4) == "0.000000001235"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"quantity": "delta"}, "price or implied-volatility"),
        ({"quantity": 3}, "price or implied-volatility"),
        ({"tolerance": "2"}, "below 1"),
        ({"n_items": 0}, "from 1"),
        ({"volatility": 1}, "no option 'volatility'"),
        ({"seed": "x"}, "whole number"),
    ],
)
def test_wrong_options_are_named(options, word):
    with pytest.raises(BadTask, match=word):
        make({**SMALL, **options})


def test_the_tolerance_is_that_of_the_options(prices):
    assert prices.tolerance == 0.01
    assert make({**SMALL, "tolerance": "0.001"}).tolerance == 0.001


def test_the_formula_stands_in_its_ladder(prices):
    assert ladder_of(prices).solvers[0] == "black-scholes"
