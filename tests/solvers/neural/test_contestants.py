"""The networks on small training parts: answers, training, keeping."""

import json
from dataclasses import replace

import pytest
import torch

from spoonbench.solvers.api import (
    Example,
    Keeps,
    Measures,
    Problem,
    Settings,
    Solves,
    Steps,
    Trains,
    Unsupported,
)
from spoonbench.solvers.neural.image import ImageNetworkSolver
from spoonbench.solvers.neural.text import TextNetworkSolver

CASES = ["labels", "numbers", "images"]
HOSTILE = ["", " ", "\x00\x1b[31m", "\ud800\udfff", "<script>", "٣ + ४", "9" * 5000]
QUICK = {"max_steps": 60, "learning_rate": 0.01, "batch_size": 16}


def silent(_share, _message):
    pass


@pytest.fixture(scope="session")
def parts(label_examples, number_examples, image_examples):
    examples = {"labels": label_examples, "numbers": number_examples, "images": image_examples}
    return {case: (found[12:], found[:12]) for case, found in examples.items()}


def make(case, seed=0, **params):
    solver = ImageNetworkSolver() if case == "images" else TextNetworkSolver()
    solver.prepare(Settings(seed=seed, params={**QUICK, **params}))
    return solver


@pytest.fixture(scope="module")
def fitted(parts):
    """Every case once: (solver, report, validation problems)."""
    found = {}
    for case in CASES:
        training, validation = parts[case]
        solver = make(case)
        report = solver.fit(training, validation, silent, None)
        found[case] = (solver, report, [example.problem for example in validation])
    return found


def weights(solver):
    return solver._model.network.state_dict()


@pytest.mark.parametrize("cls", [TextNetworkSolver, ImageNetworkSolver])
def test_protocols_and_facts(cls):
    solver = cls()
    for protocol in (Solves, Trains, Steps, Keeps, Measures):
        assert isinstance(solver, protocol)
    assert solver.info.level == 4
    assert solver.info.keeps_weights


@pytest.mark.parametrize("case", CASES)
def test_batches_answer_like_single_problems_and_in_order(case, fitted):
    solver, _, problems = fitted[case]
    answers = solver.solve(problems)
    assert answers == [solver.solve([problem])[0] for problem in problems]
    assert solver.solve(problems[::-1]) == answers[::-1]
    assert solver.solve([]) == []


@pytest.mark.parametrize("case", CASES)
def test_what_was_learned_holds_on_unseen_problems(case, fitted, parts):
    solver, _, problems = fitted[case]
    values = [answer.value for answer in solver.solve(problems)]
    right = sum(v == e.target for v, e in zip(values, parts[case][1], strict=True))
    assert right >= 11


@pytest.mark.parametrize("case", CASES)
def test_the_same_seed_gives_the_same_weights(case, fitted, parts):
    again = make(case)
    torch.manual_seed(12345)
    report = again.fit(*parts[case], silent, None)
    first = weights(fitted[case][0])
    assert all(torch.equal(tensor, first[name]) for name, tensor in weights(again).items())
    assert report.best_step == fitted[case][1].best_step


def test_another_seed_gives_other_weights(fitted, parts):
    other = make("images", seed=1)
    other.fit(*parts["images"], silent, None)
    first = weights(fitted["images"][0])
    assert not all(torch.equal(tensor, first[name]) for name, tensor in weights(other).items())


def test_training_leaves_the_random_numbers_outside_alone(parts):
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    make("images").fit(*parts["images"], silent, None)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("case", CASES)
def test_what_is_kept_answers_alike(case, fitted, tmp_path):
    solver, _, problems = fitted[case]
    solver.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "config.json",
        "weights.safetensors",
    ]
    loaded = make(case, seed=99)
    loaded.load(tmp_path)
    assert loaded.solve(problems) == solver.solve(problems)
    # What decides between programs is kept too: validation labels depend on it.
    assert loaded._model.configuration() == solver._model.configuration()


def test_folders_of_something_else_are_refused(fitted, tmp_path):
    solver, _, _ = fitted["labels"]
    with pytest.raises(Unsupported, match="holds no trained text-network"):
        make("labels").load(tmp_path)
    solver.save(tmp_path)
    with pytest.raises(Unsupported, match="made by text-network"):
        make("images").load(tmp_path)


@pytest.mark.parametrize("damage", ["config", "empty", "weights", "shape", "version"])
def test_damaged_folders_are_refused(damage, fitted, tmp_path):
    fitted["labels"][0].save(tmp_path)
    path = tmp_path / "config.json"
    configuration = json.loads(path.read_text())
    if damage == "config":
        path.write_text("{")
    elif damage == "empty":
        path.write_text("{}")
    elif damage == "weights":
        (tmp_path / "weights.safetensors").write_bytes(b"\x08")
    elif damage == "shape":
        configuration["model"]["width"] += 1
        path.write_text(json.dumps(configuration))
    else:
        configuration["version"] = "0"
        path.write_text(json.dumps(configuration))
    solver = make("labels")
    with pytest.raises(Unsupported):
        solver.load(tmp_path)
    assert solver.solve([Problem(problem_id="p", text="apple")])[0].status == "failed"


