"""The user's own task: questions and answers in a JSONL, CSV or TSV file.

The split comes from a test file, from the file's split column, or from a hash (`hash_split`).
Bad rows are named with line and reason; nothing is dropped, cut or guessed in silence.

Not covered: questions that are no text, several right answers, files above `MOST_BYTES`.
"""

from __future__ import annotations

import hashlib
import math
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from spoonbench.harness.tasks.api import BadTask, Item, Split, Task
from spoonbench.harness.tasks.options import share
from spoonbench.harness.tasks.rows import SUFFIXES, RawRow, read_rows
from spoonbench.harness.tasks.user_rows import (
    BadLine,
    Columns,
    Row,
    check_columns,
    check_rows,
    detect_kind,
    n_numbers,
    not_numbers,
    refuse_many_subsets,
    target_text,
)
from spoonbench.harness.tasks.user_splits import (
    Parts,
    divide,
    n_shared_groups,
    n_shared_texts,
    without_split,
)
from spoonbench.solvers.api import AnswerKind, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Columns", "read_task"]

VERSION = "file-1"
MOST_BYTES = 1 << 30
MOST_BAD_ROWS_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file as it was read: its name as it may be shown, the rows, and the columns seen."""

    name: str
    sha256: str
    raw_rows: Sequence[RawRow]
    columns: Sequence[str]


def read_task(
    path: str | Path,
    *,
    test_path: str | Path | None = None,
    columns: Columns = Columns(),  # noqa: B008  # frozen
    kind: AnswerKind | None = None,
    tolerance: float = 1e-3,
    skip_bad_rows: bool = False,
    test_share: float = 0.2,
    validation_share: float = 0.1,
    name: str | None = None,
) -> Task:
    """Read a task from the user's file.

    Args:
        path: JSONL (.jsonl, .ndjson, .json), CSV or TSV, in UTF-8.
        test_path: the part to measure, where it is a file of its own.
        columns: names of the columns.
        kind: kind of the answers; detected where it is not given (`detect_kind`).
        tolerance: relative tolerance for numbers that are not whole.
        skip_bad_rows: go on without bad rows, and list them in the task.
        test_share: share of the rows to measure, where a hash decides.
        validation_share: share of the training rows to choose by, where the file does not say.
        name: of the task; the stem of the file's name where it is not given.

    Returns:
        The task. `options` counts the measured rows whose text or group also stands in training,
        and those that were left out as the user wanted; `skipped_rows` names each of them.

    Raises:
        BadTask: a file cannot be read, has bad rows that are not to be skipped, or leaves nothing
            to learn from or to measure.
    """
    _check_settings(columns, kind, tolerance)
    shares = share("test_share", test_share), share("validation_share", validation_share)
    files = _read_files(Path(path), None if test_path is None else Path(test_path))
    rows, unused, chosen = _read_answered(files, columns, kind)
    bad = [line for line in unused if not line.is_wanted]
    if bad and not skip_bad_rows:
        raise _bad_rows(bad)
    parts, ids = _divide(files, rows, shares), _problem_ids(rows)
    return Task(
        name=_task_name(name, files[0]),
        version=VERSION,
        kind=chosen,
        training=_split("train", parts.training, chosen, ids),
        validation=_split("validation", parts.validation, chosen, ids),
        splits=tuple(_split(name, part, chosen, ids) for name, part in parts.measured.items()),
        tolerance=tolerance if chosen == "number" else 0.0,
        source=f"{' and '.join(file.name for file in files)}; {parts.how}",
        sha256={file.name: file.sha256 for file in files},
        skipped_rows=tuple(map(str, unused)),
        options={
            "columns": asdict(columns),
            "kind_given": kind,
            "test_share": shares[0],
            "validation_share": shares[1],
            **_counts(rows, parts),
            **_left_out(unused, columns),
        },
    )


def _read_answered(
    files: Sequence[_File], columns: Columns, kind: AnswerKind | None
) -> tuple[list[list[Row]], list[BadLine], AnswerKind]:
    """Good rows, one list for each file, the bad ones, and the kind of the answers."""
    rows, bad = _check_files(files, columns)
    _refuse_without_answers(files, rows, bad)
    refuse_many_subsets((row for part in rows for row in part), columns.subset)
    chosen = kind or detect_kind([row for part in rows for row in part])
    if chosen == "number":
        rows, bad = _without(rows, bad, [line for part in rows for line in not_numbers(part)])
    return rows, bad, chosen


def _counts(rows: Sequence[Sequence[Row]], parts: Parts) -> dict[str, int]:
    every = [row for part in rows for row in part]
    return {
        "rows": len(every),
        "answers_that_read_as_numbers": n_numbers(every),
        "texts_shared_with_training": n_shared_texts(parts),
        "groups_shared_with_training": n_shared_groups(parts),
    }


def _left_out(unused: Sequence[BadLine], columns: Columns) -> dict[str, int]:
    """How many rows the user wanted to be left out; nothing where none was to be."""
    if columns.leave_out is None:
        return {}
    return {"rows_left_out": sum(line.is_wanted for line in unused)}


def _check_settings(columns: Columns, kind: str | None, tolerance: float) -> None:
    columns.check()
    if kind is not None and kind not in get_args(AnswerKind):
        raise BadTask(f"no kind {kind!a}; kinds are {', '.join(get_args(AnswerKind))}")
    if not (math.isfinite(tolerance) and 0 <= tolerance < 1):
        raise BadTask(f"tolerance must be at least 0 and below 1, got {tolerance}")


def _read_files(path: Path, test_path: Path | None) -> list[_File]:
    """Rows are known by file and line, so the files get different names."""
    if test_path is None:
        return [_read_file(path, _shown(path.name))]
    name, test_name = _shown(path.name), _shown(test_path.name)
    if name == test_name:
        name, test_name = _shown(str(path)), f"{_shown(str(test_path))} (test)"
    files = [_read_file(path, name), _read_file(test_path, test_name)]
    if files[0].sha256 == files[1].sha256:
        raise BadTask(f"{name}: the test file holds the same, byte by byte")
    return files


def _read_file(path: Path, name: str) -> _File:
    typed = _shown(str(path))
    try:
        content = _content(path)
    except FileNotFoundError as exc:
        raise BadTask(f"{typed}: there is no such file") from exc
    except OSError as exc:
        raise BadTask(f"{typed}: the file cannot be read: {exc.strerror}") from exc
    except ValueError as exc:  # a NUL character in the path
        raise BadTask(f"{typed}: there can be no such file: {exc}") from exc
    except BadTask as exc:
        raise BadTask(f"{typed}: {exc}") from exc
    try:
        raw_rows, columns = read_rows(content, path.suffix.lower())
    except BadTask as exc:
        raise BadTask(f"{name}: {exc}") from exc
    digest = hashlib.sha256(content).hexdigest()
    return _File(name=name, sha256=digest, raw_rows=raw_rows, columns=columns)


def _content(path: Path) -> bytes:
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise BadTask("this is a folder; give a file")
    # A pipe would be waited for without end.
    if not stat.S_ISREG(status.st_mode):
        raise BadTask("this is no regular file")
    if path.suffix.lower() not in SUFFIXES:
        raise BadTask(f"only {', '.join(SUFFIXES)} files are read")
    if status.st_size > MOST_BYTES:
        raise BadTask(f"the file has {status.st_size} bytes; at most {MOST_BYTES} are read")
    return path.read_bytes()


def _check_files(files: Sequence[_File], columns: Columns) -> tuple[list[list[Row]], list[BadLine]]:
    """Good rows, one list for each file, and the bad ones of all files."""
    rows: list[list[Row]] = []
    bad: list[BadLine] = []
    for file in files:
        good, wrong = check_rows(file.name, file.raw_rows, columns)
        if any(raw.reason is None for raw in file.raw_rows):
            try:
                check_columns(file.columns, columns)
            except BadTask as exc:
                raise BadTask(f"{file.name}: {exc}") from exc
        rows.append(good)
        bad += wrong
    # A test file is measured whole; elsewhere a row without a split has no place.
    return _without(rows, bad, without_split(rows[0]) if len(files) == 1 else [])


def _without(
    rows: Sequence[Sequence[Row]], bad: Sequence[BadLine], more: Sequence[BadLine]
) -> tuple[list[list[Row]], list[BadLine]]:
    """Move the rows that `more` names from the good to the bad ones."""
    places = {(line.file, line.line) for line in more}
    kept = [[row for row in part if (row.file, row.line) not in places] for part in rows]
    order = {row.file: place for place, part in enumerate(rows) for row in part[:1]}
    return kept, sorted([*bad, *more], key=lambda line: (order.get(line.file, 0), line.line))


def _refuse_without_answers(
    files: Sequence[_File], rows: Sequence[Sequence[Row]], bad: Sequence[BadLine]
) -> None:
    wrong = [line for line in bad if not line.is_wanted]
    if not any(row.answer is not None for part in rows for row in part):
        raise _bad_rows(wrong) if wrong else BadTask(f"{files[0].name}: no row has an answer")


def _bad_rows(bad: Sequence[BadLine]) -> BadTask:
    count = "1 bad row" if len(bad) == 1 else f"{len(bad)} bad rows"
    shown = [f"  {line}" for line in bad[:MOST_BAD_ROWS_SHOWN]]
    if len(bad) > MOST_BAD_ROWS_SHOWN:
        shown.append(f"  and {len(bad) - MOST_BAD_ROWS_SHOWN} more")
    return BadTask("\n".join([f"{count}:", *shown, "--skip-bad-rows goes on without them"]))


def _divide(
    files: Sequence[_File], rows: Sequence[Sequence[Row]], shares: tuple[float, float]
) -> Parts:
    try:
        return divide(rows[0], rows[1] if len(rows) > 1 else None, *shares)
    except BadTask as exc:
        raise BadTask(f"{files[0].name}: {exc}") from exc


def _problem_ids(rows: Sequence[Sequence[Row]]) -> dict[tuple[str, int], str]:
    """File and line of each row to an id that no other row has."""
    given = [{row.given_id for row in part if row.given_id is not None} for part in rows]
    has_clash = len(rows) > 1 and bool(given[0] & given[1])
    ids: dict[tuple[str, int], str] = {}
    taken = set().union(*given)
    for part, prefix in zip(rows, ("", "test:"), strict=False):
        for row in part:
            own = row.given_id if row.given_id is not None else f"line-{row.line}"
            chosen = prefix + own if has_clash or row.given_id is None else own
            while chosen in taken and (chosen != row.given_id):
                chosen += "'"
            taken.add(chosen)
            ids[row.file, row.line] = chosen
    return ids


def _split(
    name: str, rows: Sequence[Row], kind: AnswerKind, ids: dict[tuple[str, int], str]
) -> Split:
    items = tuple(
        Item(
            problem=Problem(
                problem_id=ids[row.file, row.line], text=row.text, kind=kind, group=row.group
            ),
            target=target_text(row, kind),
            subsets=row.subsets,
        )
        for row in rows
    )
    return Split(name=name, items=items, summary=_SUMMARIES.get(name, f"Marked {name!r}."))


_SUMMARIES = {
    "train": "To learn from.",
    "validation": "To choose by.",
    "test": "Rows that nothing was learned from.",
}


def _task_name(name: str | None, file: _File) -> str:
    """A name that can stand in a path and on a terminal."""
    wanted = name if name is not None else Path(file.name).stem
    return "".join(c if c.isalnum() or c in "._- " else "_" for c in wanted).strip(" .") or "task"


def _shown(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name)
