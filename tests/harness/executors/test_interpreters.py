"""Another interpreter for the children: real ones, and programs that are none or cannot do."""

import os
import shlex
import sys
import venv
from pathlib import Path

import pytest

from spoonbench.harness.environment import probe
from spoonbench.harness.executors import interpreters
from spoonbench.harness.executors.interpreters import (
    BadInterpreter,
    find_interpreter,
    is_this_one,
)
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.executors.other_interpreter import OtherInterpreterExecutor
from spoonbench.harness.introduction import MARK
from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.protocol import PROTOCOL_VERSION, CellWork, Job, Training
from spoonbench.harness.registry import find_solver, make_solver
from spoonbench.solvers.api import Example, Part, Problem, Settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children need POSIX")

SOURCE = """
import json, sys
from spoonbench.solvers.api import Answer, FitReport, SolverInfo

class Here:
    info = SolverInfo(name="x", version="1", level=1, summary="", kinds=("number",))
    def prepare(self, settings):
        pass
    def solve(self, problems):
        return [Answer(status="answered", value=sys.executable) for _ in problems]
    def fit(self, training, validation, progress, checkpoints):
        return FitReport(n_examples=1, notes={"by": sys.executable})
    def save(self, folder):
        pass
    def load(self, folder):
        pass
    def close(self):
        pass

class HereForked(Here):
    info = SolverInfo(
        name="x", version="1", level=1, summary="", kinds=("number",), requires=("sympy",)
    )
"""
OLDER_VERSIONS = """
import importlib.metadata as metadata
from pathlib import Path
# This file's folder comes first: another torch is there, and bitsandbytes is nowhere.
info = Path(__file__).parent / "torch-0.0.other.dist-info"
info.mkdir(exist_ok=True)
(info / "METADATA").write_text("Metadata-Version: 2.1\\nName: torch\\nVersion: 0.0.other\\n")
version, entries = metadata.version, Path.iterdir
def other(name):
    if name == "bitsandbytes":
        raise metadata.PackageNotFoundError(name)
    return version(name)
def without(folder):
    return (one for one in entries(folder) if not one.name.startswith("bitsandbytes-"))
metadata.version, Path.iterdir = other, without
print("a start-up file may talk")
"""


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def wrapper(tmp_path):
    """An executable that runs this interpreter with a start-up file, or with options."""

    def make(startup="", options=""):
        (tmp_path / "sitecustomize.py").write_text(startup)
        paths = f"{shlex.quote(str(tmp_path))}:$PYTHONPATH"
        run = f'exec {shlex.quote(sys.executable)} {options} "$@"'
        return script(tmp_path / "python", f"PYTHONPATH={paths} {run}")

    return make


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """An environment of its own that sees the packages of this one."""
    folder = tmp_path_factory.mktemp("other")
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    seen = [path for path in sys.path if Path(path).is_dir()]
    # Not as mere paths: what an editable installation adds to this one is to be found there too.
    lines = [f"import site; site.addsitedir({path!r})" for path in seen]
    (packages / "seen.pth").write_text("\n".join(lines))
    return str(folder / "bin" / "python")


@pytest.fixture
def contestants(tmp_path):
    (tmp_path / "where_contestants.py").write_text(SOURCE)
    return tmp_path


def job(name, **more):
    problems = (Problem(problem_id="p", text="1"),)
    cells = (CellWork(cell_key="c", problems=problems, batch_size=1),)
    part = Part(name=name, target=f"where_contestants:{name}", settings=Settings())
    return Job(**{"job_id": name, "part": part, "cells": cells, **more})


def test_an_environment_of_its_own_is_found_and_never_taken_for_this_one(other):
    found = find_interpreter(other)
    here = probe()
    assert found.path == other
    assert found.environment.interpreter == other
    assert found.environment.libraries == here.libraries
    assert found.environment.environment_id != here.environment_id
    assert not is_this_one(other)
    assert is_this_one(sys.executable)


def test_another_name_of_this_interpreter_is_this_interpreter(other, monkeypatch):
    monkeypatch.setattr(sys, "executable", other)
    again = Path(other).with_name("again")
    again.symlink_to("python")
    assert is_this_one(str(again))
    assert not is_this_one("no-such-python-3.99")


def test_two_environments_with_the_same_versions_have_two_ids(other, wrapper):
    one, two = find_interpreter(other), find_interpreter(wrapper())
    assert one.environment.libraries == two.environment.libraries
    assert one.environment.environment_id != two.environment.environment_id


def test_what_is_not_set_leaves_ids_as_they_were():
    assert probe().interpreter is None


def test_versions_are_those_of_the_other_interpreter(wrapper):
    libraries = find_interpreter(wrapper(OLDER_VERSIONS)).environment.libraries
    assert libraries["torch"] == "0.0.other"
    assert "bitsandbytes" not in libraries


