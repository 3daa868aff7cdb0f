import pytest

from spoonbench.harness.store.errors import StoreError
from spoonbench.reports.overview.selection import Wanted, select


def chosen(plain, **wanted):
    found = select(plain.reader.plans(), Wanted(**wanted), "a store")
    return [plan.plan_id for plan in found.shown], found


def test_the_newest_of_each_task_and_model_by_default(plain):
    ids, found = chosen(plain)
    assert set(ids) == {plain.newer.duel_id, plain.other.duel_id, plain.matrix.matrix_id}
    assert [plan.plan_id for plan in found.older] == [plain.older.duel_id]


def test_everything_where_that_is_asked_for(plain):
    ids, found = chosen(plain, everything=True)
    assert len(ids) == 4
    assert found.older == ()
    assert ids[-1] == plain.older.duel_id


def test_ids_name_older_ones_too(plain):
    ids, _ = chosen(plain, ids=(plain.older.duel_id[:4], plain.matrix.matrix_id))
    assert set(ids) == {plain.older.duel_id, plain.matrix.matrix_id}


def test_tasks_moments_and_machines_narrow_it(plain):
    assert set(chosen(plain, tasks=("sums",))[0]) == {plain.newer.duel_id, plain.matrix.matrix_id}
    assert chosen(plain, since="2026-11-02")[0] == [plain.matrix.matrix_id]
    machine = plain.filler.machine.environment_id
    assert len(chosen(plain, machines=(machine[:5],))[0]) == 3


def test_what_is_beyond_the_most_is_listed_and_not_lost(plain):
    ids, found = chosen(plain, most=1)
    assert ids == [plain.matrix.matrix_id]
    assert len(found.listed) == 2


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"ids": ("zz",)}, "no duel and no matrix whose id begins with 'zz'"),
        ({"ids": ("0",)}, "More than one"),
        ({"tasks": ("sum",)}, "nothing on task 'sum'; it has odd 'dates', sums"),
        ({"since": "2030-01-01"}, "None of the 4 duels and matrices"),
        ({"machines": ("nowhere",)}, "None of the 4"),
    ],
)
def test_what_finds_nothing_says_so(plain, wanted, sentence):
    with pytest.raises(StoreError, match=sentence.replace("(", r"\(")):
        chosen(plain, **wanted)


def test_an_empty_store_names_what_to_run(make_filler):
    with pytest.raises(StoreError, match="run spoonbench duel or spoonbench matrix"):
        select([], Wanted(), "a store")


def test_what_was_asked_for_is_told_in_words():
    words = Wanted(tasks=("sums",), since="2026-11-01").words
    assert "the newest duel of each task" in words
    assert "task sums; since 2026-11-01" in words
    assert Wanted(ids=("ab",)).words == "Selected: every duel and matrix (ids ab)."
