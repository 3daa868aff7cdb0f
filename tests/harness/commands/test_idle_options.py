"""Options that would count for nothing are refused, with the reason, before anything is run."""

import click
import pytest
from click.testing import CliRunner

from spoonbench.harness.cli import cli
from spoonbench.harness.commands.idle_options import refuse_idle, typed

FEW = ("--option", "n_training=20", "--option", "n_validation=5", "--option", "n_items=5")
SERVED = ("--endpoint", "http://127.0.0.1:1/v1", "--endpoint-model", "m")


@click.command()
@click.option("--wait", "seconds", default=1)
@click.option("--loud/--quiet", default=False)
def shout(**_):
    click.echo(" ".join(typed(("seconds", "loud", "unknown"))))
    refuse_idle(("loud",), "needs a voice.")


def test_what_was_typed_is_named_as_it_is_typed():
    assert CliRunner().invoke(shout, []).output == "\n"
    assert CliRunner().invoke(shout, ["--wait", "1"]).output == "--wait\n"
    done = CliRunner().invoke(shout, ["--quiet"])
    assert done.exit_code == 2
    assert "--loud needs a voice." in done.output


def test_outside_of_a_command_nothing_was_typed():
    assert typed(("seconds",)) == []
    refuse_idle(("seconds",), "is never said.")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--shots", "2"), "--shots needs --model or --endpoint."),
        (("--chat", "yes"), "--chat needs --model."),
        ((*SERVED, "--chat", "yes"), "--chat needs --model."),
        (("--endpoint-api", "chat"), "--endpoint-api needs --endpoint."),
        (("--price-in", "1", "--price-out", "2"), "--price-in needs --endpoint."),
        ((*SERVED, "--price-out", "2"), "--price-in and --price-out belong together"),
        ((*SERVED, "--price-in", "-1", "--price-out", "2"), "--price-in"),
        (("--answers-level", "2"), "--answers-level needs --answers."),
        (("--tune", "lora"), "--tune needs --init"),
        (("--no-timing", "--latency-ms", "5"), "--latency-ms needs timing"),
        (("--no-timing", "--rounds", "3"), "--rounds are rounds of timing"),
        (("--no-timing", "--cost", "3", "--machine-hour-price", "1"), "--cost needs timing"),
        (("--data", "x.json"), "--data needs --task"),
        (("--kind", "text"), "--kind belongs to a file of your own"),
        (("--task", "formats", "--test", "x.csv"), "--test belongs to a file"),
        (("--skip-bad-rows",), "--skip-bad-rows belongs to a file"),
        (("--measure", "test", "--split", "two-steps"), "--measure leaves it out"),
        (("--device", "gpu"), "--device gpu: no contestant"),
        (("--device", "cuda", "--only", "rules,tfidf-ridge"), "--device cuda: no contestant"),
        (("--dtype", "bfloat16", "--only", "rules"), "--dtype bfloat16: no contestant"),
        (("--years", "2"), "--years needs prices"),
    ],
)
def test_a_duel_refuses_what_would_count_for_nothing(words, sentence, tmp_path):
    few = FEW if "--task" not in words and "--data" not in words else ()
    done = CliRunner().invoke(cli, ["duel", "--out", str(tmp_path), *few, *words])
    assert done.exit_code == 2, done.output
    assert sentence in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("train", "--kind", "text"), "--kind belongs to a file"),
        (("train", "--data", "x.json"), "--data needs --task"),
        (("solve", "text", "--batch-size", "3"), "--batch-size needs a file"),
        (("solve", "text", "--id-column", "x"), "--id-column needs a file"),
        (("generate", "m", "text", "--batch-size", "3"), "--batch-size needs --file"),
        (("generate", "m", "text", "--id-column", "x"), "--id-column needs --file"),
        (("generate", "text", *SERVED, "--device", "cuda"), "is for models that run here"),
        (("tasks", "export", "formats", "--out", "x", "--tolerance", "0.1"), "--tolerance belongs"),
        (
            ("tasks", "export", "formats", "--out", "x", "--prompt", "plain", "--seed", "1"),
            "--seed draws examples",
        ),
    ],
)
def test_so_do_the_other_commands(words, sentence):
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2, done.output
    assert sentence in " ".join(done.stderr.split())


@pytest.mark.parametrize("command", ["duel", "solve", "solvers", "generate", "report"])
def test_a_launcher_starts_nothing_but_training(command):
    launched = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}
    first = CliRunner().invoke(cli, [command], env={**launched, "RANK": "0"})
    assert first.exit_code == 2
    assert f"{command} is the work of one process, and a launcher started 2" in first.stderr
    other = CliRunner().invoke(cli, [command], env={**launched, "RANK": "1"})
    assert (other.exit_code, other.output) == (2, "")


def test_a_variable_of_something_else_is_no_launcher():
    done = CliRunner().invoke(cli, ["solvers"], env={"WORLD_SIZE": "2", "RANK": None})
    assert done.exit_code == 0
