"""Values of a TOML table: of their type and range, or one sentence that names the place."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST = Decimal(10) ** 12
"""Largest number that is taken."""
MOST_PLACES = 9
"""Decimals that a number may have."""
_WORDS = {str: "a text", dict: "a table", list: "a list", int: "a whole number"}


class Table:
    """A table that is read key by key; what nobody reads is unknown.

    Args:
        place: what a sentence calls it.
        values: as TOML has them.
    """

    def __init__(self, place: str, values: Any) -> None:
        if not isinstance(values, dict):
            raise BadInput(f"{place} is not a table")
        self.place = place
        self._values: Mapping[str, Any] = values
        self._read: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def names(self) -> list[str]:
        """All that stand in it."""
        return list(self._values)

    def values(self) -> dict[str, Any]:
        """All of it, as it stands."""
        return dict(self._values)

    def value(self, key: str) -> Any:
        """What stands there, read or not."""
        self._read.add(key)
        return self._values.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self._of_type(key, str, default)
        if not value.strip() or not value.isprintable():
            raise BadInput(f"{self.place}: {key} is empty or holds what does not print")
        return str(value)

    def choice(self, key: str, allowed: Sequence[str], default: str | None = None) -> Any:
        """A text of a list."""
        value = self.text(key, default)
        if value not in allowed:
            raise BadInput(f"{self.place}: {key} is one of {', '.join(allowed)}, not {value!r}")
        return value

    def number(
        self, key: str, low: Decimal = Decimal(0), default: Decimal | None = None
    ) -> Decimal:
        """A finite number, not below the lowest."""
        value = self._values.get(key, default)
        self._read.add(key)
        return self._number(key, value, low)

    def numbers(self, key: str, low: Decimal) -> tuple[Decimal, ...]:
        """A list of them, not empty, none twice."""
        values = self._of_type(key, list)
        found = tuple(self._number(key, value, low) for value in values)
        if not found or len(set(found)) < len(found):
            raise BadInput(f"{self.place}: {key} is empty or holds a number twice")
        return found

    def whole(self, key: str) -> int:
        """A whole number, zero or more."""
        value = self._of_type(key, int)
        if not 0 <= value <= MOST:
            raise BadInput(f"{self.place}: {key} is not between 0 and {MOST}")
        return int(value)

    def table(self, key: str) -> Table:
        """A table in it, empty where there is none."""
        self._read.add(key)
        return Table(f"{self.place}: {key}", self._values.get(key, {}))

    def tables(self, key: str) -> list[Any]:
        """A list of tables, as they stand."""
        values = self._of_type(key, list)
        return list(values)

    def finish(self, takes: Sequence[str] = ()) -> None:
        """Refuse what was not read."""
        unknown = [key for key in self._values if key not in self._read]
        if unknown:
            known = ", ".join(takes or sorted(self._read))
            raise BadInput(f"{self.place}: unknown key {unknown[0]!r}; it takes {known}")

    def _of_type(self, key: str, kind: type, default: Any = None) -> Any:
        self._read.add(key)
        value = self._values.get(key, default)
        if value is None:
            raise BadInput(f"{self.place}: {key} is missing")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise BadInput(f"{self.place}: {key} is not {_WORDS[kind]}")
        return value

    def _number(self, key: str, value: Any, low: Decimal) -> Decimal:
        if value is None:
            raise BadInput(f"{self.place}: {key} is missing")
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise BadInput(f"{self.place}: {key} is not a number")
        number = Decimal(value)
        if not number.is_finite() or not low <= number <= MOST or _places(number) > MOST_PLACES:
            raise BadInput(
                f"{self.place}: {key} is not a number from {low} to {MOST} of up to "
                f"{MOST_PLACES} decimals"
            )
        return number


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
