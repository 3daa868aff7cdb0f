"""Whether the parts of a framework fit together: every name stands for something, no circle."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.paths import representatives
from spoonbench.harness.frameworks.showing import names_in
from spoonbench.harness.frameworks.tables import BadFramework, check_name, shortened
from spoonbench.harness.frameworks.walking import BadAnswer, check_answer
from spoonbench.harness.frameworks.wording import bounds_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from spoonbench.harness.frameworks.graph import Condition, Framework, Question


def check_question(question: Question, where: str) -> None:
    """A question can be answered, and has nothing that belongs to another type.

    Raises:
        BadFramework: says where and why not.
    """
    if (question.type == "choice") != (len(question.choices) > 1):
        raise BadFramework(f"{where}: choices belong to a question of type choice, two or more.")
    limits = (question.unit, question.low, question.high, question.is_whole)
    if question.type != "number" and limits != ("", 0.0, None, False):
        raise BadFramework(f"{where}: only a number has a unit, low, high or whole.")
    if question.high is not None and question.low > question.high:
        raise BadFramework(f"{where}: low is greater than high.")


def check_framework(framework: Framework) -> None:
    """Everything that is named is there, answers are answers, and no path is a circle.

    Raises:
        BadFramework: says where and why not.
    """
    check_name(framework.framework_id, "id")
    if framework.version < 1:
        raise BadFramework("version is a whole number from 1 on.")
    _check_names(framework)
    _check_places(framework)
    _check_conditions(framework)
    _check_texts(framework)
    _check_examples(framework)
    _check_circle(framework)


def _check_names(framework: Framework) -> None:
    both = framework.nodes.keys() & framework.verdicts.keys()
    if both:
        raise BadFramework(f"{', '.join(sorted(both))}: a node and a verdict of the same name.")
    both = framework.questions.keys() & framework.thresholds.keys()
    if both:
        names = ", ".join(sorted(both))
        raise BadFramework(f"{names}: a question and a threshold of the same name.")
    for name in (*framework.questions, *framework.thresholds):
        if "-" in name:
            raise BadFramework(f"{name}: questions and thresholds have _ for -.")
    for question in framework.questions.values():
        if question.type == "number" and not representatives(framework, question, {}, frozenset()):
            where = f"questions.{question.name}"
            raise BadFramework(f"{where}: no whole number lies between low and high.")


def _check_places(framework: Framework) -> None:
    places = framework.nodes.keys() | framework.verdicts.keys()
    _require([framework.start], places, "start")
    for node in framework.nodes.values():
        _require([node.asks], framework.questions, f"nodes.{node.name}: asks")
        _require([edge.to for edge in node.edges], places, f"nodes.{node.name}: an edge to")


def _check_conditions(framework: Framework) -> None:
    for node in framework.nodes.values():
        for edge in node.edges:
            where = f"nodes.{node.name}"
            _check_condition(framework, framework.questions[node.asks], edge.condition, where)
    for verdict in framework.verdicts.values():
        where = f"verdicts.{verdict.name}: needs"
        _require(verdict.needs, framework.questions, where)
        for name, condition in verdict.needs.items():
            _check_condition(framework, framework.questions[name], condition, where)


def _check_condition(
    framework: Framework, question: Question, condition: Condition, where: str
) -> None:
    """It asks for answers that its question can have."""
    bounds = bounds_of(condition)
    thresholds = [bound for bound in bounds if isinstance(bound, str)]
    _require(thresholds, framework.thresholds, f"{where}: the threshold")
    if bounds and question.type != "number":
        raise BadFramework(f"{where}: {question.name} is no number and has no bounds.")
    for value in condition.one_of:
        try:
            check_answer(question, value)
        except BadAnswer as exc:
            raise BadFramework(f"{where}: {exc}") from exc


def _check_texts(framework: Framework) -> None:
    known = framework.questions.keys() | framework.thresholds.keys()
    for verdict in framework.verdicts.values():
        where = f"verdicts.{verdict.name}: text"
        names = names_in(verdict.text)
        _require(names, known, f"{where}: the name")
        # Each name has a brace on either side; every other brace would be shown as it stands.
        if len(names) * 2 != len(re.findall(r"[{}]", verdict.text)):
            raise BadFramework(f"{where}: braces hold the name of a question or a threshold.")


def _check_examples(framework: Framework) -> None:
    for example in framework.examples:
        where = f"example {shortened(example.text)}"
        _require([example.verdict], framework.verdicts, f"{where}: the verdict")
        _require(example.answers, framework.questions, f"{where}: the question")
        for name, answer in example.answers.items():
            try:
                check_answer(framework.questions[name], answer)
            except BadAnswer as exc:
                raise BadFramework(f"{where}: {exc}") from exc


def _check_circle(framework: Framework) -> None:
    """No path comes back to where it was."""
    ahead = {node.name: {edge.to for edge in node.edges} for node in framework.nodes.values()}
    try:
        TopologicalSorter(ahead).prepare()
    except CycleError as exc:
        # It tells the circle backwards: each place after the one that leads to it.
        raise BadFramework(f"a circle: {' -> '.join(reversed(exc.args[1]))}.") from exc


def _require(names: Iterable[str], known: Collection[str], where: str) -> None:
    for name in names:
        if name not in known:
            raise BadFramework(f"{where} {shortened(name)}, which is not there.")
