"""A sweep: axes, coupled axes, cells to leave out and to add, expanded to placements in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.axes import AXES, BY_BITS, BadSweep, Value, axis_of, read_axis
from spoonbench.harness.matrix_records import Conditions
from spoonbench.solvers.number_formats import AUTOCAST
from spoonbench.solvers.quantizations import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PLAIN = Conditions()
"""The processor, float32, whole answers, one at a time."""
PROMPT_TOKENS, NEW_TOKENS = 64, 32
"""Where a sweep says nothing else."""
MOST_CELLS = 10_000
"""A sweep of more cells is refused: at a second each that is hours, and a slip of the pen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What is to be crossed with what, as it was given.

    Attributes:
        axes: name to values; every combination is a cell.
        coupled: groups of axes that change together, each name to as many values as the others.
        exclude: combinations to leave out, each axis name to value; axes not named may be any.
        include: cells to add, each axis name to value; axes not named are as in `usual`.
        usual: where no axis says anything else.
    """

    axes: Mapping[str, Sequence[object]]
    coupled: Sequence[Mapping[str, Sequence[object]]] = ()
    exclude: Sequence[Mapping[str, object]] = ()
    include: Sequence[Mapping[str, object]] = ()
    usual: Conditions = PLAIN


def placements(sweep: Sweep) -> tuple[Conditions, ...]:
    """Every cell of a sweep, none twice, in the order of `AXES`, the last axis changing fastest.

    What a mode has no use for is left out of its cells: a prompt length says nothing of answers.

    Raises:
        BadSweep: an axis or a value that is none, an axis given twice, coupled axes of different
            lengths, an exclusion that leaves nothing out, a cell added that is there, or too many.
    """
    steps = [*_single(sweep), *_coupled(sweep)]
    _refuse_twice(steps)
    n_cells = 1
    for step in steps:
        n_cells *= len(step)
    if n_cells > MOST_CELLS:
        raise BadSweep(f"The sweep has {n_cells:,} cells; at most {MOST_CELLS:,} are taken.")
    steps.sort(key=_rank)
    crossed = [
        _settled(replace(sweep.usual, **{k: v for choice in choices for k, v in choice.items()}))  # type: ignore[arg-type]  # fields of Conditions
        for choices in product(*steps)
    ]
    kept = _without(list(dict.fromkeys(crossed)), sweep.exclude)
    return tuple(_with(kept, sweep))


def methods_meant(sweep: Sweep) -> tuple[str, ...]:
    """A sentence for each quantization of a sweep that is named by its bits alone.

    >>> methods_meant(Sweep(axes={"quantization": ["none", "int8"]}))
    ('int8 stands for the method bnb-int8.',)
    """
    given: list[object] = []
    for axes in (sweep.axes, *sweep.coupled):
        given += axes.get("quantization", ())
    given += [one.get("quantization") for one in sweep.include]
    return tuple(
        f"{bits} stands for the method {name}." for bits, name in BY_BITS.items() if bits in given
    )


_Step = list[dict[str, Value]]
"""What one axis, or one group of coupled axes, may be: field to value."""


def _single(sweep: Sweep) -> Iterator[_Step]:
    for name, values in sweep.axes.items():
        axis, found = read_axis(name, values)
        yield [{axis.field: value} for value in found]


def _coupled(sweep: Sweep) -> Iterator[_Step]:
    for group in sweep.coupled:
        if len(group) < 2:  # noqa: PLR2004 - two axes
            raise BadSweep(f"Coupled axes come in groups of two or more, not {list(group)}.")
        lengths = {name: len(values) for name, values in group.items()}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} {n}" for name, n in lengths.items())
            raise BadSweep(f"Coupled axes have as many values each; these have: {told}.")
        read = [_values(name, values) for name, values in group.items()]
        step = [{k: v for one in row for k, v in one.items()} for row in zip(*read, strict=True)]
        if not step:
            raise BadSweep(f"The coupled axes {', '.join(group)} have no values.")
        yield step


def _values(name: str, values: Sequence[object]) -> list[dict[str, Value]]:
    """Of a coupled axis, which may have one value several times."""
    axis = axis_of(name)
    return [{axis.field: axis.read(value)} for value in values]


def _refuse_twice(steps: Sequence[_Step]) -> None:
    names = {axis.field: axis.name for axis in AXES.values()}
    seen: set[str] = set()
    for step in steps:
        for field in step[0]:
            if field in seen:
                raise BadSweep(f"The axis {names[field]!r} is given twice.")
            seen.add(field)


def _rank(step: _Step) -> int:
    """Where the fastest axis of a step stands in the order."""
    order = [axis.field for axis in AXES.values()]
    return max(order.index(field) for field in step[0])


def _without(
    crossed: Sequence[Conditions], exclude: Sequence[Mapping[str, object]]
) -> list[Conditions]:
    kept = list(crossed)
    for pattern in exclude:
        wanted = _fields(pattern, "An exclusion")
        left = [one for one in kept if not _is_like(one, wanted)]
        if len(left) == len(kept):
            raise BadSweep(f"The exclusion {dict(pattern)} leaves out no cell of the sweep.")
        kept = left
    return kept


def _with(kept: list[Conditions], sweep: Sweep) -> list[Conditions]:
    for pattern in sweep.include:
        added = _settled(replace(sweep.usual, **_fields(pattern, "An added cell")))  # type: ignore[arg-type]  # fields of Conditions
        if added in kept:
            raise BadSweep(f"The added cell {dict(pattern)} is in the sweep already.")
        kept.append(added)
    if not kept:
        raise BadSweep("The sweep has no cell left.")
    return kept


def _fields(pattern: Mapping[str, object], what: str) -> dict[str, Value]:
    if not pattern:
        raise BadSweep(f"{what} names at least one axis.")
    return {axis_of(name).field: axis_of(name).read(value) for name, value in pattern.items()}


def _is_like(placement: Conditions, wanted: Mapping[str, Value]) -> bool:
    return all(getattr(placement, field) == value for field, value in wanted.items())


def _settled(one: Conditions) -> Conditions:
    """What its mode needs is there, and what it has no use for is not."""
    reads = one.mode in ("prefill", "decode")
    writes = one.mode == "decode"
    return replace(
        one,
        prompt_tokens=(one.prompt_tokens or PROMPT_TOKENS) if reads else None,
        new_tokens=(one.new_tokens or NEW_TOKENS) if writes else None,
        accumulation=one.accumulation if one.mode == "train" else 1,
        order=one.order if one.mode == "answer" else PLAIN.order,
    )


def cell_name(placement: Conditions, sweep: Sequence[Conditions]) -> str:
    """The name of a cell among those of its sweep: the values of the axes that differ in it.

    As in "bf16-bnb-int8-batch8"; "cell" where there is only one.
    """
    parts = []
    for axis in AXES.values():
        if len({getattr(one, axis.field) for one in sweep}) < 2:  # noqa: PLR2004 - they differ
            continue
        value = getattr(placement, axis.field)
        if value is not None:
            parts.append(_SHORT.get(axis.name, "{}").format(short(value)))
    return "-".join(parts) or "cell"


def short(value: Value) -> str:
    """A value of an axis as it stands in names: "fp32", "full" (not quantized), "8"."""
    return _SHORT_VALUES.get(value, str(value))


_SHORT = {
    "batch": "batch{}",
    "threads": "threads{}",
    "affinity": "cores:{}",
    "prompt": "prompt{}",
    "new": "new{}",
    "accumulation": "accumulation{}",
    "order": "{}-order",
    "padding": "{}-padded",
}
_SHORT_VALUES: Mapping[Value, str] = {
    "float32": "fp32",
    "bfloat16": "bf16",
    "float16": "fp16",
    AUTOCAST: "autocast-bf16",
    NONE: "full",
}
