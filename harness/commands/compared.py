"""The work behind `spoonbench compare`: reads both sides, compares, judges, prints and writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from spoonbench.harness.gates.comparing import Choices, compare
from spoonbench.harness.gates.document import comparison_json
from spoonbench.harness.gates.expressions import BadGate, read_gate
from spoonbench.harness.gates.figures import FIGURES
from spoonbench.harness.gates.finding import find_side
from spoonbench.harness.gates.judging import exit_code, judge_gates
from spoonbench.harness.gates.junit import junit_xml
from spoonbench.harness.gates.wording import result_words
from spoonbench.harness.plaintext import make_plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spoonbench.harness.gates.comparing import Comparison
    from spoonbench.harness.gates.expressions import Gate
    from spoonbench.harness.gates.judging import GateResult

_DEFAULT = ("previous", "latest")
_TWO = 2
_BAD_INPUT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """A comparison with what its gates say.

    Attributes:
        comparison: of both sides.
        results: of the gates.
        fails_undecided: as on the command line.
        code: with which the command ends.
    """

    comparison: Comparison
    results: tuple[GateResult, ...]
    fails_undecided: bool
    code: int


def run_command(*, sides: Sequence[str], figures: Sequence[str], **options: Any) -> int:
    """Compare, print, write.

    Returns:
        the exit code.

    Raises:
        click.UsageError: one side is given, a gate cannot be read, or a figure is not known.
        BadComparison: a side is not there, or the two cannot be compared.
        StoreError: a store cannot be used.
    """
    if len(sides) not in (0, _TWO):
        raise click.UsageError(f"Two sides are compared, and {len(sides)} were given.")
    unknown = [name for name in figures if name not in FIGURES]
    if unknown:
        known = ", ".join(FIGURES)
        raise click.UsageError(f"There is no figure {unknown[0]!r}; there are: {known}.")
    gates = _gates(options["gates"], options)
    judged = _judge(sides or _DEFAULT, gates, options)
    _write(judged, options)
    if options["as_json"]:
        whole = comparison_json(judged.comparison, judged.results, judged.code)
        click.echo(json.dumps(whole, indent=2, allow_nan=False))
    else:
        # The reports stand above the harness; this is the moment at which a command needs them.
        terminal = import_module("spoonbench.reports.comparison_terminal")
        terminal.print_comparison(
            judged.comparison,
            judged.results,
            Console(),
            figures=figures,
            fails_undecided=judged.fails_undecided,
        )
    _say_what_cannot_be_judged(judged)
    return judged.code


def _gates(texts: Sequence[str], options: dict[str, Any]) -> list[Gate]:
    try:
        gates = [read_gate(text) for text in texts]
    except BadGate as exc:
        raise click.UsageError(make_plain(str(exc))) from exc
    if not gates and (options["is_strict"] or options["undecided"] == "fail" or options["junit"]):
        raise click.UsageError("--strict, --undecided and --junit are about gates: add --fail-on.")
    return gates


def _judge(sides: Sequence[str], gates: Sequence[Gate], options: dict[str, Any]) -> _Judged:
    first, second = (
        find_side(words, options[f"store_{name}"] or options["out"])
        for name, words in zip(("a", "b"), sides, strict=True)
    )
    choices = Choices(
        splits=tuple(options["splits"]),
        is_unpaired=options["is_unpaired"],
        is_across_machines=options["is_across_machines"],
    )
    comparison = compare(first, second, choices)
    results = judge_gates(gates, comparison, is_strict=options["is_strict"])
    fails_undecided = options["undecided"] == "fail"
    return _Judged(
        comparison=comparison,
        results=results,
        fails_undecided=fails_undecided,
        code=exit_code(results, fails_undecided=fails_undecided),
    )


def _write(judged: _Judged, options: dict[str, Any]) -> None:
    markdown: Path | None = options["markdown"]
    junit: Path | None = options["junit"]
    if markdown is not None:
        render = import_module("spoonbench.reports.comparison_markdown").render_comparison
        text = render(judged.comparison, judged.results, fails_undecided=judged.fails_undecided)
        markdown.write_text(text, encoding="utf-8")
    if junit is not None:
        titles = (judged.comparison.first.title, judged.comparison.second.title)
        document = junit_xml(
            judged.results, titles, datetime.now(UTC), fails_undecided=judged.fails_undecided
        )
        junit.write_bytes(document)


def _say_what_cannot_be_judged(judged: _Judged) -> None:
    if judged.code != _BAD_INPUT:
        return
    lost = [result for result in judged.results if result.status == "missing"]
    more = f" ({len(lost) - 1:,} more like it)" if len(lost) > 1 else ""
    sentence = f"{lost[0].gate.text} cannot be judged: {result_words(lost[0])}{more}"
    click.echo(make_plain(sentence), err=True)
