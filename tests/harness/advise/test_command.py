"""`spoonbench advise` at the command line: examples, options, wrong inputs, profiles."""

import json
import tomllib
from typing import Any

import pytest
from click.testing import CliRunner

from spoonbench.harness import advise as api
from spoonbench.harness import cli
from spoonbench.harness.advise import sources as own_sources
from spoonbench.harness.advise.facts import questions_of
from spoonbench.harness.advise.options import option_names, topic_command
from spoonbench.harness.advise.page import advice_lines
from spoonbench.harness.advise.topics import framework_of, topics
from spoonbench.harness.tasks.api import BadTask

GPT2 = (
    '{"model_type": "gpt2", "n_layer": 6, "n_head": 12, "n_embd": 768, "vocab_size": 50257, '
    '"n_positions": 1024}'
)
DEVICE = ("device", "--parameters", "124M", "--batch", "4", "--device", "mps", "--memory", "16GB")


@pytest.fixture
def advise(call_main, machine, monkeypatch):
    """The command on a machine with an NVIDIA GPU; nobody sits at the terminal."""
    init = own_sources.Sources.__init__

    def on_machine(self, results, **more):
        init(self, results, **{"machine": machine, **more})

    monkeypatch.setattr(own_sources.Sources, "__init__", on_machine)

    def run(*words):
        return call_main("advise", *words)

    return run


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "path"
    folder.mkdir()
    (folder / "config.json").write_text(GPT2)
    return folder


