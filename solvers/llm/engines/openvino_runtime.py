"""A model as a graph that OpenVINO computes on the processor.

The graph is exported by transformers from the weights in memory, through torch.export; nothing is
written to disk. The cache stays inside it, as OpenVINO's own state. In float32 it computes in
float32, which OpenVINO does not do by itself where the processor has 16 bits.

Importing OpenVINO tells its makers of it, unasked, under a number that it keeps in the home folder.
Here it is imported without the package that does so, which it is made to do without.

Not covered: other devices, compressed weights.
"""

from __future__ import annotations

import sys
from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.engines.export import quiet, sample_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.api import Json
    from spoonbench.solvers.llm.engines.interface import Forward

_PRECISIONS = {torch.float32: "f32", torch.bfloat16: "bf16"}


class OpenvinoRuntime:
    """A model compiled by OpenVINO.

    Args:
        model: of transformers, in evaluation, on the processor.
        threads: of one step; steps go one after another.

    Raises:
        Unsupported: the model cannot be exported.
    """

    notes: Mapping[str, Json] = {}

    def __init__(self, model: Any, threads: int) -> None:
        openvino = _import_quietly()
        from transformers.exporters import OpenVINOConfig, OpenVINOExporter

        self.library = f"openvino {metadata.version('openvino')}"
        # Its constants may lie in the memory of the model's weights.
        self._model = model
        precision = _PRECISIONS[model.dtype]
        options = {
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": precision,
            "KV_CACHE_PRECISION": precision,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
        }
        try:
            with quiet():
                exported = OpenVINOExporter().export(
                    model, sample_inputs(model), OpenVINOConfig(dynamic=True)
                )
                self._compiled = openvino.Core().compile_model(exported.program, "CPU", options)
        except MemoryError:
            raise
        # Whatever torch.export, the exporter and OpenVINO have to say.
        except Exception as exc:
            raise Unsupported(f"this model cannot be exported to OpenVINO: {exc}") from exc
        self._scores = self._compiled.output("logits")
        self.notes = {
            "operations": len(exported.program.get_ops()),
            "threads": int(self._compiled.get_property("INFERENCE_NUM_THREADS")),
            "precision": str(
                self._compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
            ),
        }

    def start(self, n_rows: int, _n_tokens: int, /) -> Forward:
        """A batch with a state of its own."""
        request = self._compiled.create_infer_request()
        rows = np.arange(n_rows, dtype=np.int32)

        def forward(
            tokens: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor
        ) -> torch.Tensor:
            given = {
                "input_ids": tokens.contiguous().numpy(),
                "attention_mask": mask.numpy(),
                "position_ids": positions.contiguous().numpy(),
                "beam_idx": rows,
            }
            found = request.infer(given, share_inputs=True)
            return torch.from_numpy(found[self._scores])[:, -1]

        return forward


def _import_quietly() -> Any:
    """OpenVINO without the package that tells of its use; where that is loaded it stays."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # not to be found
    return import_module("openvino")
