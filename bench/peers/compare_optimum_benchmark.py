"""This project beside optimum-benchmark: one checkpoint, the same grid, under one interpreter.

    tox run -e peer-optimum-benchmark
    tox run -e peer-optimum-benchmark -- --rounds 2 --batch 1,8 --prompt 32,128,256,480

optimum-benchmark 0.6.0 needs transformers 4.57.6 and datasets below 5. It lives in an environment
of its own, made here once, and our cells run under that interpreter too (`matrix --python`).

Both run as whole commands, in turn, the order changed each round. Each cell writes the same number
of tokens after prompts of the same shape. Compared are medians, over the calls of all rounds, of
the time to the first token and of the time per later token, and the seconds of the whole sweeps.
In the first round ours runs first: optimum-benchmark is then asked for as many calls in each cell.

Its processes get the settings of allocator and threads that our children have. Without them it
would be slower for a reason that is not its own.

Its process launcher spins while a cell runs, which takes a core from what it measures on a machine
of two. So it runs twice: with that launcher, as it comes, for the seconds of the sweep, and with
its inline launcher, in one process with nothing beside it, for the medians that ours are to match.

A whole sweep takes minutes, in which a machine that others share becomes slower and faster by a
quarter. With --by-cell N the medians are taken apart from the sweeps: cell by cell both sides run
that cell alone, N times in turn, seconds apart, and the median of these ratios counts.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import venv
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from spoonbench.harness.executors.surroundings import FIXED, THREADS
from spoonbench.harness.store.reader import open_reader

HERE = Path(__file__).parent
SPOONBENCH = (sys.executable, "-m", "spoonbench.harness.cli")
PEER = ("transformers==4.57.6", "datasets<5", "optimum-benchmark==0.6.0")
OF_CHILDREN = ("psutil", "threadpoolctl", "jinja2")
"""What our children need there beside the libraries of the peer."""
AGREES_WITHIN = 0.15
MOST_OF_THE_PEERS_TIME = 0.5
FEWEST_CALLS = 10
"""Of theirs in a cell alone; ours makes as many as its seconds hold."""

Cell = tuple[int, int]
"""Batch size and tokens of the prompt."""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """One run of all cells: its seconds, and of each call seconds to the first token and later."""

    whole_s: float
    first_s: dict[Cell, list[float]]
    later_s: dict[Cell, list[float]]

    @property
    def n_calls(self) -> int:
        return sum(map(len, self.first_s.values()))


def main() -> int:
    arguments = read_arguments()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    # Not resolved: an environment's interpreter is a link that must be called by its own name.
    python = (arguments.python or peer_environment(arguments.peer or work / "peer")).absolute()
    model = arguments.model or work / f"checkpoint-{arguments.family}"
    if not model.exists():
        call(str(python), str(HERE / "small_checkpoint.py"), str(model), arguments.family)
    pairs: list[dict[str, Sweep]] = []
    for round_index in range(arguments.rounds):
        sweeps: dict[str, Sweep] = {}
        order: tuple[str, ...] = ("ours", "process", "inline")
        for who in order if round_index % 2 == 0 else order[::-1]:
            if who == "ours":
                sweeps[who] = sweep_here(arguments, python, model.resolve(), work)
            else:
                calls = (pairs[0] if pairs else sweeps)["ours"].first_s
                sweeps[who] = sweep_there(
                    arguments, (str(python), who), model.resolve(), calls, work
                )
        print(line(round_index, sweeps), flush=True)
        pairs.append(sweeps)
    alone = [
        cells_alone(arguments, python, model.resolve(), work, round_index)
        for round_index in range(arguments.by_cell)
    ]
    summary = summarize(arguments, pairs, alone)
    print(json.dumps(summary, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return 0 if summary["holds"] else 1


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", type=Path, help="folder of a causal model [a small one is made]")
    parser.add_argument(
        "--family",
        choices=("gpt2", "gpt_neo"),
        default="gpt_neo",
        help="of the small one; `generate` steps GPT-Neo for both, GPT-2 for them alone [gpt_neo]",
    )
    parser.add_argument("--python", type=Path, help="interpreter with both [one is made in --peer]")
    parser.add_argument("--peer", type=Path, help="folder of the environment [in --work]")
    parser.add_argument("--batch", type=numbers, default=numbers("1,2,4"))
    parser.add_argument("--prompt", type=numbers, default=numbers("16,32,64,128"))
    parser.add_argument("--new", type=int, default=8, help="new tokens of each row [8]")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0.5, help="of each of our cells [0.5]")
    parser.add_argument(
        "--warmups", type=int, default=10, help="of two tokens, there; theirs too is [10]"
    )
    parser.add_argument("--rounds", type=int, default=5, help="whole sweeps of each side [5]")
    parser.add_argument(
        "--by-cell", type=int, default=0, help="rounds of cells alone, for the medians [0]"
    )
    parser.add_argument("--work", type=Path, default=Path("spoonbench-results-peer"))
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser.parse_args()


def numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def peer_environment(folder: Path) -> Path:
    """The interpreter of the peer; its environment is made unless it is there as a whole."""
    python = (folder / "bin" / "python").absolute()
    done = folder / "installed"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        # The same torch as here, and before anything that could bring another one.
        torch = version("torch").partition("+")[0]
        install = (str(python), "-m", "pip", "install", "--quiet")
        call(*install, f"torch=={torch}")
        call(*install, f"torch=={torch}", *PEER, *OF_CHILDREN)
        call(*install, "--no-deps", str(HERE.parent.parent))
        done.touch()
    return python


def grid(arguments: argparse.Namespace) -> list[Cell]:
    return [(batch, prompt) for batch in arguments.batch for prompt in arguments.prompt]


def sweep_here(arguments: argparse.Namespace, python: Path, model: Path, work: Path) -> Sweep:
    out = work / "results"
    axes = {
        "--mode": "decode",
        "--batch": ",".join(map(str, arguments.batch)),
        "--prompt": ",".join(map(str, arguments.prompt)),
        "--new": str(arguments.new),
        "--threads": str(arguments.threads),
    }
    words = (word for pair in axes.items() for word in pair)
    whole_s = call(
        *(*SPOONBENCH, "matrix", "--model", str(model), "--python", str(python), *words),
        *("--rounds", "1", "--seconds", str(arguments.seconds), "--items", "1", "--fresh"),
        *("--no-report", "--out", str(out)),
    )
    with open_reader(out / "store.sqlite") as reader:
        matrix = max(reader.matrices(), key=lambda found: found.created_at)
        cells = {(c.placement.batch_size, c.placement.prompt_tokens): c.key for c in matrix.cells}
        runs = {
            cell: max(
                reader.runs(cell_keys=[key], status="ok"), key=lambda run: run.started_at
            ).metrics
            for cell, key in cells.items()
        }
    return Sweep(
        whole_s=whole_s,
        first_s={cell: [ns / 1e9 for ns in m["first_token_ns"]] for cell, m in runs.items()},
        later_s={
            cell: [sum(call) / 1e9 / len(call) for call in m["later_token_ns"]]
            for cell, m in runs.items()
        },
    )


def cells_alone(
    arguments: argparse.Namespace, python: Path, model: Path, work: Path, round_index: int
) -> dict[Cell, dict[str, Sweep]]:
    """Each cell as a sweep of its own, ours and theirs (inline) right after each other."""
    alone: dict[Cell, dict[str, Sweep]] = {}
    for place, (batch, prompt) in enumerate(grid(arguments)):
        one = argparse.Namespace(**{**vars(arguments), "batch": [batch], "prompt": [prompt]})
        calls = {(batch, prompt): [0.0] * FEWEST_CALLS}
        sweeps: dict[str, Sweep] = {}
        order = ("ours", "inline") if (round_index + place) % 2 == 0 else ("inline", "ours")
        for who in order:
            if who == "ours":
                sweeps[who] = sweep_here(one, python, model, work)
            else:
                sweeps[who] = sweep_there(one, (str(python), who), model, calls, work)
        alone[batch, prompt] = sweeps
        print(f"round {round_index + 1} of cells alone: batch {batch}, prompt {prompt}", flush=True)
    return alone


def sweep_there(
    arguments: argparse.Namespace,
    how: tuple[str, str],
    model: Path,
    calls: dict[Cell, list[float]],
    work: Path,
) -> Sweep:
    """As many calls in each cell as ours had, under an interpreter by a launcher."""
    python, launcher = how
    request = {
        "launcher": launcher,
        "model": str(model),
        "warmups": arguments.warmups,
        "cells": [
            {"batch": batch, "prompt": prompt, "new": arguments.new, "calls": len(made)}
            for (batch, prompt), made in calls.items()
        ],
    }
    asked, told = work / "request.json", work / "results.json"
    asked.write_text(json.dumps(request), encoding="utf-8")
    settings = FIXED | dict.fromkeys(THREADS, str(arguments.threads)) | {"LOG_LEVEL": "WARNING"}
    script = str(HERE / "run_optimum_benchmark.py")
    # It leaves a log where it is run.
    whole_s = call(python, script, str(asked), str(told), settings=settings, folder=work)
    found = dict(zip(calls, json.loads(told.read_text(encoding="utf-8")), strict=True))
    later = arguments.new - 1
    return Sweep(
        whole_s=whole_s,
        first_s={cell: times["first_s"] for cell, times in found.items()},
        later_s={cell: [s / later for s in times["later_s"]] for cell, times in found.items()},
    )


def call(
    *command: str, settings: dict[str, str] | None = None, folder: Path | None = None
) -> float:
    """Run a command to its end; returns its seconds. What it prints is shown only if it fails."""
    start = time.perf_counter_ns()
    done = subprocess.run(
        command,
        env={**os.environ, **(settings or {})},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = (time.perf_counter_ns() - start) / 1e9
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
    return seconds


def line(round_index: int, sweeps: dict[str, Sweep]) -> str:
    told = (f"{who} {s.whole_s:.1f} s for {s.n_calls} calls" for who, s in sweeps.items())
    return f"round {round_index + 1}: {', '.join(told)}"


def median_ms(pairs: list[dict[str, Sweep]], who: str, name: str, cell: Cell) -> float:
    """Over the calls of all rounds."""
    seconds: list[float] = [s for pair in pairs for s in getattr(pair[who], name)[cell]]
    return median(seconds) * 1e3


def ratio_alone(alone: list[dict[Cell, dict[str, Sweep]]], name: str, cell: Cell) -> float:
    """Ours over theirs: the median over rounds of the ratio of the two medians."""

    def middle(sweep: Sweep) -> float:
        seconds: list[float] = getattr(sweep, name)[cell]
        return median(seconds)

    return median(middle(one[cell]["ours"]) / middle(one[cell]["inline"]) for one in alone)


def summarize(
    arguments: argparse.Namespace,
    pairs: list[dict[str, Sweep]],
    alone: list[dict[Cell, dict[str, Sweep]]],
) -> dict[str, object]:
    rows: list[dict[str, float]] = []
    for cell in grid(arguments):
        row: dict[str, float] = {"batch": cell[0], "prompt": cell[1]}
        for figure in ("first", "later"):
            ms = {who: median_ms(pairs, who, f"{figure}_s", cell) for who in pairs[0]}
            row |= {f"{figure}_token_ms_{who}": round(value, 3) for who, value in ms.items()}
            row[f"{figure}_token_ratio"] = round(ms["ours"] / ms["inline"], 3)
            if alone:
                row[f"{figure}_token_ratio_alone"] = round(
                    ratio_alone(alone, f"{figure}_s", cell), 3
                )
        rows.append(row)
    which = "ratio_alone" if alone else "ratio"
    ratios = [row[f"{figure}_token_{which}"] for row in rows for figure in ("first", "later")]
    n_agreeing = sum(abs(ratio - 1) <= AGREES_WITHIN for ratio in ratios)
    whole = median(pair["ours"].whole_s / pair["process"].whole_s for pair in pairs)
    return {
        "cells": rows,
        "new_tokens": arguments.new,
        "threads": arguments.threads,
        "medians": len(ratios),
        "medians_within_15_percent": n_agreeing,
        "calls": {who: [pair[who].n_calls for pair in pairs] for who in pairs[0]},
        "whole_s": {who: [round(pair[who].whole_s, 1) for pair in pairs] for who in pairs[0]},
        "whole_ratio": round(whole, 3),
        "holds": n_agreeing == len(ratios) and whole <= MOST_OF_THE_PEERS_TIME,
    }


if __name__ == "__main__":
    raise SystemExit(main())
