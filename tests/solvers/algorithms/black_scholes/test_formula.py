"""What a caller gives and gets: models, units, shapes, statuses, and published figures."""

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.algorithms.black_scholes import (
    BadContract,
    Status,
    figures,
    greeks,
    implied_volatility,
    price,
)
from spoonbench.solvers.algorithms.black_scholes.formula import Mode
from spoonbench.solvers.algorithms.black_scholes.measures import MEASURES

CONTRACT: dict[str, Any] = {
    "option": "call", "spot": 100.0, "strike": 95.0, "expiry": 0.5, "rate": 0.03,
    "volatility": 0.2,
}  # fmt: skip
MODES: tuple[Mode, ...] = ("fast", "accurate")


FUTURE = {"forward": 19, "strike": 19, "expiry": 0.75, "rate": 0.1, "volatility": 0.28}

# E. G. Haug, "The Complete Guide to Option Pricing Formulas" (1998 and 2007), and J. C. Hull,
# "Options, Futures, and Other Derivatives": as printed there.
PRINTED = [
    ("call", {"spot": 60, "strike": 65, "expiry": 0.25, "rate": 0.08, "volatility": 0.30}, 2.1334),
    (
        "put",
        {"spot": 100, "strike": 95, "expiry": 0.5, "rate": 0.10, "dividend_yield": 0.05,
         "volatility": 0.20},
        2.4648,
    ),
    ("call", FUTURE, 1.7011),
    ("put", FUTURE, 1.7011),
    (
        "call",
        {"spot": 1.56, "strike": 1.60, "expiry": 0.5, "rate": 0.06, "foreign_rate": 0.08,
         "volatility": 0.12},
        0.0291,
    ),
    (
        "put",
        {"spot": 75, "strike": 70, "expiry": 0.5, "rate": 0.10, "carry": 0.05, "volatility": 0.35},
        4.0870,
    ),
    (
        "call",
        {"spot": 42, "strike": 40, "expiry": 0.75, "rate": 0.04, "dividend_yield": 0.08,
         "volatility": 0.35},
        5.0975,
    ),
]  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("option", "contract", "printed"), PRINTED)
def test_printed_prices(option, contract, printed, mode):
    found = price(option=option, mode=mode, **contract)
    assert found.price == pytest.approx(printed, abs=5.1e-5)
    assert found.status == Status.OK


# Haug (1998), chapter 1 and page 24; theta by the year.
PRINTED_GREEKS = [
    ("call", "delta", (105, 100, 0.5, 0.10, 0.0, 0.36), 0.5946),
    ("put", "delta", (105, 100, 0.5, 0.10, 0.0, 0.36), -0.3566),
    ("call", "gamma", (55, 60, 0.75, 0.10, 0.10, 0.30), 0.0278),
    ("call", "vega", (55, 60, 0.75, 0.10, 0.10, 0.30), 18.9358),
    ("put", "theta", (430, 405, 1 / 12, 0.07, 0.02, 0.20), -31.1924),
    ("call", "rho", (72, 75, 1.0, 0.09, 0.09, 0.19), 38.7325),
    ("put", "dividend_rho", (500, 490, 0.25, 0.08, 0.03, 0.15), 42.2254),
    ("put", "elasticity", (105, 100, 0.5, 0.10, 0.0, 0.36), -4.8775),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("option", "name", "numbers", "printed"), PRINTED_GREEKS)
def test_printed_greeks(option, name, numbers, printed, mode):
    spot, strike, expiry, rate, carry, volatility = numbers
    found = figures(
        [name], option=option, spot=spot, strike=strike, expiry=expiry, rate=rate,
        dividend_yield=rate - carry, volatility=volatility, mode=mode,
    )  # fmt: skip
    assert found.values[name] == pytest.approx(printed, abs=5.1e-5)


