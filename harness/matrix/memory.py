"""What the cells of a matrix will take in memory at most, from the model's configuration alone.

Prompts and answers are taken to be as long as the longest can be. Cells that differ in their
batch size alone share traces: what a pass holds at one moment grows evenly with the batch, so the
highest of all moments is a convex function of it, and where a third size lies on the line between
two others, all sizes between them do.

Not covered: engines that hold a model in their own way, beyond what `predict.engines` knows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from spoonbench.harness.matrix_records import OWN_TENSORS, CacheGroup
from spoonbench.harness.predict.engines import HOLDINGS, held_by_engine
from spoonbench.harness.predict.inference import predict_inference
from spoonbench.harness.predict.prediction import COMPONENTS, MemoryPrediction
from spoonbench.harness.predict.training import predict_training
from spoonbench.harness.predict.weights import cache_bytes, weight_bytes
from spoonbench.harness.records import USUAL
from spoonbench.solvers.held_memory import TrainingPass
from spoonbench.solvers.number_formats import autocast_format, weight_format
from spoonbench.solvers.quantizations import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from spoonbench.harness.matrix_records import Conditions
    from spoonbench.solvers.held_memory import Attention
    from spoonbench.solvers.model_shapes import ModelShape
    from spoonbench.solvers.text_sizes import PairSizes, TextSizes

_GENERATING = ("answer", "prefill", "decode")
_ANY_METHOD = "bnb-int8"
"""Of a pass it only counts that weights are turned back while they are multiplied by."""


class NotTold(Exception):
    """The memory of a cell cannot be told; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """What is known of a model before it runs.

    Attributes:
        shape: what it is made of; None where it does not tell.
        sizes: of what it reads and writes; None where they are not known yet.
    """

    shape: ModelShape | None = None
    sizes: TextSizes | None = None


def predict_cells(
    model: KnownModel, cells: Iterable[Conditions]
) -> dict[Conditions, MemoryPrediction | NotTold]:
    """The most memory that cells will take, or why it cannot be told.

    Args:
        model: what is known of it.
        cells: to be told of.
    """
    families: dict[Conditions, list[Conditions]] = {}
    for at in cells:
        families.setdefault(_family(at), []).append(at)
    found: dict[Conditions, MemoryPrediction | NotTold] = {}
    for family, members in families.items():
        found |= _predict_family(model, family, members)
    return found


def cell_weights(at: Conditions, shape: ModelShape) -> int:
    """Bytes of the weights of a cell."""
    # Whatever a training step multiplies in, it keeps its weights in float32.
    dtype = USUAL.dtype if at.mode == "train" else at.dtype
    return weight_bytes(shape, dtype, at.quantization)


def cell_cache(at: Conditions, shape: ModelShape) -> tuple[CacheGroup, ...]:
    """Bytes of keys and values by layers that keep as much of a text."""
    windows = dict.fromkeys(layer.window for layer in shape.cache)
    return tuple(
        CacheGroup(
            token_bytes=cache_bytes(
                replace(shape, cache=tuple(one for one in shape.cache if one.window == window)),
                weight_format(at.dtype),
                batch_size=1,
                n_tokens=1,
            ),
            window=window,
        )
        for window in windows
    )


def _family(at: Conditions) -> Conditions:
    """What cells of the same traces have in common; the batch size is for all of them 1."""
    return replace(
        at,
        batch_size=1,
        quantization=NONE if at.quantization == NONE else _ANY_METHOD,
        engine=USUAL.engine if at.engine in OWN_TENSORS else at.engine,
        device=USUAL.device if at.engine in OWN_TENSORS else at.device,
        padding=USUAL.padding,
        threads=USUAL.threads,
        order="given",
    )


def _predict_family(
    model: KnownModel, family: Conditions, members: Sequence[Conditions]
) -> Mapping[Conditions, MemoryPrediction | NotTold]:
    shape = model.shape
    try:
        by_size = _by_batch(
            lambda size: _predict(replace(family, batch_size=size), model),
            sorted({at.batch_size for at in members}),
        )
    except NotTold as exc:
        return dict.fromkeys(members, exc)
    # What the tracer cannot trace.
    except ValueError as exc:
        return dict.fromkeys(members, NotTold(str(exc)))
    assert shape is not None
    return {at: replace(by_size[at.batch_size], weights=cell_weights(at, shape)) for at in members}


