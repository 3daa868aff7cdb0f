"""Duels, matrices and runs of a store: found by id and by time, with the figures that count."""

import pytest

from spoonbench.harness.gates.comparing import Choices, compare
from spoonbench.harness.gates.finding import find_side
from spoonbench.harness.gates.sides import BadComparison
from spoonbench.harness.reference.records import BadReference, read_shipped
from spoonbench.harness.store.errors import StoreError
from spoonbench.harness.store.writer import open_writer

LINEUP = {"rules": ("1110", [1.0, 1.2, 1.1]), "model": ("11-0", [50.0, 55.0, 52.0])}


@pytest.fixture
def store(make_store):
    maker = make_store()
    maker.add(LINEUP)
    return maker


def test_a_duel_is_found_by_the_beginning_of_its_id(store):
    for words in ("d1d1", "duel:d1", "latest", "latest:stories"):
        side = find_side(words, store.path)
        assert [one.name for one in side.subjects] == ["rules", "model"]
        assert side.deciding == "test"
        assert side.task == "stories (version 1)"


def test_times_are_those_of_each_round_and_answers_those_of_the_first(store):
    rules = find_side("latest/rules", store.path).subjects[0]
    assert rules.series["p50_ms"].values == pytest.approx((1.0, 1.2, 1.1))
    assert rules.series["p50_ms"].rounds == (0, 1, 2)
    outcomes = find_side("latest/model", store.path).subjects[0].scores["test"].outcomes
    assert [one.is_right for one in outcomes.values()] == [True, True, False, False]
    assert [one.is_answered for one in outcomes.values()] == [True, True, False, True]


def test_contestants_of_one_duel_are_compared_in_its_rounds(store):
    first, second = (find_side(f"duel:d1/{name}", store.path) for name in ("rules", "model"))
    found = {c.figure.name: c for c in compare(first, second, Choices()).pairs[0].changes}
    assert "3 interleaved rounds" in found["p50_ms"].grounds.method
    assert found["p50_ms"].grounds.change == pytest.approx(52 / 1.1)


def test_a_run_is_compared_with_another(store):
    with pytest.raises(StoreError, match=r"beginning of 8 runs"):
        find_side("run:2026", store.path)
    side = find_side("20260100-000002", store.path)
    assert side.is_selected
    assert side.subjects[0].name == "rules, test, batch 1, round 1"
    assert side.subjects[0].series["p50_ms"].values == pytest.approx((1.0,))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("zzz", "no duel, matrix or run whose id begins with 'zzz'"),
        ("duel:zzz", "no duel whose id begins with 'zzz'"),
        ("matrix:d1", "no matrix whose id begins with 'd1'"),
        ("latest:songs", "no duel and no matrix of the task 'songs'"),
        ("previous", "there is none before it"),
        ("latest/nobody", "has no contestant 'nobody'; it has: rules, model"),
        ("run:20260100-000002/rules", "has no parts"),
    ],
)
def test_what_is_not_there_is_said_in_words(store, words, why):
    with pytest.raises(BadComparison, match=why):
        find_side(words, store.path)


def test_the_beginning_of_two_ids_is_refused_with_both(store):
    store.add(LINEUP, duel_id="d1" * 7 + "ff", at="11:00")
    with pytest.raises(BadComparison, match=r"2 ids: duel:.*, duel:"):
        find_side("d1", store.path)
    assert find_side("d1" * 8, store.path)


def test_the_previous_is_the_one_before_of_the_same_task(store):
    store.add({"rules": ("0000", [9.0])}, duel_id="d2" * 8, at="11:00", items_hash="cd" * 32)
    store.add(LINEUP, duel_id="d3" * 8, at="12:00", task="songs", items_hash="ef" * 32)
    assert "d2d2" in find_side("latest:stories", store.path).title
    assert "d1d1" in find_side("previous:stories", store.path).title
    with pytest.raises(BadComparison, match="none before it"):
        find_side("previous", store.path)


def test_the_previous_of_a_duel_that_was_measured_again_is_what_it_measured_first(store):
    store.add({"rules": ("1111", [2.0, 2.4, 2.2]), "model": ("0000", [9.0, 9.0, 9.0])})
    first, second = (find_side(words, store.path) for words in ("previous", "latest"))
    assert "before the newest" in first.title
    found = {c.figure.name: c for c in compare(first, second, Choices()).pairs[0].changes}
    assert found["accuracy"].grounds.change == pytest.approx(0.25)
    assert found["p50_ms"].grounds.change == pytest.approx(2.0)
    assert "3 and 3 rounds" in found["p50_ms"].grounds.method


def test_a_failed_contestant_has_its_reason_and_no_figures(store):
    duel = store.add(
        {"rules": ("1", [1.0]), "b": ("1", [])}, duel_id="d4" * 8, items_hash="aa" * 32
    )
    with open_writer(store.path) as writer:
        store.n_runs += 1
        cell_key = duel.entries[1].latency_cell
        cell = type("C", (), {"key": cell_key})
        store.add_run(writer, cell, status="timeout")
    side = find_side("d4/b", store.path)
    assert "timeout: latency: it was made to fail" in side.subjects[0].problem
    assert "p50_ms" not in side.subjects[0].series


def test_another_store_is_named_in_front_or_given(store, make_store):
    other = make_store("b.sqlite")
    other.add({"rules": ("0000", [3.0, 3.1, 3.2])})
    assert find_side(f"{other.path}:latest", store.path).subjects[0].name == "rules"
    assert len(find_side("latest", other.path).subjects) == 1


def test_a_store_that_is_not_there_or_damaged(tmp_path):
    with pytest.raises(StoreError, match="does not exist"):
        find_side("latest", tmp_path / "none")
    (tmp_path / "store.sqlite").write_text("no store")
    with pytest.raises(StoreError, match="not a store"):
        find_side("latest", tmp_path)


def test_a_shipped_reference_by_name_or_cell(tmp_path):
    name = "epyc-2-cores"
    whole = find_side(name, tmp_path)
    cells = read_shipped(name).evidence.cells
    assert [one.name for one in whole.subjects] == [one.cell.name for one in cells]
    measured = next(one.cell.name for one in cells if one.status == "ok")
    part = find_side(f"reference:{name}/{measured}", tmp_path)
    assert part.subjects[0].series["p50_ms"].estimate.n_rounds >= 1
    with pytest.raises(BadReference, match="No reference is called"):
        find_side("reference:none", tmp_path)


def test_a_reference_against_itself_shows_nothing(tmp_path):
    side = find_side("epyc-2-cores", tmp_path)
    comparison = compare(side, side, Choices(is_unpaired=True))
    verdicts = {c.verdict for pair in comparison.pairs for c in pair.changes}
    assert verdicts <= {"not shown", "no interval", "the same"}
    assert len(comparison.pairs) == len(side.subjects)


def test_other_machines_are_told_by_what_differs(store, make_store, other_machine):
    other = make_store("b.sqlite", other_machine)
    other.add(LINEUP)
    comparison = compare(
        find_side("latest", store.path), find_side("latest", other.path), Choices()
    )
    assert comparison.machine_differs == ("processor: A processor and Another processor",)
