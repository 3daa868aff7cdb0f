"""A matrix in words before it runs: its cells, what is skipped and why, and what it will take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.instruction_sets import arithmetic_of
from spoonbench.harness.predict.prediction import size_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.matrix.estimates import Duration
    from spoonbench.harness.matrix_records import Matrix, MatrixCell
    from spoonbench.harness.records import Environment

_MINUTE = 60.0


def plan_lines(matrix: Matrix, n_runs: int, took: Duration, notes: Sequence[str] = ()) -> list[str]:
    """Lines for a terminal.

    Args:
        matrix: as it was planned.
        n_runs: still to come.
        took: what they will take.
        notes: on what cells compute in, a sentence each.
    """
    running = [cell for cell in matrix.cells if cell.why_skipped is None]
    skipped: dict[str, list[MatrixCell]] = {}
    for cell in matrix.cells:
        if cell.why_skipped is not None:
            skipped.setdefault(cell.why_skipped, []).append(cell)
    split = matrix.task.splits[0]
    lines = [
        (
            f"{matrix.model.label} answers {split.n_items:,} items of {matrix.task.name} in "
            f"{len(running)} cells; {sum(map(len, skipped.values()))} more are skipped."
        ),
        f"The cell that others are compared with is {matrix.baseline}; it runs twice a round.",
        "",
        *_table(running, matrix),
    ]
    for why, cells in skipped.items():
        lines += ["", f"Skipped: {why}:", f"  {_names(cells)}"]
    lines += _memory_notes(running, matrix)
    lines += ["", *notes] if notes else []
    guessed = ""
    if took.n_guessed:
        known = "all" if took.n_guessed == n_runs else f"{took.n_guessed:,}"
        guessed = f" ({known} of them guessed: not measured here yet)"
    rounds = "round" if matrix.n_rounds == 1 else "rounds"
    lines += [
        "",
        (
            f"{n_runs:,} runs in {matrix.n_rounds} {rounds} are to come, about "
            f"{_minutes(took.seconds)}{guessed}."
        ),
    ]
    return lines


def arithmetic_notes(matrix: Matrix, environment: Environment) -> list[str]:
    """What this processor has for the number formats of the cells that will run on it."""
    found: dict[str, int] = {}
    for cell in matrix.cells:
        at = cell.placement
        asked = (at.device, at.dtype, at.quantization)
        sets = (environment.architecture, environment.instruction_sets)
        for one in arithmetic_of(*asked, *sets) if cell.why_skipped is None else ():
            found[one.text] = found.get(one.text, 0) + 1
    return [
        f"Instruction sets for {text}, in {n} {'cell' if n == 1 else 'cells'}."
        for text, n in found.items()
    ]


def _table(cells: Sequence[MatrixCell], matrix: Matrix) -> list[str]:
    width = max((len(cell.name) for cell in cells), default=0)
    return [f"  {cell.name:{width}}  {_memory(cell, matrix)}".rstrip() for cell in cells]


def _memory(cell: MatrixCell, matrix: Matrix) -> str:
    """What is known of it; a peak holds what libraries take where that was measured."""
    peak = matrix.predicted_peak_bytes(cell)
    told = [("weights", cell.weight_bytes), ("peak", peak)]
    return ", ".join(f"{word} {size_text(size)}" for word, size in told if size is not None)


def _memory_notes(cells: Sequence[MatrixCell], matrix: Matrix) -> list[str]:
    """What peaks hold, and where they cannot be told."""
    lines = []
    if any(cell.peak_parts for cell in cells):
        known = sorted(set(map(size_text, matrix.overhead_bytes.values())))
        held = (
            f"with what libraries take ({', '.join(known)})"
            if known
            else ("of tensors; what libraries take is measured before the cells run")
        )
        lines += ["", f"Peaks are predicted, {held}."]
    untold: dict[str, list[MatrixCell]] = {}
    for cell in cells:
        if cell.why_no_peak is not None:
            untold.setdefault(cell.why_no_peak, []).append(cell)
    for why, without in untold.items():
        lines += ["", f"No peak predicted: {why}:", f"  {_names(without)}"]
    return lines


def _names(cells: Sequence[MatrixCell]) -> str:
    return ", ".join(cell.name for cell in cells)


def _minutes(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} seconds"
    return f"{seconds / _MINUTE:.0f} minutes"
