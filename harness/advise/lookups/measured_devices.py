"""Which device, where all of them answered the same items at about the batch asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.advice import Evidence
from spoonbench.harness.advise.lookups.choices import MeasuredChoice
from spoonbench.harness.advise.lookups.crossovers import is_of_that_size
from spoonbench.harness.advise.quantities import show_number

if TYPE_CHECKING:
    from spoonbench.harness.advise.advice import Sureness
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.advise.lookups.figures import Figures, Row

SURE: dict[str, Sureness] = {"store": "measured here", "reference": "reference"}


def choose(case: Case, decision: Decision) -> MeasuredChoice | None:
    """The faster device at a batch that was measured; None where intervals overlap.

    What does not fit is the framework's to say.
    """
    device, batch = case.value("device"), case.number("batch")
    if device in {None, "cpu"} or batch is None or decision.ruled not in {"cpu", device}:
        return None
    for figures in case.sources.matrices:
        if not is_of_that_size(figures, case):
            continue
        found = _compared(figures, str(device), batch)
        if found is not None:
            return found
    return None


def _compared(figures: Figures, device: str, batch: float) -> MeasuredChoice | None:
    one, other = (_row(figures, name, batch) for name in ("cpu", device))
    if one is None or other is None or one.rate is None or other.rate is None:
        return None
    first, second = sorted((one, other), key=lambda row: -_rate(row))
    apart = _bound(first, "low") > _bound(second, "high")
    if not apart:
        return None
    ratio = _rate(first) / _rate(second)
    size = "" if figures.parameters is None else show_number(figures.parameters, "parameters")
    return MeasuredChoice(
        choice=first.device,
        sentence=(
            f"Use {first.device}: at batch {batch:,.0f} it answers {ratio:.1f} times as fast as "
            f"{second.device}, with {figures.model} ({size} parameters)."
        ),
        agreeing=frozenset({first.device}),
        evidence=tuple(_evidence(figures, row) for row in (first, second)),
        sureness=SURE[figures.source],
        runners_up=(f"{second.device}, {ratio:.1f} times as slow at this batch",),
    )


def _row(figures: Figures, device: str, batch: float) -> Row | None:
    """The fastest plain cell of a device at this very batch."""
    rows = [
        row
        for row in figures.rows
        if row.device.partition(":")[0] == device
        and row.batch == batch
        and row.quantization == "none"
        and row.dtype == "float32"
    ]
    return max(rows, key=_rate, default=None)


def _rate(row: Row) -> float:
    return 0.0 if row.rate is None else row.rate.value


def _bound(row: Row, end: str) -> float:
    """Of the interval; the figure itself where there were too few rounds for one."""
    bound = getattr(row.rate, end)
    return _rate(row) if bound is None else float(bound)


def _evidence(figures: Figures, row: Row) -> Evidence:
    rate = row.rate
    return Evidence(
        what=f"{row.name} on {row.device}: {_rate(row):,.4g} answers a second on {figures.task}.",
        source=figures.source,
        machine=figures.machine,
        value=None if rate is None else rate.value,
        low=None if rate is None else rate.low,
        high=None if rate is None else rate.high,
        unit="answers/s",
        run_ids=row.run_ids,
    )
