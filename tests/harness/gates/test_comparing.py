"""Two sides in pairs: what is paired, what is refused, what is corrected, what is listed."""

import random
from dataclasses import replace

import pytest

from spoonbench.harness.estimates import Estimate
from spoonbench.harness.gates.comparing import Choices, compare
from spoonbench.harness.gates.sides import BadComparison, Scores, Series, Subject
from spoonbench.harness.stats import mcnemar, proportion


def changes(comparison, index=0):
    return {change.figure.name: change for change in comparison.pairs[index].changes}


def test_shares_of_the_same_items_are_paired_item_by_item(make_side, make_subject):
    first = make_subject(marks="1110000-")
    second = make_subject(marks="1011110-")
    found = changes(compare(make_side(first), make_side(second), Choices()))
    accuracy = found["accuracy"]
    assert accuracy.grounds.first == pytest.approx(3 / 8)
    assert accuracy.grounds.second == pytest.approx(5 / 8)
    assert accuracy.grounds.n_first_only == 1
    assert accuracy.grounds.n_second_only == 3
    assert accuracy.grounds.p_value == mcnemar(1, 3)
    assert found["coverage"].grounds.change == 0
    assert found["precision"].grounds.first == pytest.approx(3 / 7)


def test_leaving_open_what_has_no_answer_is_covered_and_right(make_side, make_subject):
    found = changes(
        compare(
            make_side(make_subject(marks="++--")), make_side(make_subject(marks="+11-")), Choices()
        )
    )
    assert found["accuracy"].grounds.first == 0.5
    assert found["coverage"].grounds.second == 0.75
    assert "precision" not in found


def test_items_that_only_one_side_answered_are_left_out_and_counted(make_side, make_subject):
    comparison = compare(
        make_side(make_subject(marks="1" * 10)), make_side(make_subject(marks="1" * 6)), Choices()
    )
    accuracy = changes(comparison)["accuracy"]
    assert accuracy.grounds.n == 6
    assert accuracy.note == "6 of 10 items were answered on both sides (rules 10, rules 6)"


def test_what_only_one_side_has_is_listed(make_side, make_subject):
    both, one, other = (make_subject(name, marks="11") for name in ("both", "one", "other"))
    comparison = compare(make_side(both, one), make_side(other, both), Choices())
    assert [pair.name for pair in comparison.pairs] == ["both"]
    assert [subject.name for subject in comparison.only_first] == ["one"]
    assert [subject.name for subject in comparison.only_second] == ["other"]


def test_two_that_were_named_are_a_pair_whatever_they_are_called(make_side, make_subject):
    comparison = compare(
        make_side(make_subject("rules", marks="11"), is_selected=True),
        make_side(make_subject("model", marks="10"), kind="cell", is_selected=True),
        Choices(),
    )
    assert [pair.name for pair in comparison.pairs] == ["rules -> model"]


def test_sides_with_nothing_in_common_are_refused(make_side, make_subject):
    with pytest.raises(BadComparison, match="Nothing pairs"):
        compare(make_side(make_subject("a")), make_side(make_subject("b")), Choices())
    with pytest.raises(BadComparison, match="Nothing pairs"):
        compare(make_side(make_subject("a")), make_side(make_subject("a"), kind="cell"), Choices())


def test_other_items_are_refused_with_their_hashes_unless_asked_for(make_side, make_subject):
    first = make_side(make_subject(marks="1100", items_hash="aa" * 32))
    second = make_side(make_subject(marks="1110", items_hash="bb" * 32))
    with pytest.raises(BadComparison, match=r"aaaaaaaaaaaa and bbbbbbbbbbbb.*--unpaired"):
        compare(first, second, Choices())
    accuracy = changes(compare(first, second, Choices(is_unpaired=True)))["accuracy"]
    assert accuracy.note == "not paired: the items differ"
    assert "Newcombe" in accuracy.grounds.method


def test_another_task_is_refused_unless_asked_for(make_side, make_subject):
    first = make_side(make_subject(marks="11"))
    second = make_side(make_subject(marks="11"), task="other (version 2)")
    with pytest.raises(BadComparison, match=r"stories \(version 1\).*other \(version 2\)"):
        compare(first, second, Choices())
    notes = compare(first, second, Choices(is_unpaired=True)).notes
    assert any("The tasks differ" in note for note in notes)


