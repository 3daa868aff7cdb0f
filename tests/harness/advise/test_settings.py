"""Which setting to run a model in, by a matrix of it."""

from typing import Any

import pytest

from spoonbench.harness import advise
from spoonbench.harness.advise.sources import Sources

SIZES = (1, 2, 4, 8, 16, 32)


def line(overhead, each, *, n_right=300, sizes=SIZES, **setting):
    """Cells of a setting: batches whose times grow along a line, and memory with them."""
    return [
        (
            {"batch_size": size, "peak_bytes": int(1e6 * (20 + size)), **setting},
            size / (overhead + each * size),
            n_right,
        )
        for size in sizes
    ]


@pytest.fixture
def own(matrix_store, machine):
    """Reads a store of cells."""

    def make(cells, **more):
        results = matrix_store(cells, **more)
        return Sources(results, has_references=False, has_claims=False, machine=machine)

    return make


@pytest.fixture
def full(own):
    """Two formats at six batches: bfloat16 is slower alone, and faster in batches."""
    plain = line(0.010, 0.0050)
    return own([*plain, *line(0.030, 0.0025, dtype="bfloat16", n_right=280)])


def test_without_a_limit_the_quickest_an_item_is_recommended(full):
    found = advise.setting(full)
    assert (found.choice, found.sureness) == ("32-bfloat16", "measured here")
    assert found.evidence[0].run_ids
    assert "measured here" in found.sentence
    assert found.runners_up
    assert not found.settings["not_asked"]


@pytest.mark.parametrize(
    ("facts", "choice"),
    [
        ({"latency": "40ms"}, "4"),
        ({"latency": "20ms"}, "1"),
        ({"memory": "40MB"}, "16-bfloat16"),
        ({"rate": 200.0}, "32-bfloat16"),
        ({"accuracy_need": 0.7}, "32"),
        ({"latency": "60ms", "accuracy_need": 0.7}, "8"),
        ({"batch": 2}, "2"),
        ({"dtype": "float32"}, "32"),
        ({"latency": "1ms"}, None),
        ({"rate": 1e6}, None),
        ({"memory": "1MB"}, None),
    ],
)
def test_limits_are_kept(full, facts, choice):
    found = advise.setting(full, **facts)
    assert found.choice == choice
    assert not found.settings["not_asked"]


def test_where_nothing_does_the_nearest_is_named_and_what_would_let_it_in(full):
    found = advise.setting(full, latency="1ms")
    assert found.sentence.startswith("No setting that was measured on sums with lm does it; ")
    assert any(one.startswith("With batches of 15") for one in found.flips)


def test_a_limit_within_an_interval_is_likely_kept_and_no_more(full):
    found = advise.setting(full, latency="15.1ms")
    assert found.choice == "1"
    assert found.sentence.startswith("Nothing certainly does what is asked; the likeliest to is 1 ")


def test_of_a_single_round_nothing_is_certain(own):
    found = advise.setting(own(line(0.010, 0.0050), rounds=1), latency="1s")
    assert found.choice == "32"
    assert found.sentence.startswith("Nothing certainly does")


def test_what_a_looser_and_a_tighter_limit_would_bring_is_said(full):
    found = advise.setting(full, latency="60ms")
    looser, tighter = found.flips[:2]
    assert looser.startswith("With batches of 70.7 ms")
    assert "or more: 16-bfloat16" in looser
    assert tighter.startswith("With batches of 50.4 ms or less: ")


def test_a_cell_that_was_not_run_is_predicted_between_those_that_were(own):
    cells = [
        *line(0.010, 0.0050),
        *line(0.030, 0.0025, dtype="bfloat16", sizes=(1, 2, 4, 8, 32)),
    ]
    found = advise.setting(own(cells), batch=16)
    assert (found.choice, found.sureness) == ("bfloat16 at batch 16", "predicted")
    assert "predicted from 11 cells, median error" in found.sentence
    assert "at most 36 MB" in found.sentence  # between those of 8 and 32
    assert "--device cpu" in found.firm_up  # where it was predicted, whatever else is there
    assert "--batch 16" in found.firm_up
    assert "--dtype bfloat16" in found.firm_up


def test_a_batch_that_was_not_measured_is_predicted_where_it_is_asked_for(full):
    found = advise.setting(full, batch=12)
    assert (found.choice, found.sureness) == ("bfloat16 at batch 12", "predicted")
    beyond = advise.setting(full, batch=200)
    assert beyond.choice is None
    assert "nothing can be predicted" in beyond.sentence


def test_a_planned_cell_takes_of_its_predicted_peak_what_its_neighbours_took(own):
    cells = [({**at, "told_bytes": 40_000_000}, *rest) for at, *rest in line(0.010, 0.0050)]
    cells[4] = ({"batch_size": 16, "told_bytes": 80_000_000}, None, 0)
    cells += line(0.030, 0.0100, dtype="bfloat16")
    found = advise.setting(own(cells), batch=16, dtype="float32", memory="200MB")
    assert found.sureness == "predicted"
    # At batch 32, of 40 MB predicted 52 were measured, at batch 8 only 28: between, 76 of 80. With
    # ratios from 0.5 to 1.3, cells left out are told far off.
    assert "at most 141.7 MB" in found.sentence
    tight = advise.setting(own(cells, folder="again"), batch=16, dtype="float32", memory="100MB")
    assert tight.choice == "float32 at batch 16"
    assert "Nothing certainly does" in tight.sentence
    none = advise.setting(own(cells, folder="third"), batch=16, dtype="float32", memory="75MB")
    assert none.choice is None


