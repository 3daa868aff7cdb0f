"""From raw rows to rows of a task: each is checked, and each bad one is named with its reason."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, NoReturn

from spoonbench.harness.numbers import number_text, read_number
from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.hash_split import SplitKey
from spoonbench.harness.tasks.rows import BadRow, NumberLiteral, RawRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spoonbench.solvers.api import AnswerKind

ANSWERABLE = "answerable"
"""The column that, where it is false, makes an empty answer mean: abstaining is right."""

SUBSET_SEPARATOR = ";"
"""Between several subsets in one text, as CSV files need it."""

MOST_LABELS = 1_000
MOST_SUBSETS = 100
MOST_NAME_CHARACTERS = 200
MOST_COLUMNS_SHOWN = 20
MOST_QUOTED = 60

_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Names of the columns (JSON keys, CSV headers); only the first two must be in the file.

    Attributes:
        question: the text.
        answer: the target.
        id: of the row.
        split: of the row.
        group: rows of one group never stand on both sides of a split.
        subset: marks under which answers are counted apart: a list of texts, or one text with
            ";" between several. A name of the user's own must be in the file.
        leave_out: rows in which it is true are left out; None: no row is. Must be in the file.
    """

    question: str = "question"
    answer: str = "answer"
    id: str = "id"
    split: str = "split"
    group: str = "group"
    subset: str = "subsets"
    leave_out: str | None = None

    def check(self) -> None:
        """Refuse empty and repeated names.

        Raises:
            BadTask: a name is empty or stands for two columns.
        """
        given = [getattr(self, field.name) for field in fields(self)]
        names = [str(name) for name in given if name is not None]
        if not all(names) or len(set(names)) < len(names):
            raise BadTask(f"column names must differ and not be empty, got {', '.join(names)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A good row.

    Attributes:
        file: name of its file.
        line: line number of its start, from 1.
        text: the question, as it stands in the file.
        answer: the answer, without white space around it; None where there is none to be found.
        is_literal: the answer is a JSON number.
        given_id: its id, where it has one.
        split: its split, where it names one.
        group: its group, where it has one.
        subsets: marks under which its answers are counted apart.
    """

    file: str
    line: int
    text: str
    answer: str | None
    is_literal: bool = False
    given_id: str | None = None
    split: str | None = None
    group: str | None = None
    subsets: tuple[str, ...] = ()

    @property
    def split_key(self) -> SplitKey:
        """What decides on which side of a split by hash it stands."""
        return SplitKey(text=self.text, given_id=self.given_id, group=self.group)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class BadLine:
    """Where a row stands that is not used, and why.

    Attributes:
        file: name of its file.
        line: line number of its start, from 1.
        reason: what is wrong with it.
        is_wanted: the user asked for leaving it out; nothing is wrong with it.
    """

    file: str
    line: int
    reason: str
    is_wanted: bool = False

    def __str__(self) -> str:
        return f"{self.file} line {self.line}: {self.reason}"


def check_rows(
    file: str, raw_rows: Iterable[RawRow], columns: Columns
) -> tuple[list[Row], list[BadLine]]:
    """Tell good rows from bad ones; of two rows with one id the second is bad.

    Rows that are left out as the user wants stand among the bad ones, whatever else they hold.
    """
    good: list[Row] = []
    bad: list[BadLine] = []
    lines: dict[str, int] = {}
    for raw in raw_rows:
        try:
            if is_left_out(raw, columns.leave_out):
                reason = f"left out, as {_quoted(columns.leave_out)} is true"
                bad.append(BadLine(file=file, line=raw.line, reason=reason, is_wanted=True))
                continue
            row = _check_row(file, raw, columns)
            if row.given_id is not None and lines.setdefault(row.given_id, row.line) != row.line:
                _refuse(f"the id {_quoted(row.given_id)} stands on line {lines[row.given_id]} too")
        except BadRow as exc:
            bad.append(BadLine(file=file, line=raw.line, reason=str(exc)))
        else:
            good.append(row)
    return good, bad


def check_columns(present: Sequence[str], columns: Columns) -> None:
    """Refuse a file without question or answer column, or without one that was asked for.

    Raises:
        BadTask: names what is missing and what is there.
    """
    needed = [columns.question, columns.answer]
    needed += [columns.subset] if columns.subset != Columns().subset else []
    needed += [columns.leave_out] if columns.leave_out is not None else []
    missing = [name for name in needed if name not in present]
    if missing:
        shown = ", ".join(_quoted(name) for name in present[:MOST_COLUMNS_SHOWN]) or "none"
        raise BadTask(f"no column {' and no column '.join(map(_quoted, missing))}; it has {shown}")


def is_left_out(raw: RawRow, column: str | None) -> bool:
    """Whether the user wants the row to be left out.

    Raises:
        BadRow: the column holds neither true nor false.
    """
    value = None if column is None else raw.values.get(column)
    if value is None or value is False or (isinstance(value, str) and not value.strip()):
        return False
    if value is True:
        return True
    word = value.strip().casefold() if isinstance(value, str) else ""
    if word not in _TRUTH:
        _refuse(f"{_quoted(column)} is neither true nor false")
    return _TRUTH[word]


def subsets_of(values: Mapping[str, object], column: str) -> tuple[str, ...]:
    """The marks of a row, each once, in their order.

    Raises:
        BadRow: it is neither a list of texts nor a text, or a mark is too long.
    """
    value = values.get(column)
    if value is None:
        return ()
    marks = value.split(SUBSET_SEPARATOR) if isinstance(value, str) else value
    if not isinstance(marks, list):
        _refuse(f"{_quoted(column)} is {_type_name(value)}, not text or a list of texts")
    if not all(isinstance(mark, str) for mark in marks):
        _refuse(f"{_quoted(column)} holds something that is no text")
    if any(len(mark) > MOST_NAME_CHARACTERS for mark in marks):
        _refuse(f"{_quoted(column)} holds one longer than {MOST_NAME_CHARACTERS} characters")
    names = (_clean(column, str(mark).strip()) for mark in marks)
    return tuple(dict.fromkeys(name for name in names if name))


def refuse_many_subsets(rows: Iterable[Row], column: str) -> None:
    """Refuse a column that holds something else than marks of subsets, ids for example.

    Raises:
        BadTask: there are more than `MOST_SUBSETS` different ones.
    """
    n_different = len({name for row in rows for name in row.subsets})
    if n_different > MOST_SUBSETS:
        raise BadTask(
            f"the column {_quoted(column)} holds {n_different:,} different subsets; at most "
            f"{MOST_SUBSETS} are counted apart"
        )


def detect_kind(rows: Sequence[Row]) -> AnswerKind:
    """The kind of the answers.

    "number" where every answer reads as a number; else "label" where answers repeat at least
    twice on average and there are at most `MOST_LABELS` different ones; else "text".
    """
    answers = [row.answer for row in rows if row.answer is not None]
    if n_numbers(rows) == len(answers):
        return "number"
    n_different = len(set(answers))
    return "label" if n_different <= MOST_LABELS and 2 * n_different <= len(answers) else "text"


def n_numbers(rows: Iterable[Row]) -> int:
    """How many answers read as numbers."""
    return sum(row.answer is not None and read_number(row.answer) is not None for row in rows)


def not_numbers(rows: Iterable[Row]) -> list[BadLine]:
    """The rows whose answer is no number."""
    return [
        BadLine(
            file=row.file,
            line=row.line,
            reason=f"the answer {_quoted(row.answer)} is no number",
        )
        for row in rows
        if row.answer is not None and read_number(row.answer) is None
    ]


def target_text(row: Row, kind: AnswerKind) -> str | None:
    """The target as it is kept: numbers in one way of writing, all else as it stands."""
    if row.answer is not None and (kind == "number" or row.is_literal):
        return number_text(row.answer) or row.answer
    return row.answer


def _check_row(file: str, raw: RawRow, columns: Columns) -> Row:
    if raw.reason is not None:
        _refuse(raw.reason)
    answer = _answer(raw.values, columns.answer)
    return Row(
        file=file,
        line=raw.line,
        text=_question(raw.values, columns.question),
        answer=None if answer is None else _clean("answer", answer.strip()),
        is_literal=isinstance(answer, NumberLiteral),
        given_id=_name(raw.values, columns.id),
        split=_name(raw.values, columns.split),
        group=_name(raw.values, columns.group),
        subsets=subsets_of(raw.values, columns.subset),
    )


def _question(values: Mapping[str, object], column: str) -> str:
    if column not in values:
        _refuse(f"no {_quoted(column)}")
    value = values[column]
    if not isinstance(value, str) or isinstance(value, NumberLiteral):
        raise BadRow(f"the question is {_type_name(value)}, not text")
    if not value.strip():
        _refuse("the question is empty")
    return _clean("question", value)


def _answer(values: Mapping[str, object], column: str) -> str | None:
    if column not in values:
        _refuse(f"no {_quoted(column)}")
    value = values[column]
    is_unanswerable = _is_false(values.get(ANSWERABLE))
    # An empty CSV cell is what null is in JSON; a row of a CSV file holds nothing but text.
    if is_unanswerable and (value is None or (value == "" and values[ANSWERABLE] is not False)):
        return None
    if is_unanswerable:
        _refuse(f"{ANSWERABLE} is false, but there is an answer")
    if value is None or value == "" or (isinstance(value, str) and not value.strip()):
        _refuse("the answer is empty")
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise BadRow(f"the answer is {_type_name(value)}, not text or a number")
    return value


def _is_false(value: object) -> bool:
    return value is False or (isinstance(value, str) and value.strip().casefold() == "false")


def _name(values: Mapping[str, object], column: str) -> str | None:
    """An optional short text: an id, a split or a group."""
    value = values.get(column)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadRow(f"{_quoted(column)} is {_type_name(value)}, not text or a number")
    if len(value) > MOST_NAME_CHARACTERS:
        _refuse(f"{_quoted(column)} is longer than {MOST_NAME_CHARACTERS} characters")
    return _clean(column, str(value).strip()) or None


def _clean(what: str, text: str) -> str:
    if "\0" in text:
        _refuse(f"{_quoted(what)} holds a NUL character")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        _refuse(f"{_quoted(what)} holds a lone surrogate, which is no character")
    return str(text)


def _type_name(value: object) -> str:
    names = {bool: "a truth value", type(None): "null", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")


def _quoted(text: str | None) -> str:
    """Harmless on any terminal, and short."""
    shown = ascii(text)
    return shown if len(shown) <= MOST_QUOTED else f"{shown[:MOST_QUOTED]}..."


def _refuse(reason: str) -> NoReturn:
    raise BadRow(reason)
