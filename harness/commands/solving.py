"""`spoonbench solve`: one contestant answers a text or a file, in this process."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from spoonbench.harness.canonical import to_json
from spoonbench.harness.commands.assignments import values
from spoonbench.harness.commands.idle_options import refuse_idle
from spoonbench.harness.duel.ladders import THRESHOLDS
from spoonbench.harness.environment import n_cores
from spoonbench.harness.json_lines import check_out, write_lines
from spoonbench.harness.models.trained import (
    described,
    label_of,
    list_trained,
    newest_of_each_task,
)
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.questions import SUFFIXES, read_questions
from spoonbench.harness.registry import (
    OURS,
    Registered,
    UnknownName,
    find_solver,
    make_solver,
    solver_names,
    suggest,
)
from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.user_file import read_task
from spoonbench.solvers.api import Example, Keeps, Part, Problem, Settings, Trains, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from spoonbench.harness.records import Artifact
    from spoonbench.harness.tasks.api import Task
    from spoonbench.solvers.api import Answer, AnswerKind, SolverInfo, Solves

_WRITTEN = ("status", "value", "confidence", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """Who answers.

    Attributes:
        name: as it was typed.
        registered: the contestant; for a hybrid the router.
        params: given at the command line.
        stages: of a hybrid, in order.
        infos: facts about the contestant, or about each stage.
        models: what was learned in a duel, by name.
        task: of --train.
    """

    name: str
    registered: Registered
    params: Mapping[str, Any]
    stages: tuple[Registered, ...]
    infos: tuple[SolverInfo, ...]
    models: Mapping[str, Artifact]
    task: Task | None


def run_command(**options: Any) -> None:
    """Answer what the command line gives, in order.

    Raises:
        BadTask: the input cannot be used.
        Unsupported: the contestant cannot answer here; the message says what to do.
    """
    path, out = _path(options["text_or_file"]), options["out_path"]
    if path is None:
        refuse_idle(("question_column", "id_column", "batch_size"), "needs a file of questions.")
    check_out(out)
    chosen = _choose(options)
    kind = options["kind"] or _kind(chosen)
    if path is None:
        problems = [Problem(problem_id="1", text=options["text_or_file"], kind=kind)]
    else:
        problems = read_questions(
            path,
            kind,
            question_column=options["question_column"],
            id_column=options["id_column"],
        )
    with closing(_solver(chosen, kind)) as solver:
        if path is None and out is None:
            _print_one(solver.solve(problems)[0], as_json=options["as_json"])
            return
        _write(_answers(solver, problems, options["batch_size"]), out)


def _path(text: str) -> Path | None:
    """The file that was meant, None for a text.

    Raises:
        BadTask: there is no text, or it reads like the name of a file, and there is none.
    """
    if not text.strip():
        raise BadTask("The text is empty: give a question, or a file of questions.")
    try:
        if Path(text).exists():
            return Path(text)
    except (OSError, ValueError):
        return None
    if text.endswith(SUFFIXES) and " " not in text:
        raise BadTask(f"There is no file {text}.")
    return None


def _choose(options: Mapping[str, Any]) -> _Chosen:
    name, params = options["name"], values(options["overrides"], "--set")
    registered_name = name
    stages: tuple[Registered, ...] = ()
    if ":" in name:
        path, _, function = name.rpartition(":")
        registered_name, params = "function", {**params, "path": path, "function": function}
    elif "+" in name:
        registered_name = "router"
        stages = tuple(_named(stage, options["results"]) for stage in name.split("+"))
    registered = _named(registered_name, options["results"])
    asked = stages or (registered,)
    infos = tuple(make_solver(one.target).info for one in asked)
    train_path = options["train_path"]
    models = {
        one.name: _model(one.name, options["results"], options["models"])
        for one, info in zip(asked, infos, strict=True)
        # A contestant alone can learn again; a hybrid takes what is there, and the rest learns.
        if info.keeps_weights and (stages or train_path is None)
    }
    if options["models"] and not models:
        raise Unsupported(f"{name} uses no model of a duel here: leave out --model.")
    return _Chosen(
        name=name,
        registered=registered,
        params=params,
        stages=stages,
        infos=infos,
        models=models,
        task=None if train_path is None else read_task(train_path, kind=options["kind"]),
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


def _params(registered: Registered, models: Mapping[str, Artifact]) -> dict[str, Any]:
    """What the name stands for, and what its model was made with."""
    model = models.get(registered.name)
    made_with = {} if model is None else model.recipe["settings"].get("params", {})
    return {**registered.params, **made_with}


def _kind(chosen: _Chosen) -> AnswerKind:
    """The kind of answer that was learned; where nothing is, the first that all stages know."""
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


def _solver(chosen: _Chosen, kind: AnswerKind) -> Solves:
    """The contestant, prepared, with what it learned."""
    for name, model in chosen.models.items():
        click.echo(make_plain(f"model: {name} {described(model)}"), err=True)
    solver = make_solver(chosen.registered.target)
    _prepare(solver, chosen, kind)
    if chosen.stages or not chosen.models:
        _teach(solver, chosen)
    elif isinstance(solver, Keeps):
        solver.load(Path(chosen.models[chosen.name].path))
    return solver


def _prepare(solver: Solves, chosen: _Chosen, kind: AnswerKind) -> None:
    # As in a duel: the same stages keep the same answers.
    threshold = {"threshold": THRESHOLDS[kind]} if chosen.stages else {}
    settings = Settings(
        params={**threshold, **_params(chosen.registered, chosen.models), **chosen.params},
        parts=tuple(_stage(stage, chosen.models) for stage in chosen.stages),
        threads=n_cores(),
    )
    try:
        solver.prepare(settings)
    except Unsupported:
        raise
    except Exception as exc:
        # What goes wrong in code of others is not ours to show a traceback of.
        if chosen.registered.distribution == OURS and chosen.registered.name != "function":
            raise
        raise Unsupported(f"{chosen.name}: {type(exc).__name__}: {exc}") from exc


def _stage(registered: Registered, models: Mapping[str, Artifact]) -> Part:
    """One stage of a hybrid, with the folder of what it learned."""
    params = _params(registered, models)
    if registered.name in models:
        params["artifact"] = models[registered.name].path
    settings = Settings(params=params, threads=n_cores())
    return Part(name=registered.name, target=registered.target, settings=settings)


def _teach(solver: Solves, chosen: _Chosen) -> None:
    """Let it learn from --train what it has not learned yet."""
    task = chosen.task
    if not solver.info.needs_training:
        if task is not None:
            raise Unsupported(f"{chosen.name} has nothing to learn here: leave out --train.")
        return
    if task is None and chosen.params.get("shots") == 0:
        return  # a language model that is asked without examples
    if task is None:
        raise Unsupported(
            f"{chosen.name} learns from examples: give a file with --train FILE{_without(chosen)}."
        )
    if not isinstance(solver, Trains):
        raise Unsupported(f"{chosen.name} cannot learn here.")
    items = (*task.training.items, *(item for split in task.splits for item in split.items))
    training = [Example(problem=item.problem, target=item.target) for item in items]
    validation = [Example(problem=i.problem, target=i.target) for i in task.validation.items]
    try:
        solver.fit(training, validation, lambda fraction, message: None, None)
    except ValueError as exc:
        raise BadTask(f"{chosen.name} cannot learn from {task.source}: {exc}") from exc


def _without(chosen: _Chosen) -> str:
    """How to do without examples, where that is possible."""
    can = chosen.registered.name in ("pretrained", "endpoint")
    return ", or ask without any by --set shots=0" if can else ""


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


def _answers(
    solver: Solves, problems: list[Problem], batch_size: int
) -> Iterable[tuple[Problem, Answer]]:
    for start in range(0, len(problems), batch_size):
        batch = problems[start : start + batch_size]
        yield from zip(batch, solver.solve(batch), strict=True)


def _write(answers: Iterable[tuple[Problem, Answer]], out: Path | None) -> None:
    """Write id, status, value, confidence and reason of each, one JSON object a line."""
    count = 0

    def lines() -> Iterator[str]:
        nonlocal count
        for problem, answer in answers:
            count += 1
            found = {name: getattr(answer, name) for name in _WRITTEN}
            yield json.dumps({"id": problem.problem_id, **found})

    write_lines(lines(), out)
    if out is not None:
        what = "answer" if count == 1 else "answers"
        click.echo(make_plain(f"{count} {what} in {out}"), err=True)


def _print_one(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(to_json(replace(answer, trace=())), indent=2))
    elif answer.status == "answered":
        click.echo(make_plain(cast("str", answer.value)))
    else:
        click.echo(make_plain(f"{answer.status}: {answer.reason}"))
