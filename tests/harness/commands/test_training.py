"""`spoonbench train`, in processes of its own: one, and two under accelerate's launcher."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from spoonbench.harness.cli import cli
from spoonbench.harness.executors.ranks import read_launch, started_alone
from spoonbench.solvers.api import Unsupported

AMOUNTS = ("n_training=60", "n_validation=12", "n_items=12")
TASK = [
    *("--task", "word-problems", "--preset", "quick"),
    *(word for amount in AMOUNTS for word in ("--option", amount)),
]
PARAMS = {
    "n_layers": 1,
    "n_heads": 2,
    "hidden_size": 16,
    "intermediate_size": 32,
    "vocabulary_size": 320,
    "positions": 128,
    "batch_size": 8,
    "learning_rate": 0.003,
    "precision": "float32",
    # Steps alone decide when it ends: a clock would not end it the same twice.
    "max_seconds": 0,
    "epochs": 20,
    "patience": 0,
    "checkpoint_every": 40,
}
N_STEPS = 160
SET = [word for name, value in PARAMS.items() for word in ("--set", f"{name}={value}")]
LAUNCH = [
    *("-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes=2", "--num_machines=1"),
    *("--main_process_port=0", "--mixed_precision=no", "--dynamo_backend=no"),
]
CLI = ("-m", "spoonbench.harness.cli")
TOLERANCE = 1e-5


def environment(**variables):
    launchers = ("WORLD_SIZE", "RANK", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_PORT")
    kept = {k: v for k, v in os.environ.items() if k not in launchers}
    # One thread each way, so that one process and two add numbers up alike.
    return {**kept, "COLUMNS": "200", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", **variables}


def words_of(out, *, launched=False):
    launcher = LAUNCH if launched else []
    return [sys.executable, *launcher, *CLI, "train", *TASK, *SET, "--json", "--out", str(out)]


def run(words, *, code=0, cwd=None, **variables):
    done = subprocess.run(
        list(map(str, words)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=cwd,
        env=environment(**variables),
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def train(out, *, launched=False):
    return json.loads(run(words_of(out, launched=launched)).stdout)


def weights(facts):
    return load_file(Path(facts["folder"]) / "model.safetensors")


def assert_same_weights(first, second):
    first, second = weights(first), weights(second)
    assert first.keys() == second.keys()
    assert [name for name in first if not first[name].equal(second[name])] == []


def largest_difference(first, second):
    first, second = weights(first), weights(second)
    return max(float((first[name] - second[name]).abs().max()) for name in first)


def start_and_wait_for_a_checkpoint(out, *, launched=False):
    running = subprocess.Popen(
        words_of(out, launched=launched),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    for _ in range(3000):
        if list(out.glob("models/*.partial/checkpoints/training.safetensors")):
            return running
        if running.poll() is not None:
            break
        time.sleep(0.02)
    running.kill()
    raise AssertionError(f"no checkpoint appeared: {running.communicate()[1]}")


def ranks_of(launcher):
    """Process ids by rank."""
    found: dict[int, int] = {}
    for pid in Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split():
        pairs = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        ranks = [pair for pair in pairs if pair.startswith(b"RANK=")]
        found |= {int(rank.removeprefix(b"RANK=")): int(pid) for rank in ranks}
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A training by one process, not interrupted."""
    out = tmp_path_factory.mktemp("whole")
    return {"out": out, **train(out)}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """The same by two processes, of which one was killed on the way: what its launcher did then,
    and what the same command made of it."""
    if sys.platform != "linux":
        pytest.skip("finds the processes through /proc")
    out = tmp_path_factory.mktemp("shared")
    running = start_and_wait_for_a_checkpoint(out, launched=True)
    ranks = ranks_of(running.pid)
    os.kill(ranks[1], signal.SIGKILL)
    running.communicate(timeout=60)
    left = [pid for pid in ranks.values() if Path(f"/proc/{pid}").exists()]
    return {"code": running.returncode, "left": left, **train(out, launched=True)}


def test_what_came_out_is_said(whole):
    assert whole["is_new"]
    assert (whole["n_steps"], whole["n_processes"], whole["stopped_by"]) == (N_STEPS, 1, "done")
    assert 0.0 <= whole["best_validation_accuracy"] <= 1.0
    assert whole["best_validation_loss"] > 0.0
    assert whole["tokens_per_second"] > 0.0
    assert whole["fit_s"] > 0.0


def test_what_is_made_already_is_not_made_again(whole):
    again = train(whole["out"])
    assert not again.pop("is_new")
    assert again == {k: v for k, v in whole.items() if k in again}


def test_a_duel_finds_the_model_and_does_not_train_again(whole):
    place = Path(whole["folder"])
    before = (place / "model.safetensors").stat().st_mtime_ns
    prefixed = [word if word == "--set" else f"lm-tiny.{word}" for word in SET]
    quick = ("--rounds", 1, "--no-timing", "--no-report")
    words = ("duel", *TASK, *prefixed, "--only", "lm-tiny", *quick)
    duel = run([sys.executable, *CLI, *words, "--out", whole["out"], "--json"])
    # On no terminal each job that was run is a line.
    assert "round 1: lm-tiny: done" in duel.stderr
    assert "train" not in duel.stderr
    assert (place / "model.safetensors").stat().st_mtime_ns == before
    (measured,) = json.loads(duel.stdout)["measurements"]
    assert measured["training_s"] == pytest.approx(whole["fit_s"], abs=0.01)