def test_counts_without_answers_cannot_be_paired(make_side, make_subject):
    counted = replace(
        make_subject(),
        scores={"test": Scores(items_hash="ab" * 32, shares={"accuracy": proportion(3, 4)})},
    )
    first, second = make_side(make_subject(marks="1100")), make_side(counted)
    pair = compare(first, second, Choices()).pairs[0]
    assert "--unpaired" in dict(pair.missing)["accuracy"]
    found = changes(compare(first, second, Choices(is_unpaired=True)))
    assert found["accuracy"].grounds.change == pytest.approx(0.25)
    assert "coverage" not in found


def test_times_of_other_machines_need_a_word_and_shares_do_not(make_side, make_subject):
    first = make_side(make_subject(marks="11", times=[1.0, 1.1]))
    second = make_side(make_subject(marks="11", times=[2.0, 2.1]), machine={"processor": "Another"})
    comparison = compare(first, second, Choices())
    assert set(changes(comparison)) == {"accuracy", "precision", "coverage"}
    assert "machines differ" in dict(comparison.pairs[0].missing)["p50_ms"]
    assert "processor: A processor and Another" in comparison.notes[0]
    across = compare(first, second, Choices(is_across_machines=True))
    assert "p50_ms" in changes(across)
    assert "all the same" in across.notes[0]


def test_rounds_of_one_session_are_paired_and_others_are_not(make_side, make_subject):
    subject = make_subject(times=[1.0, 4.0, 2.0])
    twice = make_subject(times=[2.0, 8.0, 4.0])
    together = compare(make_side(subject, session="s"), make_side(twice, session="s"), Choices())
    apart = compare(make_side(subject, session="s"), make_side(twice, session="t"), Choices())
    assert changes(together)["p50_ms"].grounds.interval(0.95) == pytest.approx((2, 2))
    low, high = changes(apart)["p50_ms"].grounds.interval(0.95)
    assert low < 1
    assert high > 3
    assert any("interleaved" in note for note in apart.notes)
    assert not any("interleaved" in note for note in together.notes)


def test_only_rounds_that_both_have_are_paired(make_side, make_subject):
    first = make_subject(times=[1.0, 1.0, 5.0])
    second = replace(first, series={"p50_ms": Series(values=(2.0, 2.0), rounds=(0, 1))})
    grounds = changes(
        compare(make_side(first, session="s"), make_side(second, session="s"), Choices())
    )["p50_ms"].grounds
    assert grounds.n == 2
    assert grounds.change == pytest.approx(2)


def test_one_round_has_no_interval_and_says_so(make_side, make_subject):
    found = changes(
        compare(
            make_side(make_subject(times=[1.0])), make_side(make_subject(times=[9.0])), Choices()
        )
    )["p50_ms"]
    assert found.verdict == "no interval"
    assert found.grounds.method == "1 and 1 rounds: no interval below 2 a side"
    assert found.grounds.change == 9


def test_estimates_without_rounds_are_compared_by_their_outermost_ends(make_side, make_subject):
    def known(value, low, high):
        one = Estimate(value=value, low=low, high=high, n_rounds=3)
        return replace(make_subject(), series={"p50_ms": Series(estimate=one)})

    found = changes(
        compare(make_side(known(1, 0.9, 1.1)), make_side(known(2, 1.8, 2.2)), Choices())
    )["p50_ms"]
    assert found.grounds.interval(0.95) == pytest.approx((1.8 / 1.1, 2.2 / 0.9))
    assert found.verdict == "slower"


def test_throughput_is_compared_at_a_batch_size_that_both_have(make_side, make_subject):
    def rates(**by_size):
        choices = {
            f"batch {size[1:]}": Series(values=(rate, rate), rounds=(0, 1))
            for size, rate in by_size.items()
        }
        return replace(make_subject(), others={"throughput": choices})

    found = changes(
        compare(
            make_side(rates(b1=10.0, b8=50.0, b64=90.0)),
            make_side(rates(b1=10.0, b8=60.0)),
            Choices(),
        )
    )["throughput"]
    assert (found.detail, found.grounds.change) == ("batch 8", pytest.approx(1.2))


