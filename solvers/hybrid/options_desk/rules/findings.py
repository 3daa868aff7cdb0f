"""What a check comes to: findings in a fixed order, margins, and whether all of it is allowed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from spoonbench.solvers.hybrid.options_desk.plain_values import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from spoonbench.solvers.hybrid.options_desk.margin.results import MarginResult
    from spoonbench.solvers.hybrid.options_desk.margin.underlyings import Underlying

Stage = Literal["data", "position", "margin", "loss", "greeks", "scenario"]
STAGES: tuple[str, ...] = get_args(Stage)
"""In the order of evaluation."""
Verdict = Literal["holds", "broken", "not evaluated"]
Severity = Literal["hard", "soft"]
Unit = Literal["dollars", "contracts", "rows"]

PORTFOLIO = "portfolio"
"""Subject of what is about everything that is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a portfolio is held against.

    Attributes:
        today: the day of the check.
        account: net liquidating value in dollars: cash, and what all holdings are worth.
        rate: per year, as a fraction, continuously compounded; None is zero, and said.
        dividend_yield: likewise, of every underlying.
        underlyings: classes by root, before those that are known.
        betas: by root, before those of the rule set.
        budget: the most that this trade may lose, in dollars.
    """

    today: date
    account: Decimal | None = None
    rate: Decimal | None = None
    dividend_yield: Decimal | None = None
    underlyings: Mapping[str, Underlying] = field(default_factory=dict)
    betas: Mapping[str, Decimal] = field(default_factory=dict)
    budget: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule says of one subject.

    Attributes:
        stage: of evaluation.
        rule_id: of the rule file.
        subject: root of an underlying, or "portfolio".
        status: a rule that cannot be evaluated does not hold.
        severity: hard rules forbid, soft ones warn.
        value: exact, or to the cent where it comes from a formula; None where there is none or,
            of a loss, where it has no limit.
        limit: the most that the rule allows.
        headroom: limit less value.
        unit: of all three.
        source: of the rule.
        sentence: for a person.
    """

    stage: Stage
    rule_id: str
    subject: str
    status: Verdict
    severity: Severity
    value: Decimal | None
    limit: Decimal | None
    headroom: Decimal | None
    unit: Unit
    source: str
    sentence: str

    @property
    def forbids(self) -> bool:
        """A hard rule that is broken, or of which nobody knows."""
        return self.severity == "hard" and self.status != "holds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What all rules say.

    Attributes:
        rules: name of the rule set.
        findings: in the order of evaluation, rules that hold included.
        margins: one for each underlying whose margin could be computed.
        assumptions: what was not given, in sentences.
    """

    rules: str
    findings: tuple[Finding, ...]
    margins: tuple[MarginResult, ...]
    assumptions: tuple[str, ...]

    @property
    def is_allowed(self) -> bool:
        """No hard rule is broken, and every one could be evaluated."""
        return not any(finding.forbids for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """JSON values; decimals as text, digit by digit."""
        told: dict[str, Any] = plain(self)
        return {"is_allowed": self.is_allowed, **told}
