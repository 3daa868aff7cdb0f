"""What the pipeline comes to: a suggestion, a question, or a refusal, with what each stage said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from spoonbench.solvers.hybrid.options_desk.plain_values import plain

if TYPE_CHECKING:
    from spoonbench.solvers.hybrid.options_desk.outcomes.estimates import Estimate
    from spoonbench.solvers.hybrid.options_desk.proposals import Proposal
    from spoonbench.solvers.hybrid.options_desk.requests import Request
    from spoonbench.solvers.hybrid.options_desk.rules import Report
    from spoonbench.solvers.hybrid.options_desk.valuation import Valuation

Outcome = Literal["suggested", "asked", "not understood", "impossible", "forbidden"]
StageName = Literal["language", "proposal", "formula", "statistics", "rules"]

NO_ADVICE = (
    "This is arithmetic on stated assumptions, no investment advice; prices are no quotes, and the "
    "margin is no statement of what a broker asks for."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTrace:
    """What one stage received and returned, in JSON values.

    Attributes:
        stage: its name.
        received: what it was given.
        returned: what it gave back; None where it stopped.
        stopped: why it gave nothing back.
        seconds: that it took.
    """

    stage: StageName
    received: Any
    returned: Any
    stopped: str | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What the statistics say of a proposal.

    Attributes:
        win: probability of a profit.
        risk: probability of a severe loss: the risk score.
    """

    win: Estimate
    risk: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What a text came to.

    Attributes:
        text: as it was written.
        outcome: only one that is "suggested" may be shown as a suggestion.
        sentences: questions, or why there is no suggestion.
        confirmation: what was understood, written from the request.
        request: None where the text was not understood.
        proposal: None where none could be made; likewise what follows.
        valuation: by the formula.
        statistics: by the outcome model or the formula.
        report: of the rules, what is held already included.
        reasons: one sentence or more from each stage.
        trace: stages, in order, up to the last that ran.
    """

    text: str
    outcome: Outcome
    sentences: tuple[str, ...] = ()
    confirmation: str | None = None
    request: Request | None = None
    proposal: Proposal | None = None
    valuation: Valuation | None = None
    statistics: Statistics | None = None
    report: Report | None = None
    reasons: tuple[str, ...] = ()
    trace: tuple[StageTrace, ...] = ()

    @property
    def confidence(self) -> float | None:
        """Probability of a profit, as the statistics have it."""
        return None if self.statistics is None else self.statistics.win.probability

    def to_json(self) -> dict[str, Any]:
        """JSON values.

        What rules forbid is told under "rejected", so that nothing reads it as a suggestion.
        """
        told = {
            "outcome": self.outcome,
            "text": self.text,
            "sentences": plain(self.sentences),
            "confirmation": self.confirmation,
            "request": plain(self.request),
        }
        whole = None
        if self.proposal is not None:
            whole = {
                "confidence": self.confidence,
                "reasons": plain(self.reasons),
                "assumptions": plain(self.proposal.assumptions),
                "strategy": self.proposal.strategy,
                "quantity": self.proposal.quantity,
                "market": plain(self.proposal.market),
                "legs": plain(self.proposal.legs),
                "valuation": plain(self.valuation),
                "statistics": plain(self.statistics),
                "rules": None if self.report is None else self.report.to_json(),
            }
        is_fine = self.outcome == "suggested"
        told["suggestion"] = whole if is_fine else None
        told["rejected"] = None if is_fine else whole
        told["notice"] = NO_ADVICE
        told["trace"] = plain(self.trace)
        return told
