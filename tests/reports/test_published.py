import pytest

from spoonbench.reports.published import RULES_ONLY, all_figures, best_of, published_on


def test_every_figure_is_a_share_with_a_source_and_says_whether_it_was_checked():
    figures = all_figures()
    assert len(figures) > 20
    for one in figures:
        assert 0 < one.precision <= 1
        assert 0 < one.coverage <= 1
        assert 2000 < one.year < 2030
        assert one.source
        assert one.made
        assert one.short
    assert {one.is_checked for one in figures} == {True, False}


def test_no_figure_stands_twice():
    keys = [(one.system, one.set_name, one.coverage) for one in all_figures()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", ["SingleOp", "singleop", "single-op", "Single_Op"])
def test_a_set_is_found_under_any_spelling(name):
    found = published_on(name)
    assert {one.set_name for one in found if not one.is_other_set} == {"SingleOp"}
    own = [one.precision * one.coverage for one in found if not one.is_other_set]
    assert own == sorted(own, reverse=True)


def test_figures_of_another_set_stand_last_and_only_beside_a_known_set():
    found = published_on("AddSub")
    assert [one.system for one in found if one.is_other_set] == ["SigmaDolphin"]
    assert found[-1].is_other_set
    assert published_on("my own problems") == ()
    assert published_on() == ()


def test_the_best_hold_the_best_by_rules_only_and_none_of_a_part():
    best = best_of(published_on("AddSub"), 3)
    assert len(best) == 3
    assert best[0].made == RULES_ONLY
    assert all(one.is_of_all for one in best)
    assert "KLAUS-Tr" not in {one.system for one in best_of(published_on("AllArith"), 9)}
