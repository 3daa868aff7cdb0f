"""The formula in 60 digits, and contracts from easy to absurd."""

import mpmath
import numpy as np
import pytest

DIGITS = 60
REGIMES = (
    "ordinary",
    "far out of the money",
    "deep in the money",
    "short",
    "calm",
    "wild",
    "negative rates",
    "tiny and huge",
)
CROSSING = {"theta", "charm"}
"""Figures that are sums of terms of both signs: their errors are relative to the terms' sizes."""


def tail(z):
    return mpmath.erfc(-z / mpmath.sqrt(2)) / 2


def density(z):
    return mpmath.exp(-z * z / 2) / mpmath.sqrt(2 * mpmath.pi)


def figures_of(row):
    """Every figure of a contract as it is, and the terms' sizes of those that cross zero."""
    with mpmath.workdps(DIGITS):
        spot, strike, time, rate, paid, wide = (
            mpmath.mpf(row[name])
            for name in ("spot", "strike", "expiry", "rate", "dividend_yield", "volatility")
        )
        w = float(row["option"])
        a, b = spot * mpmath.exp(-paid * time), strike * mpmath.exp(-rate * time)
        root = mpmath.sqrt(time)
        s = wide * root
        d1 = (mpmath.log(spot / strike) + (rate - paid) * time) / s + s / 2
        d2 = d1 - s
        first, second, dense = a * tail(w * d1), b * tail(w * d2), a * density(d1)
        drift = 2 * (rate - paid) * time
        decay, moved = dense * wide / (2 * root), dense / spot / (2 * time * s)
        found = {
            "price": w * (first - second),
            "delta": w * first / spot,
            "gamma": dense / (spot * spot * s),
            "vega": dense * root,
            "theta": w * (paid * first - rate * second) - decay,
            "rho": w * time * second,
            "dividend_rho": -w * time * first,
            "carry_rho": w * time * first,
            "vanna": -dense * d2 / (spot * wide),
            "volga": dense * root * d1 * d2 / wide,
            "charm": w * paid * first / spot - moved * (drift - d2 * s),
            "dual_delta": -w * second / strike,
            "dual_gamma": dense / (strike * strike * s),
            "elasticity": first / (first - second),
            "probability": tail(w * d2),
            "cash_digital": second / strike,
            "asset_digital": first,
            "d1": d1,
            "d2": d2,
        }
        sizes = {
            "theta": decay + abs(paid * first) + abs(rate * second),
            "charm": abs(paid * first / spot) + moved * (abs(drift) + abs(d2 * s)),
        }
        return found, sizes


def solved(row, given):
    """The volatility of a price that is taken as exact, and the attainable relative error."""
    with mpmath.workdps(DIGITS):
        at = {name: mpmath.mpf(row[name]) for name in row}
        a = at["spot"] * mpmath.exp(-at["dividend_yield"] * at["expiry"])
        b = at["strike"] * mpmath.exp(-at["rate"] * at["expiry"])
        paid = mpmath.mpf(float(given))
        intrinsic = max(at["option"] * (a - b), mpmath.mpf(0))
        target = paid - intrinsic
        if target <= 0 or paid >= (a if row["option"] > 0 else b):
            return None
        volatility = at["volatility"]
        told, _sizes = figures_of(row)
        for _ in range(80):
            told, _sizes = figures_of({**row, "volatility": volatility})
            beyond = told["price"] - intrinsic
            step = mpmath.log(beyond / target) * beyond / told["vega"]
            volatility = volatility - step if step < volatility / 2 else volatility / 2
            if abs(step) < volatility * mpmath.mpf(10) ** -40:
                break
        attainable = (1 + abs(paid / (volatility * told["vega"]))) * mpmath.mpf(2) ** -52
        return volatility, attainable


@pytest.fixture(scope="session")
def solve():
    return solved


@pytest.fixture(scope="session")
def error_of():
    """Of a figure of a row in units of 2**-52, relative to itself or to the sizes of its terms."""

    def told(found, row, name):
        figures, sizes = figures_of(row)
        with mpmath.workdps(DIGITS):
            size = sizes.get(name, abs(figures[name]))
            return float(abs(mpmath.mpf(float(found)) - figures[name]) / size * 2**52)

    return told


@pytest.fixture(scope="session")
def draw():
    return draw_contracts


def draw_contracts(regime, n, seed=0):
    """Columns of n contracts."""
    rng = np.random.default_rng([seed, REGIMES.index(regime)])
    sign = rng.choice([-1.0, 1.0], n)
    found = {
        "option": sign,
        "spot": rng.uniform(75, 135, n),
        "expiry": rng.uniform(0.02, 2, n),
        "rate": rng.uniform(-0.01, 0.07, n),
        "dividend_yield": rng.uniform(0, 0.04, n),
        "volatility": rng.uniform(0.1, 0.7, n),
    }
    away = rng.uniform(-2.5, 2.5, n)
    match regime:
        case "far out of the money":
            away = sign * rng.uniform(8, 36, n)
        case "deep in the money":
            away = -sign * rng.uniform(4, 12, n)
        case "short":
            found["expiry"] = 10 ** rng.uniform(-9, -4, n)
        case "calm":
            found["volatility"] = 10 ** rng.uniform(-6, -3, n)
        case "wild":
            found |= {"volatility": rng.uniform(2, 10, n), "expiry": rng.uniform(0.5, 5, n)}
        case "negative rates":
            found |= {
                "rate": rng.uniform(-0.08, 0, n),
                "dividend_yield": rng.uniform(-0.05, 0.05, n),
                "expiry": rng.uniform(5, 30, n),
            }
        case "tiny and huge":
            found["spot"] = 10 ** rng.uniform(-250, 250, n)
        case _:
            assert regime == "ordinary"
    deviation = found["volatility"] * np.sqrt(found["expiry"])
    drift = (found["rate"] - found["dividend_yield"]) * found["expiry"]
    found["strike"] = found["spot"] * np.exp(drift + away * deviation)
    return found


def rows_of(columns):
    names = list(columns)
    return [
        dict(zip(names, values, strict=True))
        for values in zip(*(columns[name].tolist() for name in names), strict=True)
    ]


@pytest.fixture(scope="session")
def rows():
    return rows_of
