"""The claims ledger of a report: every claim with its verdict, from the runs that it shows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from spoonbench.harness.claims.claim import OPEN, Claim, Finding, Verdict
from spoonbench.harness.claims.grounds import CPU
from spoonbench.harness.claims.ledger import check_claims, read_claims
from spoonbench.harness.claims.runs import MeasuredDuel, MeasuredMatrix, Runs, machine_text
from spoonbench.harness.claims.wording import show_range, told, told_model
from spoonbench.harness.environment import devices
from spoonbench.harness.reference.records import read_shipped, shipped_names
from spoonbench.reports.overview.blocks import Bullets, Numbers, Part, Words
from spoonbench.reports.quantities import DASH, listed
from spoonbench.reports.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spoonbench.harness.records import Environment
    from spoonbench.harness.store.reader import StoreReader
    from spoonbench.reports.overview.blocks import Block
    from spoonbench.reports.overview.content import Overview, ShownDuel, ShownMatrix

_MARKS: dict[Verdict, str] = {"does not hold": "failed", "contradicts another claim": "failed"}
_VERDICTS: tuple[Verdict, ...] = (
    "holds",
    "holds only if",
    "does not hold",
    "contradicts another claim",
    "not testable here",
    "not yet run",
)


class GatheredRuns(Runs):
    """Runs that a report has added up already: nothing is read and computed twice."""

    def __init__(
        self,
        reader: StoreReader,
        duels: Sequence[ShownDuel],
        matrices: Sequence[ShownMatrix],
    ) -> None:
        super().__init__(None, [read_shipped(name) for name in shipped_names()])
        self._reader_of_all = reader
        self._shown = (tuple(duels), tuple(matrices))

    def duels(self, task: str | None = None) -> Iterator[MeasuredDuel]:
        """Duels of the report on a task; None for any task."""
        for one in self._shown[0]:
            if task is None or one.report.duel.task.name == task:
                yield MeasuredDuel(
                    duel=one.report.duel,
                    measurements=one.report.measurements,
                    machine=_machine(one.report.environment),
                    reader=self._reader_of_all,
                )

    def matrices(self) -> Iterator[MeasuredMatrix]:
        """Matrices of the report, those of elsewhere last."""
        for one in self._shown[1]:
            machine = _machine(one.report.environment)
            yield MeasuredMatrix(evidence=one.report.evidence, machine=machine)
        yield from super().matrices()


def check_ledger(
    reader: StoreReader, duels: Sequence[ShownDuel], matrices: Sequence[ShownMatrix]
) -> tuple[Finding, ...]:
    """Check every claim against what the report shows.

    Args:
        reader: of the store; answers and parameters are looked up in it.
        duels: of the report.
        matrices: likewise.

    Raises:
        StoreError: answers are damaged.
    """
    kinds = {device.partition(":")[0] for device in devices()}
    runs = GatheredRuns(reader, duels, matrices)
    return check_claims(read_claims(), None, runs, {CPU, *kinds})


def claims_part(overview: Overview) -> Part:
    """Verdicts on all claims, those that were measured here in words."""
    blocks: list[Block] = []
    if overview.findings:
        claims = read_claims()
        blocks.append(Words(text=_sentence(overview.findings)))
        measured = [
            f"{one.claim_id}: {claims[one.claim_id].text} {_verdict(one)} {one.why}"
            for one in overview.findings
            if one.machine is not None and not one.is_elsewhere and one.verdict not in OPEN
        ]
        if measured:
            blocks.append(Words(text="Settled by runs of this report:"))
            blocks.append(Bullets(sentences=tuple(measured)))
        counts = _count_table(claims, overview.findings)
        blocks.append(Numbers(name="claims-by-topic", table=counts, caption=counts.title))
        table = claim_table(claims, overview.findings)
        blocks.append(Numbers(name="claims", table=table, folded="Every claim"))
    return Part(
        part_id="claims",
        title="What the case study claims",
        chapter="evidence",
        blocks=tuple(blocks),
    )


def claim_table(claims: Mapping[str, Claim], findings: Sequence[Finding]) -> Table:
    """One row for each claim."""
    headers = ("Claim", "What it says", "Verdict", "Rests on", "Claimed", "Found", "Why")
    further = ("Machine", "Conflicts with")
    columns = tuple(
        Column(header=header, is_figure=False, is_whole=header in ("Claim", "Verdict"))
        for header in (*headers, *further)
    )
    rows = tuple(
        (
            one.claim_id,
            claims[one.claim_id].text,
            one.verdict,
            claims[one.claim_id].basis,
            one.claimed or DASH,
            _found(one),
            " ".join(text for text in (_condition(one), one.why) if text) or DASH,
            one.machine or DASH,
            ", ".join(one.conflicts) or DASH,
        )
        for one in findings
    )
    marks = tuple(
        _MARKS.get(one.verdict, "skipped" if one.verdict in OPEN else "") for one in findings
    )
    return Table(title="Every claim", columns=columns, rows=rows, marks=marks)


def claim_sentences(findings: Sequence[Finding]) -> dict[str, str]:
    """Id to what is claimed and whether it holds, in a sentence or two."""
    claims = read_claims()
    return {
        one.claim_id: f"{claims[one.claim_id].text.rstrip('.')}. Verdict: {one.verdict}."
        for one in findings
    }


def _sentence(findings: Sequence[Finding]) -> str:
    counts = Counter(one.verdict for one in findings)
    told = [f"{counts[verdict]:,} {_plural(verdict)}" for verdict in _VERDICTS if counts[verdict]]
    return (
        f"Of {len(findings):,} claims {listed(told)}. A verdict rests on recomputing, or on the "
        "runs of this report; a projection or a hope of the case study counts as no measurement."
    )


def _plural(verdict: Verdict) -> str:
    words: dict[str, str] = {"holds": "hold", "holds only if": "hold only under a condition"}
    words |= {"does not hold": "do not hold", "contradicts another claim": "contradict another"}
    words |= {"not testable here": "cannot be tested here", "not yet run": "have not been run"}
    return words[verdict]


def _count_table(claims: Mapping[str, Claim], findings: Sequence[Finding]) -> Table:
    topics = list(dict.fromkeys(claims[one.claim_id].topic for one in findings))
    columns = (
        Column(header="Topic", is_figure=False),
        *(Column(header=verdict.capitalize()) for verdict in _VERDICTS),
    )
    counted = Counter((claims[one.claim_id].topic, one.verdict) for one in findings)
    rows = tuple(
        (topic.replace("_", " "), *(f"{counted[topic, verdict]:,}" for verdict in _VERDICTS))
        for topic in topics
    )
    return Table(title="Verdicts by topic", columns=columns, rows=rows)


def _found(one: Finding) -> str:
    if one.low is None or one.high is None:
        return told(one) or DASH
    return f"{told(one)} (95%: {show_range(one.low, one.high, one.unit)})".strip()


def _condition(one: Finding) -> str:
    word = "Holds only if" if one.verdict == "holds only if" else "Would hold if"
    return f"{word}: {one.condition.rstrip('.')}." if one.condition else ""


def _verdict(one: Finding) -> str:
    condition = _condition(one)
    if one.verdict == "holds only if":
        return condition
    model = f"Measured with {told_model(one)}." if one.model else ""
    return " ".join(text for text in (f"Verdict: {one.verdict}.", condition, model) if text)


def _machine(environment: Environment | None) -> str:
    return (
        "a machine that the store does not know"
        if environment is None
        else machine_text(environment)
    )
