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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.advise.advice import Advice
    from spoonbench.harness.advise.facts import Fact
    from spoonbench.harness.frameworks.graph import Framework


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
    facts = read_facts(questions_of(chosen), raw, "given")
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
