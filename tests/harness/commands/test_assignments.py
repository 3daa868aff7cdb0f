import click
import pytest

from spoonbench.harness.commands.assignments import hours, nested_values, values


def test_values_are_json_where_they_read_as_json():
    words = ["a=1", "b=1.5", "c=true", "d=text", "e=", "f=x=y"]
    assert values(words, "--set") == {"a": 1, "b": 1.5, "c": True, "d": "text", "e": "", "f": "x=y"}


@pytest.mark.parametrize("words", [["a"], ["=1"], ["a=1", "a=2"]])
def test_words_of_another_form_are_refused(words):
    with pytest.raises(click.UsageError, match="--set"):
        values(words, "--set")


def test_parameters_belong_to_contestants():
    words = ["lm-tiny.epochs=3", "lm-tiny.end_token=false", "x.y=1"]
    assert nested_values(words, "--set") == {
        "lm-tiny": {"epochs": 3, "end_token": False},
        "x": {"y": 1},
    }
    with pytest.raises(click.UsageError, match=r"LABEL\.PARAMETER"):
        nested_values(["epochs=3"], "--set")


@pytest.mark.parametrize("word", ["rules=-1", "rules=nan", "rules=NaN", "rules=true", "rules=x"])
def test_hours_are_numbers_of_0_or_more(word):
    with pytest.raises(click.UsageError, match="hours"):
        hours([word], "--build-hours")


def test_hours_are_read():
    assert hours(["rules=2", "lm-tiny=0.5"], "--build-hours") == {"rules": 2.0, "lm-tiny": 0.5}
