"""What libraries take beside tensors in the children of a matrix, measured before its cells.

Once for each device and number format, and for each engine that holds a model in its own way, in
a child of its own that does nothing else (`harness.predict.overhead`), under the same settings as
all children.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.duel.run import part_of
from spoonbench.harness.matrix_records import OWN_TENSORS, LibraryMemory, overhead_key
from spoonbench.harness.protocol import Job
from spoonbench.harness.records import USUAL, Placement
from spoonbench.solvers.number_formats import autocast_format

if TYPE_CHECKING:
    from spoonbench.harness.duel.run import Bench
    from spoonbench.harness.matrix.plan import MatrixPlan

_PROBE_S, _ENGINE_PROBE_S = 4.0, 40.0
"""Seconds of a probe, and of one that builds an engine twice."""


def measure_overheads(plan: MatrixPlan, bench: Bench) -> LibraryMemory:
    """For each device and number format; of a model whose tensors are not told, nothing.

    Args:
        plan: of the matrix; what it knows already is not measured again.
        bench: what it is run with.

    Returns:
        One that could not be measured is left out, and the watcher was told why.
    """
    shape = plan.model.shape
    if shape is None or shape.tracer is None:
        return plan.matrix.libraries
    found = dict(plan.matrix.overhead_bytes)
    of_kernels = dict(plan.matrix.kernel_bytes)
    of_layers = dict(plan.matrix.layer_bytes)
    wanted = {
        overhead_key(cell.placement): cell.placement
        for cell in plan.matrix.cells
        if cell.why_skipped is None
    }
    missing = {key: at for key, at in wanted.items() if key not in found}
    names = {key: f"what libraries take ({key})" for key in missing}
    bench.watcher.expect(
        [
            (names[key], _PROBE_S if at.engine in OWN_TENSORS else _ENGINE_PROBE_S)
            for key, at in missing.items()
        ]
    )
    for key, at in missing.items():
        bench.watcher.begin(names[key])
        engine = USUAL.engine if at.engine in OWN_TENSORS else at.engine
        bare = Placement(device=at.device, dtype=at.dtype, threads=at.threads, engine=engine)
        job = Job(
            job_id=names[key],
            part=part_of(plan.entry.lineup, bare, 0),
            limits=bench.limits,
            overhead_dtype=autocast_format(at.dtype) or at.dtype,
        )
        result = bench.executor.run(job)
        if result.overhead_bytes is not None:
            found[key] = result.overhead_bytes
            of_kernels[key] = result.kernel_bytes or 0
            if bare.engine not in OWN_TENSORS:
                of_layers[key] = result.layer_bytes or 0
        bench.watcher.end(names[key], result.status, result.reason)
    return LibraryMemory(overhead_bytes=found, kernel_bytes=of_kernels, layer_bytes=of_layers)