@pytest.mark.parametrize(
    ("words", "choice"),
    [
        (("tool", "--rules", "yes", "--accuracy", "1.0"), "rules"),
        (("device", "--parameters", "124M", "--batch", "4", "--memory", "24GB"), "cpu"),
        (("quantize", "--model", "path", "--task", "arithmetic", "--memory", "24GB"), "none"),
        (
            ("fit", "--parameters", "7B", "--dtype", "bf16", "--context", "4096", "--batch", "8",
             "--memory", "24GB"),
            "tight",
        ),
        (
            ("finetune", "--parameters", "2B", "--memory", "16GB", "--device", "mps",
             "--examples", "3600"),
            "lora/mlx",
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else value,
)  # fmt: skip
def test_the_examples_work_as_they_stand(advise, model, words, choice):
    code, output, errors = advise(*words, "--json")
    assert (code, errors) == (0, "")
    found = json.loads(output)
    assert found["choice"] == choice
    code, output, _ = advise(*words)
    assert code == 0
    assert output.startswith(found["sentence"][:40])


@pytest.mark.parametrize("topic", topics())
def test_every_topic_has_help_with_an_option_a_question(advise, topic):
    code, output, _ = advise(topic, "--help")
    assert code == 0
    framework = framework_of(topic)
    for name in framework.questions:
        assert any(f"{option_names(name)[0]}{mark}" in output for mark in ", ")


@pytest.mark.parametrize("topic", topics())
def test_no_two_options_of_a_topic_are_the_same(topic):
    command = topic_command(topic, None)
    names = [name for one in command.params for name in one.opts]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("topic", "example"),
    [(topic, framework_of(topic).examples[0]) for topic in topics()],
    ids=topics(),
)
def test_every_option_is_taken(advise, topic, example):
    questions = questions_of(framework_of(topic))
    words = [topic]
    for name, value in example.answers.items():
        shown = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
        unit = "B" if questions[name].unit == "bytes" else ""
        words += [option_names(name)[0], f"{shown}{unit}"]
    code, output, errors = advise(*words, "--json")
    assert (code, errors) == (0, "")
    verdict = framework_of(topic).verdicts[example.verdict]
    assert json.loads(output)["choice"] == (verdict.choice or None)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("bogus",), 2, "No framework is called 'bogus'"),
        (("device", "--batch", "twelve"), 2, "batch is a number such as 16 or 2,000"),
        (("device", "--batch", "-4"), 2, "batch is at least 1"),
        (("fit", "--memory", "0GB"), 2, "memory is at least 1, not 0."),
        (("device", "--memory", "24"), 2, "a number such as 24GB or 512MB"),
        (("device", "--memory", "24 apples"), 2, "a number such as"),
        (("device", "--dtype", "int3"), 2, "dtype is one of"),
        (("tool", "--rules", "perhaps"), 2, "answered with yes or no"),
        (("tool", "--bogus", "yes"), 2, "No such option"),
        (("tool",), 2, "--rules is missing: Are there clear, deterministic rules?"),
        (("tool", "--rules", "yes", "--latency", "1s", "--latency-ms", "5"), 2, "given twice"),
        ((), 2, "Say about what: "),
        (("fit", "--parameters", "1000", "--memory", "24GB"), 2, "its memory cannot be predicted."),
        (("fit", "--parameters", "2e12", "--memory", "16TB"), 2, "No decoder of 2T parameters"),
        (("quantize", "--task", "code", "--task-kind", "arithmetic"), 2, "different things."),
        (("quantize", "--model", "nowhere"), 3, "no config.json"),
        (("tool", "--rules", "yes", "--profile", "nowhere.toml"), 3, "cannot be read"),
        (("--framework", "nowhere.toml"), 3, "cannot be read"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_sentence_and_the_right_code(advise, words, code, sentence):
    found, output, errors = advise(*words)
    assert (found, output) == (code, "")
    assert sentence in " ".join(errors.split())
    assert "Traceback" not in errors


def test_weights_that_are_too_many_by_themselves_do_not_fit(advise):
    code, output, errors = advise("fit", "--parameters", "1e30", "--memory", "24GB", "--json")
    assert (code, errors) == (0, "")
    found = json.loads(output)
    assert found["choice"] == "too-big"
    assert "the weights alone need" in found["path"][0]["why"]


@pytest.mark.parametrize("words", [(), ("--rules", "yes")])
def test_without_a_topic_the_usage_is_that_of_the_topics(advise, words):
    code, _, errors = advise(*words)
    assert code == 2
    assert "Usage: spoonbench advise [OPTIONS] TOPIC [ARGS]..." in errors
    assert "about [" not in errors
    assert all(topic in errors for topic in topics())


def test_a_sentence_ends_once(advise, tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    code, _, errors = advise("fit", "--model", str(tmp_path))
    assert code == 3
    assert errors.endswith("the configuration has no num_hidden_layers.\n")


def test_a_damaged_store_is_said(advise, tmp_path):
    (tmp_path / "spoonbench-results").mkdir()
    (tmp_path / "spoonbench-results" / "store.sqlite").write_bytes(b"no database at all" * 100)
    code, output, errors = advise(*DEVICE)
    assert (code, output) == (3, "")
    assert "store.sqlite" in errors


@pytest.mark.parametrize("name", ["mine.toml", "mine.json"])
def test_a_profile_keeps_what_was_said(advise, tmp_path, name):
    code, first, _ = advise(*DEVICE, "--save-profile", name, "--json")
    assert code == 0
    text = (tmp_path / name).read_text()
    parsed = json.loads(text) if name.endswith("json") else tomllib.loads(text)
    assert parsed["facts"]["parameters"] == 124e6
    code, again, errors = advise("device", "--profile", name, "--json")
    assert (code, errors) == (0, "")
    one, other = json.loads(first), json.loads(again)
    assert one["choice"] == other["choice"]
    assert {step["origin"] for step in other["path"] if step["name"] == "batch"} == {"measured"}


def test_what_is_said_goes_before_the_profile(advise, tmp_path):
    (tmp_path / "mine.toml").write_text('[facts]\nbatch = 4\nmemory = "160GB"\nskill = "some"\n')
    words = ("device", "--parameters", "124M", "--device", "mps", "--profile", "mine.toml")
    assert json.loads(advise(*words, "--json")[1])["choice"] == "cpu"
    assert json.loads(advise(*words, "--batch", "64", "--json")[1])["choice"] == "mps"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[facts", "cannot be read"),
        ("x = 1", "no table of facts"),
        ('[facts]\nbatch = "many"', "batch is a number"),
        ("\xff", "cannot be read"),
    ],
)
def test_a_profile_that_is_none_is_refused(advise, tmp_path, text, words):
    (tmp_path / "mine.toml").write_bytes(text.encode("latin-1"))
    code, _, errors = advise(*DEVICE, "--profile", "mine.toml")
    assert code == 3
    assert words in errors


def test_a_task_without_a_duel_is_said(advise):
    code, _, errors = advise("tool", "--rules", "yes", "--task", "sums")
    assert code == 0
    assert "No duel of 'sums' on this machine" in errors


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("routing", "--rules-answer", "yes"), "duel"),
        (("decoding", "--purpose", "creative"), "duel"),
        (("fit", "--parameters", "7B", "--memory", "24GB"), "matrix"),
    ],
    ids=["routing", "decoding", "fit"],
)
def test_it_is_the_duel_that_is_missed_where_duels_are_looked_at(advise, words, wanted):
    code, _, errors = advise(*words, "--task", "sums")
    assert code == 0
    assert f"No {wanted} of 'sums' on this machine" in errors


def test_a_task_with_a_duel_decides(advise, duel_store):
    duel_store(
        {"rules": (1, 200, 1_000), "forest": (3, 400, 1_000_000)}, folder="spoonbench-results"
    )
    code, output, errors = advise(
        "tool", "--rules", "yes", "--task", "sums", "--accuracy", "95%", "--latency-ms", "30"
    )
    assert (code, errors) == (0, "")
    assert output.startswith("Use forest (level 3)")
    assert "How sure: measured here." in output
    assert "Contradictions:" in output


def test_a_framework_of_ones_own_needs_no_topic(advise, tmp_path):
    (tmp_path / "mine.toml").write_text(
        'format = 1\nid = "x"\nversion = 1\ntitle = "X"\ntopic = "x"\nreading = "ours"\n'
        'source = "us"\nstart = "a"\n[questions.is_red]\ntext = "Red?"\ntype = "yes-no"\n'
        '[nodes.a]\nasks = "is_red"\nedges = [{ is = [true], to = "stop" }, '
        '{ is = [false], to = "go" }]\n[verdicts.stop]\nchoice = "stop"\ntext = "Stop."\n'
        '[verdicts.go]\nchoice = "go"\ntext = "\\u001b[31mGo <b>now</b>."\n'
    )
    assert advise("--framework", "mine.toml", "--red", "yes")[1].startswith("Stop.")
    assert (
        "Usage: spoonbench advise --framework FILE [OPTIONS]"
        in advise("--framework", "mine.toml")[2]
    )
    code, output, _ = advise("--framework", "mine.toml", "--red", "no")
    assert code == 0
    assert output.startswith("\\x1b[31mGo <b>now</b>.")
    assert "\x1b" not in output


def test_as_written_keeps_the_faults(advise):
    code, output, _ = advise(
        "device", "--as-written", "--parameters", "82M", "--batch", "12", "--json"
    )
    assert code == 0
    assert json.loads(output)["choice"] is None


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(nothing, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    facts: dict[str, Any] = {
        "parameters": "124M", "batch": 4, "device": "mps", "memory": "16GB"
    }  # fmt: skip
    lines = list(advice_lines(api.device(nothing, **facts), framework_of("device")))
    commands = [line for line in lines if line.startswith("  spoonbench ")]
    assert len(commands) == 1  # it is copied, and not broken
    assert max(len(line) for line in lines if line not in commands) <= columns


def test_the_answer_to_a_pipe_has_no_escapes(advise):
    assert "\x1b" not in advise(*DEVICE)[1]


FINETUNE = ("finetune", "--parameters", "2B", "--memory", "16GB", "--device", "mps",
            "--examples", "3600")  # fmt: skip


def test_a_configuration_is_written_for_the_tool(advise, tmp_path):
    rows = "".join(f'{{"question": "{k}+1?", "answer": "{k + 1}"}}\n' for k in range(200))
    (tmp_path / "mine.jsonl").write_text(rows)
    words = (*FINETUNE, "--model", "google/gemma-2-2b", "--data", "mine.jsonl", "--write", "made")
    code, output, errors = advise(*words)
    assert code == 0, errors
    assert output.startswith("Train an adapter with MLX")
    assert (tmp_path / "made" / "STEPS.md").exists()
    assert "written: made" in errors
    assert advise(*words)[0] == 3  # nothing is written over


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (FINETUNE, "--write needs --model"),
        (("finetune", "--wants-knowledge", "yes", "--device", "mps", "--parameters", "70B",
          "--memory", "16GB", "--examples", "900", "--model", "x"), "nothing is trained"),
    ],
)  # fmt: skip
def test_nothing_is_written_without_need(advise, tmp_path, words, sentence):
    code, output, errors = advise(*words, "--write", "made")
    assert (code, output) == (2, "")
    assert sentence in errors
    assert not (tmp_path / "made").exists()


def test_the_batch_of_a_configuration_is_what_fits(advise):
    found = json.loads(advise(*FINETUNE, "--json")[1])
    words = dict(
        one.removeprefix("--").split("=") for one in found["firm_up"].split() if "=" in one
    )
    assert int(words["batch"]) * int(words["accumulation"]) == 16
    larger = json.loads(advise(*FINETUNE, "--batch", words["batch"], "--json")[1])
    assert larger["choice"] == found["choice"]
    twice = str(int(words["batch"]) * 2)
    assert json.loads(advise(*FINETUNE, "--batch", twice, "--json")[1])["choice"] != found["choice"]


@pytest.mark.parametrize(
    "words", [("--device", "cuda", "--examples", "20"), ("--examples", "3600")]
)
def test_the_command_that_is_advised_is_one(advise, words):
    """Its options are read; the model and the files that it names are not there."""
    facts = ("finetune", "--parameters", "2B", "--memory", "16GB", "--wants-knowledge", "no")
    code, output, errors = advise(*facts, *words, "--json")
    assert code == 0, errors
    command = json.loads(output)["firm_up"]
    assert command.startswith("spoonbench finetune plan --method ")
    found = CliRunner().invoke(cli.cli, command.split()[1:])
    assert isinstance(found.exception, BadTask)
    assert str(found.exception) == "FILE: there is no such file"


def test_a_program_is_told_what_is_asked_for(advise):
    code, output, errors = advise("tool", "--json")
    assert code == 2
    assert json.loads(output)["asks"] == "has_rules"
    assert "--rules is missing" in errors
