"""What taking the machine's pace out of a matrix gains, on matrices of one's own stores.

    python bench/pace.py DIR ...                # folders of results, each with one matrix or more

Every other round of a matrix is held against the rest: two halves that were measured at the same
time, of the same cells, should say the same. Shown is how far their cells lie apart (standard
deviation of a half's logarithms of seconds, what all cells have in common left out), by medians
over rounds and at the usual pace. Then how far the performance model, fitted to all matrices
together, is off on cells that were left out of the fit: fitted to and asked for either.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from statistics import pstdev
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.pace import even_devices
from spoonbench.harness.matrix.summary import summarize_matrix
from spoonbench.harness.predict.observations import observations_of
from spoonbench.harness.predict.performance import TooFewCells, fit
from spoonbench.harness.stats import median
from spoonbench.harness.store.reader import open_reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spoonbench.harness.matrix.evidence import MatrixEvidence
    from spoonbench.harness.matrix.pace import Evened
    from spoonbench.harness.matrix_records import Matrix
    from spoonbench.harness.records import RunRecord

FEWEST_ROUNDS = 4


def read(folder: Path) -> Iterator[tuple[MatrixEvidence, list[RunRecord]]]:
    """Matrices of a store and their good runs; what shares its cells with a newer one is not."""
    seen: set[str] = set()
    with open_reader(folder / "store.sqlite") as reader:
        for matrix in reader.matrices():
            keys = [cell.key for cell in matrix.cells]
            if not seen.isdisjoint(keys):
                continue
            seen.update(keys)
            runs = reader.runs(keys, matrix.environment_id)
            good = [run for run in runs if run.status == "ok" and sum(run.samples_ns) > 0]
            yield summarize_matrix(matrix, runs, reader.answers), good


def halves(matrix: Matrix, runs: Sequence[RunRecord]) -> tuple[float, float] | None:
    """How far cells of two halves of the rounds lie apart, by medians and at the usual pace.

    None where there are too few rounds, or a half tells no pace.
    """
    if matrix.n_rounds < FEWEST_ROUNDS:
        return None
    parts = [[run for run in runs if run.round_index % 2 == half] for half in (0, 1)]
    evened = [_seconds(even_devices(matrix, part)) for part in parts]
    plain = [_medians(part) for part in parts]
    if not all(evened):
        return None
    return _apart(*plain), _apart(*evened)


def _seconds(evened: Mapping[str, Evened]) -> dict[str, float]:
    return {key: one for of in evened.values() for key, one in of.seconds.items()}


def _medians(runs: Sequence[RunRecord]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for run in runs:
        found.setdefault(run.cell_key, []).append(sum(run.samples_ns) / sum(run.items_per_sample))
    return {key: median(times) for key, times in found.items()}


def _apart(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    both = sorted(first.keys() & second.keys())
    return pstdev([math.log(first[key] / second[key]) for key in both]) / math.sqrt(2)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="+")
    given = parser.parse_args()
    found = [one for folder in given.folder for one in read(folder)]
    print("| matrix | cells | pace | spells | halves apart: medians | at the usual pace |")
    print("| --- | --- | --- | --- | --- | --- |")
    for evidence, runs in found:
        matrix, paces = evidence.matrix, evidence.paces.values()
        apart = halves(matrix, runs)
        print(
            f"| {matrix.matrix_id[:8]}, {matrix.n_rounds} rounds | {len(matrix.cells)} "
            f"| {', '.join(f'{math.expm1(one.deviation):.0%}' for one in paces) or 'none'} "
            f"| {', '.join(f'{one.spell_s:.0f} s' for one in paces)} "
            f"| {'' if apart is None else f'{apart[0]:.3f}'} "
            f"| {'' if apart is None else f'{apart[1]:.3f}'} |"
        )
    everything = [one for evidence, _ in found for one in observations_of(evidence)]
    plain = [one for evidence, _ in found for one in observations_of(evidence, is_even=False)]
    for title, observations in (("Medians over rounds", plain), ("At the usual pace", everything)):
        try:
            print(f"\n{title}: {fit(observations).held_out.text}")
        except TooFewCells as exc:
            print(f"\n{title}: {exc}")


if __name__ == "__main__":
    main()
