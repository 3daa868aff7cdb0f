"""What quantized cells gained in speed and lost in right answers, beside the plain cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.advice import Evidence
from spoonbench.harness.advise.lookups.pairs import pairs
from spoonbench.harness.frameworks.showing import show_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.lookups.figures import Measured, Row
    from spoonbench.harness.advise.lookups.pairs import Pair

MOST, MOST_OF_OTHERS = 4, 1
"""Findings of one kind that are told of one matrix, the best first: of a model of about the size
that is asked about, and of others."""


def is_quantized(row: Row) -> bool:
    """The weights are held in fewer bits, and torch computes with them."""
    return row.quantization != "none" and row.dtype == "float32" and row.engine == "native"


def find_speed(case: Case) -> tuple[Evidence, ...]:
    """Speed over that of the plain cell, fastest method first."""
    return _found(pairs(case, is_quantized), "speed")


def find_accuracy(case: Case) -> tuple[Evidence, ...]:
    """Paired change of right answers, method by method, fastest first."""
    return _found(pairs(case, is_quantized), "change")


def _found(found: Iterable[Pair], what: str) -> tuple[Evidence, ...]:
    by_matrix: dict[tuple[str, str], list[Pair]] = {}
    for pair in found:
        by_matrix.setdefault((pair.figures.source, pair.figures.name), []).append(pair)
    best = [
        sorted(each, key=lambda pair: -(pair.speed.value if pair.speed else 0.0))[
            : MOST if each[0].is_close else MOST_OF_OTHERS
        ]
        for each in by_matrix.values()
    ]
    evidence = (evidence_of(pair, what) for each in best for pair in each)
    return tuple(one for one in evidence if one is not None)


def evidence_of(pair: Pair, what: str) -> Evidence | None:
    """A pair as evidence.

    Args:
        pair: of cells.
        what: "speed" or "change".
    """
    figure: Measured | None = getattr(pair, what)
    if figure is None:
        return None
    is_speed = what == "speed"
    forecast = pair.forecast if is_speed else None
    row = pair.other if is_speed else pair.row_of_answers
    tail = f", {forecast.words}" if forecast else ""
    return Evidence(
        what=f"{row.name}: {_words(pair, what, figure)}{tail} ({_where(pair)}).",
        source=pair.figures.source,
        machine=pair.figures.machine,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        unit="times" if is_speed else "share",
        run_ids=tuple(dict.fromkeys((*row.run_ids, *pair.plain.run_ids))),
        error=forecast.error if forecast else None,
        n_cells=forecast.n_cells if forecast else None,
    )


def _words(pair: Pair, what: str, figure: Measured) -> str:
    if what == "speed":
        return f"{figure.value:.2f} times the speed of {pair.plain.name}"
    row = pair.row_of_answers
    moved = f"{abs(figure.value):.1%} {'fewer' if figure.value < 0 else 'more'} right"
    p_value = "" if row.p_value is None else f", corrected p {row.p_value:.2g}"
    return (
        f"{'as many right' if figure.value == 0 else moved}: {row.n_lost} lost and {row.n_won} won "
        f"of {row.n_items} items{p_value}"
    )


def _where(pair: Pair) -> str:
    figures = pair.figures
    size = "" if figures.parameters is None else show_number(figures.parameters, "parameters")
    other = "" if pair.is_close else ", a model of another size"
    caveat = f", {pair.caveat}" if pair.caveat else ""
    return f"{figures.model}, {size} parameters{other}, {figures.task}{caveat}"
