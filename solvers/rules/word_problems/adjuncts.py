"""Who gets it, where it is, when it happens: what prepositional phrases say of which amount.

"5 in the barn and 6 in the shed": each amount has its own place; "5 apples and 6 pears in the
barn": both have the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from spoonbench.solvers.rules.word_problems.amounts import MOVES, NOBODY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount

_Said = TypeVar("_Said")


class Adjuncts:
    """The adjuncts of one clause, each with the number of amounts that were read before it.

    Attributes:
        owners: "to", "source", "place" and "beneficiary" to what was said of them.
        times: words of time.
    """

    __slots__ = ("owners", "times")

    def __init__(self) -> None:
        self.owners: dict[str, list[tuple[int, str]]] = {}
        self.times: list[tuple[int, frozenset[str]]] = []

    def add(self, kind: str, owner: str, n_before: int) -> None:
        """Note somebody or some place."""
        if owner:
            self.owners.setdefault(kind, []).append((n_before, owner))

    def add_times(self, words: frozenset[str], n_before: int) -> None:
        """Note a time."""
        self.times.append((n_before, words))

    def first(self, kind: str) -> str:
        """What was said first of a kind."""
        said = self.owners.get(kind)
        return said[0][1] if said else NOBODY

    def share_out(self, found: Sequence[Amount]) -> None:
        """Give each amount of the clause its own."""
        for kind, said in self.owners.items():
            owners = _placed(said, len(found))
            for amount, owner in zip(found, owners, strict=True):
                if getattr(amount, kind) == NOBODY and _takes(amount, kind):
                    setattr(amount, kind, owner)
        if self.times:
            self._share_times(found)

    def _share_times(self, found: Sequence[Amount]) -> None:
        leading = frozenset[str]().union(*(words for n, words in self.times if n == 0))
        trailing = [(n, words) for n, words in self.times if n]
        if leading and len(trailing) == len(found) - 1 and trailing:
            spread = _placed(self.times, len(found))
            leading = frozenset()
        elif len({n for n, _ in trailing}) > 1:
            spread = _placed(_merged(trailing), len(found))
        else:
            spread = [frozenset[str]().union(*(words for _, words in trailing))] * len(found)
        for amount, words in zip(found, spread, strict=True):
            amount.times = amount.times | words | leading


def _takes(amount: Amount, kind: str) -> bool:
    """Whether a subject that counts goes to or comes from where the clause says."""
    if amount.role != "subject" or kind in {"place", "beneficiary"}:
        return True
    return amount.is_passive or amount.verb_class in MOVES


def _merged(said: Sequence[tuple[int, frozenset[str]]]) -> list[tuple[int, frozenset[str]]]:
    """What stands behind the same amount, together."""
    merged: dict[int, frozenset[str]] = {}
    for n_before, words in said:
        merged[n_before] = merged.get(n_before, frozenset()) | words
    return list(merged.items())


def _placed(said: Sequence[tuple[int, _Said]], count: int) -> list[_Said]:
    """For each amount what was said of it.

    Args:
        said: with the number of amounts before it, in order.
        count: of amounts.
    """
    if len(said) == 1 or count == 1:
        return [said[0][1]] * count
    if said[0][0] == 0 and len(said) <= count:
        # "In the barn were 5 and in the shed 6": it stands before its amount.
        return [[one for n, one in said if n <= index][-1] for index in range(count)]
    placed = []
    for index in range(count):
        behind = [one for n, one in said if n > index]
        placed.append(behind[0] if behind else said[-1][1])
    return placed
