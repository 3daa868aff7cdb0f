"""Answers from a file: how they are found, what they come to, and which files are refused."""

import json
from pathlib import Path

import pytest

from spoonbench.solvers.api import Problem, Settings, Unsupported
from spoonbench.solvers.recorded.solver import RecordedSolver

# Written by lm-evaluation-harness 0.4.13 on an exported task of made-up problems.
GOLDEN = Path(__file__).parents[2] / "golden" / "lm_eval_samples.jsonl"


def sample(given_id, response, filtered=None, *, question=None, **more):
    doc = {"id": given_id, "question": question or f"question {given_id}"}
    taken = [response if filtered is None else filtered]
    named = "none" if filtered is None else "answer"
    line = {"doc_id": 0, "doc": doc, "resps": [[response]], "filtered_resps": taken}
    return {**line, "filter": named, **more}


def answer(given_id, status="answered", value="5", **more):
    return {
        "id": given_id,
        "status": status,
        "value": value,
        "confidence": None,
        "reason": None,
        **more,
    }


def problem(problem_id, text=None, kind="number"):
    return Problem(problem_id=problem_id, text=text or f"question {problem_id}", kind=kind)


@pytest.fixture
def load(tmp_path):
    def load(*lines, **params):
        path = tmp_path / "log.jsonl"
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        path.write_text("".join(text + "\n" for text in texts))
        solver = RecordedSolver()
        solver.prepare(Settings(params={"path": str(path), **params}))
        return solver

    return load


def ask(solver, *problems):
    return solver.solve(list(problems))


# A log as lm-eval writes it


def test_a_log_of_lm_eval_is_replayed():
    solver = RecordedSolver()
    solver.prepare(Settings(params={"path": str(GOLDEN)}))
    problems = [
        problem(f"made-{n}", f"Mo has {n} owls and gets 2. How many?") for n in (4, 6, 8, 9, 12)
    ]
    answers = solver.solve(problems)
    assert [(a.status, a.value) for a in answers] == [
        ("answered", "6"),
        ("abstained", None),
        ("failed", None),
        ("answered", "1000.5"),
        ("answered", "14"),
    ]
    assert answers[0].raw_text == " The answer is 6."
    assert answers[2].raw_text == " Owls are birds."
    assert all(a.reason for a in answers if a.value is None)


def test_the_question_finds_an_answer_whose_id_is_another():
    solver = RecordedSolver()
    solver.prepare(Settings(params={"path": str(GOLDEN)}))
    (found,) = ask(solver, problem("other", "Mo  has 4 owls and gets 2. How many? "))
    assert found.value == "6"


# Samples


@pytest.mark.parametrize(
    ("response", "filtered", "kind", "expected"),
    [
        ("so 7. The answer is 7.", "7", "number", ("answered", "7")),
        ("#### 1,200", "1,200", "number", ("answered", "1200")),
        ("it costs $18.", "$18.", "number", ("answered", "18")),
        ("many", "many things", "number", ("failed", None)),
        ("no idea", "[invalid]", "number", ("failed", None)),
        (" The answer is 5. And so on", None, "number", ("answered", "5")),
        (" 1/2 ", None, "number", ("answered", "0.5")),
        ("I cannot say", None, "number", ("failed", None)),
        (" There is no answer.", "There is no answer.", "number", ("abstained", None)),
        (" There is no answer.", None, "number", ("abstained", None)),
        (" The answer is pay bill.", "pay bill", "label", ("answered", "pay bill")),
        (" The answer is pay bill.", None, "label", ("answered", "pay bill")),
        (" pay bill.", None, "label", ("answered", "pay bill")),
        ("blue sky", None, "text", ("answered", "blue sky")),
        ("", None, "label", ("failed", None)),
        ("", None, "number", ("failed", None)),
    ],
)
def test_what_a_sample_comes_to(load, response, filtered, kind, expected):
    solver = load(sample("a", response, filtered))
    (found,) = ask(solver, problem("a", kind=kind))
    assert (found.status, found.value) == expected
    assert found.raw_text == response
    assert (found.reason is None) == (found.status == "answered")


def test_a_sample_without_filtered_responses_is_read_from_the_text(load):
    line = sample("a", " The answer is 9.")
    del line["filtered_resps"], line["filter"]
    (found,) = ask(load(line), problem("a"))
    assert found.value == "9"


def test_a_filtered_response_may_be_a_list_of_one(load):
    line = sample("a", "x", filtered_resps=[["4"]], filter="answer")
    (found,) = ask(load(line), problem("a"))
    assert found.value == "4"


def test_an_id_that_is_a_number_is_its_text(load):
    (found,) = ask(load(sample(17, "x", "4")), problem("17"))
    assert found.value == "4"


def test_body_and_question_are_one_text(load):
    doc = {"ID": "z", "Body": "Bo has 3 cups. ", "Question": "How many?"}
    (found,) = ask(load(sample("z", "x", "3", doc=doc)), problem("q", "Bo has 3 cups. How many?"))
    assert found.value == "3"


