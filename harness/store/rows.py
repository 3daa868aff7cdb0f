"""Records to the columns of a row and back."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import canonical_json, from_json, to_json
from spoonbench.harness.records import ScoredAnswer, StoredItem
from spoonbench.harness.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

ANSWER_COLUMNS = (
    "problem_id",
    "status",
    "is_correct",
    "value",
    "confidence",
    "reason",
    "raw_text",
    "log_probability",
    "tokens_in",
    "tokens_out",
    "first_token_s",
    "stopped_by",
    "cost",
    "failure",
    "level",
    "stage",
)
_FREE_TEXT = frozenset({"problem_id", "value", "reason", "raw_text", "stage"})
_IS_FREE_TEXT = tuple(name in _FREE_TEXT for name in ANSWER_COLUMNS)
_FREE_TEXT_AT = tuple(place for place, is_free in enumerate(_IS_FREE_TEXT) if is_free)
_is_unescaped = re.compile(r'"[^"\\\x00-\x1f]*"').fullmatch
"""Nearly all texts: what JSON would read in them stands there as it is."""


def encode_text(text: str | None) -> str | None:
    """Text as a JSON string in ASCII: lone surrogates and NUL survive."""
    return None if text is None else json.dumps(text)


def decode_text(encoded: str | None) -> Any:
    """What `encode_text` was given.

    Raises:
        StoreError: it is damaged.
    """
    if encoded is None:
        return None
    if _is_unescaped(encoded):
        return encoded[1:-1]
    try:
        return json.loads(encoded)
    except ValueError as exc:
        raise StoreError(f"A text in the store is damaged: {exc}.") from exc


def encode_record(name: str, record: Any) -> str:
    """A record as JSON.

    Raises:
        StoreError: it holds NaN, an infinity, or something that JSON has no form for.
    """
    try:
        return canonical_json(to_json(record))
    except (ValueError, TypeError) as exc:
        raise StoreError(f"{name} cannot be stored: {exc}.") from exc


def decode_record(name: str, kind: type[Any], encoded: str) -> Any:
    """A record from JSON.

    Raises:
        StoreError: it is damaged, or a newer version wrote fields that this one does not know.
    """
    try:
        return from_json(kind, json.loads(encoded))
    except (ValueError, TypeError) as exc:
        raise StoreError(
            f"{name} cannot be read: {exc}. It is damaged, or a newer spoonbench wrote it."
        ) from exc


def answer_row(answer: ScoredAnswer) -> tuple[Any, ...]:
    """Values in the order of `ANSWER_COLUMNS`.

    Raises:
        StoreError: a figure is NaN, which SQLite would turn into "no figure" without a word.
    """
    row = [getattr(answer, name) for name in ANSWER_COLUMNS]
    for index, value in enumerate(row):
        if _IS_FREE_TEXT[index]:
            row[index] = encode_text(value)
        elif isinstance(value, float) and math.isnan(value):
            name = ANSWER_COLUMNS[index]
            raise StoreError(f"The answer to {answer.problem_id!r} has NaN as its {name}.")
    return tuple(row)


def answer_from_row(row: Sequence[Any]) -> ScoredAnswer:
    """An answer from values in the order of `ANSWER_COLUMNS`."""
    values = list(row)
    for place in _FREE_TEXT_AT:
        values[place] = decode_text(values[place])
    values[2] = bool(values[2])  # SQLite has no truth values
    return ScoredAnswer(**dict(zip(ANSWER_COLUMNS, values, strict=True)))


def item_row(item: StoredItem) -> tuple[str | None, str | None, str | None]:
    """Problem id, text and target."""
    return encode_text(item.problem_id), encode_text(item.text), encode_text(item.target)


def item_from_row(row: Sequence[str | None]) -> StoredItem:
    """An item from problem id, text and target."""
    problem_id, text, target = (decode_text(value) for value in row)
    return StoredItem(problem_id=problem_id, text=text, target=target)
