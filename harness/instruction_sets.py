"""Which instructions a processor has for the number formats that a cell computes in.

A processor without instructions for a format computes in it all the same: libraries turn the
numbers into float32 and back, which is right and slow. Nothing fails, so it has to be said.

Sources: Intel's and Arm's architecture manuals, for what each set multiplies; the names are those
of Linux in /proc/cpuinfo.

Not covered: which kernel a library takes, which it decides by shapes too; accelerators.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Mapping  # noqa: TC003  # rebuilt from their type hints
from dataclasses import dataclass
from pathlib import Path

from spoonbench.solvers.number_formats import AUTOCAST

CPUINFO = Path("/proc/cpuinfo")
INSTRUCTION_SETS = frozenset(
    {
        *("avx", "avx2", "fma", "f16c", "avx_vnni"),
        *("avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
        *("amx_tile", "amx_int8", "amx_bf16", "amx_fp16"),
        *("asimd", "asimdhp", "asimddp", "bf16", "i8mm", "sve", "sve2"),
    }
)
"""Names as Linux gives them, for x86 and ARM."""
MACOS_FEATURES = {
    "hw.optional.neon": "asimd",
    "hw.optional.arm.FEAT_DotProd": "asimddp",
    "hw.optional.arm.FEAT_BF16": "bf16",
    "hw.optional.arm.FEAT_FP16": "asimdhp",
    "hw.optional.arm.FEAT_I8MM": "i8mm",
}
_COMMAND_S = 2.0

_X86: Mapping[str, tuple[str, ...]] = {
    "fp32": ("avx512f", "fma"),
    "bf16": ("amx_bf16", "avx512_bf16"),
    "fp16": ("amx_fp16", "avx512_fp16"),
    "int8": ("amx_int8", "avx512_vnni", "avx_vnni"),
}
_ARM: Mapping[str, tuple[str, ...]] = {
    "fp32": ("asimd",),
    "bf16": ("bf16",),
    "fp16": ("asimdhp",),
    "int8": ("i8mm", "asimddp"),
}
_PROCESSORS = {"x86_64": _X86, "AMD64": _X86, "aarch64": _ARM, "arm64": _ARM}
_FORMATS = {"float32": "fp32", "bfloat16": "bf16", "float16": "fp16", AUTOCAST: "bf16"}
_FIELDS = ("flags", "Features")
INTEGER_PRODUCTS = frozenset({"bnb-int8", "torch-int8dyn", "torchao-int8dyn"})
"""Quantizations that round the activations too, and multiply integers."""


def read_instruction_sets(cpuinfo: Path = CPUINFO) -> tuple[str, ...]:
    """Those of this processor that matter for number formats, sorted; cheap enough for a child.

    Args:
        cpuinfo: what Linux tells of the processors.
    """
    if sys.platform == "darwin":
        return tuple(sorted(name for key, name in MACOS_FEATURES.items() if _has_macos(key)))
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip() in _FIELDS:
            return tuple(sorted(INSTRUCTION_SETS.intersection(value.split())))
    return ()


def _has_macos(key: str) -> bool:
    # Children on Linux do not pay for this import.
    subprocess = importlib.import_module("subprocess")
    try:
        done = subprocess.run(
            ["/usr/sbin/sysctl", "-n", key],
            capture_output=True,
            timeout=_COMMAND_S,
            check=True,
            text=True,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return bool(done.stdout.strip() == "1")


def architecture() -> str:
    """Of this processor, as `platform.machine` names it; "" where the system does not tell."""
    return os.uname().machine if hasattr(os, "uname") else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """What a processor has for one number format.

    Attributes:
        number_format: "fp32", "bf16", "fp16" or "int8".
        known: instruction sets that multiply in it on processors of this kind.
        found: those of them that this processor has.
    """

    number_format: str
    known: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def is_emulated(self) -> bool:
        """The processor has no instructions for the format; the answers are the same, later."""
        return not self.found

    @property
    def text(self) -> str:
        """In words.

        >>> Arithmetic(number_format="bf16", known=("amx_bf16", "avx512_bf16"), found=()).text
        'bf16: emulated (none of amx_bf16, avx512_bf16)'
        """
        if self.is_emulated:
            return f"{self.number_format}: emulated (none of {', '.join(self.known)})"
        return f"{self.number_format}: {', '.join(self.found)}"


def arithmetic_of(
    device: str, dtype: str, quantization: str, architecture: str, instruction_sets: Iterable[str]
) -> tuple[Arithmetic, ...]:
    """What the processor has for the formats that a cell multiplies in.

    Args:
        device: "cpu", "cuda", "cuda:1" or "mps".
        dtype: number format of the weights that are not quantized, and of the activations.
        quantization: name of the method, or "none".
        architecture: as `platform.machine` names it.
        instruction_sets: that the processor has.

    Returns:
        one for each format; none on an accelerator, or for a processor that is not known here.
    """
    sets = _PROCESSORS.get(architecture)
    if device != "cpu" or sets is None:
        return ()
    formats = [_FORMATS[dtype]] if dtype in _FORMATS else []
    formats += ["int8"] if quantization in INTEGER_PRODUCTS else []
    present = frozenset(instruction_sets)
    return tuple(
        Arithmetic(
            number_format=name,
            known=sets[name],
            found=tuple(one for one in sets[name] if one in present),
        )
        for name in formats
    )