def test_all_inputs_broadcast():
    strikes = np.array([[90.0], [100.0], [110.0]])
    found = greeks(**CONTRACT | {"strike": strikes, "option": ["call", "put"]})
    assert found.price.shape == found.vega.shape == found.status.shape == (3, 2)
    alone = price(**CONTRACT | {"strike": 110.0, "option": "put"})
    assert found.price[2, 1] == pytest.approx(alone.price, rel=1e-14)


@pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 1)])
@pytest.mark.parametrize("mode", MODES)
def test_the_shape_is_kept(shape, mode):
    found = greeks(**CONTRACT | {"spot": np.full(shape, 100.0)}, mode=mode)
    assert np.shape(found.price) == np.shape(found.status) == shape
    prices = price(**CONTRACT | {"spot": np.full(shape, 100.0)}, mode=mode).price
    contract = {name: value for name, value in CONTRACT.items() if name != "volatility"}
    implied = implied_volatility(price=prices, mode=mode, **contract)
    assert np.shape(implied.volatility) == shape
    assert np.allclose(implied.volatility, 0.2, rtol=1e-13)


@pytest.mark.parametrize(
    "option", ["call", "CALL", "Call", "c", "C", 1, 1.0, np.int64(1), np.array("c")]
)
def test_calls_may_be_spelled_so(option):
    assert price(**CONTRACT | {"option": option}).price == price(**CONTRACT).price


@pytest.mark.parametrize("option", ["", "x", "calls", 0, 2, True, None, "p c", math.nan])
def test_what_is_neither_a_call_nor_a_put_is_refused(option):
    with pytest.raises(BadContract):
        price(**CONTRACT | {"option": option})


@pytest.mark.parametrize("kind", ["U", "O"])
def test_a_row_that_is_neither_spoils_no_other(kind):
    options = np.array(["c", "x", "PUT"], dtype=kind)
    found = price(**CONTRACT | {"option": options})
    assert found.status.tolist() == [Status.OK, Status.BAD_INPUT, Status.OK]
    assert np.isnan(found.price[1])


def test_units_of_traders():
    raw, trader = greeks(**CONTRACT), greeks(**CONTRACT, units="trader")
    assert trader.theta == pytest.approx(raw.theta / 365, rel=1e-15)
    assert trader.vega == pytest.approx(raw.vega / 100, rel=1e-15)
    assert trader.rho == pytest.approx(raw.rho / 100, rel=1e-15)
    assert (trader.price, trader.delta, trader.gamma) == (raw.price, raw.delta, raw.gamma)


def test_the_models_are_one():
    forward = {name: value for name, value in CONTRACT.items() if name != "spot"}
    future = price(forward=100, **forward).price
    held: Any
    for held in ({"carry": 0.0}, {"dividend_yield": 0.03}, {"foreign_rate": 0.03}):
        assert price(**CONTRACT, **held).price == pytest.approx(future, rel=1e-15)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"spot": None}, "either a spot or a forward"),
        ({"forward": 100}, "either a spot or a forward"),
        ({"rate": None}, "not given: rate"),
        ({"volatility": None}, "not given: volatility"),
        ({"dividend_yield": 0.01, "carry": 0.02}, "not both"),
        ({"strike": "95"}, "strike holds something that is no number"),
        ({"strike": [1, 2], "rate": [1, 2, 3]}, "do not go together"),
        ({"mode": "exact"}, "'fast' or 'accurate'"),
    ],
)
def test_what_fits_no_model_is_refused_in_a_sentence(change, said):
    with pytest.raises(BadContract, match=said):
        price(**CONTRACT | change)


def test_a_forward_price_holds_the_yield_already():
    forward = {name: value for name, value in CONTRACT.items() if name != "spot"}
    with pytest.raises(BadContract, match="holds the dividend_yield already"):
        price(forward=100, dividend_yield=0.01, **forward)
    with pytest.raises(BadContract, match="no dividend_rho"):
        figures(["dividend_rho"], forward=100, **forward)


