"""Tables of TOML whose words are taken one by one; what is left over is a mistake."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.harness.frameworks.graph import Value

_REQUIRED = object()
_LONGEST = 60
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_KINDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


class BadFramework(ValueError):
    """A file that is no framework; the message says where and why."""


class Table:
    """A table, and where it stands in the file."""

    def __init__(self, raw: Mapping[str, Any], where: str) -> None:
        self.where = where
        self._raw = dict(raw)

    def take(self, name: str, kind: type, default: Any = _REQUIRED) -> Any:
        """A word of one kind; a whole number is a number, too, and true is none.

        Raises:
            BadFramework: it is missing and has no default, is of another kind, or is not finite.
        """
        if name not in self._raw:
            if default is _REQUIRED:
                raise BadFramework(f"{self.where} has no {name}.")
            return default
        value = self._raw.pop(name)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = _as_float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise BadFramework(
                f"{self.where}: {name} is {shortened(value)}, and should be {_KINDS[kind]}."
            )
        if isinstance(value, float) and not math.isfinite(value):
            raise BadFramework(f"{self.where}: {name} is {value!r}, and should be finite.")
        return value

    def text(self, name: str, default: Any = _REQUIRED) -> Any:
        """Text that is not empty, where it is given.

        Raises:
            BadFramework: it is missing and has no default, or is none.
        """
        value = self.take(name, str, default)
        if value is not default and not value.strip():
            raise BadFramework(f"{self.where}: {name} is empty.")
        return value

    def bound(self, name: str) -> float | str | None:
        """A number, the name of one, or nothing.

        Raises:
            BadFramework: it is neither.
        """
        is_name = isinstance(self._raw.get(name), str)
        value: float | str | None = self.take(name, str if is_name else float, None)
        return value

    def one_of(self, name: str, allowed: tuple[str, ...]) -> Any:
        """One of several words.

        Raises:
            BadFramework: it is missing or another.
        """
        value = self.take(name, str)
        if value not in allowed:
            raise BadFramework(
                f"{self.where}: {name} is {shortened(value)}, not one of {', '.join(allowed)}."
            )
        return value

    def names(self, name: str) -> tuple[str, ...]:
        """A list of words, empty where it is not given.

        Raises:
            BadFramework: it is something else.
        """
        values = self.take(name, list, [])
        if not all(isinstance(value, str) for value in values):
            raise BadFramework(f"{self.where}: {name} should be a list of words.")
        return tuple(values)

    def list_of_values(self, name: str) -> tuple[Value, ...]:
        """A list of words, numbers, true and false, empty where it is not given.

        Raises:
            BadFramework: it is something else.
        """
        values = self.take(name, list, [])
        return tuple(_value(value, f"{self.where}, {name}") for value in values)

    def values(self, name: str) -> dict[str, Value]:
        """A table of words, numbers, true and false, empty where it is not given.

        Raises:
            BadFramework: it is something else.
        """
        raw = self.take(name, dict, {})
        return {key: _value(value, f"{self.where}, {name}.{key}") for key, value in raw.items()}

    def each(self, name: str, make: Callable[[str, Table], Any]) -> dict[str, Any]:
        """A table of tables, each made into something; empty where it is not given.

        Raises:
            BadFramework: it is something else, or a name in it is none.
        """
        raw = self.take(name, dict, {})
        return {key: self._made(f"{name}.{key}", key, value, make) for key, value in raw.items()}

    def _made(self, where: str, key: str, value: object, make: Callable[[str, Table], Any]) -> Any:
        check_name(key, where)
        if not isinstance(value, dict):
            raise BadFramework(f"{where} should be a table.")
        table = Table(value, where)
        made = make(key, table)
        table.close()
        return made

    def tables(self, name: str) -> list[Table]:
        """A list of tables, empty where it is not given.

        Raises:
            BadFramework: it is something else.
        """
        raw = self.take(name, list, [])
        if not all(isinstance(one, dict) for one in raw):
            raise BadFramework(f"{self.where}: {name} should be a list of tables.")
        return [Table(one, f"{name} {index + 1}") for index, one in enumerate(raw)]

    def close(self) -> None:
        """Every word has been taken.

        Raises:
            BadFramework: one has not.
        """
        if self._raw:
            left = ", ".join(sorted(map(shortened, self._raw)))
            raise BadFramework(f"{self.where} has words that are not known: {left}.")


def check_name(name: str, where: str) -> None:
    """Names are words that programs can use as they are.

    Raises:
        BadFramework: this one is not.
    """
    if not _NAME.fullmatch(name):
        raise BadFramework(
            f"{where}: {shortened(name)} is no name; a name has small letters, digits, - and _, "
            "and begins with a letter."
        )


def shortened(value: object) -> str:
    """A value as it is written, and not longer than a sentence can bear.

    >>> shortened("x" * 100)[-10:]
    'xxxxxxx...'
    """
    try:
        shown = repr(value)
    except ValueError:  # Python writes no numbers of thousands of digits
        shown = "a number of thousands of digits"
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 3]}..."


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _value(value: object, where: str) -> Value:
    if isinstance(value, bool | str):
        return value
    number = _as_float(value) if isinstance(value, int) else value
    if isinstance(number, float) and math.isfinite(number):
        return number
    raise BadFramework(f"{where} is {shortened(value)}: no word, number, true or false.")
