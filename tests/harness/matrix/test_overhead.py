"""What libraries take is measured once for each device and number format, in a child of its own."""

from dataclasses import replace

import pytest

from spoonbench.harness.artifacts import ArtifactStore
from spoonbench.harness.duel.run import Bench
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.matrix.overhead import measure_overheads
from spoonbench.harness.matrix.plan import with_libraries
from spoonbench.harness.matrix_records import LibraryMemory
from spoonbench.harness.progress import SilentWatcher
from spoonbench.harness.protocol import JobResult, Limits

AXES = {"batch": [1, 2], "dtype": ["fp32", "bf16"], "mode": ["prefill"], "prompt": [8]}


class Probed:
    """Says how much a number format takes, and fails for one of them."""

    def __init__(self, failing=None):
        self.jobs = []
        self._failing = failing

    def run(self, job, on_progress=None, on_cell=None):
        self.jobs.append(job)
        if job.overhead_dtype == self._failing:
            return JobResult(job_id=job.job_id, status="error", reason="it is")
        size = len(job.overhead_dtype)
        return JobResult(
            job_id=job.job_id, status="ok", overhead_bytes=size, kernel_bytes=10 * size
        )


class Told(SilentWatcher):
    """Notes how each job ended."""

    def __init__(self):
        self.ends = {}

    def end(self, name, status, reason):
        self.ends[name] = (status, reason)


@pytest.fixture
def bench(tmp_path):
    def make(executor, watcher=None):
        return Bench(
            executor=executor,
            store=None,
            artifacts=ArtifactStore(tmp_path),
            watcher=watcher or Told(),
            observe=dict,
            limits=Limits(seconds=60),
        )

    return make


def test_each_number_format_is_probed_once(laboratory, bench):
    executor = Probed()
    found = measure_overheads(laboratory.plan(AXES, "lm-tiny"), bench(executor))
    assert found.overhead_bytes == {"cpu float32": 7, "cpu bfloat16": 8}
    assert found.kernel_bytes == {"cpu float32": 70, "cpu bfloat16": 80}
    assert [job.overhead_dtype for job in executor.jobs] == ["float32", "bfloat16"]
    assert not any(job.cells or job.artifact for job in executor.jobs)


def test_what_is_known_is_not_probed_again(laboratory, bench):
    executor = Probed()
    known = LibraryMemory(overhead_bytes={"cpu float32": 5}, kernel_bytes={"cpu float32": 6})
    plan = laboratory.plan(AXES, "lm-tiny", libraries=known)
    found = measure_overheads(plan, bench(executor))
    assert found.overhead_bytes == {"cpu float32": 5, "cpu bfloat16": 8}
    assert found.kernel_bytes == {"cpu float32": 6, "cpu bfloat16": 80}
    assert len(executor.jobs) == 1


def test_a_contestant_without_tensors_is_not_probed(laboratory, bench):
    executor = Probed()
    found = measure_overheads(laboratory.plan({"batch": [1, 2]}), bench(executor))
    assert found == LibraryMemory()
    assert not executor.jobs


def test_a_probe_that_fails_is_told_and_left_out(laboratory, bench):
    watcher = Told()
    plan = laboratory.plan(AXES, "lm-tiny")
    found = measure_overheads(plan, bench(Probed(failing="bfloat16"), watcher))
    assert found.overhead_bytes == {"cpu float32": 7}
    assert ("error", "it is") in watcher.ends.values()


def test_a_real_child_tells_what_libraries_take_and_nothing_else(laboratory, bench):
    plan = laboratory.plan({**AXES, "dtype": ["fp32"]}, "lm-tiny")
    with LocalExecutor() as executor:
        found = measure_overheads(plan, bench(executor))
    assert 1_000_000 < found.overhead_bytes["cpu float32"] < 500_000_000
    assert 0 <= found.kernel_bytes["cpu float32"] < 10_000_000


def test_a_cell_whose_peak_does_not_fit_is_skipped_with_the_figure(laboratory):
    axes = {"batch": [1, 4096], "mode": ["prefill"], "prompt": [64]}
    plan = laboratory.plan(axes, "lm-tiny", memory_bytes=500_000_000)
    small, large = plan.matrix.cells
    assert small.why_skipped is None
    assert large.why_skipped.startswith("reading the prompts takes ")
    assert large.why_skipped.endswith("and a cell may have 500.0 MB; --force tries all the same")
    assert large.weight_bytes < 500_000_000
    forced = laboratory.plan(axes, "lm-tiny", memory_bytes=500_000_000, is_forced=True)
    assert all(cell.why_skipped is None for cell in forced.matrix.cells)


