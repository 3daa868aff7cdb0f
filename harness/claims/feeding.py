"""Which commands of ours make the runs that a claim is checked with, and how long they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.claims.grounds import GPUS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_GPU_BATCHES = "1,4,8,16,32,128"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A command that makes runs.

    Attributes:
        words: behind `spoonbench`.
        minutes: that it takes, about, on two cores with nothing measured yet.
        claims: ids that are checked with its runs.
        device: kind that it needs; "cpu" for any machine.
    """

    words: tuple[str, ...]
    minutes: float
    claims: tuple[str, ...]
    device: str = "cpu"


FEEDS: tuple[Feed, ...] = (
    Feed(
        words=("matrix", "--preset", "case-study"),
        minutes=5,
        claims=("B1", "B2", "G5", "G6", "Q1", "Q3", "Q5", "Q6"),
    ),
    Feed(
        words=("matrix", "--padding", "left,right", "--batch", "1,8", "--items", "200"),
        minutes=5,
        claims=("D7",),
    ),
    Feed(
        words=("matrix", "--mode", "train", "--batch", "1,4", "--accumulation", "1,4"),
        minutes=5,
        claims=("M6",),
    ),
    Feed(words=("duel", "--task", "option-pricing"), minutes=6, claims=("T9", "O1")),
    Feed(words=("duel", "--task", "option-outcome"), minutes=6, claims=("T10",)),
    Feed(
        words=("duel", "--preset", "case-study"),
        minutes=45,
        claims=("T1", "T2", "T3", "T4", "T5", "T7", "T8", "T11"),
    ),
    *(
        Feed(
            words=("matrix", "--device", f"cpu,{device}", "--batch", _GPU_BATCHES),
            minutes=5,
            claims=("G2", "G3", "G4"),
            device=device,
        )
        for device in GPUS
    ),
    Feed(
        words=("matrix", "--mode", "train", "--device", "cpu,mps", "--batch", "1,2,4,8,16"),
        minutes=4,
        claims=("G1", "F18"),
        device="mps",
    ),
)


def feeds_of(ids: Iterable[str], devices: Collection[str]) -> list[Feed]:
    """Commands that feed any of these claims and can run here, the shortest first.

    Args:
        ids: of claims.
        devices: kinds that this machine has.
    """
    wanted = set(ids)
    return [one for one in FEEDS if one.device in devices and wanted & set(one.claims)]


def unfed(ids: Iterable[str], feeds: Iterable[Feed]) -> list[str]:
    """Claims that none of these commands feeds, in order."""
    fed = {claim_id for one in feeds for claim_id in one.claims}
    return [claim_id for claim_id in ids if claim_id not in fed]
