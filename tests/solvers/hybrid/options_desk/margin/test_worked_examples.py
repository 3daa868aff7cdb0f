"""Published margin requirements, each from its legs alone: nobody says which strategy it is."""

import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from spoonbench.solvers.algorithms.black_scholes import price
from spoonbench.solvers.hybrid.options_desk.holdings import Holding
from spoonbench.solvers.hybrid.options_desk.margin.books import books_of
from spoonbench.solvers.hybrid.options_desk.margin.portfolio_based import portfolio_margin
from spoonbench.solvers.hybrid.options_desk.margin.repricing import imply
from spoonbench.solvers.hybrid.options_desk.margin.requirements import (
    Market,
    cash_secured_requirement,
    collar_requirement,
    protective_put_requirement,
)
from spoonbench.solvers.hybrid.options_desk.margin.strategy_based import strategy_margin
from spoonbench.solvers.hybrid.options_desk.margin.underlyings import Underlying
from spoonbench.solvers.hybrid.options_desk.rules import load_rules

TODAY, EXPIRY = date(2026, 11, 22), date(2026, 12, 22)
CASES = tomllib.loads(
    Path(__file__).with_name("cases.toml").read_text("utf-8"), parse_float=Decimal
)["case"]
STANDARD = load_rules("standard")


def hold(quantity, kind, strike, paid, *, spot=100, expiry=EXPIRY):
    is_share = kind == "share"
    return Holding(
        underlying="XYZ",
        kind=kind,
        quantity=quantity,
        price=Decimal(paid),
        underlying_price=Decimal(spot),
        strike=None if is_share else Decimal(strike),
        expiry=None if is_share else expiry,
        size=1 if is_share else 100,
    )


def margin_of(legs, spot, phase="maintenance", **underlying):
    (found,) = strategy_margin(
        [hold(*leg, spot=spot) for leg in legs],
        STANDARD.strategy,
        today=TODAY,
        phase=phase,
        underlyings={"XYZ": Underlying(**underlying)},
    )
    return found


def figure(found, legs, basis):
    if basis == "net":
        return found.net
    if basis == "width":
        return found.gross - sum(q * p * 100 for q, kind, _, p in legs if q > 0)
    return found.gross


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_published_requirement(case):
    found = margin_of(
        case["legs"],
        case["spot"],
        phase=case.get("phase", "maintenance"),
        name=case.get("class", "equity"),
        leverage=Decimal(case.get("leverage", 1)),
    )
    value = figure(found, case["legs"], case.get("basis", "gross"))
    assert abs(value - case["published"]) <= case.get("rounding", 0)
    assert found.is_least


def test_two_strangles_take_twice_what_one_takes():
    """A library that counts the quantity twice says 3,880."""
    legs = [[-2, "call", 47, "2.10"], [-2, "put", 43, "1.20"]]
    assert margin_of(legs, 45).gross == 2_060


def test_an_iron_condor_takes_its_wider_wing():
    legs = [
        [1, "put", 90, 1], [-1, "put", 95, 2], [-1, "call", 105, 2], [1, "call", 115, 1],
    ]  # fmt: skip
    assert margin_of(legs, 100).gross == 1_000 + 200


def test_a_debit_spread_takes_what_it_costs():
    legs = [[1, "call", 100, 4], [-1, "call", 110, 1]]
    found = margin_of(legs, 100)
    assert (found.gross, found.net) == (400, 300)


def test_a_butterfly_takes_what_it_costs():
    legs = [[1, "call", 95, 7], [-2, "call", 100, 4], [1, "call", 105, 2]]
    found = margin_of(legs, 100)
    assert (found.gross, found.net) == (900, 100)
    assert [group.name for group in found.groups] == ["call butterfly"]


def test_long_dated_options_alone_are_asked_for_in_part():
    def gross(expiry):
        (found,) = strategy_margin(
            [hold(1, "call", 100, 20, expiry=expiry)],
            STANDARD.strategy,
            today=TODAY,
            underlyings={},
        )
        return found.gross

    assert gross(date(2027, 8, 22)) == 2_000
    assert gross(date(2027, 8, 23)) == 1_500


