"""Every registered contestant passes the same checks."""

import json
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from spoonbench.harness.registry import find_solver, make_solver, solver_names
from spoonbench.solvers.api import (
    Answer,
    Example,
    Image,
    Keeps,
    Measures,
    Part,
    Problem,
    Row,
    Settings,
    Solves,
    Trains,
    Unsupported,
)

HEAVY = ("torch", "transformers", "sklearn", "sympy", "scipy", "pandas", "matplotlib")
# Training is cut to what shows the contract; quality is measured elsewhere.
TINY_MODEL = {
    "n_layers": 1,
    "n_heads": 2,
    "hidden_size": 16,
    "intermediate_size": 16,
    "vocabulary_size": 300,
    "epochs": 1,
    "max_new_tokens": 8,
}
PARAMS = {
    "text-network": {"max_seconds": 2},
    "image-network": {"max_seconds": 2},
    "option-network": {"max_steps": 100},
    "option-boosting": {"rounds": 20},
    "option-boosting-raw": {"rounds": 20},
}
STATUSES = {"answered", "abstained", "needs_input", "failed"}
# The five language models are one class with other sizes; the smallest stands for them here.
NAMES = [n for n in solver_names() if not n.startswith("lm-") or n == "lm-tiny"]


def image(shift):
    rows = tuple(tuple(float((r * c + shift) % 17) for c in range(8)) for r in range(8))
    return Image(pixels=rows, maximum=16.0)


def row(i, kind):
    """An option contract, or a trade, whose outcome is a label."""
    if kind == "label":
        trade = {"strategy": "short put", "days": 20.0 + i, "volatility": 0.2, "premium": 0.2}
        trade |= {"probability": 0.6 + i / 200, "severe_probability": 0.1}
        return Row(values=tuple((trade | {"short_put": -0.5 - i / 100}).items()))
    numbers = {"underlying_price": 90.0 + i, "strike": 100.0, "expiry": 0.5, "rate": 0.03}
    words = {"option": "put" if i % 2 else "call", "underlying": "spot"}
    last = {"dividend_yield": 0.01, "volatility": 0.2}
    return Row(values=tuple((words | numbers | last).items()))


def examples(info):
    """Forty examples of the first kind of answer that the contestant can give."""
    kind = info.kinds[0]
    made = []
    for i in range(40):
        text = f"ann had {i + 2} apples, she got {i % 7 + 1} more from her mom"
        target = str(i + 2 + i % 7 + 1)
        if kind != "number":
            text, target = (f"where is card {i}", "card") if i % 2 else (f"pay bill {i}", "bill")
        if (kind, info.payload) == ("label", "row"):
            target = "win" if i % 3 else "loss"
        payload = {"image": image(i % 2 * 5), "row": row(i, kind)}.get(info.payload)
        problem = Problem(problem_id=f"p{i}", text=text, kind=kind, payload=payload)
        made.append(Example(problem=problem, target=target))
    return made


def settings_for(name, tmp_path):
    params = {**find_solver(name).params, **PARAMS.get(name, {})}
    parts: tuple[Part, ...] = ()
    if name.startswith("lm-"):
        params |= TINY_MODEL
    if name == "function":
        path = tmp_path / "mine.py"
        path.write_text("def solve(text):\n    return len(text)\n")
        params = {"path": str(path), "function": "solve"}
    if name == "recorded":
        path = tmp_path / "answers.jsonl"
        lines = [{"id": f"p{i}", "status": "answered", "value": str(i)} for i in range(20)]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        params = {"path": str(path)}
    if name == "pretrained":
        params = {"model": str(tmp_path / "model"), "shots": 1, "max_new_tokens": 8}
    if name == "endpoint":
        url = (tmp_path / "url").read_text() if (tmp_path / "url").exists() else "http://[::1]:9"
        params = {"url": url, "model": "small", "retries": 0}
    if name == "router":
        parts = tuple(
            Part(name=n, target=find_solver(n).target, settings=Settings())
            for n in ("spoon", "rules")
        )
    return Settings(params=params, parts=parts, seed=1)


class Chat(BaseHTTPRequestHandler):
    """A server that answers every question with its length."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send({"data": [{"id": "small"}]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = f"The answer is {len(body['messages'][-1]['content'])}."
        choice = {"message": {"content": content}, "finish_reason": "stop"}
        self.send({"choices": [choice]})

    def send(self, value):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())


@pytest.fixture(scope="module")
def chat_url():
    """Address of a server on loopback that behaves well."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Chat) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module", params=NAMES)
