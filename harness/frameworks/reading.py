"""Frameworks from TOML, checked before anything walks them; docs/frameworks.md has the format."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, get_args

from spoonbench.harness.frameworks.checking import check_framework, check_question
from spoonbench.harness.frameworks.graph import (
    FORMAT,
    Choice,
    Condition,
    Edge,
    Example,
    Framework,
    Node,
    Question,
    QuestionType,
    Reading,
    Threshold,
    Verdict,
)
from spoonbench.harness.frameworks.tables import BadFramework, Table, check_name, shortened

__all__ = ["BadFramework", "parse_framework", "read_framework", "shipped", "shipped_ids"]

_FOLDER = Path(__file__).parent / "shipped"


def shipped_ids() -> list[str]:
    """Ids of the frameworks that ship with the package, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


@cache
def shipped(framework_id: str) -> Framework:
    """A framework that ships with the package.

    Raises:
        BadFramework: there is none of that id.
    """
    if framework_id not in shipped_ids():
        known = ", ".join(shipped_ids()) or "none"
        raise BadFramework(f"No framework is called {shortened(framework_id)}; there are: {known}.")
    return read_framework(_FOLDER / f"{framework_id}.toml")


def read_framework(path: Path) -> Framework:
    """A framework from a file.

    Raises:
        BadFramework: it cannot be read, or is no framework.
    """
    try:
        return parse_framework(path.read_text(encoding="utf-8"))
    except BadFramework as exc:
        raise BadFramework(f"{path}: {exc}") from exc
    # A path with a null character is a ValueError, as is text that is not UTF-8.
    except (OSError, ValueError) as exc:
        raise BadFramework(f"{path} cannot be read: {exc}.") from exc


def parse_framework(text: str) -> Framework:
    """A framework from TOML.

    Raises:
        BadFramework: it is no TOML, or no framework: an unknown or missing word, a value of another
            type, a name that stands for nothing, a circle.
    """
    table = Table(_toml(text), "the file")
    version = table.take("format", int)
    if version != FORMAT:
        raise BadFramework(f"format is {shortened(version)}, and this version reads {FORMAT}.")
    framework = Framework(
        framework_id=table.text("id"),
        version=table.take("version", int),
        title=table.text("title"),
        topic=table.text("topic"),
        reading=table.one_of("reading", get_args(Reading)),
        source=table.text("source"),
        mends=table.text("mends", None),
        start=table.text("start"),
        faults=table.names("faults"),
        questions=table.each("questions", _question),
        thresholds=table.each("thresholds", _threshold),
        nodes=table.each("nodes", _node),
        verdicts=table.each("verdicts", _verdict),
        examples=tuple(_example(one) for one in table.tables("examples")),
    )
    table.close()
    check_framework(framework)
    return framework


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    # Too deep a nesting, and a number of too many digits, are no errors of TOML.
    except (ValueError, RecursionError) as exc:
        raise BadFramework(f"this is no TOML: {exc}.") from exc


def _question(name: str, table: Table) -> Question:
    question = Question(
        name=name,
        text=table.text("text"),
        type=table.one_of("type", get_args(QuestionType)),
        unit=table.take("unit", str, ""),
        low=table.take("low", float, 0.0),
        high=table.take("high", float, None),
        is_whole=table.take("whole", bool, False),
        choices=tuple(_choice(table, *item) for item in table.values("choices").items()),
        is_general=table.take("general", bool, False),
    )
    check_question(question, table.where)
    return question


def _choice(table: Table, name: str, text: object) -> Choice:
    check_name(name, f"{table.where}, choices")
    if not isinstance(text, str):
        raise BadFramework(f"{table.where}: choices.{name} should be text.")
    return Choice(name=name, text=text)


def _threshold(name: str, table: Table) -> Threshold:
    return Threshold(
        name=name,
        value=table.take("value", float),
        text=table.text("text"),
        claims=table.names("claims"),
        evidence=table.text("evidence", None),
    )


def _condition(table: Table) -> Condition:
    condition = Condition(
        one_of=table.list_of_values("is"),
        least=table.bound("least"),
        above=table.bound("above"),
        most=table.bound("most"),
        below=table.bound("below"),
        otherwise=table.take("otherwise", bool, False),
    )
    is_given = condition != Condition(otherwise=condition.otherwise)
    if is_given == condition.otherwise:
        raise BadFramework(f"{table.where} has either a condition or otherwise = true.")
    return condition


def _node(name: str, table: Table) -> Node:
    edges = []
    for one in table.tables("edges"):
        one.where = f"{table.where}, {one.where}"
        edges.append(Edge(condition=_condition(one), to=one.text("to")))
        one.close()
    if not edges:
        raise BadFramework(f"{table.where} has no edges.")
    return Node(
        name=name,
        asks=table.text("asks"),
        edges=tuple(edges),
        claims=table.names("claims"),
        evidence=table.names("evidence"),
    )


def _verdict(name: str, table: Table) -> Verdict:
    return Verdict(
        name=name,
        choice=table.take("choice", str),
        text=table.text("text"),
        claims=table.names("claims"),
        evidence=table.names("evidence"),
        settings=table.values("settings"),
        needs=table.each("needs", _need),
    )


def _need(_: str, table: Table) -> Condition:
    condition = _condition(table)
    if condition.otherwise:
        raise BadFramework(f"{table.where}: a verdict needs a condition, not otherwise.")
    return condition


def _example(table: Table) -> Example:
    example = Example(
        text=table.text("text"),
        answers=table.values("answers"),
        verdict=table.text("verdict"),
    )
    table.close()
    return example
