"""The child's side, inside this process: what is read, said and refused."""

import os
import subprocess
import sys
import types
from dataclasses import replace
from typing import Any

import pytest

from spoonbench.harness import worker
from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.executors.marker import Marker, open_page
from spoonbench.harness.framing import read_message, write_message
from spoonbench.harness.protocol import (
    PROTOCOL_VERSION,
    CellResult,
    CellWork,
    Job,
    Limits,
    Training,
)
from spoonbench.harness.worker import JobRun, RareProgress, Refused, receive_job, verdict
from spoonbench.solvers.api import (
    Answer,
    Example,
    FitReport,
    Part,
    Problem,
    Settings,
    Size,
    SolverInfo,
    Unsupported,
)
from spoonbench.solvers.engines import EngineReport
from spoonbench.solvers.quantizations import Quantized

PROBLEMS = tuple(Problem(problem_id=str(n), text=str(n)) for n in range(40))


class Pupil:
    info = SolverInfo(name="pupil", version="1", level=3, summary="", kinds=("text",))
    sizes: tuple[object, ...] = ()

    def prepare(self, settings):
        self.settings = settings

    def fit(self, training, validation, progress, checkpoints):
        progress(2.0, "x" * 10_000)
        return FitReport(n_examples=len(training))

    def save(self, folder):
        (folder / "file").write_text("learned")

    def load(self, folder):
        self.learned = (folder / "file").read_text()

    def size(self, problems):
        return Size(n_parameters=len(problems))

    def solve(self, problems):
        return [Answer(status="answered", value="1") for _ in problems]

    def close(self):
        pass


class Braggart(Pupil):
    def size(self, problems):
        return "huge"


class Packed(Pupil):
    def quantized(self):
        return Quantized(
            method="m", layers_quantized=0, layers_skipped=2, bytes_before=8, bytes_after=8
        )


class Unpacked(Pupil):
    def quantized(self):
        return None


class Pretender(Pupil):
    def quantized(self):
        return 8


class Engineer(Pupil):
    def build_engine(self):
        return EngineReport(engine="e", library="l 1", build_s=0.5)


class Idler(Pupil):
    def build_engine(self):
        return None


class Boaster(Pupil):
    def build_engine(self):
        return "fast"


class Silent(Pupil):
    def fit(self, training, validation, progress, checkpoints):
        return None


@pytest.fixture
def run(monkeypatch):
    """Runs a job here; gives its events."""
    module: Any = types.ModuleType("contestants_of_this_test")
    usual = (Pupil, Silent, Packed, Unpacked, Engineer, Idler)
    for contestant in (*usual, Braggart, Pretender, Boaster):
        setattr(module, contestant.__name__, contestant)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(worker, "limit_private_bytes", lambda _: None)
    monkeypatch.setattr(worker, "set_threads", lambda _: None)
    monkeypatch.setattr(worker, "set_aside", lambda: None)
    marker = Marker(open_page())

    def start(name="Pupil", **more):
        events = []
        part = Part(name=name, target=f"{module.__name__}:{name}", settings=Settings())
        job = Job(job_id="j", part=part, **more)
        JobRun(job, lambda kind, data: events.append((kind, data)), marker).run(2.0)
        return events

    yield start
    marker.close()


def test_events_come_in_order(run, tmp_path):
    work = CellWork(cell_key="k", problems=PROBLEMS, batch_size=16)
    training = Training(training=(Example(problem=PROBLEMS[0], target="1"),), save_to=str(tmp_path))
    events = run(training=training, cells=(work, work), limits=Limits(memory_bytes=10**9))
    kinds = [kind for kind, _ in events]
    assert kinds == ["hello", "progress", "fitted", "ready", "sized", "cell", "cell", "done"]
    data = dict(events)
    assert data["hello"]["version"] == PROTOCOL_VERSION
    assert data["hello"]["baseline_bytes"] > 0
    assert data["progress"]["fraction"] == 1.0
    assert len(data["progress"]["message"]) == worker.MESSAGE_CHARACTERS
    assert data["ready"]["load_s"] >= 2.0
    assert data["sized"]["size"]["n_parameters"] == worker.SIZED_PROBLEMS
    assert len(from_json(CellResult, data["cell"]).answers) == 40
    assert (tmp_path / "file").read_text() == "learned"
    assert "fitted" not in dict(run(artifact=str(tmp_path)))


def test_size_is_counted_over_examples_where_there_are_no_cells(run):
    training = Training(training=tuple(Example(problem=p, target=None) for p in PROBLEMS[:3]))
    assert dict(run(training=training))["sized"]["size"]["n_parameters"] == 3
    assert dict(run())["sized"]["size"]["n_parameters"] == 0


