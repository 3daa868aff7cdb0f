"""Every contestant of traditional machine learning on small training parts."""

import subprocess
import sys
from dataclasses import replace

import pytest

from spoonbench.solvers.api import Example, Measures, Problem, Settings, Solves, Trains, Unsupported
from spoonbench.solvers.classic.labels import TfidfBoostingSolver, TfidfLinearSolver
from spoonbench.solvers.classic.operations import TfidfOperationSolver
from spoonbench.solvers.classic.pixels import PixelBoostingSolver, PixelSvmSolver
from spoonbench.solvers.classic.regression import TfidfRegressionSolver

LABELS = [TfidfLinearSolver, TfidfBoostingSolver]
NUMBERS = [TfidfOperationSolver, TfidfRegressionSolver]
PIXELS = [PixelSvmSolver, PixelBoostingSolver]
ALL = [*LABELS, *NUMBERS, *PIXELS]
HOSTILE = ["", " ", "\x00\x1b[31m", "\ud800\udfff", "<script>", "٣ + ४", "9" * 5000, "x " * 20_000]


def silent(_share, _message):
    pass


@pytest.fixture
def fitted(label_examples, number_examples, image_examples):
    made = []

    def fit(cls, training=None, validation=(), seed=0):
        if training is None:
            examples = (
                label_examples
                if cls in LABELS
                else number_examples
                if cls in NUMBERS
                else image_examples
            )
            training, validation = examples[12:], examples[:12]
        solver = cls()
        made.append(solver)
        solver.prepare(Settings(seed=seed))
        report = solver.fit(training, validation, silent, None)
        return solver, report, [example.problem for example in validation]

    yield fit
    for solver in made:
        solver.close()
        solver.close()


@pytest.mark.parametrize("cls", ALL)
def test_protocols_and_facts(cls):
    solver = cls()
    assert isinstance(solver, Solves)
    assert isinstance(solver, Trains)
    assert isinstance(solver, Measures)
    assert solver.info.level == 3
    assert solver.info.needs_training
    assert not solver.info.keeps_weights


@pytest.mark.parametrize("cls", ALL)
def test_batches_answer_like_single_problems_and_in_order(cls, fitted):
    solver, _, problems = fitted(cls)
    answers = solver.solve(problems)
    assert answers == [solver.solve([problem])[0] for problem in problems]
    assert solver.solve(problems[::-1]) == answers[::-1]
    assert solver.solve([]) == []


@pytest.mark.parametrize("cls", ALL)
def test_the_same_seed_gives_the_same_answers(cls, fitted):
    first, _, problems = fitted(cls)
    second, _, _ = fitted(cls)
    assert first.solve(problems) == second.solve(problems)


@pytest.mark.parametrize("cls", ALL)
def test_answers_are_well_formed(cls, fitted):
    solver, _, problems = fitted(cls)
    for answer in solver.solve(problems):
        assert (answer.value is not None) == (answer.status == "answered")
        assert (answer.reason is not None) == (answer.status != "answered")
        assert answer.confidence is None or 0 <= answer.confidence <= 1


@pytest.mark.parametrize("cls", [*LABELS, *PIXELS, TfidfOperationSolver])
def test_what_was_learned_holds_on_unseen_problems(
    cls, fitted, label_examples, number_examples, image_examples
):
    solver, _, problems = fitted(cls)
    targets = {
        example.problem.problem_id: example.target
        for example in [*label_examples, *number_examples, *image_examples]
    }
    values = [answer.value for answer in solver.solve(problems)]
    right = sum(v == targets[p.problem_id] for v, p in zip(values, problems, strict=True))
    assert right >= 11


@pytest.mark.parametrize("cls", ALL)
def test_without_fit_every_answer_fails_with_a_reason(cls, label_examples):
    answers = cls().solve([example.problem for example in label_examples[:3]])
    assert [answer.status for answer in answers] == ["failed"] * 3
    assert all("not trained" in answer.reason for answer in answers)


@pytest.mark.parametrize("cls", ALL)
def test_hostile_text_is_answered_in_place(cls, fitted):
    solver, _, problems = fitted(cls)
    hostile = [Problem(problem_id=f"h{i}", text=text) for i, text in enumerate(HOSTILE)]
    mixed = [problems[0], *hostile, problems[1]]
    answers = solver.solve(mixed)
    assert len(answers) == len(mixed)
    assert [answers[0], answers[-1]] == solver.solve(problems[:2])


@pytest.mark.parametrize("cls", [*LABELS, *NUMBERS])
def test_a_text_that_is_too_long_is_refused(cls, fitted):
    solver, _, _ = fitted(cls)
    (answer,) = solver.solve([Problem(problem_id="long", text="2 pears " * 100_000)])
    assert answer.status == "abstained"
    assert "characters" in answer.reason


@pytest.mark.parametrize("cls", ALL)
def test_unknown_parameters_and_devices_are_refused(cls):
    with pytest.raises(Unsupported, match="depth"):
        cls().prepare(Settings(params={"depth": 3}))
    with pytest.raises(Unsupported, match="cuda"):
        cls().prepare(Settings(device="cuda"))


@pytest.mark.parametrize("cls", ALL)
def test_no_examples_are_refused(cls, fitted):
    with pytest.raises(ValueError, match="0 training examples"):
        fitted(cls, [], [])


