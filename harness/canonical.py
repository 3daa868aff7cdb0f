"""Records to JSON and back, and their hashes. A leaf: imports nothing of the project."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

_PLAIN = frozenset((str, int, float, bool, type(None)))


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces; NaN and infinities are refused."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, 64 hex digits."""
    return hashlib.sha256(canonical_json(value).encode("ascii")).hexdigest()


def to_json(value: Any) -> Any:
    """Turn a record into JSON values, all fields included."""
    kind = type(value)
    # Most of what a job holds: tens of thousands of texts.
    if kind in _PLAIN:
        return value
    names = _field_names(kind)  # type: ignore[arg-type]  # a class is hashable
    if names is not None:
        return {name: to_json(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value


@cache
def _field_names(kind: type[Any]) -> tuple[str, ...] | None:
    """None for what is no dataclass."""
    if not dataclasses.is_dataclass(kind):
        return None
    return tuple(field.name for field in dataclasses.fields(kind))


def without_defaults(value: Any) -> Any:
    """Like `to_json`, fields that hold their default left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: without_defaults(getattr(value, f.name))
            for f in dataclasses.fields(value)
            if getattr(value, f.name) != _default(f)
        }
    return to_json(value)


def from_json(kind: type[Any], value: Any) -> Any:
    """Rebuild a record from what `to_json` gave; fields that are not there keep their default.

    Raises:
        ValueError: a field is unknown or a needed one is missing.
    """
    if not isinstance(value, Mapping):
        raise ValueError(f"{kind.__name__}: expected an object, got {type(value).__name__}")
    hints = _hints(kind)  # type: ignore[arg-type]  # a class is hashable
    unknown = sorted(set(value) - set(hints))
    if unknown:
        raise ValueError(f"{kind.__name__}: unknown fields {', '.join(unknown)}")
    try:
        return kind(**{name: _convert(hints[name], item) for name, item in value.items()})
    except TypeError as exc:
        raise ValueError(f"{kind.__name__}: {exc}") from exc


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _convert(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        options = [option for option in typing.get_args(hint) if option is not type(None)]
        return _convert(options[0], value) if len(options) == 1 else _fitting(options, value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return from_json(hint, value)
    if typing.get_origin(hint) is tuple:
        inner = typing.get_args(hint)[0]
        if inner in _PLAIN:
            return tuple(value)
        return tuple(_convert(inner, item) for item in value)
    return value


def _fitting(options: list[Any], value: Any) -> Any:
    """The one record of several that has these fields; the value itself where none has."""
    for option in options:
        if isinstance(value, Mapping) and dataclasses.is_dataclass(option):
            names = {field.name for field in dataclasses.fields(option)}
            if isinstance(option, type) and names == set(value):
                return from_json(option, value)
    return value


def _default(spec: dataclasses.Field[Any]) -> Any:
    if spec.default is not dataclasses.MISSING:
        return spec.default
    if spec.default_factory is not dataclasses.MISSING:
        return spec.default_factory()
    return dataclasses.MISSING
