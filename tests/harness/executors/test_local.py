"""Whatever a contestant does, a typed result with a reason comes back, and nothing survives."""

import json
import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from spoonbench.harness.executors import local
from spoonbench.harness.executors.children import offspring
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.protocol import CellResult, CellWork, Limits, Training
from spoonbench.solvers.api import Example, Part, Settings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="statuses are Linux's")


def statuses(result):
    return [result.status, *(cell.status for cell in result.cells)]


@pytest.fixture(autouse=True)
def _nothing_survives(executor):
    yield
    server = {executor._server.pid} if executor._server else set()
    assert set().union(*(offspring(-1, token) for token in executor.tokens)) == server
    assert executor.notes == []


@pytest.mark.parametrize("name", ["Echo", "Forked"])
def test_a_well_behaved_contestant_is_measured(executor, make_job, problems, name):
    seen: list[CellResult] = []
    result = executor.run(make_job(name), on_cell=lambda cell, so_far: seen.append(cell))
    assert statuses(result) == ["ok", "ok", "ok"]
    assert seen == list(result.cells)
    pairs, singles = result.cells
    assert [answer.value for answer in pairs.answers] == [p.text for p in problems]
    assert pairs.items_per_sample == (2, 2, 2, 2, 2)
    assert len(singles.samples_ns) == 10
    assert len(pairs.warmup_ns) == 1
    assert min(*pairs.samples_ns, *singles.samples_ns) > 0
    assert result.baseline_bytes > 1_000_000
    assert pairs.peak_bytes is not None
    assert result.load_s > 0
    assert pairs.device_peak_bytes is None
    assert pairs.missing["device_peak_bytes"] == "nothing runs on an accelerator"
    assert (pairs.energy_j is None) == ("energy_j" in pairs.missing)


@pytest.mark.parametrize("name", ["SegmentationFault", "SegmentationFaultForked"])
def test_a_crash_names_the_signal_and_the_batch(executor, make_job, name):
    result = executor.run(make_job(name))
    assert statuses(result) == ["killed", "killed", "killed"]
    assert result.reason == (
        "killed by signal 11 (SIGSEGV), while solving batch 3 of 5 (problems 5 to 6) of cell 1 of 2"
    )
    assert result.cells[1].reason == result.reason
    assert "Segmentation fault" in result.output_tail


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("LeavesAtOnce", "error", "ended with exit code 3 without a word, while warming up"),
        ("KillsItself", "killed", "killed by signal 9 (SIGKILL), while warming up"),
        ("Aborts", "killed", "killed by signal 6 (SIGABRT)"),
        ("AbortsForLackOfMemory", "oom", "limit of 100 MB above the baseline (aborted by SIGABRT)"),
        ("Hoards", "oom", "needed more than its limit of 100 MB above the baseline"),
        ("HoardsForked", "oom", "needed more than its limit of 100 MB above the baseline"),
        ("AsksForTooMuch", "oom", "limit of 100 MB above the baseline (MemoryError), while prepar"),
        ("ChildHoards", "oom", "needed more than its limit of 100 MB above the baseline"),
        ("ClosesEverything", "error", "closed its message pipe without a word"),
        ("WritesEverywhere", "error", "the child wrote what is no message: 'hello'"),
        ("RaisesInPrepare", "error", "raised RuntimeError: no can do (misbehaving_contestants.py"),
        ("CannotRun", "skipped", "needs a device that is not here"),
        ("NeedsAbsentLibrary", "skipped", "pip install no-such-distribution"),
        ("NoSuchClass", "error", "the module misbehaving_contestants has no 'NoSuchClass'"),
    ],
)
def test_what_ends_a_job_is_told(executor, make_job, name, status, reason):
    result = executor.run(make_job(name))
    assert statuses(result) == [status, status, status]
    assert reason in result.reason


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("ForgetsOne", "error", "`solve` returned 1 answers for 2 problems"),
        ("ReturnsStrings", "error", "(1 of 2): a str, not an Answer"),
        ("ReturnsNothing", "error", "`solve` returned a NoneType, not a list"),
        ("TooConfident", "error", "the confidence 1.5 is outside [0, 1]"),
        ("NoNumber", "error", "log_probability is -inf"),
        ("Exits", "error", "asked the interpreter to exit with 'enough'"),
    ],
)
def test_a_broken_contract_fails_each_cell(executor, make_job, name, status, reason):
    result = executor.run(make_job(name))
    assert statuses(result) == ["ok", status, status]
    assert reason in result.cells[0].reason


