"""Presets: which cells a matrix has where the user names none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.sweep import Sweep
from spoonbench.harness.matrix.sweep_file import MODEL, N_ITEMS, N_ROUNDS, TASK, SweepFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.matrix_records import Conditions

_FULL = ("none",) * 3
_FORMATS = ("fp32", "bf16", "fp16", "autocast-bf16")
_EIGHT_SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
_METHODS = (
    "torch-int8dyn", "bnb-int8", "bnb-nf4", "bnb-fp4",
    "torchao-int8wo", "torchao-int8dyn", "quanto-int8", "quanto-int4", "hqq-int8", "hqq-int4",
)  # fmt: skip
_COARSE = ("bnb-int8", "bnb-nf4")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixPreset:
    """One preset.

    Attributes:
        name: what people type.
        summary: one sentence.
        items: answered in every cell.
        rounds: of timing.
        batches: batch sizes.
        formats: number format and quantization, in pairs.
        duel: name of the duel's preset with which it shares what its model learned.
    """

    name: str
    summary: str
    items: int
    rounds: int
    batches: Sequence[int]
    formats: Mapping[str, Sequence[str]]
    duel: str = "standard"

    def sweep(self, usual: Conditions) -> SweepFile:
        """The same as if it had been written into a file."""
        return SweepFile(
            model=MODEL,
            task=TASK,
            items=self.items,
            rounds=self.rounds,
            sweep=Sweep(axes={"batch": self.batches}, coupled=(self.formats,), usual=usual),
        )


PRESETS: dict[str, MatrixPreset] = {
    preset.name: preset
    for preset in (
        MatrixPreset(
            name="standard",
            summary="a model of about 1M parameters, 8 batch sizes, 4 number formats and "
            "10 quantizations, 500 items",
            items=N_ITEMS,
            rounds=N_ROUNDS,
            batches=_EIGHT_SIZES,
            formats={
                "dtype": (*_FORMATS, *(("fp32",) * len(_METHODS))),
                "quantization": (*(("none",) * len(_FORMATS)), *_METHODS),
            },
        ),
        MatrixPreset(
            name="case-study",
            summary="the batch sizes and formats of the case study, about 10 minutes on 2 cores",
            items=200,
            rounds=2,
            batches=(1, 4, 8, 16, 32, 64, 100, 128, 200),
            formats={
                "dtype": ("fp32", "bf16", "fp16", "fp32", "fp32"),
                "quantization": (*_FULL, *_COARSE),
            },
        ),
        MatrixPreset(
            name="quick",
            summary="a model trained for 15 seconds, 3 batch sizes, 2 number formats and "
            "2 quantizations, 50 items, about 2 minutes",
            items=50,
            rounds=2,
            batches=(1, 8, 32),
            formats={
                "dtype": ("fp32", "bf16", "fp32", "fp32"),
                "quantization": ("none", "none", *_COARSE),
            },
            duel="quick",
        ),
    )
}