@pytest.mark.parametrize("case", CASES)
def test_the_report_follows_the_training(case, fitted, parts):
    _, report, _ = fitted[case]
    assert report.n_examples == len(parts[case][0])
    assert [point.step for point in report.curve] == sorted({p.step for p in report.curve})
    assert report.n_steps == report.curve[-1].step <= QUICK["max_steps"]
    assert report.best_step in {point.step for point in report.curve}
    assert report.curve[-1].train_loss < report.curve[0].train_loss
    assert report.notes["validated on"] == 12


def test_training_stops_early_and_keeps_the_best(parts):
    solver = make("images", max_steps=2000)
    report = solver.fit(*parts["images"], silent, None)
    assert report.stopped_by == "early stopping"
    assert report.best_step < report.n_steps < 2000


def test_training_stops_at_the_limit_on_time(parts):
    report = make("images", max_seconds=1e-6).fit(*parts["images"], silent, None)
    assert (report.stopped_by, report.n_steps, report.n_examples) == ("time limit", 1, 16)


def test_training_without_validation_keeps_the_last_weights(parts):
    told = []
    report = make("images").fit(parts["images"][0], [], lambda *args: told.append(args), None)
    assert report.stopped_by == "done"
    assert report.best_step == report.n_steps == QUICK["max_steps"]
    assert all(point.validation_loss is None for point in report.curve)
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.parametrize("case", CASES)
def test_single_steps_learn(case, parts):
    solver = make(case)
    losses = [solver.step(parts[case][0][:16]) for _ in range(25)]
    assert losses[-1] < losses[0]


def test_a_step_on_unknown_labels_is_refused(fitted, parts, tmp_path):
    fitted["labels"][0].save(tmp_path)
    solver = make("labels")
    solver.load(tmp_path)
    with pytest.raises(ValueError, match="no example is of a class"):
        solver.step([replace(parts["labels"][0][0], target="never seen")])


@pytest.mark.parametrize("case", CASES)
def test_without_training_every_answer_fails_with_a_reason(case, parts, tmp_path):
    solver = make(case)
    (answer,) = solver.solve([parts[case][0][0].problem])
    assert answer.status == "failed"
    assert "not trained" in answer.reason
    with pytest.raises(RuntimeError, match="not trained"):
        solver.save(tmp_path)


@pytest.mark.parametrize("case", CASES)
def test_hostile_text_is_answered_in_place(case, fitted):
    solver, _, problems = fitted[case]
    hostile = [Problem(problem_id=f"h{i}", text=text) for i, text in enumerate(HOSTILE)]
    mixed = [problems[0], *hostile, problems[1]]
    answers = solver.solve(mixed)
    assert len(answers) == len(mixed)
    assert [answers[0], answers[-1]] == solver.solve(problems[:2])


@pytest.mark.parametrize(("text", "told"), [("x " * 600, "max_words"), ("x" * 200_000, "charac")])
def test_texts_that_are_too_long_are_refused(text, told, fitted):
    (answer,) = fitted["labels"][0].solve([Problem(problem_id="long", text=text)])
    assert answer.status == "abstained"
    assert told in answer.reason


def test_training_texts_that_are_too_long_are_counted(parts):
    long = Example(problem=Problem(problem_id="l", text="x " * 600, kind="label"), target="fruit")
    report = make("labels").fit([*parts["labels"][0], long], [], silent, None)
    assert report.notes["left out"] == 1
    with pytest.raises(ValueError, match="can be read"):
        make("labels").fit([long], [], silent, None)


@pytest.mark.parametrize("case", CASES)
def test_one_example_is_enough_and_none_is_refused(case, parts):
    one = parts[case][0][:1]
    solver = make(case, max_steps=3)
    assert solver.fit(one, [], silent, None).n_examples == 1
    assert solver.solve([one[0].problem])[0].value == one[0].target
    with pytest.raises(ValueError, match="0 training examples"):
        make(case).fit([], [], silent, None)


def test_numbers_far_outside_training_are_computed_exactly(fitted):
    text = f"Ann had {10**30 + 1} pears and lost two of them. How many pears are left?"
    (answer,) = fitted["numbers"][0].solve([Problem(problem_id="far", text=text, kind="number")])
    assert answer.value == str(10**30 - 1)


def test_several_kinds_of_answer_at_once_are_refused(parts):
    mixed = [parts["labels"][0][0], parts["numbers"][0][0]]
    with pytest.raises(ValueError, match="several kinds"):
        make("labels").fit(mixed, [], silent, None)


def test_problems_without_any_program_are_refused(parts):
    odd = [replace(example, target="123457") for example in parts["numbers"][0][:5]]
    with pytest.raises(ValueError, match="no program"):
        make("numbers").fit(odd, [], silent, None)


def test_devices_that_are_not_there_and_unknown_parameters_are_refused():
    with pytest.raises(Unsupported, match="cuda:99"):
        TextNetworkSolver().prepare(Settings(device="cuda:99"))
    with pytest.raises(Unsupported, match="layers"):
        ImageNetworkSolver().prepare(Settings(params={"layers": 3}))


@pytest.mark.parametrize("case", CASES)
def test_the_size_is_stated_with_its_formula(case, fitted):
    solver, _, problems = fitted[case]
    size = solver.size(problems)
    assert size.n_parameters == sum(tensor.numel() for tensor in weights(solver).values())
    assert size.weight_bytes == 4 * size.n_parameters
    assert size.operations_per_problem > 0
    assert size.formula
