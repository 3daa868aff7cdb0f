"""A matrix in words before it runs: its cells, what is skipped and why, and what it will take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.instruction_sets import arithmetic_of

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
        *_table(running),
    ]
    for why, cells in skipped.items():
        lines += ["", f"Skipped: {why}:", f"  {_names(cells)}"]
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


def _table(cells: Sequence[MatrixCell]) -> list[str]:
    width = max((len(cell.name) for cell in cells), default=0)
    return [f"  {cell.name:{width}}  {_weights(cell)}".rstrip() for cell in cells]


def _weights(cell: MatrixCell) -> str:
    if cell.weight_bytes is None:
        return ""
    return f"weights {cell.weight_bytes / 1e6:,.1f} MB"


def _names(cells: Sequence[MatrixCell]) -> str:
    return ", ".join(cell.name for cell in cells)


def _minutes(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} seconds"
    return f"{seconds / _MINUTE:.0f} minutes"
