"""What ended the texts of a duel's models, and what its routes kept, as evidence."""

from dataclasses import replace
from typing import Any

import pytest

from spoonbench.harness import advise
from spoonbench.harness.advise.lookups import routes
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.duel_records import Duel, Entry, Requirements
from spoonbench.harness.records import (
    Cell,
    Contestant,
    Placement,
    RunRecord,
    ScoredAnswer,
    Workload,
)
from spoonbench.harness.store.errors import StoreError
from spoonbench.harness.store.writer import open_writer
from spoonbench.harness.summaries.folder import FOLDER
from tests.harness.conftest import ITEMS, N_ITEMS, add_items, task_facts

CREATED = "2026-01-02T03:04:05+00:00"
ROUTING: dict[str, Any] = {
    "rules_answer": False,
    "first_token_tells": False,
    "answer_confidence": 0.8,
}
DECODING: dict[str, Any] = {"purpose": "benchmark", "stops_itself": False}


def said(n_right, *, n=N_ITEMS, **more):
    return [
        ScoredAnswer(problem_id="", status="answered", is_correct=k < n_right, value="1", **more)
        for k in range(n)
    ]


def numbered(answers):
    return tuple(replace(one, problem_id=f"p{k}") for k, one in enumerate(answers))


@pytest.fixture
def store(tmp_path, machine):
    """Writes a duel of "sums": label to its answers; what has a "+" in its label is a route."""

    def write(contestants, *, has_cells=True, threshold=0.7, n_parts=None):
        folder = tmp_path / "results"
        folder.mkdir(exist_ok=True)
        entries = []
        with open_writer(folder / "store.sqlite") as writer:
            writer.add_environment(machine)
            add_items(writer)
            for label, answers in contestants.items():
                is_route = "+" in label
                parts = [{"name": "part"}] * (n_parts or label.count("+") + 1)
                params = {"threshold": threshold, "parts": parts} if is_route else {}
                cell = Cell(
                    contestant=Contestant(
                        solver="router" if is_route else label, solver_version="1", params=params
                    ),
                    workload=Workload(
                        task="sums", task_version="1", split="test", items_hash=ITEMS
                    ),
                    placement=Placement(),
                )
                if has_cells:
                    writer.add_cell(cell)
                entries.append(
                    Entry(
                        label=label, solver=label, level=5, is_hybrid=is_route,
                        answer_cells={"test": cell.key},
                    )
                )  # fmt: skip
                writer.add_run(
                    RunRecord(
                        run_id=f"run {label}", cell_key=cell.key, status="ok", started_at=CREATED,
                        environment_id=machine.environment_id, answers=numbered(answers),
                    )
                )  # fmt: skip
            writer.add_duel(
                Duel(
                    duel_id="duel", created_at=CREATED, command=("spoonbench", "duel"),
                    preset="quick", environment_id=machine.environment_id, n_rounds=1,
                    task=task_facts(), entries=tuple(entries),
                    requirements=Requirements(accuracy=0.9, coverage=0.9),
                )
            )  # fmt: skip
        return Sources(folder, has_references=False, has_claims=False, machine=machine)

    return write


def stops(sources, **more):
    found = advise.decoding(sources, task="sums", **{**DECODING, **more})
    return [one for one in found.evidence if "ended by themselves" in one.what]


def risks(sources):
    found = advise.routing(sources, task="sums", **ROUTING)
    return [one for one in found.evidence if one.what.startswith("Route ")]


def test_texts_that_ended_by_themselves_are_counted_model_by_model(store):
    ended = said(9, n=100, stopped_by="end_token") + said(0, n=20, stopped_by="stop_string")
    cut = said(0, n=280, stopped_by="limit")
    (one, other) = stops(store({"small": ended + cut, "large": said(N_ITEMS, stopped_by="stopped"),
                                "rules": said(3)}))  # fmt: skip
    assert (one.value, one.unit, one.source) == (0.3, "share", "store")
    assert 0.25 < one.low < 0.3 < one.high < 0.35
    assert one.run_ids == ("run small",)
    assert "small: 120 of 400 texts ended by themselves on sums, split test" in one.what
    assert "(100 by the end token, 20 by a stop string, 280 by the limit of tokens)" in one.what
    assert (other.value, other.high) == (1.0, 1.0)


def test_texts_of_routes_are_those_of_their_parts(store):
    answers = said(9, stopped_by="limit", stage="b", level=5)
    assert stops(store({"a+b": answers})) == []


def test_without_a_task_or_a_duel_of_it_nothing_is_told(store, nothing):
    sources = store({"small": said(9, stopped_by="limit")})
    assert advise.decoding(sources, **DECODING).evidence == ()
    assert stops(nothing) == risks(nothing) == []
    assert risks(sources) == []


def test_a_route_tells_what_it_keeps_at_its_threshold_and_how_much_of_that_is_wrong(store):
    kept, passed_on = said(97, n=100, stage="small"), said(150, n=250, stage="large")
    open_ = [ScoredAnswer(problem_id="", status="abstained", is_correct=False)] * 50
    sources = store({"small+large": kept + passed_on + open_})
    (one,) = risks(sources)
    assert one.value == pytest.approx(0.03)
    assert one.low < 0.03 < one.high < 0.1
    assert one.what == (
        "Route small+large on sums, at a threshold of 0.7: small keeps 100 of 400 items (25%); "
        "large answers 250, 100 of them wrong. Wrong of what small keeps: 3 of 100 (3%)."
    )
    assert one.run_ids == ("run small+large",)


def test_a_route_that_keeps_nothing_has_no_risk(store):
    (one,) = risks(store({"small+large": said(4, stage="large")}, threshold=1))
    assert (one.value, one.low, one.high) == (None, None, None)
    assert "small keeps 0 of 400 items (0%)" in one.what


def test_a_name_may_hold_the_mark_between_names(store):
    answers = said(N_ITEMS, n=300, stage="small+q4") + said(0, n=100, stage="large")
    (one,) = risks(store({"small+q4+large": answers}, n_parts=2))
    assert "small+q4 keeps 300 of 400 items (75%); large answers 100" in one.what


def test_what_routes_add_up_to_is_read_once(store, monkeypatch):
    sources = store({"small+large": said(9, stage="small")})
    first = risks(sources)
    assert len(list((sources.results / FOLDER).iterdir())) == 2
    monkeypatch.setattr(routes, "_add_up", None)
    again = Sources(
        sources.results, has_references=False, has_claims=False, machine=sources.machine
    )
    assert risks(again) == first


def test_a_store_without_the_cell_of_a_route_is_damaged(store):
    with pytest.raises(StoreError):
        risks(store({"small+large": said(4, stage="large")}, has_cells=False))