def test_without_a_matrix_the_rule_of_thumb_answers_and_says_so(nothing):
    facts: dict[str, Any] = {"fits": True, "is_interactive": True, "latency": "1s"}
    found = advise.setting(nothing, **facts)
    assert (found.choice, found.sureness) == ("one-at-a-time", "rule of thumb")
    assert found.settings["not_asked"] == ("latency",)
    assert "spoonbench matrix" in found.firm_up


def test_a_matrix_of_another_model_or_task_says_nothing(full):
    facts: dict[str, Any] = {"memory": "64GB", "batch": 1, "context": 512, "is_interactive": True}
    assert advise.setting(full, parameters="7B", **facts).sureness != "measured here"
    assert advise.setting(full, task="others", fits=True, is_interactive=True).choice == (
        "one-at-a-time"
    )


def test_the_rule_of_thumb_s_other_choice_is_a_contradiction(full):
    found = advise.setting(full, fits=True, is_interactive=True)
    assert found.choice == "32-bfloat16"
    assert any("The framework says one-at-a-time" in one for one in found.contradictions)


def test_the_path_says_what_was_asked_what_there_is_and_what_does(full):
    found = advise.setting(full, latency="60ms", accuracy_need=0.7)
    steps = {step.name: step for step in found.path}
    assert steps["latency"].shown == "60 ms"
    assert steps["mode"].answer == "answer"
    assert steps["cells"].answer == 2 * len(SIZES)
    n_alone, n_all = (
        int(steps[name].shown) for name in ("keep the limit of right answers", "keep all of them")
    )
    assert 0 < n_all < n_alone
    assert steps["cell"].shown == found.choice


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"memory": "1MB"}, "1 (66.67 answers a second"),
        ({"accuracy_need": 0.99}, "32 (188.2 answers a second"),
    ],
)
def test_where_no_limit_but_time_is_kept_what_comes_closest_is_named(full, facts, words):
    found = advise.setting(full, **facts)
    assert found.choice is None
    assert found.runners_up[0].startswith(words)
    assert found.evidence


READING = {"mode": "prefill", "prompt_tokens": 32}


@pytest.fixture
def several(own):
    """Answers, and texts that are read, which goes quicker in bfloat16."""
    return own(
        [
            *line(0.010, 0.0050),
            *line(0.002, 0.0010, **READING),
            *line(0.001, 0.0005, dtype="bfloat16", **READING),
        ]
    )


def test_cells_that_do_something_else_are_not_chosen_among(several):
    assert advise.setting(several).choice == "32"
    found = advise.setting(several, mode="prefill")
    assert "bfloat16" in found.choice
    assert "texts a second" in found.sentence
    assert "reading 32 tokens with lm" in found.sentence


def test_texts_of_another_length_are_not_taken_for_the_ones_that_were_asked_about(several):
    assert "bfloat16" in advise.setting(several, mode="prefill", context=32).choice
    other = advise.setting(several, mode="prefill", context=64)
    assert other.choice is None
    assert other.sentence.startswith("Nothing was measured here of reading a text")
    assert "--mode prefill" in other.firm_up


def test_each_limit_that_a_flip_names_gives_the_cell_that_it_names_when_asked(full):
    asked = {"latency": "60ms", "memory": "60MB", "rate": "100", "accuracy_need": "60%"}
    names = {
        "batches of": "latency",
        "of memory": "memory",
        "answers/s": "rate",
        "right": "accuracy_need",
    }
    for facts in ({}, *({name: value} for name, value in asked.items())):
        flips = advise.setting(full, **facts).flips
        assert flips
        for flip in flips:
            limit, follows = flip.removeprefix("With ").removesuffix(".").split(": ", 1)
            name = next(fact for words, fact in names.items() if words in limit)
            figure = limit.removeprefix("batches of ").split(" or ")[0]
            figure = (
                figure.removesuffix(" of memory").removesuffix(" right").removesuffix(" answers/s")
            )
            again = advise.setting(full, **{**facts, name: figure})
            is_certain = again.choice and not again.sentence.startswith("Nothing certainly")
            expected = again.choice if is_certain else "nothing that was measured certainly does"
            assert follows.split(" (")[0] == expected


def test_a_batch_that_nothing_tells_is_answered_with_the_nearest_that_something_does(full):
    found = advise.setting(full, batch=500)
    assert found.choice is None
    assert found.sureness == "rule of thumb"
    assert any(one.startswith("With batch 32: 32-bfloat16 (") for one in found.flips)
    assert "--batch 500" in found.firm_up
    assert found.evidence


def test_two_limits_that_nothing_keeps_are_changed_together(full):
    found = advise.setting(full, latency="1ms", memory="1MB")
    (both,) = found.flips
    assert both.startswith("With batches of 15")
    assert " and 21 MB of memory or more: " in both


def test_where_the_items_leave_it_open_more_of_them_are_asked_for(full):
    found = advise.setting(full, accuracy_need=0.76)
    assert "--items 1600" in found.firm_up


def test_where_no_answers_were_measured_the_newest_work_is_taken_and_said(own):
    found = advise.setting(own(line(0.002, 0.0010, **READING)))
    step = next(one for one in found.path if one.name == "mode")
    assert (step.answer, step.origin) == ("prefill", "assumed")


def test_the_command_repeats_the_matrix_in_more_rounds(full):
    found = advise.setting(full)
    assert found.firm_up.startswith("spoonbench matrix ")
    assert "--rounds" in found.firm_up


def test_without_limits_it_is_said_which_ones_would_change_the_choice(full):
    found = advise.setting(full)
    assert any(one.startswith("With batches of ") and " or less: " in one for one in found.flips)
    assert any("of memory" in one for one in found.flips)
