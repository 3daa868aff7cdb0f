"""How far off the performance model is on cells that it has not seen.

    python bench/performance_model.py                          # the references that ship
    python bench/performance_model.py --reference epyc-2-cores
    python bench/performance_model.py --store DIR              # a store of one's own
    python bench/performance_model.py --json FILE              # every cell, for further use
    python bench/performance_model.py --ship                   # fits that ship beside references

Each cell is left out, the model fitted again to all others, and asked for it; likewise all cells of
one batch size together. Beside it stand what the model says of itself without fitting again, and
the plainest guess: the same setting at the batch sizes next to it, on a straight line between
logarithms. Crossovers that were measured stand beside those predicted.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.advise.lookups.shipped_fits import fit_path
from spoonbench.harness.predict.observations import observations_of, observations_of_store
from spoonbench.harness.predict.performance import crossover, fit, keep, relative_error
from spoonbench.harness.predict.time_terms import home_of
from spoonbench.harness.reference.records import read_shipped, shipped_names
from spoonbench.harness.stats import median, quantile
from spoonbench.harness.store.reader import open_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from spoonbench.harness.predict.observations import Observation, Point
    from spoonbench.harness.reference.records import Reference


def left_out(
    observations: Sequence[Observation], group_of: Callable[[Observation], Any]
) -> Iterator[dict[str, Any]]:
    """Cells beside what a model says that has not seen their group; what it refuses is left out."""
    groups = defaultdict(list)
    for one in observations:
        groups[group_of(one)].append(one)
    for group in groups.values():
        model = fit([one for one in observations if one not in group])
        for one in group:
            told = model.predict(one.point)
            if told.seconds is None or told.low is None or told.high is None:
                continue
            yield {
                "name": one.name,
                "batch": one.point.conditions.batch_size,
                "measured": one.seconds,
                "told": told.seconds,
                "covered": told.low <= one.seconds <= told.high,
                "error": relative_error(math.log(one.seconds / told.seconds)),
            }


def neighbours(observations: Sequence[Observation]) -> Iterator[dict[str, Any]]:
    """The same cells by a straight line between the next smaller and the next larger batch."""
    series: dict[Any, dict[int, float]] = defaultdict(dict)
    for one in observations:
        series[_line(one.point)][one.point.conditions.batch_size] = one.seconds
    for measured in series.values():
        sizes = sorted(measured)
        for low, size, high in zip(sizes, sizes[1:], sizes[2:], strict=False):
            share = math.log(size / low) / math.log(high / low)
            told = measured[low] ** (1 - share) * measured[high] ** share
            yield {"batch": size, "error": relative_error(math.log(measured[size] / told))}


def _line(point: Point) -> Any:
    return home_of(point), replace(point.conditions, batch_size=1)


def _row(name: str, cells: Iterable[dict[str, Any]]) -> str:
    found = list(cells)
    errors = [one["error"] for one in found]
    if not errors:
        return f"| {name} | 0 | | | |"
    covered = [one["covered"] for one in found if "covered" in one]
    share = f"{sum(covered)} of {len(covered)}" if covered else ""
    return (
        f"| {name} | {len(errors)} | {median(errors):.1%} | {quantile(errors, 0.9):.0%} | {share} |"
    )


def show(title: str, observations: Sequence[Observation]) -> dict[str, Any]:
    """Print the table of one machine."""
    model = fit(observations)
    one_each = list(left_out(observations, lambda one: (one.point, one.name)))
    by_batch = list(left_out(observations, lambda one: one.point.conditions.batch_size))
    print(
        f"{title}: {len(observations)} cells. By the model's own account, {model.held_out.text}\n"
    )
    print("| left out of the fit | cells | median error | nine of ten within | in the interval |")
    print("| --- | --- | --- | --- | --- |")
    print(_row("each cell", one_each))
    print(_row("each batch size, all its cells", by_batch))
    sizes = sorted({one["batch"] for one in by_batch})
    for size in sizes:
        print(_row(f"batch {size}", [one for one in by_batch if one["batch"] == size]))
    print(_row("beside it: a line between neighbours", neighbours(observations)))
    return {"title": title, "each": one_each, "by_batch": by_batch}


def show_crossovers(reference: Reference) -> None:
    """Print measured crossovers beside predicted ones."""
    evidence = reference.evidence
    observations = observations_of(evidence)
    model = fit(observations)
    print("\n| pair | measured | predicted |\n| --- | --- | --- |")
    for measured in evidence.crossovers:
        if measured.batch_size is None or measured.low is None or measured.high is None:
            continue
        first, second = (
            _with_setting(observations, measured.axis, value)
            for value in (measured.first, measured.second)
        )
        told = crossover(model, first, second)
        found = f"{measured.batch_size:.1f} ({measured.low:.1f} to {measured.high:.1f})"
        said = (
            told.text
            if told.batch is None or told.low is None or told.high is None
            else f"{told.batch:.1f} ({told.low:.1f} to {told.high:.1f})"
        )
        print(f"| {measured.first}, {measured.second} | {found} | {said} |")


def _with_setting(observations: Sequence[Observation], axis: str, value: str) -> Point:
    """A cell of a setting, everything else as it usually is in this reference."""
    from spoonbench.harness.matrix.sweep import short  # noqa: PLC0415

    names = {"dtype": "dtype", "quantization": "quantization"}
    other = next(name for name in names if name != axis)
    usual = {"dtype": "fp32", "quantization": "full"}[other]
    return next(
        one.point
        for one in observations
        if short(getattr(one.point.conditions, names[axis])) == value
        and short(getattr(one.point.conditions, other)) == usual
    )


def ship() -> None:
    """Fit each reference once for all who ask for advice."""
    for name in shipped_names():
        model = fit(observations_of(read_shipped(name).evidence))
        fit_path(name).write_text(json.dumps(keep(model)) + "\n", "utf-8")


def main() -> None:
    """Print a table for each reference, or for a store."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--reference", action="append", choices=shipped_names())
    parser.add_argument("--store", type=Path, help="folder of results, or its store.sqlite")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--ship", action="store_true", help="write what advice has of references")
    given = parser.parse_args()
    if given.ship:
        ship()
    found = []
    if given.store is not None:
        path = given.store / "store.sqlite" if given.store.is_dir() else given.store
        with open_reader(path) as reader:
            found.append(show(str(given.store), observations_of_store(reader)))
    else:
        for name in given.reference or shipped_names():
            reference = read_shipped(name)
            found.append(show(name, observations_of(reference.evidence)))
            show_crossovers(reference)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
