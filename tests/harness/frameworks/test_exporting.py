import json

from spoonbench.harness.frameworks.exporting import framework_json
from spoonbench.harness.frameworks.reading import parse_framework
from tests.harness.frameworks.small import SMALL, changed


def test_a_framework_is_json_and_comes_back_the_same():
    exported = framework_json(parse_framework(SMALL))
    assert json.loads(json.dumps(exported, allow_nan=False)) == exported
    assert exported["framework_id"] == "small"
    assert exported["thresholds"]["many"]["value"] == 16
    assert exported["nodes"]["batch"]["edges"] == [
        {"condition": {"below": "many"}, "to": "cpu"},
        {"condition": {"least": "many"}, "to": "which"},
    ]


def test_defaults_are_left_out_at_every_depth():
    exported = framework_json(parse_framework(SMALL))
    assert "faults" not in exported
    assert "mends" not in exported
    assert exported["verdicts"]["cpu"] == {"name": "cpu", "choice": "cpu", "text": "Take the CPU."}
    assert exported["questions"]["is_late"] == {
        "name": "is_late",
        "text": "Is it late?",
        "type": "yes-no",
    }


def test_false_and_zero_are_not_taken_for_defaults():
    text = changed('below = "many"', "below = 0").replace('least = "many"', "least = 0")
    exported = framework_json(parse_framework(text))
    assert exported["nodes"]["batch"]["edges"][0]["condition"] == {"below": 0.0}
    late = exported["nodes"]["late"]["edges"]
    assert [edge["condition"] for edge in late] == [{"one_of": [True]}, {"one_of": [False]}]
    assert exported["verdicts"]["mps"]["settings"] == {"workers": 2.0, "pinned": False}
