import json
import os
import sys
import textwrap
import types
from typing import Any

import pytest

from spoonbench.harness import registry
from spoonbench.harness.artifacts import ArtifactStore, Recipe
from spoonbench.harness.commands.solving import run_command
from spoonbench.harness.registry import UnknownName
from spoonbench.harness.tasks.api import BadTask
from spoonbench.solvers.api import Unsupported

MODULE = "contestants_to_be_asked"
SOURCE = """
    from spoonbench.solvers.api import Answer, FitReport, SolverInfo

    PREPARED = []

    class Keeper:
        info = SolverInfo(
            name="keeper", version="1", level=4, summary="", kinds=("number", "label"),
            needs_training=True, keeps_weights=True,
        )
        word = "nothing"
        def prepare(self, settings):
            if settings.params:
                PREPARED.append(dict(settings.params))
        def fit(self, training, validation, progress, checkpoints):
            if len(training) > 30:
                raise ValueError("too many examples")
            self.word = f"{len(training)} examples"
            return FitReport(n_examples=len(training))
        def save(self, folder):
            pass
        def load(self, folder):
            self.word = (folder / "word.txt").read_text()
        def solve(self, problems):
            return [
                Answer(status="answered", value=f"{self.word} {p.kind}", confidence=1.0)
                for p in problems
            ]
        def close(self):
            pass

    class Unsure(Keeper):
        info = SolverInfo(name="unsure", version="1", level=1, summary="", kinds=("label",))
        def solve(self, problems):
            return [Answer(status="answered", value="guess", confidence=0.9) for p in problems]

    class Prompted(Keeper):
        info = SolverInfo(
            name="prompted", version="1", level=5, summary="", kinds=("label",),
            needs_training=True,
        )
        def solve(self, problems):
            return [Answer(status="answered", value="said", confidence=1.0) for _ in problems]

    class Crashes(Unsure):
        def prepare(self, settings):
            raise KeyError("licence")
"""


@pytest.fixture(autouse=True)
def _others(tmp_path, monkeypatch):
    """Contestants of another distribution, as if it were installed; an empty folder."""
    (tmp_path / f"{MODULE}.py").write_text(textwrap.dedent(SOURCE), "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    entries = [
        types.SimpleNamespace(
            name=name.lower(), value=f"{MODULE}:{name}", dist=types.SimpleNamespace(name="theirs")
        )
        for name in ("Keeper", "Unsure", "Prompted", "Crashes")
    ]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: entries)
    monkeypatch.chdir(tmp_path)
    registry._with_entry_points.cache_clear()
    yield
    registry._with_entry_points.cache_clear()
    sys.modules.pop(MODULE, None)


@pytest.fixture
def solve(tmp_path, capsys):
    def solve(text, name="keeper", **options):
        defaults = {
            "train_path": None,
            "out_path": None,
            "results": tmp_path,
            "models": (),
            "kind": None,
            "question_column": "question",
            "id_column": "id",
            "batch_size": 64,
            "overrides": (),
            "explain": False,
            "forced": False,
            "as_json": False,
        }
        run_command(text_or_file=text, name=name, **(defaults | options))
        return capsys.readouterr()

    return solve


@pytest.fixture
def keep(tmp_path):
    """Keeps a model of a task, each made a second after the one before."""
    made: list[Any] = []

    def keep(word, **settings):
        store = ArtifactStore(tmp_path / "models")
        recipe = Recipe(
            kind="weights",
            solver="keeper",
            solver_version="1",
            settings={"label": "keeper", **settings},
            seed=len(made),
        )
        with store.begin(recipe) as making:
            (making.content / "word.txt").write_text(word)
            artifact = store.finish(making)
        made.append(artifact)
        os.utime(artifact.path, (len(made), len(made)))
        return artifact.artifact_id

    return keep


@pytest.fixture
def examples(tmp_path):
    def examples(n):
        path = tmp_path / f"labels{n}.jsonl"
        rows = [{"question": f"question {i}", "answer": "ab"[i % 2]} for i in range(n)]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    return examples


def test_the_newest_model_of_the_one_task_answers_with_its_kind(solve, keep):
    keep("old", task="mine", kind="label")
    newest = keep("new", task="mine", kind="label")
    done = solve("text")
    assert done.out == "new label\n"
    assert done.err == f"model: keeper {newest[:16]}, trained on mine\n"
    assert solve("text", kind="number").out == "new number\n"


