"""Records as JSON values: what the desk's stages hand on, for traces and `--json`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any


def plain(value: Any) -> Any:
    """JSON values of a record; exact numbers as text, digit by digit, fractions as "a/b".

    Raises:
        TypeError: something in it is of a kind that has no such values.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (Fraction, date)):
        return str(value)
    if isinstance(value, (tuple, list)) and not hasattr(value, "_asdict"):
        return [plain(item) for item in value]
    return {str(key): plain(item) for key, item in _fields(value).items()}


def _fields(value: Any) -> Mapping[Any, Any]:
    if isinstance(value, Mapping):
        return value
    if hasattr(value, "_asdict"):
        return dict(value._asdict())
    if dataclasses.is_dataclass(value):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON values")
