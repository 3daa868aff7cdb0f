"""This project's option formulas beside Python packages, on the same rows, in turn, on one core.

    tox run -e peer-options
    tox run -e peer-options -- --rows 100000 --rounds 15 --json figures.json

Each library runs in a process of its own, in the environment that it needs (two are made here once,
since py_vollib_vectorized 0.1.1 needs numpy 1 and old companions), and is asked in turn for one
call of each kind, round after round, the order changed each round. Told are medians over rounds in
nanoseconds an option, and ratios within rounds to the plain NumPy formula or to the fastest peer.

Rows are drawn as in `bench/option_accuracy.py`, ordinary ones: half calls, half puts, 2 weeks to 2
years, volatility 10% to 70%, strikes within 2.5 deviations of the forward price. All columns are
arrays. Prices to imply volatilities from are this project's exact ones. How exact each library's
volatilities are is told as the median and the largest error over the attainable one.

It ends with 1 where a bar is missed: prices 1.5 times as fast as the plain formula and 5 times as
fast as py_vollib_vectorized, prices with five Greeks within the time of 1.5 plain prices, implied
volatilities twice as fast as the fastest peer, and at least as exact.
"""

import argparse
import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from spoonbench.solvers.algorithms.black_scholes import greeks, price

Worker = subprocess.Popen[str]
HERE = Path(__file__).parent
SCRIPT = HERE / "run_option_formula.py"
OLD = (
    "py_vollib_vectorized==0.1.1", "py_vollib==1.0.1", "py_lets_be_rational==1.0.1", "numpy<2",
    "setuptools<81",
)  # fmt: skip
NEW = ("fast-vollib==0.2.4", "pyfeng==0.5.0", "numba", "statsmodels", "matplotlib")
OURS = ("plain", "spoonbench", "spoonbench-numpy", "spoonbench-accurate")
PEERS = {
    "py_vollib_vectorized": "old",
    "fast-vollib": "new",
    "fast-vollib-jackel": "new",
    "pyfeng": "new",
}
KINDS = ("price", "greeks", "iv")
ONE_CORE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
PRICE_OVER_PLAIN, PRICE_OVER_OLD, GREEKS_OF_PLAIN, IV_OVER_PEERS = 1.5, 5.0, 1.5, 2.0


def main() -> int:
    arguments = read_arguments()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    rows = draw(arguments.rows)
    np.savez(str(work / "rows.npz"), allow_pickle=False, **rows)
    pythons = {"old": environment(arguments.old or work / "old", OLD),
               "new": environment(arguments.new or work / "new", NEW)}  # fmt: skip
    workers = {name: start(sys.executable, name, work) for name in OURS}
    workers |= {name: start(pythons[which], name, work) for name, which in PEERS.items()}
    found = measure(workers, arguments.rounds)
    errors = {name: volatility_errors(worker, rows, work) for name, worker in workers.items()}
    for worker in workers.values():
        worker.stdin.close()
    summary = summarize(found, errors, arguments.rows)
    show(summary)
    if arguments.json:
        arguments.json.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return 0 if all(bar["holds"] for bar in summary["bars"]) else 1


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--work", type=Path, default=Path("spoonbench-results-peer"))
    parser.add_argument("--old", type=Path, help="environment of py_vollib_vectorized [in --work]")
    parser.add_argument("--new", type=Path, help="environment of the other peers [in --work]")
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser.parse_args()