def test_size_is_counted_over_the_examples_of_a_cell_that_has_no_problems(run):
    examples = tuple(Example(problem=p, target="1") for p in PROBLEMS[:4])
    scoring = CellWork(cell_key="k", problems=(), batch_size=1, mode="score", examples=examples)
    reading = CellWork(cell_key="k", problems=(), batch_size=1, mode="prefill", prompt_tokens=1)
    events = dict(run(cells=(reading, scoring)))
    assert events["sized"]["size"]["n_parameters"] == 4


def test_what_is_still_to_be_trained_has_no_size(run, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("learned")
    monkeypatch.setattr(Pupil, "info", replace(Pupil.info, needs_training=True))
    assert "sized" not in dict(run())
    assert "sized" in dict(run(artifact=str(tmp_path)))


def test_what_is_no_size_or_report_is_refused(run):
    with pytest.raises(Refused, match="`size` returned a str, not a Size"):
        run("Braggart")
    with pytest.raises(Refused, match="`fit` returned a NoneType, not a FitReport"):
        run("Silent", training=Training(training=()))


def test_what_a_quantization_did_is_told(run):
    events = run("Packed")
    assert [kind for kind, _ in events][-3:] == ["quantized", "sized", "done"]
    assert dict(events)["quantized"]["layers_skipped"] == 2
    assert "quantized" not in dict(run("Unpacked"))
    with pytest.raises(Refused, match="`quantized` returned a int, not a Quantized"):
        run("Pretender")


def test_an_engine_is_built_before_the_cells_and_told(run):
    work = CellWork(cell_key="k", problems=PROBLEMS, batch_size=16)
    events = run("Engineer", cells=(work,))
    assert [kind for kind, _ in events][-4:] == ["built", "sized", "cell", "done"]
    assert dict(events)["built"]["build_s"] == 0.5
    assert "built" not in dict(run("Idler"))
    with pytest.raises(Refused, match="`build_engine` returned a str, not an EngineReport"):
        run("Boaster")


def test_progress_is_passed_on_rarely():
    sent = []
    progress = RareProgress(lambda kind, data: sent.append(data))
    for n in range(1000):
        progress(n / 1000, "x")
    assert sent[0] == {"fraction": 0.0, "message": "x"}
    assert len(sent) < 100


@pytest.mark.parametrize(
    ("exc", "status", "reason"),
    [
        (Unsupported("no such device"), "skipped", "no such device"),
        (MemoryError(), "oom", "needed more than its limit of 5 MB above the baseline (Memory"),
        (Refused("no"), "error", "no"),
        (SystemExit(4), "error", "asked the interpreter to exit with 4"),
        (ValueError("x" * 10_000), "error", "raised ValueError: xxx"),
    ],
)
def test_what_is_raised_becomes_a_status(exc, status, reason):
    found = verdict(exc, 5_000_000)
    assert found[0] == status
    assert found[1].startswith(reason)
    assert len(found[1]) < 3_000


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)


def test_a_job_arrives_as_it_was_sent(pipe):
    reading, writing = pipe
    settings = Settings(params={"a": [1, {"b": None}]})
    job = Job(
        job_id="j",
        part=Part(name="x", target="m:C", settings=settings),
        cells=(CellWork(cell_key="k", problems=PROBLEMS[:3], batch_size=2),),
    )
    write_message(writing, {"kind": "hello", "data": {"version": PROTOCOL_VERSION}})
    write_message(writing, {"kind": "job", "data": to_json(job)})
    assert receive_job(reading) == job


def test_another_version_is_refused(pipe):
    reading, writing = pipe
    write_message(writing, {"kind": "hello", "data": {"version": 99}})
    with pytest.raises(Refused, match="install the same version of spoonbench in both"):
        receive_job(reading)


def test_a_failure_is_told_with_its_traceback(pipe, capsys):
    jobs, events = os.pipe(), os.pipe()
    page = open_page()
    write_message(jobs[1], {"kind": "hello", "data": {"version": 99}})
    worker.serve(worker.Descriptors(jobs=jobs[0], events=events[1], lifeline=-1, marker=page))
    event = read_message(events[0])
    assert event["kind"] == "failed"
    assert event["data"]["status"] == "error"
    assert "Refused" in capsys.readouterr().err
    for descriptor in (*jobs, *events, page):
        os.close(descriptor)


def test_nothing_heavy_is_imported_by_the_worker():
    code = (
        "import sys, spoonbench.harness.worker\n"
        "heavy = {'torch', 'transformers', 'sklearn', 'sympy', 'numpy', 'rich', 'click'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], check=False)
    assert done.returncode == 0
