"""A model as a graph that ONNX Runtime computes on the processor.

The graph is exported by transformers from the weights in memory, through torch.export; nothing is
written to disk up to the size where ONNX cannot hold weights in one message. The cache goes into
each step and comes out of it one token longer, as ONNX Runtime's own values, which are not copied
into torch.

Not covered: other devices, 16 bits, quantized graphs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import torch

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.engines.export import quiet, sample_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.api import Json
    from spoonbench.solvers.llm.engines.interface import Forward

_SCORES = "logits"
_INPUT, _OUTPUT = "input.", "output."
_DIMENSIONS = 4
"""Of keys and values: rows, heads, tokens, width."""


class OnnxRuntime:
    """A model in a session of ONNX Runtime.

    Args:
        model: of transformers, in evaluation, in float32 on the processor.
        threads: of one operation; operations go one after another.

    Raises:
        Unsupported: the model cannot be exported.
    """

    notes: Mapping[str, Json] = {}

    def __init__(self, model: Any, threads: int) -> None:
        onnxruntime = import_module("onnxruntime")
        from transformers.exporters import OnnxConfig, OnnxExporter
        from transformers.exporters.runners import OnnxModelRunner

        self.library = f"onnxruntime {onnxruntime.__version__}"
        self._value = onnxruntime.OrtValue.ortvalue_from_numpy
        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that wait by spinning take the processor from torch's, and from everyone else.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            with quiet():
                exported = OnnxExporter().export(
                    model, sample_inputs(model), OnnxConfig(dynamic=True)
                )
                (component,) = exported.components.values()
                runner = OnnxModelRunner.from_program(
                    component.program, component.metadata, device="cpu", session_options=options
                )
        except MemoryError:
            raise
        # Whatever torch.export, the exporter and ONNX Runtime have to say.
        except Exception as exc:
            raise Unsupported(f"this model cannot be exported to ONNX: {exc}") from exc
        self._session = runner.session
        kept = [spec for spec in self._session.get_inputs() if spec.name.startswith(_INPUT)]
        if any(len(spec.shape) != _DIMENSIONS for spec in kept):
            raise Unsupported(
                "this model's cache has more than keys and values (a layer with a window keeps its "
                "length), which the engine onnxruntime does not carry from step to step"
            )
        self._cache = {
            spec.name.removeprefix(_INPUT): (spec.shape[1], spec.shape[3]) for spec in kept
        }
        self._names = [spec.name for spec in self._session.get_outputs()]
        taken = self._session.get_session_options()
        self.notes = {
            "operations": sum(1 for _ in component.program.graph),
            "threads": taken.intra_op_num_threads,
            "inter_op_threads": taken.inter_op_num_threads,
        }

    def start(self, n_rows: int, _n_tokens: int, /) -> Forward:
        """A batch with an empty cache."""
        kept = {
            name: self._value(torch.empty(n_rows, int(heads), 0, int(width)).numpy())
            for name, (heads, width) in self._cache.items()
        }

        def forward(
            tokens: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor
        ) -> torch.Tensor:
            given = {
                "input_ids": self._value(tokens.contiguous().numpy()),
                "attention_mask": self._value(mask.numpy()),
                "position_ids": self._value(positions.contiguous().numpy()),
                **{_INPUT + name: value for name, value in kept.items()},
            }
            values = self._session.run_with_ort_values(self._names, given)
            found = dict(zip(self._names, values, strict=True))
            scores = torch.from_numpy(found.pop(_SCORES).numpy())
            kept.update({name.removeprefix(_OUTPUT): value for name, value in found.items()})
            return scores[:, -1]

        return forward
