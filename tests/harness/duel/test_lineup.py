from dataclasses import replace
from pathlib import Path

import pytest

from spoonbench.harness.duel.ladders import BY_KIND, BY_TASK
from spoonbench.harness.duel.lineup import LineupChoice, enter, line_up, with_own_labels
from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.registry import UnknownName
from spoonbench.harness.tasks.api import BadTask, Item, Split, Task
from spoonbench.harness.tasks.user_file import VERSION as FILE_VERSION
from spoonbench.solvers.api import Problem

QUICK = PRESETS["quick"]


def task(kind="number", payload="text"):
    items = tuple(
        Item(problem=Problem(problem_id=str(i), text=f"t{i}", kind=kind), target="1")
        for i in range(3)
    )
    splits = {name: Split(name=name, items=items) for name in ("train", "validation", "test")}
    return Task(
        name="t",
        version="1",
        kind=kind,
        payload=payload,
        training=splits["train"],
        validation=splits["validation"],
        splits=(splits["test"],),
    )


@pytest.mark.parametrize("kind", [("number", "text"), ("label", "text"), ("label", "image")])
def test_every_level_takes_part(kind):
    lineup = line_up(task(*kind), QUICK, LineupChoice())
    assert {entry.info.level for entry in lineup if not entry.parts} == {1, 2, 3, 4, 5}
    assert [entry for entry in lineup if entry.parts], "no hybrid"


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_lowest_level_first_and_hybrids_last(preset):
    lineup = line_up(task(), preset, LineupChoice())
    singles = [entry for entry in lineup if not entry.parts]
    assert list(lineup[: len(singles)]) == singles
    levels = [entry.info.level for entry in singles]
    assert levels == sorted(levels)
    assert len({entry.label for entry in lineup}) == len(lineup)


def test_the_case_study_holds_both_models_of_the_end_token_claim():
    models = {label: params for label, _, params in PRESETS["case-study"].models}
    with_end, without = models["lm-tiny"], models["lm-tiny-no-end"]
    assert {**with_end, "end_token": False} == without


def test_a_hybrid_stands_at_the_level_of_its_highest_part():
    lineup = line_up(task(), QUICK, LineupChoice())
    levels = {entry.label: entry.info.level for entry in lineup}
    assert levels["rules+lm-tiny"] == 5
    assert levels["rules+tfidf-operations"] == 3


def test_a_function_of_the_users_own_takes_part_under_its_own_name():
    choice = LineupChoice(functions=("some/where/mine.py:answer",))
    (entry,) = [e for e in line_up(task(), QUICK, choice) if e.name == "function"]
    assert entry.label == "mine.py:answer"
    assert entry.params["function"] == "answer"
    assert Path(entry.params["path"]) == Path("some/where/mine.py").resolve()


def test_two_functions_of_one_name_take_part_under_their_paths():
    choice = LineupChoice(functions=("a/f.py:solve", "b/f.py:solve", "c/g.py:solve"))
    labels = [e.label for e in line_up(task(), QUICK, choice) if e.name == "function"]
    assert labels == ["a/f.py:solve", "b/f.py:solve", "g.py:solve"]


def test_only_and_overrides():
    choice = LineupChoice(only=("rules", "lm-tiny"), overrides={"lm-tiny": {"epochs": 1}})
    lineup = line_up(task(), QUICK, choice)
    assert [entry.label for entry in lineup] == ["rules", "lm-tiny"]
    assert lineup[1].params["epochs"] == 1


@pytest.mark.parametrize(
    ("choice", "word"),
    [
        (LineupChoice(only=("rulez",)), "rules"),
        (LineupChoice(overrides={"lm-tinny": {"epochs": 1}}), "lm-tiny"),
        (LineupChoice(extra=("spon",)), "spoon"),
        (LineupChoice(routes=(("rules", "lm-tinny"),)), "lm-tiny"),
    ],
)
def test_wrong_names_are_refused_with_a_suggestion(choice, word):
    with pytest.raises(UnknownName, match=f"Did you mean '{word}'"):
        line_up(task(), QUICK, choice)


