"""A model brought to where its settings say: number format, quantization, attention, engine.

Whatever a model comes from, a training here or a folder of elsewhere, from then on it goes the
same way. Importing this module is cheap: it holds a base of registered contestants.

Not covered: devices; whoever loads a model puts it there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.number_formats import weight_format
from spoonbench.solvers.placement import check_placement
from spoonbench.solvers.quantizations import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.solvers.api import Settings, Size, SolverInfo
    from spoonbench.solvers.engines import EngineReport
    from spoonbench.solvers.llm.arithmetic import WeightCounts
    from spoonbench.solvers.llm.engines.interface import Execution
    from spoonbench.solvers.quantizations import Quantized


def set_up_placement(info: SolverInfo, settings: Settings) -> None:
    """Check where and how a model is to run, and set up torch for it.

    Raises:
        Unsupported: a device that is not there, a quantization or an engine that cannot be had, or
            settings that the contestant has not.
    """
    check_placement(info, settings)
    from spoonbench.solvers.llm.engines.build import check_engine
    from spoonbench.solvers.llm.machine import set_up

    set_up(settings)
    if settings.quantization != NONE:
        from spoonbench.solvers.llm.quantization.quantize import check_method

        check_method(settings.quantization, settings.device, settings.dtype)
    check_engine(settings)


class PlacedModel:
    """A model, and what was done to it.

    Attributes:
        model: of transformers, on its device.
        quantized: what the quantization did; None where none was asked for, or not yet.
        engine: what building the engine took; None where the model runs as it is, or not yet.
    """

    def __init__(
        self,
        model: Any,
        settings: Settings,
        calibration: Callable[[], Sequence[Sequence[int]]] = tuple,
    ) -> None:
        """Take a model as it is.

        Args:
            model: of transformers, on its device.
            settings: where and how it is to run.
            calibration: gives the token ids of texts to a quantization that calibrates on them.
        """
        self.model = model
        self.quantized: Quantized | None = None
        self.engine: EngineReport | None = None
        self._settings = settings
        self._calibration = calibration
        self._counts: WeightCounts | None = None
        self._execution: Execution | None = None

    def settle(self) -> None:
        """Number format, quantization and attention as asked for; once there it changes nothing.

        Raises:
            Unsupported: a weight is too large for the format, or the model has no such attention.
        """
        settings = self._settings
        held_in = weight_format(settings.dtype)
        if str(self.model.dtype) != f"torch.{held_in}":
            from spoonbench.solvers.llm.machine import convert

            convert(self.model, held_in)
        if settings.quantization != NONE and self.quantized is None:
            from spoonbench.solvers.llm.arithmetic import count_weights
            from spoonbench.solvers.llm.quantization.quantize import quantize_model

            self._counts = count_weights(self.model)
            self.quantized = quantize_model(self.model, settings.quantization, self._calibration())
        if settings.attention is not None:
            from spoonbench.solvers.llm.engines.build import set_attention

            set_attention(self.model, settings.attention)

    def execution(self) -> Execution:
        """What runs the settled model; built when it is first asked for.

        Raises:
            Unsupported: the engine cannot run this model.
        """
        if self._execution is None:
            from spoonbench.solvers.llm.engines.build import build_execution

            self._execution, self.engine = build_execution(self.model, self._settings)
        return self._execution

    def size(self, tokens_in: Sequence[int], tokens_out: float, formula: str) -> Size:
        """Parameters as they were, bytes as they are; see `arithmetic.measure_size`."""
        from spoonbench.solvers.llm.arithmetic import count_weights, measure_size

        counts = self._counts or count_weights(self.model)
        size = measure_size(counts, tokens_in, tokens_out, formula)
        if self.quantized is None:
            return size
        return replace(size, weight_bytes=self.quantized.bytes_after)


class PlacesModel:
    """A base of contestants that answer with one model."""

    _placed: PlacedModel | None = None

    def _settled(self) -> PlacedModel:
        """The model as it is asked for.

        Raises:
            Unsupported: there is none yet.
        """
        raise NotImplementedError

    def _executed(self) -> Execution:
        """What runs the model."""
        return (self._placed or self._settled()).execution()

    def quantized(self) -> Quantized | None:
        """What the quantization that was asked for did; None where none was, or not yet."""
        return None if self._placed is None else self._placed.quantized
