"""Commands that were measured before, with other options."""

from pathlib import Path

from spoonbench.harness.advise.repeating import repeated

COMMAND = ("spoonbench", "matrix", "--batch", "1,2", "--rounds=3", "--fresh", "--out", "there")


def test_options_take_the_place_of_those_that_were_given():
    assert repeated(COMMAND, {"--rounds": "6", "--batch": "4"}, None) == (
        "spoonbench matrix --rounds 6 --batch 4"
    )


def test_results_elsewhere_are_named():
    found = repeated(COMMAND, {}, Path("a folder"))
    assert found == "spoonbench matrix --batch 1,2 --rounds=3 --out 'a folder'"
