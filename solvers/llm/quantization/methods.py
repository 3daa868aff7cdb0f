"""What each quantization method makes of the linear layers of a model."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.llm.quantization.layers import replace_layers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

# -- bitsandbytes ------------------------------------------------------------------------------


_BLOCK, _ROWS = 64, 32
"""Columns and rows by which bitsandbytes' kernels of 4 bits for a processor go; it fails on others
where the processor multiplies bfloat16."""


def _has_kernel(layer: Any) -> bool:
    return not (layer.in_features % _BLOCK or layer.out_features % _ROWS)


def _bitsandbytes(
    layer: str, weight: str, **form: str | bool
) -> Callable[[Any, Collection[str]], None]:
    """Layers of a class with weights of another, which quantize once moved to their device.

    Args:
        layer: name of the class of the layers.
        weight: of the class of their weights.
        form: what both are made with.
    """

    def apply(model: Any, names: Collection[str]) -> None:
        library = import_module("bitsandbytes.nn")

        def quantized(name: str, old: Any) -> Any:
            if name not in names:
                return None
            new = getattr(library, layer)(
                old.in_features,
                old.out_features,
                bias=old.bias is not None,
                device="meta",
                **form,
            )
            new.weight = getattr(library, weight)(old.weight.detach(), requires_grad=False, **form)
            new.bias = old.bias
            # In training bitsandbytes leaves out the kernels that it has for a processor.
            is_slow = layer == "Linear4bit" and not _has_kernel(old)
            return new.to(old.weight.device).train(old.training or is_slow)

        replace_layers(model, quantized)

    return apply


# Scales as they are, as transformers loads them unless told otherwise.
_bitsandbytes_4bit = partial(_bitsandbytes, "Linear4bit", "Params4bit", compress_statistics=False)


# -- torch, torchao, quanto --------------------------------------------------------------------


def _torch_dynamic(model: Any, names: Collection[str]) -> None:
    quantization = import_module("torch.ao.quantization")
    wanted = dict.fromkeys(names, quantization.per_channel_dynamic_qconfig)
    quantization.quantize_dynamic(model, wanted, inplace=True)


def _torchao(config_of: Callable[[Any], Any]) -> Callable[[Any, Collection[str]], None]:
    def apply(model: Any, names: Collection[str]) -> None:
        library = import_module("torchao.quantization")
        library.quantize_(model, config_of(library), filter_fn=lambda _, name: name in names)

    return apply


def _int4_of_groups(library: Any) -> Any:
    torch = import_module("torch")
    granularity = import_module("torchao.quantization.granularity")
    return library.IntxWeightOnlyConfig(
        weight_dtype=torch.int4, granularity=granularity.PerGroup(32)
    )


def _quanto(weights: str) -> Callable[[Any, Collection[str]], None]:
    def apply(model: Any, names: Collection[str]) -> None:
        library = import_module("optimum.quanto")
        library.quantize(model, weights=getattr(library, weights), include=sorted(names))
        library.freeze(model)

    return apply


# -- hqq ---------------------------------------------------------------------------------------

_HQQ_GROUP = 64


def _hqq(bits: int) -> Callable[[Any, Collection[str]], None]:
    """Layers whose weights are packed as a whole: one that leaves a rest stays as it is.

    References:
        Badri and Shaji 2023, "Half-Quadratic Quantization of Large Machine Learning Models": zero
        points that make the errors of the weights sparse, found without any data.
    """

    def apply(model: Any, names: Collection[str]) -> None:
        library = import_module("hqq.core.quantize")
        form = library.BaseQuantizeConfig(nbits=bits, group_size=_HQQ_GROUP, axis=1)

        def quantized(name: str, old: Any) -> Any:
            if name not in names or not _packs(old.weight.numel(), bits):
                return None
            weight, bias = old.weight, old.bias
            # It empties the layer that it is given, and keeps a copy of the bias that none counts.
            new = library.HQQLinear(
                old, form, compute_dtype=weight.dtype, device=str(weight.device)
            )
            new.bias = bias
            return new.train(old.training)

        replace_layers(model, quantized)

    return apply


def _packs(n_weights: int, bits: int) -> bool:
    """Whole groups, and as many as fill whole bytes; 3 bits are filled up."""
    n_groups, rest = divmod(n_weights, _HQQ_GROUP)
    return rest == 0 and (bits == 3 or n_groups % (8 // bits) == 0)  # noqa: PLR2004  # bits


APPLY: Mapping[str, Callable[[Any, Collection[str]], None]] = {
    "bnb-int8": _bitsandbytes("Linear8bitLt", "Int8Params", has_fp16_weights=False),
    "bnb-nf4": _bitsandbytes_4bit(quant_type="nf4"),
    "bnb-fp4": _bitsandbytes_4bit(quant_type="fp4"),
    "torch-int8dyn": _torch_dynamic,
    "torchao-int8wo": _torchao(lambda library: library.Int8WeightOnlyConfig()),
    "torchao-int8dyn": _torchao(lambda library: library.Int8DynamicActivationInt8WeightConfig()),
    "torchao-int4wo": _torchao(_int4_of_groups),
    "quanto-int8": _quanto("qint8"),
    "quanto-int4": _quanto("qint4"),
    "quanto-int2": _quanto("qint2"),
    "hqq-int8": _hqq(8),
    "hqq-int4": _hqq(4),
    "hqq-int3": _hqq(3),
    "hqq-int2": _hqq(2),
}
"""By name of the method: what turns the layers of the given names, in place.

The model is in evaluation, without gradients, and holds no Conv1D.
"""


# -- GPTQ --------------------------------------------------------------------------------------

_GPTQ_GROUP = 32


def _gptq(model: Any, texts: Sequence[Sequence[int]]) -> None:
    """Rounding in the order of columns, each error made up for by the columns that follow.

    It takes every linear layer of the blocks, and leaves the head.

    References:
        Frantar et al. 2022, "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained
        Transformers".
    """
    torch = import_module("torch")
    library = import_module("optimum.gptq")
    rows = [torch.tensor([list(text)], device=model.device) for text in texts]
    data = [{"input_ids": row, "attention_mask": torch.ones_like(row)} for row in rows]
    quantizer = library.GPTQQuantizer(
        bits=4,
        dataset=data,
        group_size=_GPTQ_GROUP,
        model_seqlen=max(map(len, texts)),
        pad_token_id=model.config.pad_token_id or 0,
    )
    quantizer.quantize_model(model)


CALIBRATE: Mapping[str, Callable[[Any, Sequence[Sequence[int]]], None]] = {"gptq-int4": _gptq}
"""By name of the method: what turns all layers but the head, in place, after token ids of texts."""