def test_what_can_be_measured_is_asked_there(wrapper):
    found = find_interpreter(wrapper(OLDER_VERSIONS))
    info = make_solver(find_solver("lm-tiny").target).info
    placements = (
        Conditions(),
        Conditions(quantization="bnb-int8"),
        Conditions(dtype="float16", quantization="bnb-int8"),
    )
    plain, quantized, wrong = found.why_skipped(placements, info)
    assert plain is None
    assert quantized == "bnb-int8 needs bitsandbytes: pip install bitsandbytes"
    assert wrong == "bnb-int8 computes in float32, bfloat16, not float16"


@pytest.mark.parametrize("name", ["Here", "HereForked"])
def test_both_kinds_of_children_run_under_it(other, contestants, name):
    with LocalExecutor(extra_paths=[contestants], python=other) as executor:
        done = executor.run(job(name))
        assert (executor._server is not None) == (name == "HereForked")
    assert done.status == "ok", done.reason
    assert executor.notes == []
    (answer,) = done.cells[0].answers
    # The base interpreter is the same; an environment is told by the path it was started by.
    assert answer.value == other


def test_cells_are_measured_there_and_training_is_done_here(other, contestants, tmp_path):
    found = find_interpreter(other)
    seen = []
    with OtherInterpreterExecutor(found) as executor:
        executor._there._paths = executor._here._paths = [str(contestants)]
        measured = executor.run(job("Here"), on_cell=lambda cell, so_far: seen.append(so_far.host))
        (tmp_path / "kept").mkdir()
        example = Example(problem=Problem(problem_id="p", text="1"), target="1")
        training = Training(training=(example,), save_to=str(tmp_path / "kept"))
        trained = executor.run(job("Here", cells=(), training=training))
    assert measured.cells[0].answers[0].value == other
    assert measured.host.environment == found.environment
    assert measured.host.observed["interpreter"] == other
    assert [host.environment for host in seen] == [found.environment]
    assert trained.fit_report.notes["by"] == sys.executable
    assert trained.host.environment == probe()


def test_an_interpreter_that_is_gone_by_then_is_an_error_of_its_cells(contestants, tmp_path):
    with LocalExecutor(extra_paths=[contestants], python=str(tmp_path / "gone")) as executor:
        for name in ("Here", "HereForked"):
            done = executor.run(job(name))
            assert done.status == "error"
            assert "no child could be started" in done.reason


def test_what_is_no_interpreter_is_refused(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("no program")
    cases = {
        str(tmp_path / "missing"): "There is no Python interpreter",
        "no-such-python-3.99": "There is no Python interpreter",
        str(tmp_path): "is a folder, not a Python interpreter: name its bin/python",
        str(plain): "is no program: it may not be executed",
        script(tmp_path / "silent", "exit 0"): "is no Python interpreter: it does not say",
        script(tmp_path / "endless", "yes"): "is no Python interpreter: it does not say",
        script(tmp_path / "garbage", f"echo '{MARK}[1'; echo '{MARK}7'"): "does not say its",
        script(tmp_path / "old", f"echo '{MARK}{{\"python\": [3, 9]}}'"): "is Python 3.9; spoon",
    }
    for name, sentence in cases.items():
        with pytest.raises(BadInterpreter, match=sentence):
            find_interpreter(name)


def test_a_file_that_the_system_cannot_run_is_refused(tmp_path):
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELF and nothing more")
    broken.chmod(0o755)
    with pytest.raises(BadInterpreter, match="cannot be started"):
        find_interpreter(str(broken))


def test_one_that_hangs_is_given_up_with_what_it_started(tmp_path, monkeypatch):
    monkeypatch.setattr(interpreters, "ANSWER_S", 0.3)
    with pytest.raises(BadInterpreter, match="gives no answer within"):
        find_interpreter(script(tmp_path / "hangs", "sleep 600"))


def test_an_interpreter_without_spoonbench_is_refused(tmp_path):
    bare = f'unset PYTHONPATH; exec {shlex.quote(sys.executable)} -S "$@"'
    with pytest.raises(BadInterpreter, match="has no spoonbench: install the same version"):
        find_interpreter(script(tmp_path / "bare", bare))


def test_one_whose_spoonbench_lacks_a_library_is_refused(wrapper):
    startup = "import sys; sys.modules['psutil'] = None"
    with pytest.raises(BadInterpreter, match=r"cannot import its spoonbench: .*psutil"):
        find_interpreter(wrapper(startup))


def test_a_spoonbench_that_is_too_old_for_this_is_refused(wrapper):
    startup = "import sys; sys.modules['spoonbench.harness.introduction'] = None"
    with pytest.raises(BadInterpreter, match="a spoonbench that is older than --python"):
        find_interpreter(wrapper(startup))


def test_one_that_speaks_another_protocol_is_refused(wrapper):
    startup = "import spoonbench.harness.protocol as protocol; protocol.PROTOCOL_VERSION = 0"
    sentence = f"which speaks protocol 0, this one {PROTOCOL_VERSION}: install the same version"
    with pytest.raises(BadInterpreter, match=sentence):
        find_interpreter(wrapper(startup))


def test_the_oldest_version_is_that_of_the_package():
    text = (Path(__file__).parents[3] / "pyproject.toml").read_text()
    oldest = ".".join(map(str, interpreters.OLDEST))
    assert f'requires-python = ">={oldest}"' in text
