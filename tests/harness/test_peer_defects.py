"""Five defects of optimum-benchmark 0.6.0 that must not come back here, each held by one test.

There the parent spins while it waits; generated tokens are counted per answer and called samples;
the device "cuda:0" is an error; the setters of the two kinds of threads are swapped; and the first
call, which is called cold, is not the first.
"""

import json
import resource
import sys
import textwrap
from contextlib import suppress
from dataclasses import replace

import pytest

from spoonbench.harness.artifacts import ArtifactStore
from spoonbench.harness.cli import main
from spoonbench.harness.commands.workplaces import n_gpus
from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.duel.run import Bench
from spoonbench.harness.energy import find_meter
from spoonbench.harness.environment import probe
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.matrix.axes import read_axis
from spoonbench.harness.matrix.model import enter_model
from spoonbench.harness.matrix.plan import Wanted, plan_matrix
from spoonbench.harness.matrix.run import run_matrix, train_model, turns
from spoonbench.harness.matrix.skips import why_skipped
from spoonbench.harness.matrix.sweep import Sweep, placements
from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.progress import SilentWatcher
from spoonbench.harness.protocol import CellWork, Job, Limits
from spoonbench.harness.registry import make_task, solver_info
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer
from spoonbench.harness.timing import synchroniser
from spoonbench.harness.token_rates import tokens_per_second
from spoonbench.reports.matrix import gather
from spoonbench.reports.matrix_page import render_matrix_page
from spoonbench.reports.matrix_summary import cell_rows, summary_json
from spoonbench.solvers.api import Part, Problem, Settings, Unsupported
from spoonbench.solvers.placement import check_placement

NEW_TOKENS, ROWS = 8, 2
FIRST_S, SLEEP_S = 0.4, 3.0
SMALL = {
    "n_layers": 1,
    "n_heads": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "vocabulary_size": 320,
    "positions": 256,
    "batch_size": 8,
    "epochs": 1,
    "precision": "float32",
}
SOURCE = """
    import sys, time
    from spoonbench.solvers.api import Answer, Size, SolverInfo

    class Sleeps:
        info = SolverInfo(name="sleeps", version="1", level=1, summary="", kinds=("text",))
        def prepare(self, settings):
            pass
        def solve(self, problems):
            time.sleep(float(problems[0].text))
            return [Answer(status="answered", value="1") for _ in problems]
        def close(self):
            pass

    class SlowAtFirst(Sleeps):
        calls = 0
        def size(self, problems):
            self.solve(problems)
            return Size(n_parameters=1)
        def solve(self, problems):
            self.calls += 1
            if self.calls == 1:
                time.sleep(float(problems[0].text))
            return [Answer(status="answered", value=str(self.calls)) for _ in problems]

    class Threads(Sleeps):
        info = SolverInfo(
            name="threads", version="1", level=1, summary="", kinds=("text",), requires=("torch",)
        )
        def solve(self, problems):
            torch = sys.modules["torch"]
            told = f"{torch.get_num_threads()} {torch.get_num_interop_threads()}"
            return [Answer(status="answered", value=told) for _ in problems]
"""


