"""A value against a limit, as a finding with its sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.hybrid.options_desk.rules.cases import NotKnown
from spoonbench.solvers.hybrid.options_desk.rules.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from spoonbench.solvers.hybrid.options_desk.rules.cases import Case
    from spoonbench.solvers.hybrid.options_desk.rules.findings import Unit
    from spoonbench.solvers.hybrid.options_desk.rules.rule_sets import Limit, Rule

_NO_ACCOUNT = "the value of the account is not given"


def judge(
    rule: Rule,
    subject: str,
    what: str,
    unit: Unit,
    measure: Callable[[], tuple[Decimal | None, Decimal]],
) -> Finding:
    """What a rule says of a subject.

    Args:
        rule: see there.
        subject: root, or "portfolio".
        what: is measured, for the sentence; capitalised.
        unit: of value and limit.
        measure: the value, None where it has no limit, and the limit; `NotKnown` where it cannot
            be told.
    """
    try:
        value, limit = measure()
    except NotKnown as exc:
        return Finding(
            stage=rule.stage,
            rule_id=rule.rule_id,
            subject=subject,
            status="not evaluated",
            severity=rule.severity,
            value=None,
            limit=None,
            headroom=None,
            unit=unit,
            source=rule.source,
            sentence=f"{what}: not evaluated, since {exc}.",
        )
    holds = value is not None and value <= limit
    return Finding(
        stage=rule.stage,
        rule_id=rule.rule_id,
        subject=subject,
        status="holds" if holds else "broken",
        severity=rule.severity,
        value=value,
        limit=limit,
        headroom=None if value is None else limit - value,
        unit=unit,
        source=rule.source,
        sentence=_sentence(what, unit, value, limit),
    )


def limit_of(limit: Limit, case: Case) -> Decimal:
    """In dollars.

    Raises:
        NotKnown: it is a share of an account whose value is not given.
    """
    if limit.amount is not None:
        return limit.amount
    if case.terms.account is None or limit.share is None:
        raise NotKnown(_NO_ACCOUNT)
    return limit.share * case.terms.account


def told(value: Decimal, unit: Unit) -> str:
    """As a person reads it: cents, unless there is more to a value."""
    if unit != "dollars":
        return f"{value:,f} {unit}"
    sign, size = "-" if value < 0 else "", abs(value)
    rounded = round(size, 2)
    return f"{sign}${rounded:,.2f}" if rounded == size else f"{sign}${size.normalize():,f}"


def _sentence(what: str, unit: Unit, value: Decimal | None, limit: Decimal) -> str:
    if value is None:
        return f"{what} has no limit; {told(limit, unit)} would be allowed."
    if value <= limit:
        return f"{what}: {told(value, unit)} of {told(limit, unit)}."
    over = told(value - limit, unit)
    return f"{what}: {told(value, unit)}, {over} more than {told(limit, unit)}."
