"""Which subjects of two sides are pairs, on which splits, and whether the machines differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.gates.sides import BadComparison

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.gates.sides import Side, Subject

ALL_SPLITS = "all"
_MOST_FACTS = 4
_BESIDE = frozenset({"interpreter"})
"""Facts of a machine that say where its programs lie, not what it is."""


def couples(first: Side, second: Side) -> list[tuple[Subject, Subject]]:
    """Subjects that are compared, in the order of the first side.

    Raises:
        BadComparison: there are none.
    """
    if first.is_selected and second.is_selected:
        return [(first.subjects[0], second.subjects[0])]
    partners = {one.name: one for one in second.subjects} if first.kind == second.kind else {}
    found = [(one, partners[one.name]) for one in first.subjects if one.name in partners]
    if not found:
        raise BadComparison(
            f"Nothing pairs: {first.title} has {_named(first)}, and {second.title} has "
            f"{_named(second)}. Name one of each to compare them whatever they are called."
        )
    return found


def _named(side: Side) -> str:
    n = len(side.subjects)
    return f"the {side.kind} {side.subjects[0].name!r}" if n == 1 else f"{n} {side.kind}s"


def differences(first: Side, second: Side) -> tuple[str, ...]:
    """Facts in which two machines differ, in words; empty for the same machine."""
    names = sorted((first.machine.keys() | second.machine.keys()) - _BESIDE)
    told = []
    for name in names:
        one, other = first.machine.get(name), second.machine.get(name)
        if one != other:
            told.append(f"{name.replace('_', ' ')}: {_in_short(one, other)}")
    return tuple(told)


def _in_short(one: object, other: object) -> str:
    """Of tables only the entries that differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = [key for key in sorted(one.keys() | other.keys()) if one.get(key) != other.get(key)]
        parts = [f"{key} {one.get(key)} and {other.get(key)}" for key in keys[:_MOST_FACTS]]
        return ", ".join(parts) + (", ..." if len(keys) > _MOST_FACTS else "")
    return f"{one} and {other}"


def common_splits(first: Side, second: Side, wanted: Sequence[str]) -> tuple[str, ...]:
    """Names of the splits that are compared.

    Raises:
        BadComparison: a split is asked for that a side does not have.
    """
    common = tuple(split for split in first.splits if split in second.splits)
    if ALL_SPLITS in wanted:
        return common
    for split in wanted:
        if split not in common:
            known = ", ".join(common) or "none"
            raise BadComparison(f"Both sides have no split {split!r}; they have: {known}.")
    if wanted:
        return tuple(dict.fromkeys(wanted))
    chosen = [split for split in (first.deciding, second.deciding) if split in common]
    return tuple(chosen[:1]) or common[:1]


def refuse_other_tasks(first: Side, second: Side, *, is_unpaired: bool) -> None:
    """Two tasks are compared only where that is asked for.

    Raises:
        BadComparison: they differ, and it is not.
    """
    if is_unpaired or None in (first.task, second.task) or first.task == second.task:
        return
    raise BadComparison(
        f"The tasks differ: {first.title} has {first.task}, {second.title} has {second.task}. "
        "--unpaired compares them as different items."
    )
