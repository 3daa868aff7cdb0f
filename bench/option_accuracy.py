"""How exact option figures are: against 60 digits in eight regimes, and published reference cases.

    python bench/option_accuracy.py --rows 150
    python bench/option_accuracy.py --rows 150 --cases reference_cases.json

Contracts are drawn at random: ordinary ones (2 weeks to 2 years, volatility 10% to 70%, strikes
within 2.5 deviations of the forward price), and ones far out of the money (8 to 36 deviations),
deep in the money, of nanoseconds to hours, with volatilities of 0.0001% to 0.1% and of 200% to
1,000%, with negative rates, and of prices from 1e-250 to 1e250. Inputs are taken as the exact
doubles that they are. Errors are in units of 2**-52, relative to the figure, or, for theta and
charm, which cross zero, to the sum of their terms' sizes. An implied volatility's is also given
over what is attainable: 1 + |price / (volatility * vega)| units.

A file of reference cases is JSON with `cases`, each with `model`, `quantity`, `inputs`, `expected`
and a tolerance.

It ends with 1 where a bar is missed: in the accurate mode 4 units for prices, 8 for the Greeks,
6 times the attainable for implied volatilities, and no row missing; in the fast mode 20 units for
prices and Greeks of ordinary contracts, and 1e-9 anywhere.
"""

import argparse
import importlib.util
import json
import math
import sys
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

from spoonbench.solvers.algorithms.black_scholes import (
    Status,
    figures,
    implied_volatility,
    price,
)
from spoonbench.solvers.algorithms.black_scholes.formula import Mode
from spoonbench.solvers.algorithms.black_scholes.measures import FIRST_ORDER, MEASURES

ORACLE = Path(__file__).parent.parent / "tests/solvers/algorithms/black_scholes/conftest.py"
MOST_OF_PRICES, MOST_OF_GREEKS, MOST_OVER_ATTAINABLE = 4, 8, 6
MOST_OF_ORDINARY, MOST_ANYWHERE = 20, 1e-9
LEAST, MOST = 1e-290, 1e290
UNIT = 2**-52
MODES: tuple[Mode, ...] = ("accurate", "fast")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=150, help="of each regime [150]")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cases", type=Path, help="reference cases in JSON")
    parser.add_argument("--json", type=Path, help="file for the figures")
    arguments = parser.parse_args()
    oracle = load(ORACLE)
    found = {
        regime: errors_of(oracle, regime, arguments.rows, arguments.seed)
        for regime in oracle.REGIMES
    }
    misses = [line for regime, told in found.items() for line in missed(regime, told)]
    show(found)
    if arguments.cases:
        misses += check_cases(arguments.cases)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print("\n".join(misses) or "All bars hold.")
    return 1 if misses else 0


