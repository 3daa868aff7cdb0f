"""What each quantization method makes of the linear layers of a model."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.llm.quantization.layers import replace_layers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

# -- bitsandbytes ------------------------------------------------------------------------------


def _bitsandbytes_int8(model: Any, names: Collection[str]) -> None:
    layers = import_module("bitsandbytes.nn")

    def quantized(old: Any) -> Any:
        new = layers.Linear8bitLt(
            old.in_features,
            old.out_features,
            bias=old.bias is not None,
            has_fp16_weights=False,
            device="meta",
        )
        new.weight = layers.Int8Params(
            old.weight.detach(), requires_grad=False, has_fp16_weights=False
        )
        return new

    _replace(model, names, quantized)


def _bitsandbytes_4bit(kind: str) -> Callable[[Any, Collection[str]], None]:
    def apply(model: Any, names: Collection[str]) -> None:
        layers = import_module("bitsandbytes.nn")

        def quantized(old: Any) -> Any:
            new = layers.Linear4bit(
                old.in_features,
                old.out_features,
                bias=old.bias is not None,
                compute_dtype=old.weight.dtype,
                compress_statistics=False,
                quant_type=kind,
                device="meta",
            )
            # Scales as they are, as transformers loads them unless told otherwise.
            new.weight = layers.Params4bit(
                old.weight.detach(),
                requires_grad=False,
                compress_statistics=False,
                quant_type=kind,
            )
            return new

        _replace(model, names, quantized)

    return apply


def _replace(model: Any, names: Collection[str], quantized: Callable[[Any], Any]) -> None:
    """Put quantized layers in the place of others; moved to their device, they quantize."""

    def replacement(name: str, old: Any) -> Any:
        if name not in names:
            return None
        new = quantized(old)
        new.bias = old.bias
        return new.to(old.weight.device)

    replace_layers(model, replacement)


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


APPLY: Mapping[str, Callable[[Any, Collection[str]], None]] = {
    "bnb-int8": _bitsandbytes_int8,
    "bnb-nf4": _bitsandbytes_4bit("nf4"),
    "bnb-fp4": _bitsandbytes_4bit("fp4"),
    "torch-int8dyn": _torch_dynamic,
    "torchao-int8wo": _torchao(lambda library: library.Int8WeightOnlyConfig()),
    "torchao-int8dyn": _torchao(lambda library: library.Int8DynamicActivationInt8WeightConfig()),
    "torchao-int4wo": _torchao(_int4_of_groups),
    "quanto-int8": _quanto("qint8"),
    "quanto-int4": _quanto("qint4"),
    "quanto-int2": _quanto("qint2"),
}
"""By name of the method: what turns the layers of the given names, in place.

The model is in evaluation, without gradients, and holds no Conv1D.
"""
