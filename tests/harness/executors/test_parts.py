"""Marker, transcript, libraries and surroundings: the parts that need no child."""

import importlib.util
import sys
import types
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.canonical import to_json
from spoonbench.harness.executors import libraries, surroundings
from spoonbench.harness.executors.marker import STAGES, Marker, Place, open_page, whereabouts
from spoonbench.harness.executors.transcript import Ending, Transcript
from spoonbench.harness.framing import BadMessage
from spoonbench.harness.protocol import PROTOCOL_VERSION, CellResult, CellWork, Job
from spoonbench.solvers.api import (
    Answer,
    FitReport,
    Part,
    Problem,
    Settings,
    Size,
    SolverInfo,
)
from spoonbench.solvers.engines import EngineReport
from spoonbench.solvers.quantizations import Quantized

PROBLEMS = tuple(Problem(problem_id=str(n), text=str(n)) for n in range(5))
WORK = CellWork(cell_key="k", problems=PROBLEMS, batch_size=2)
JOB = Job(job_id="j", part=Part(name="x", target="m:C", settings=Settings()), cells=(WORK, WORK))


PREFILL = CellWork(
    cell_key="k", problems=(), batch_size=4, mode="prefill", prompt_tokens=8, n_calls=3
)


@pytest.fixture
def marker():
    marker = Marker(open_page())
    yield marker
    marker.close()


@pytest.mark.parametrize("stage", STAGES)
def test_a_place_is_read_as_it_was_noted(marker, stage):
    marker.move(stage, 3, 5)
    assert marker.place() == Place(stage, 3, 5)


def test_a_new_page_says_starting(marker):
    assert marker.place() == Place("starting", 0, 0)


@settings(deadline=None)
@given(st.binary(min_size=24, max_size=24))
def test_a_scribbled_page_never_misleads_beyond_words(data):
    marker = Marker(open_page())
    marker._page[:24] = data
    assert whereabouts(marker.place(), [WORK])
    marker.close()


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("preparing"), "preparing"),
        (Place("warming up", 1), "warming up for cell 2 of 2"),
        (Place("solving", 0, 1), "solving batch 2 of 3 (problems 3 to 4) of cell 1 of 2"),
        (Place("solving", 1, 2), "solving batch 3 of 3 (problem 5) of cell 2 of 2"),
        (Place("solving", 2, 0), "solving"),
    ],
)
def test_places_are_told_in_words(place, text):
    assert whereabouts(place, (WORK, WORK)) == text


def test_places_in_other_modes_are_told_by_their_calls():
    where = whereabouts(Place("solving", 1, 2), (WORK, PREFILL))
    assert where == "timing call 3 of 3 (prefill) of cell 2 of 2"
    assert whereabouts(Place("warming up", 0), (PREFILL,)) == "warming up for cell 1 of 1"


BUILT = EngineReport(engine="lean", library="torch 2", build_s=1.5, notes={"programs": 2})
QUANTIZED = Quantized(
    method="bnb-int8",
    layers_quantized=3,
    layers_skipped=1,
    skipped=("head",),
    bytes_before=9,
    bytes_after=4,
)


def cell(**more):
    answers = tuple(Answer(status="answered", value="1") for _ in PROBLEMS)
    facts = {"cell_key": "k", "status": "ok", "samples_ns": (1, 1, 1), "answers": answers}
    return to_json(CellResult(**(facts | {"items_per_sample": (2, 2, 1)} | more)))


def event(kind, **data):
    return {"kind": kind, "data": data}


@pytest.mark.parametrize(
    ("items", "is_taken"),
    [((4, 4, 4), True), ((4, 4), False), ((4, 4, 4, 4), False), ((4, 4, 3), False)],
)
def test_a_cell_of_another_mode_has_the_texts_of_all_its_calls(items, is_taken):
    transcript = Transcript(replace(JOB, cells=(PREFILL,)))
    done = cell(answers=None, items_per_sample=items, samples_ns=(1,) * len(items))
    if is_taken:
        transcript.take({"kind": "cell", "data": done})
        assert transcript.n_cells == 1
    else:
        with pytest.raises(BadMessage, match="the number of answers"):
            transcript.take({"kind": "cell", "data": done})


def test_a_cell_of_another_mode_may_be_cut_short_where_it_has_a_budget():
    transcript = Transcript(replace(JOB, cells=(replace(PREFILL, seconds=1.0),)))
    done = cell(answers=None, items_per_sample=(4, 4), samples_ns=(1, 1))
    transcript.take({"kind": "cell", "data": done})
    assert transcript.n_cells == 1


