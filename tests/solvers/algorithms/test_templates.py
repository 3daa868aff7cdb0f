"""Classes of images by normalised cross-correlation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.solvers.algorithms.templates import TemplateSolver
from spoonbench.solvers.api import (
    Example,
    Image,
    Measures,
    Problem,
    Settings,
    Solves,
    Trains,
    Unsupported,
)

BAR = ((0.0, 9.0, 0.0), (0.0, 9.0, 0.0), (0.0, 8.0, 0.0))
DASH = ((0.0, 0.0, 0.0), (9.0, 8.0, 9.0), (0.0, 0.0, 0.0))
FLAT = ((5.0, 5.0, 5.0),) * 3


def problem(pixels, maximum=16.0, kind="label"):
    payload = Image(pixels=pixels, maximum=maximum) if pixels is not None else None
    return Problem(problem_id="p", text="an image", kind=kind, payload=payload)


def fit(solver, examples):
    return solver.fit(
        [Example(problem=problem(pixels), target=target) for pixels, target in examples],
        [],
        lambda _share, _message: None,
        None,
    )


def fitted(*examples, **params):
    solver = TemplateSolver()
    solver.prepare(Settings(params=params))
    fit(solver, examples or [(BAR, "bar"), (DASH, "dash")])
    return solver


@pytest.mark.parametrize("templates", ["all", "mean"])
def test_a_training_image_is_its_own_class(templates):
    answers = fitted(templates=templates).solve([problem(BAR), problem(DASH)])
    assert [answer.value for answer in answers] == ["bar", "dash"]
    assert all(answer.confidence > 0.99 for answer in answers)


def test_brightness_and_contrast_do_not_matter():
    darker = tuple(tuple(2 + value / 4 for value in row) for row in BAR)
    [answer] = fitted().solve([problem(darker, maximum=255.0)])
    assert answer.value == "bar"


def test_two_equal_classes_give_no_confidence():
    [answer] = fitted((BAR, "a"), (BAR, "b")).solve([problem(BAR)])
    assert answer.confidence == pytest.approx(0, abs=1e-3)


def test_one_class_has_no_estimate_of_confidence():
    [answer] = fitted((BAR, "bar")).solve([problem(DASH)])
    assert (answer.value, answer.confidence) == ("bar", None)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (problem(FLAT), "no contrast"),
        (problem(((1.0, 2.0),)), "1 x 2, trained on 3 x 3"),
        (problem(((1.0, 2.0), (3.0,))), "several lengths"),
        (problem(()), "no pixels"),
        (problem(((float("nan"),) * 3,) * 3), "no finite number"),
        (problem(BAR, maximum=0.0), "above 0"),
        (problem(None), "not text"),
        (problem(BAR, kind="number"), "not a number"),
    ],
)
def test_abstains_from_what_it_cannot_compare(asked, reason):
    [answer] = fitted().solve([asked])
    assert answer.status == "abstained"
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("examples", "reason"),
    [
        ([], "examples"),
        ([(BAR, None)], "no image with a label"),
        ([(None, "a")], "no image with a label"),
        ([(BAR, "a"), (((1.0,),), "b")], "1 x 1 and of 3 x 3"),
        ([(FLAT, "a")], "contrast"),
    ],
)
def test_refuses_what_it_cannot_learn_from(examples, reason):
    solver = TemplateSolver()
    solver.prepare(Settings())
    with pytest.raises(ValueError, match=reason):
        fit(solver, examples)


def test_uniform_training_images_are_counted():
    solver = TemplateSolver()
    solver.prepare(Settings())
    report = fit(solver, [(BAR, "a"), (FLAT, "a"), (DASH, "b")])
    assert report.notes == {"n_templates": 2, "n_without_contrast": 1}


@pytest.mark.parametrize("params", [{"templates": "best"}, {"templates": 1}, {"k": 1}])
def test_refuses_wrong_parameters(params):
    with pytest.raises(Unsupported):
        TemplateSolver().prepare(Settings(params=params))


def test_untrained_it_fails_with_a_reason():
    solver = TemplateSolver()
    solver.prepare(Settings())
    assert solver.solve([problem(BAR)])[0].status == "failed"
    solver.close()
    assert solver.solve([]) == []


def test_offers_its_protocols_and_size():
    solver = fitted()
    assert all(isinstance(solver, protocol) for protocol in (Solves, Trains, Measures))
    size = solver.size([])
    assert (size.n_parameters, size.weight_bytes, size.operations_per_problem) == (18, 72, 36)
    assert TemplateSolver().size([]).n_parameters is None


PIXELS = st.lists(st.lists(st.integers(0, 16), min_size=3, max_size=3), min_size=3, max_size=3)


@given(st.lists(PIXELS, min_size=2, max_size=6), PIXELS)
@settings(max_examples=60, deadline=None)
def test_agrees_with_correlation_coefficients(images, asked):
    def has_contrast(image):
        return len({value for row in image for value in row}) > 1

    images = [image for image in images if has_contrast(image)]
    if not images or not has_contrast(asked):
        return
    solver = fitted(*((image, str(index)) for index, image in enumerate(images)))
    [answer] = solver.solve([problem(asked)])
    wanted = [np.corrcoef(np.ravel(image), np.ravel(asked))[0, 1] for image in images]
    assert wanted[int(answer.value)] == pytest.approx(max(wanted), abs=1e-5)
