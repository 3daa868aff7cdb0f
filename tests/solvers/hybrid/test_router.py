"""Stages asked in order, by abstention and confidence."""

import importlib
import sys
import textwrap

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spoonbench.solvers.api import (
    Answer,
    Example,
    Measures,
    Part,
    Problem,
    Settings,
    Solves,
    Trains,
    Unsupported,
)
from spoonbench.solvers.hybrid.router import RouterSolver

MODULE = textwrap.dedent(
    '''
    """Contestants that do as they are told."""

    from spoonbench.solvers.api import Answer, FitReport, Size, SolverInfo, Unsupported
    from spoonbench.solvers.explanations import Explanation

    CALLS = []


    class Told:
        """Answers with its name where a text holds its word; notes every call."""

        info = SolverInfo(name="told", version="1", level=1, summary="", kinds=("label",))

        def prepare(self, settings):
            if "broken" in settings.params:
                raise Unsupported("broken as told")
            self.params = dict(settings.params)
            CALLS.append((self.params.get("word"), "prepare", dict(settings.params)))

        def solve(self, problems):
            word = self.params["word"]
            CALLS.append((word, "solve", [p.text for p in problems]))
            if self.params.get("raises"):
                raise MemoryError("full") if self.params["raises"] == "memory" else KeyError("x")
            if self.params.get("short"):
                return []
            confidence = self.params.get("confidence")
            return [
                Answer(
                    status="answered",
                    value=word,
                    confidence=confidence,
                    cost=self.params.get("cost"),
                )
                if word in p.text
                else Answer(
                    status=self.params.get("status", "abstained"),
                    reason=f"no {word}",
                    cost=self.params.get("cost"),
                )
                for p in problems
            ]

        def close(self):
            CALLS.append((self.params.get("word"), "close", None))


    class Tells(Told):
        """Says how it came to its answers."""

        def explain(self, problem):
            (answer,) = self.solve([problem])
            return Explanation(answer=answer, others=("another",), notes=(f"by {answer.value}",))


    class Learner(Told):
        """Must be trained."""

        info = SolverInfo(
            name="learner", version="1", level=3, summary="", kinds=("text",),
            needs_training=True, keeps_weights=True, requires=("numpy",), modules=("m",),
            deterministic=False,
        )

        def fit(self, training, validation, progress, checkpoints):
            if not training:
                raise ValueError("nothing to learn from")
            progress(0.5, "half")
            CALLS.append((self.params["word"], "fit", (len(training), checkpoints)))
            return FitReport(n_examples=len(training), n_steps=7, notes={"terms": 2})

        def save(self, folder):
            pass

        def load(self, folder):
            CALLS.append((self.params["word"], "load", folder))

        def size(self, problems):
            return Size(n_parameters=10, weight_bytes=40, operations_per_problem=5.0)


    class Untrainable(Told):
        info = SolverInfo(
            name="untrainable", version="1", level=4, summary="", kinds=("label",),
            needs_training=True,
        )
    '''
)


