"""One library's prices, Greeks and implied volatilities of the same rows, timed on demand.

    python run_option_formula.py LIBRARY ROWS.npz

Lines on standard input are "price", "greeks" or "iv"; the answer is a line of JSON with `ns` (of
one call) or `absent`. "values NAME FILE.npy" writes what the last call gave. The first call of each
kind, which may compile, comes before any that is timed. One thread.
"""

import importlib
import json
import sys
import time

import numpy as np


def plain(rows):
    """The formula as it is usually written."""
    special = importlib.import_module("scipy.special")
    w, s, k, t, r, q, v = (rows[name] for name in "wSKTrqv")

    def price():
        deviation = v * np.sqrt(t)
        d1 = (np.log(s / k) + (r - q + v * v / 2) * t) / deviation
        d2 = d1 - deviation
        first = s * np.exp(-q * t) * special.ndtr(w * d1)
        return w * (first - k * np.exp(-r * t) * special.ndtr(w * d2))

    return {"price": price}


def spoonbench(rows, *, with_kernel=True):
    formula = importlib.import_module("spoonbench.solvers.algorithms.black_scholes")
    if not with_kernel:
        setattr(importlib.import_module(f"{formula.__name__}.kernel"), "_kernel", None)  # noqa: B010
    contract = {
        "option": rows["w"], "spot": rows["S"], "strike": rows["K"], "expiry": rows["T"],
        "rate": rows["r"], "dividend_yield": rows["q"],
    }  # fmt: skip
    paid = rows["paid"]
    return {
        "price": lambda: formula.price(**contract, volatility=rows["v"]).price,
        "greeks": lambda: formula.greeks(**contract, volatility=rows["v"]).price,
        "iv": lambda: formula.implied_volatility(**contract, price=paid).volatility,
    }


def accurate(rows):
    formula = importlib.import_module("spoonbench.solvers.algorithms.black_scholes")
    contract = {
        "option": rows["w"], "spot": rows["S"], "strike": rows["K"], "expiry": rows["T"],
        "rate": rows["r"], "dividend_yield": rows["q"], "mode": "accurate",
    }  # fmt: skip
    paid = rows["paid"]
    return {
        "price": lambda: formula.price(**contract, volatility=rows["v"]).price,
        "greeks": lambda: formula.greeks(**contract, volatility=rows["v"]).price,
        "iv": lambda: formula.implied_volatility(**contract, price=paid).volatility,
    }


def py_vollib_vectorized(rows):
    library = importlib.import_module("py_vollib_vectorized")
    w, s, k, t, r, q, v = (rows[name] for name in "wSKTrqv")
    flags, paid = np.where(w > 0, "c", "p"), rows["paid"]
    greeks = importlib.import_module("py_vollib_vectorized.api")
    return {
        "price": lambda: library.vectorized_black_scholes_merton(
            flags, s, k, t, r, v, q, return_as="numpy"
        ),
        "greeks": lambda: greeks.get_all_greeks(
            flags, s, k, t, r, v, q, model="black_scholes_merton", return_as="dict"
        )["delta"],
        "iv": lambda: library.vectorized_implied_volatility(
            paid, s, k, t, r, flags, q, model="black_scholes_merton", return_as="numpy"
        ),
    }


def fast_vollib(rows):
    library = importlib.import_module("fast_vollib")
    w, s, k, t, r, q, v = (rows[name] for name in "wSKTrqv")
    flags, paid = np.where(w > 0, "c", "p"), rows["paid"]
    merton = {"model": "black_scholes_merton", "return_as": "numpy"}
    return {
        "price": lambda: library.fast_black_scholes_merton(
            flags, s, k, t, r, v, q, return_as="numpy"
        ),
        "greeks": lambda: library.get_all_greeks(
            flags, s, k, t, r, v, q, model="black_scholes_merton", return_as="dict"
        )["delta"],
        "iv": lambda: library.fast_implied_volatility(paid, s, k, t, r, flags, q, **merton),
    }


def fast_vollib_jackel(rows):
    jackel = importlib.import_module("fast_vollib.jackel")
    w, s, k, t, r, q = (rows[name] for name in "wSKTrq")
    paid = rows["paid"]

    def iv():
        forward, discount = s * np.exp((r - q) * t), np.exp(-r * t)
        return jackel.jackel_iv_black(paid / discount, forward, k, t, w > 0)

    return {"iv": iv}


def pyfeng(rows):
    library = importlib.import_module("pyfeng")
    w, s, k, t, r, q, v = (rows[name] for name in "wSKTrqv")
    paid = rows["paid"]
    return {
        "price": lambda: library.Bsm(v, intr=r, divr=q).price(k, s, t, w),
        "iv": lambda: library.Bsm(v, intr=r, divr=q).impvol(paid, k, s, t, w),
    }


LIBRARIES = {
    "plain": plain,
    "spoonbench": spoonbench,
    "spoonbench-numpy": lambda rows: spoonbench(rows, with_kernel=False),
    "spoonbench-accurate": accurate,
    "py_vollib_vectorized": py_vollib_vectorized,
    "fast-vollib": fast_vollib,
    "fast-vollib-jackel": fast_vollib_jackel,
    "pyfeng": pyfeng,
}


def main() -> None:
    np.seterr(all="ignore")
    rows = dict(np.load(sys.argv[2]))
    calls = LIBRARIES[sys.argv[1]](rows)
    found = {}
    for name, call in calls.items():
        found[name] = call()
    for line in sys.stdin:
        words = line.split()
        if words[0] == "values":
            if words[1] in found:
                np.save(words[2], np.asarray(found[words[1]], dtype=float))
            answer: dict[str, bool | int] = {"has": words[1] in found}
        elif words[0] not in calls:
            answer = {"absent": True}
        else:
            start = time.perf_counter_ns()
            found[words[0]] = calls[words[0]]()
            answer = {"ns": time.perf_counter_ns() - start}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
