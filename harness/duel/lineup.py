"""Who takes part: one contestant of every level for each kind of task, and the hybrids."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.duel.ladders import MODEL, THRESHOLDS, ladder_of
from spoonbench.harness.records import USUAL
from spoonbench.harness.registry import UnknownName, find_solver, make_solver
from spoonbench.harness.suggestions import suggest
from spoonbench.harness.tasks.api import BadTask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.duel.presets import Preset
    from spoonbench.harness.duel_records import AnsweredBy
    from spoonbench.harness.tasks.api import Task
    from spoonbench.solvers.api import SolverInfo

FROM_NOTHING = "nothing"
"""Origin of a model that began with random weights."""


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
        content: hash of what it is made of beside its parameters, for example of its weights.
        origin: where its weights come from, in words; None where it has none.
        answered_by: who answers: a process here, a server, or a file of answers given before.
        given_bytes: size on disk of the weights that it was given and needs to answer, beside
            what it learned; None where it was given none, or they are not here.
        fixed: parameter that says what was brought, to the option that gives it.
    """

    label: str
    name: str
    target: str
    info: SolverInfo
    params: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[LineupEntry, ...] = ()
    content: str = ""
    origin: str | None = None
    answered_by: AnsweredBy = "process"
    given_bytes: int | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)

    @property
    def trained_from(self) -> str | None:
        """Where its weights come from, and how it is asked, in words."""
        shots = self.params.get("shots")
        if self.origin is None or not isinstance(shots, int):
            return self.origin
        if shots == 0:
            return f"{self.origin}, asked without examples"
        examples = "example" if shots == 1 else "examples"
        return f"{self.origin}, asked with {shots} {examples} of the training part"

    @property
    def leaves(self) -> tuple[LineupEntry, ...]:
        """Itself, or the stages of a hybrid."""
        return self.parts or (self,)

    def device_among(self, asked: str) -> str:
        """The device asked for, or the processor where it knows no such device."""
        return asked if asked.partition(":")[0] in self.info.devices else USUAL.device

    def dtype_among(self, asked: str) -> str:
        """The number format asked for, or the usual one where it has no such format."""
        return asked if asked in self.info.dtypes else USUAL.dtype


@dataclass(frozen=True, slots=True, kw_only=True)
class LineupChoice:
    """What the user says about who takes part.

    Attributes:
        only: registered names or labels; empty for everyone.
        functions: functions of the user's own, as "file.py:function".
        extra: registered names beside the preset's.
        brought: language models that the user brings.
        routes: further hybrids, names in order.
        overrides: label or registered name to parameters.
    """

    only: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    brought: tuple[LineupEntry, ...] = ()
    routes: tuple[tuple[str, ...], ...] = ()
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def enter(name: str, params: Mapping[str, Any], *, label: str | None = None) -> LineupEntry:
    """Enter a registered contestant.

    Raises:
        UnknownName: it is not registered.
    """
    registered = find_solver(name)
    info = make_solver(registered.target).info
    params = {**registered.params, **params}
    from_nothing = info.name == "language-model" and not params.get("init")
    return LineupEntry(
        label=label or name,
        name=name,
        target=registered.target,
        info=info,
        params=params,
        origin=FROM_NOTHING if from_nothing else None,
    )


def line_up(task: Task, preset: Preset, choice: LineupChoice) -> tuple[LineupEntry, ...]:
    """Everyone who takes part, lowest level first, hybrids last.

    Raises:
        BadTask: nobody is left, or a name in the choice is not in the duel.
        UnknownName: a name is not registered.
    """
    ladder = ladder_of(task)
    singles = [enter(name, preset.solver_params.get(name, {})) for name in ladder.solvers]
    singles += [enter(name, params, label=label) for label, name, params in preset.models]
    singles += [_extra(name, preset.solver_params.get(name, {})) for name in choice.extra]
    singles += _functions(choice.functions)
    brought = with_own_labels(choice.brought, [entry.label for entry in singles])
    singles += brought
    singles = [_override(entry, choice.overrides) for entry in singles]
    model = _model_of_routes(preset, brought)
    routes = [tuple(model if name == MODEL else name for name in r) for r in ladder.routes]
    threshold = THRESHOLDS[task.kind]
    hybrids = [_hybrid(route, singles, threshold) for route in (*routes, *choice.routes)]
    hybrids = [_override(entry, choice.overrides) for entry in hybrids]
    _check_overrides(singles + hybrids, choice.overrides)
    _check_unique(singles + hybrids)
    everyone = sorted(singles, key=lambda entry: entry.info.level) + hybrids
    kept = _keep(everyone, choice)
    _check_parts(kept)
    return kept


def with_own_labels(
    entries: Sequence[LineupEntry], taken: Sequence[str]
) -> tuple[LineupEntry, ...]:
    """The entries, those numbered whose label another one has already.

    Args:
        entries: in order.
        taken: labels of others.
    """
    labels, named = set(taken), []
    for entry in entries:
        label, count = entry.label, 1
        while label in labels:
            count += 1
            label = f"{entry.label}-{count}"
        labels.add(label)
        named.append(replace(entry, label=label))
    return tuple(named)


_BY_OPTION = {
    "pretrained": "--model DIR",
    "lm-tuned": "--init DIR",
    "endpoint": "--endpoint URL --endpoint-model NAME",
    "recorded": "--answers FILE",
    "function": "--solver FILE.py:FUNCTION",
    "router": "--route A,B",
}
"""Registered name to the option that gives it what it is nothing without: what its weights or
answers are belongs to its identity, and a name alone does not say it."""


def _extra(name: str, params: Mapping[str, Any]) -> LineupEntry:
    """A contestant that the user names.

    Raises:
        BadTask: a name alone does not say who that is.
        UnknownName: it is not registered.
    """
    if name in _BY_OPTION:
        raise BadTask(f"{name} takes part by {_BY_OPTION[name]}, not by its name.")
    return enter(name, params)


def _model_of_routes(preset: Preset, brought: Sequence[LineupEntry]) -> str:
    """The model that hybrids ask: the first that the user brought and that runs here."""
    here = [entry.label for entry in brought if entry.answered_by == "process"]
    return here[0] if here else preset.models[-1][0]


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
    for name in params:
        if name in entry.fixed:
            raise BadTask(f"--set {entry.label}.{name}: that is what {entry.fixed[name]} says.")
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
    parts = tuple(by_label[name] if name in by_label else _extra(name, {}) for name in route)
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
    origins = [part.trained_from for part in parts if part.origin]
    elsewhere = [part.answered_by for part in parts if part.answered_by != "process"]
    return replace(
        router,
        info=info,
        parts=parts,
        origin=origins[0] if origins else None,
        answered_by=elsewhere[0] if elsewhere else "process",
    )


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


def _check_parts(kept: Sequence[LineupEntry]) -> None:
    """Refuse hybrids of which a part would never be trained.

    What keeps its weights is trained once, as a contestant of its own.

    Raises:
        BadTask: names the part.
    """
    labels = {entry.label for entry in kept}
    for entry in kept:
        for part in entry.parts:
            if part.info.keeps_weights and part.label not in labels:
                raise BadTask(
                    f"{entry.label} needs {part.label} in the duel, which trains it: add it by "
                    f"--solver {part.label}, or to --only."
                )
