"""Frameworks from TOML, checked before anything walks them; docs/frameworks.md has the format."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.harness.frameworks.graph import Value

_FOLDER = Path(__file__).parent / "shipped"
_BOUNDS = ("least", "above", "most", "below")
_REQUIRED = object()


class BadFramework(ValueError):
    """A file that is no framework; the message says where and why."""


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
        raise BadFramework(f"No framework is called {framework_id!r}; there are: {known}.")
    return read_framework(_FOLDER / f"{framework_id}.toml")


def read_framework(path: Path) -> Framework:
    """A framework from a file.

    Raises:
        BadFramework: it cannot be read, or is no framework.
    """
    try:
        return parse_framework(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as exc:
        raise BadFramework(f"{path} cannot be read: {exc}.") from exc
    except BadFramework as exc:
        raise BadFramework(f"{path}: {exc}") from exc


def parse_framework(text: str) -> Framework:
    """A framework from TOML.

    Raises:
        BadFramework: it is no TOML, or no framework: an unknown or missing word, a value of another
            type, or an edge that leads to nothing.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise BadFramework(f"this is no TOML: {exc}.") from exc
    table = _Table(raw, "the file")
    if table.take("format", int) != FORMAT:
        raise BadFramework(f"format is {raw['format']!r}, and this version reads {FORMAT}.")
    framework = Framework(
        framework_id=table.take("id", str),
        version=table.take("version", int),
        title=table.take("title", str),
        topic=table.take("topic", str),
        reading=table.one_of("reading", get_args(Reading)),
        source=table.take("source", str),
        mends=table.take("mends", str, None),
        start=table.take("start", str),
        faults=table.names("faults"),
        questions=table.each("questions", _question),
        thresholds=table.each("thresholds", _threshold),
        nodes=table.each("nodes", _node),
        verdicts=table.each("verdicts", _verdict),
        examples=tuple(_example(one) for one in table.tables("examples")),
    )
    table.close()
    _check_names(framework)
    return framework


class _Table:
    """A table of TOML whose words are taken one by one; what is left over is a mistake."""

    def __init__(self, raw: Mapping[str, Any], where: str) -> None:
        self.where = where
        self._raw = dict(raw)

    def take(self, name: str, kind: type, default: Any = _REQUIRED) -> Any:
        if name not in self._raw:
            if default is _REQUIRED:
                raise BadFramework(f"{self.where} has no {name}.")
            return default
        value = self._raw.pop(name)
        # In TOML 1 and 1.0 differ; here they do not. True is no number.
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise BadFramework(
                f"{self.where}: {name} is {value!r}, and should be of type {kind.__name__}."
            )
        if isinstance(value, float) and not math.isfinite(value):
            raise BadFramework(f"{self.where}: {name} is {value!r}, and should be finite.")
        return value

    def one_of(self, name: str, allowed: tuple[str, ...]) -> Any:
        value = self.take(name, str)
        if value not in allowed:
            raise BadFramework(f"{self.where}: {name} is {value!r}, not one of {allowed}.")
        return value

    def names(self, name: str) -> tuple[str, ...]:
        values = self.take(name, list, [])
        if not all(isinstance(value, str) for value in values):
            raise BadFramework(f"{self.where}: {name} should be a list of words.")
        return tuple(values)

    def values(self, name: str) -> dict[str, Value]:
        raw = self.take(name, dict, {})
        return {key: _value(value, f"{self.where}, {name}.{key}") for key, value in raw.items()}

    def each(self, name: str, make: Callable[[str, _Table], Any]) -> dict[str, Any]:
        raw = self.take(name, dict, {})
        return {key: self._made(f"{name}.{key}", key, value, make) for key, value in raw.items()}

    def _made(self, where: str, key: str, value: object, make: Callable[[str, _Table], Any]) -> Any:
        if not isinstance(value, dict):
            raise BadFramework(f"{where} should be a table.")
        table = _Table(value, where)
        made = make(key, table)
        table.close()
        return made

    def tables(self, name: str) -> list[_Table]:
        raw = self.take(name, list, [])
        if not all(isinstance(one, dict) for one in raw):
            raise BadFramework(f"{self.where}: {name} should be a list of tables.")
        return [_Table(one, f"{name} {index + 1}") for index, one in enumerate(raw)]

    def close(self) -> None:
        if self._raw:
            left = ", ".join(sorted(self._raw))
            raise BadFramework(f"{self.where} has words that are not known: {left}.")


def _value(value: object, where: str) -> Value:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    raise BadFramework(f"{where} is {value!r}: no word, number, true or false.")


def _question(name: str, table: _Table) -> Question:
    choices = table.values("choices")
    question = Question(
        name=name,
        text=table.take("text", str),
        type=table.one_of("type", get_args(QuestionType)),
        unit=table.take("unit", str, ""),
        low=table.take("low", float, 0.0),
        high=table.take("high", float, None),
        is_whole=table.take("whole", bool, False),
        choices=tuple(Choice(name=key, text=str(text)) for key, text in choices.items()),
        is_general=table.take("general", bool, False),
    )
    if (question.type == "choice") != (len(question.choices) > 1):
        raise BadFramework(
            f"{table.where}: choices belong to a question of type choice, two or more."
        )
    return question


