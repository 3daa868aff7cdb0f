"""The ledger as text: a table, one claim in full, Markdown."""

from __future__ import annotations

from collections import Counter
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from spoonbench.harness.claims.wording import told, told_model
from spoonbench.harness.plaintext import make_plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console

    from spoonbench.harness.claims.claim import Claim, Finding, Verdict

_WIDE = 120
"""Cells from which on what is claimed stands beside what was found."""
_COLOURS: dict[Verdict, str] = {
    "holds": "green",
    "holds only if": "yellow",
    "does not hold": "red",
    "contradicts another claim": "red",
    "not testable here": "dim",
    "not yet run": "dim",
}
_PLURALS: dict[Verdict, str] = {
    "holds": "hold",
    "holds only if": "hold under a condition",
    "does not hold": "do not hold",
    "contradicts another claim": "contradict another claim",
    "not testable here": "are not testable here",
    "not yet run": "are not yet run",
}
_VERDICT_CELLS = 13
_MOST_RUNS = 3
_INDENT = 13


def summary(findings: Sequence[Finding]) -> str:
    """How many claims have which verdict."""
    counts = Counter(one.verdict for one in findings)
    parts = [f"{counts[one]} {words}" for one, words in _PLURALS.items() if counts[one]]
    return f"{len(findings)} claims: {', '.join(parts)}."


def print_table(findings: Sequence[Finding], claims: Mapping[str, Claim], console: Console) -> None:
    """One claim a line, or a few where the terminal is narrow."""
    is_wide = console.width >= _WIDE
    table = Table(box=None, pad_edge=False)
    for title in ("claim", "verdict", "basis", *(["claimed"] if is_wide else []), "found"):
        limit = _VERDICT_CELLS if title == "verdict" and not is_wide else None
        is_short = title in ("claim", "basis")
        table.add_column(title, overflow="fold", no_wrap=is_short, max_width=limit)
    for one in findings:
        claim = claims[one.claim_id]
        verdict = Text(one.verdict, style=_COLOURS[one.verdict])
        said = claim.text if not one.claimed else one.claimed
        middle = [Text(said)] if is_wide else []
        found = Text(make_plain(short(one)))
        table.add_row(one.claim_id, verdict, claim.basis, *middle, found)
    console.print(table)
    console.print(Text(summary(findings)))
    console.print(Text("spoonbench claims ID shows one in full."))


def short(finding: Finding) -> str:
    """What was found, its condition and its machine, as short as it can be told."""
    parts = [(told(finding) or finding.why).removesuffix(".")]
    if finding.condition:
        word = "if" if finding.verdict == "holds only if" else "would hold if"
        parts.append(f"{word} {finding.condition}")
    if finding.conflicts:
        parts.append(f"in conflict with {', '.join(finding.conflicts)}")
    if finding.is_elsewhere:
        parts.append(f"on {finding.machine}")
    return "; ".join(parts)


def detail_lines(
    findings: Sequence[Finding], claims: Mapping[str, Claim], width: int
) -> Iterator[str]:
    """Each claim in full, no line wider than the terminal."""
    for number, finding in enumerate(findings):
        if number:
            yield ""
        yield f"{finding.claim_id}  {finding.verdict}"
        for title, text in _entries(finding, claims):
            yield from _hanging(title, make_plain(text), width)


def _entries(finding: Finding, claims: Mapping[str, Claim]) -> Iterator[tuple[str, str]]:
    claim = claims[finding.claim_id]
    yield "claim", claim.text
    yield "source", f"{claim.source} ({claim.topic}); {_BASES[claim.basis]}"
    if finding.claimed:
        yield "claimed", finding.claimed
    if finding.found:
        yield "found", finding.found
    if finding.low is not None and finding.high is not None:
        yield "interval", f"{finding.low:.4g} to {finding.high:.4g} {finding.unit}".rstrip()
    if finding.condition:
        yield "holds if" if finding.verdict == "holds only if" else "would if", finding.condition
    if finding.why:
        yield "why", finding.why
    yield "checked by", claim.how or f"the claims it rests on: {', '.join(claim.rests_on)}"
    for other in finding.conflicts:
        yield "conflicts", f"{other}: {claims[other].text}"
    if finding.model:
        yield "model", told_model(finding)
    if finding.machine:
        where = " (not this machine)" if finding.is_elsewhere else ""
        yield "machine", f"{finding.machine}{where}"
    if finding.run_ids:
        more = len(finding.run_ids) - _MOST_RUNS
        shown = ", ".join(finding.run_ids[:_MOST_RUNS])
        yield "runs", f"{shown} and {more} more" if more > 0 else shown


_BASES = {
    "measured": "the document rests it on a measurement",
    "estimated": "the document's own projection, no measurement",
    "expected": "a hope of the document's, no measurement",
    "asserted": "a rule of thumb, no measurement",
}


def _hanging(title: str, text: str, width: int) -> Iterator[str]:
    indent = _INDENT if width > 3 * _INDENT else 2
    first = f"  {title}" if indent == _INDENT else f"  {title}:"
    if indent != _INDENT:
        yield first
        first = ""
    lines = wrap(text, max(width - indent, 10)) or [""]
    yield f"{first:<{indent}}{lines[0]}"
    for line in lines[1:]:
        yield f"{'':<{indent}}{line}"


def markdown_lines(findings: Sequence[Finding], claims: Mapping[str, Claim]) -> Iterator[str]:
    """A table in Markdown, topic by topic."""
    topics = dict.fromkeys(claims[one.claim_id].topic for one in findings)
    for topic in topics:
        yield f"### {topic[0].upper()}{topic[1:]}"
        yield ""
        yield "| claim | says | basis | verdict | found |"
        yield "|---|---|---|---|---|"
        for one in findings:
            claim = claims[one.claim_id]
            if claim.topic == topic:
                cells = (one.claim_id, claim.text, claim.basis, one.verdict, short(one))
                yield f"| {' | '.join(_cell(text) for text in cells)} |"
        yield ""
    yield summary(findings)


def _cell(text: str) -> str:
    """Text that is nothing but text in a cell of a table."""
    plain = make_plain(text)
    for mark in "\\`*_{}[]<>|~":
        plain = plain.replace(mark, f"\\{mark}")
    return plain
