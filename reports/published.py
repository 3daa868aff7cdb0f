"""Figures that others published on sets of word problems; nothing of them is measured here."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

RULES_ONLY = "rules only"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure:
    """One figure of one system on one set.

    Attributes:
        system: who.
        year: of the publication.
        made: how the system was made, for example "rules only" or "trained".
        source: where the figure is from.
        is_checked: it was read there; otherwise it was written down from memory.
        set_name: the set it is of.
        precision: share of right answers among those given, in [0, 1].
        coverage: share of the problems that were answered; 1 where all were.
        note: how the set differs from the one of that name.
        is_other_set: of another set than those measured here; shown beside all of them.
        is_part: of a part of the set, chosen by what the system is made for.
        short: the system, where there is little room.
    """

    system: str
    year: int
    made: str
    source: str
    is_checked: bool
    set_name: str
    precision: float
    coverage: float = 1.0
    note: str = ""
    is_other_set: bool = False
    is_part: bool = False
    short: str = ""

    @property
    def name(self) -> str:
        """Who, and when."""
        return f"{self.system} {self.year}"

    @property
    def is_of_all(self) -> bool:
        """Every problem of the set was answered."""
        return self.coverage == 1 and not (self.is_other_set or self.is_part)


def published_on(*names: str) -> tuple[PublishedFigure, ...]:
    """What was published on a set, the best first, then what is of another set.

    Args:
        names: under which the set is known here, for example of a task or of a subset; letter
            case and marks between letters do not matter.

    Returns:
        Nothing where no set of these names is known.
    """
    wanted = {_plain(name) for name in names}
    own = [f for f in all_figures() if not f.is_other_set and _plain(f.set_name) in wanted]
    if not own:
        return ()
    others = [figure for figure in all_figures() if figure.is_other_set]
    return (*sorted(own, key=lambda figure: -figure.precision * figure.coverage), *others)


@cache
def all_figures() -> tuple[PublishedFigure, ...]:
    """Every figure of the data file, in its order."""
    text = files("spoonbench.reports").joinpath("published.toml").read_text(encoding="utf-8")
    systems = tomllib.loads(text)["system"]
    return tuple(_figure(system, one) for system in systems for one in system["figures"])


def best_of(figures: Sequence[PublishedFigure], most: int) -> tuple[PublishedFigure, ...]:
    """The best of those that answered everything, the best by rules only among them.

    Args:
        figures: of one set, the best first.
        most: how many, at least 1.
    """
    whole = [one for one in figures if one.is_of_all]
    rules = [one for one in whole if one.made == RULES_ONLY][:1]
    others = [one for one in whole if one not in rules][: most - len(rules)]
    return (*rules, *others)


def _figure(system: dict[str, Any], one: dict[str, Any]) -> PublishedFigure:
    is_selective = "precision" in one
    return PublishedFigure(
        system=system["name"],
        year=system["year"],
        made=system["made"],
        source=system["source"],
        is_checked=system["checked"],
        set_name=one["set"],
        precision=one["precision" if is_selective else "accuracy"] / 100,
        coverage=one["coverage"] / 100 if is_selective else 1.0,
        note=one.get("note", ""),
        is_other_set=one.get("is_other_set", False),
        is_part=one.get("is_part", False),
        short=system.get("short", system["name"]),
    )


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
