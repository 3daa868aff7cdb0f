"""What makes a cell another cell: everything that can change an answer or its score."""

from dataclasses import replace

import pytest

from spoonbench.harness.duel.lineup import LineupChoice, enter, line_up
from spoonbench.harness.duel.plan import Wishes, make_plan
from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.duel_records import Requirements
from spoonbench.harness.registry import make_task

SMALL = {"n_training": 20, "n_validation": 5, "n_items": 8}
WISHES = Wishes(requirements=Requirements(), effort=None, command=(), environment_id="e")


def plan(task, choice):
    return make_plan(task, line_up(task, PRESETS["quick"], choice), PRESETS["quick"], WISHES)


def keys(task, *labels, **choice):
    planned = plan(task, LineupChoice(only=labels, **choice)).entries
    return {e.lineup.label: {c.cell.key for c in e.cells} for e in planned}


@pytest.fixture(scope="module")
def task():
    return make_task("word-problems", SMALL)


def test_the_same_plan_has_the_same_keys_and_the_same_duel(task):
    assert keys(task, "spoon", "lm-tiny") == keys(task, "spoon", "lm-tiny")
    choice = LineupChoice(only=("spoon",))
    assert plan(task, choice).duel.duel_id == plan(task, choice).duel.duel_id


def test_other_training_data_makes_other_cells_of_whoever_learns(task):
    more = make_task("word-problems", {**SMALL, "n_training": 30})
    labels = ("spoon", "tfidf-ridge", "rules+tfidf-operations", "lm-tiny")
    before, after = keys(task, *labels), keys(more, *labels)
    assert before["spoon"] == after["spoon"]
    for label in labels[1:]:
        assert not before[label] & after[label], label


def test_another_tolerance_makes_other_cells(task):
    looser = replace(task, tolerance=0.1)
    assert not keys(task, "spoon")["spoon"] & keys(looser, "spoon")["spoon"]


def test_an_edited_function_is_another_contestant(task, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("def solve(text):\n    return 1\n")
    before = keys(task, "mine.py:solve", functions=(f"{path}:solve",))
    assert before == keys(task, "mine.py:solve", functions=(f"{path}:solve",))
    path.write_text("def solve(text):\n    return 2\n")
    after = keys(task, "mine.py:solve", functions=(f"{path}:solve",))
    assert not before["mine.py:solve"] & after["mine.py:solve"]


def test_a_parameter_of_a_part_is_part_of_the_hybrid(task):
    label = "rules+tfidf-operations"
    other = {"tfidf-operations": {"regularization": 2.0}}
    assert not keys(task, label)[label] & keys(task, label, overrides=other)[label]


def test_accuracy_cells_are_never_cut_short(task):
    for entry in plan(task, LineupChoice(only=("spoon", "lm-tiny"))).entries:
        for planned in entry.cells:
            assert (planned.seconds is None) == (planned.role == "answers")


def test_the_report_knows_who_could_run_where_it_was_asked_for(task):
    preset = replace(PRESETS["quick"], device="cuda", dtype="bfloat16")
    only = LineupChoice(only=("rules", "lm-tiny", "rules+lm-tiny", "rules+tfidf-operations"))
    made = make_plan(task, line_up(task, preset, only), preset, WISHES)
    placed = {entry.label: (entry.device, entry.dtype) for entry in made.duel.entries}
    assert placed == {
        "rules": ("cpu", "float32"),
        "lm-tiny": ("cuda", "bfloat16"),
        "rules+tfidf-operations": ("cpu", "float32"),
        "rules+lm-tiny": ("cuda", "bfloat16"),
    }


def test_answers_of_a_file_have_no_lines_of_code_and_are_not_timed(task, tmp_path):
    entry = enter("recorded", {"path": str(tmp_path / "a.jsonl")}, label="a")
    entry = replace(entry, answered_by="file", info=replace(entry.info, level=1))
    (planned,) = plan(task, LineupChoice(brought=(entry,), only=("a",))).duel.entries
    assert planned.source_lines is None
    assert planned.latency_cell is None
    assert planned.throughput_cells == {}