def test_an_exception_fails_its_cell_and_says_where(executor, make_job):
    result = executor.run(make_job("Raises"))
    assert statuses(result) == ["ok", "error", "error"]
    assert "raised ValueError: four is \ud800 too much" in result.cells[0].reason
    assert "while solving batch 3 of 5 (problems 5 to 6)" in result.cells[0].reason
    assert "Traceback" in result.output_tail


def test_a_batch_that_does_not_fit_says_nothing_about_smaller_ones(executor, make_job):
    assert statuses(executor.run(make_job("BatchTooLarge"))) == ["ok", "oom", "ok"]


@pytest.mark.parametrize("name", ["Hangs", "HangsForked"])
def test_a_hang_is_ended_at_its_limit(executor, make_job, name):
    result = executor.run(make_job(name, seconds=1.0))
    assert statuses(result) == ["timeout", "timeout", "timeout"]
    assert result.reason.startswith("took longer than its limit of 1 s, while ")


def test_cells_before_a_crash_are_kept(executor, make_job):
    seen: list[CellResult] = []
    result = executor.run(
        make_job("LeavesAfterFirstCell"), on_cell=lambda cell, so_far: seen.append(cell)
    )
    assert statuses(result) == ["error", "ok", "error"]
    assert [cell.cell_key for cell in seen] == ["pairs"]
    assert len(result.cells[0].answers) == 10


def test_output_is_drained_and_its_end_is_kept(executor, make_job):
    result = executor.run(make_job("Prints"))
    assert statuses(result) == ["ok", "ok", "ok"]
    assert result.output_tail.endswith("a lone \\ud800 and the end\n")
    assert len(result.output_tail) < 100_000


def test_printed_messages_are_no_messages(executor, make_job):
    result = executor.run(make_job("PrintsMessages"))
    assert statuses(result) == ["ok", "ok", "ok"]
    assert '"kind": "done"' in result.output_tail


@pytest.mark.parametrize("name", ["ClosesStreams", "StartsProcesses", "LeavesThreadRunning"])
def test_side_effects_do_not_spoil_the_result(executor, make_job, name):
    result = executor.run(make_job(name, memory_bytes=None))
    assert statuses(result) == ["ok", "ok", "ok"]


def test_text_comes_back_as_it_was(executor, make_job):
    result = executor.run(make_job("Odd"))
    assert {answer.value for answer in result.cells[0].answers} == {"\ud800\x00\x1b[31m\u2028"}


def test_fresh_and_forked_children_have_the_same_surroundings(executor, make_job):
    fresh, forked = (
        json.loads(executor.run(make_job(name)).cells[0].answers[0].value)
        for name in ("Where", "WhereForked")
    )
    assert fresh["modules"] == []
    assert "sympy" in forked["modules"]
    assert fresh["environ"] == forked["environ"]
    assert fresh["environ"]["HF_HUB_OFFLINE"] == "1"
    assert fresh["environ"]["OMP_NUM_THREADS"] == "1"
    for facts in (fresh, forked):
        assert facts["cwd"] == str(Path.cwd())
        assert not facts["is_cwd_searched"]
        assert facts["leads_session"]
        assert facts["inheritable"] == []
        assert facts["main"] == "__main__"


def test_a_forked_child_has_only_its_own_descriptors(executor, make_job):
    def count():
        answer = executor.run(make_job("WhereForked")).cells[0].answers[0]
        return json.loads(answer.value)["n_descriptors"]

    assert count() == count()


def test_training_is_reported_saved_and_loaded(executor, make_job, problems, tmp_path):
    folders = {name: tmp_path / name for name in ("content", "checkpoints")}
    for folder in folders.values():
        folder.mkdir()
    training = Training(
        training=tuple(Example(problem=problem, target="7") for problem in problems),
        checkpoints=str(folders["checkpoints"]),
        save_to=str(folders["content"]),
    )
    progress: list[tuple[float, str]] = []
    trained = executor.run(
        make_job("Learns", training=training, cells=()),
        on_progress=lambda share, message: progress.append((share, message)),
    )
    assert trained.status == "ok"
    assert trained.fit_report.n_examples == 10
    assert trained.fit_report.curve[0].train_loss == 0.25
    assert trained.fit_s > 0
    assert trained.fit_peak_bytes is not None
    assert trained.size.operations_per_problem == 10
    assert (folders["checkpoints"] / "seen").read_text() == "yes"
    assert (0.0, "training: example 0") in progress

    loaded = executor.run(make_job("Learns", artifact=str(folders["content"])))
    assert {answer.value for answer in loaded.cells[0].answers} == {"7"}
    assert loaded.fit_report is None
    absent = executor.run(make_job("Learns", artifact=str(tmp_path)))
    assert (absent.status, absent.reason) == ("skipped", "the folder holds no such thing")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("CannotLearn", "raised ValueError: the examples hold one label only"),
        ("DivergesInTraining", "`fit` returned what JSON has no form for"),
        ("Echo", "the contestant has no `fit`, which the job asks for"),
    ],
)
def test_training_that_fails_is_an_error(executor, make_job, name, reason):
    result = executor.run(make_job(name, training=Training(training=())))
    assert result.status == "error"
    assert result.reason.startswith(reason)
    assert result.reason.endswith("while training")


