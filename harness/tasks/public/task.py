"""From the files of a published set to a task.

Splits are the published ones where the files come in parts; otherwise a hash of each row's id
divides them, as for the user's own file (`hash_split`), so that what learns has something to
learn from. With `measured=all` every row is measured and the training part is empty: only
contestants that learn nothing can then answer, and the others fail with that reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.api import BadTask, Item, Split, Task
from spoonbench.harness.tasks.options import refuse_unknown, share
from spoonbench.harness.tasks.public.files import read_files
from spoonbench.harness.tasks.rows import BadRow
from spoonbench.harness.tasks.user_rows import (
    Row,
    is_left_out,
    refuse_many_subsets,
    subsets_of,
)
from spoonbench.harness.tasks.user_splits import Parts, divide, n_shared_texts
from spoonbench.solvers.api import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.tasks.public.files import PublishedFile
    from spoonbench.harness.tasks.public.published import PublishedRow, PublishedSet
    from spoonbench.harness.tasks.rows import RawRow

VERSION = "1"
TOLERANCE = 1e-3
"""Relative: the sets keep fractions as rounded decimals."""

_DEFAULTS: dict[str, object] = {
    "data": None,
    "measured": "test",
    "test_share": 0.2,
    "validation_share": 0.1,
    "subset_column": "subsets",
    "leave_out_column": None,
}
_SUMMARIES = {
    "train": "To learn from.",
    "validation": "To choose by.",
    "test": "Problems that nothing was learned from.",
    "all": "Every problem of the set; there is no training part.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    is_all_measured: bool
    test_share: float
    validation_share: float
    is_share_given: bool
    subset_column: str
    leave_out_column: str | None


def make_published(published: PublishedSet, options: Mapping[str, object]) -> Task:
    """Read a published set and divide it.

    Args:
        published: the set.
        options: `data`, path of the file or folder; `measured`, "test" or "all"; `test_share`
            (0.2, of all rows) where the files do not come in parts; `validation_share` (0.1, of
            the training rows) where they bring no validation part; `subset_column`
            ("subsets"), a field whose marks are counted apart; `leave_out_column`, a field that
            is true in rows to be left out.

    Returns:
        The task. `source` tells citation, homepage, licence and how it was divided;
        `skipped_rows` the rows that have no number for an answer, cannot be read, or were left
        out as wanted.

    Raises:
        BadTask: an option is wrong, or the files are not there, damaged or of something else.
    """
    chosen = _read_options(published.name, options)
    files = read_files(published, options.get("data"))
    if chosen.is_share_given and len(files) > 1:
        raise BadTask(f"{published.name}: the files have a test part: leave out test_share")
    rows, skipped, n_left_out = _read_rows(published, files, chosen)
    parts = _divide(published, files, rows, chosen)
    return Task(
        name=published.name,
        version=VERSION,
        kind="number",
        training=_split("train", parts.training),
        validation=_split("validation", parts.validation),
        splits=tuple(_split(name, part) for name, part in parts.measured.items()),
        tolerance=TOLERANCE,
        source=(
            f"{published.title}: {published.citation}; {published.homepage}; "
            f"licence: {published.licence}; {parts.how}"
        ),
        sha256={file.name: file.sha256 for file in files},
        skipped_rows=skipped,
        options={
            "measured": "all" if chosen.is_all_measured else "test",
            "test_share": None if len(files) > 1 else chosen.test_share,
            "validation_share": chosen.validation_share,
            "rows": len(rows),
            "rows_skipped": len(skipped),
            "texts_shared_with_training": n_shared_texts(parts),
            **_fields(chosen, n_left_out),
        },
    )


def _fields(chosen: _Options, n_left_out: int) -> dict[str, object]:
    """Fields that were asked for, and what leaving out came to."""
    fields: dict[str, object] = {}
    if chosen.subset_column != _DEFAULTS["subset_column"]:
        fields["subset_column"] = chosen.subset_column
    if chosen.leave_out_column is not None:
        fields |= {"leave_out_column": chosen.leave_out_column, "rows_left_out": n_left_out}
    return fields


def _read_options(name: str, options: Mapping[str, object]) -> _Options:
    refuse_unknown(name, options, tuple(_DEFAULTS))
    given = {**_DEFAULTS, **options}
    measured = given["measured"]
    if measured not in {"test", "all"}:
        raise BadTask(f"{name}: measured must be test or all, got {ascii(measured)[:60]}")
    if measured == "all" and "test_share" in options:
        raise BadTask(f"{name}: with measured=all there is no test_share")
    return _Options(
        is_all_measured=measured == "all",
        test_share=share("test_share", given["test_share"]),
        validation_share=share("validation_share", given["validation_share"]),
        is_share_given="test_share" in options,
        subset_column=_field_name(name, "subset_column", given["subset_column"]),
        leave_out_column=None
        if given["leave_out_column"] is None
        else _field_name(name, "leave_out_column", given["leave_out_column"]),
    )


def _field_name(name: str, option: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadTask(f"{name}: {option} must be the name of a field, got {ascii(value)[:60]}")
    return value


def _read_rows(
    published: PublishedSet, files: Sequence[PublishedFile], chosen: _Options
) -> tuple[list[Row], tuple[str, ...], int]:
    """Good rows with ids that no two share, the others with their reasons, how many left out."""
    rows: list[Row] = []
    skipped: list[str] = []
    n_left_out = 0
    taken: set[str] = set()
    for file in files:
        good, bad, left_out = _read_file(published, file, chosen)
        # Ids of one part may come again in another.
        prefix = f"{file.part}-" if taken & {str(row.given_id) for row in good} else ""
        rows += [replace(row, given_id=f"{prefix}{row.given_id}") for row in good]
        taken |= {str(row.given_id) for row in rows}
        skipped += [*left_out, *bad]
        n_left_out += len(left_out)
    refuse_many_subsets(rows, chosen.subset_column)
    return rows, tuple(skipped), n_left_out


def _read_file(
    published: PublishedSet, file: PublishedFile, chosen: _Options
) -> tuple[list[Row], list[str], list[str]]:
    """Good rows, what is wrong with the bad ones, and those left out as wanted."""
    records = _records(published, file)
    _refuse_absent(file, records, chosen)
    good: list[Row] = []
    bad: list[str] = []
    left_out: list[str] = []
    places: dict[str, int] = {}
    for record in records:
        where = f"{file.name} row {record.line}"
        try:
            if is_left_out(record, chosen.leave_out_column):
                left_out.append(f"{where}: left out, as {chosen.leave_out_column!a} is true")
                continue
            row = _read_row(published, file, record, chosen)
            if places.setdefault(str(row.given_id), row.line) != row.line:
                raise BadRow(f"its id stands at row {places[str(row.given_id)]} too")  # noqa: TRY301
        except BadRow as exc:
            bad.append(f"{where}: {exc}")
        else:
            good.append(row)
    if len(bad) > len(good):
        first = f", the first: {bad[0]}" if bad else ""
        raise BadTask(
            f"{file.name}: only {len(good)} of {len(records)} rows read as {published.title}{first}"
        )
    if not good:
        raise BadTask(f"{file.name}: it holds no problem")
    return good, bad, left_out


def _records(published: PublishedSet, file: PublishedFile) -> Sequence[RawRow]:
    try:
        return published.records(file.content)
    except BadTask as exc:
        raise BadTask(
            f"{file.name}: this cannot be read as {published.title}: {exc}. {published.instruction}"
        ) from exc


def _refuse_absent(file: PublishedFile, records: Sequence[RawRow], chosen: _Options) -> None:
    """A field that was asked for must be there: a slip of the pen would leave out nothing."""
    asked = [chosen.subset_column] if chosen.subset_column != _DEFAULTS["subset_column"] else []
    asked += [chosen.leave_out_column] if chosen.leave_out_column is not None else []
    for name in asked:
        if not any(name in record.values for record in records):
            raise BadTask(f"{file.name}: no row has the field {name!a}")


def _read_row(
    published: PublishedSet, file: PublishedFile, record: RawRow, chosen: _Options
) -> Row:
    if record.reason is not None:
        raise BadRow(record.reason)
    found: PublishedRow = published.row(record.values)
    given_id = found.given_id or f"{Path(file.name).stem}-{record.line}"
    return Row(
        file=file.name,
        line=record.line,
        text=found.text,
        answer=found.target,
        given_id=given_id,
        split=file.part,
        subsets=subsets_of(record.values, chosen.subset_column),
    )


def _divide(
    published: PublishedSet, files: Sequence[PublishedFile], rows: Sequence[Row], chosen: _Options
) -> Parts:
    if chosen.is_all_measured:
        return Parts(training=(), validation=(), measured={"all": rows}, how="all measured")
    try:
        parts = divide(rows, None, chosen.test_share, chosen.validation_share)
    except BadTask as exc:
        raise BadTask(f"{published.name}: {exc}") from exc
    if len(files) == 1:
        return parts
    how = parts.how.replace("split as its split column says", "split as published", 1)
    return replace(parts, how=how)


def _split(name: str, rows: Sequence[Row]) -> Split:
    items = tuple(
        Item(
            problem=Problem(problem_id=str(row.given_id), text=row.text, kind="number"),
            target=row.answer,
            subsets=row.subsets,
        )
        for row in rows
    )
    return Split(name=name, items=items, summary=_SUMMARIES[name])
