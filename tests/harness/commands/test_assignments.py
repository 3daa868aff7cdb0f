import click
import pytest

from spoonbench.harness.commands.assignments import (
    hours,
    nested_values,
    values,
    values_by_name,
)


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


def test_words_without_an_owner_are_of_the_first_and_others_of_who_is_named():
    words = ["a=1", "x+y.b=2", "y.c.a=3", "y.a=true", "z.a=0"]
    assert values_by_name(words, "--set", ["x+y", "x", "y", "y.c"]) == {
        "x+y": {"a": 1, "b": 2, "z.a": 0},
        "x": {},
        "y": {"a": True},
        "y.c": {"a": 3},
    }


@pytest.mark.parametrize("words", [["a"], ["=1"], ["a=1", "x.a=1"], ["y.a=1", "y.a=1"]])
def test_words_of_another_form_or_said_twice_are_refused(words):
    with pytest.raises(click.UsageError, match="--set"):
        values_by_name(words, "--set", ["x", "y"])


@pytest.mark.parametrize("word", ["rules=-1", "rules=nan", "rules=NaN", "rules=true", "rules=x"])
def test_hours_are_numbers_of_0_or_more(word):
    with pytest.raises(click.UsageError, match="hours"):
        hours([word], "--build-hours")


def test_hours_are_read():
    assert hours(["rules=2", "lm-tiny=0.5"], "--build-hours") == {"rules": 2.0, "lm-tiny": 0.5}
