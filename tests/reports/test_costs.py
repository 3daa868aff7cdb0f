"""From effort, prices and stored runs to costs that cross, at every place where they are shown."""

import io
import re

import pytest
from rich.console import Console

from spoonbench.harness.canonical import digest
from spoonbench.harness.duel_records import Duel, Effort, Entry, Requirements, SplitFacts, TaskFacts
from spoonbench.harness.records import (
    Cell,
    Contestant,
    Placement,
    RunRecord,
    ScoredAnswer,
    StoredItem,
    Workload,
)
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer
from spoonbench.reports.duel import gather
from spoonbench.reports.markdown import render_markdown
from spoonbench.reports.page import render_page
from spoonbench.reports.terminal import print_report

N = 200
ITEMS = digest("items of costs")
NANOSECONDS = {"by hand": 1_000, "off the shelf": 10_000_000}
EFFORT = Effort(
    build_hours={"by hand": 100, "off the shelf": 1},
    hour_price=10.0,
    machine_hour_price=36.0,  # a hundredth for a second
    answers_per_year=1e6,
    years=5,
)


def cell(label):
    return Cell(
        workload=Workload(task="sums", task_version="1", split="test", items_hash=ITEMS),
        contestant=Contestant(solver=label, solver_version="1"),
        placement=Placement(batch_size=1),
    )


def entry(label, level):
    key = cell(label).key
    return Entry(
        label=label,
        solver=label,
        level=level,
        answer_cells={"test": key},
        throughput_cells={"1": key},
    )


def record(label, environment_id):
    return RunRecord(
        run_id=f"run {label}",
        cell_key=cell(label).key,
        environment_id=environment_id,
        status="ok",
        started_at="2026-01-02T03:04:05+00:00",
        samples_ns=(NANOSECONDS[label],) * N,
        items_per_sample=(1,) * N,
        answers=tuple(
            ScoredAnswer(problem_id=f"p{k}", status="answered", is_correct=True, value="1")
            for k in range(N)
        ),
    )


def make_duel(environment_id, effort, requirements):
    facts = SplitFacts(name="test", summary="", items_hash=ITEMS, n_items=N, n_unanswerable=0)
    return Duel(
        duel_id="costs",
        created_at="2026-01-02T03:04:05+00:00",
        command=("spoonbench", "duel"),
        preset="quick",
        environment_id=environment_id,
        n_rounds=1,
        task=TaskFacts(
            name="sums",
            version="1",
            kind="number",
            source="made here",
            sha256={},
            n_training=0,
            n_validation=0,
            splits=(facts,),
        ),
        entries=(entry("by hand", 1), entry("off the shelf", 4)),
        requirements=requirements,
        effort=effort,
    )


@pytest.fixture
def gathered(tmp_path, report):
    """Reads the report of a duel with this effort and these requirements from a new store."""

    def gather_with(effort=EFFORT, **needs):
        environment_id = report.environment.environment_id
        requirements = Requirements(accuracy=0.9, coverage=0.9, **needs)
        path = tmp_path / "store.sqlite"
        with open_writer(path) as writer:
            writer.add_environment(report.environment)
            items = [StoredItem(problem_id=f"p{k}", text="1?", target="1") for k in range(N)]
            writer.add_items(ITEMS, tuple(items))
            for label in NANOSECONDS:
                writer.add_cell(cell(label))
            writer.add_duel(make_duel(environment_id, effort, requirements))
            for label in NANOSECONDS:
                writer.add_run(record(label, environment_id))
        with open_reader(path) as reader:
            return gather(reader, "costs")

    return gather_with


def in_terminal(report):
    target = io.StringIO()
    print_report(report, Console(file=target, width=120))
    return target.getvalue()


RENDERERS = {
    "terminal": in_terminal,
    "markdown": render_markdown,
    "page": lambda report: render_page(report, ()),
}


def test_the_costs_cross_where_both_are_equal(gathered):
    report = gathered()
    by_hand, off_the_shelf = report.costs
    assert by_hand.total == pytest.approx(1_000 + 5e6 * 1e-8)
    assert off_the_shelf.total == pytest.approx(10 + 5e6 * 1e-4)
    (crossing,) = report.crossings
    assert (crossing.below, crossing.beyond) == ("off the shelf", "by hand")
    assert crossing.n_answers == pytest.approx(990 / (1e-4 - 1e-8))


@pytest.mark.parametrize("where", RENDERERS)
def test_costs_and_their_crossing_are_shown(where, gathered):
    text = " ".join(RENDERERS[where](gathered()).split())
    assert "Beyond about 9,900,000 answers by hand is cheaper than off the shelf." in text
    assert "building by hand 100 h, off the shelf 1 h" in text
    assert "1,000,000 answers a year for 5 years" in text
    # Cells side by side, without what sets them apart at each place.
    cells = " ".join(re.sub(r"<[^>]*>|\|", " ", text).split())
    assert "off the shelf 10.0 100 510" in cells
    assert "by hand 1,000 0.0100 1,000" in cells


def test_a_limit_on_the_cost_decides_by_the_volume(gathered):
    assert gathered(cost=600).recommendation.choice == "off the shelf"


@pytest.mark.parametrize("where", RENDERERS)
def test_what_has_no_price_is_said_to_cost_nothing(where, gathered):
    effort = Effort(build_hours={"by hand": 100}, answers_per_year=1e6)
    text = " ".join(RENDERERS[where](gathered(effort)).split())
    assert "no price for an hour of work, so building costs nothing" in text
    assert "no price for an hour of this machine, so training and answering cost nothing" in text