@pytest.mark.parametrize("cls", [*LABELS, *PIXELS])
def test_one_label_only_is_always_answered(cls, fitted, label_examples, image_examples):
    examples = label_examples if cls in LABELS else image_examples
    same = [replace(example, target="only") for example in examples[:5]]
    solver, _, _ = fitted(cls, same)
    answers = solver.solve([example.problem for example in same])
    assert [answer.value for answer in answers] == ["only"] * 5
    assert answers[0].confidence == 1.0


@pytest.mark.parametrize("cls", ALL)
def test_one_example_is_enough(cls, fitted, label_examples, number_examples, image_examples):
    examples = {**dict.fromkeys(LABELS, label_examples), **dict.fromkeys(NUMBERS, number_examples)}
    one = examples.get(cls, image_examples)[:1]
    solver, report, _ = fitted(cls, one)
    assert report.n_examples == 1
    assert [answer.value for answer in solver.solve([one[0].problem])] == [one[0].target]


@pytest.mark.parametrize("cls", ALL)
def test_the_size_is_stated_with_its_formula(cls, fitted):
    solver, _, problems = fitted(cls)
    size = solver.size(problems)
    assert size.n_parameters > 0
    assert size.operations_per_problem > 0
    assert size.formula
    assert cls().size(problems).n_parameters is None


def test_two_labels_are_told_apart(fitted, label_examples):
    two = [example for example in label_examples if example.target is not None]
    for cls in LABELS:
        solver, _, problems = fitted(cls, two[8:], two[:8])
        answers = solver.solve(problems)
        assert [answer.value for answer in answers] == [example.target for example in two[:8]]


def test_operations_reach_far_beyond_the_numbers_of_training(fitted):
    solver, report, _ = fitted(TfidfOperationSolver)
    text = "Ann had {} pears and lost {} of them. How many pears are left?"
    problem = Problem(problem_id="far", text=text.format(10**30 + 1, "two"), kind="number")
    assert solver.solve([problem])[0].value == str(10**30 - 1)
    assert report.notes["programs"] == 2


def test_operations_abstain_where_numbers_are_missing(fitted):
    solver, _, _ = fitted(TfidfOperationSolver)
    texts = ["Ann had pears and lost some. How many are left?", "Ann lost 1 of 5 and 6 of 7 pears."]
    answers = solver.solve([Problem(problem_id=text, text=text) for text in texts])
    assert [answer.status for answer in answers] == ["abstained"] * 2


def test_operations_without_any_program_are_refused(fitted, number_examples):
    odd = [replace(example, target="123457") for example in number_examples[:5]]
    with pytest.raises(ValueError, match="no program"):
        fitted(TfidfOperationSolver, odd)


def test_operations_learn_to_abstain(fitted, number_examples):
    vague = [
        Example(
            problem=Problem(problem_id=f"v{i}", text=f"Ann has {i + 2} pears. How old is Bo, {i}?"),
            target=None,
        )
        for i in range(20)
    ]
    solver, _, _ = fitted(TfidfOperationSolver, [*number_examples, *vague[5:]])
    answers = solver.solve([example.problem for example in vague[:5]])
    assert [answer.status for answer in answers] == ["abstained"] * 5


def test_the_regression_rounds_only_where_training_is_whole(fitted, number_examples):
    solver, report, problems = fitted(TfidfRegressionSolver)
    assert report.notes["rounded to whole numbers"]
    assert all(answer.value.lstrip("-").isdecimal() for answer in solver.solve(problems))
    halves = [replace(example, target=example.target + ".5") for example in number_examples]
    solver, report, _ = fitted(TfidfRegressionSolver, halves)
    assert not report.notes["rounded to whole numbers"]
    assert any("." in answer.value for answer in solver.solve(problems))


def test_the_regression_needs_an_answer(fitted, number_examples):
    with pytest.raises(ValueError, match="no training problem has an answer"):
        fitted(TfidfRegressionSolver, [replace(e, target=None) for e in number_examples[:3]])
    with pytest.raises(ValueError, match="too large"):
        fitted(TfidfRegressionSolver, [replace(number_examples[0], target="9" * 390)])


def test_boosting_says_what_it_reduced(fitted):
    _, report, _ = fitted(TfidfBoostingSolver)
    assert report.notes["components"] > 0
    assert "components" in report.notes["reduced"]


def test_images_of_mixed_shape_are_refused_in_training(fitted, image_examples):
    bare = replace(image_examples[0], problem=replace(image_examples[0].problem, payload=None))
    with pytest.raises(ValueError, match="i0"):
        fitted(PixelSvmSolver, [*image_examples[1:5], bare])


def test_listing_contestants_imports_nothing_heavy():
    code = (
        "import sys;"
        "import spoonbench.solvers.classic.labels, spoonbench.solvers.classic.operations;"
        "import spoonbench.solvers.classic.regression, spoonbench.solvers.classic.pixels;"
        "import spoonbench.solvers.neural.text, spoonbench.solvers.neural.image;"
        "heavy = {'numpy', 'scipy', 'sklearn', 'torch', 'threadpoolctl', 'safetensors'};"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run(  # our own interpreter and code
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
