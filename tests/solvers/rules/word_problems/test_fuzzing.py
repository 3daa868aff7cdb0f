"""The rules stand up to fuzzing, and the fuzzing finds what is planted in them."""

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from spoonbench.solvers.rules.word_problems.contestant import RuleSolver

FOLDER = Path(__file__).parents[4] / "bench" / "fuzzing"
WORD = "Kofi"
"""Texts with this word fail in the planted solvers."""


def start(tmp_path, n_inputs, hash_seed):
    environment = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    failures = tmp_path / f"failures-{hash_seed}.jsonl"
    return subprocess.Popen(
        [sys.executable, FOLDER / "rules.py", "--inputs", str(n_inputs), "--failures", failures],
        env=environment | {"PYTHONHASHSEED": str(hash_seed)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    "n_inputs",
    [2_000, pytest.param(1_000_000, marks=[pytest.mark.slow, pytest.mark.timeout(7200)])],
)
def test_no_text_breaks_the_rules_and_answers_do_not_hang_on_hash_seeds(tmp_path, n_inputs):
    runs = [start(tmp_path, n_inputs, hash_seed) for hash_seed in (1, 2)]
    outputs = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], "\n".join(outputs)
    digests = [line for output in outputs for line in output.splitlines() if "digest" in line]
    assert len(digests) == len(runs)
    assert digests[0] == digests[1]


class Raising(RuleSolver):
    def solve(self, problems):
        if WORD in problems[0].text:
            raise KeyError(WORD)
        return super().solve(problems)


class Hanging(RuleSolver):
    def solve(self, problems):
        while WORD in problems[0].text:
            pass
        return super().solve(problems)


class Silent(RuleSolver):
    def solve(self, problems):
        answers = super().solve(problems)
        if WORD not in problems[0].text:
            return answers
        return [replace(answer, status="abstained", value=None, reason=None) for answer in answers]


class Fickle(RuleSolver):
    n_calls = 0

    def solve(self, problems):
        self.n_calls += 1
        answers = super().solve(problems)
        return [replace(answer, confidence=1 / self.n_calls) for answer in answers]


class Disagreeing(RuleSolver):
    def explain(self, problem):
        explanation = super().explain(problem)
        return replace(explanation, answer=replace(explanation.answer, confidence=0.123))


class Miscounting(RuleSolver):
    def explain(self, problem):
        explanation = super().explain(problem)
        facts = tuple(replace(fact, use="used") for fact in explanation.facts[:1])
        return replace(explanation, facts=facts)


class Inventing(RuleSolver):
    def explain(self, problem):
        explanation = super().explain(problem)
        facts = tuple(replace(fact, text="zyx") for fact in explanation.facts)
        return replace(explanation, facts=facts)


PLANTED = {
    Raising: "KeyError in test_fuzzing.py:solve",
    Hanging: "Hang: ",
    Silent: "Fault: abstained without a reason",
    Fickle: "Fault: another answer next time",
    Disagreeing: "Fault: explain says something else",
    Miscounting: "Underived in derivations.py:",
    Inventing: "Underived in derivations.py:check_words",
}


@pytest.fixture
def fuzzing(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    handler = signal.getsignal(signal.SIGVTALRM)
    yield importlib.import_module("rules")
    signal.signal(signal.SIGVTALRM, handler)
    gc.unfreeze()
    for name in ("rules", "texts"):
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.parametrize(("planted", "kind"), PLANTED.items())
def test_what_is_planted_is_found_and_made_small(fuzzing, monkeypatch, planted, kind):
    if planted is Hanging:
        monkeypatch.setattr(fuzzing, "HANG_S", 0.3)
    monkeypatch.setattr(fuzzing, "MAX_TRIES", 300)
    run = fuzzing.prepare(planted, 0)
    while not any(found.startswith(kind) for found in run.failures):
        assert run.n_inputs < 2_000, run.failures
        run.step()
    failure = next(failure for found, failure in run.failures.items() if found.startswith(kind))
    small = run.shrunk(failure)
    assert small.kind == failure.kind
    assert len(small.text) <= len(failure.text)
    if planted in {Raising, Hanging, Silent}:
        assert small.text == WORD


def test_failures_are_written_to_a_file(fuzzing, monkeypatch, tmp_path, capsys):
    path = tmp_path / "failures.jsonl"
    monkeypatch.setattr(fuzzing, "RuleSolver", Raising)
    monkeypatch.setattr(sys, "argv", ["rules.py", "--inputs", "300", "--failures", str(path)])
    assert fuzzing.main() == 1
    failures = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [f["text"] for f in failures if f["kind"].startswith(PLANTED[Raising])] == [WORD]
    assert str(path) in capsys.readouterr().out


def test_texts_that_reach_new_arcs_are_kept_to_be_mutated(fuzzing):
    run = fuzzing.prepare(RuleSolver, 5)
    for _ in range(400):
        run.step()
    plain, guided = run.sources
    assert not plain.kept
    assert guided.kept
    assert len(run.arcs.arcs) > 100
