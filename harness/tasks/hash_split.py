"""Splitting rows by hash: the same row lands on the same side, whatever stands around it.

Rows that share a group or a text form one cluster, and a cluster is never cut. A row's key is its
group, else its id, else its text. One key of a cluster, chosen by hash, speaks for it; the SHA-256
of that key places it. So neither the order of the rows nor, for rows that share nothing, the other
rows matter, and large clusters are as likely on either side as small ones.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

Cluster = tuple[int, ...]
"""Places of rows that belong together, ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitKey:
    """What decides on which side a row stands.

    Attributes:
        text: the question.
        given_id: the id in the file, where there is one.
        group: the group in the file, where there is one.
    """

    text: str
    given_id: str | None = None
    group: str | None = None


def normalised(text: str) -> str:
    r"""The text in Unicode form NFKC, case folded, with single spaces: what makes texts the same.

    >>> normalised("  How MANY\tapples? ")
    'how many apples?'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def clusters(keys: Sequence[SplitKey]) -> list[Cluster]:
    """Rows that share a text or a group, directly or through others; ordered by their hash.

    Args:
        keys: shape (n_rows,).

    Returns:
        Every row in exactly one cluster.
    """
    parents = list(range(len(keys)))
    first: dict[Hashable, int] = {}
    for place, key in enumerate(keys):
        for mark in _marks(key):
            _join(parents, first.setdefault(mark, place), place)
    members: dict[int, list[int]] = {}
    for place in range(len(keys)):
        members.setdefault(_root(parents, place), []).append(place)
    found = [tuple(places) for places in members.values()]
    return sorted(found, key=lambda cluster: cluster_hash(keys, cluster))


def cluster_hash(keys: Sequence[SplitKey], cluster: Cluster, salt: str = "test") -> str:
    """SHA-256 that places a cluster, 64 hex digits."""
    names = {_row_name(keys[place]) for place in cluster}
    return _sha256(f"{salt}:{min(names, key=lambda name: _sha256(f'speaker:{name}'))}")


def is_below(hash_hex: str, share: float) -> bool:
    """Whether a hash falls into the first `share` of all hashes."""
    return int(hash_hex[:16], 16) < share * 2**64


def _row_name(key: SplitKey) -> str:
    if key.group is not None:
        return f"group:{key.group}"
    return f"text:{normalised(key.text)}" if key.given_id is None else f"id:{key.given_id}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _marks(key: SplitKey) -> list[Hashable]:
    marks: list[Hashable] = [("text", normalised(key.text))]
    return marks if key.group is None else [*marks, ("group", key.group)]


def _root(parents: list[int], place: int) -> int:
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place


def _join(parents: list[int], one: int, other: int) -> None:
    one, other = _root(parents, one), _root(parents, other)
    parents[max(one, other)] = min(one, other)