@pytest.fixture
def told(tmp_path, monkeypatch):
    """A module of contestants that do as they are told, importable as `told_module`."""
    (tmp_path / "told_module.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "told_module", raising=False)
    yield importlib.import_module("told_module")
    sys.modules.pop("told_module", None)


def part(word, cls="Told", **params):
    return Part(
        name=f"says-{word}",
        target=f"told_module:{cls}",
        settings=Settings(params={"word": word, **params}),
    )


def router(*parts, **params):
    solver = RouterSolver()
    solver.prepare(Settings(parts=parts, params=params))
    return solver


def problems(*texts):
    return [Problem(problem_id=str(i), text=text, kind="label") for i, text in enumerate(texts)]


def calls(told, kind):
    return [(word, what) for word, done, what in told.CALLS if done == kind]


def test_the_rest_goes_to_the_next_stage_as_one_batch_in_order(told):
    solver = router(part("a"), part("b"), part("c"))
    answers = solver.solve(problems("a b", "b", "c", "a", "b c"))
    assert [answer.value for answer in answers] == ["a", "b", "c", "a", "b"]
    assert calls(told, "solve") == [
        ("a", ["a b", "b", "c", "a", "b c"]),
        ("b", ["b", "c", "b c"]),
        ("c", ["c"]),
    ]


def test_the_second_stage_is_not_asked_when_all_is_answered(told):
    router(part("a"), part("b")).solve(problems("a", "a"))
    assert calls(told, "solve") == [("a", ["a", "a"])]


def test_an_empty_batch_asks_nobody(told):
    assert router(part("a"), part("b")).solve([]) == []
    assert calls(told, "solve") == []


@pytest.mark.usefixtures("told")
def test_the_trace_tells_every_stage_that_was_asked():
    [first, second] = router(part("a"), part("b", "Learner")).solve(problems("a", "b"))
    assert [step.stage for step in first.trace] == ["says-a"]
    assert [(step.stage, step.level, step.received) for step in second.trace] == [
        ("says-a", 1, "b"),
        ("says-b", 3, "b"),
    ]
    assert second.trace[0].returned == Answer(status="abstained", reason="no a")
    assert second.trace[1].returned.value == second.value == "b"


@pytest.mark.usefixtures("told")
def test_the_stage_that_settled_a_problem_explains_it():
    solver = router(part("a", "Tells"), part("b"), part("c", "Tells", confidence=0.5))
    for problem in problems("a", "b", "c", "d"):
        explanation = solver.explain(problem)
        assert [explanation.answer] == solver.solve([problem])
    first, second, third, fourth = map(solver.explain, problems("a", "b", "c", "d"))
    assert (first.notes, first.others) == (("by a",), ("another",))
    assert second.notes == ("says-a abstained: no a", "says-b answered b; it has no steps to show")
    assert second.others == ()
    assert third.notes == ("says-a abstained: no a", "says-b abstained: no b", "by c")
    assert third.answer.confidence == 0.5
    assert fourth.answer.status == "abstained"
    assert fourth.notes[-1] == "by None"


@pytest.mark.usefixtures("told")
def test_an_answer_that_was_passed_on_is_told_in_the_explanation():
    solver = router(part("a", confidence=0.4), part("", "Tells"), threshold=0.9)
    (problem,) = problems("a")
    assert solver.explain(problem).notes[0] == "says-a answered a with confidence 0.4"


def test_a_router_that_was_not_prepared_explains_nothing():
    (problem,) = problems("a")
    explanation = RouterSolver().explain(problem)
    assert explanation.answer.status == "failed"
    assert explanation.notes == ()


@pytest.mark.usefixtures("told")
def test_an_unsure_answer_is_passed_on():
    stages = part("a", confidence=0.6), part("b")
    assert router(*stages, threshold=0.6).solve(problems("a b"))[0].value == "a"
    assert router(*stages, threshold=0.7).solve(problems("a b"))[0].value == "b"


@pytest.mark.usefixtures("told")
def test_an_answer_without_an_estimate_settles():
    assert router(part("a"), part("b"), threshold=1).solve(problems("a b"))[0].value == "a"


@pytest.mark.usefixtures("told")
def test_an_answer_below_the_threshold_does_not_come_back():
    stages = part("a", confidence=0.1), part("b")
    [answer] = router(*stages, threshold=0.5).solve(problems("a"))
    assert (answer.status, answer.value, answer.reason) == ("abstained", None, "no b")
    assert answer.trace[0].returned.value == "a"


@pytest.mark.usefixtures("told")
def test_the_last_stage_needs_no_confidence():
    stages = part("a"), part("b", confidence=0.1)
    assert router(*stages, threshold=0.5).solve(problems("b"))[0].value == "b"


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("status", ["failed", "needs_input", "abstained"])
def test_whatever_is_no_answer_goes_on(status):
    assert router(part("a", status=status), part("b")).solve(problems("b"))[0].value == "b"


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(("fault", "reason"), [("raises", "KeyError"), ("short", "0 answers to 2")])
def test_a_broken_stage_passes_everything_on(fault, reason):
    answers = router(part("a", **{fault: True}), part("b")).solve(problems("a b", "c"))
    assert [answer.value for answer in answers] == ["b", None]
    assert answers[0].trace[0].returned.status == "failed"
    assert reason in answers[0].trace[0].returned.reason


@pytest.mark.usefixtures("told")
def test_exhausted_memory_is_told_to_the_caller():
    with pytest.raises(MemoryError):
        router(part("a", raises="memory"), part("b")).solve(problems("a"))


def test_information_is_that_of_the_stages(told):
    solver = router(part("a"), part("b", "Learner"))
    assert solver.info.level == 3
    assert solver.info.needs_training
    assert not solver.info.deterministic
    assert solver.info.kinds == ("label", "text")
    assert solver.info.requires == ("numpy",)
    assert RouterSolver.info.level == 1
    assert all(isinstance(solver, protocol) for protocol in (Solves, Trains, Measures))
    assert told.CALLS


def test_only_what_is_untrained_is_trained(told, tmp_path):
    saved = tmp_path / "saved"
    saved.mkdir()
    checkpoints = tmp_path / "checkpoints"
    checkpoints.mkdir()
    solver = router(part("a"), part("b", "Learner", artifact=str(saved)), part("c", "Learner"))
    assert calls(told, "load") == [("b", saved)]
    assert ("b", {"word": "b"}) in calls(told, "prepare")
    seen = []
    example = Example(problem=problems("a")[0], target="a")
    report = solver.fit(
        [example] * 3, [], lambda done, what: seen.append((done, what)), checkpoints
    )
    assert calls(told, "fit") == [("c", (3, checkpoints / "0-says-c"))]
    assert (checkpoints / "0-says-c").is_dir()
    assert report.n_examples == 3
    assert report.notes["says-c"]["n_steps"] == 7
    assert seen == [(0.5, "says-c: half"), (1.0, "every stage is trained")]


def test_nothing_needs_training_with_every_artifact(told, tmp_path):
    solver = router(part("a"), part("b", "Learner", artifact=str(tmp_path)))
    assert not solver.info.needs_training
    assert solver.fit([], [], lambda _done, _what: None, None).n_examples == 0
    assert calls(told, "fit") == []


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("cls", ["Learner", "Untrainable"])
def test_a_stage_that_cannot_learn_is_named(cls):
    solver = router(part("a"), part("b", cls))
    with pytest.raises(ValueError, match="says-b: "):
        solver.fit([], [], lambda _done, _what: None, None)


@pytest.mark.usefixtures("told")
def test_sizes_add_up():
    solver = router(part("a"), part("b", "Learner"), part("c", "Learner"))
    size = solver.size(problems("a"))
    assert (size.n_parameters, size.weight_bytes, size.operations_per_problem) == (20, 80, 10.0)
    assert router(part("a"), part("b")).size([]).n_parameters is None


def test_closing_closes_every_stage(told):
    solver = router(part("a"), part("b"))
    solver.close()
    solver.close()
    assert calls(told, "close") == [("a", None), ("b", None)]
    [answer] = solver.solve(problems("a"))
    assert answer.status == "failed"


@pytest.mark.parametrize(
    ("parts", "params", "reason"),
    [
        ([], {}, "two stages or more, not 0"),
        ([part("a")], {}, "two stages or more, not 1"),
        ([part("a"), part("a")], {}, "different names"),
        ([part("a"), part("b", broken=1)], {}, "says-b: broken as told"),
        ([part("a"), part("b", "Missing")], {}, "says-b: .*cannot be imported"),
        ([part("a"), part("b", artifact="/nowhere")], {}, "says-b: keeps nothing"),
        ([part("a"), part("b", "Learner", artifact="/nowhere")], {}, "says-b: .*no folder"),
        ([part("a"), part("b", "Learner", artifact=3)], {}, "says-b: .*path of a folder"),
        ([part("a"), part("b")], {"threshold": 2}, "threshold"),
        ([part("a"), part("b")], {"threshold": True}, "threshold"),
        ([part("a"), part("b")], {"threshold": "high"}, "threshold"),
        ([part("a"), part("b")], {"limit": 1}, "no parameter limit"),
    ],
)
def test_refuses_settings_that_cannot_be_met(told, parts, params, reason):
    with pytest.raises(Unsupported, match=reason):
        router(*parts, **params)
    prepared = [word for word, _ in calls(told, "prepare")]
    assert {word for word, _ in calls(told, "close")} >= set(prepared[:1])


def test_refuses_what_is_no_contestant():
    parts = [Part(name=n, target="json:JSONDecoder", settings=Settings()) for n in "ab"]
    with pytest.raises(Unsupported, match=r"a: .*no contestant"):
        router(*parts)


@given(st.lists(st.sampled_from(["a", "b", "c", "ab", "bc", "x", ""]), max_size=12))
@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the module stays the same
)
def test_every_problem_gets_its_own_answer(told, texts):
    answers = router(part("a"), part("b"), part("c")).solve(problems(*texts))
    for text, answer in zip(texts, answers, strict=True):
        wanted = next((word for word in "abc" if word in text), None)
        assert answer.value == wanted
        asked = "abc".index(wanted) + 1 if wanted else 3
        assert [step.stage for step in answer.trace] == ["says-a", "says-b", "says-c"][:asked]
    assert told.CALLS


@pytest.mark.usefixtures("told")
def test_an_answer_costs_what_all_stages_that_were_asked_for_it_cost():
    stages = part("a", cost=0.25), part("b", cost=0.5)
    costs = [answer.cost for answer in router(*stages).solve(problems("a", "b", "c"))]
    assert costs == [0.25, 0.75, 0.75]
    assert router(part("a"), part("b")).solve(problems("a"))[0].cost is None
