"""The ledger: every claim of the case study's documents, and the verdict on it.

Claims of the kinds arithmetic, model and logic are computed at once, those that are measured from
what was measured, and an advice follows from the claims it rests on.

    from spoonbench.harness.claims.ledger import check, read_claims, verdict_of
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from spoonbench.harness.claims.advice import follow
from spoonbench.harness.claims.findings import not_run
from spoonbench.harness.claims.grounds import CPU, Grounds
from spoonbench.harness.claims.reading import BadClaims, parse_claims, read_claims
from spoonbench.harness.claims.registry import registered
from spoonbench.harness.claims.runs import Runs
from spoonbench.harness.environment import devices
from spoonbench.harness.store.reader import open_reader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from spoonbench.harness.claims.claim import Claim, Finding, Verdict
    from spoonbench.harness.reference.records import Reference
    from spoonbench.harness.store.reader import StoreReader

__all__ = [
    "BadClaims",
    "check",
    "check_claims",
    "finding_of",
    "look_ahead",
    "parse_claims",
    "read_claims",
    "verdict_of",
]


def check(
    ids: Iterable[str] | None = None,
    reader: StoreReader | None = None,
    references: Sequence[Reference] = (),
) -> tuple[Finding, ...]:
    """Check claims.

    Args:
        ids: of these claims, in this order; None for all.
        reader: of the store; None: nothing was measured here.
        references: matrices measured elsewhere, which stand in where nothing was measured here.

    Raises:
        BadClaims: an id is none.
        StoreError: the store is damaged.
    """
    kinds = {device.partition(":")[0] for device in devices()}
    return check_claims(read_claims(), ids, Runs(reader, references), {CPU, *kinds})


def look_ahead(store: Path) -> None:
    """Add up what the next look at the ledger would have to, after it was measured.

    Args:
        store: that was measured into; what it comes to is kept beside it.

    Raises:
        StoreError: it is damaged.
    """
    with open_reader(store, checks_pages=False) as reader:
        check(None, reader)


@cache
def finding_of(claim_id: str) -> Finding:
    """What is found about a claim as far as no measurement is needed.

    Raises:
        BadClaims: there is no such claim.
    """
    (finding,) = check_claims(read_claims(), [claim_id])
    return finding


def verdict_of(claim_id: str) -> Verdict:
    """The verdict on a claim as far as no measurement is needed.

    Raises:
        BadClaims: there is no such claim.
    """
    return finding_of(claim_id).verdict


def check_claims(
    claims: Mapping[str, Claim],
    ids: Iterable[str] | None = None,
    runs: Runs | None = None,
    kinds: Collection[str] = (CPU,),
) -> tuple[Finding, ...]:
    """As `check`, of other claims than those that ship with the package.

    Args:
        claims: all of them, by id.
        ids: of those to check, in this order; None for all.
        runs: what was measured.
        kinds: of devices that this machine has.
    """
    wanted = list(claims) if ids is None else list(ids)
    for claim_id in wanted:
        if claim_id not in claims:
            raise BadClaims(f"No claim is called {claim_id!r}; `spoonbench claims` lists them.")
    found: dict[str, Finding] = {}

    def look_up(claim_id: str) -> Finding:
        if claim_id not in found:
            found[claim_id] = _check_one(claims[claim_id], grounds)
        return found[claim_id]

    grounds = Grounds(claims, look_up, runs, kinds)
    return tuple(look_up(claim_id) for claim_id in wanted)


def _check_one(claim: Claim, grounds: Grounds) -> Finding:
    if claim.kind == "advice":
        return follow(claim, [grounds.finding(one) for one in claim.rests_on])
    function = registered().get(claim.claim_id)
    if function is None:
        finding = not_run(claim, f"Its study does not exist yet: {claim.how}.")
    else:
        finding = function(claim, grounds)
    lacking = grounds.lacks(claim)
    if finding.verdict != "not yet run" or not lacking:
        return finding
    why = f"This machine has no {lacking}. {finding.why}"
    return replace(finding, verdict="not testable here", why=why)
