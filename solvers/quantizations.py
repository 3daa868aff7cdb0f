"""The quantization methods: names, libraries, and where each can run; facts, no code of theirs.

Weights of 8, 4 or 2 bits; `torch-int8dyn` and `torchao-int8dyn` round the activations too.

`gptq-int4` chooses what it rounds to by texts that it is given; all others see the weights alone.

Not covered: other methods that calibrate on data (AWQ), methods that train.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from spoonbench.solvers.distributions import is_installed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.solvers.api import Example

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
        also: further distributions that it needs.
        note: what is to be known about installing them.
        calibrates: it must be given texts.
        has_inference_mode: its layers compute in torch's inference mode.
    """

    name: str
    bits: int
    summary: str
    requires: str
    module: str
    devices: tuple[str, ...] = ("cpu", "cuda")
    dtypes: tuple[str, ...] = ("float32", "bfloat16")
    also: tuple[str, ...] = ()
    note: str = ""
    calibrates: bool = False
    has_inference_mode: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantized:
    """What a quantization did to a model.

    Attributes:
        method: its name.
        layers_quantized: linear layers that hold their weights otherwise than before.
        layers_skipped: linear layers that it left as they were.
        skipped: names of these.
        layers_turned: layers of another kind that were turned into Linear first, an exact change.
        bytes_before: of all parameters and buffers.
        bytes_after: the same afterwards, scales included.
        kernel: library and form of the layers that compute now; None where nothing changed.
    """

    method: str
    layers_quantized: int
    layers_skipped: int
    skipped: tuple[str, ...] = ()
    layers_turned: int = 0
    bytes_before: int
    bytes_after: int
    kernel: str | None = None


@runtime_checkable
class Quantizes(Protocol):
    """Can hold its weights in fewer bits, and says what that did."""

    def quantized(self) -> Quantized | None:
        """What the quantization of its settings did; None where none was asked for, or not yet."""
        ...


@runtime_checkable
class Calibrates(Protocol):
    """Quantizes by what it sees in texts, where the method does."""

    def calibrate_on(self, examples: Sequence[Example], /) -> None:
        """Take the texts; before weights are loaded."""
        ...


def why_not(method: Method, device: str, dtype: str) -> str | None:
    """Why a method cannot be had here, in words; None where it can be tried. Imports nothing."""
    if device.partition(":")[0] not in method.devices:
        return f"{method.name} runs on {', '.join(method.devices)}, not {device}"
    if dtype not in method.dtypes:
        return f"{method.name} computes in {', '.join(method.dtypes)}, not {dtype}"
    needed = (method.requires, *method.also)
    missing = next((name for name in needed if not is_installed(name)), None)
    if missing is None:
        return None
    return f"{method.name} needs {missing}: pip install {' '.join(needed)}{method.note}"


METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        Method(
            name="bnb-int8",
            bits=8,
            summary="bitsandbytes' LLM.int8: weights and activations by rows, outliers apart",
            requires="bitsandbytes",
            module="bitsandbytes",
        ),
        Method(
            name="bnb-nf4",
            bits=4,
            summary="bitsandbytes' NormalFloat of 4 bits, a scale for each 64 weights",
            requires="bitsandbytes",
            module="bitsandbytes",
        ),
        Method(
            name="bnb-fp4",
            bits=4,
            summary="bitsandbytes' floating point of 4 bits, a scale for each 64 weights",
            requires="bitsandbytes",
            module="bitsandbytes",
        ),
        Method(
            name="torch-int8dyn",
            bits=8,
            summary="torch's own dynamic integers: weights by rows, activations as they come",
            requires="torch",
            module="torch",
            devices=("cpu",),
            dtypes=("float32",),
        ),
        Method(
            name="torchao-int8wo",
            bits=8,
            summary="torchao's integers for the weights alone",
            requires="torchao",
            module="torchao",
        ),
        Method(
            name="torchao-int8dyn",
            bits=8,
            summary="torchao's integers for weights, and for activations as they come",
            requires="torchao",
            module="torchao",
        ),
        Method(
            name="torchao-int4wo",
            bits=4,
            summary="torchao's 4-bit weights in groups of 32, each held in a byte",
            requires="torchao",
            module="torchao",
        ),
        Method(
            name="quanto-int8",
            bits=8,
            summary="optimum-quanto's integers for the weights",
            requires="optimum-quanto",
            module="optimum.quanto",
            devices=("cpu", "cuda", "mps"),
        ),
        Method(
            name="quanto-int4",
            bits=4,
            summary="optimum-quanto's 4-bit integers for the weights, in groups of 128",
            requires="optimum-quanto",
            module="optimum.quanto",
            devices=("cpu", "cuda", "mps"),
            has_inference_mode=False,
        ),
        Method(
            name="quanto-int2",
            bits=2,
            summary="optimum-quanto's 2-bit integers for the weights, in groups of 128",
            requires="optimum-quanto",
            module="optimum.quanto",
            devices=("cpu", "cuda", "mps"),
            has_inference_mode=False,
        ),
        Method(
            name="hqq-int8",
            bits=8,
            summary="half-quadratic quantization: 8-bit weights in groups of 64",
            requires="hqq",
            module="hqq.core.quantize",
        ),
        Method(
            name="hqq-int4",
            bits=4,
            summary="half-quadratic quantization: 4-bit weights in groups of 64",
            requires="hqq",
            module="hqq.core.quantize",
        ),
        Method(
            name="hqq-int3",
            bits=3,
            summary="half-quadratic quantization: 3-bit weights in groups of 64, ten in 32 bits",
            requires="hqq",
            module="hqq.core.quantize",
        ),
        Method(
            name="hqq-int2",
            bits=2,
            summary="half-quadratic quantization: 2-bit weights in groups of 64",
            requires="hqq",
            module="hqq.core.quantize",
        ),
        Method(
            name="gptq-int4",
            bits=4,
            summary="GPTQ through optimum: 4-bit weights in groups of 32, chosen by training texts",
            requires="gptqmodel",
            module="optimum.gptq",
            # What gptqmodel 7.3 imports without asking for it.
            also=("optimum", "requests", "torchvision"),
            note=" (an environment of its own: gptqmodel 7.3 insists on numpy 2.2.6)",
            calibrates=True,
        ),
    )
}
"""By name; "none" is not among them."""
