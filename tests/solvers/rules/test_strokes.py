"""Hand-written rules name clear digits and refuse what is no 8 by 8 image."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.tasks.digits import make
from spoonbench.solvers.api import Image, Problem, Settings, Unsupported
from spoonbench.solvers.rules.strokes import RULES, StrokeRuleSolver, read_strokes

DRAWINGS = {
    "0": "...##.../..#..#../.#....#./.#....#./.#....#./.#....#./..#..#../...##...",
    "1": "...##.../..###.../...##.../...##.../...##.../...##.../...##.../...##...",
    "8": "..###.../.#...#../.#...#../..###.../.#...#../.#...#../.#...#../..###...",
}


def image(drawing):
    rows = drawing.split("/")
    return Image(pixels=tuple(tuple(16.0 * (c == "#") for c in row) for row in rows), maximum=16)


def solve(payload, kind="label"):
    problem = Problem(problem_id="1", text="image", kind=kind, payload=payload)
    return StrokeRuleSolver().solve([problem])[0]


@pytest.mark.parametrize("digit", DRAWINGS)
def test_a_clear_drawing_is_named(digit):
    assert solve(image(DRAWINGS[digit])).value == digit


def test_holes_are_counted():
    assert len(read_strokes(image(DRAWINGS["8"])).holes) == 2
    assert len(read_strokes(image(DRAWINGS["0"])).holes) == 1
    assert read_strokes(image(DRAWINGS["1"])).holes == ()


def test_an_empty_image_is_abstained_from():
    assert solve(image("/".join(["........"] * 8))).status == "abstained"


def test_every_digit_has_a_rule_that_is_more_often_right_than_wrong():
    items = make({}).validation.items
    answers = StrokeRuleSolver().solve([item.problem for item in items])
    for digit, _, _ in RULES:
        named = [i.target for i, a in zip(items, answers, strict=True) if a.value == digit]
        assert named.count(digit) * 2 > len(named) > 0


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (None, "label"),
        (Image(pixels=((1.0,),), maximum=1), "label"),
        (Image(pixels=((0.0,) * 8,) * 8, maximum=0), "label"),
        (Image(pixels=((0.0,) * 8,) * 8, maximum=1), "number"),
    ],
)
def test_what_is_no_such_image_fails_with_a_reason(payload, kind):
    answer = solve(payload, kind)
    assert answer.status == "failed"
    assert answer.reason


@given(st.lists(st.lists(st.floats(0, 16), min_size=8, max_size=8), min_size=8, max_size=8))
def test_any_image_gets_an_answer(rows):
    answer = solve(Image(pixels=tuple(map(tuple, rows)), maximum=16))
    assert answer.status in {"answered", "abstained"}


def test_parameters_are_refused():
    with pytest.raises(Unsupported, match="speed"):
        StrokeRuleSolver().prepare(Settings(params={"speed": 1}))
