"""Command line options of a topic, made from the questions of its framework."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spoonbench.harness.advise.facts import questions_of
from spoonbench.harness.advise.topics import UnknownTopic, framework_of, topics
from spoonbench.harness.frameworks.answering import read_answer
from spoonbench.harness.frameworks.walking import BadAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from spoonbench.harness.frameworks.graph import Framework, Question, Value

OPEN = "about"
_SESSION = "spoonbench.harness.advise.session"
"""Runs what is asked; it reads the options itself, and is therefore named and not imported."""
_AHEAD = ("has_", "is_", "involves_")
_BEHIND = ("_need", "_ok")
_SCALED = {"latency": ("--latency-ms", 1e-3), "memory": ("--memory-mb", 1e6)}
"""Facts that other commands take as a plain number in a unit of the option's name."""
_RESULTS = Path("spoonbench-results")


class Answered(click.ParamType[Any]):
    """What a person writes as the answer of a question."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.name = metavar(question)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Value:
        """Read it; what the question does not allow is a usage error."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]  # read before
        try:
            return read_answer(self.question, value)
        except BadAnswer as exc:
            self.fail(str(exc), param, ctx)


def metavar(question: Question) -> str:
    """What an option takes."""
    if question.type == "yes-no":
        return "yes|no"
    if question.type == "choice":
        return "|".join(choice.name for choice in question.choices)
    return (question.unit or "number").upper()


def option_names(name: str, taken: Iterable[str] = ()) -> tuple[str, ...]:
    """Options that give a fact: by its name, and by the short form of it.

    >>> option_names("has_much_data"), option_names("batch")
    (('--much-data', '--has-much-data'), ('--batch',))
    """
    short = name
    for word in _AHEAD:
        short = short.removeprefix(word)
    for word in _BEHIND:
        short = short.removesuffix(word)
    both = dict.fromkeys((short, name)) if short not in set(taken) else {name: None}
    return tuple(f"--{each.replace('_', '-')}" for each in both)


def topic_names() -> tuple[str, ...]:
    """What can be asked about."""
    return topics()


def topic_command(name: str, file: str | None) -> click.Command | None:
    """The command of a topic.

    Args:
        name: of the topic, `OPEN` where none was given.
        file: framework of one's own.

    Returns:
        None where there is no such topic.

    Raises:
        BadFramework: the file is none.
    """
    if name == OPEN and file is None:
        return _open_command()
    try:
        framework = framework_of(name, file=None if file is None else Path(file))
    except UnknownTopic as exc:
        raise click.UsageError(str(exc)) from exc
    return _command(name, framework)


def _command(name: str, framework: Framework) -> click.Command:
    questions = questions_of(framework)
    return click.Command(
        name,
        params=[*_fact_options(questions), *_general_options(questions, framework.topic)],
        callback=partial(import_module(_SESSION).run_topic, framework),
        help=f"{framework.title}.\n\n{framework.source[:1].upper()}{framework.source[1:]}.",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )


def _open_command() -> click.Command:
    return click.Command(
        OPEN,
        params=[click.Argument(["rest"], nargs=-1, type=click.UNPROCESSED)],
        callback=import_module(_SESSION).run_open,
        context_settings={"ignore_unknown_options": True, "help_option_names": []},
        hidden=True,
    )


def _fact_options(questions: Mapping[str, Question]) -> list[click.Parameter]:
    options: list[click.Parameter] = []
    for name, question in questions.items():
        others = [one for one in questions if one != name]
        names = [*option_names(name, others), f"fact_{name}"]
        options.append(
            click.Option(
                names, type=Answered(question), metavar=metavar(question), help=_help(question)
            )
        )
        if name in _SCALED:
            word, _ = _SCALED[name]
            options.append(click.Option([word, f"scaled_{name}"], type=float, hidden=True))
    return options


def _help(question: Question) -> str:
    """The question, and what its choices mean."""
    meanings = [f"{one.name}: {one.text}" for one in question.choices if one.text != one.name]
    return " ".join([question.text, *([f"({'; '.join(meanings)})"] if meanings else [])])


def facts_of(options: Mapping[str, Any]) -> dict[str, Value]:
    """Facts among the options of a command, those in other units converted.

    Raises:
        UsageError: a fact is given in two ways.
    """
    facts: dict[str, Value] = {}
    for name, value in options.items():
        kind, _, fact = name.partition("_")
        if value is None or kind not in {"fact", "scaled"}:
            continue
        if fact in facts:
            raise click.UsageError(f"{fact} is given twice: {_SCALED[fact][0]} says it too.")
        facts[fact] = value * _SCALED[fact][1] if kind == "scaled" else value
    return facts


def _general_options(questions: Mapping[str, Question], topic: str) -> list[click.Parameter]:
    path = click.Path(path_type=Path)
    folder = click.Path(path_type=Path, file_okay=False)
    options = [
        click.Option(["--model"], metavar="FOLDER", help="A model: its config.json gives facts."),
        click.Option(["--task"], metavar="NAME", help=_task_help(questions)),
        click.Option(["--profile"], type=path, metavar="FILE", help="Facts that were saved."),
        click.Option(
            ["--save-profile"], type=path, metavar="FILE", help="Save the facts (TOML or JSON)."
        ),
        click.Option(
            ["--framework"], type=path, metavar="FILE", help="A framework of your own [shipped]."
        ),
        click.Option(
            ["--as-written"], is_flag=True, help="The case study's own words, faults included."
        ),
        click.Option(
            ["--check-claims"], is_flag=True, help="Check the claims of the answer on the results."
        ),
        click.Option(["--ask"], is_flag=True, help="Ask what would be assumed, too."),
        click.Option(
            ["--out"],
            type=folder,
            default=_RESULTS,
            show_default=True,
            help="Folder of results.",
        ),
        click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."),
    ]
    if topic == "finetune":
        options += [
            click.Option(["--data"], type=path, metavar="FILE", help="Examples, for --write."),
            click.Option(
                ["--write"], type=folder, metavar="FOLDER", help="Write the configuration there."
            ),
        ]
    return [one for one in options if not set(one.opts) & _taken(questions)]


def _taken(questions: Mapping[str, Question]) -> set[str]:
    return {word for name in questions for word in option_names(name)}


def _task_help(questions: Mapping[str, Question]) -> str:
    kinds = "" if "task_kind" not in questions else f"{metavar(questions['task_kind'])}, or "
    text = f"{kinds}a task whose newest duel or matrix in the results is evidence."
    return f"{text[:1].upper()}{text[1:]}" if not kinds else text