def _predict(at: Conditions, model: KnownModel) -> MemoryPrediction:
    shape, sizes = model.shape, model.sizes
    if shape is None or shape.tracer is None:
        raise NotTold("the model does not tell what it is made of")
    _check_engine(at)
    attention = cast("Attention | None", at.attention)
    if at.mode in ("prefill", "decode"):
        return _generating(at, shape, at.prompt_tokens or 1, at.new_tokens or 0)
    if sizes is None:
        raise NotTold("the model does not tell yet how long its texts are")
    if at.mode == "answer":
        return _generating(at, shape, sizes.question, sizes.answer)
    pair = sizes.learned if at.mode == "train" else sizes.scored
    if pair is None:
        raise NotTold("there are no examples")
    if at.mode == "train":
        return predict_training(shape, _step(at, pair), optimizer="adamw", stepping="fused")
    return predict_inference(
        shape,
        at.dtype,
        at.quantization,
        batch_size=at.batch_size,
        prompt_tokens=pair.tokens,
        attention=attention,
        scored="all",
        n_targets=pair.targets,
    )


def _check_engine(at: Conditions) -> None:
    """What is known of an engine: some number formats, and texts that go on.

    Raises:
        NotTold: says what is not.
    """
    if at.engine in OWN_TENSORS:
        return
    holding = HOLDINGS.get(at.engine)
    if holding is None:
        raise NotTold(f"the engine {at.engine} holds the model in its own way")
    if at.dtype not in holding.dtypes or not at.device.startswith("cpu"):
        raise NotTold(f"what {at.engine} holds in {at.dtype} on {at.device} was not measured")
    if at.mode not in _GENERATING:
        raise NotTold(f"what {at.engine} holds in the mode {at.mode} was not measured")


def _generating(
    at: Conditions, shape: ModelShape, prompt_tokens: int, new_tokens: int
) -> MemoryPrediction:
    told = predict_inference(
        shape,
        at.dtype,
        at.quantization,
        batch_size=at.batch_size,
        prompt_tokens=prompt_tokens,
        new_tokens=new_tokens,
        attention=cast("Attention | None", at.attention),
    )
    if at.engine in OWN_TENSORS:
        return told
    return held_by_engine(
        told, at.engine, shape, n_texts=at.batch_size, prompt_tokens=prompt_tokens
    )


def _step(at: Conditions, pair: PairSizes) -> TrainingPass:
    return TrainingPass(
        dtype=USUAL.dtype,
        autocast=None if at.dtype == USUAL.dtype else autocast_format(at.dtype) or at.dtype,
        attention=cast("Attention | None", at.attention),
        batch_size=at.batch_size,
        n_tokens=pair.tokens,
        n_targets=pair.targets,
        accumulation=at.accumulation,
    )


def _by_batch(
    predict: Callable[[int], MemoryPrediction], sizes: Sequence[int]
) -> dict[int, MemoryPrediction]:
    """Predictions of sorted batch sizes, as few as possible of them traced."""
    found = {size: predict(size) for size in {sizes[0], sizes[-1]}}
    _fill(predict, sizes, found)
    return found


def _fill(
    predict: Callable[[int], MemoryPrediction],
    sizes: Sequence[int],
    found: dict[int, MemoryPrediction],
) -> None:
    """Add the sizes between the first and the last, which are there."""
    inner = sizes[1:-1]
    if not inner:
        return
    middle = inner[len(inner) // 2]
    found[middle] = predict(middle)
    ends = (found[sizes[0]], found[sizes[-1]])
    lines = {size: _between(*ends, (size - sizes[0]) / (sizes[-1] - sizes[0])) for size in inner}
    if lines[middle] == replace(found[middle], largest=()):
        found |= {size: line for size, line in lines.items() if line is not None}
        return
    at = sizes.index(middle)
    _fill(predict, sizes[: at + 1], found)
    _fill(predict, sizes[at:], found)


def _between(
    low: MemoryPrediction, high: MemoryPrediction, share: float
) -> MemoryPrediction | None:
    """The prediction at a share of the way; None where the worst moments are not the same."""
    if low.moment != high.moment:
        return None
    parts = {
        name: round(getattr(low, name) + share * (getattr(high, name) - getattr(low, name)))
        for name in COMPONENTS
    }
    return replace(high, largest=(), **parts)
