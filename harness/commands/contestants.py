"""Who answers, from the words of the command line: contestant, stages, parameters, models."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import click

from spoonbench.harness.commands.assignments import values_by_name
from spoonbench.harness.models.trained import (
    described,
    label_of,
    list_trained,
    newest_of_each_task,
)
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.registry import (
    Registered,
    UnknownName,
    find_solver,
    make_solver,
    solver_names,
)
from spoonbench.harness.suggestions import suggest
from spoonbench.harness.tasks.user_file import read_task
from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.explanations import Explains

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from spoonbench.harness.records import Artifact
    from spoonbench.harness.tasks.api import Task
    from spoonbench.solvers.api import AnswerKind, SolverInfo

FORCED = "forced"
"""The parameter behind --forced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Who answers.

    Attributes:
        name: as it was typed.
        registered: the contestant; for a hybrid the router.
        params: given at the command line, for it and for each stage, by name.
        is_forced: whoever abstains is to answer, by the best reading.
        stages: of a hybrid, in order.
        infos: facts about the contestant, or about each stage.
        models: what was learned in a duel, by name.
        task: of --train.
    """

    name: str
    registered: Registered
    params: Mapping[str, Mapping[str, Any]]
    is_forced: bool
    stages: tuple[Registered, ...]
    infos: tuple[SolverInfo, ...]
    models: Mapping[str, Artifact]
    task: Task | None


def choose(options: Mapping[str, Any]) -> Chosen:
    """Find who is to answer, and what of theirs was learned.

    Args:
        options: of the command `solve`.

    Raises:
        BadTask: the file of --train cannot be read.
        UnknownName: there is no such contestant.
        Unsupported: there is no model for one that needs it, or no single one.
        UsageError: options that do not go together, or are not for this contestant.
    """
    name, results, train_path = options["name"], options["results"], options["train_path"]
    registered, given, stages = _find(name, results)
    params = values_by_name(options["overrides"], "--set", [name, *(one.name for one in stages)])
    params[name] |= given
    if options["forced"]:
        _force(name, params, stages)
    asked = stages or (registered,)
    solvers = [make_solver(one.target) for one in asked]
    if options["explain"]:
        _refuse_mute(name, solvers)
    infos = tuple(solver.info for solver in solvers)
    models = {
        one.name: _model(one.name, results, options["models"])
        for one, info in zip(asked, infos, strict=True)
        # A contestant alone can learn again; a hybrid takes what is there, and the rest learns.
        if info.keeps_weights and (stages or train_path is None)
    }
    if options["models"] and not models:
        raise Unsupported(f"{name} uses no model of a duel here: leave out --model.")
    return Chosen(
        name=name,
        registered=registered,
        params=params,
        is_forced=options["forced"],
        stages=stages,
        infos=infos,
        models=models,
        task=None if train_path is None else read_task(train_path, kind=options["kind"]),
    )


def _find(name: str, results: Path) -> tuple[Registered, Mapping[str, Any], tuple[Registered, ...]]:
    """The contestant, parameters that its name holds, and for a hybrid the stages."""
    if ":" in name:
        path, _, function = name.rpartition(":")
        return _named("function", results), {"path": path, "function": function}, ()
    if "+" in name:
        stages = tuple(_named(stage, results) for stage in name.split("+"))
        return _named("router", results), {}, stages
    return _named(name, results), {}, ()


def _refuse_mute(name: str, contestants: Iterable[object]) -> None:
    """Refuse --explain where nobody can: for a hybrid, where no stage can.

    Raises:
        UsageError: none of them can say how its answers come about.
    """
    if not any(isinstance(contestant, Explains) for contestant in contestants):
        raise click.UsageError(
            make_plain(f"{name} cannot tell how its answers come about: leave out --explain.")
        )


def _force(name: str, params: Mapping[str, dict[str, Any]], stages: Sequence[Registered]) -> None:
    """Set what --forced stands for.

    Raises:
        UsageError: --set says something else, or a hybrid is to answer.
    """
    if stages:
        raise click.UsageError(
            make_plain(
                f"--forced is for one contestant: say which stage of {name}, for example by "
                f"--set {stages[0].name}.{FORCED}=true."
            )
        )
    said = params[name].setdefault(FORCED, True)
    if said is not True:
        raise click.UsageError(
            f"--forced and --set {FORCED}={json.dumps(said)} contradict each other."
        )


def _named(name: str, results: Path) -> Registered:
    """The contestant registered under a name, or the one that has it as its label in a duel.

    Raises:
        UnknownName: there is neither.
    """
    known = solver_names()
    if name in known:
        return find_solver(name)
    by_label = {label: model for model in list_trained(results) if (label := label_of(model))}
    if name not in by_label:
        raise UnknownName(f"The solver {suggest(name, tuple(dict.fromkeys((*known, *by_label))))}")
    return replace(find_solver(by_label[name].recipe["solver"]), name=name)


def params_of(registered: Registered, models: Mapping[str, Artifact]) -> dict[str, Any]:
    """What the name stands for, and what its model was made with.

    Args:
        registered: a contestant, or a stage of a hybrid.
        models: what was learned in a duel, by name.
    """
    model = models.get(registered.name)
    made_with = {} if model is None else model.recipe["settings"].get("params", {})
    return {**registered.params, **made_with}


def kind_of(chosen: Chosen) -> AnswerKind:
    """The kind of answer that was learned; where nothing is, the first that all stages know.

    Raises:
        Unsupported: what was learned, or what the stages give, is of several kinds or of none.
    """
    learned = {model.recipe["settings"].get("kind") for model in chosen.models.values()}
    learned |= {chosen.task.kind} if chosen.task is not None else set()
    if len(learned) > 1 or None in learned:
        raise Unsupported(f"What {chosen.name} learned does not say one kind: give --kind.")
    if learned:
        return cast("AnswerKind", learned.pop())
    for kind in chosen.infos[0].kinds:
        if all(kind in info.kinds for info in chosen.infos):
            return kind
    raise Unsupported(f"The stages of {chosen.name} give different kinds of answers.")


def _model(name: str, results: Path, prefixes: Sequence[str]) -> Artifact:
    """The model of that name that was made last, of those whose id begins as asked.

    Raises:
        Unsupported: there is none, or there are several, trained on different tasks.
    """
    folder = results / "models"
    found = [model for model in list_trained(results) if label_of(model) == name]
    if not found:
        raise Unsupported(
            f"{folder} holds no model called {name!r}: run spoonbench duel first, "
            "or give a file with --train FILE."
        )
    asked = tuple(prefixes) or ("",)
    newest = newest_of_each_task(m for m in found if m.artifact_id.startswith(asked))
    if len(newest) == 1:
        return newest[0]
    known = "; ".join(map(described, newest or found))
    if not newest:
        raise Unsupported(
            f"No model called {name!r} has an id with {' or '.join(asked)} first: {known}."
        )
    raise Unsupported(
        f"{folder} holds models called {name!r} of several tasks: {known}. "
        "Choose one with --model ID."
    )
