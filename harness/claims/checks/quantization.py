"""Quantization: cells of a matrix against float32."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spoonbench.harness.claims.findings import (
    Part,
    compare,
    find,
    left_to_run,
    not_run,
    recomputed,
    weigh,
)
from spoonbench.harness.claims.intervals import Span, agreement, loss, minus, paired_loss
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.runs import plain_cells
from spoonbench.harness.claims.wording import join, show, show_figure, show_range
from spoonbench.harness.matrix.verdicts import compare_accuracy, compare_cells
from spoonbench.solvers.quantizations import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds
    from spoonbench.harness.claims.runs import MeasuredMatrix
    from spoonbench.harness.matrix.evidence import CellEvidence

FORMATS = ("fp16", "int8", "int4")
_CALLED = {"fp16": "16 bits", "int8": "8 bits", "int4": "4 bits"}
_MOST_SHOWN = 4
_UNIT = "share"
_METHODS = "Losses are points of a share; the interval is that of all methods together."
_LEAST_KNOWN, _LEAST_RIGHT = 0.1, 0.3
"""Shares of next words and of right answers below which a model has too few to lose."""
_KNOWS = f"{_LEAST_KNOWN:.0%} of the next words of a held-out text"
_GETS = f"{_LEAST_RIGHT:.0%} of the problems right"


def format_of(cell: CellEvidence) -> str | None:
    """Which of the document's formats a cell has; None for float32 and others."""
    at = cell.cell.placement
    if at.mode != "answer":
        return None
    if at.quantization == NONE:
        return "fp16" if at.dtype in ("float16", "bfloat16") else None
    if at.dtype != "float32" or cell.layers_quantized == 0:
        return None
    name = at.quantization
    if "int8" in name:
        return "int8"
    return "int4" if any(bits in name for bits in ("int4", "nf4", "fp4")) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """A cell of another format, and the plain float32 cell at the same batch."""

    cell: CellEvidence
    plain: CellEvidence

    @property
    def method(self) -> str:
        """Format or method, as the axes call it."""
        at = self.cell.cell.placement
        return at.dtype if at.quantization == NONE else at.quantization


def pairs_of(matrix: MeasuredMatrix) -> dict[str, list[Against]]:
    """Format to its cells, each beside the plain one of its batch; smallest batch first."""
    plain = plain_cells(matrix)
    found: dict[str, list[Against]] = {}
    for one in matrix.cells():
        name, size = format_of(one), one.cell.placement.batch_size
        if name is not None and size in plain and one.cell.placement.engine == "native":
            found.setdefault(name, []).append(Against(cell=one, plain=plain[size]))
    for pairs in found.values():
        pairs.sort(key=lambda pair: pair.cell.cell.placement.batch_size)
    return found


def _first_of_each(pairs: list[Against]) -> list[Against]:
    """One pair for each method, at its smallest batch."""
    found: dict[str, Against] = {}
    for pair in pairs:
        found.setdefault(pair.method, pair)
    return list(found.values())


def _matrices(grounds: Grounds) -> Iterator[tuple[MeasuredMatrix, dict[str, list[Against]]]]:
    for matrix in grounds.runs.matrices():
        pairs = pairs_of(matrix)
        if pairs:
            yield matrix, pairs


def _no_cells(claim: Claim) -> Finding:
    return not_run(claim, "No matrix holds cells of other number formats beside float32.")


def _fields(matrix: MeasuredMatrix, pairs: dict[str, list[Against]]) -> dict[str, Any]:
    used = {pair.plain.cell.name: pair.plain for group in pairs.values() for pair in group}
    used |= {pair.cell.cell.name: pair.cell for group in pairs.values() for pair in group}
    return matrix.fields(used.values())


def _by_format(
    claim: Claim, pairs: dict[str, list[Against]], measure: Callable[[Against], Span | None]
) -> list[Part]:
    """Every format that is claimed and was measured: the claimed figure against all its methods."""
    parts = []
    for name in FORMATS:
        measured = [(one.method, measure(one)) for one in _first_of_each(pairs.get(name, []))]
        spans = [(method, span) for method, span in measured if span is not None]
        if not spans:
            continue
        figure = claim.figures[name]
        found = {agreement(figure, span) for _, span in spans}
        least, most = (pick(one.value for _, one in spans) for pick in (min, max))
        text = (
            f"{_CALLED[name]}: {show_range(least, most, _UNIT)} ({join(m for m, _ in spans)}), "
            f"claimed {show_figure(figure)}"
        )
        widest = Span(
            value=spans[0][1].value,
            low=min(one.low for _, one in spans),
            high=max(one.high for _, one in spans),
        )
        agreed = found.pop() if len(found) == 1 else "undecided"
        parts.append(Part(name=_CALLED[name], agreement=agreed, text=text, span=widest, unit=_UNIT))
    return parts


