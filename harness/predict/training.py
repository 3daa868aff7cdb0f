"""The most memory that a causal model takes while it learns, from its configuration alone.

References:
    Rajbhandari et al. 2020, "ZeRO: Memory Optimizations Toward Training Trillion Parameter
    Models", section 3: weights, gradients, states, and the activations left over.
    Korthikanti et al. 2022, "Reducing Activation Recomputation in Large Transformer Models":
    which activations are kept, and what computing them again saves.
    Dettmers et al. 2023, "QLoRA": adapters beside weights of 4 bits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.harness.predict.inference import check_sizes, check_targets, tracer_of
from spoonbench.harness.predict.optimizers import state_bytes, step_bytes
from spoonbench.harness.predict.prediction import prediction_of
from spoonbench.harness.predict.weights import weight_bytes
from spoonbench.solvers.held_memory import Held, TrainingPass

if TYPE_CHECKING:
    from spoonbench.harness.predict.optimizers import Optimizer, Stepping
    from spoonbench.harness.predict.prediction import MemoryPrediction
    from spoonbench.solvers.model_shapes import ModelShape


def predict_training(
    shape: ModelShape,
    wanted: TrainingPass,
    *,
    optimizer: Optimizer = "adamw",
    stepping: Stepping = "loop",
    overhead_bytes: int = 0,
) -> MemoryPrediction:
    """The most memory of a step, once the optimizer has its states.

    A step is `accumulation` forward and backward passes with the loss that transformers' models
    compute (cross entropy of float32 logits of all tokens, or of `n_targets`), a step of the
    optimizer, and gradients that are given back before the next. There are two bad moments: in a
    pass, when activations and logits are there, and gradients only as far as the backward pass has
    come (all of them from the second accumulated pass on); and in the step, when all gradients are
    there and no activation. Summing up all components, as rules of thumb do, counts what is never
    there at once.

    Args:
        shape: of the model, with a tracer (`solvers.llm.shapes.shape_of`).
        wanted: number formats, batch, adapter and the like.
        optimizer: its name.
        stepping: how it walks over parameters; "loop" is torch's choice on a processor and
            "foreach" on an accelerator.
        overhead_bytes: what libraries take beside tensors, as measured (`predict.overhead`).

    Raises:
        ValueError: a size below 1, quantized weights that are to learn, no such optimizer, or a
            model that cannot be traced.
        KeyError: no such number format or method.
    """
    check_sizes(
        batch_size=wanted.batch_size, n_tokens=wanted.n_tokens, accumulation=wanted.accumulation
    )
    check_targets(wanted.n_targets, wanted.n_tokens)
    if wanted.lora is not None:
        check_sizes(rank=wanted.lora.rank)
    traced = tracer_of(shape).training(wanted)
    weights = weight_bytes(shape, wanted.dtype, wanted.quantization) + traced.adapter_bytes
    states = state_bytes(optimizer, traced.learning)
    passing = prediction_of(
        traced.peak,
        "forward and backward pass",
        weights=weights,
        optimizer=states,
        overhead=overhead_bytes,
    )
    stepped = prediction_of(
        Held(gradients=sum(each.bytes for each in traced.learning)),
        "step of the optimizer",
        weights=weights,
        optimizer=states + step_bytes(optimizer, traced.learning, stepping),
        overhead=overhead_bytes,
    )
    worst = max(passing, stepped, key=lambda each: each.total)
    return replace(worst, n_products=passing.n_products)