def test_another_question_under_the_same_id_is_no_answer(load):
    solver = load(sample("1", "x", "4", question="something else"))
    (found,) = ask(solver, problem("1"))
    assert found.status == "failed"
    assert "another question under the id '1'" in found.reason


def test_a_question_that_was_answered_twice_under_other_ids_is_not_guessed(load):
    lines = [sample(name, "x", "4", question="the same") for name in ("a", "b")]
    (found,) = ask(load(*lines), problem("c", "the same"))
    assert found.status == "failed"
    assert "2 answers to this question" in found.reason


def test_what_is_not_in_the_file_failed_with_the_name_of_the_file(load):
    (found,) = ask(load(sample("a", "x", "4")), problem("b"))
    assert (found.status, found.reason) == ("failed", "log.jsonl has no answer for 'b'")


def test_one_filter_of_several_is_chosen(load):
    lines = [
        sample("a", "x", "1", filter="strict"),
        sample("a", "x", "2", filter="flexible"),
    ]
    with pytest.raises(Unsupported, match="filters strict, flexible: choose one"):
        load(*lines)
    assert ask(load(*lines, filter="flexible"), problem("a"))[0].value == "2"
    with pytest.raises(Unsupported, match=r"no filter 'loose'; its filters are strict, flexible"):
        load(*lines, filter="loose")


# Answers of spoonbench solve


def test_answers_of_spoonbench_solve_are_replayed(load):
    solver = load(
        answer("a", confidence=0.5),
        answer("b", "abstained", None, reason="two readings"),
        "",
        answer("c", "failed", None),
    )
    found = ask(solver, problem("c"), problem("a"), problem("b"), problem("d"))
    assert [(a.status, a.value) for a in found] == [
        ("failed", None),
        ("answered", "5"),
        ("abstained", None),
        ("failed", None),
    ]
    assert found[1].confidence == 0.5
    assert found[2].reason == "two readings"
    assert all(a.reason for a in found if a.status != "answered")
    assert found[1].raw_text is None


# Files that are refused


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([""], "holds no answer"),
        ([sample("a", "x"), "{"], "line 2: this is no JSON object; was the file cut off"),
        (["[1]"], "line 1: this is no JSON object"),
        (["[" * 100_000], "line 1: this is no JSON object"),
        ([{"x": 1}], "line 1: neither a sample of lm-eval .* nor an answer of spoonbench"),
        ([sample("a", "x"), answer("b")], "line 2: no 'doc', 'resps'"),
        ([answer("b"), sample("a", "x")], "line 2: no 'id', 'status'"),
        ([sample("a", "x"), sample("a", "y")], "line 2: line 1 has an answer for 'a' already"),
        ([answer("a"), answer("b"), answer("a")], "line 3: line 1 has an answer for 'a'"),
        ([sample("a", "x", resps=[["x", "y"]])], "line 1: 2 entries in 'resps'"),
        ([sample("a", "x", resps=[["x"], ["y"]])], "line 1: 2 entries in 'resps'"),
        ([sample("a", "x", resps=[])], "line 1: 0 entries in 'resps'"),
        ([sample("a", "x", resps=[[-3.5]])], "line 1: 'resps' holds no text"),
        ([sample("a", "x", doc="a")], "line 1: its 'doc' is no object"),
        ([sample("a", "x", doc={"text": "a"})], "neither an id nor a question"),
        ([answer(None)], "line 1: its 'id'"),
        ([answer("a", "done")], "line 1: no status 'done'"),
        ([answer("a", value=None)], "the status is answered, and there is no value"),
        ([answer("a", "failed", "5")], "the status is failed, and there is a value"),
        ([answer("a", value=5)], "its 'value' is no text"),
        ([answer("a", confidence=2)], "its 'confidence'"),
        ([answer("a", confidence=True)], "its 'confidence'"),
        (['{"id": "a", "status": "failed", "confidence": NaN}'], "its 'confidence'"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_line(load, lines, sentence):
    with pytest.raises(Unsupported, match=sentence):
        load(*lines)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "\xff"}\n')
    with pytest.raises(Unsupported, match="line 1: this is no UTF-8 text"):
        RecordedSolver().prepare(Settings(params={"path": str(path)}))


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({}, "say which file"),
        ({"path": 7}, "path must be a text"),
        ({"path": "no_such.jsonl"}, "no_such.jsonl cannot be read"),
        ({"path": "."}, "cannot be read"),
        ({"path": str(GOLDEN), "filter": ""}, "filter must be a text"),
    ],
)
def test_wrong_parameters_are_refused(params, sentence):
    with pytest.raises(Unsupported, match=sentence):
        RecordedSolver().prepare(Settings(params=params))


def test_filters_belong_to_logs(load):
    with pytest.raises(Unsupported, match="has no filters"):
        load(answer("a"), filter="strict")


def test_before_prepare_and_after_close_every_answer_failed(load):
    solver = load(answer("a"))
    solver.close()
    for one in (solver, RecordedSolver()):
        (found,) = ask(one, problem("a"))
        assert (found.status, "prepare" in found.reason) == ("failed", True)