def test_unknown_figures_are_refused():
    with pytest.raises(BadContract, match="no figure 'speed'"):
        figures(["speed"], **CONTRACT)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("is_single", [True, False])
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"spot": math.nan}, Status.BAD_INPUT),
        ({"spot": 0.0}, Status.BAD_INPUT),
        ({"spot": -1.0}, Status.BAD_INPUT),
        ({"strike": math.inf}, Status.BAD_INPUT),
        ({"strike": 0.0}, Status.BAD_INPUT),
        ({"expiry": -1e-9}, Status.BAD_INPUT),
        ({"rate": -math.inf}, Status.BAD_INPUT),
        ({"volatility": -0.1}, Status.BAD_INPUT),
        ({"expiry": 0.0}, Status.EXPIRED),
        ({"expiry": 1e5}, Status.OUT_OF_RANGE),
        ({"rate": 1e300}, Status.OUT_OF_RANGE),
        ({"volatility": 1e300}, Status.OUT_OF_RANGE),
        ({"strike": 1e300}, Status.OUT_OF_RANGE),
    ],
)
def test_a_bad_row_has_a_status_and_spoils_no_other(change, status, mode, is_single):
    if is_single:
        alone = price(**CONTRACT | change, mode=mode)
        assert alone.status == status
        assert np.isnan(alone.price) == (status != Status.EXPIRED)
        return
    ((name, bad),) = change.items()
    found = greeks(**CONTRACT | {name: [CONTRACT[name], bad, CONTRACT[name]]}, mode=mode)
    good = greeks(**CONTRACT | {name: [CONTRACT[name]] * 3}, mode=mode)
    assert found.status.tolist() == [Status.OK, status, Status.OK]
    for figure in ("price", "delta", "gamma", "vega", "theta", "rho"):
        values = getattr(found, figure)
        assert values[[0, 2]].tolist() == getattr(good, figure)[[0, 2]].tolist()
        assert np.isnan(values[1]) == (status != Status.EXPIRED)


@pytest.mark.parametrize("mode", MODES)
def test_an_expired_option_is_worth_its_pay_off(mode):
    found = greeks(
        option=["c", "p", "c", "p"], spot=100.0, strike=[90.0, 90.0, 110.0, 100.0], expiry=0.0,
        rate=0.03, volatility=0.2, mode=mode,
    )  # fmt: skip
    assert found.price.tolist() == [10.0, 0.0, 0.0, 0.0]
    assert found.delta[:3].tolist() == [1.0, 0.0, 0.0]
    assert np.isnan(found.delta[3])
    assert found.gamma[:3].tolist() == [0.0, 0.0, 0.0]
    assert found.vega.tolist() == [0.0, 0.0, 0.0, 0.0]
    assert (found.status == Status.EXPIRED).all()


@pytest.mark.parametrize("mode", MODES)
def test_without_volatility_the_forward_is_certain(mode):
    found = price(**CONTRACT | {"volatility": [0.0, 0.0], "strike": [95.0, 120.0]}, mode=mode)
    assert found.price == pytest.approx([100 - 95 * math.exp(-0.015), 0.0], rel=1e-15)
    assert found.status.tolist() == [Status.OK, Status.OK]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("is_single", [True, False])
@pytest.mark.parametrize(
    ("given_price", "status"),
    [
        (4.0, Status.BELOW_INTRINSIC),
        (100.0, Status.ABOVE_MAXIMUM),
        (1e300, Status.ABOVE_MAXIMUM),
        (-1.0, Status.BAD_INPUT),
        (math.nan, Status.BAD_INPUT),
    ],
)
def test_prices_that_no_volatility_gives(given_price, status, mode, is_single):
    contract = {name: value for name, value in CONTRACT.items() if name != "volatility"}
    found = implied_volatility(
        price=given_price if is_single else [given_price, 9.0], mode=mode, **contract
    )
    assert np.ravel(found.status)[0] == status
    assert np.isnan(np.ravel(found.volatility)[0])
    if not is_single:
        assert found.status[1] == Status.OK


