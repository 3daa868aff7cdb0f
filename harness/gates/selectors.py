"""The words that name one side of a comparison, taken apart. Nothing is opened here.

ID                       a duel, a matrix or a run, by the beginning of its id
duel:ID  matrix:ID  run:ID
duel:ID/CONTESTANT  matrix:ID/CELL
latest  latest:TASK  previous  previous:TASK     and /CONTESTANT behind any of them
reference:NAME  reference:NAME/CELL              shipped with the package
FILE.jsonl  FILE.jsonl#CELL                      a reference that was exported
FILE.json  FILE.json#BENCHMARK                   saved by pytest-benchmark
STORE.sqlite:ANY-OF-THE-FIRST-FOUR               of another store
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from spoonbench.harness.gates.sides import BadComparison

Kind = Literal["any", "duel", "matrix", "run", "latest", "previous", "reference", "file"]

_STORE_MARK = ".sqlite:"
_OF_STORE = ("duel", "matrix", "run")
_IN_TIME = ("latest", "previous")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """One side, as it was asked for.

    Attributes:
        words: as they were given.
        kind: "any" for the beginning of an id of any kind, or the name of a reference.
        key: beginning of an id, name of a task ("" for any) or of a reference.
        part: the contestant, cell or benchmark; None for all of them.
        store: file of the store, where the words name one.
        file: for "file".
    """

    words: str
    kind: Kind
    key: str = ""
    part: str | None = None
    store: Path | None = None
    file: Path | None = None


def read_selector(words: str) -> Selector:
    """Take the words apart.

    Raises:
        BadComparison: they name nothing.
    """
    if not words.strip():
        raise BadComparison("A side of the comparison is empty: name a duel, a matrix or a file.")
    path, mark, rest = words.partition(_STORE_MARK)
    if mark:
        inner = read_selector(rest or " ")
        if inner.kind in ("reference", "file"):
            raise BadComparison(f"{words}: behind {path}.sqlite: stands what lies in that store.")
        return _with_store(inner, words, Path(f"{path}.sqlite"))
    return _file(words) or _named(words)


def _with_store(inner: Selector, words: str, store: Path) -> Selector:
    return Selector(words=words, kind=inner.kind, key=inner.key, part=inner.part, store=store)


def _file(words: str) -> Selector | None:
    """A file or a folder of files, and behind # what is selected of it."""
    for suffix in (".jsonl", ".json", "/"):
        name, mark, part = words.partition(f"{suffix}#")
        if mark or words.endswith(suffix):
            path = Path(f"{name}{suffix}" if mark else words)
            return Selector(words=words, kind="file", file=path, part=part or None)
    return None


def _named(words: str) -> Selector:
    kind, mark, rest = words.partition(":")
    if not mark:
        head, _, part = words.partition("/")
        if head in _IN_TIME:
            return Selector(words=words, kind=_time(head), part=part or None)
        if not head:
            raise BadComparison(
                f"{words!r} is no side: an id stands before a slash, a file ends in .json or "
                ".jsonl, a folder in a slash."
            )
        return Selector(words=words, kind="any", key=head, part=part or None)
    key, _, part = rest.partition("/")
    if kind in _IN_TIME:
        return Selector(words=words, kind=_time(kind), key=key, part=part or None)
    if kind not in (*_OF_STORE, "reference"):
        known = ", ".join(f"{one}:" for one in (*_OF_STORE, *_IN_TIME, "reference"))
        raise BadComparison(f"{words!r} begins with {kind!r}:, and a side begins with {known}.")
    if not key:
        raise BadComparison(f"{words!r} names no {kind}: an id or a name stands behind the colon.")
    return Selector(words=words, kind=_kind(kind), key=key, part=part or None)


def _time(word: str) -> Kind:
    return "latest" if word == "latest" else "previous"


def _kind(word: str) -> Kind:
    kinds: dict[str, Kind] = {
        "duel": "duel",
        "matrix": "matrix",
        "run": "run",
        "reference": "reference",
    }
    return kinds[word]
