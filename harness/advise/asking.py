"""A question put together: topic, facts, profile, model and sources make a case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.harness.advise.answering import answer
from spoonbench.harness.advise.case import Case
from spoonbench.harness.advise.facts import questions_of, read_facts
from spoonbench.harness.advise.models import read_model
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.advise.topics import framework_of
from spoonbench.harness.frameworks.walking import BadAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.advise.advice import Advice
    from spoonbench.harness.advise.facts import Fact
    from spoonbench.harness.frameworks.graph import Framework, Question


def ask_once(
    topic: str,
    raw: Mapping[str, object],
    sources: Sources | None,
    *,
    model: Path | str | None,
    task: str | None,
    framework: Path | str | None,
) -> Advice:
    """Advice from facts in words or as values; see `advise.ask`."""
    chosen = framework_of(topic, file=None if framework is None else Path(framework))
    questions = questions_of(chosen)
    said, task = with_task_kind(questions, raw, task)
    facts = read_facts(questions, said, "given")
    own = sources or Sources()
    try:
        return answer(chosen, make_case(chosen, facts, own, model=model, task=task))
    finally:
        if sources is None:
            own.close()


def make_case(
    framework: Framework,
    facts: Mapping[str, Fact],
    sources: Sources,
    *,
    model: Path | str | None = None,
    task: str | None = None,
    asks_all: bool = False,
) -> Case:
    """A case of a framework.

    Raises:
        BadModel: the model's folder holds none.
    """
    return Case(
        framework.topic,
        questions_of(framework),
        facts,
        sources,
        own=framework.questions,
        asks_all=asks_all,
        model=None if model is None else read_model(Path(model)),
        task=task,
    )


def with_task_kind(
    questions: Mapping[str, Question], raw: Mapping[str, object], task: str | None
) -> tuple[Mapping[str, object], str | None]:
    """A task names a kind of task where the framework asks for one, else a task of the results.

    Args:
        questions: that facts may answer.
        raw: name to an answer.
        task: as it was given; None: not at all.

    Returns:
        the answers, with the kind, and the name of the task that is left.

    Raises:
        BadAnswer: another kind was given besides.
    """
    kind = questions.get("task_kind")
    if task is None or kind is None or task not in {choice.name for choice in kind.choices}:
        return raw, task
    said = raw.get("task_kind")
    if said is not None and said != task:
        raise BadAnswer("task and task_kind say different things.")
    return {**raw, "task_kind": task}, None