def environment(folder: Path, packages: tuple[str, ...]) -> str:
    """The interpreter of an environment, which is made unless it is there as a whole."""
    python = (folder / "bin" / "python").absolute()
    done = folder / "installed"
    if not done.exists():
        venv.create(folder, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", *packages]
        subprocess.run(command, check=True)
        done.touch()
    return str(python)


def draw(n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    rows = {
        "w": rng.choice([-1.0, 1.0], n),
        "S": rng.uniform(75, 135, n),
        "T": rng.uniform(0.04, 2, n),
        "r": rng.uniform(-0.01, 0.07, n),
        "q": rng.uniform(0, 0.04, n),
        "v": rng.uniform(0.1, 0.7, n),
    }
    away = rng.uniform(-2.5, 2.5, n) * rows["v"] * np.sqrt(rows["T"])
    rows["K"] = rows["S"] * np.exp((rows["r"] - rows["q"]) * rows["T"] + away)
    rows["paid"] = price(**contract(rows), volatility=rows["v"], mode="accurate").price
    return rows


def contract(rows):
    return {
        "option": rows["w"], "spot": rows["S"], "strike": rows["K"], "expiry": rows["T"],
        "rate": rows["r"], "dividend_yield": rows["q"],
    }  # fmt: skip


def start(python: str, library: str, work: Path) -> Worker:
    return subprocess.Popen(
        [python, str(SCRIPT), library, str(work / "rows.npz")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **ONE_CORE},
    )


def ask(worker: Worker, words: str) -> dict[str, Any]:
    print(words, file=worker.stdin, flush=True)
    line = worker.stdout.readline()
    if not line:
        raise SystemExit(f"{worker.args!r} ended: run it by hand to see why")
    told: dict[str, Any] = json.loads(line)
    return told


def measure(workers, n_rounds: int) -> list[dict[str, dict[str, int]]]:
    """Nanoseconds of a call by kind and library, for each round."""
    found = []
    for index in range(n_rounds):
        names = list(workers)
        names = names[index % len(names) :] + names[: index % len(names)]
        told: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
        for kind in KINDS:
            for name in names:
                answer = ask(workers[name], kind)
                if "ns" in answer:
                    told[kind][name] = answer["ns"]
        found.append(told)
    return found


def volatility_errors(worker, rows, work: Path) -> dict[str, Any] | None:
    """Median and largest error over the attainable; how many are off by a percent, or missing."""
    path = work / "values.npy"
    if not ask(worker, f"values iv {path}")["has"]:
        return None
    volatility = np.ravel(np.load(path))
    truth = rows["v"]
    vega = greeks(**contract(rows), volatility=truth, mode="accurate").vega
    attainable = (1 + np.abs(rows["paid"] / (truth * vega))) * 2.0**-52
    error = np.abs(volatility / truth - 1)
    known = np.isfinite(error)
    return {
        "median": float(np.median((error / attainable)[known])),
        "largest": float(np.max((error / attainable)[known])),
        "wrong": int((error[known] > 0.01).sum()),
        "missing": int((~known).sum()),
    }


def summarize(found, errors, n: int) -> dict[str, Any]:
    ns = {
        kind: {
            name: round(median(told[kind][name] for told in found) / n, 1)
            for name in found[0][kind]
        }
        for kind in KINDS
    }

    def ratio(kind, over, name, other):
        """Median over rounds of the time of another over ours."""
        return round(median(told[over][other] / told[kind][name] for told in found), 2)

    peers = [name for name in PEERS if name in ns["iv"]]
    exact = {name: errors[name]["largest"] for name in peers if not errors[name]["wrong"]}
    fastest = min(peers, key=lambda name: ns["iv"][name])
    price_plain = ratio("price", "price", "spoonbench", "plain")
    price_old = ratio("price", "price", "spoonbench", "py_vollib_vectorized")
    greeks_plain = ratio("greeks", "price", "spoonbench", "plain")
    iv_peer = ratio("iv", "iv", "spoonbench", fastest)
    ours = errors["spoonbench"]["largest"]
    bars = [
        bar("price, times as fast as the plain formula", price_plain, PRICE_OVER_PLAIN),
        bar("price, times as fast as py_vollib_vectorized", price_old, PRICE_OVER_OLD),
        bar("a plain price's time over price and Greeks", greeks_plain, 1 / GREEKS_OF_PLAIN),
        bar(f"implied volatility, times as fast as {fastest}", iv_peer, IV_OVER_PEERS),
        bar("largest error of the most exact peer over ours", min(exact.values()) / ours, 1.0),
    ]
    return {"rows": n, "rounds": len(found), "ns": ns, "volatility": errors, "bars": bars}


def bar(name: str, value: float, least: float) -> dict[str, Any]:
    return {"bar": name, "value": round(value, 2), "at_least": round(least, 2),
            "holds": value >= least}  # fmt: skip


def show(summary: dict[str, Any]) -> None:
    print(f"{'ns an option':<22}{'price':>9}{'greeks':>9}{'iv':>9}   iv error over attainable")
    for name in (*OURS, *PEERS):
        cells = "".join(f"{summary['ns'][kind].get(name, '-'):>9}" for kind in KINDS)
        told = summary["volatility"][name]
        error = "" if told is None else (
            f"{told['median']:.2g}, at most {told['largest']:.3g}; "
            f"{told['wrong']} wrong, {told['missing']} missing"
        )  # fmt: skip
        print(f"{name:<22}{cells}   {error}")
    for line in summary["bars"]:
        mark = "holds" if line["holds"] else "MISSED"
        print(f"{line['bar']}: {line['value']} (at least {line['at_least']}): {mark}")


if __name__ == "__main__":
    raise SystemExit(main())
