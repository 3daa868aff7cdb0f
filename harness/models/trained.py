"""Finds what was learned in a duel again: by the label it had there, or by its id."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.artifacts import SHOWN_DIGITS, ArtifactStore

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spoonbench.harness.records import Artifact


def list_trained(results: Path) -> tuple[Artifact, ...]:
    """All that a folder of results holds; an absent folder holds nothing."""
    return ArtifactStore(results / "models").list()


def label_of(model: Artifact) -> str | None:
    """What it was called in the duel."""
    label = model.recipe["settings"].get("label")
    return label if isinstance(label, str) else None


def newest_of_each_task(models: Iterable[Artifact]) -> list[Artifact]:
    """Of the models of one task, the one that was made last."""
    newest: dict[Any, Artifact] = {}
    for model in sorted(models, key=_made_at):
        newest[model.recipe["settings"].get("task")] = model
    return list(newest.values())


def described(model: Artifact) -> str:
    """Its id, and the task that it learned."""
    task = model.recipe["settings"].get("task", "a task that it does not name")
    return f"{model.artifact_id[:SHOWN_DIGITS]}, trained on {task}"


def _made_at(model: Artifact) -> int:
    return Path(model.path).stat().st_mtime_ns
