"""`spoonbench solve`: one contestant answers a text or a file, in this process."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from spoonbench.harness.artifacts import ArtifactStore
from spoonbench.harness.assignments import values
from spoonbench.harness.canonical import to_json
from spoonbench.harness.environment import n_cores
from spoonbench.harness.questions import SUFFIXES, read_questions
from spoonbench.harness.registry import find_solver, make_solver
from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.user_file import read_task
from spoonbench.solvers.api import Example, Keeps, Part, Problem, Settings, Trains, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from spoonbench.harness.records import Artifact
    from spoonbench.solvers.api import Answer, Solves

_WRITTEN = ("status", "value", "confidence", "reason")


def run_command(**options: Any) -> None:
    """Answer what the command line gives, in order.

    Raises:
        BadTask: the input cannot be used.
        Unsupported: the contestant cannot answer here; the message says what to do.
    """
    solver = _solver(options)
    kind = options["kind"] or solver.info.kinds[0]
    path = _path(options["text_or_file"])
    with closing(solver):
        if path is None:
            problem = Problem(problem_id="1", text=options["text_or_file"], kind=kind)
            _print_one(solver.solve([problem])[0], as_json=options["as_json"])
            return
        problems = read_questions(
            path,
            kind,
            question_column=options["question_column"],
            id_column=options["id_column"],
        )
        _write(_answers(solver, problems, options["batch_size"]), options["out_path"])


def _path(text: str) -> Path | None:
    """The file that was meant, None for a text.

    Raises:
        BadTask: it reads like the name of a file, and there is none.
    """
    try:
        if Path(text).exists():
            return Path(text)
    except (OSError, ValueError):
        return None
    if text.endswith(SUFFIXES) and " " not in text:
        raise BadTask(f"There is no file {text}.")
    return None


def _solver(options: Mapping[str, Any]) -> Solves:
    name, params = options["name"], values(options["overrides"], "--set")
    registered_name, label = name, name
    parts: tuple[Part, ...] = ()
    if ":" in name:
        path, _, function = name.rpartition(":")
        registered_name, params = "function", {**params, "path": path, "function": function}
    elif "+" in name:
        registered_name = "router"
        parts = tuple(_stage(stage, options) for stage in name.split("+"))
    registered = find_solver(registered_name)
    solver = make_solver(registered.target)
    params = {**registered.params, **params}
    solver.prepare(Settings(params=params, parts=parts, threads=n_cores()))
    if solver.info.needs_training:
        _teach(solver, label, options)
    return solver


def _stage(name: str, options: Mapping[str, Any]) -> Part:
    """One stage of a hybrid, with the folder of what it learned."""
    registered = find_solver(name)
    params = dict(registered.params)
    if make_solver(registered.target).info.keeps_weights:
        params["artifact"] = _newest(name, options["results"]).path
    settings = Settings(params=params, threads=n_cores())
    return Part(name=name, target=registered.target, settings=settings)


def _teach(solver: Solves, name: str, options: Mapping[str, Any]) -> None:
    """Load what the contestant learned in a duel, or let it learn now."""
    train_path = options["train_path"]
    if train_path is None and solver.info.keeps_weights and isinstance(solver, Keeps):
        artifact = _newest(name, options["results"])
        click.echo(f"model: {artifact.path}", err=True)
        solver.load(Path(artifact.path))
        return
    if train_path is None:
        raise Unsupported(f"{name} learns from examples: give a file with --train FILE.")
    if not isinstance(solver, Trains):
        raise Unsupported(f"{name} cannot learn here.")
    task = read_task(train_path, kind=options["kind"])
    items = (*task.training.items, *(item for split in task.splits for item in split.items))
    training = [Example(problem=item.problem, target=item.target) for item in items]
    validation = [Example(problem=i.problem, target=i.target) for i in task.validation.items]
    solver.fit(training, validation, lambda fraction, message: None, None)


def _newest(name: str, results: Path) -> Artifact:
    """The model of that name that was made last."""
    found = [
        artifact
        for artifact in ArtifactStore(results / "models").list()
        if artifact.recipe["settings"].get("label") == name
    ]
    if not found:
        raise Unsupported(
            f"{results / 'models'} holds no model called {name!r}: run spoonbench duel first, "
            "or give a file with --train FILE."
        )
    return max(found, key=lambda artifact: Path(artifact.path).stat().st_mtime_ns)


def _answers(
    solver: Solves, problems: list[Problem], batch_size: int
) -> Iterable[tuple[Problem, Answer]]:
    for start in range(0, len(problems), batch_size):
        batch = problems[start : start + batch_size]
        yield from zip(batch, solver.solve(batch), strict=True)


def _write(answers: Iterable[tuple[Problem, Answer]], out: Path | None) -> None:
    """Write id, status, value, confidence and reason of each, one JSON object a line."""
    lines = (
        json.dumps({"id": problem.problem_id, **{name: getattr(answer, name) for name in _WRITTEN}})
        for problem, answer in answers
    )
    if out is None:
        for line in lines:
            click.echo(line)
        return
    # A half-written file must not pass for a whole one.
    partial = out.with_name(out.name + ".partial")
    with partial.open("w", encoding="utf-8") as file:
        count = sum(1 for line in lines if file.write(line + "\n"))
    partial.replace(out)
    click.echo(f"{count} answers in {out}", err=True)


def _print_one(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(to_json(replace(answer, trace=())), indent=2))
    elif answer.status == "answered":
        click.echo(_plain(cast("str", answer.value)))
    else:
        click.echo(_plain(f"{answer.status}: {answer.reason}"))


def _plain(text: str) -> str:
    """Control characters and lone surrogates as escapes: a model may write anything."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )
