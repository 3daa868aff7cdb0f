import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spoonbench.harness.finetune.modelfile import parse_modelfile, write_modelfile
from spoonbench.harness.finetune.rendering import (
    BadConfiguration,
    from_json,
    from_yaml,
    read_configuration,
    to_json,
    to_yaml,
)

NAMES = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False), TEXT
)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
)


@settings(max_examples=30)
@given(st.dictionaries(NAMES, VALUES, max_size=4))
@example({"next line": "\x85", "a \u2028 b": ["c\u2029"]})
def test_yaml_comes_back_as_it_was(configuration):
    text = to_yaml(configuration, "A tool 1.0. Run: it")
    assert from_yaml(text) == configuration
    assert yaml.safe_load(text) == configuration


@settings(max_examples=30)
@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_json_comes_back_as_it_was(configuration):
    assert from_json(to_json(configuration)) == configuration


@pytest.mark.parametrize("text", ["1e-4", "1E-4", "2e5", "1.0e-4", "0.0001"])
def test_a_rate_in_any_writing_is_a_number(text):
    assert from_yaml(f"rate: {text}") == {"rate": float(text)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2\n", "'a' stands twice"),
        ("a: &x [1]\nb: *x\n", "references such as \\*x are not read"),
        ("a: !!python/object/apply:os.system [ls]\n", "python/object"),
        ("1: 2\n", "1 is no name"),
        ("a: [1\n", "expected"),
        ("a: " + "[" * 500 + "\n", "nested too deeply|expected|recursion"),
    ],
)
def test_what_no_configuration_needs_is_refused_in_a_sentence(tmp_path, text, told):
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(BadConfiguration, match=told):
        read_configuration(path, "axolotl")


def test_a_key_that_stands_twice_in_json_is_refused(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"a": 1, "a": 2}')
    with pytest.raises(BadConfiguration, match="'a' stands twice"):
        read_configuration(path, "peft")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a" * (1 << 16) + b"a"])
def test_a_file_that_is_no_text_or_too_long_is_refused(tmp_path, content):
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(BadConfiguration):
        read_configuration(path, "axolotl")


SAID = TEXT.filter(lambda text: '"""' not in text and "\r" not in text)
ROLES = st.sampled_from(["system", "user", "assistant"])
MODELFILES = st.fixed_dictionaries(
    {"from": st.from_regex(r"[a-z0-9./:-]{1,20}", fullmatch=True)},
    optional={
        "adapter": st.from_regex(r"\./[a-z]{1,8}", fullmatch=True),
        "parameters": st.fixed_dictionaries(
            {},
            optional={
                "temperature": st.floats(0, 2),
                "num_ctx": st.integers(1, 10**6),
                "stop": st.lists(SAID, min_size=1, max_size=3),
            },
        ).filter(bool),
        "template": SAID,
        "system": SAID,
        "messages": st.lists(
            st.fixed_dictionaries({"role": ROLES, "content": SAID}), min_size=1, max_size=3
        ),
    },
)


@settings(max_examples=50)
@given(MODELFILES)
def test_a_modelfile_comes_back_as_it_was(configuration):
    assert parse_modelfile(write_modelfile(configuration, "Run: it")) == configuration


def test_a_text_that_would_end_its_own_quotation_is_refused():
    with pytest.raises(ValueError, match="three quotation marks"):
        write_modelfile({"from": "m", "system": 'a """\nFROM other'}, "Run: it")


@pytest.mark.parametrize("name", ["a\nSYSTEM other", '"a', " a"])
def test_a_name_that_would_be_more_than_a_name_is_refused(name):
    with pytest.raises(ValueError, match="is no name"):
        write_modelfile({"from": name}, "Run: it")


def test_a_modelfile_is_read_as_ollama_reads_it():
    text = (
        "# comment\nfrom llama3.2\nPARAMETER temperature 1\nparameter stop <|a|>\n"
        'PARAMETER stop "<|b|>"\nSYSTEM """You are\nMario."""\nMESSAGE user Is it? Yes: it is\n'
    )
    assert parse_modelfile(text) == {
        "from": "llama3.2",
        "parameters": {"temperature": 1, "stop": ["<|a|>", "<|b|>"]},
        "system": "You are\nMario.",
        "messages": [{"role": "user", "content": "Is it? Yes: it is"}],
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("FROM a\nHELLO b\n", "HELLO is no instruction"),
        ("FROM a\nFROM b\n", "FROM stands twice"),
        ('FROM a\nSYSTEM """b\n', "does not end"),
        ("FROM a\nPARAMETER top_k\n", "takes a name and a value"),
        ("FROM a\nPARAMETER top_k 1\nPARAMETER top_k 2\n", "top_k stands twice"),
        ("FROM\n", "no instruction"),
    ],
)
def test_a_modelfile_that_is_none_is_refused_with_its_line(text, told):
    with pytest.raises(ValueError, match=told):
        parse_modelfile(text)
