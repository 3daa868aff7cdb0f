"""Type annotations, as they stand in a syntax tree, as schemas."""

from __future__ import annotations

import ast
import json
import re
from abc import abstractmethod
from typing import Any

Schema = dict[str, Any]
"""A part of a JSON Schema."""

LISTS = {"list", "List", "tuple", "Tuple", "Sequence", "set", "Collection"}
MAPPINGS = {"dict", "Dict", "Mapping"}
# Read as text, then turned into the enumeration: another word fails when training starts.
NARROW = {"SchedulerType", "OptimizerNames", "IntervalStrategy", "SaveStrategy", "HubStrategy"}
_TYPED = {"list", "List", "Sequence"}


class Annotations:
    """Reads them; what a name stands for is another's to say."""

    @abstractmethod
    def named(self, name: str) -> Schema:
        """The schema of a type by its name."""

    def type_of(self, node: ast.expr) -> Schema:
        """A type annotation as a schema."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self.type_of(ast.parse(node.value, mode="eval").body)
        if isinstance(node, ast.BinOp):
            return self._union([node.left, node.right])
        if isinstance(node, ast.Name | ast.Attribute):
            return self.named(ast.unparse(node).rpartition(".")[2])
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        return {"type": "null"} if ast.unparse(node) == "None" else {}

    def _subscript(self, node: ast.Subscript) -> Schema:
        name = ast.unparse(node.value).rpartition(".")[2]
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name == "Literal":
            return {"enum": [ast.literal_eval(part) for part in parts]}
        if name == "Optional":
            return union([self.type_of(parts[0]), {"type": "null"}])
        if name in LISTS:
            items = self.type_of(parts[0]) if name in _TYPED else {}
            return {"type": "array", **({"items": items} if items else {})}
        if name in MAPPINGS:
            return {"type": "object"}
        known = {"Union": self._union, "Annotated": self._annotated}
        return known[name](list(parts)) if name in known else {}

    def _annotated(self, parts: list[ast.expr]) -> Schema:
        schema = self.type_of(parts[0])
        told = " ".join(ast.unparse(part) for part in parts[1:])
        if found := re.search(r"MinLen\((\d+)\)", told):
            schema = {**schema, "minItems": int(found[1])}
        if found := re.search(r"pattern=(['\"])(.*?)\1", told):
            schema = {**schema, "pattern": found[2]}
        return schema

    def _union(self, parts: list[ast.expr]) -> Schema:
        schemas = [self.type_of(part) for part in parts]
        if any(name in NARROW for part in parts for name in ast.unparse(part).split(" | ")):
            schemas = [schema for schema in schemas if schema != {"type": "string"}]
        return union(schemas)


def union(schemas: list[Schema]) -> Schema:
    """One of several; plain types and words are put together."""
    flat = [part for schema in schemas for part in schema.get("anyOf", [schema])]
    if any(part == {} for part in flat):
        return {}
    flat = [part for index, part in enumerate(flat) if part not in flat[:index]]
    plain = [part for part in flat if set(part) == {"type"}]
    types = [
        word
        for part in plain
        for word in (part["type"] if isinstance(part["type"], list) else [part["type"]])
    ]
    rest = [part for part in flat if part not in plain]
    if types:
        rest.append({"type": types[0] if len(types) == 1 else list(dict.fromkeys(types))})
    return rest[0] if len(rest) == 1 else {"anyOf": rest}


def type_of_default(node: ast.expr) -> Schema:
    """What a default says about the type; nothing where it says nothing."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return {}
    if value is None:
        return {}
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object"}
    kind = kinds.get(type(value), "array")
    return {"type": kind}


def aliases(value: ast.expr | None) -> list[str]:
    """Further names of a field."""
    if not isinstance(value, ast.Call):
        return []
    given = [one.value for one in value.keywords if one.arg in {"alias", "validation_alias"}]
    words = [part for one in given for part in ast.walk(one) if isinstance(part, ast.Constant)]
    return [str(word.value) for word in words]


def is_required(value: ast.expr | None) -> bool:
    """No default: neither the value itself nor one within `field(...)` or `Field(...)`."""
    if value is None:
        return True
    if not isinstance(value, ast.Call) or ast.unparse(value.func) not in {"Field", "field"}:
        return False
    named = {one.arg for one in value.keywords}
    return not value.args and not named & {"default", "default_factory"}


def takes_null(schema: Schema) -> bool:
    return "null" in json.dumps(schema)


def keyword(node: ast.expr | None, name: str) -> object:
    if not isinstance(node, ast.Call):
        return None
    for one in node.keywords:
        if one.arg == name:
            try:
                return ast.literal_eval(one.value)
            except ValueError:
                return None
    return None


def metadata(node: ast.expr | None, name: str) -> object:
    if not isinstance(node, ast.Call):
        return None
    for one in node.keywords:
        if one.arg == "metadata" and isinstance(one.value, ast.Dict):
            for key, value in zip(one.value.keys, one.value.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == name:
                    try:
                        return ast.literal_eval(value)
                    except ValueError:
                        return None
    return None
