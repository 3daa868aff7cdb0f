import pytest
import torch

from spoonbench.solvers.llm.architecture import build_model, count_parameters
from spoonbench.solvers.llm.presets import PRESETS
from spoonbench.solvers.llm.recipe import read_recipe


def parameters(preset, vocabulary_size, **params):
    recipe = read_recipe({"preset": preset, **params})
    with torch.device("meta"):
        model = build_model(recipe, vocabulary_size=vocabulary_size, pad=0, end=1)
    return count_parameters(model)


@pytest.mark.parametrize(
    ("preset", "count"),
    [("gpt_tiny", 27_073_024), ("gpt_small", 45_953_536), ("distilgpt2", 81_912_576)],
)
def test_the_fixed_shapes_have_exactly_their_parameters(preset, count):
    assert parameters(preset, vocabulary_size=700) == count


@pytest.mark.parametrize(("preset", "millions"), [("tiny", 1), ("small", 12)])
def test_the_others_have_about_theirs_with_a_full_vocabulary(preset, millions):
    count = parameters(preset, vocabulary_size=PRESETS[preset].vocabulary_size)
    assert count == pytest.approx(millions * 1e6, rel=0.3)


def test_every_size_but_distilgpt2_is_of_one_family():
    families = {name: preset.family for name, preset in PRESETS.items()}
    assert families.pop("distilgpt2") == "gpt2"
    assert set(families.values()) == {"arcee"}


def test_the_shape_can_be_overridden():
    large = parameters("tiny", vocabulary_size=400)
    small = parameters("tiny", vocabulary_size=400, n_layers=1)
    assert small < large
