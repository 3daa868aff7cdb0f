"""Holds a configuration against the schema of its tool: the part of JSON Schema that is used here.

The schemas are in `schemas/`, each with its source in `$comment`. A schema that uses a word which
is not checked here is refused, so that nothing passes unchecked.

Not covered: the rest of JSON Schema; rules across several fields (`checks`).

References:
    JSON Schema, draft 2020-12.
"""

from __future__ import annotations

import json
import math
import operator
import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FOLDER = Path(__file__).parent / "schemas"
_NOTES = {"$schema", "$comment", "title", "description", "$defs"}
_CHECKED = {
    "$ref", "anyOf", "type", "enum", "pattern", "minLength", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "minItems", "items", "properties", "required",
    "additionalProperties",
}  # fmt: skip
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int, float),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
    "null": (type(None),),
}
_LIMITS = {
    "minimum": operator.ge,
    "maximum": operator.le,
    "exclusiveMinimum": operator.gt,
    "exclusiveMaximum": operator.lt,
}
_LONGEST_SHOWN = 60
_MOST_WORDS = 8


class BadSchema(ValueError):
    """A schema with a word that is not checked."""


def schema_names() -> list[str]:
    """Tools that have a schema, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.json"))


@cache
def read_schema(name: str) -> Mapping[str, Any]:
    """The schema of a tool.

    Raises:
        BadSchema: it uses a word that is not checked.
    """
    schema: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    _refuse_unknown(schema, name)
    return schema


def source_of(name: str) -> str:
    """Where the schema of a tool comes from."""
    return str(read_schema(name)["$comment"])


def find_faults(value: Any, schema: Mapping[str, Any]) -> list[str]:
    """What in a value the schema does not allow, a sentence each; empty where all is well.

    Args:
        value: as JSON has it.
        schema: of `read_schema`.
    """
    return list(_faults(value, schema, schema, ""))


def _refuse_unknown(schema: Any, where: str) -> None:
    if not isinstance(schema, dict):
        raise BadSchema(f"{where} is no schema but {schema!r}.")
    unknown = sorted(set(schema) - _NOTES - _CHECKED)
    if unknown:
        raise BadSchema(f"{where}: the word {unknown[0]!r} is not checked here.")
    for group in ("properties", "$defs"):
        for name, part in schema.get(group, {}).items():
            _refuse_unknown(part, f"{where}, {name}")
    for part in [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]:
        _refuse_unknown(part, where)
    if not isinstance(schema.get("additionalProperties", True), bool):
        raise BadSchema(f"{where}: additionalProperties is neither true nor false.")


def _faults(
    value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str
) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _faults(value, root["$defs"][name], root, at)
        return
    if "anyOf" in schema:
        yield from _any_faults(value, schema, root, at)
        return
    if not _is_allowed(value, schema):
        yield f"{at or 'it'} is {_shown(value)}, and should be {_told(schema, root)}."
        return
    if isinstance(value, dict):
        yield from _object_faults(value, schema, root, at)
    elif isinstance(value, list | tuple) and "items" in schema:
        for index, item in enumerate(value):
            yield from _faults(item, schema["items"], root, f"{at}[{index}]")


def _any_faults(
    value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str
) -> Iterator[str]:
    """The faults against the form that comes nearest: what fails deepest, then least often."""
    found = [list(_faults(value, part, root, at)) for part in schema["anyOf"]]
    if not all(found):
        return
    start = f"{at or 'it'} is {_shown(value)}, and should be "
    inside = [faults for faults in found if not faults[0].startswith(start)]
    if inside:
        yield from min(inside, key=len)
    else:
        yield f"{start}{_told(schema, root)}."


def _is_allowed(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value by itself is what the schema says; what it holds is looked at after."""
    if "enum" in schema and not any(_is_same(value, word) for word in schema["enum"]):
        return False
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is_of(value, kind) for kind in kinds):
        return False
    if isinstance(value, str):
        pattern = schema.get("pattern")
        return bool(len(value) >= schema.get("minLength", 0)) and (
            pattern is None or re.search(pattern, value) is not None
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        return all(meets(value, schema[word]) for word, meets in _LIMITS.items() if word in schema)
    if isinstance(value, list | tuple):
        return bool(len(value) >= schema.get("minItems", 0))
    return True


def _is_same(value: Any, word: Any) -> bool:
    """Equal as JSON has it: true is not 1."""
    return isinstance(value, bool) == isinstance(word, bool) and bool(value == word)


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    if kind == "number" and isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, _TYPES[kind])


def _object_faults(
    value: Mapping[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any], at: str
) -> Iterator[str]:
    fields = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            yield f"{_joined(at, name)} is missing."
    for name, part in value.items():
        if name in fields:
            yield from _faults(part, fields[name], root, _joined(at, name))
        elif schema.get("additionalProperties", True) is False:
            near = get_close_matches(str(name), fields, n=1)
            hint = f" Perhaps {near[0]}?" if near else ""
            yield f"{_joined(at, str(name))} is not known.{hint}"


def _joined(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _told(schema: Mapping[str, Any], root: Mapping[str, Any]) -> str:
    """What a schema asks for, in words."""
    if "$ref" in schema:
        return "a mapping"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_told(part, root) for part in schema["anyOf"]))
    if "enum" in schema:
        words = ["nothing" if word is None else str(word) for word in schema["enum"]]
        more = ", ..." if len(words) > _MOST_WORDS else ""
        return f"one of {', '.join(words[:_MOST_WORDS])}{more}"
    kinds = schema.get("type", "anything")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    names = {
        "null": "nothing",
        "object": "a mapping",
        "array": "a list",
        "boolean": "true or false",
    }
    told = " or ".join(names.get(kind, f"of type {kind}") for kind in kinds)
    limits = {
        "minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most",
        "exclusiveMaximum": "below", "minLength": "of a length of at least",
        "minItems": "with items, at least", "pattern": "of the pattern",
    }  # fmt: skip
    return ", ".join(
        [told, *(f"{words} {schema[k]}" for k, words in limits.items() if k in schema)]
    )
