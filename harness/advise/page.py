"""Advice as lines for a terminal of any width, and as JSON."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from importlib import import_module
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.assertions import OPEN
from spoonbench.harness.frameworks.showing import show_number
from spoonbench.harness.plaintext import make_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from spoonbench.harness.advise.advice import Advice, AdviceStep, Evidence
    from spoonbench.harness.frameworks.graph import Framework

WIDEST, NARROWEST = 110, 40
MOST_RUNS = 1
MOST_FINDINGS = 8
NO_FLIP = "No single answer of this path, changed alone, leads elsewhere."
NO_OTHER = "Nothing else: no other answer of this path, changed alone, leads to another choice."
_BASIS = re.compile(r" \(basis: (\w+)\): ")
_SOURCES = {
    "store": "measured here",
    "reference": "reference",
    "claims": "case study",
}


def advice_json(advice: Advice) -> str:
    """All of it, fields under their own names."""
    to_json = import_module("spoonbench.harness.canonical").to_json
    return json.dumps(to_json(advice), indent=2)


def advice_lines(advice: Advice, framework: Framework) -> Iterator[str]:
    """What a person reads: the recommendation first, what it rests on below."""
    width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))
    yield from _wrapped(advice.sentence, "", width)
    yield ""
    yield from _wrapped(_how_sure(advice), "How sure: ", width)
    yield from _section("Why", map(_step, advice.path), width)
    yield from _section("Evidence", _findings(advice.evidence), width)
    yield from _section("Contradictions", map(_with_basis, advice.contradictions), width)
    yield from _section("What would change it", advice.flips or [NO_FLIP], width)
    yield from _section("Next best", advice.runners_up or [NO_OTHER], width)
    left = advice.settings.get("not_asked", ())
    if left:
        yield ""
        yield from _wrapped(f"Said, and not needed on this path: {', '.join(left)}.", "", width)
    if advice.firm_up:
        yield ""
        yield "To be surer:"
        yield f"  {make_plain(advice.firm_up)}"
    yield ""
    yield from _wrapped(
        f"Framework {advice.framework}: {framework.title} ({framework.source}).", "", width
    )


def _how_sure(advice: Advice) -> str:
    """The surest first; whose steps are less sure, or predicted how exactly, is said."""
    rests, errors = advice.settings.get("rests_on", {}), advice.settings.get("errors", {})
    if advice.sureness == "rule of thumb":
        return "rule of thumb only: nothing here was measured."
    grades = dict.fromkeys((advice.sureness, *rests.values()))
    return f"{'; '.join(_grade(grade, rests, errors) for grade in grades)}."


def _grade(grade: str, rests: Mapping[str, str], errors: Mapping[str, str]) -> str:
    """As in "predicted (fits, good to 15%)"; one that all steps share names none."""
    is_shared = set(rests.values()) <= {grade}
    names = [name for name, found in rests.items() if found == grade]
    known = dict.fromkeys(errors[name] for name in names if name in errors)
    words = list(known) if is_shared else [_named(name, errors) for name in names]
    shown = "rule of thumb only" if grade == "rule of thumb" else grade
    return f"{shown} ({'; '.join(words)})" if words else shown


def _named(name: str, errors: Mapping[str, str]) -> str:
    return f"{name}, {errors[name]}" if name in errors else name


def _step(step: AdviceStep) -> str:
    words = step.origin if not step.why else f"{step.origin}: {step.why}"
    return f"{step.question} {step.shown} ({words})"


def _findings(evidence: Iterable[Evidence]) -> Iterator[str]:
    """One a line; claims on which nothing is known yet are named together, and so are many."""
    silent: list[str] = []
    told = [one for one in evidence if one.source != "claims"]
    yield from map(_finding, told[:MOST_FINDINGS])
    if len(told) > MOST_FINDINGS:
        yield f"and {len(told) - MOST_FINDINGS} more measurements: --json has them all."
    for one in evidence:
        if one.source != "claims":
            continue
        if any(f"): {verdict}" in one.what for verdict in OPEN):
            silent += one.claims
        else:
            yield _finding(one)
    if silent:
        yield f"[case study] Claims without a verdict here: {', '.join(silent)}."


def _finding(one: Evidence) -> str:
    """Source, words, interval, runs."""
    where = _SOURCES[one.source]
    if one.source == "reference" and one.machine is None:
        where = "predicted"
    if one.n_cells is not None:
        where = "predicted" if one.source == "store" else "reference, predicted"
    told = _with_basis(one.what) if one.source == "claims" else one.what
    words = [f"[{where}{f' {one.claims[0]}' if one.claims else ''}] {told}"]
    if one.low is not None and one.high is not None and one.value is not None:
        low, high = (show_number(bound, one.unit) for bound in (one.low, one.high))
        words.append(f"95% interval: {low} to {high}.")
    if one.error is not None and one.n_cells is None:
        words.append(f"Median error of such predictions: {show_number(one.error, 'share')}.")
    if one.machine and one.source != "store":
        words.append(f"Machine: {one.machine}.")
    if one.run_ids:
        more = len(one.run_ids) - MOST_RUNS
        tail = f" and {more} more" if more > 0 else ""
        words.append(f"Runs: {', '.join(one.run_ids[:MOST_RUNS])}{tail}.")
    return " ".join(words)


def _with_basis(text: str) -> str:
    """A document's basis and our verdict, told apart: both may be the word "measured"."""
    return _BASIS.sub(r". The document: \1; checked here: ", text)


def _section(title: str, items: Iterable[str], width: int) -> Iterator[str]:
    lines = list(items)
    if not lines:
        return
    yield ""
    yield f"{title}:"
    for line in lines:
        yield from _wrapped(line, "  - ", width)


def _wrapped(text: str, start: str, width: int) -> list[str]:
    """Lines of a text, all behind its first mark."""
    return textwrap.wrap(
        make_plain(text),
        width=width,
        initial_indent=start,
        subsequent_indent=" " * len(start) if start.isspace() or "-" in start else "",
        break_on_hyphens=False,
    )