def test_a_conversation_becomes_a_result():
    transcript = Transcript(JOB)
    for message in (
        event("hello", version=PROTOCOL_VERSION, baseline_bytes=100),
        event("progress", fraction=0.5, message="half"),
        event("fitted", fit_s=1.5, report=to_json(FitReport(n_examples=3)), fit_peak_bytes=7),
        event("ready", load_s=2, resident_bytes=-5),
        event("sized", size=to_json(Size(n_parameters=4))),
        event("quantized", **to_json(QUANTIZED)),
        event("built", **to_json(BUILT)),
        {"kind": "cell", "data": cell()},
    ):
        transcript.take(message)
    result = transcript.result(Ending("timeout", "too long"), "tail")
    assert (result.baseline_bytes, result.resident_bytes, result.load_s) == (100, -5, 2.0)
    assert (result.fit_s, result.fit_peak_bytes) == (1.5, 7)
    assert (result.fit_report, result.size) == (FitReport(n_examples=3), Size(n_parameters=4))
    assert result.quantized == QUANTIZED
    assert result.engine == BUILT
    assert [c.status for c in result.cells] == ["ok", "timeout"]
    assert result.cells[1].reason == "too long"
    assert result.output_tail == "tail"


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"kind": "hello"},
        {"kind": 3, "data": {}},
        event("greeting"),
        event("hello", version=PROTOCOL_VERSION + 1, baseline_bytes=1),
        event("hello", version=PROTOCOL_VERSION, baseline_bytes="many"),
        event("hello", version=PROTOCOL_VERSION, baseline_bytes=True),
        event("ready", load_s=1.0),
        event("progress", fraction=None, message=""),
        event("sized", size={"weight": 3}),
        event("quantized", method="bnb-int8"),
        event("built", engine="lean"),
        event("fitted", fit_s=1, report=[], fit_peak_bytes=None),
        {"kind": "cell", "data": cell(cell_key="other")},
        {"kind": "cell", "data": cell(status="fine")},
        {"kind": "cell", "data": cell(answers=())},
        {"kind": "cell", "data": cell(items_per_sample=(2, 2))},
        event("done"),
        event("failed", status="ok", reason=""),
        event("failed", status="broken", reason=""),
    ],
)
def test_an_event_that_cannot_be_is_refused(message):
    with pytest.raises(BadMessage):
        Transcript(JOB).take(message)


def test_nothing_comes_after_the_end():
    transcript = Transcript(JOB)
    transcript.take(event("failed", status="error", reason="x"))
    assert transcript.ending == Ending("error", "x")
    with pytest.raises(BadMessage, match="where none can be"):
        transcript.take(event("done"))


def test_more_cells_than_asked_for_are_refused():
    transcript = Transcript(JOB)
    for _ in range(2):
        transcript.take({"kind": "cell", "data": cell()})
    with pytest.raises(BadMessage, match="more cells"):
        transcript.take({"kind": "cell", "data": cell()})


def test_an_error_of_the_callers_function_is_its_own():
    def fail(cell, so_far):
        raise ValueError("disk full")

    with pytest.raises(ValueError, match="disk full"):
        Transcript(JOB, on_cell=fail).take({"kind": "cell", "data": cell()})


@pytest.mark.parametrize(
    ("requirement", "name"),
    [
        ("torch", "torch"),
        ("Scikit_Learn>=1.5", "scikit-learn"),
        ("numpy [extra] ; python_version > '3'", "numpy"),
        ("pkg @ https://example.org", "pkg"),
        ("a.b~=1", "a-b"),
    ],
)
def test_requirements_are_read_as_distributions(requirement, name):
    assert libraries.distribution(requirement) == name


def test_modules_come_in_a_fixed_order():
    assert libraries.modules_of(["sympy", "numpy"]) == libraries.modules_of(["numpy", "sympy"])
    assert libraries.modules_of(["sympy", "numpy"]) == ("numpy", "sympy")
    assert libraries.modules_of(["no-such-thing", "json"]) == ("json",)


def test_every_heavy_library_of_the_project_can_be_imported_by_these_names():
    for modules in libraries.IMPORTS.values():
        for name in modules:
            assert importlib.util.find_spec(name.partition(".")[0]) is not None, name


def test_a_hybrid_needs_what_its_parts_need(monkeypatch):
    module: Any = types.ModuleType("parts_of_this_test")

    def contestant(*requires):
        info = SolverInfo(
            name="x", version="1", level=1, summary="", kinds=("text",), requires=requires
        )
        return type("C", (), {"info": info})

    module.Inner, module.Outer = contestant("torch"), contestant("sympy>=1")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    inner = Part(name="i", target=f"{module.__name__}:Inner", settings=Settings())
    outer = Part(name="o", target=f"{module.__name__}:Outer", settings=Settings(parts=(inner,)))
    assert libraries.required(outer) == ("sympy", "torch")


def test_a_module_that_cannot_be_imported_is_named():
    with pytest.raises(libraries.MissingLibrary, match="the module no_such_module cannot"):
        libraries.import_modules(["json", "no_such_module"])


def test_children_get_fixed_variables_over_inherited_ones(monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("PYTHONPATH", "/before")
    monkeypatch.setenv("OWN", "kept")
    found = surroundings.variables(3, ["/first"], "token")
    assert found["PYTHONHASHSEED"] == "0"
    assert found["PYTHONPATH"].split(":") == ["/first", "/before"]
    assert found["OWN"] == "kept"
    assert found["OMP_NUM_THREADS"] == "3"
    assert found[surroundings.TOKEN] == "token"