def test_an_expired_option_implies_nothing():
    contract = {name: value for name, value in CONTRACT.items() if name != "volatility"}
    found = implied_volatility(price=5.0, **contract | {"expiry": 0.0})
    assert found.status == Status.EXPIRED
    assert np.isnan(found.volatility)


def test_a_price_and_a_volatility_are_not_given_together():
    with pytest.raises(BadContract, match="give one of both"):
        implied_volatility(price=9.0, **CONTRACT)


def test_single_contracts_are_answered_as_rows_are(draw, rows):
    for regime in ("ordinary", "short", "wild", "far out of the money", "deep in the money"):
        columns = draw(regime, 60, seed=5)
        found = figures(list(MEASURES), **columns)
        prices = found.values["price"]
        contract = {name: value for name, value in columns.items() if name != "volatility"}
        implied = implied_volatility(price=prices, **contract)
        for index, row in enumerate(rows(columns)):
            alone = figures(list(MEASURES), **row)
            for name in ("price", "delta", "gamma", "vega", "probability"):
                assert alone.values[name] == pytest.approx(
                    found.values[name][index], rel=1e-10, abs=1e-300
                ), (regime, name)
            one = implied_volatility(
                price=prices[index], **{n: v for n, v in row.items() if n != "volatility"}
            )
            assert one.status == implied.status[index]
            if implied.status[index] == Status.OK and regime != "wild":
                assert one.volatility == pytest.approx(implied.volatility[index], rel=1e-5)


def test_single_contracts_need_no_scipy():
    program = (
        "import sys\n"
        "from spoonbench.solvers.algorithms.black_scholes import greeks, implied_volatility\n"
        f"contract = {CONTRACT!r}\n"
        "found = greeks(**contract)\n"
        "del contract['volatility']\n"
        "implied_volatility(price=found.price, **contract)\n"
        "sys.exit('scipy' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


absurd = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, 1e-308, 5e-324, 1e308, 1.0, 100.0, 1e-12, math.nan, math.inf]),
)


@given(st.lists(st.tuples(*[absurd] * 6), min_size=1, max_size=8), st.sampled_from(MODES))
def test_absurd_rows_have_statuses_and_no_wrong_number(drawn, mode):
    columns: dict[str, Any] = dict(
        zip(
            ("spot", "strike", "expiry", "rate", "dividend_yield", "volatility"),
            map(np.array, zip(*drawn, strict=True)),
            strict=True,
        )
    )
    found = greeks(option=["call"] * len(drawn), mode=mode, **columns)
    puts = greeks(option=["put"] * len(drawn), mode=mode, **columns)
    for each in (found, puts):
        has_number = np.isin(each.status, (Status.OK, Status.EXPIRED))
        assert not np.isnan(each.price[has_number]).any()
        assert np.isnan(each.price[each.status == Status.BAD_INPUT]).all()
        assert (each.price[has_number] >= 0).all()
    both = np.isin(found.status, (Status.OK, Status.EXPIRED)) & (found.status == puts.status)
    with np.errstate(all="ignore"):
        a = columns["spot"] * np.exp(-columns["dividend_yield"] * columns["expiry"])
        b = columns["strike"] * np.exp(-columns["rate"] * columns["expiry"])
        parity = np.abs((found.price - puts.price) - (a - b)) / np.maximum(a, b)
    assert not (parity[both] > 1e-11).any()


@pytest.mark.parametrize("volatility", [0.2, [0.2, 0.3]])
def test_a_misspelled_input_is_refused(volatility):
    with pytest.raises(BadContract, match="no input 'dividend'"):
        greeks(**{**CONTRACT, "volatility": volatility}, dividend=0.02)


@pytest.mark.parametrize("spot", [10**400, [10**400], -(10**400)])
def test_a_number_beyond_all_doubles_is_a_bad_input(spot):
    found = price(**{**CONTRACT, "spot": spot})
    assert np.all(found.status == Status.BAD_INPUT)
    assert np.all(np.isnan(found.price))
