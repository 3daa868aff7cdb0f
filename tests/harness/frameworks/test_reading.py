"""What is no framework is refused with one sentence that says where and why."""

import random
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.frameworks.linting import lint
from spoonbench.harness.frameworks.reading import (
    BadFramework,
    parse_framework,
    read_framework,
    shipped,
)
from tests.harness.frameworks.small import SMALL, changed


def refusal(text):
    with pytest.raises(BadFramework) as caught:
        parse_framework(text)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("format = 1", "format = 2", "format is 2, and this version reads 1"),
        ("format = 1", "format = true", "format is True, and should be a whole number"),
        ("format = 1\n", "", "the file has no format"),
        ('id = "small"', 'id = "Small one"', "'Small one' is no name"),
        ('id = "small"', "id = 3", "id is 3, and should be text"),
        ("version = 1", "version = 0", "from 1 on"),
        ("version = 1", "version = 1.0", "should be a whole number"),
        ('title = "Where to compute"', 'title = " "', "title is empty"),
        ('reading = "ours"', 'reading = "mine"', "not one of as written, mended, ours"),
        ('source = "a test"', 'source = "a test"\ncolour = 1', "not known: 'colour'"),
        ('start = "batch"', 'start = "nowhere"', "start 'nowhere', which is not there"),
        ('unit = "items"', 'unit = "items"\ncolour = 1', "questions.batch has words"),
        ('type = "number"', 'type = "numeral"', "not one of yes-no, number, choice"),
        ("low = 1", "low = nan", "finite"),
        ("low = 1", "low = inf", "finite"),
        ("low = 1", f"low = 1{'0' * 400}", "finite"),
        ("low = 1", "low = 5\nhigh = 2", "low is greater than high"),
        ("low = 1", "low = 1.2\nhigh = 1.8", "no whole number"),
        ("whole = true", "whole = 1", "whole is 1, and should be true or false"),
        ('text = "Is it late?"', 'text = "Is it late?"\nlow = 3', "only a number has"),
        (', none = "none" }', ", none = 3 }", "choices.none should be text"),
        (', none = "none" }', ', "a b" = "none" }', "'a b' is no name"),
        (', mps = "Apple", none = "none" }', " }", "two or more"),
        ("[questions.is_late]", "[questions.Is-late]", "'Is-late' is no name"),
        ("[thresholds.many]\nvalue = 16", "[thresholds.many]", "thresholds.many has no value"),
        ("value = 16", 'value = "16"', "value is '16', and should be a number"),
        ('claims = ["G3"]', 'claims = "G3"', "claims is 'G3', and should be a list"),
        ('claims = ["G3"]', "claims = [3]", "claims should be a list of words"),
        ("[thresholds.many]", "[thresholds.batch]", "a question and a threshold of the same name"),
        ('asks = "batch"', 'asks = "batches"', "asks 'batches', which is not there"),
        ('to = "which"', 'to = "whither"', "an edge to 'whither', which is not there"),
        ('below = "many"', 'below = "few"', "the threshold 'few', which is not there"),
        ('below = "many"', "below = [1]", "below is [1], and should be a number"),
        ('below = "many", ', "", "either a condition or otherwise = true"),
        ("otherwise = true", 'otherwise = true, is = ["none"]', "either a condition or otherwise"),
        ("otherwise = true", "otherwise = false", "either a condition or otherwise"),
        ('{ is = ["cuda"], to', '{ is = "cuda", to', "is is 'cuda', and should be a list"),
        (
            '{ is = ["cuda"], to',
            '{ is = ["cud"], to',
            "device is one of cuda, mps, none, not 'cud'",
        ),
        ('{ is = ["cuda"], to', "{ is = [true], to", "device is one of"),
        ('{ is = ["cuda"], to', "{ is = [[1]], to", "no word, number, true or false"),
        ('{ is = ["cuda"], to', "{ least = 3, to", "device is no number and has no bounds"),
        ("{ is = [true], to", '{ is = ["yes"], to', "is_late is answered with yes or no"),
        ('edges = [{ is = [true], to = "cpu" }, { is = [false], to = "mps" }]', "", "has no edges"),
        ('to = "which"', 'to = "batch"', "a circle: batch -> batch"),
        ('{ is = [true], to = "cpu" }', '{ is = [true], to = "batch" }', "a circle: "),
        ("[verdicts.cpu]", "[verdicts.late]", "a node and a verdict of the same name"),
        ('[verdicts.cpu]\nchoice = "cpu"', "[verdicts.cpu]", "verdicts.cpu has no choice"),
        ("is {many} or", "is {few} or", "the name 'few', which is not there"),
        ("is {many} or", "is {many or", "braces hold the name"),
        ("is {many} or", "is {many.value} or", "braces hold the name"),
        ("is {many} or", "is {} or", "braces hold the name"),
        ("[questions.is_late]", "[questions.is-late]", "have _ for -"),
        ("needs = { device =", "needs = { devices =", "needs 'devices', which is not there"),
        ('needs = { device = { is = ["cuda"] } }', "needs = { device = 3 }", "should be a table"),
        (
            'needs = { device = { is = ["cuda"] } }',
            "needs = { device = { otherwise = true } }",
            "a verdict needs a condition",
        ),
        ("workers = 2", "workers = [2]", "no word, number, true or false"),
        ("workers = 2", "workers = 2026-11-22", "no word, number, true or false"),
        ("answers = { batch = 4 }", "answers = { batches = 4 }", "'batches', which is not there"),
        ("answers = { batch = 4 }", "answers = { batch = 0 }", "batch is at least 1, not 0"),
        ("answers = { batch = 4 }", "answers = { batch = 4.5 }", "whole number"),
        ("answers = { batch = 4 }", "answers = { batch = true }", "batch is a number, not True"),
        ('verdict = "cpu"', 'verdict = "gpu"', "the verdict 'gpu', which is not there"),
        ("[[examples]]", "[examples]", "examples is {'text'"),
    ],
)
def test_each_mistake_is_refused_with_a_sentence(old, new, words):
    assert words in refusal(changed(old, new))