def load(path: Path):
    spec = importlib.util.spec_from_file_location("oracle", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def errors_of(oracle, regime: str, n: int, seed: int) -> dict[str, Any]:
    """Worst errors by mode and figure; of implied volatilities over the attainable, too."""
    columns = oracle.draw_contracts(regime, n, seed)
    rows = oracle.rows_of(columns)
    exact = [oracle.figures_of(row) for row in rows]
    contract = {name: value for name, value in columns.items() if name != "volatility"}
    prices = price(mode="accurate", **columns).price
    solved = [oracle.solved(row, paid) for row, paid in zip(rows, prices, strict=True)]
    told: dict[str, Any] = {"rows": n, "with_volatility": sum(each is not None for each in solved)}
    for mode in MODES:
        found = figures(list(MEASURES), mode=mode, **columns)
        implied = implied_volatility(price=prices, mode=mode, **contract)
        told[mode] = {
            name: worst(found.values[name], exact, name) for name in MEASURES
        } | volatility_errors(implied, solved)
    return told


def worst(values, exact, name: str) -> float:
    found = 0.0
    with mpmath.workdps(60):
        for value, (told, sizes) in zip(values, exact, strict=True):
            if LEAST < abs(told[name]) < MOST:
                size = sizes.get(name, abs(told[name]))
                error = abs(mpmath.mpf(float(value)) - told[name]) / size / UNIT
                found = max(found, float(error) if math.isfinite(value) else math.inf)
    return found


def volatility_errors(implied, solved) -> dict[str, Any]:
    units = over = 0.0
    n_missing = n_wrong = 0
    for value, status, truth in zip(implied.volatility, implied.status, solved, strict=True):
        if truth is None:
            n_wrong += status == Status.OK
            continue
        if not np.isfinite(value):
            n_missing += 1
            continue
        with mpmath.workdps(60):
            error = abs(mpmath.mpf(float(value)) / truth[0] - 1)
            units = max(units, float(error / UNIT))
            over = max(over, float(error / truth[1]))
    return {
        "implied": units,
        "implied_over_attainable": over,
        "implied_missing": n_missing,
        "implied_invented": int(n_wrong),
    }


def missed(regime: str, told: dict[str, Any]) -> list[str]:
    exact, fast = told["accurate"], told["fast"]
    lines = []
    if exact["price"] > MOST_OF_PRICES:
        lines.append(f"{regime}: accurate price is off by {exact['price']:.1f} units")
    lines += [
        f"{regime}: accurate {name} is off by {exact[name]:.1f} units"
        for name in MEASURES
        if exact[name] > MOST_OF_GREEKS
    ]
    if exact["implied_over_attainable"] > MOST_OVER_ATTAINABLE:
        lines.append(f"{regime}: accurate implied volatility is off")
    for mode in MODES:
        if told[mode]["implied_missing"] or told[mode]["implied_invented"]:
            lines.append(f"{regime}: {mode} implied volatilities are missing or invented")
    if regime == "ordinary":
        lines += [
            f"{regime}: fast {name} is off by {fast[name]:.1f} units"
            for name in FIRST_ORDER
            if fast[name] > MOST_OF_ORDINARY
        ]
    lines += [
        f"{regime}: fast {name} is off by {fast[name] * UNIT:.1e}"
        for name in FIRST_ORDER
        if fast[name] * UNIT > MOST_ANYWHERE
    ]
    return lines


def show(found: dict[str, Any]) -> None:
    names = (*FIRST_ORDER, "implied", "implied_over_attainable")
    print(f"{'worst errors in 2**-52':<32}" + "".join(f"{name[:12]:>13}" for name in names))
    for regime, told in found.items():
        for mode in MODES:
            cells = "".join(f"{told[mode][name]:>13.3g}" for name in names)
            print(f"{regime + ', ' + mode:<32}{cells}")


NAMES = {"S": "spot", "F": "forward", "K": "strike", "T": "expiry", "r": "rate",
         "q": "dividend_yield", "sigma": "volatility", "b": "carry"}  # fmt: skip
SIGNS = {"c": 1, "p": -1, 1: 1, -1: -1}


def check_cases(path: Path) -> list[str]:
    """What is off in a file of reference cases."""
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    misses = [
        f"case {case['id']}: {line}" for case in cases for mode in MODES
        for line in check_case(case, mode)
    ]  # fmt: skip
    print(f"{len(cases)} reference cases, {len(misses)} off")
    return misses


def check_case(case: dict[str, Any], mode: Mode) -> list[str]:
    """What of a case is off, by its own tolerance."""
    given, quantity = dict(case["inputs"]), case["quantity"]
    contract = contract_of(case["model"], given)
    if quantity == "implied_volatility":
        found = implied_volatility(price=given["price"], mode=mode, **contract).volatility
        return judged({quantity: float(found)}, {quantity: case["expected"]}, case, mode)
    first = [*FIRST_ORDER, *(["dividend_rho"] if pays(contract) else [])]
    told = figures(first, mode=mode, **contract)
    values = {name: float(value) for name, value in told.values.items()}
    if quantity == "all":
        expected = {name: case["expected"][name] for name in values if name in case["expected"]}
        return judged(values, expected, case, mode)
    names = [name for name in MEASURES if name not in ("dividend_rho", *values)]
    more = figures(names, mode=mode, **contract)
    values |= {name: float(value) for name, value in more.values.items()}
    value = quantity_of(quantity, values, case["model"], given, contract)
    return judged({quantity: value}, {quantity: case["expected"]}, case, mode)


def pays(contract: dict[str, Any]) -> bool:
    """Whether what the underlying pays is given apart."""
    return not {"forward", "carry"} & contract.keys()


def contract_of(model: str, given: dict[str, Any]) -> dict[str, Any]:
    """A case's contract under this package's names."""
    sign = SIGNS[given.get("flag", given.get("theta"))]
    if model == "normalised_black":
        half = given["x"] / 2
        return {"option": sign, "forward": math.exp(half), "strike": math.exp(-half),
                "expiry": 1.0, "rate": 0.0, "volatility": given["s"]}  # fmt: skip
    if model == "fx_delta":
        return {"option": sign, "spot": given["S"], "strike": given["K"], "expiry": 1.0,
                "rate": -math.log(given["discount_domestic"]),
                "foreign_rate": -math.log(given["discount_foreign"]),
                "volatility": given["std_dev"]}  # fmt: skip
    if model == "bsm_forward_form":
        years = given["T"]
        return {"option": sign, "spot": given["spot"], "strike": given["K"], "expiry": years,
                "rate": -math.log(given["discount"]) / years,
                "carry": math.log(given["forward"] / given["spot"]) / years,
                "volatility": given["std_dev"] / math.sqrt(years)}  # fmt: skip
    named = {NAMES[name]: value for name, value in given.items() if name in NAMES}
    return {"option": sign, **named}


def quantity_of(
    quantity: str,
    values: dict[str, float],
    model: str,
    given: dict[str, Any],
    contract: dict[str, Any],
) -> float:
    """A figure under the name that a case has for it."""
    cash: float = given.get("cash", 1.0)
    if model == "digital_cash_or_nothing":
        return cash * values["cash_digital"]
    adjusted = values["delta"] - values["price"] / contract.get("spot", 1.0)
    kept: float = given.get("discount_foreign", 1.0)
    forward: float = given.get("forward", 1.0)
    spot_now = forward * given.get("discount", 1.0)
    others: dict[str, float] = {
        "delta_Spot": values["delta"],
        "delta_Fwd": values["delta"] / kept,
        "delta_PaSpot": adjusted,
        "delta_PaFwd": adjusted / kept,
        "delta_forward": values["delta"] * contract.get("spot", 1.0) / forward,
        "itm_cash_probability": values["probability"],
        "itm_asset_probability": values["asset_digital"] / spot_now,
        "itm_probability": values["probability"],
        "vomma": values["volga"],
        "vega_per_pct": values["vega"] / 100,
    }
    return {**values, **others}[quantity]


def judged(
    values: dict[str, float], expected: dict[str, Any], case: dict[str, Any], mode: Mode
) -> list[str]:
    return [
        f"{mode} {name} is {values[name]!r}, not {exact}"
        for name, exact in expected.items()
        if not agrees(values[name], exact, case, mode)
    ]


def agrees(value: float, expected, case: dict[str, Any], mode: str) -> bool:
    if case["quantity"] == "all":
        most = MOST_OF_GREEKS * UNIT if mode == "accurate" else MOST_ANYWHERE
        with mpmath.workdps(60):
            exact = mpmath.mpf(expected)
            return bool(abs(mpmath.mpf(value) - exact) <= most * abs(exact))
    if expected is None:
        return math.isnan(value)
    absolute, relative = case.get("tolerance_abs") or 0, case.get("tolerance_rel") or 0
    return abs(value - float(expected)) <= absolute + relative * abs(float(expected))


if __name__ == "__main__":
    sys.exit(main())
