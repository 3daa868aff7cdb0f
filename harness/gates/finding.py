"""From the words that name a side to the side: whatever they name is opened, read and closed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.harness.gates.benchmark_side import side_from_benchmarks, side_from_folder
from spoonbench.harness.gates.reference_side import side_from_reference
from spoonbench.harness.gates.selectors import read_selector
from spoonbench.harness.gates.sides import BadComparison
from spoonbench.harness.gates.store_side import side_from_store
from spoonbench.harness.reference.records import SUFFIX, read_reference, read_shipped, shipped_names
from spoonbench.harness.store.reader import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from spoonbench.harness.gates.selectors import Selector
    from spoonbench.harness.gates.sides import Side, Subject

_STORE = "store.sqlite"
_MOST_NAMED = 12


def find_side(words: str, store: Path) -> Side:
    """What one word of the command line stands for.

    Args:
        words: see `selectors`.
        store: file or folder of the store that is meant where the words name none.

    Raises:
        BadComparison: nothing is so called, or more than one thing is.
        StoreError: the store cannot be used.
        BadReference: the reference is damaged, or not there.
    """
    selector = read_selector(words)
    side = _whole(selector, selector.store or (store / _STORE if store.is_dir() else store))
    return side if selector.part is None else _part(side, selector.part)


def _whole(selector: Selector, store: Path) -> Side:
    if selector.file is not None and selector.file.suffix == ".json":
        return side_from_benchmarks(selector.file)
    if selector.file is not None and selector.file.suffix != SUFFIX:
        return side_from_folder(selector.file)
    if selector.file is not None:
        return side_from_reference(read_reference(selector.file), selector.file.name)
    if selector.kind == "reference":
        return side_from_reference(read_shipped(selector.key), selector.key)
    if selector.kind == "any" and selector.key in shipped_names():
        return side_from_reference(read_shipped(selector.key), selector.key)
    with open_reader(_file(store)) as reader:
        return side_from_store(reader, selector)


def _file(store: Path) -> Path:
    """A folder that is not there is named with the store that was looked for in it."""
    return store if store.suffix == ".sqlite" else store / _STORE


def _part(side: Side, name: str) -> Side:
    if side.is_selected:
        raise BadComparison(f"{side.title} has no parts: leave out /{name}.")
    return replace(
        side,
        subjects=(_subject(side, name),),
        title=f"{side.title}, {name}",
        is_selected=True,
    )


def _subject(side: Side, name: str) -> Subject:
    """By its name, or for a benchmark by the last part of it, where only one has that."""
    found = [one for one in side.subjects if one.name == name]
    if not found and side.kind == "benchmark":
        found = [one for one in side.subjects if one.name.rpartition("::")[2] == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadComparison(f"{side.title} has {len(found)} benchmarks that end with {name!r}.")
    names = [one.name for one in side.subjects]
    more = ", ..." if len(names) > _MOST_NAMED else ""
    known = ", ".join(names[:_MOST_NAMED])
    raise BadComparison(f"{side.title} has no {side.kind} {name!r}; it has: {known}{more}.")
