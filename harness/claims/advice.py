"""The verdict on an advice: that of the claims it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.claims.claim import OPEN
from spoonbench.harness.claims.findings import find
from spoonbench.harness.claims.wording import join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.claims.claim import Claim, Finding, Verdict


def follow(claim: Claim, findings: Sequence[Finding]) -> Finding:
    """The verdict on an advice.

    A rule needs what its claims say, not their figures: that rules are more exact than a model
    counts, not by how much. It fails where one of them is not borne out; otherwise it is open where
    nothing is known of one; otherwise it holds, under the conditions of its claims.

    Args:
        claim: the advice.
        findings: about the claims it rests on.
    """
    failed = [one for one in findings if one.is_borne_out is False]
    unknown = [
        one for one in findings if one.is_borne_out is None and one.verdict != "holds only if"
    ]
    narrowed = [one for one in findings if one.verdict == "holds only if"]
    off = [
        one
        for one in findings
        if one.is_borne_out and one.verdict not in (*OPEN, "holds", "holds only if")
    ]
    verdict: Verdict = "holds only if" if narrowed else "holds"
    if unknown:
        is_untestable = all(one.verdict == "not testable here" for one in unknown)
        verdict = "not testable here" if is_untestable else "not yet run"
    if failed:
        verdict = "does not hold"
    return find(
        claim,
        verdict,
        found="; ".join(f"{one.claim_id}: {one.verdict}" for one in findings),
        condition="; ".join(f"{one.claim_id}: {one.condition}" for one in narrowed)
        if verdict == "holds only if"
        else "",
        why=_why(failed, unknown, off),
        machine=next((one.machine for one in findings if one.machine), None),
        run_ids=tuple(dict.fromkeys(run for one in findings for run in one.run_ids)),
    )  # fmt: skip


def _why(failed: Sequence[Finding], unknown: Sequence[Finding], off: Sequence[Finding]) -> str:
    sentences = ["It follows from the claims it rests on."]
    if failed:
        sentences = [f"{_ids(failed)} {_verb(failed, 'is', 'are')} not borne out."]
    if unknown:
        sentences.append(f"Nothing is known of {_ids(unknown)}.")
    if off:
        sentences.append(f"What {_ids(off)} {_verb(off, 'says', 'say')} holds, the figures do not.")
    return " ".join(sentences)


def _ids(findings: Sequence[Finding]) -> str:
    return join(one.claim_id for one in findings)


def _verb(findings: Sequence[Finding], one: str, several: str) -> str:
    return one if len(findings) == 1 else several