def test_a_circle_is_told_in_the_order_of_its_edges():
    text = changed('{ is = [true], to = "cpu" }', '{ is = [true], to = "batch" }')
    assert "batch -> which -> late -> batch" in refusal(text)


@pytest.mark.parametrize("text", ["", "a", "a = ", "[" * 5000, f"a = {'9' * 5000}", "\0", "a = 1"])
def test_what_is_no_toml_or_no_framework_is_refused(text):
    assert refusal(text)


def test_a_long_chain_is_no_circle_and_no_trouble():
    nodes = "".join(
        f'[nodes.n{at}]\nasks = "q{at}"\n'
        f'edges = [{{ is = [true], to = "n{at + 1}" }}, {{ is = [false], to = "end" }}]\n'
        for at in range(1500)
    )
    questions = "".join(f'[questions.q{at}]\ntext = "?"\ntype = "yes-no"\n' for at in range(1500))
    framework = parse_framework(
        'format = 1\nid = "chain"\nversion = 1\ntitle = "t"\ntopic = "t"\nreading = "ours"\n'
        'source = "s"\nstart = "n0"\n[verdicts.n1500]\nchoice = ""\ntext = "t"\n'
        f'[verdicts.end]\nchoice = ""\ntext = "t"\n{questions}{nodes}'
    )
    assert len(framework.nodes) == 1500


def test_files_say_which_they_are(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(SMALL)
    assert read_framework(path) == parse_framework(SMALL)
    path.write_text("format = 3")
    for bad in (path, tmp_path / "none.toml", tmp_path):
        with pytest.raises(BadFramework, match=bad.name):
            read_framework(bad)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadFramework, match="cannot be read"):
        read_framework(path)


def test_an_id_that_is_none_is_refused_with_those_that_are():
    with pytest.raises(BadFramework, match=r"'nothing'; there are: decoding, "):
        shipped("nothing")
    with pytest.raises(BadFramework):
        shipped("../shipped/tool")


VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(),
        st.just(10**400),
        st.floats(),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        st.sampled_from(["batch", "cpu", "many", "device", "late", "cuda", "number"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["is", "to", "least", "text", "a"]), inner, max_size=3),
    ),
    max_leaves=5,
)


def toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return quoted(value)
    return str(value)


def quoted(text):
    return '"' + "".join(f"\\U{ord(char):08x}" for char in text) + '"'


def places(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


def with_value(path, value, *, is_added):
    raw = tomllib.loads(SMALL)
    inner = raw
    for key in path[:-1]:
        inner = inner[key]
    if is_added and isinstance(inner, dict):
        inner["extra"] = value
    else:
        inner[path[-1]] = value
    return "\n".join(f"{key} = {toml(one)}" for key, one in raw.items())


PLACES = st.sampled_from(sorted(places(tomllib.loads(SMALL)), key=str))


@settings(max_examples=100)
@given(PLACES, VALUES, st.booleans())
def test_any_value_in_any_place_makes_a_framework_or_a_sentence(path, value, is_added):
    read_or_refused(path, value, is_added=is_added)


@pytest.mark.slow
@settings(max_examples=20_000)
@given(PLACES, VALUES, st.booleans())
def test_any_value_in_any_place_makes_a_framework_or_a_sentence_often(path, value, is_added):
    read_or_refused(path, value, is_added=is_added)


def read_or_refused(path, value, *, is_added):
    text = with_value(path, value, is_added=is_added)
    tomllib.loads(text)
    made = outcome(text)
    if isinstance(made, str):
        assert made.endswith(".")
        assert "\n" not in made
    else:
        lint(made)


def outcome(text):
    """A framework, or the sentence with which it is refused."""
    try:
        return parse_framework(text)
    except BadFramework as exc:
        return str(exc)


@pytest.mark.parametrize("seed", range(20))
def test_a_file_with_characters_missing_makes_a_framework_or_a_sentence(seed):
    drawn = random.Random(seed)
    for _ in range(20):
        start = drawn.randrange(len(SMALL))
        text = SMALL[:start] + SMALL[start + drawn.randrange(1, 40) :]
        made = outcome(text)
        assert not isinstance(made, str) or made.endswith(".")
