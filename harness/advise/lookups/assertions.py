"""The documents' claims, with the verdicts that the ledger gives them.

Checking a claim on the store takes longer than an answer may. So verdicts that need no measurement
ship with the package (`ledger.jsonl`, written by `bench/ledger_of_advice.py` and held against the
ledger by a test); claims that need one count as not yet run, unless the store is asked to be looked
through (`Sources.checks_claims`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.advise.advice import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spoonbench.harness.advise.sources import Sources

FILE = Path(__file__).with_name("ledger.jsonl")
UNKNOWN = "not yet run"
"""Verdict on a claim that nobody has checked on this machine."""
OPEN = frozenset({UNKNOWN, "not testable here"})
REFUTED = frozenset({"does not hold", "contradicts another claim"})
_LEDGER = "spoonbench.harness.claims.ledger"
_WORDING = "spoonbench.harness.claims.wording"


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
    """The claims of these ids, in their order; nothing where claims are no source.

    Raises:
        StoreError: the store is damaged.
    """
    wanted = tuple(dict.fromkeys(ids))
    if not sources.has_claims or not wanted:
        return ()
    if sources.checks_claims:
        rows = {row["claim_id"]: row for row in rows_of_ledger(wanted, sources.reader)}
    else:
        rows = dict(shipped_rows())
    return tuple(_claimed(rows[one]) for one in wanted if one in rows)


def rows_of_ledger(ids: Sequence[str] | None = None, reader: Any = None) -> list[dict[str, Any]]:
    """Claims as the ledger has them, checked now.

    Args:
        ids: of these; None for all.
        reader: of the store; None: nothing was measured.

    Raises:
        StoreError: the store is damaged.
    """
    ledger = import_module(_LEDGER)
    claims = ledger.read_claims()
    known = [one for one in claims if ids is None or one in ids]
    if reader is None:
        findings = [ledger.finding_of(one) for one in known]
    else:
        findings = ledger.check(known, reader)
    rows = [_row(claims[one.claim_id], one) for one in findings]
    # What can be tested depends on the machine: without a look at it a claim is simply open.
    return [_open(row) if reader is None and row["verdict"] in OPEN else row for row in rows]


@cache
def shipped_rows() -> Mapping[str, dict[str, Any]]:
    """The file that ships with the package, by id of the claim."""
    rows = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    return {row["claim_id"]: row for row in rows}


def _open(row: dict[str, Any]) -> dict[str, Any]:
    nothing: dict[str, Any] = {
        "value": None,
        "low": None,
        "high": None,
        "run_ids": [],
        "machine": None,
    }
    return {**row, **nothing, "verdict": UNKNOWN, "condition": "", "found": ""}


def _row(claim: Any, finding: Any) -> dict[str, Any]:
    return {
        "claim_id": claim.claim_id,
        "text": claim.text,
        "basis": claim.basis,
        "verdict": finding.verdict,
        "condition": finding.condition,
        "found": import_module(_WORDING).told(finding),
        "machine": finding.machine,
        "value": finding.value,
        "low": finding.low,
        "high": finding.high,
        "unit": finding.unit,
        "run_ids": list(finding.run_ids),
    }


def _claimed(row: Mapping[str, Any]) -> Claimed:
    verdict = row["verdict"]
    condition = f" ({row['condition']})" if row["condition"] else ""
    found = f" {row['found'][:1].upper()}{row['found'][1:].rstrip('.')}." if row["found"] else ""
    evidence = Evidence(
        what=f"{row['text'].rstrip('.')} (basis: {row['basis']}): {verdict}{condition}.{found}",
        source="claims",
        machine=row["machine"],
        value=row["value"],
        low=row["low"],
        high=row["high"],
        unit=row["unit"],
        run_ids=tuple(row["run_ids"]),
        claims=(row["claim_id"],),
    )
    return Claimed(evidence=evidence, is_refuted=verdict in REFUTED)
