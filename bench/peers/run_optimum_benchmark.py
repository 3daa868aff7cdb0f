"""Runs optimum-benchmark on a grid through its own Python interface.

    python run_optimum_benchmark.py REQUEST.json RESULTS.json

The request holds `launcher` ("process": one for each cell, which its parent watches in a loop
without a pause; "inline": all cells in this process, and nothing beside it), `model`, `warmups`,
and `cells`, each with `batch`, `prompt`, `new` and `calls`.
The results are, for each cell, seconds to the first token and seconds after it, of every call.
Memory is not measured here, which would take further calls.
"""

import json
import sys
from pathlib import Path
from typing import Any

from optimum_benchmark import (
    Benchmark,
    BenchmarkConfig,
    InferenceConfig,
    InlineConfig,
    ProcessConfig,
    PyTorchConfig,
)

LAUNCHERS = {"process": ProcessConfig, "inline": InlineConfig}


def main() -> None:
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    results = [run(request, cell) for cell in request["cells"]]
    Path(sys.argv[2]).write_text(json.dumps(results), encoding="utf-8")


def run(request: dict[str, Any], cell: dict[str, int]) -> dict[str, list[float]]:
    config = BenchmarkConfig(
        name=f"batch{cell['batch']}-prompt{cell['prompt']}",
        launcher=LAUNCHERS[request["launcher"]](),
        scenario=InferenceConfig(
            iterations=cell["calls"],
            duration=0,
            warmup_runs=request["warmups"],
            new_tokens=cell["new"],
            input_shapes={"batch_size": cell["batch"], "sequence_length": cell["prompt"]},
        ),
        backend=PyTorchConfig(
            model=request["model"], task="text-generation", library="transformers", device="cpu"
        ),
    )
    report = Benchmark.launch(config)
    return {
        "first_s": report.prefill.latency.values,
        "later_s": report.decode.latency.values,
    }


if __name__ == "__main__":
    main()