def test_a_pass_is_cut_short_by_its_budget(executor, make_job, problems):
    work = CellWork(cell_key="k", problems=problems, batch_size=1, seconds=0.01, least_items=3)
    result = executor.run(make_job("Slow", cells=(work,)))
    (cell,) = result.cells
    assert cell.status == "ok"
    assert cell.items_per_sample == (1, 1, 1)
    assert len(cell.answers) == 3
    assert cell.reason.endswith("3 of 10 problems done")


def test_progress_of_the_cells_is_shown(executor, make_job):
    shown = []
    executor.run(make_job("Slow"), on_progress=lambda share, text: shown.append((share, text)))
    shares = [share for share, _ in shown]
    assert shares == sorted(shares)
    assert 0 < max(shares) <= 1
    assert any(text.startswith("solving batch") for _, text in shown)


def test_an_error_of_the_caller_passes_and_the_child_dies(executor, make_job):
    def refuse(cell, so_far):
        raise RuntimeError(f"no room for {cell.cell_key}")

    with pytest.raises(RuntimeError, match="no room for pairs"):
        executor.run(make_job("Echo"), on_cell=refuse)


@pytest.mark.parametrize("name", ["Hangs", "HangsForked"])
@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_passes_and_the_child_dies(executor, make_job, name):
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        executor.run(make_job(name))
    assert executor.run(make_job("Forked")).status == "ok"


def test_a_job_without_a_json_form_is_an_error(executor, make_job):
    result = executor.run(make_job("Echo", params={"x": float("nan")}))
    assert result.status == "error"
    assert result.reason.startswith("the job has no JSON form")


def test_a_dead_server_is_replaced(contestants, make_job):
    with LocalExecutor(extra_paths=[contestants]) as executor:
        assert executor.run(make_job("Forked")).status == "ok"
        assert executor._server is not None
        os.kill(executor._server.pid, signal.SIGKILL)
        assert executor.run(make_job("Forked")).status == "ok"
        assert executor.notes[0].startswith("the fork server")
        assert executor._server is not None


IN_SERVER = "import os, sys, threading, time\nif 'fork_server' in ' '.join(sys.orig_argv):\n    "


@pytest.mark.parametrize(
    "case",
    [
        ("raise ImportError", "Fickle starts fresh: MissingLibrary: the module fickle", "skipped"),
        (f"{IN_SERVER} os._exit(3)", "the fork server ended with 3", "ok"),
        (
            f"{IN_SERVER} threading.Thread(target=time.sleep, args=(60,)).start()",
            "Fickle starts fresh: importing sympy, fickle started 1 threads",
            "ok",
        ),
    ],
)
@pytest.mark.parametrize("begins", [False, True])
def test_what_cannot_be_preloaded_starts_fresh(tmp_path, make_job, monkeypatch, case, begins):
    source, note, status = case
    info = "requires=('sympy', 'fickle'), name='x', version='1', level=1, summary='', kinds=()"
    (tmp_path / "fickle.py").write_text(source)
    (tmp_path / "needs_fickle.py").write_text(
        "from spoonbench.solvers.api import Answer, SolverInfo\n"
        "class Fickle:\n"
        f"    info = SolverInfo({info})\n"
        "    def prepare(self, settings): pass\n"
        "    def solve(self, problems):\n"
        "        return [Answer(status='answered', value='1') for _ in problems]\n"
        "    def close(self): pass\n"
    )
    (tmp_path / "fickle-1.dist-info").mkdir()
    (tmp_path / "fickle-1.dist-info" / "METADATA").write_text("Name: fickle\nVersion: 1\n")
    part = Part(name="Fickle", target="needs_fickle:Fickle", settings=Settings())
    monkeypatch.delitem(sys.modules, "needs_fickle", raising=False)
    with LocalExecutor(extra_paths=[tmp_path]) as executor:
        if begins:
            executor.begin(part)
        result = executor.run(make_job("Fickle", part=part))
        assert executor.notes[0].startswith(note)
    monkeypatch.delitem(sys.modules, "needs_fickle")
    assert result.status == status