def test_nobody_stands_twice():
    with pytest.raises(BadTask, match="twice"):
        line_up(task(), QUICK, LineupChoice(extra=("rules",)))


def test_a_route_of_the_users_own():
    choice = LineupChoice(routes=(("spoon", "rules", "algebra"),))
    labels = [entry.label for entry in line_up(task(), QUICK, choice)]
    assert "spoon+rules+algebra" in labels


PAYLOADS = {"option-pricing": "row", "option-outcome": "row"}
LADDERS = {
    **{("t", *key): ladder for key, ladder in BY_KIND.items()},
    **{
        (name, kind, PAYLOADS.get(name, "text")): ladder for (name, kind), ladder in BY_TASK.items()
    },
}


@pytest.mark.parametrize("key", LADDERS, ids="-".join)
def test_every_ladder_is_of_registered_contestants_that_give_that_kind_of_answer(key):
    name, kind, payload = key
    lineup = line_up(replace(task(kind, payload), name=name), QUICK, LineupChoice())
    labels = [entry.label for entry in lineup]
    assert set(LADDERS[key].solvers) <= set(labels)
    for entry in lineup:
        if entry.name in LADDERS[key].solvers:
            assert kind in entry.info.kinds
            # A line of text stands for an image or a row, too.
            assert entry.info.payload in {payload, "text"}


def test_a_file_called_like_a_task_has_the_ladder_of_its_kind():
    named = replace(task("number"), name="expressions", version=FILE_VERSION)
    labels = [entry.label for entry in line_up(named, QUICK, LineupChoice())]
    assert "rules" in labels
    assert "calculator" not in labels


def given(label, name="pretrained"):
    return replace(enter(name, {"model": "/m"}, label=label), fixed={"model": "--model"})


def test_labels_that_others_have_are_numbered_until_they_are_free():
    entries = [given(label) for label in ("m", "m", "m-2", "rules")]
    labels = [entry.label for entry in with_own_labels(entries, ["rules"])]
    assert labels == ["m", "m-2", "m-2-2", "rules-2"]


def test_a_model_called_like_another_contestant_takes_part_under_another_label():
    lineup = line_up(task(), QUICK, LineupChoice(brought=(given("lm-tiny"),)))
    labels = [entry.label for entry in lineup]
    assert {"lm-tiny", "lm-tiny-2", "rules+lm-tiny-2"} <= set(labels)


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("pretrained", "--model DIR"),
        ("lm-tuned", "--init DIR"),
        ("endpoint", "--endpoint URL"),
        ("recorded", "--answers FILE"),
        ("router", "--route A,B"),
    ],
)
def test_who_is_nothing_without_an_option_does_not_take_part_by_name(name, option):
    for choice in (LineupChoice(extra=(name,)), LineupChoice(routes=(("rules", name),))):
        with pytest.raises(BadTask, match=f"takes part by {option}"):
            line_up(task(), QUICK, choice)


def test_what_was_brought_cannot_be_exchanged_by_a_parameter():
    choice = LineupChoice(brought=(given("m"),), overrides={"m": {"model": "/other"}})
    with pytest.raises(BadTask, match=r"--set m\.model: that is what --model says"):
        line_up(task(), QUICK, choice)
    allowed = replace(choice, overrides={"m": {"max_new_tokens": 8}})
    (entry,) = [e for e in line_up(task(), QUICK, allowed) if e.label == "m"]
    assert entry.params["max_new_tokens"] == 8


@pytest.mark.parametrize(
    "choice",
    [
        LineupChoice(only=("rules", "rules+lm-tiny")),
        LineupChoice(routes=(("rules", "lm-small"),)),
        LineupChoice(routes=(("rules", "text-network"),), only=("rules", "rules+text-network")),
    ],
)
def test_a_part_that_nobody_would_train_is_refused(choice):
    with pytest.raises(BadTask, match=r"needs (lm-tiny|lm-small|text-network) in the duel"):
        line_up(task(), QUICK, choice)


def test_a_part_that_learns_in_each_process_needs_no_row_of_its_own():
    choice = LineupChoice(only=("rules+tfidf-operations",))
    assert [entry.label for entry in line_up(task(), QUICK, choice)] == ["rules+tfidf-operations"]
