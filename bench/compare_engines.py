"""Engines beside each other: the same weights, the same prompts, in rounds, the order changed.

    python bench/compare_engines.py --engines lean static-cache --models tiny gpt_tiny --threads 2

Weights are random and texts therefore of no meaning; all texts have the same number of new tokens.
Printed is, for each model, batch size and engine, the median time of a batch in milliseconds, its
least time, and the median over rounds of its time by that of `native` in the same round; below 1 is
faster. `native` stands there a second time: what it is away from 1 is noise. Engines must write
what `native` writes, or the number of rows that differ is said.
"""

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter_ns
from typing import Any

import torch
from transformers.utils import logging as transformers_logging

from spoonbench.solvers.api import Settings
from spoonbench.solvers.engines import ENGINES, NATIVE
from spoonbench.solvers.llm.architecture import build_model, count_parameters
from spoonbench.solvers.llm.engines.build import build_execution, check_engine
from spoonbench.solvers.llm.engines.interface import USUAL, Execution
from spoonbench.solvers.llm.presets import PRESETS
from spoonbench.solvers.llm.recipe import read_recipe
from spoonbench.solvers.llm.stepping import read_with, step_rows

AGAIN = "native again"
LONGEST = 24


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Prompts, padded on the left; ids and mask, both of shape (n, longest)."""

    ids: torch.Tensor
    mask: torch.Tensor


def main() -> None:
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    transformers_logging.set_verbosity_error()
    for name in arguments.models:
        model = a_model(name)
        print(f"{name}: {count_parameters(model):,} parameters, {arguments.threads} threads")
        executions = built(model, arguments)
        for n_rows in arguments.batches:
            compare(model, executions, a_batch(n_rows, PRESETS[name].vocabulary_size), arguments)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known = [name for name in ENGINES if name != NATIVE]
    parser.add_argument("--engines", nargs="+", choices=known, default=["lean"])
    parser.add_argument("--models", nargs="+", choices=list(PRESETS), default=["tiny", "gpt_tiny"])
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 8, 64])
    parser.add_argument("--new-tokens", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dtype", default="float32")
    return parser.parse_args()


def a_model(name: str) -> Any:
    torch.manual_seed(0)
    size = PRESETS[name].vocabulary_size
    recipe = read_recipe({"preset": name})
    return build_model(recipe, vocabulary_size=size, pad=0, end=1).eval()


def a_batch(n_rows: int, n_tokens: int) -> Batch:
    drawn = random.Random(n_rows)
    rows = [
        [drawn.randrange(2, n_tokens) for _ in range(drawn.randint(LONGEST // 2, LONGEST))]
        for _ in range(n_rows)
    ]
    width = max(map(len, rows))
    ids = [[0] * (width - len(row)) + row for row in rows]
    mask = [[0] * (width - len(row)) + [1] * len(row) for row in rows]
    return Batch(ids=torch.tensor(ids), mask=torch.tensor(mask))


def built(model: Any, arguments: argparse.Namespace) -> dict[str, Execution]:
    executions = {NATIVE: USUAL, AGAIN: USUAL}
    model.to(getattr(torch, arguments.dtype))
    for name in arguments.engines:
        settings = Settings(engine=name, threads=arguments.threads, dtype=arguments.dtype)
        check_engine(settings)
        execution, report = build_execution(model, settings)
        assert report is not None
        executions[name] = execution
        print(f"  {name}: {report.library}, built in {report.build_s:.1f} s, {dict(report.notes)}")
    return executions


def compare(
    model: Any, executions: dict[str, Execution], batch: Batch, arguments: argparse.Namespace
) -> None:
    runs = {
        name: runner(model, execution, batch, arguments.new_tokens)
        for name, execution in executions.items()
    }
    texts = {name: run() for name, run in runs.items()}
    times: dict[str, list[int]] = {name: [] for name in runs}
    names = list(runs)
    for index in range(arguments.rounds):
        for name in rotated(names, index):
            started = perf_counter_ns()
            runs[name]()
            times[name].append(perf_counter_ns() - started)
    for name in names[1:]:
        ratios = [one / two for one, two in zip(times[name], times[NATIVE], strict=True)]
        differ = sum(a != b for a, b in zip(texts[name], texts[NATIVE], strict=True))
        print(
            f"  batch {len(batch.ids):3}  {name:21} "
            f"{median(times[name]) / 1e6:8.1f} ms, least {min(times[name]) / 1e6:8.1f}, "
            f"{median(ratios):.2f} of native ({median(times[NATIVE]) / 1e6:.1f} ms, least "
            f"{min(times[NATIVE]) / 1e6:.1f})" + (f", {differ} rows differ" if differ else ""),
            flush=True,
        )


def rotated(names: Sequence[str], by: int) -> list[str]:
    place = by % len(names)
    return [*names[place:], *names[:place]]


def runner(
    model: Any, execution: Execution, batch: Batch, new_tokens: int
) -> Callable[[], list[list[int]]]:
    n_rows, width = batch.ids.shape

    def run() -> list[list[int]]:
        runtime = execution.runtime
        forward = read_with(model) if runtime is None else runtime.start(n_rows, width + new_tokens)
        padded = (batch.ids, batch.mask)
        return step_rows(forward, padded, lambda _, s: s, None, new_tokens, pad=0, end_ids=[])

    return run


if __name__ == "__main__":
    main()