def test_a_long_option_that_ends_first_secures_nothing():
    legs = [hold(-1, "call", 100, 3, expiry=date(2027, 1, 15)), hold(1, "call", 100, 2)]
    (found,) = strategy_margin(legs, STANDARD.strategy, today=TODAY, underlyings={})
    assert found.gross == (300 + 2_000) + 200
    later = [hold(-1, "call", 100, 2), hold(1, "call", 100, 3, expiry=date(2027, 1, 15))]
    (found,) = strategy_margin(later, STANDARD.strategy, today=TODAY, underlyings={})
    assert found.gross == 300
    assert found.groups[0].name == "calendar spread"


def test_shares_with_options_while_holding():
    """Of each share at 100: a quarter; 10% of the put's strike and 5; the call's in the money."""
    market = Market(
        spot=Fraction(100),
        underlying=Underlying(),
        phase="maintenance",
        today=TODAY,
        rates=STANDARD.strategy,
    )
    (book,) = books_of([hold(1, "put", 95, 1), hold(-1, "call", 110, 1)])
    put, call = book.legs
    assert protective_put_requirement(put, market) == 100 * (Fraction("9.5") + 5 + 1)
    assert collar_requirement(put, call, market) == 100 * (Fraction("9.5") + 5 + 1)
    assert cash_secured_requirement(put) == 9_500
    assert margin_of([[100, "share", 0, 100]], 100).gross == 2_500
    assert margin_of([[100, "share", 0, 100], [-1, "call", 90, 12]], 100).gross == 2_250 + 1_000
    assert margin_of([[100, "share", 0, 100], [1, "put", 95, 1]], 100).gross == 1_550
    conversion = [[100, "share", 0, 100], [1, "put", 100, 3], [-1, "call", 100, 3]]
    assert margin_of(conversion, 100).gross == 1_000 + 300


def test_short_shares():
    assert margin_of([[-100, "share", 0, 100]], 100, phase="initial").gross == 15_000
    assert margin_of([[-100, "share", 0, 100]], 100).gross == 13_000
    assert margin_of([[-100, "share", 0, 10]], 10).gross == 1_500
    assert margin_of([[-100, "share", 0, 2]], 2).gross == 450
    covered = [[-100, "share", 0, 100], [-1, "put", 95, 2]]
    assert margin_of(covered, 100).gross == 13_000
    assert [group.name for group in margin_of(covered, 100).groups] == ["covered put"]


def portfolio_of(legs, spot, rules=STANDARD, rate="0", **underlying):
    held = [hold(*leg, spot=spot) for leg in legs]
    priced = imply(held, today=TODAY, rate=Decimal(rate), dividend_yield=Decimal(0))
    classes = {"XYZ": Underlying(**underlying)}
    (found,) = portfolio_margin(priced, rules.portfolio, underlyings=classes)
    return found


def straddle(rate):
    """At 100, 30 days, volatility 30%."""
    contract = {"spot": 100, "strike": 100, "expiry": 30 / 365, "rate": rate, "volatility": 0.3}
    found = price(option=["call", "put"], **contract).price
    return [[-1, kind, 100, f"{p:.6f}"] for kind, p in zip(("call", "put"), found, strict=True)]


def test_a_straddle_by_strategy_and_by_repricing():
    """Recomputed from the formulas at a rate of 4%, not published."""
    legs = straddle(0.04)
    assert round(margin_of(legs, 100).gross) == 2_685
    found = portfolio_of(legs, 100, rate="0.04")
    assert round(found.net) == 884
    assert found.worst_move == Decimal("0.15")


def test_at_least_37_50_for_each_contract():
    legs = [[100, "call", 300, "0.01"], [-100, "call", 305, "0.01"]]
    found = portfolio_of(legs, 100)
    assert found.net == 7_500
    assert found.worst_move is None


@pytest.mark.parametrize(
    ("name", "net"), [("portfolio-margin", 375), ("house-ib", 2_500), ("house-tasty", 500)]
)
def test_houses_ask_for_more(name, net):
    found = portfolio_of([[-10, "call", 300, "0.01"]], 100, load_rules(name))
    assert found.net >= net
    assert found.net < net * 1.3


@pytest.mark.parametrize(
    ("name", "worst"),
    [("equity", "-0.15"), ("broad-index", "-0.10"), ("high-cap-index", "-0.08")],
)
def test_moves_go_as_far_as_the_class_says(name, worst):
    legs = [[-1, "put", 100, "3.43"]]
    assert portfolio_of(legs, 100, name=name).worst_move == Decimal(worst)
    leveraged = portfolio_of(legs, 100, leverage=Decimal(3))
    assert leveraged.worst_move == Decimal("-0.45")
