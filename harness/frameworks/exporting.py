"""Frameworks as JSON values, for pages and other programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spoonbench.harness.frameworks.graph import Framework


def framework_json(framework: Framework) -> dict[str, Any]:
    """A framework as JSON values: the fields of its types under their own names.

    Fields that hold their default are left out, at every depth, so that a page that embeds all
    frameworks stays small.
    """
    plain: dict[str, Any] = _plain(framework)
    return plain


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            spec.name: _plain(getattr(value, spec.name))
            for spec in dataclasses.fields(value)
            if not _is_default(spec, getattr(value, spec.name))
        }
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _is_default(spec: dataclasses.Field[Any], value: object) -> bool:
    if spec.default_factory is not dataclasses.MISSING:
        return bool(value == spec.default_factory())
    # A condition that asks for False or 0 is no condition that asks for nothing.
    return type(value) is type(spec.default) and bool(value == spec.default)
