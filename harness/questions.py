"""Reads questions without answers: what `spoonbench solve FILE` works through."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.rows import refuse_other_separator
from spoonbench.solvers.api import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spoonbench.solvers.api import AnswerKind

SUFFIXES = (".jsonl", ".json", ".csv", ".tsv", ".txt")


def read_questions(
    path: Path, kind: AnswerKind, *, question_column: str, id_column: str
) -> list[Problem]:
    """Read one problem a row, in order; a row without an id is called after its line.

    Raises:
        BadTask: the file or a row of it cannot be used; the first bad line is named.
    """
    text = read_text(path)
    problems: list[Problem] = []
    for number, row in read_lines(path, text):
        question = row.get(question_column)
        if not isinstance(question, str) or not question.strip():
            raise BadTask(f"{path}, line {number}: no text in the column {question_column!r}.")
        # As in a duel, so that answers written here can be read there.
        problem_id = str(row.get(id_column) or f"line-{number}")
        problems.append(Problem(problem_id=problem_id, text=question, kind=kind))
    if not problems:
        raise BadTask(f"{path} holds no question.")
    return problems


def read_text(path: Path) -> str:
    """The text of a file; a byte order mark in front is no part of it.

    Raises:
        BadTask: it is no file, or no UTF-8 text.
    """
    if path.is_char_device() or path.is_block_device():
        raise BadTask(f"{path} is a device, not a file.")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise BadTask(f"{path} is no UTF-8 text: {exc.reason} at byte {exc.start}.") from exc
    except IsADirectoryError as exc:
        raise BadTask(f"{path} is a folder, not a file.") from exc
    except FileNotFoundError as exc:
        raise BadTask(f"There is no file {path}.") from exc


def read_lines(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and rows; a row of plain text has the column "question" alone.

    Args:
        path: its ending says what the text is.
        text: of the file.

    Raises:
        BadTask: a row cannot be read.
    """
    if path.suffix in (".csv", ".tsv"):
        delimiter = "\t" if path.suffix == ".tsv" else ","
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            refuse_other_separator(reader.fieldnames or (), delimiter)
            yield from ((reader.line_num, row) for row in reader)
        except BadTask as exc:
            raise BadTask(f"{path}: {exc}.") from exc
        except csv.Error as exc:
            raise BadTask(f"{path}, line {reader.line_num}: {exc}.") from exc
        return
    # Only "\n" ends a line: other separators may stand inside a JSON string.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield (
                number,
                {"question": line} if path.suffix == ".txt" else _object(path, number, line),
            )


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise BadTask(f"{path}, line {number}: this is no JSON object.") from exc
    if not isinstance(row, dict):
        raise BadTask(f"{path}, line {number}: this is no JSON object.")
    return row
