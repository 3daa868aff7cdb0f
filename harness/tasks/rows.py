"""Rows of a JSONL, CSV or TSV file: read one by one, each good or named with what is wrong.

Every line is bounded, nothing is guessed, and a row that breaks a rule never stops the others.
"""

from __future__ import annotations

import csv
import io
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.api import BadTask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_LINE_BYTES = 1 << 20

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_SEPARATORS = {";": "';'", "\t": "tabs", "|": "'|'", ",": "','"}
_JSON_SUFFIXES = (".jsonl", ".json", ".ndjson")
SUFFIXES = (*_JSON_SUFFIXES, *_DELIMITERS)
"""File name endings that are read."""

_TOO_LONG = f"longer than {MOST_LINE_BYTES} bytes"


class NumberLiteral(str):
    """A JSON number as it was written: floats would lose digits."""

    __slots__ = ()


class BadRow(Exception):
    """What is wrong with a row, for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One row as it was read.

    Attributes:
        line: line number of its start, from 1.
        values: column to value: text, `NumberLiteral`, bool, None, list or dict.
        reason: why it cannot be read; None for a good row.
    """

    line: int
    values: Mapping[str, object]
    reason: str | None = None


def read_rows(content: bytes, suffix: str) -> tuple[list[RawRow], tuple[str, ...]]:
    """Read all rows.

    Args:
        content: of the file.
        suffix: of the file's name, one of `SUFFIXES`.

    Returns:
        The rows, blank lines left out, and the columns that were seen, in order.

    Raises:
        BadTask: the content as a whole is not of that format.
    """
    _refuse_binary(content)
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise BadTask("the file is empty")
    if suffix in _DELIMITERS:
        return _read_csv(content, _DELIMITERS[suffix])
    if content.lstrip()[:1] == b"[":
        raise BadTask("the file is one JSON array; write one JSON object a line instead")
    rows = list(_read_json_lines(content))
    return rows, tuple(dict.fromkeys(name for row in rows for name in row.values))


def refuse_other_separator(header: Sequence[str], delimiter: str) -> None:
    """Refuse a header of one column that another separator would make several of.

    Raises:
        BadTask: names the separator that was found, and the one that is read.
    """
    if len(header) != 1:
        return
    for other, name in _SEPARATORS.items():
        if other != delimiter and other in header[0]:
            raise BadTask(
                f"the header looks separated by {name}, not by {_SEPARATORS[delimiter]}: "
                "save it with commas (.csv) or tabs (.tsv)"
            )


def _refuse_binary(content: bytes) -> None:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise BadTask("the file is UTF-16; save it as UTF-8")
    if (place := content[:8192].find(b"\0")) >= 0:
        raise BadTask(f"the file is binary, not text: byte {place} is zero")


def _read_json_lines(content: bytes) -> Iterator[RawRow]:
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield RawRow(line=number, values=_read_json_line(line))
        except BadRow as exc:
            yield RawRow(line=number, values={}, reason=str(exc))


def _read_json_line(line: bytes) -> dict[str, object]:
    if len(line) > MOST_LINE_BYTES:
        raise BadRow(_TOO_LONG)
    try:
        value = json.loads(
            line.decode("utf-8"),
            parse_int=NumberLiteral,
            parse_float=NumberLiteral,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as exc:
        raise BadRow(f"invalid UTF-8 at byte {exc.start} of the line") from exc
    except json.JSONDecodeError as exc:
        raise BadRow(f"invalid JSON: {exc.msg} at column {exc.colno}") from exc
    except RecursionError as exc:
        raise BadRow("invalid JSON: nested too deeply") from exc
    if not isinstance(value, dict):
        raise BadRow("not a JSON object")
    return value


def _refuse_constant(name: str) -> object:
    raise BadRow(f"invalid JSON: {name} is no number")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value: dict[str, object] = {}
    for key, item in pairs:
        if key in value:
            raise BadRow(f"the key {ascii(key)[:60]} stands twice")
        value[key] = item
    return value


def _read_csv(content: bytes, delimiter: str) -> tuple[list[RawRow], tuple[str, ...]]:
    # Bytes that are no UTF-8 become lone surrogates, so that only their rows are bad.
    text = io.StringIO(content.decode("utf-8", "surrogateescape"), newline="")
    with _field_limit():
        records = _csv_records(text, delimiter)
        _, header = next(records, (0, []))
        if isinstance(header, str):
            raise BadTask(f"the header cannot be read: {header}")
        refuse_other_separator(header, delimiter)
        columns = tuple(name.strip() for name in header)
        if len(set(columns)) < len(columns):
            raise BadTask(f"a column stands twice in the header: {', '.join(map(ascii, columns))}")
        rows = [_csv_row(line, record, columns) for line, record in records]
    if not rows:
        raise BadTask("the file has a header, but no row")
    return rows, columns


@contextmanager
def _field_limit() -> Iterator[None]:
    before = csv.field_size_limit(MOST_LINE_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _csv_records(text: io.StringIO, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Line number with the fields, or with what is wrong; blank lines are left out."""
    # Strict: an unclosed quote is an error, and does not swallow the rest of the file.
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            yield line, f"invalid CSV: {exc} (lines {line} to {reader.line_num})"
            continue
        if any(field.strip() for field in record):
            yield line, record


def _csv_row(line: int, record: list[str] | str, columns: tuple[str, ...]) -> RawRow:
    if isinstance(record, str):
        return RawRow(line=line, values={}, reason=record)
    if len(record) != len(columns):
        reason = f"{len(record)} fields, but the header has {len(columns)}"
    elif sum(map(len, record)) > MOST_LINE_BYTES:
        reason = _TOO_LONG
    elif any("\udc80" <= character <= "\udcff" for character in "".join(record)):
        reason = "invalid UTF-8"
    else:
        return RawRow(line=line, values=dict(zip(columns, record, strict=True)))
    return RawRow(line=line, values={}, reason=reason)
