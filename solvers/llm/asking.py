r"""How a model of elsewhere is asked: an instruction, examples of the training part, the question.

As plain text, for a base model:

    Answer with one sentence of the form: The answer is NUMBER.

    Question: ann had 2 pens, she got 3 more
    Answer: The answer is 5.

    Question: ...
    Answer:

As messages, for a chat template: the same, a turn of the user and one of the assistant for each.

Not covered: retrieval of the examples that fit a question best; reasoning before the answer.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.solvers.llm.prompt import CUT_OFF, NOTHING_FOUND, Reading, read_answer
from spoonbench.solvers.numerals import read_number, write_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import AnswerKind, Example

STOP = "\nQuestion:"
"""A base model goes on with a question of its own: its answer ends there."""

_MOST_LABELS = 100
"""More labels are not listed in the instruction; the examples must show them."""

_FORMS = {"number": "NUMBER", "label": "LABEL", "text": "TEXT"}
_NUMBER = re.compile(r"(?<![\w.])[-+]?[0-9][0-9,]*+(?:\.[0-9]++)?+(?:/[0-9]++)?+(?![\w%])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What stands around every question.

    Attributes:
        kind: of answer.
        instruction: one paragraph.
        shots: examples of the training part, as pairs of question and answer sentence.
        labels: of the training part, sorted; empty for other kinds.
        dotted: answers of the training part contain full stops, so that one does not end a value.
    """

    kind: AnswerKind
    instruction: str
    shots: tuple[tuple[str, str], ...] = ()
    labels: tuple[str, ...] = ()
    dotted: bool = False

    def refusal(self, kind: AnswerKind) -> str | None:
        """Why a question of this kind is not asked so; None if it can be."""
        if kind == self.kind:
            return None
        return f"the examples have answers of the kind {self.kind}, not {kind}"

    def text(self, question: str) -> str:
        """The prompt of a base model, which goes on after "Answer:"."""
        blocks = [self.instruction]
        blocks += [f"Question: {shown}\nAnswer: {answer}" for shown, answer in self.shots]
        return "\n\n".join([*blocks, f"Question: {question}\nAnswer:"])

    def messages(self, question: str) -> list[dict[str, str]]:
        """Turns of a chat, the user's first; the instruction opens the first of them.

        Returns:
            Mappings with `role` and `content`.
        """
        turns: list[dict[str, str]] = []
        for shown, answer in self.shots:
            turns.append({"role": "user", "content": f"Question: {shown}"})
            turns.append({"role": "assistant", "content": answer})
        turns.append({"role": "user", "content": f"Question: {question}"})
        turns[0]["content"] = f"{self.instruction}\n\n{turns[0]['content']}"
        return turns


def make_asking(training: Sequence[Example], kind: AnswerKind, n_shots: int, seed: int) -> Asking:
    """Draw examples and write the instruction.

    Args:
        training: to draw from; may be empty if `n_shots` is 0.
        kind: of answer.
        n_shots: examples in the prompt; drawn once, the same for every question.
        seed: of the draw.

    Raises:
        ValueError: there are fewer training examples than `n_shots`.
    """
    if n_shots > len(training):
        raise ValueError(
            f"{n_shots} examples are to stand in the prompt, and the training part has "
            f"{len(training)}"
        )
    drawn = random.Random(seed).sample(list(training), n_shots)  # noqa: S311  # no secret
    labels: tuple[str, ...] = ()
    if kind == "label":
        labels = tuple(sorted({e.target for e in training if e.target is not None}))
    refusable = not training or any(example.target is None for example in training)
    return Asking(
        kind=kind,
        instruction=_instruction(kind, labels, refusable=refusable),
        shots=tuple((e.problem.text, _sentence(e.target)) for e in drawn),
        labels=labels,
        dotted=any("." in (example.target or "") for example in training),
    )


def read_reply(asking: Asking, text: str, *, cut_off: bool) -> Reading:
    """Read the answer from what a model of elsewhere wrote.

    The sentence that was asked for counts first. Where it is missing, a text that holds one number
    alone, or is a label of the training part, is taken for the answer; for texts, the whole reply.

    Args:
        asking: how it was asked.
        text: the reply.
        cut_off: the limit of new tokens ended it.
    """
    text, stop, _ = text.partition(STOP)
    cut_off = cut_off and not stop
    reading = read_answer(text, asking.kind, cut_off=cut_off, dotted=asking.dotted)
    if reading.reason != NOTHING_FOUND:
        return reading
    if cut_off:
        return Reading(status="failed", reason=CUT_OFF)
    if "answer is" in text.casefold():
        return reading
    value = _bare(asking, text)
    return reading if value is None else Reading(status="answered", value=value)


def _bare(asking: Asking, text: str) -> str | None:
    """The value of a reply without the sentence."""
    if asking.kind == "number":
        values = {read_number(match.group().rstrip(",")) for match in _NUMBER.finditer(text)}
        only = values.pop() if len(values) == 1 else None
        return None if only is None else write_number(only)
    plain = text.strip().strip("\"'").removesuffix(".").strip()
    if asking.kind == "label":
        return next(
            (label for label in asking.labels if label.casefold() == plain.casefold()), None
        )
    return plain or None


def _sentence(target: str | None) -> str:
    return "There is no answer." if target is None else f"The answer is {target}."


def _instruction(kind: AnswerKind, labels: Sequence[str], *, refusable: bool) -> str:
    parts = [f"Answer with one sentence of the form: The answer is {_FORMS[kind]}."]
    if refusable:
        parts.append("If the question cannot be answered, write: There is no answer.")
    if 0 < len(labels) <= _MOST_LABELS:
        parts.append(f"LABEL is one of: {', '.join(labels)}.")
    return " ".join(parts)
