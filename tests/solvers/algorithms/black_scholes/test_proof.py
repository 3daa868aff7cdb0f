"""Every closed form is derived from the price, and the price solves its equation.

Symbolically: sympy differentiates the price and the difference to the closed form is exactly zero.
The closed forms are the package's own code, which takes symbols as well as numbers.
"""

import pytest
import sympy
from sympy import Rational, exp, log, sqrt

from spoonbench.solvers.algorithms.black_scholes.measures import MEASURES, Parts

spot, strike, expiry, volatility = sympy.symbols("S K T sigma", positive=True)
rate, paid, carry = sympy.symbols("r q b", real=True)


class Tail(sympy.Function):  # type: ignore[misc]  # sympy has no types
    """The normal distribution, kept compact: its derivative is the density."""

    nargs = 1

    def fdiff(self, argindex=1):
        assert argindex == 1
        return exp(-(self.args[0] ** 2) / 2) / sqrt(2 * sympy.pi)


def parts_of(sign, pays=paid, *, held=False):
    root = sqrt(expiry)
    deviation = volatility * root
    d1 = (log(spot / strike) + (rate - pays) * expiry) / deviation + deviation / 2
    d2 = d1 - deviation
    a, b = spot * exp(-pays * expiry), strike * exp(-rate * expiry)
    first, second = a * Tail(sign * d1), b * Tail(sign * d2)
    return Parts(
        sign=sign,
        first=first,
        second=second,
        difference=first - second,
        density=a * exp(-(d1**2) / 2) / sqrt(2 * sympy.pi),
        d1=d1,
        d2=d2,
        deviation=deviation,
        root_time=root,
        some_root_time=root,
        spot=spot,
        strike=strike,
        discounted_strike=b,
        expiry=expiry,
        some_time=expiry,
        rate=rate,
        dividend_yield=pays,
        volatility=volatility,
        is_carry_held=held,
    )


def closed(name, parts):
    """The closed form, floats that are exact turned into rationals."""
    return sympy.nsimplify(MEASURES[name].of(parts), rational=True)


def is_zero(expression):
    """Whether an expression is zero: simplified with the logarithm of moneyness as a symbol."""
    x = sympy.Symbol("x", real=True)
    found = expression.subs(spot, strike * exp(x))
    return sympy.simplify(sympy.expand_log(sympy.expand(found), force=True)) == 0


DERIVED = {
    "delta": lambda value: sympy.diff(value, spot),
    "gamma": lambda value: sympy.diff(value, spot, 2),
    "vega": lambda value: sympy.diff(value, volatility),
    "theta": lambda value: -sympy.diff(value, expiry),
    "rho": lambda value: sympy.diff(value, rate),
    "dividend_rho": lambda value: sympy.diff(value, paid),
    "vanna": lambda value: sympy.diff(value, spot, volatility),
    "volga": lambda value: sympy.diff(value, volatility, 2),
    "charm": lambda value: -sympy.diff(value, spot, expiry),
    "dual_delta": lambda value: sympy.diff(value, strike),
    "dual_gamma": lambda value: sympy.diff(value, strike, 2),
    "elasticity": lambda value: sympy.diff(value, spot) * spot / value,
}


@pytest.mark.parametrize("sign", [1, -1], ids=["call", "put"])
@pytest.mark.parametrize("name", DERIVED)
def test_a_closed_form_is_the_derivative_of_the_price(name, sign):
    parts = parts_of(sign)
    assert is_zero(DERIVED[name](closed("price", parts)) - closed(name, parts))


@pytest.mark.parametrize("sign", [1, -1], ids=["call", "put"])
def test_with_the_carry_held_the_rate_only_discounts(sign):
    parts = parts_of(sign, rate - carry, held=True)
    value = closed("price", parts)
    assert is_zero(sympy.diff(value, rate) - closed("rho", parts))
    assert is_zero(sympy.diff(value, carry) - closed("carry_rho", parts))


@pytest.mark.parametrize("sign", [1, -1], ids=["call", "put"])
def test_the_price_solves_the_black_scholes_equation(sign):
    value = closed("price", parts_of(sign))
    residual = (
        -sympy.diff(value, expiry)
        + Rational(1, 2) * volatility**2 * spot**2 * sympy.diff(value, spot, 2)
        + (rate - paid) * spot * sympy.diff(value, spot)
        - rate * value
    )
    assert is_zero(residual)


@pytest.mark.parametrize("name", ["cash_digital", "asset_digital"])
def test_digitals_solve_it_too(name):
    value = closed(name, parts_of(1))
    residual = (
        -sympy.diff(value, expiry)
        + Rational(1, 2) * volatility**2 * spot**2 * sympy.diff(value, spot, 2)
        + (rate - paid) * spot * sympy.diff(value, spot)
        - rate * value
    )
    assert is_zero(residual)


def test_calls_less_puts_are_the_forward():
    call, put = closed("price", parts_of(1)), closed("price", parts_of(-1))
    forward = spot * exp(-paid * expiry) - strike * exp(-rate * expiry)
    d1 = parts_of(1).d1
    d2 = parts_of(1).d2
    both = {Tail(-d1): 1 - Tail(d1), Tail(-d2): 1 - Tail(d2)}
    assert sympy.simplify((call - put - forward).subs(both)) == 0


def test_a_wrong_closed_form_is_noticed():
    parts = parts_of(1)
    wrong = closed("gamma", parts) * 2
    assert not is_zero(sympy.diff(closed("price", parts), spot, 2) - wrong)
