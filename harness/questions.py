"""Reads questions without answers: what `spoonbench solve FILE` works through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.rows import SUFFIXES as ROW_SUFFIXES
from spoonbench.harness.tasks.rows import NumberLiteral, read_rows
from spoonbench.solvers.api import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from spoonbench.solvers.api import AnswerKind

PLAIN = ".txt"
SUFFIXES = (*ROW_SUFFIXES, PLAIN)


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
        where, question = f"{path}, line {number}", text_in(row, question_column)
        if question is None or not question.strip():
            raise BadTask(f"{where}: no text in the column {question_column!r}.")
        # As in a duel, so that answers written here can be read there.
        problem_id = id_in(row, id_column, where) or f"line-{number}"
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


def read_lines(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Line numbers and rows, as a duel reads them; a row of plain text has "question" alone.

    Args:
        path: its ending says what the text is; without one that is known it is JSONL.
        text: of the file.

    Raises:
        BadTask: a row cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix == PLAIN:
        lines = enumerate(text.split("\n"), start=1)
        yield from ((number, {"question": line}) for number, line in lines if line.strip())
    elif text.strip():
        try:
            rows, _ = read_rows(text.encode(), suffix if suffix in ROW_SUFFIXES else ".jsonl")
        except BadTask as exc:
            raise BadTask(f"{path}: {exc}.") from exc
        for row in rows:
            if row.reason is not None:
                raise BadTask(f"{path}, line {row.line}: {row.reason}.")
            yield row.line, row.values


def text_in(values: Mapping[str, object], column: str) -> str | None:
    """The text of a column; None where there is none, or something else."""
    value = values.get(column)
    return value if isinstance(value, str) and not isinstance(value, NumberLiteral) else None


def id_in(values: Mapping[str, object], column: str, where: str) -> str | None:
    """The id of a row, a text or a number; None where it has none.

    Raises:
        BadTask: it is something else; names the place.
    """
    value = values.get(column)
    if value is not None and not isinstance(value, str):
        raise BadTask(f"{where}: the column {column!r} holds no text or number.")
    return None if value is None else str(value).strip() or None
