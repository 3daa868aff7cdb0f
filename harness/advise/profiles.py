"""Facts that hold for more than one question, in a file: TOML or JSON, by the file's ending.

A profile holds one table, `facts`: name to answer, in words or as a value.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from spoonbench.harness.advise.facts import Fact, read_facts
from spoonbench.harness.frameworks.walking import BadAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.frameworks.graph import Question, Value

MACHINE = ("device", "memory")


class BadProfile(ValueError):
    """A file that is no profile; the message says why."""


def read_profile(path: Path, questions: Mapping[str, Question]) -> dict[str, Fact]:
    """Facts of a profile that these questions ask for; it may hold others, for other questions.

    Raises:
        BadProfile: it cannot be read, or an answer is none that its question allows.
    """
    facts = _parse(path).get("facts")
    if not isinstance(facts, dict):
        raise BadProfile(f"{path} is no profile: it has no table of facts.")
    known = {name: value for name, value in facts.items() if name in questions}
    try:
        return read_facts(questions, known, "measured", f"from {path.name}")
    except BadAnswer as exc:
        raise BadProfile(f"{path}: {exc}") from exc


def _parse(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        parsed = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as exc:
        raise BadProfile(f"{path} cannot be read: {exc}.") from exc
    if not isinstance(parsed, dict):
        raise BadProfile(f"{path} is no profile: it has no table of facts.")
    return parsed


def save_profile(path: Path, case: Case) -> None:
    """Write what was said, and what was measured of the machine.

    Raises:
        BadProfile: it cannot be written.
    """
    named = {name: case.fact(name) for name in (*MACHINE, *case.given)}
    facts = {name: fact.value for name, fact in named.items() if fact is not None}
    text = json.dumps({"facts": facts}, indent=2) if path.suffix == ".json" else _toml(facts)
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as exc:
        raise BadProfile(f"{path} cannot be written: {exc}.") from exc


def _toml(facts: Mapping[str, Value]) -> str:
    """A JSON string is a TOML string, too."""
    return "\n".join(["[facts]", *(f"{name} = {_word(value)}" for name, value in facts.items())])


def _word(value: Value) -> str:
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return json.dumps(value)