def _threshold(name: str, table: _Table) -> Threshold:
    return Threshold(
        name=name,
        value=table.take("value", float),
        text=table.take("text", str),
        claims=table.names("claims"),
        evidence=table.take("evidence", str, None),
    )


def _condition(table: _Table) -> Condition:
    raw = table.take("is", list, [])
    bounds: dict[str, Any] = {}
    for name in _BOUNDS:
        bound = table._raw.get(name)  # noqa: SLF001  # a name and a number are both allowed
        bounds[name] = table.take(name, str if isinstance(bound, str) else float, None)
    condition = Condition(
        one_of=tuple(_value(value, table.where) for value in raw),
        otherwise=table.take("otherwise", bool, False),
        **bounds,
    )
    given = bool(condition.one_of) or any(bound is not None for bound in bounds.values())
    if given == condition.otherwise:
        raise BadFramework(f"{table.where} has either a condition or otherwise = true.")
    return condition


def _node(name: str, table: _Table) -> Node:
    edges = []
    for one in table.tables("edges"):
        one.where = f"{table.where}, {one.where}"
        edges.append(Edge(condition=_condition(one), to=one.take("to", str)))
        one.close()
    if not edges:
        raise BadFramework(f"{table.where} has no edges.")
    return Node(
        name=name,
        asks=table.take("asks", str),
        edges=tuple(edges),
        claims=table.names("claims"),
        evidence=table.names("evidence"),
    )


def _verdict(name: str, table: _Table) -> Verdict:
    return Verdict(
        name=name,
        choice=table.take("choice", str),
        text=table.take("text", str),
        claims=table.names("claims"),
        evidence=table.names("evidence"),
        settings=table.values("settings"),
        needs=table.each("needs", lambda _, one: _condition(one)),
    )


def _example(table: _Table) -> Example:
    example = Example(
        text=table.take("text", str),
        answers=table.values("answers"),
        verdict=table.take("verdict", str),
    )
    table.close()
    return example


def _check_names(framework: Framework) -> None:
    """Everything that is named is there."""
    both = framework.nodes.keys() & framework.verdicts.keys()
    if both:
        raise BadFramework(f"{', '.join(sorted(both))}: a node and a verdict of the same name.")
    places = framework.nodes.keys() | framework.verdicts.keys()
    _require([framework.start], places, "start")
    for node in framework.nodes.values():
        _require([node.asks], framework.questions.keys(), f"nodes.{node.name}: asks")
        _require([edge.to for edge in node.edges], places, f"nodes.{node.name}: an edge to")
        for edge in node.edges:
            _check_bounds(framework, edge.condition, f"nodes.{node.name}")
            _check_answers(framework.questions[node.asks], edge.condition, f"nodes.{node.name}")
    for verdict in framework.verdicts.values():
        where = f"verdicts.{verdict.name}: needs"
        _require(verdict.needs, framework.questions.keys(), where)
        for name, condition in verdict.needs.items():
            _check_bounds(framework, condition, where)
            _check_answers(framework.questions[name], condition, where)
    for example in framework.examples:
        _require([example.verdict], framework.verdicts.keys(), f"example {example.text!r}")
        _require(example.answers, framework.questions.keys(), f"example {example.text!r}")
    _check_circle(framework)


def _require(names: Any, known: Any, where: str) -> None:
    missing = [name for name in names if name not in known]
    if missing:
        raise BadFramework(f"{where} {missing[0]!r}, which is not there.")


def _check_bounds(framework: Framework, condition: Condition, where: str) -> None:
    bounds = [getattr(condition, name) for name in _BOUNDS]
    _require(
        [bound for bound in bounds if isinstance(bound, str)],
        framework.thresholds.keys(),
        f"{where}: the threshold",
    )


def _check_answers(question: Question, condition: Condition, where: str) -> None:
    """A condition asks for answers that its question can have."""
    has_bounds = any(getattr(condition, name) is not None for name in _BOUNDS)
    if has_bounds and question.type != "number":
        raise BadFramework(f"{where}: {question.name} is no number and has no bounds.")
    names = {choice.name for choice in question.choices}
    for value in condition.one_of:
        is_fit = {
            "yes-no": isinstance(value, bool),
            "number": not isinstance(value, bool | str),
            "choice": value in names,
        }[question.type]
        if not is_fit:
            raise BadFramework(f"{where}: {value!r} is no answer of {question.name}.")


def _check_circle(framework: Framework) -> None:
    """No path comes back to where it was."""
    done: set[str] = set()

    def follow(place: str, path: tuple[str, ...]) -> None:
        if place in path:
            raise BadFramework(f"a circle: {' -> '.join([*path, place])}.")
        if place in done or place in framework.verdicts:
            return
        for edge in framework.nodes[place].edges:
            follow(edge.to, (*path, place))
        done.add(place)

    for name in framework.nodes:
        follow(name, ())