def ready(request, tmp_path_factory):
    """A contestant ready to solve, with the problems that it was made for."""
    tmp_path = tmp_path_factory.mktemp("conformance")
    if request.param == "pretrained":
        shutil.copytree(request.getfixturevalue("gpt2_folder"), tmp_path / "model")
    if request.param == "endpoint":
        (tmp_path / "url").write_text(request.getfixturevalue("chat_url"))
    solver = make_solver(find_solver(request.param).target)
    solver.prepare(settings_for(request.param, tmp_path))
    made = examples(solver.info)
    if isinstance(solver, Trains) and solver.info.needs_training:
        solver.fit(made, made[:8], lambda fraction, message: None, None)
    yield solver, [example.problem for example in made]
    solver.close()
    solver.close()


def test_it_is_a_solver_with_plausible_facts(ready):
    solver, _ = ready
    assert isinstance(solver, Solves)
    assert solver.info.level in range(1, 6)
    assert solver.info.summary.endswith(".")
    assert solver.info.version
    assert solver.info.kinds
    assert "cpu" in solver.info.devices


def test_one_answer_per_problem_in_order(ready):
    solver, problems = ready
    answers = solver.solve(problems)
    assert len(answers) == len(problems)
    assert all(isinstance(answer, Answer) for answer in answers)
    backwards = solver.solve(problems[::-1])
    assert [a.value for a in backwards[::-1]] == [a.value for a in answers]


def test_empty_batch(ready):
    solver, _ = ready
    assert solver.solve([]) == []


def test_answers_say_what_they_are(ready):
    solver, problems = ready
    for answer in solver.solve(problems[:8]):
        assert answer.status in STATUSES
        if answer.status == "answered":
            assert isinstance(answer.value, str)
            assert answer.value
        else:
            assert answer.reason
        assert answer.confidence is None or 0.0 <= answer.confidence <= 1.0


def test_the_same_answers_twice(ready):
    solver, problems = ready
    first, second = solver.solve(problems), solver.solve(problems)
    assert [(a.status, a.value) for a in first] == [(a.status, a.value) for a in second]


def test_a_batch_answers_as_its_single_problems_do(ready):
    solver, problems = ready
    batch = solver.solve(problems[:6])
    singles = [solver.solve([problem])[0] for problem in problems[:6]]
    assert [(a.status, a.value) for a in batch] == [(a.status, a.value) for a in singles]


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00\x1b[31m", "\ud800 lone", "7" * 5000, "\u202eabc", "(" * 500, "a had " * 400],
)
def test_hostile_text_gets_an_answer_not_an_exception(ready, text):
    solver, problems = ready
    kind = problems[0].kind
    payload = problems[0].payload
    problem = Problem(problem_id="x", text=text, kind=kind, payload=payload)
    (answer,) = solver.solve([problem])
    assert answer.status in STATUSES


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", ["1 ", "a had ", "(", "7", "john had 3 apples. "])
def test_a_megabyte_is_refused_or_answered_soon(ready, piece):
    """The limit is generous for loaded machines: what is quadratic takes hours."""
    solver, problems = ready
    text = piece * (1_000_000 // len(piece))
    problem = Problem(problem_id="x", text=text, kind=problems[0].kind, payload=problems[0].payload)
    (answer,) = solver.solve([problem])
    assert answer.status in STATUSES


def test_what_it_learned_survives_a_folder(ready, tmp_path):
    solver, problems = ready
    if not solver.info.keeps_weights:
        pytest.skip("keeps nothing")
    keeper: Any = solver
    assert isinstance(keeper, Keeps)
    keeper.save(tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.suffix in {".pkl", ".pt", ".bin"}]
    other: Any = type(solver)()
    other.prepare(settings_for("lm-tiny" if solver.info.level == 5 else solver.info.name, tmp_path))
    other.load(tmp_path)
    expected = [(a.status, a.value) for a in solver.solve(problems[:6])]
    assert [(a.status, a.value) for a in other.solve(problems[:6])] == expected


def test_its_size_has_a_formula(ready):
    solver, problems = ready
    if not isinstance(solver, Measures):
        pytest.skip("counts nothing")
    size = solver.size(problems[:4])
    if size.operations_per_problem is not None:
        assert size.operations_per_problem >= 0
        assert size.formula


@pytest.mark.parametrize("name", NAMES)
def test_unknown_parameters_are_refused(name, tmp_path):
    settings = settings_for(name, tmp_path)
    solver = make_solver(find_solver(name).target)
    params = {**settings.params, "no_such_parameter": 1}
    with pytest.raises(Unsupported, match="no_such_parameter"):
        solver.prepare(Settings(params=params, parts=settings.parts))


def test_listing_contestants_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from spoonbench.harness.registry import solver_names, solver_info\n"
        "[solver_info(name) for name in solver_names()]\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
