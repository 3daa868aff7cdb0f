"""A measured matrix as JSON Lines: what its runs add up to, without the answers.

The first line holds the version of the format, the matrix as it was planned, the machine, the
noise and the crossovers; every further line is one cell. Matrices that ship with the package lie
beside this file, each under its name; they are for comparison, and never mixed with what was
measured here.

Not covered: duels; single runs and answers, which stay in the store that they were measured into.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import from_json, without_defaults
from spoonbench.harness.matrix.evidence import CellEvidence, Crossover, MatrixEvidence, Noise, Pace
from spoonbench.harness.matrix_records import Matrix
from spoonbench.harness.records import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VERSION = 1
SUFFIX = ".jsonl"
_FOLDER = Path(__file__).parent


class BadReference(ValueError):
    """There is no such reference, or its file is damaged; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A matrix that was measured elsewhere.

    Attributes:
        evidence: what its runs add up to.
        environment: the machine.
    """

    evidence: MatrixEvidence
    environment: Environment


def shipped_names() -> list[str]:
    """Names of the references that ship with the package, sorted."""
    return sorted(path.stem for path in _FOLDER.glob(f"*{SUFFIX}"))


def read_shipped(name: str) -> Reference:
    """A reference that ships with the package.

    Raises:
        BadReference: there is none of that name.
    """
    names = shipped_names()
    if name not in names:
        known = ", ".join(names) or "none"
        raise BadReference(f"No reference is called {name!r}; there are: {known}.")
    return read_reference(_FOLDER / f"{name}{SUFFIX}")


def reference_lines(reference: Reference) -> Iterator[str]:
    """The lines of a reference, without line ends."""
    for row in reference_rows(reference):
        yield json.dumps(row, sort_keys=True, separators=(",", ":"), allow_nan=False)


def reference_rows(reference: Reference) -> Iterator[dict[str, Any]]:
    """A reference as JSON values; fields that hold their default are left out."""
    evidence = reference.evidence
    head = {
        "version": VERSION,
        "environment": without_defaults(reference.environment),
        "matrix": without_defaults(evidence.matrix),
        "noise": None if evidence.noise is None else without_defaults(evidence.noise),
        "paces": {device: without_defaults(one) for device, one in evidence.paces.items()},
        "crossovers": [without_defaults(one) for one in evidence.crossovers],
    }
    yield head
    for cell in evidence.cells:
        # The cell itself stands in the matrix.
        yield {**without_defaults(cell), "cell": cell.cell.name}


def read_reference(path: Path) -> Reference:
    """Read what `reference_lines` gave.

    Raises:
        BadReference: the file cannot be read, or is no reference of this version.
    """
    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        return reference_from_rows(rows)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise BadReference(f"{path} is no reference: {exc}.") from exc


def reference_from_rows(rows: Sequence[dict[str, Any]]) -> Reference:
    """A reference from what `reference_rows` gave.

    Raises:
        ValueError: it is none of this version; as KeyError, TypeError and AttributeError, where a
            row is not as it should be.
    """
    head, *lines = rows
    if head["version"] != VERSION:
        raise ValueError(f"it has version {head['version']!r}, and this one reads {VERSION}")
    matrix: Matrix = from_json(Matrix, head["matrix"])
    environment: Environment = from_json(Environment, head["environment"])
    evidence = MatrixEvidence(
        matrix=matrix,
        cells=tuple(_cell(matrix, values) for values in lines),
        noise=None if head["noise"] is None else from_json(Noise, head["noise"]),
        paces={name: from_json(Pace, one) for name, one in head.get("paces", {}).items()},
        crossovers=tuple(from_json(Crossover, values) for values in head["crossovers"]),
    )
    if [one.cell.name for one in evidence.cells] != [one.name for one in matrix.cells]:
        raise ValueError("its cells are not those of its matrix")
    if environment.environment_id != matrix.environment_id:
        raise ValueError("its machine is not that of its matrix")
    return Reference(evidence=evidence, environment=environment)


def _cell(matrix: Matrix, values: dict[str, Any]) -> CellEvidence:
    cell = without_defaults(matrix.cell(values["cell"]))
    evidence: CellEvidence = from_json(CellEvidence, {**values, "cell": cell})
    return evidence
