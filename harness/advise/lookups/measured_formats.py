"""Which number format, and whether to quantize, where both were measured beside plain float32.

Only a model of about the same size decides, and only the user's own machine: what a processor is
fast at differs too much from one to the next. Of a batch that was not measured the performance
model tells the speed, where it reaches; answers are those of the nearest batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.choices import MeasuredChoice
from spoonbench.harness.advise.lookups.formats import is_other_format
from spoonbench.harness.advise.lookups.pairs import pairs
from spoonbench.harness.advise.lookups.quantization import evidence_of, is_quantized

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spoonbench.harness.advise.advice import Evidence, Sureness
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.advise.lookups.figures import Row
    from spoonbench.harness.advise.lookups.pairs import Pair

KEEPS = {"none": "Do not quantize", "float32": "Use float32"}
"""Choice that changes nothing, in words."""
WORTH_A_TEST = frozenset({"test", "float16", "bfloat16"})


def choose_quantization(case: Case, decision: Decision) -> MeasuredChoice | None:
    """Settles what the framework would test for speed; what must fit stays the framework's.

    Speed is measured at one size of model only: it says nothing of larger ones.
    """
    if case.value("fits") is not True or decision.ruled not in WORTH_A_TEST | {"none"}:
        return None
    if case.value("is_speed_critical") is False:
        return None
    found = _own(case, is_quantized)
    return _faster_or_plain(case, found, "none") if found else None


def choose_format(case: Case, decision: Decision) -> MeasuredChoice | None:
    """For answering: the fastest format that certainly loses no answers, if float32 fits."""
    if case.value("is_training") is not False or decision.ruled is None:
        return None
    if case.value("fits") is False:
        return None
    found = _own(case, is_other_format)
    return _faster_or_plain(case, found, "float32") if found else None


def _own(case: Case, differs: Callable[[Row], bool]) -> list[Pair]:
    return [
        pair
        for pair in pairs(case, differs, case.sources.measured)
        if pair.is_close and pair.speed is not None
    ]


def _faster_or_plain(case: Case, found: Sequence[Pair], plain: str) -> MeasuredChoice | None:
    """None where a prediction leaves open whether anything is faster: then it is to be tested."""
    good = [pair for pair in found if pair.is_faster and not pair.loses]
    best = max(good, key=_speed, default=None)
    shown = best or max(found, key=_speed)
    if best is None and any(_is_open(pair) for pair in found):
        return None
    evidence = (*_evidence(shown, "speed"), *_evidence(shown, "change"))
    is_told = any(pair.forecast for pair in ([best] if best else found))
    sureness: Sureness = "predicted" if is_told else "measured here"
    cells = _cells(case, shown, plain) if is_told else {}
    if best is None:
        tail = "loses right answers" if shown.loses else "is not certainly faster"
        how = f", {shown.forecast.words}" if shown.forecast else " measured here"
        return MeasuredChoice(
            choice=plain,
            sentence=f"{KEEPS[plain]}: the fastest alternative{how}, {shown.other.name}, {tail}.",
            agreeing=frozenset({plain}),
            evidence=evidence,
            sureness=sureness,
            cells=cells,
            figures=shown.figures,
        )
    name = best.other.dtype if plain == "float32" else best.other.quantization
    return MeasuredChoice(
        choice=name,
        sentence=(
            f"Use {name}: {_speed(best):.1f} times the speed of {best.plain.name} here"
            f"{_how(best)}, and no loss of right answers was shown on {best.figures.task}."
        ),
        agreeing=frozenset({name}),
        evidence=evidence,
        sureness=sureness,
        cells=cells,
        figures=best.figures,
        runners_up=tuple(
            f"{pair.other.name}, {_speed(pair):.1f} times the speed"
            for pair in sorted(good, key=_speed, reverse=True)[1:3]
        ),
    )


def _is_open(pair: Pair) -> bool:
    return pair.forecast is not None and not (pair.is_slower or pair.loses)


def _how(pair: Pair) -> str:
    """What the speed rests on, where it was not measured at this batch."""
    return f" ({pair.forecast.words})" if pair.forecast else f" ({pair.caveat})" * bool(pair.caveat)


def _cells(case: Case, pair: Pair, plain: str) -> Mapping[str, str]:
    """Axes of the two cells that were predicted."""
    other, axis = pair.other, "dtype" if plain == "float32" else "quantization"
    value = other.dtype if axis == "dtype" else other.quantization
    return {axis: f"{plain},{value}", "batch": f"{case.number('batch') or 1:.0f}"}


def _speed(pair: Pair) -> float:
    return 0.0 if pair.speed is None else pair.speed.value


def _evidence(pair: Pair, what: str) -> tuple[Evidence, ...]:
    found = evidence_of(pair, what)
    return () if found is None else (found,)