def test_what_libraries_take_counts_in_peaks_and_in_what_fits(laboratory):
    axes = {"batch": [1], "mode": ["prefill"], "prompt": [8]}
    bare = laboratory.plan(axes, "lm-tiny").matrix
    (cell,) = bare.cells
    tensors = sum(cell.peak_parts.values())
    assert bare.predicted_peak_bytes(cell) == tensors
    taken = LibraryMemory(
        overhead_bytes={"cpu float32": 9_000_000}, kernel_bytes={"cpu float32": 1_000}
    )
    more = laboratory.plan(axes, "lm-tiny", libraries=taken).matrix
    n_kernels = more.cells[0].n_kernels
    assert n_kernels
    assert more.predicted_peak_bytes(more.cells[0]) == tensors + 9_000_000 + 1_000 * n_kernels
    assert more.predicted_peak_parts(more.cells[0]) == {
        **cell.peak_parts,
        "overhead": 9_000_000,
        "kernels": 1_000 * n_kernels,
    }
    taken = LibraryMemory(overhead_bytes={"cpu float32": 4_000_000_000})
    full = laboratory.plan(axes, "lm-tiny", libraries=taken).matrix
    assert "4.00 GB" in full.cells[0].why_skipped


def test_what_is_known_later_changes_nothing_else(laboratory):
    axes = {"batch": [1, 4], "mode": ["prefill"], "prompt": [8]}
    taken = LibraryMemory(
        overhead_bytes={"cpu float32": 9_000_000}, kernel_bytes={"cpu float32": 1_000}
    )
    wanted = laboratory.wanted(axes)
    later = with_libraries(laboratory.plan(axes, "lm-tiny"), taken, wanted)
    at_once = laboratory.plan(axes, "lm-tiny", libraries=taken)
    assert replace(later.matrix, created_at="") == replace(at_once.matrix, created_at="")
    full = LibraryMemory(overhead_bytes={"cpu float32": 4_000_000_000})
    skipped = with_libraries(later, full, wanted).matrix.cells
    assert all("4.00 GB" in cell.why_skipped for cell in skipped)
    forced = with_libraries(later, full, replace(wanted, is_forced=True)).matrix.cells
    assert all(cell.why_skipped is None for cell in forced)


def test_an_engine_that_holds_models_in_its_own_way_is_probed_for_itself(laboratory, bench):
    class Layered(Probed):
        def run(self, job, on_progress=None, on_cell=None):
            found = super().run(job)
            engine = job.part.settings.engine
            return replace(found, layer_bytes=None if engine == "native" else 3)

    executor = Layered()
    axes = {"batch": [1], "engine": ["native", "lean", "compile"], "mode": ["prefill"]}
    plan = laboratory.plan({**axes, "prompt": [8]}, "lm-tiny")
    found = measure_overheads(plan, bench(executor))
    assert [job.part.settings.engine for job in executor.jobs] == ["native", "compile"]
    assert found.overhead_bytes == {"cpu float32": 7, "cpu float32 compile": 7}
    assert found.layer_bytes == {"cpu float32 compile": 3}


def test_what_an_engine_keeps_for_each_layer_counts_in_its_peaks_alone(laboratory):
    axes = {"batch": [1], "engine": ["native", "compile"], "mode": ["prefill"], "prompt": [8]}
    taken = LibraryMemory(
        overhead_bytes={"cpu float32": 5_000_000, "cpu float32 compile": 9_000_000},
        layer_bytes={"cpu float32 compile": 1_000_000},
    )
    matrix = laboratory.plan(axes, "lm-tiny", libraries=taken).matrix
    native, compiled = matrix.cells
    assert matrix.predicted_peak_parts(native)["overhead"] == 5_000_000
    assert compiled.n_layers > 1
    expected = 9_000_000 + 1_000_000 * compiled.n_layers
    assert matrix.predicted_peak_parts(compiled)["overhead"] == expected


@pytest.mark.slow
def test_a_real_child_tells_what_compiling_takes(laboratory, bench):
    axes = {"batch": [1], "engine": ["compile"], "mode": ["prefill"], "prompt": [8]}
    plan = laboratory.plan(axes, "lm-tiny")
    with LocalExecutor() as executor:
        found = measure_overheads(plan, bench(executor))
    assert 20_000_000 < found.overhead_bytes["cpu float32 compile"] < 2_000_000_000
    assert 0 < found.layer_bytes["cpu float32 compile"] < 100_000_000