def _point(value: float) -> Span:
    return Span(value=value, low=value, high=value)


@checks("Q1")
def smaller_weights(claim: Claim, grounds: Grounds) -> Finding:
    """Bytes of the weights against those in float32."""

    def saved(pair: Against) -> Span | None:
        if not pair.cell.weight_bytes or not pair.plain.weight_bytes:
            return None
        return _point(1 - pair.cell.weight_bytes / pair.plain.weight_bytes)

    for matrix, pairs in _matrices(grounds):
        parts = _by_format(claim, pairs, saved)
        if not parts:
            continue
        whole = next(iter(plain_cells(matrix).values())).weight_bytes or 0
        why = (
            f"Of a model of {show(whole, 'bytes')} in float32 ({matrix.model}). Methods leave "
            "embeddings, norms and the head as they are and add scales, which counts the more the "
            "smaller a model is."
        )
        return weigh(claim, parts, is_each=True, why=why, **_fields(matrix, pairs))
    return _no_cells(claim)


def _language_loss(pair: Against, n_tests: int = 1) -> Span | None:
    """Next words that were known and are not any more; None of a model that knows few."""
    before, after = pair.plain.next_token, pair.cell.next_token
    if before is None or after is None or (before.value or 0.0) < _LEAST_KNOWN:
        return None
    return loss(before, after, n_tests)


def _arithmetic_loss(pair: Against, n_tests: int = 1) -> Span | None:
    """Right answers that are lost; None of a model that has too few to lose."""
    test, before = pair.cell.test, pair.plain.accuracy
    if test is None or not test.n or before is None or (before.value or 0.0) < _LEAST_RIGHT:
        return None
    return paired_loss(test.n_first_only, test.n_second_only, test.n, n_tests)


@checks("Q2")
def loss_of_language(claim: Claim, grounds: Grounds) -> Finding:
    """Next words of a held-out text that are still held the likeliest."""
    for matrix, pairs in _matrices(grounds):
        parts = _by_format(claim, pairs, _language_loss)
        if parts:
            share = next(iter(plain_cells(matrix).values())).next_token
            known = f"{show(share.value or 0, _UNIT)} of {share.n:,}" if share else "some"
            why = f"{_METHODS} {matrix.model} knows {known} next tokens."
            return weigh(claim, parts, is_each=True, why=why, **_fields(matrix, pairs))
    return not_run(claim, f"No matrix holds such cells of a model that knows {_KNOWS}.")


@checks("Q3")
def loss_of_arithmetic(claim: Claim, grounds: Grounds) -> Finding:
    """Right answers that are lost, on the same problems."""
    for matrix, pairs in _matrices(grounds):
        parts = _by_format(claim, pairs, _arithmetic_loss)
        if parts:
            before = next(iter(plain_cells(matrix).values())).accuracy
            right = f"{show(before.value or 0, _UNIT)} of {before.n:,}" if before else "some"
            why = f"{_METHODS} {matrix.model} gets {right} right in float32."
            return weigh(claim, parts, is_each=True, why=why, **_fields(matrix, pairs))
    return not_run(claim, f"No matrix holds such cells of a model that gets {_GETS}.")


@checks("Q4")
def arithmetic_against_language(claim: Claim, grounds: Grounds) -> Finding:
    """Loss of right answers minus loss of next words, method by method."""
    for matrix, pairs in _matrices(grounds):
        firsts = [pair for group in pairs.values() for pair in _first_of_each(group)]
        more = {
            pair.method: minus(one, other)
            for pair in firsts
            if (one := _arithmetic_loss(pair, len(firsts))) is not None
            and (other := _language_loss(pair, len(firsts))) is not None
        }
        if more:
            return _told_apart(claim, more, _fields(matrix, pairs))
    return not_run(claim, f"No matrix holds such cells of a model that gets {_GETS}, and {_KNOWS}.")


