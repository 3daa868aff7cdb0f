"""The documents' claims, with the verdicts that the ledger gives them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from spoonbench.harness.advise.advice import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spoonbench.harness.advise.sources import Sources

_LEDGER = "spoonbench.harness.claims.ledger"


REFUTED = frozenset({"does not hold", "contradicts another claim"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A claim of the documents.

    Attributes:
        evidence: with its verdict in words.
        is_refuted: its verdict is one of `REFUTED`.
    """

    evidence: Evidence
    is_refuted: bool


def find_claims(ids: Iterable[str], sources: Sources) -> tuple[Claimed, ...]:
    """The claims of these ids, in their order; nothing where there is no ledger.

    Raises:
        StoreError: the store is damaged.
    """
    wanted = tuple(dict.fromkeys(ids))
    if not sources.has_claims or not wanted or find_spec(_LEDGER) is None:
        return ()
    ledger = import_module(_LEDGER)
    claims = ledger.read_claims()
    known = tuple(one for one in wanted if one in claims)
    findings = {one.claim_id: one for one in ledger.check(known, sources.reader)}
    return tuple(_claimed(claims[one], findings.get(one)) for one in known)


def _claimed(claim: Any, finding: Any) -> Claimed:
    verdict = "not yet run" if finding is None else finding.verdict
    condition = f" ({finding.condition})" if finding is not None and finding.condition else ""
    evidence = Evidence(
        what=f"{claim.text} [{claim.basis}]: {verdict}{condition}.",
        source="claims",
        claims=(claim.claim_id,),
    )
    return Claimed(evidence=evidence, is_refuted=verdict in REFUTED)
