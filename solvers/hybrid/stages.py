"""One stage of a hybrid: a contestant that was imported, prepared and, if there is one, loaded.

A stage keeps the promises of the contract for a part that breaks them: an exception or a wrong
number of answers becomes `failed` answers, so that the next stage is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Keeps, Solves, Trains, Unsupported
from spoonbench.solvers.learning import failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Answer, Example, FitReport, Part, Problem, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A prepared part.

    Attributes:
        name: of the part.
        solver: the contestant.
        is_untrained: it needs training and nothing was loaded.
    """

    name: str
    solver: Solves
    is_untrained: bool

    def fit(
        self,
        training: Sequence[Example],
        validation: Sequence[Example],
        progress: Progress,
        checkpoints: Path | None,
    ) -> FitReport:
        """Train the part.

        Raises:
            ValueError: it cannot learn from the examples; the message names the part.
        """
        if not isinstance(self.solver, Trains):
            raise ValueError(f"{self.name}: needs training and has no way to be trained")
        try:
            return self.solver.fit(training, validation, progress, checkpoints)
        except ValueError as exc:
            raise ValueError(f"{self.name}: {exc}") from exc

    def solve(self, problems: Sequence[Problem]) -> list[Answer]:
        """Answer every problem, in order; what the part breaks is `failed`.

        Raises:
            MemoryError: the batch does not fit; the caller may try a smaller one.
        """
        try:
            answers = list(self.solver.solve(problems))
        except MemoryError:
            raise
        except Exception as exc:  # a broken part must not end the others
            return [failed(f"{self.name} raised {type(exc).__name__}: {exc}") for _ in problems]
        if len(answers) != len(problems):
            reason = f"{self.name} gave {len(answers)} answers to {len(problems)} problems"
            return [failed(reason) for _ in problems]
        return answers


def open_stage(part: Part) -> Stage:
    """Import, prepare and load a part.

    Raises:
        Unsupported: one of the three is not possible; the message names the part.
    """
    params = dict(part.settings.params)
    artifact = params.pop("artifact", None)
    solver = _make(part)
    try:
        solver.prepare(replace(part.settings, params=params))
        if artifact is not None:
            _load(solver, artifact)
    except Unsupported as exc:
        raise Unsupported(f"{part.name}: {exc}") from exc
    return Stage(
        name=part.name,
        solver=solver,
        is_untrained=solver.info.needs_training and artifact is None,
    )


def _make(part: Part) -> Solves:
    module, _, name = part.target.partition(":")
    try:
        made = getattr(import_module(module), name)()
    except (ImportError, AttributeError, ValueError) as exc:
        raise Unsupported(f"{part.name}: {part.target!r} cannot be imported: {exc}") from exc
    if not isinstance(made, Solves):
        raise Unsupported(f"{part.name}: {part.target!r} is no contestant")
    return made


def _load(solver: Solves, artifact: object) -> None:
    """Load what was learned; a contestant that cannot is closed again."""
    try:
        _keeper(solver).load(_folder(artifact))
    except Unsupported:
        solver.close()
        raise


def _keeper(solver: Solves) -> Keeps:
    if not isinstance(solver, Keeps):
        raise Unsupported("keeps nothing that could be loaded from an artifact")
    return solver


def _folder(artifact: object) -> Path:
    if not isinstance(artifact, str):
        raise Unsupported(f"the parameter artifact must be the path of a folder, not {artifact!r}")
    if not Path(artifact).is_dir():
        raise Unsupported(f"the artifact {artifact!r} is no folder")
    return Path(artifact)