def test_imports_can_begin_before_the_first_job(contestants, make_job):
    job = make_job("Forked")
    with LocalExecutor(extra_paths=[contestants]) as executor:
        executor.begin(job.part)
        assert executor._server is not None
        pid = executor._server.pid
        executor.begin(job.part)
        assert executor.run(job).status == "ok"
        assert executor._server.pid == pid
        assert executor.run(make_job("Echo")).status == "ok"
        assert not executor.notes


def test_a_light_contestant_begins_nothing(contestants, make_job):
    with LocalExecutor(extra_paths=[contestants]) as executor:
        executor.begin(make_job("Echo").part)
        assert executor._server is None


def test_a_server_that_dies_while_it_imports_is_replaced(contestants, make_job):
    job = make_job("Forked")
    with LocalExecutor(extra_paths=[contestants]) as executor:
        executor.begin(job.part)
        os.kill(executor._server.pid, signal.SIGKILL)
        assert executor.run(job).status == "ok"
        assert executor.notes[0].startswith("the fork server")


def test_the_server_outlives_children_of_both_kinds(executor, make_job):
    pids = set()
    for name in ("Forked", "Echo", "SegmentationFaultForked", "KillsItself", "Forked"):
        executor.run(make_job(name))
        pids.add(executor._server.pid)
    assert len(pids) == 1


def test_without_preloading_every_child_is_fresh(contestants, make_job):
    with LocalExecutor(preload=False, extra_paths=[contestants]) as executor:
        assert executor.run(make_job("Forked")).status == "ok"
        assert executor._server is None


def test_another_device_starts_fresh(executor, make_job):
    part = make_job("Forked").part
    on_device = replace(part, settings=Settings(device="cuda"))
    inside = Part(name="hybrid", target=part.target, settings=Settings(parts=(on_device,)))
    assert executor._libraries_to_preload(part) == ("sympy",)
    assert executor._libraries_to_preload(on_device) == ()
    assert executor._libraries_to_preload(inside) == ()


def test_a_time_limit_holds_while_importing(executor, make_job, contestants):
    (contestants / "slow_to_import.py").write_text("import time; time.sleep(60)")
    part = Part(name="x", target="slow_to_import:X", settings=Settings())
    job = make_job("Echo", part=part, limits=Limits(seconds=1.0))
    with LocalExecutor(preload=False, extra_paths=[contestants]) as fresh:
        result = fresh.run(job)
    assert result.reason == "took longer than its limit of 1 s, while importing"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Echo", "ok"),
        ("SegmentationFault", "killed"),
        ("LeavesAtOnce", "error"),
        ("CannotRun", "skipped"),
        ("Hangs", "timeout"),
    ],
)
def test_systems_that_do_not_tell_of_an_exit_are_served_too(
    executor, make_job, monkeypatch, name, status
):
    monkeypatch.delattr(os, "pidfd_open")
    assert executor.run(make_job(name, seconds=1.0 if name == "Hangs" else 30)).status == status


def test_windows_is_refused_with_a_reason(executor, make_job, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    result = executor.run(make_job("Echo"))
    assert statuses(result) == ["skipped", "skipped", "skipped"]
    assert result.reason == "child processes need Linux or macOS"


def test_a_child_that_cannot_be_started_is_an_error(executor, make_job, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    result = executor.run(make_job("Echo"))
    assert statuses(result) == ["error", "error", "error"]
    assert result.reason.startswith("no child could be started")


def test_a_kill_by_the_kernel_for_lack_of_memory_is_told(executor, make_job, monkeypatch):
    kills = iter([3, 4])
    monkeypatch.setattr(local, "_count_oom_kills", lambda: next(kills))
    result = executor.run(make_job("KillsItself"))
    assert statuses(result) == ["oom", "oom", "oom"]
    assert result.reason.endswith("the machine ran out of memory")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_network_computes_the_same_forked_and_fresh(contestants, make_job):
    answers = []
    for preload in (True, False):
        with LocalExecutor(preload=preload, extra_paths=[contestants]) as executor:
            part = replace(make_job("Network").part, settings=Settings(threads=2))
            result = executor.run(make_job("Network", part=part, memory_bytes=None, seconds=120.0))
            assert executor.notes == []
        assert statuses(result) == ["ok", "ok", "ok"]
        answers.append([answer.value for answer in result.cells[0].answers or ()])
    assert len(answers[0]) == 10
    assert answers[0] == answers[1]
