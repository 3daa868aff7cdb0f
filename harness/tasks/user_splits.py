"""Which rows of the user's files are learned from, chosen by, and measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.hash_split import (
    Cluster,
    cluster_hash,
    clusters,
    is_below,
    normalised,
)
from spoonbench.harness.tasks.user_rows import BadLine, Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_VALIDATION = 500

_ALIASES = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The rows of a task.

    Attributes:
        training: to learn from.
        validation: to choose by.
        measured: split name to its rows; "test" first where there is one.
        how: how they were divided, in words.
    """

    training: Sequence[Row]
    validation: Sequence[Row]
    measured: Mapping[str, Sequence[Row]]
    how: str


def without_split(rows: Sequence[Row]) -> list[BadLine]:
    """The rows that name no split, in a file where others do."""
    if not any(row.split for row in rows):
        return []
    return [
        BadLine(file=row.file, line=row.line, reason="no split, but other rows have one")
        for row in rows
        if row.split is None
    ]


def divide(
    rows: Sequence[Row], test_rows: Sequence[Row] | None, test_share: float, validation_share: float
) -> Parts:
    """Divide the rows into what is learned from, chosen by and measured.

    Args:
        rows: of the first file.
        test_rows: of the test file, where there is one.
        test_share: share of the clusters that is measured, where a hash decides.
        validation_share: share of the training clusters that is chosen by, where the file does
            not say; at most `MOST_VALIDATION` rows.

    Raises:
        BadTask: there would be no training row or nothing to measure, or split names and test
            file contradict each other.
    """
    if test_rows is not None:
        named, how = _with_test_file(rows, test_rows), "the test part is a file of its own"
    elif any(row.split for row in rows):
        named, how = _by_name(rows, "train"), "split as its split column says"
    else:
        named, how = _by_hash(rows, test_share)
    training, validation = named.pop("train", []), named.pop("validation", [])
    if not training:
        raise BadTask("too few rows to split: no row is left to learn from")
    if not any(named.values()):
        raise BadTask("no row is to be measured: name a split 'test', or give a test file")
    if not validation:
        training, validation = _cut_validation(training, validation_share)
        how += f"; {len(validation)} validation rows taken from the training part by hash"
    measured = {name: named[name] for name in sorted(named, key=lambda name: name != "test")}
    return Parts(training=training, validation=validation, measured=measured, how=how)


def n_shared_texts(parts: Parts) -> int:
    """Measured rows whose text also stands in the training or validation part."""
    known = {normalised(row.text) for row in (*parts.training, *parts.validation)}
    return sum(normalised(row.text) in known for rows in parts.measured.values() for row in rows)


def n_shared_groups(parts: Parts) -> int:
    """Measured rows whose group also stands in the training or validation part."""
    known = {row.group for row in (*parts.training, *parts.validation)} - {None}
    return sum(row.group in known for rows in parts.measured.values() for row in rows)


def _by_name(rows: Sequence[Row], default: str) -> dict[str, list[Row]]:
    named: dict[str, list[Row]] = {}
    for row in rows:
        name = row.split or default
        named.setdefault(_ALIASES.get(name.casefold(), name), []).append(row)
    return named


def _with_test_file(rows: Sequence[Row], test_rows: Sequence[Row]) -> dict[str, list[Row]]:
    named, measured = _by_name(rows, "train"), _by_name(test_rows, "test")
    for found, allowed, what in (
        (set(named), {"train", "validation"}, "a test file is given, but the first file"),
        (set(measured) & {"train", "validation"}, set(), "the test file"),
    ):
        if wrong := sorted(found - allowed):
            raise BadTask(f"{what} has rows of the split {wrong[0]!a}")
    if not measured:
        raise BadTask("the test file has no row to measure")
    return {**named, **measured}


def _by_hash(rows: Sequence[Row], test_share: float) -> tuple[dict[str, list[Row]], str]:
    keys = [row.split_key for row in rows]
    found = clusters(keys)
    if not found[1:]:
        raise BadTask(
            f"too few rows to split: {len(rows)} that cannot be parted (rows that share a text or "
            "a group stay together); give more rows or a test file"
        )
    n_test = sum(is_below(cluster_hash(keys, cluster), test_share) for cluster in found)
    # Clusters come in the order of their hash: with few of them, one stands on each side.
    n_test = min(max(n_test, 1), len(found) - 1)
    how = f"split by SHA-256 of group, id or text, test share {test_share:g}"
    return {"test": _rows_of(rows, found[:n_test]), "train": _rows_of(rows, found[n_test:])}, how


def _cut_validation(rows: Sequence[Row], share: float) -> tuple[list[Row], list[Row]]:
    """Training rows that are left, and validation rows; whole clusters, never all of them."""
    keys = [row.split_key for row in rows]
    found = sorted(clusters(keys), key=lambda one: cluster_hash(keys, one, "validation"))
    cut: list[Cluster] = []
    for cluster in found[:-1]:
        is_chosen = is_below(cluster_hash(keys, cluster, "validation"), share)
        if is_chosen and sum(map(len, cut)) + len(cluster) <= MOST_VALIDATION:
            cut.append(cluster)
    kept = sorted(set(range(len(rows))) - {place for cluster in cut for place in cluster})
    return [rows[place] for place in kept], _rows_of(rows, cut)


def _rows_of(rows: Sequence[Row], chosen: Sequence[Cluster]) -> list[Row]:
    return [rows[place] for place in sorted(place for cluster in chosen for place in cluster)]