@pytest.fixture(scope="module")
def executor(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contestants")
    (folder / "contestants_of_peer_defects.py").write_text(textwrap.dedent(SOURCE))
    with LocalExecutor(extra_paths=[folder]) as running:
        yield running


def job(name, text, *, n_warmup=0, threads=1):
    problems = tuple(Problem(problem_id=str(n), text=str(text)) for n in range(3))
    part = Part(
        name=name, target=f"contestants_of_peer_defects:{name}", settings=Settings(threads=threads)
    )
    work = CellWork(cell_key="k", problems=problems, batch_size=1, n_warmup=n_warmup)
    limits = Limits(memory_bytes=2_000_000_000, seconds=120.0)
    return Job(job_id=name, part=part, cells=(work,), limits=limits)


@pytest.fixture(scope="module")
def report(executor, tmp_path_factory):
    """A matrix of a real model: whole answers, prompts alone, and tokens alone; with its runs."""
    folder = tmp_path_factory.mktemp("matrix")
    preset, environment = PRESETS["quick"], probe()
    task = make_task("word-problems", {"n_training": 60, "n_validation": 10, "n_items": 6})
    model = enter_model("lm-tiny", task, preset, SMALL)
    axes = {"mode": ("answer", "prefill", "decode"), "new": (NEW_TOKENS,), "prompt": (16,)}
    wanted = Wanted(
        placements=placements(Sweep(axes={**axes, "batch": (ROWS,)})),
        n_items=6,
        n_rounds=1,
        memory_bytes=4_000_000_000,
    )
    plan = plan_matrix(task, model, preset, environment, wanted)
    with open_writer(folder / "store.sqlite") as store:
        store.add_environment(environment)
        bench = Bench(
            executor=executor,
            store=store,
            artifacts=ArtifactStore(folder / "models"),
            watcher=SilentWatcher(),
            observe=dict,
            limits=Limits(seconds=300.0),
        )
        run_matrix(plan, bench, turns(plan, ()), train_model(plan, bench), lambda _: 1.0)
    with open_reader(folder / "store.sqlite") as reader:
        return gather(reader, plan.matrix.matrix_id), {
            run.run_id: replace(run, answers=reader.answers(run.run_id)) for run in reader.runs()
        }


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def test_the_parent_sleeps_while_a_child_works(executor):
    """It would use all of a core if it spun; starting a child is taken off."""

    def used(seconds):
        before = cpu_seconds()
        result = executor.run(job("Sleeps", seconds / 3), lambda share, message: None)
        assert result.status == "ok", result.reason
        assert sum(result.cells[0].samples_ns) >= seconds * 1e9
        return cpu_seconds() - before

    used(0)
    assert used(SLEEP_S) - used(0) < 0.1 * SLEEP_S


def test_tokens_a_second_times_seconds_are_tokens_and_answers_a_second_are_answers(report):
    shown, runs = report
    cells = {cell.cell.placement.mode: cell for cell in shown.evidence.cells}
    of_mode = {mode: runs[cell.run_ids[0]] for mode, cell in cells.items()}
    for mode, tokens in (("decode", ROWS * NEW_TOKENS), ("prefill", ROWS * 16)):
        run = of_mode[mode]
        seconds = [ns / 1e9 for ns in run.samples_ns]
        rates = tokens_per_second(run)
        assert [r * s for r, s in zip(rates, seconds, strict=True)] == pytest.approx(
            [tokens] * len(seconds)
        )
        # Medians of both, so not to the last digit.
        shown_tokens = cells[mode].tokens_per_s * cells[mode].call_s.value
        assert shown_tokens == pytest.approx(tokens, rel=0.2)
        texts = cells[mode].answers_per_s.value * sum(seconds)
        assert texts == pytest.approx(ROWS * len(seconds))
    answers = of_mode["answer"]
    seconds = sum(answers.samples_ns) / 1e9
    written = sum(answer.tokens_out for answer in answers.answers)
    assert cells["answer"].tokens_per_s * seconds == pytest.approx(written)
    assert cells["answer"].answers_per_s.value * seconds == pytest.approx(6)


@pytest.mark.parametrize("device", ["cpu", "cuda", "cuda:0", "cuda:1", "cuda:15", "mps"])
def test_every_name_of_a_device_is_read_wherever_one_can_be_given(device):
    assert read_axis("device", [device])[1] == (device,)
    info = solver_info("lm-tiny")
    check_placement(info, Settings(device=device))
    kind, _, number = device.partition(":")
    there = replace(
        probe(), devices=("one",) * 16, architecture="arm64", system="Darwin 24", n_cores=2
    )
    assert why_skipped(Conditions(device=device), there, info) is None
    assert n_gpus(frozenset({device})) == (int(number or 0) + 1 if kind == "cuda" else 0)
    meter = find_meter(device)
    meter.start()
    joules, missing = meter.stop(1.0)
    assert joules is not None or missing
    assert callable(synchroniser(device))
    from spoonbench.solvers.llm.machine import set_up  # noqa: PLC0415 - torch

    # Here or not: never an IndexError.
    with suppress(Unsupported):
        set_up(Settings(device=device))


def test_devices_that_are_not_here_are_skipped_cells_and_no_error(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = ["cpu", "cuda", "cuda:0", "cuda:99", "mps"]
    words = ["matrix", "--device", ",".join(names), "--batch", "1", "--dry-run", "--json"]
    words += ["--option", "n_training=20", "--option", "n_validation=5", "--option", "n_items=6"]
    monkeypatch.setattr(sys, "argv", ["spoonbench", *words])
    assert main() == 0
    cells = json.loads(capsys.readouterr().out)["matrix"]["cells"]
    assert [cell["placement"]["device"] for cell in cells] == names
    skipped = {cell["placement"]["device"]: cell["why_skipped"] for cell in cells}
    assert skipped["cpu"] is None
    assert "cuda:99" in skipped["cuda:99"]


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_of_one_operation_are_as_many_as_asked_for_and_operations_take_turns(
    executor, threads
):
    result = executor.run(job("Threads", 0, threads=threads))
    assert result.status == "ok", result.reason
    assert {answer.value for answer in result.cells[0].answers} == {f"{threads} 1"}
    assert result.probe.threads == {"intra_op": threads, "inter_op": 1}
    assert set(result.probe.packages) == {"torch"}


def test_threads_of_onnx_runtime_are_not_swapped_either(build_model):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    from spoonbench.solvers.llm.engines.build import build_execution  # noqa: PLC0415 - torch

    model, _ = build_model("llama")
    _, built = build_execution(model, Settings(engine="onnxruntime", threads=2))
    assert (built.notes["threads"], built.notes["inter_op_threads"]) == (2, 1)


def test_the_first_call_of_a_child_is_the_first_of_all_and_kept_apart(executor):
    """Its size is counted by running it; that comes later."""
    result = executor.run(job("SlowAtFirst", FIRST_S, n_warmup=2))
    (cell,) = result.cells
    assert cell.warmup_ns[0] >= FIRST_S * 1e9
    assert [answer.value for answer in cell.answers] == ["3", "4", "5"]
    assert result.size.n_parameters == 1


def test_the_cold_start_is_shown_wherever_a_matrix_is(report):
    shown, runs = report
    for cell in shown.evidence.cells:
        run = runs[cell.run_ids[0]]
        assert cell.warmup_s[0] == run.warmup_ns[0] / 1e9
        assert cell.cold_start_s == pytest.approx(run.load_s + cell.warmup_s[0])
        if cell.cell.placement.mode != "prefill":
            assert 0 < cell.cold_first_token_s <= cell.warmup_s[0]
    page = render_matrix_page(shown, ())
    for header in ("Cold start s", "ms cold 1st token"):
        assert f">{header}<" in page
    for row in cell_rows(shown):
        assert row["cold_start_s"] > 0
    assert all(cell["cold_start_s"] > 0 for cell in summary_json(shown)["cells"])
