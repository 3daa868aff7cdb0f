"""What is known of a case: each fact with who said it, and the inputs that infer others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.answering import read_answer
from spoonbench.harness.frameworks.graph import Choice, Question
from spoonbench.harness.frameworks.walking import check_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.advise.advice import Origin
    from spoonbench.harness.frameworks.graph import Framework, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One answer and its origin.

    Attributes:
        name: of the question.
        value: the answer.
        origin: who answered.
        why: how it was inferred, or what was assumed.
    """

    name: str
    value: Value
    origin: Origin
    why: str = ""

    @property
    def is_of_this_question(self) -> bool:
        """It was said for this question, and does not come from a profile that holds for all."""
        return self.origin == "given"


def _number(name: str, text: str, unit: str, **more: float | bool | None) -> Question:
    return Question(name=name, text=text, type="number", unit=unit, **more)  # type: ignore[arg-type]  # low, high and is_whole


_DTYPES = ("float32", "bfloat16", "float16")

MODES = {
    "answer": "whole answers to the items of a task",
    "prefill": "reading a text",
    "decode": "writing after a text was read",
    "score": "how likely a given text is",
    "train": "steps of training",
}
"""What a matrix can time, as `records.Mode` names it, in words."""

INPUTS: Mapping[str, Question] = {
    one.name: one
    for one in (
        _number(
            "parameters",
            "How many parameters does the model have?",
            "parameters",
            low=1.0,
            is_whole=True,
        ),
        _number("batch", "How many items go into one call?", "items", low=1.0, is_whole=True),
        _number("context", "How many tokens has one text?", "tokens", low=1.0, is_whole=True),
        _number("memory", "How much memory is there for it?", "bytes", low=1.0),
        Question(
            name="dtype",
            text="In which number format are the weights?",
            type="choice",
            choices=tuple(Choice(name=name, text=name) for name in _DTYPES),
        ),
        Question(
            name="device",
            text="Which accelerator is there? (cpu: none)",
            type="choice",
            choices=tuple(Choice(name=name, text=name) for name in ("cpu", "cuda", "mps")),
        ),
        Question(
            name="task_kind",
            text="What kind of task is it?",
            type="choice",
            choices=tuple(
                Choice(name=name, text=name) for name in ("arithmetic", "code", "language")
            ),
        ),
        _number("draft_tokens", "How many tokens are drafted at once?", "tokens", is_whole=True),
        _number("draft_cost", "What does a run of the draft cost, of one of the large?", "share"),
        _number("coverage_need", "Which share of items must be answered?", "share", high=1.0),
        _number("latency", "How long may one answer take, at the 95th percentile?", "seconds"),
        _number("accuracy_need", "Which share of answers must be right?", "share", high=1.0),
        _number("rate", "How many answers a second must there be?", "answers/s"),
        Question(
            name="mode",
            text="What is to be done: whole answers, reading, writing, scoring or training?",
            type="choice",
            choices=tuple(Choice(name=name, text=text) for name, text in MODES.items()),
        ),
        Question(
            name="prefer",
            text="Which one, of several that do: the simplest, or the quickest?",
            type="choice",
            choices=tuple(Choice(name=name, text=name) for name in ("simplest", "quickest")),
        ),
    )
}
"""Questions that no framework has to ask, and whose answers infer or decide others."""

TRAINING_TOPICS = frozenset({"finetune", "training-memory"})
USUAL_DTYPE = "float32"
MEMORY_INPUTS = ("parameters", "batch", "context", "dtype", "memory", "device")
DUEL_INPUTS = ("accuracy_need", "coverage_need", "latency", "memory", "prefer")
SETTING_INPUTS = ("latency", "rate", "memory", "accuracy_need")
BATCH_LATENCY = _number(
    "latency", "How long may a batch take? Its answers come together, at its end.", "seconds"
)
"""What takes the place of the latency of one answer, where batches are chosen."""
MEASURED_INPUTS: Mapping[str, tuple[str, ...]] = {
    "tool": DUEL_INPUTS,
    "setting": (*SETTING_INPUTS, "mode", "context", "device", "batch", "dtype", "parameters"),
}
"""Topic to the facts that a choice by measurement looks at beside those of the path."""


def questions_of(framework: Framework) -> dict[str, Question]:
    """Everything that may be said about a case: what is asked, and what infers it."""
    names: tuple[str, ...] = ()
    if any(name.startswith(("fits", "memory_share")) for name in framework.questions):
        names += MEMORY_INPUTS
    if "is_precise" in framework.questions:
        names += ("task_kind",)
    if "speedup" in framework.questions:
        names += ("draft_tokens", "draft_cost")
    own = dict(INPUTS)
    if framework.topic == "tool":
        names += DUEL_INPUTS
    if framework.topic == "setting":
        names += ("mode", *SETTING_INPUTS)
        own["latency"] = BATCH_LATENCY
    return {**{name: own[name] for name in names}, **framework.questions}


def read_facts(
    questions: Mapping[str, Question], raw: Mapping[str, object], origin: Origin, why: str = ""
) -> dict[str, Fact]:
    """Facts from answers, in words or as values.

    Args:
        questions: that are known; facts of other names are refused.
        raw: name to an answer; None: not given.
        origin: of all of them.
        why: likewise.

    Raises:
        BadAnswer: a question does not allow its answer.
        UnknownFact: there is no such question.
    """
    facts = {}
    for name, value in raw.items():
        if value is None:
            continue
        if name not in questions:
            raise UnknownFact(name, questions)
        answer = _value(questions[name], value)
        facts[name] = Fact(name=name, value=answer, origin=origin, why=why)
    return facts


class UnknownFact(ValueError):
    """A fact that nothing here asks for."""

    def __init__(self, name: str, known: Mapping[str, object]) -> None:
        super().__init__(f"Nothing asks for {name!r}; there are: {', '.join(sorted(known))}.")


def _value(question: Question, value: object) -> Value:
    if isinstance(value, str):
        return read_answer(question, value)
    if isinstance(value, bool):
        answer: Value = value
    elif isinstance(value, int | float):
        answer = float(value)
    else:
        answer = str(value)
    check_answer(question, answer)
    return answer
