"""The quantization methods: what each makes of a linear layer, and what it needs.

Weights of 8, 4 or 2 bits; `torch-int8dyn` and `torchao-int8dyn` round the activations too.

Not covered: methods that calibrate on data (GPTQ, AWQ) or that train.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to hold weights in fewer bits.

    Attributes:
        name: what people type.
        bits: of one weight, scales left out.
        summary: one sentence.
        requires: distribution that it needs, as pip names it.
        module: what that is imported as.
        devices: kinds of devices that it runs on.
        dtypes: number formats that the rest of the model may have.
        apply: turns the layers of the given names, in place; the model is in evaluation, without
            gradients, and holds no Conv1D.
    """

    name: str
    bits: int
    summary: str
    requires: str
    module: str
    apply: Callable[[Any, Collection[str]], None]
    devices: tuple[str, ...] = ("cpu", "cuda")
    dtypes: tuple[str, ...] = ("float32", "bfloat16")


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
                quant_type=kind,
                device="meta",
            )
            new.weight = layers.Params4bit(
                old.weight.detach(), requires_grad=False, quant_type=kind
            )
            return new

        _replace(model, names, quantized)

    return apply


def _replace(model: Any, names: Collection[str], quantized: Callable[[Any], Any]) -> None:
    """Put quantized layers in the place of others; moved to their device, they quantize."""
    from spoonbench.solvers.llm.quantization.layers import replace_layers

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


METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        Method(
            name="bnb-int8",
            bits=8,
            summary="bitsandbytes' LLM.int8: weights and activations by rows, outliers apart",
            requires="bitsandbytes",
            module="bitsandbytes",
            apply=_bitsandbytes_int8,
        ),
        Method(
            name="bnb-nf4",
            bits=4,
            summary="bitsandbytes' NormalFloat of 4 bits, a scale for each 64 weights",
            requires="bitsandbytes",
            module="bitsandbytes",
            apply=_bitsandbytes_4bit("nf4"),
        ),
        Method(
            name="bnb-fp4",
            bits=4,
            summary="bitsandbytes' floating point of 4 bits, a scale for each 64 weights",
            requires="bitsandbytes",
            module="bitsandbytes",
            apply=_bitsandbytes_4bit("fp4"),
        ),
        Method(
            name="torch-int8dyn",
            bits=8,
            summary="torch's own dynamic integers: weights by rows, activations as they come",
            requires="torch",
            module="torch",
            apply=_torch_dynamic,
            devices=("cpu",),
            dtypes=("float32",),
        ),
        Method(
            name="torchao-int8wo",
            bits=8,
            summary="torchao's integers for the weights alone",
            requires="torchao",
            module="torchao",
            apply=_torchao(lambda library: library.Int8WeightOnlyConfig()),
        ),
        Method(
            name="torchao-int8dyn",
            bits=8,
            summary="torchao's integers for weights, and for activations as they come",
            requires="torchao",
            module="torchao",
            apply=_torchao(lambda library: library.Int8DynamicActivationInt8WeightConfig()),
        ),
        Method(
            name="torchao-int4wo",
            bits=4,
            summary="torchao's 4-bit weights in groups of 32, each held in a byte",
            requires="torchao",
            module="torchao",
            apply=_torchao(_int4_of_groups),
        ),
        Method(
            name="quanto-int8",
            bits=8,
            summary="optimum-quanto's integers for the weights",
            requires="optimum-quanto",
            module="optimum.quanto",
            apply=_quanto("qint8"),
            devices=("cpu", "cuda", "mps"),
        ),
        Method(
            name="quanto-int4",
            bits=4,
            summary="optimum-quanto's 4-bit integers for the weights, in groups of 128",
            requires="optimum-quanto",
            module="optimum.quanto",
            apply=_quanto("qint4"),
            devices=("cpu", "cuda", "mps"),
        ),
        Method(
            name="quanto-int2",
            bits=2,
            summary="optimum-quanto's 2-bit integers for the weights, in groups of 128",
            requires="optimum-quanto",
            module="optimum.quanto",
            apply=_quanto("qint2"),
            devices=("cpu", "cuda", "mps"),
        ),
    )
}
"""By name; "none" is not among them."""