def test_solve_answers_with_the_model(whole):
    words = ("solve", "ann has 3 apples", "--solver", "lm-tiny", "--results", str(whole["out"]))
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0
    assert whole["artifact_id"][:8] in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_killed_training_ends_as_if_it_had_not_been(whole, tmp_path):
    running = start_and_wait_for_a_checkpoint(tmp_path)
    running.kill()
    running.communicate(timeout=60)
    resumed = train(tmp_path)
    assert 0 < resumed["resumed_from_step"] < N_STEPS
    assert resumed["n_steps"] == N_STEPS
    assert_same_weights(resumed, whole)


@pytest.mark.slow
def test_two_processes_train_what_one_does(whole, shared):
    assert (shared["n_processes"], shared["n_steps"]) == (2, N_STEPS)
    assert shared["artifact_id"] == whole["artifact_id"]
    assert shared["n_tokens"] == whole["n_tokens"]
    difference = largest_difference(shared, whole)
    assert 0.0 < difference < TOLERANCE, "0 would mean that nothing was shared"
    assert shared["best_validation_loss"] == pytest.approx(whole["best_validation_loss"], rel=1e-4)


@pytest.mark.slow
def test_a_process_that_is_killed_ends_the_others(shared):
    assert shared["code"] != 0
    assert shared["left"] == []
    assert 0 < shared["resumed_from_step"] < N_STEPS


@pytest.mark.slow
def test_two_processes_of_which_one_was_killed_end_bit_for_bit_as_if_it_had_not_been(
    shared, tmp_path
):
    assert_same_weights(shared, train(tmp_path, launched=True))


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("no_such.csv",), 3, "no_such.csv: there is no such file"),
        (("--solver", "rules"), 3, "rules keeps no weights"),
        (("--solver", "lm-tyni"), 3, "Did you mean 'lm-tiny'"),
        (("--solver", "lm-tiny", "--tune", "lora"), 2, "--tune needs --init"),
        (("--set", "epochs"), 2, "NAME=VALUE"),
        (("--set", "positions=8"), 3, "have more tokens than the model reads"),
    ],
)
def test_wrong_input_is_one_sentence_and_an_exit_code(call_main, words, code, sentence):
    task = [] if words[0].endswith(".csv") else TASK
    found, output, errors = call_main("train", *task, *words)
    assert found == code, output + errors
    assert sentence in errors
    assert "Traceback" not in errors


def test_what_one_process_trains_is_refused_under_a_launcher(tmp_path):
    launched = {"WORLD_SIZE": "2", "RANK": "0", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "2"}
    words = [sys.executable, *CLI, "train", *TASK, "--solver", "text-network"]
    done = run(words, code=3, cwd=tmp_path, **launched)
    assert "text-network is trained by one process" in done.stderr
    # Where coverage is measured, its own file may lie there.
    assert [path for path in tmp_path.iterdir() if not path.name.startswith(".coverage")] == []


def test_what_goes_wrong_in_another_process_names_it(tmp_path):
    launched = {"WORLD_SIZE": "2", "RANK": "1", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}
    words = [sys.executable, *CLI, "train", "no_such.csv"]
    done = run(words, code=3, cwd=tmp_path, **launched)
    assert done.stderr == "Error: Process 1 of 2: no_such.csv: there is no such file\n"


def test_a_launcher_that_starts_one_process_only_is_no_secret(tmp_path):
    launched = {"ACCELERATE_USE_CPU": "True", "MASTER_PORT": "29500"}
    words = [sys.executable, *CLI, "train", "no_such.csv"]
    assert "--multi_gpu" in run(words, code=3, cwd=tmp_path, **launched).stderr
    assert not started_alone({"ACCELERATE_USE_CPU": "True"})
    assert not started_alone({**launched, "WORLD_SIZE": "2"})


@given(world=st.integers(2, 64), local=st.integers(1, 8), threads=st.integers(2, 64))
def test_the_launchers_variables_are_read(world, local, threads):
    variables = {"WORLD_SIZE": world, "RANK": world - 1, "LOCAL_WORLD_SIZE": local}
    launch = read_launch({k: str(v) for k, v in variables.items()})
    assert (launch.n_processes, launch.rank, launch.n_local) == (world, world - 1, local)
    assert launch.threads >= 1
    assert not launch.is_first
    given_threads = {"OMP_NUM_THREADS": str(threads)}
    asked = read_launch({**{k: str(v) for k, v in variables.items()}, **given_threads})
    assert asked.threads == threads


def test_one_process_is_no_launch_and_half_a_launch_is_refused():
    assert read_launch({}) is None
    assert read_launch({"WORLD_SIZE": "1", "RANK": "0"}) is None
    for broken in ({"WORLD_SIZE": "2"}, {"WORLD_SIZE": "x", "RANK": "0", "LOCAL_WORLD_SIZE": "1"}):
        with pytest.raises(Unsupported, match="accelerate launch"):
            read_launch(broken)
