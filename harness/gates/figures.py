"""The figures that can be compared: their names, units, and which way is better. A leaf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["share", "time", "rate", "size"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure.

    Attributes:
        name: as gates call it; the unit stands at its end.
        title: for people.
        kind: "share" is compared by its difference, in points; all others by their ratio. A "size"
            is a high-water mark or a count, one figure a side; the others are medians over rounds.
        unit: of the values, "" for shares.
        is_more_better: what "better" means.
        needs_same_machine: another machine gives another figure.
    """

    name: str
    title: str
    kind: Kind
    unit: str = ""
    is_more_better: bool = False
    needs_same_machine: bool = True

    @property
    def words(self) -> tuple[str, str]:
        """What is said where the second shows less, and where it shows more."""
        if self.kind == "size":
            return "less", "more"
        if self.kind == "share":
            return "worse", "better"
        if self.name == "energy_j":
            return "less", "more"
        return ("slower", "faster") if self.is_more_better else ("faster", "slower")


def _share(name: str) -> Figure:
    return Figure(
        name=name, title=name, kind="share", is_more_better=True, needs_same_machine=False
    )


_ALL = (
    _share("accuracy"),
    _share("precision"),
    _share("coverage"),
    Figure(name="p50_ms", title="p50", kind="time", unit="ms"),
    Figure(name="p95_ms", title="p95", kind="time", unit="ms"),
    Figure(name="throughput", title="throughput", kind="rate", unit="/s", is_more_better=True),
    Figure(name="tokens_per_s", title="tokens", kind="rate", unit="/s", is_more_better=True),
    Figure(name="first_token_ms", title="first token", kind="time", unit="ms"),
    Figure(name="load_s", title="load", kind="time", unit="s"),
    Figure(name="fit_s", title="fit", kind="time", unit="s"),
    Figure(name="energy_j", title="energy an item", kind="time", unit="J"),
    Figure(name="peak_mb", title="peak memory", kind="size", unit="MB"),
    Figure(name="resident_mb", title="resident memory", kind="size", unit="MB"),
    Figure(name="device_peak_mb", title="peak on the device", kind="size", unit="MB"),
    Figure(name="weights_mb", title="weights", kind="size", unit="MB", needs_same_machine=False),
)
FIGURES: dict[str, Figure] = {figure.name: figure for figure in _ALL}
"""Name to figure, in the order in which they are shown."""
SHARES = tuple(name for name, figure in FIGURES.items() if figure.kind == "share")