def test_models_of_several_tasks_are_a_choice(solve, keep):
    mine = keep("mine", task="mine", kind="label")
    sums = keep("sums", task="word-problems", kind="number")
    with pytest.raises(Unsupported, match="several tasks") as caught:
        solve("text")
    for said in ("trained on mine", "trained on word-problems", mine[:16], sums[:16], "--model"):
        assert said in str(caught.value)
    assert solve("text", models=(mine[:8],)).out == "mine label\n"
    assert solve("text", models=(sums,)).out == "sums number\n"
    with pytest.raises(Unsupported, match="No model called 'keeper' has an id with none"):
        solve("text", models=("none",))


def test_a_model_that_does_not_say_its_kind_needs_to_be_told(solve, keep):
    keep("old")
    with pytest.raises(Unsupported, match="--kind"):
        solve("text")
    assert solve("text", kind="label").out == "old label\n"


def test_a_model_that_is_not_used_is_refused(solve):
    with pytest.raises(Unsupported, match="leave out --model"):
        solve("text", "unsure", models=("abc",))


def test_without_a_model_the_way_out_is_named(solve):
    with pytest.raises(Unsupported, match="spoonbench duel first, or give a file with --train"):
        solve("text")


def test_what_is_learned_from_a_file_has_its_kind(solve, examples):
    done = solve("text", train_path=examples(20))
    assert done.out.endswith("examples label\n")
    with pytest.raises(BadTask, match=r"keeper cannot learn from .*too many examples"):
        solve("text", train_path=examples(60))
    with pytest.raises(Unsupported, match="leave out --train"):
        solve("text", "unsure", train_path=examples(20))


def test_a_hybrid_keeps_answers_by_the_threshold_of_a_duel(solve, keep):
    keep("model", task="mine", kind="label")
    assert solve("text", "unsure+keeper").out == "model label\n"
    assert solve("text", "unsure+keeper", overrides=("threshold=0.5",)).out == "guess\n"


def test_a_stage_is_set_by_its_name_and_may_be_asked_without_examples(solve, keep):
    keep("model", task="mine", kind="label")
    with pytest.raises(Unsupported, match="learns from examples"):
        solve("text", "unsure+prompted")
    with pytest.raises(Unsupported, match="router has no parameter shots"):
        solve("text", "unsure+prompted", overrides=("shots=0",))
    none = ("prompted.shots=0",)
    assert solve("text", "unsure+prompted", overrides=none).out == "said\n"
    assert solve("text", "unsure+keeper+prompted", overrides=none).out == "model label\n"
    assert {"shots": 0} in sys.modules[MODULE].PREPARED
    with pytest.raises(Unsupported, match="learns from examples"):
        solve("text", "unsure+prompted+tfidf-linear", overrides=none)


def test_one_text_is_written_to_a_file_too(solve, tmp_path):
    out = tmp_path / "answer.jsonl"
    done = solve("text", "unsure", out_path=out)
    assert done.out == ""
    assert "1 answer in" in done.err
    assert json.loads(out.read_text())["value"] == "guess"
    with pytest.raises(BadTask, match="there is no folder"):
        solve("text", "unsure", out_path=tmp_path / "none" / "answer.jsonl")


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_link_is_written_through_and_not_replaced(solve, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    solve("text", "unsure", out_path=tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert json.loads((tmp_path / "real").read_text())["value"] == "guess"


@pytest.mark.parametrize("text", ["", " \n"])
def test_no_text_is_no_question(solve, text):
    with pytest.raises(BadTask, match="The text is empty"):
        solve(text)


def test_what_others_break_is_a_sentence(solve, tmp_path):
    with pytest.raises(Unsupported, match="crashes: KeyError: 'licence'"):
        solve("text", "crashes")
    (tmp_path / "mine.py").write_text("\n1 / 0\n")
    with pytest.raises(Unsupported, match=r"mine\.py: line 2: ZeroDivisionError"):
        solve("text", "mine.py:solve")


def test_a_model_is_asked_by_the_label_of_its_duel_with_what_it_was_made_with(solve, keep):
    keep("tuned", label="mine-lora", task="mine", kind="label", params={"rank": 3})
    assert solve("text", "mine-lora").out == "tuned label\n"
    assert solve("text", "unsure+mine-lora").out == "tuned label\n"
    assert solve("text", "mine-lora", overrides=("rank=4",)).out == "tuned label\n"
    prepared = sys.modules[MODULE].PREPARED
    assert [params.get("rank") for params in prepared] == [3, 3, 4]
    with pytest.raises(UnknownName, match="mine-lorra"):
        solve("text", "mine-lorra")