def _told_apart(claim: Claim, more: Mapping[str, Span], fields: dict[str, Any]) -> Finding:
    """Methods by which arithmetic is shown to lose more, and those by which it loses less."""
    yes = [name for name, span in more.items() if span.low > 0]
    no = [name for name, span in more.items() if span.high < 0]
    low, high = min(one.low for one in more.values()), max(one.high for one in more.values())
    shown = join(f"{show(span.value, _UNIT)} ({name})" for name, span in more.items())
    fields |= {
        "found": f"arithmetic loses more by {shown}",
        "low": low,
        "high": high,
        "unit": _UNIT,
    }
    if not yes and not no:
        why = (
            f"Undecided: the difference lies within {show_range(low, high, _UNIT)}, and none is "
            "shown. More items would tell."
        )
        return not_run(claim, why, **fields)
    is_some = 0 < len(yes) < len(more)
    return find(
        claim,
        "holds only if" if is_some else "holds" if yes else "does not hold",
        condition=f"the method is {join(yes, 'or')}" if is_some else "",
        why=f"A difference counts where its interval, for {len(more)} methods, has no zero.",
        **fields,
    )


@checks("Q5")
def worth_for_small_models(claim: Claim, grounds: Grounds) -> Finding:
    """Quantized cells of small models that are faster and not less exact."""
    limit = claim.figures["parameters"].value
    for matrix, pairs in _matrices(grounds):
        whole = next(iter(plain_cells(matrix).values())).weight_bytes or 0
        size = matrix.subject.parameters or 0
        quantized = [pair for name in ("int8", "int4") for pair in pairs.get(name, [])]
        if not quantized or size >= limit:
            continue
        gained, lost = _faster(matrix, quantized), _less_exact(quantized)
        worth = [one for one in gained if one not in lost]
        saved = max(1 - (one.cell.weight_bytes or 0) / whole for one in quantized) if whole else 0.0
        fields = _fields(matrix, {"quantized": quantized})
        text = (
            f"{len(worth)} of {len(quantized)} quantized cells of {matrix.model} "
            f"({show(size, 'parameters')}) are faster beyond the noise without a shown loss; "
            f"weights are up to {show(saved, _UNIT)} smaller"
        )
        if not worth:
            return find(
                claim,
                "holds only if",
                found=text,
                why="What is saved in memory, a model of that size does not need.",
                is_borne_out=True,
                **fields,
            )
        names = join(dict.fromkeys(one.cell.cell.name for one in worth[:_MOST_SHOWN]))
        return find(claim, "does not hold", found=text, why=f"Faster are {names}.", **fields)
    return _no_cells(claim)


@checks("Q6")
def faster_answers(claim: Claim, grounds: Grounds) -> Finding:
    """Quantized cells that are faster than float32 at the same batch, beyond the noise."""
    for matrix, pairs in _matrices(grounds):
        quantized = [pair for name in ("int8", "int4") for pair in pairs.get(name, [])]
        if not quantized:
            continue
        faster = _faster(matrix, quantized)
        kernels = join(dict.fromkeys(one.cell.kernel for one in faster if one.cell.kernel))
        sizes = sorted({one.cell.cell.placement.batch_size for one in quantized})
        text = (
            f"{len(faster)} of {len(quantized)} quantized cells of {matrix.model} are faster, at "
            f"batches of {sizes[0]} to {sizes[-1]}"
        )
        fields = _fields(matrix, {"quantized": quantized})
        if not faster:
            why = "None is shown to be faster here; with another processor or model it may be."
            return find(claim, "does not hold", found=text, why=why, is_borne_out=None, **fields)
        names = join((one.cell.cell.name for one in faster[:_MOST_SHOWN]), "or")
        is_all = len(faster) == len(quantized)
        return find(
            claim,
            "holds" if is_all else "holds only if",
            found=text,
            condition="" if is_all else f"the cell is one like {names}",
            why=f"Kernels of those: {kernels or 'not told'}.",
            is_borne_out=True,
            **fields,
        )
    return _no_cells(claim)


def _faster(matrix: MeasuredMatrix, pairs: list[Against]) -> list[Against]:
    noise = matrix.evidence.noise
    return [one for one in pairs if compare_cells(one.cell, one.plain, noise).verdict == "faster"]


def _less_exact(pairs: list[Against]) -> list[Against]:
    return [one for one in pairs if compare_accuracy(one.cell).verdict == "worse"]


@checks("Q8")
def ratio_of_a_merge(claim: Claim, grounds: Grounds) -> Finding:
    """The document's ratio; merging itself is another study."""
    del grounds
    compared = compare(claim, "ratio", claim.figures["after"].value / claim.figures["before"].value)
    if not compared.agrees:
        return recomputed(claim, [compared])
    return left_to_run(claim, "Its ratio comes out as written.", found=compared.text)
