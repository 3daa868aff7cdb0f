"""`spoonbench solve`: one contestant answers a text or a file, in this process."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from spoonbench.harness.canonical import to_json
from spoonbench.harness.commands.contestants import FORCED, choose, kind_of, params_of
from spoonbench.harness.commands.idle_options import refuse_idle
from spoonbench.harness.duel.ladders import THRESHOLDS
from spoonbench.harness.environment import n_cores
from spoonbench.harness.json_lines import check_out, write_lines
from spoonbench.harness.models.trained import described
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.questions import SUFFIXES, read_questions
from spoonbench.harness.registry import OURS, Registered, make_solver
from spoonbench.harness.tasks.api import BadTask
from spoonbench.solvers.api import Example, Keeps, Part, Problem, Settings, Trains, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spoonbench.harness.commands.contestants import Chosen
    from spoonbench.solvers.api import Answer, AnswerKind, Solves
    from spoonbench.solvers.explanations import Explanation

    _Answered = tuple[Problem, Answer, Explanation | None]
    """A problem, what was said, and how it came about where that was asked for."""

_WRITTEN = ("status", "value", "confidence", "reason")


def run_command(**options: Any) -> None:
    """Answer what the command line gives, in order.

    Raises:
        BadTask: the input cannot be used.
        Unsupported: the contestant cannot answer here; the message says what to do.
        UsageError: options that do not go together, or are not for this contestant.
    """
    path, out = _path(options["text_or_file"]), options["out_path"]
    if path is None:
        refuse_idle(("question_column", "id_column", "batch_size"), "needs a file of questions.")
    if options["explain"]:
        refuse_idle(("batch_size",), "does nothing with --explain, which takes one at a time.")
    check_out(out)
    chosen = choose(options)
    kind = options["kind"] or kind_of(chosen)
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
        if options["explain"]:
            answers = _explained(solver, chosen.name, problems)
        else:
            answers = _answers(solver, problems, options["batch_size"])
        if path is None and out is None:
            _, answer, explanation = next(answers)
            _print_one(answer, explanation, as_json=options["as_json"])
            return
        _write(answers, out)


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


def _explaining() -> Any:
    """The module for explanations, for those who ask for one: the others start without it."""
    return import_module("spoonbench.harness.commands.explaining")


def _solver(chosen: Chosen, kind: AnswerKind) -> Solves:
    """The contestant, prepared, with what it learned."""
    for name, model in chosen.models.items():
        click.echo(make_plain(f"model: {name} {described(model)}"), err=True)
    solver = make_solver(chosen.registered.target)
    try:
        _prepare(solver, chosen, kind)
    except Unsupported as exc:
        if chosen.is_forced and _is_of_force(exc, chosen, kind):
            sentence = f"--forced is not for {chosen.name}: {str(exc).rstrip('.')}."
            raise click.UsageError(make_plain(sentence)) from exc
        raise
    if chosen.stages or not chosen.models:
        _teach(solver, chosen)
    elif isinstance(solver, Keeps):
        solver.load(Path(chosen.models[chosen.name].path))
    return solver


def _is_of_force(refusal: Unsupported, chosen: Chosen, kind: AnswerKind) -> bool:
    """Whether --forced is what was refused: without it the contestant says something else.

    Contestants do not list their parameters; they refuse those that they do not know, by name.
    """
    if not re.search(rf"\b{FORCED}\b", str(refusal)):
        return False
    own = {k: v for k, v in chosen.params[chosen.name].items() if k != FORCED}
    unforced = replace(chosen, params={**chosen.params, chosen.name: own})
    with closing(make_solver(chosen.registered.target)) as solver:
        try:
            _prepare(solver, unforced, kind)
        except Unsupported as exc:
            return str(exc) != str(refusal)
    return True


def _prepare(solver: Solves, chosen: Chosen, kind: AnswerKind) -> None:
    # As in a duel: the same stages keep the same answers.
    threshold = {"threshold": THRESHOLDS[kind]} if chosen.stages else {}
    settings = Settings(
        params={
            **threshold,
            **params_of(chosen.registered, chosen.models),
            **chosen.params[chosen.name],
        },
        parts=tuple(_stage(stage, chosen) for stage in chosen.stages),
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


def _stage(registered: Registered, chosen: Chosen) -> Part:
    """One stage of a hybrid, with the folder of what it learned."""
    params = {**params_of(registered, chosen.models), **chosen.params[registered.name]}
    if registered.name in chosen.models:
        params["artifact"] = chosen.models[registered.name].path
    settings = Settings(params=params, threads=n_cores())
    return Part(name=registered.name, target=registered.target, settings=settings)


def _teach(solver: Solves, chosen: Chosen) -> None:
    """Let it learn from --train what it has not learned yet."""
    task = chosen.task
    if not solver.info.needs_training:
        if task is not None:
            raise Unsupported(f"{chosen.name} has nothing to learn here: leave out --train.")
        return
    if task is None and all(chosen.params[name].get("shots") == 0 for name in _learners(chosen)):
        return  # language models that are asked without examples
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


def _learners(chosen: Chosen) -> tuple[str, ...]:
    """Names of those who have still to learn; a contestant alone is asked when it is prepared."""
    if not chosen.stages:
        return (chosen.name,)
    return tuple(
        stage.name
        for stage, info in zip(chosen.stages, chosen.infos, strict=True)
        if info.needs_training and stage.name not in chosen.models
    )


def _without(chosen: Chosen) -> str:
    """How to do without examples, where that is possible."""
    learners = _learners(chosen)
    if not set(learners) <= {"pretrained", "endpoint"}:
        return ""
    prefixes = [f"{name}." for name in learners] if chosen.stages else [""]
    words = " ".join(f"--set {prefix}shots=0" for prefix in prefixes)
    return f", or ask without any by {words}"


def _answers(solver: Solves, problems: list[Problem], batch_size: int) -> Iterator[_Answered]:
    for start in range(0, len(problems), batch_size):
        batch = problems[start : start + batch_size]
        for problem, answer in zip(batch, solver.solve(batch), strict=True):
            yield problem, answer, None


def _explained(solver: Solves, name: str, problems: list[Problem]) -> Iterator[_Answered]:
    explain = _explaining().explain
    for problem in problems:
        explanation: Explanation = explain(name, solver, problem)
        yield problem, explanation.answer, explanation


def _write(answers: Iterable[_Answered], out: Path | None) -> None:
    """Write id, status, value, confidence and reason of each, one JSON object a line.

    Where it was asked for, the explanation stands in the line too.
    """
    count = 0

    def lines() -> Iterator[str]:
        nonlocal count
        for problem, answer, explanation in answers:
            count += 1
            row = {"id": problem.problem_id}
            row |= {name: getattr(answer, name) for name in _WRITTEN}
            if explanation is not None:
                row["explanation"] = to_json(explanation)
            yield json.dumps(row)

    write_lines(lines(), out)
    if out is not None:
        what = "answer" if count == 1 else "answers"
        click.echo(make_plain(f"{count} {what} in {out}"), err=True)


def _print_one(answer: Answer, explanation: Explanation | None, *, as_json: bool) -> None:
    if explanation is not None and as_json:
        click.echo(json.dumps(to_json(explanation), indent=2))
    elif explanation is not None:
        _explaining().show(explanation)
    elif as_json:
        click.echo(json.dumps(to_json(replace(answer, trace=())), indent=2))
    elif answer.status == "answered":
        click.echo(make_plain(cast("str", answer.value)))
    else:
        click.echo(make_plain(f"{answer.status}: {answer.reason}"))