def test_p_values_are_corrected_for_all_pairs_in_a_figure(make_side, make_subject):
    first = [make_subject(f"c{i}", marks="1" * 8 + "0" * 4) for i in range(6)]
    second = [make_subject("c0", marks="0" * 8 + "0" * 4), *first[1:]]
    comparison = compare(make_side(*first), make_side(*second), Choices())
    accuracy = changes(comparison)["accuracy"]
    assert accuracy.grounds.p_value == pytest.approx(2 / 2**8)
    assert accuracy.p_holm == pytest.approx(6 * 2 / 2**8)
    assert accuracy.verdict == "worse"
    wider = compare(
        make_side(*first, *(make_subject(f"d{i}", marks="1") for i in range(2))),
        make_side(*second, *(make_subject(f"d{i}", marks="1") for i in range(2))),
        Choices(),
    )
    assert changes(wider)["accuracy"].verdict == "not shown"


def test_splits_are_those_asked_for(make_side, make_subject):
    subject = make_subject(marks="11")
    subject = replace(subject, scores={**subject.scores, "more": subject.scores["test"]})
    side = make_side(subject, splits=("test", "more"), deciding="more")

    def details(**choices):
        found = compare(side, side, Choices(**choices)).pairs[0].changes
        return [change.detail for change in found if change.figure.name == "accuracy"]

    assert details() == ["more"]
    assert details(splits=("test",)) == ["test"]
    assert details(splits=("all",)) == ["test", "more"]
    with pytest.raises(BadComparison, match="no split 'nothing'"):
        compare(side, side, Choices(splits=("nothing",)))


def test_a_side_that_failed_is_said(make_side, make_subject):
    ok = make_subject(marks="11", times=[1.0, 1.0])
    bad = make_subject(problem="oom: it needs 9 GB")
    pair = compare(make_side(ok), make_side(bad), Choices()).pairs[0]
    assert dict(pair.missing)["p50_ms"] == "B has none: oom: it needs 9 GB"
    assert "oom" in dict(pair.missing)["accuracy"]


N_PAIRS = 6


def null_pairs(draw, n_items, n_rounds, make_subject):
    """Two measurements of the same contestants: nothing differs but chance."""
    sides: tuple[list[Subject], list[Subject]] = ([], [])
    for index in range(N_PAIRS):
        share = draw.random()
        for side in sides:
            marks = "".join("01"[draw.random() < share] for _ in range(n_items))
            times = [2 ** draw.gauss(0, 0.1) for _ in range(n_rounds)]
            side.append(make_subject(f"c{index}", marks=marks, times=times))
    return sides


def false_alarms(make_side, make_subject, *, n_samples, seed, n_items=60, n_rounds=4):
    """Share of comparisons in which any pair is said to differ, by figure."""
    draw, counts = random.Random(seed), {"accuracy": 0, "p50_ms": 0}
    for _ in range(n_samples):
        first, second = null_pairs(draw, n_items, n_rounds, make_subject)
        comparison = compare(make_side(*first), make_side(*second), Choices())
        for name in counts:
            counts[name] += any(
                change.verdict not in ("not shown", "no interval")
                for pair in comparison.pairs
                for change in pair.changes
                if change.figure.name == name
            )
    return {name: count / n_samples for name, count in counts.items()}


def test_measuring_the_same_twice_rarely_shows_a_change_in_any_pair(make_side, make_subject):
    rates = false_alarms(make_side, make_subject, n_samples=60, seed=1)
    # 5% of 60, and four standard errors.
    assert max(rates.values()) <= 0.05 + 4 * (0.05 * 0.95 / 60) ** 0.5


@pytest.mark.slow
def test_the_rate_of_false_alarms_is_nominal(make_side, make_subject):
    rates = false_alarms(make_side, make_subject, n_samples=1500, seed=2, n_items=200, n_rounds=8)
    assert 0.005 <= rates["accuracy"] <= 0.065
    assert rates["p50_ms"] <= 0.065
