"""A portfolio while it is checked: what is known of it, what is not and why, computed once each."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.margin import repricing
from spoonbench.solvers.hybrid.options_desk.margin.portfolio_based import portfolio_margin
from spoonbench.solvers.hybrid.options_desk.margin.strategy_based import strategy_margin
from spoonbench.solvers.hybrid.options_desk.margin.underlyings import underlying_of, underlying_root
from spoonbench.solvers.hybrid.options_desk.rules.data_checks import (
    Fault,
    faults_of_prices,
    faults_of_rows,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.solvers.hybrid.options_desk.holdings import Holding
    from spoonbench.solvers.hybrid.options_desk.margin.repricing import Priced
    from spoonbench.solvers.hybrid.options_desk.margin.results import MarginResult, Method, Phase
    from spoonbench.solvers.hybrid.options_desk.margin.underlyings import Underlying
    from spoonbench.solvers.hybrid.options_desk.rules.findings import Terms
    from spoonbench.solvers.hybrid.options_desk.rules.rule_sets import RuleSet

_ZERO = Decimal(0)


class NotKnown(Exception):
    """What a rule asks about cannot be told; the message says why, without a full stop."""


@dataclass(slots=True)
class Case:
    """A portfolio under check.

    Attributes:
        rules: what it is held against.
        terms: day, account and what else is known.
        roots: of underlyings, in order; those of faulty rows included.
        faults: of rows and prices.
        by_root: holdings of each root that has no faulty row.
        blocked: by root, what is wrong with its first faulty row.
    """

    rules: RuleSet
    terms: Terms
    roots: tuple[str, ...]
    faults: tuple[Fault, ...]
    by_root: Mapping[str, tuple[Priced, ...]]
    blocked: Mapping[str, str]
    _margins: dict[tuple[str, Method, Phase], MarginResult] = field(default_factory=dict)

    def priced(self, root: str) -> tuple[Priced, ...]:
        """Holdings on an underlying.

        Raises:
            NotKnown: a row of it is faulty.
        """
        self.require_rows()
        if root not in self.by_root:
            raise NotKnown(self.blocked[root])
        return self.by_root[root]

    def holdings(self, root: str) -> tuple[Holding, ...]:
        """The same without what prices imply."""
        return tuple(each.holding for each in self.priced(root))

    def repriceable(self, root: str) -> tuple[Priced, ...]:
        """The same, each with a volatility.

        Raises:
            NotKnown: a price implies none.
        """
        found = self.priced(root)
        reason = repricing.why_not(found)
        if reason:
            raise NotKnown(reason)
        return found

    def require_rows(self) -> None:
        """Refuse to say anything of a portfolio of which some rows cannot be read.

        Raises:
            NotKnown: there are such rows.
        """
        unread = [fault for fault in self.faults if fault.root is None]
        if unread:
            raise NotKnown(unread[0].sentence)

    def margin(self, root: str, method: Method, phase: Phase) -> MarginResult:
        """Margin of one underlying.

        Raises:
            NotKnown: it cannot be computed.
        """
        key = (root, method, phase)
        if key not in self._margins:
            self._margins[key] = self._margin(root, method, phase)
        return self._margins[key]

    def margins(self) -> tuple[MarginResult, ...]:
        """All that were computed."""
        return tuple(self._margins.values())

    def underlyings(self) -> Mapping[str, Underlying]:
        """Classes that somebody gave."""
        return {**self.rules.underlyings, **self.terms.underlyings}

    def _margin(self, root: str, method: Method, phase: Phase) -> MarginResult:
        try:
            if method == "portfolio":
                priced = self.repriceable(root)
                (found,) = portfolio_margin(
                    priced, self.rules.portfolio, underlyings=self.underlyings()
                )
            else:
                (found,) = strategy_margin(
                    self.holdings(root),
                    self.rules.strategy,
                    today=self.terms.today,
                    phase=phase,
                    underlyings=self.underlyings(),
                )
        except BadInput as exc:
            raise NotKnown(str(exc)) from None
        return found


def open_case(
    holdings: Sequence[Holding], rules: RuleSet, terms: Terms, unread: Sequence[str]
) -> Case:
    """A portfolio, its faulty rows apart.

    Args:
        holdings: of any values.
        rules: see `rule_sets`.
        terms: day, account and what else is known.
        unread: rows that are no holding at all, in sentences.
    """
    faults = [Fault("values", None, said) for said in unread]
    faults += faults_of_rows(holdings, terms.today)
    blocked: dict[str, str] = {}
    for fault in faults:
        if fault.root is not None:
            blocked.setdefault(fault.root, fault.sentence)
    sound = [each for each in holdings if underlying_root(str(each.underlying)) not in blocked]
    priced = repricing.imply(
        sound,
        today=terms.today,
        rate=terms.rate or _ZERO,
        dividend_yield=terms.dividend_yield or _ZERO,
    )
    by_root: dict[str, tuple[Priced, ...]] = {}
    for each in priced:
        root = underlying_root(each.holding.underlying)
        by_root[root] = (*by_root.get(root, ()), each)
    return Case(
        rules=rules,
        terms=terms,
        roots=tuple(dict.fromkeys(underlying_root(str(each.underlying)) for each in holdings)),
        faults=(*faults, *faults_of_prices(priced)),
        by_root=by_root,
        blocked=blocked,
    )


def assumptions_of(case: Case) -> tuple[str, ...]:
    """What was not given, in sentences."""
    found = []
    if case.terms.rate is None:
        found.append("The interest rate is taken as 0.")
    if case.terms.dividend_yield is None:
        found.append("The dividend yield of every underlying is taken as 0.")
    given = case.underlyings()
    assumed = [root for root in case.roots if underlying_of(root, given).is_assumed]
    if assumed:
        found.append(f"Taken as equities, their class not being known: {', '.join(assumed)}.")
    if case.terms.account is not None:
        found.append("The account's value counts everything that is held, at its price.")
    return tuple(found)
