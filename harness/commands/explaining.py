"""How an answer came about, for a person to read and for programs.

As text: what was read, what is asked, the steps, and the answer last, where the eye ends. There
are no columns, so that it can be read at any width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from spoonbench.harness.plaintext import make_plain
from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.explanations import Explains, Explanation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.solvers.api import Answer, Problem
    from spoonbench.solvers.explanations import DerivationStep, Fact

_LEAST_WIDTH = 2
"""Cells of a wide character: nothing narrower holds every text."""


def explain(name: str, solver: object, problem: Problem) -> Explanation:
    """Let a contestant answer one problem, and tell how.

    Raises:
        Unsupported: it says something else.
    """
    found: object = solver.explain(problem) if isinstance(solver, Explains) else None
    if not isinstance(found, Explanation):
        raise Unsupported(f"{name} gave no explanation, but {type(found).__name__}.")
    return found


def show(explanation: Explanation) -> None:
    """Print it as wide as the terminal is."""
    for line in lines_of(explanation, Console().width):
        click.echo(line)


def lines_of(explanation: Explanation, width: int) -> list[str]:
    """The explanation as text.

    Args:
        explanation: what it holds may be of a text of anyone: what does not print is escaped.
        width: cells of a line, 2 or more.

    Returns:
        Lines without line ends, none wider than that.
    """
    entries = [*_reading(explanation), *_remarks(explanation)]
    entries.append(("", _outcome(explanation.answer)))
    console = Console(width=max(width, _LEAST_WIDTH))
    return [line for prefix, text in entries for line in _hanging(prefix, text, console)]


def _reading(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """What was read and how the answer follows; nothing where nothing of it is told."""
    if not (explanation.facts or explanation.asked or explanation.steps):
        return
    yield "", "The text tells:" if explanation.facts else "The text tells no amount."
    for fact in explanation.facts:
        yield from _amount(fact, fact.value or "no number")
        yield " " * len(_margin(fact)), fact.use if fact.use == "used" else f"left out: {fact.use}"
    yield "", "It asks for:" if explanation.asked else "No question was found."
    if explanation.asked:
        yield from _amount(explanation.asked, explanation.asked.value or "")
    yield "", _derivation_title(explanation)
    for step in explanation.steps:
        yield from _step(step)


def _derivation_title(explanation: Explanation) -> str:
    if not explanation.steps:
        return "No answer follows."
    is_answer = explanation.answer.status == "answered"
    return "The answer follows:" if is_answer else "The best reading, which was turned down:"


def _margin(named: Fact | DerivationStep) -> str:
    return f"  {named.name}  "


def _amount(fact: Fact, value: str) -> Iterator[tuple[str, str]]:
    yield _margin(fact), _counted(value, fact.thing) or "an amount"
    for text in (f'"{fact.text}"', fact.says):
        if text:
            yield " " * len(_margin(fact)), text


def _counted(value: str, thing: str) -> str:
    """Things are named in the singular, and stand apart from the number."""
    return f"{value} ({thing})" if value and thing else value or thing


def _step(step: DerivationStep) -> Iterator[tuple[str, str]]:
    sides = " = ".join(dict.fromkeys((step.formula, step.numbers, step.value)))
    yield _margin(step), f"{step.rule}: {_counted(sides, step.thing)}"
    for text in (step.why, *(f"taken for granted: {each}" for each in step.assumptions)):
        yield " " * len(_margin(step)), text


def _remarks(explanation: Explanation) -> Iterator[tuple[str, str]]:
    assumed = {each for step in explanation.steps for each in step.assumptions}
    notes = tuple(note for note in explanation.notes if note not in assumed)
    for title, remarks in (("Other readings:", explanation.others), ("Notes:", notes)):
        if remarks:
            yield "", title
            yield from (("  - ", remark) for remark in remarks)


def _outcome(answer: Answer) -> str:
    sure = "" if answer.confidence is None else f" (confidence {answer.confidence:g})"
    if answer.status == "answered":
        return f"Answer: {answer.value}{sure}"
    return f"No answer, {answer.status}: {answer.reason}{sure}"


def _hanging(prefix: str, text: str, console: Console) -> Iterator[str]:
    """Lines of a paragraph whose first begins with the prefix, the others below its text."""
    # The text is of someone else: it may hold whatever acts on a terminal.
    first, plain = make_plain(prefix), make_plain(text)
    if cell_len(first) > console.width // 3:  # too narrow to indent
        first, plain = "", f"{first.strip()} {plain}".strip()
    indent = cell_len(first)
    wrapped = Text(plain).wrap(console, console.width - indent, overflow="fold")
    for index, line in enumerate(wrapped):
        yield ((first if index == 0 else " " * indent) + line.plain).rstrip()
