"""Who takes part: one contestant of every level for each kind of task, and the hybrids."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.registry import UnknownName, find_solver, make_solver, suggest
from spoonbench.harness.tasks.api import BadTask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.duel.presets import Preset
    from spoonbench.harness.tasks.api import Task
    from spoonbench.solvers.api import SolverInfo

LADDERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("number", "text"): (
        "spoon",
        "rules",
        "algebra",
        "tfidf-ridge",
        "tfidf-operations",
        "text-network",
    ),
    ("label", "text"): (
        "keywords",
        "bm25-neighbour",
        "tfidf-linear",
        "tfidf-boosting",
        "text-network",
    ),
    ("text", "text"): ("bm25-neighbour",),
    ("label", "image"): (
        "stroke-rules",
        "template-matching",
        "pixel-svm",
        "pixel-boosting",
        "image-network",
    ),
}
"""Kind of answer and payload: contestants below the language models, lowest level first."""

ROUTES: dict[tuple[str, str], tuple[tuple[str, ...], ...]] = {
    ("number", "text"): (("rules", "tfidf-operations"), ("rules", "MODEL")),
    ("label", "text"): (("keywords", "tfidf-linear"), ("keywords", "MODEL")),
    ("label", "image"): (("stroke-rules", "pixel-svm"), ("stroke-rules", "MODEL")),
}
"""Kind of answer and payload: hybrids; MODEL stands for the last language model."""

THRESHOLDS: dict[str, float] = {"number": 0.0, "label": 0.95, "text": 0.95}
"""Kind of answer: the least confidence at which a stage of a hybrid keeps its answer. Rules for
numbers abstain by themselves, and their confidence is a grade, no probability; that of keyword
lists and the like is one, and 0.95 is the accuracy asked for by default. `--set
A+B.threshold=0.8` changes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineupEntry:
    """One contestant as it takes part.

    Attributes:
        label: shown, unique in the duel.
        name: registered name.
        target: "module:Class".
        params: parameters.
        info: facts; for a hybrid those of the router with the level of its highest part.
        parts: stages of a hybrid, in order.
    """

    label: str
    name: str
    target: str
    info: SolverInfo
    params: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[LineupEntry, ...] = ()

    @property
    def leaves(self) -> tuple[LineupEntry, ...]:
        """Itself, or the stages of a hybrid."""
        return self.parts or (self,)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineupChoice:
    """What the user says about who takes part.

    Attributes:
        only: registered names or labels; empty for everyone.
        functions: functions of the user's own, as "file.py:function".
        extra: registered names beside the preset's.
        routes: further hybrids, names in order.
        overrides: label or registered name to parameters.
    """

    only: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    routes: tuple[tuple[str, ...], ...] = ()
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def enter(name: str, params: Mapping[str, Any], *, label: str | None = None) -> LineupEntry:
    """Enter a registered contestant.

    Raises:
        UnknownName: it is not registered.
    """
    registered = find_solver(name)
    return LineupEntry(
        label=label or name,
        name=name,
        target=registered.target,
        info=make_solver(registered.target).info,
        params={**registered.params, **params},
    )


def line_up(task: Task, preset: Preset, choice: LineupChoice) -> tuple[LineupEntry, ...]:
    """Everyone who takes part, lowest level first, hybrids last.

    Raises:
        BadTask: nobody is left, or a name in the choice is not in the duel.
        UnknownName: a name is not registered.
    """
    key = (task.kind, task.payload)
    singles = [enter(name, preset.solver_params.get(name, {})) for name in LADDERS.get(key, ())]
    singles += [enter(name, params, label=label) for label, name, params in preset.models]
    singles += [enter(name, preset.solver_params.get(name, {})) for name in choice.extra]
    singles += _functions(choice.functions)
    singles = [_override(entry, choice.overrides) for entry in singles]
    model = preset.models[-1][0]
    routes = [tuple(model if name == "MODEL" else name for name in r) for r in ROUTES.get(key, ())]
    threshold = THRESHOLDS[task.kind]
    hybrids = [_hybrid(route, singles, threshold) for route in (*routes, *choice.routes)]
    hybrids = [_override(entry, choice.overrides) for entry in hybrids]
    _check_overrides(singles + hybrids, choice.overrides)
    _check_unique(singles + hybrids)
    everyone = sorted(singles, key=lambda entry: entry.info.level) + hybrids
    return _keep(everyone, choice)


def _functions(specs: Sequence[str]) -> list[LineupEntry]:
    """Functions of the user's own, under the shortest names that tell them apart."""
    short = [spec.rsplit("/", 1)[-1] for spec in specs]
    return [
        _function(spec, name if short.count(name) == 1 else spec)
        for spec, name in zip(specs, short, strict=True)
    ]


def _function(spec: str, label: str) -> LineupEntry:
    path, _, function = spec.rpartition(":")
    params = {"path": str(Path(path).resolve()), "function": function}
    # "," and "+" separate labels at the command line.
    return enter("function", params, label=label.replace(",", "_").replace("+", "_"))


def _override(entry: LineupEntry, overrides: Mapping[str, Mapping[str, Any]]) -> LineupEntry:
    params = {**overrides.get(entry.name, {}), **overrides.get(entry.label, {})}
    return replace(entry, params={**entry.params, **params}) if params else entry


def _check_overrides(
    entries: Sequence[LineupEntry], overrides: Mapping[str, Mapping[str, Any]]
) -> None:
    known = tuple(dict.fromkeys(name for e in entries for name in (e.label, e.name)))
    for name in overrides:
        if name not in known:
            raise UnknownName(f"--set: the contestant {suggest(name, known)}")


def _check_unique(entries: Sequence[LineupEntry]) -> None:
    labels = [entry.label for entry in entries]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise BadTask(f"Contestants stand twice in the duel: {', '.join(twice)}.")


def _hybrid(route: Sequence[str], singles: Sequence[LineupEntry], threshold: float) -> LineupEntry:
    by_label = {entry.label: entry for entry in singles}
    parts = tuple(by_label[name] if name in by_label else enter(name, {}) for name in route)
    label = "+".join(part.label for part in parts)
    router = enter("router", {"threshold": threshold}, label=label)
    info = replace(
        router.info,
        level=max(part.info.level for part in parts),
        needs_training=any(part.info.needs_training for part in parts),
        requires=tuple(dict.fromkeys(name for part in parts for name in part.info.requires)),
        modules=tuple(
            dict.fromkeys([*router.info.modules, *(m for p in parts for m in p.info.modules)])
        ),
    )
    return replace(router, info=info, parts=parts)


def _keep(everyone: Sequence[LineupEntry], choice: LineupChoice) -> tuple[LineupEntry, ...]:
    if not everyone:
        raise BadTask("No contestant can answer this kind of task.")
    if not choice.only:
        return tuple(everyone)
    known = tuple(entry.label for entry in everyone)
    for name in choice.only:
        if name not in known:
            raise UnknownName(f"--only: the contestant {suggest(name, known)}")
    return tuple(entry for entry in everyone if entry.label in choice.only)
