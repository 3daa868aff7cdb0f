import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.presets import PRESETS
from spoonbench.solvers.llm.recipe import Recipe, read_recipe, settle_epochs, write_recipe

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


def test_amounts_come_from_the_preset():
    recipe = read_recipe({"preset": "distilgpt2"})
    assert recipe.hidden_size == PRESETS["distilgpt2"].hidden_size
    assert recipe.learning_rate == PRESETS["distilgpt2"].learning_rate


def test_fewer_examples_are_passed_over_more_often():
    recipe = read_recipe({"preset": "distilgpt2"})
    counts = (1, 1_000, 5_000, 10_000, 20_000, 10**9)
    assert [settle_epochs(recipe, n).epochs for n in counts] == [15, 15, 6, 3, 1.5, 1]
    assert settle_epochs(read_recipe({"epochs": 2}), 5).epochs == 2


def test_given_amounts_go_before_those_of_the_preset():
    assert read_recipe({"preset": "small", "epochs": 1.5}).epochs == 1.5


def test_an_unknown_parameter_is_refused_with_what_was_meant():
    with pytest.raises(Unsupported, match="learning_rate"):
        read_recipe({"learning_rat": 0.1})


def test_an_unknown_preset_is_refused_with_what_was_meant():
    with pytest.raises(Unsupported, match="gpt_tiny"):
        read_recipe({"preset": "gpt-tiny"})


@pytest.mark.parametrize(
    "params",
    [
        {"tokenizer": "words"},
        {"end_token": 1},
        {"batch_size": 2.5},
        {"batch_size": -1},
        {"batch_size": True},
        {"accumulation": 0},
        {"learning_rate": float("nan")},
        {"learning_rate": "fast"},
        {"warmup_share": 1.5},
        {"stop_strings": "."},
        {"stop_strings": [".", ""]},
        {"stop_strings": [1]},
        {"vocabulary_size": 10},
        {"hidden_size": 30, "n_heads": 4},
        {"hidden_size": 12, "n_heads": 4},
    ],
)
def test_impossible_values_are_refused(params):
    with pytest.raises(Unsupported):
        read_recipe(params)


@given(st.dictionaries(st.sampled_from(list(Recipe.__slots__)), JSON, max_size=4))
def test_any_json_gives_a_recipe_or_a_refusal(params):
    try:
        recipe = read_recipe(params)
    except Unsupported:
        return
    assert recipe.init or recipe.hidden_size % recipe.n_heads == 0
    assert read_recipe(write_recipe(recipe)) == recipe
