"""Copies of records with some fields changed, quicker than `dataclasses.replace`.

A text makes dozens of such copies; `replace` takes four times as long, for it goes by names.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Record = TypeVar("Record")


@cache
def _values_of(kind: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """What gets all fields of a record at once, in the order of its constructor."""
    return attrgetter(*(one.name for one in fields(kind)))


def altered(record: Record, **changes: object) -> Record:
    """A copy of an unfrozen dataclass instance, with some fields changed."""
    kind = type(record)
    # A class is hashable, whatever its instances are.
    copy = kind(*_values_of(kind)(record))  # type: ignore[arg-type]
    for name, value in changes.items():
        setattr(copy, name, value)
    return copy
