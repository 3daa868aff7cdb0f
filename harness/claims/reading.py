"""The claims from their file, checked: claims.toml beside this module."""

from __future__ import annotations

import math
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from spoonbench.harness.claims.claim import Basis, Claim, Device, Figure, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = Path(__file__).parent / "claims.toml"
_WORDS = {
    "topic", "document", "text", "kind", "basis", "device", "conflicts", "rests_on", "how",
    "figures", "inputs",
}  # fmt: skip
_FIGURE_WORDS = {"value", "from", "to", "unit", "place", "about"}


class BadClaims(ValueError):
    """A file that holds no claims, or a name that is none; the message says where and why."""


@cache
def read_claims() -> Mapping[str, Claim]:
    """All claims by id, in the order of the file."""
    return parse_claims(_FILE.read_text(encoding="utf-8"))


def parse_claims(text: str) -> dict[str, Claim]:
    """Claims from TOML.

    Raises:
        BadClaims: it is no TOML, a word is unknown, missing or of another type, or a claim names
            one that is not there.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise BadClaims(f"this is no TOML: {exc}.") from exc
    claims = {name: _claim(name, table) for name, table in raw.items()}
    for claim in claims.values():
        for other in (*claim.conflicts, *claim.rests_on):
            if other not in claims:
                raise BadClaims(f"{claim.claim_id} names {other}, which is not there.")
    return {
        name: replace(claim, conflicts=_both_ways(claim, claims)) for name, claim in claims.items()
    }


def _both_ways(claim: Claim, claims: Mapping[str, Claim]) -> tuple[str, ...]:
    """Claims that it names, and those that name it."""
    named_by = (name for name, other in claims.items() if claim.claim_id in other.conflicts)
    return tuple(dict.fromkeys((*claim.conflicts, *named_by)))


def _claim(name: str, table: object) -> Claim:
    if not isinstance(table, dict):
        raise BadClaims(f"{name} should be a table.")
    _refuse_unknown(name, table, _WORDS)
    kind = _one_of(name, table, "kind", get_args(Kind), None)
    claim = Claim(
        claim_id=name,
        topic=_word(name, table, "topic"),
        source=f"the case study, document {_document(name, table)}",
        text=_word(name, table, "text"),
        kind=kind,
        basis=_one_of(name, table, "basis", get_args(Basis), "measured"),
        device=_one_of(name, table, "device", get_args(Device), "any"),
        conflicts=_names(name, table, "conflicts"),
        rests_on=_names(name, table, "rests_on"),
        how=_word(name, table, "how") if kind != "advice" else "",
        figures={key: _figure(f"{name}, {key}", key, one) for key, one in _tables(name, table)},
        inputs={key: _input(f"{name}, {key}", one) for key, one in table.get("inputs", {}).items()},
    )
    if (claim.kind == "advice") != bool(claim.rests_on):
        raise BadClaims(f"{name}: an advice, and nothing else, rests on other claims.")
    return claim


def _refuse_unknown(where: str, table: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(table.keys() - known)
    if unknown:
        raise BadClaims(f"{where} has words that are not known: {', '.join(unknown)}.")


def _word(where: str, table: Mapping[str, Any], name: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value:
        raise BadClaims(f"{where}: {name} is {value!r}, and should be text.")
    return value


def _document(where: str, table: Mapping[str, Any]) -> int:
    value = table.get("document")
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadClaims(f"{where}: document is {value!r}, and should be its number.")
    return value


def _one_of(
    where: str, table: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str | None
) -> Any:
    value = table.get(name, default)
    if value not in allowed:
        raise BadClaims(f"{where}: {name} is {value!r}, not one of {', '.join(allowed)}.")
    return value


def _names(where: str, table: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = table.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadClaims(f"{where}: {name} should be a list of ids.")
    return tuple(values)


def _tables(where: str, table: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    figures = table.get("figures", {})
    if not isinstance(figures, dict) or not all(isinstance(one, dict) for one in figures.values()):
        raise BadClaims(f"{where}: figures should be tables.")
    return list(figures.items())


def _figure(where: str, name: str, table: Mapping[str, Any]) -> Figure:
    _refuse_unknown(where, table, _FIGURE_WORDS)
    if ("value" in table) == ("from" in table) or ("from" in table) != ("to" in table):
        raise BadClaims(f"{where} has either a value, or from and to.")
    low, high = (_number(where, table.get(word, table.get("value"))) for word in ("from", "to"))
    about = table.get("about")
    if low > high:
        raise BadClaims(f"{where} goes from {low} to {high}.")
    return Figure(
        name=name,
        low=low,
        high=high,
        unit=table.get("unit", ""),
        place=_number(where, table.get("place", 0.0)),
        about=None if about is None else _number(where, about),
    )


def _input(where: str, value: object) -> float | tuple[float, ...]:
    if isinstance(value, list):
        return tuple(_number(where, one) for one in value)
    return _number(where, value)


def _number(where: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadClaims(f"{where} is {value!r}, and should be a number.")
    return value
