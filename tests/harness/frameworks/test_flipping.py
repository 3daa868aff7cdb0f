import pytest

from spoonbench.harness.frameworks.flipping import flips, outcome
from spoonbench.harness.frameworks.paths import answers_of, every_path, representatives
from spoonbench.harness.frameworks.reading import parse_framework, shipped, shipped_ids
from spoonbench.harness.frameworks.walking import figures_of, walk
from tests.harness.frameworks.small import SMALL

FRAMEWORK = parse_framework(SMALL)
DEVICE = {"device": "mps", "fits": True, "parameters": 82e6, "batch": 12}


def told(framework, answers, thresholds=None):
    found = flips(framework, answers, thresholds)
    return [(one.question.name, one.change, outcome(one.walk)) for one in found]


def test_each_answer_of_the_path_is_changed_alone():
    assert told(shipped("device"), DEVICE) == [
        ("device", "cuda", "cuda"),
        ("fits", "no", "optimize-or-rent"),
        ("parameters", "1B or more", "mps"),
        ("batch", "16 or more", "mps"),
    ]


def test_measured_thresholds_move_what_would_flip():
    assert ("batch", "20 or more", "mps") in told(shipped("device"), DEVICE, {"mps_batch": 19.5})
    far = told(shipped("device"), DEVICE, {"mps_batch": float("inf")})
    assert "batch" not in [name for name, _, _ in far]


def test_a_flip_may_need_an_answer_that_was_not_given():
    assert told(FRAMEWORK, {"batch": 4}) == [("batch", "16 or more", "asks device")]


def test_a_number_flips_both_ways():
    answers = {"memory_share": 0.9}
    assert told(shipped("fit"), answers) == [
        ("memory_share", "above 100%", "asks dtype"),
        ("memory_share", "83.33% or less", "fits"),
    ]


def test_open_answers_flip_nothing():
    assert flips(FRAMEWORK, {"batch": 64}) == ()


@pytest.mark.parametrize("framework_id", shipped_ids())
def test_flips_are_what_trying_every_representative_finds(framework_id):
    framework = shipped(framework_id)
    figures = figures_of(framework)
    places = frozenset([*framework.nodes, *framework.verdicts])
    offered = {
        name: [one.answer for one in representatives(framework, question, figures, places)]
        for name, question in framework.questions.items()
    }
    for path in every_path(framework):
        answers = answers_of(path)
        found = {(one.question.name, outcome(one.walk)) for one in flips(framework, answers)}
        names = {name for name, _ in found}
        for name in answers:
            others = {outcome(walk(framework, {**answers, name: one})) for one in offered[name]}
            assert (name in names) == (others != {outcome(path)})
            assert {end for at, end in found if at == name} <= others
