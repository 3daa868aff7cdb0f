"""Small training parts that every contestant of this level can learn."""

import random

import pytest

from spoonbench.solvers.api import Example, Image, Problem


@pytest.fixture(scope="session")
def label_examples():
    rng = random.Random(0)  # no secret
    words = {
        "fruit": ["apple", "pear", "cherry", "plum"],
        "card": ["card", "pin", "bank", "chip"],
        None: ["weather", "rain", "sun", "cloud"],
    }
    return [
        Example(
            problem=Problem(
                problem_id=f"t{i}",
                text=f"tell me about the {rng.choice(words[label])} and {rng.choice(words[label])}",
                kind="label",
            ),
            target=label,
        )
        for i, label in enumerate([*words] * 20)
    ]


@pytest.fixture(scope="session")
def number_examples():
    rng = random.Random(0)  # no secret
    examples = []
    for i in range(80):
        a, b = rng.randint(51, 99), rng.randint(2, 50)
        plus = i % 2 == 0
        text = (
            f"Ann had {a} pears and got {b} more. How many pears has she now?"
            if plus
            else f"Ann had {a} pears and lost {b} of them. How many pears are left?"
        )
        problem = Problem(problem_id=f"n{i}", text=text, kind="number")
        examples.append(Example(problem=problem, target=str(a + b if plus else a - b)))
    return examples


@pytest.fixture(scope="session")
def image_examples():
    rng = random.Random(0)  # no secret
    examples = []
    for i in range(60):
        left = i % 2 == 0
        pixels = tuple(
            tuple(
                float(rng.randint(8, 16) if (x < 2) == left else rng.randint(0, 4))
                for x in range(4)
            )
            for _ in range(4)
        )
        problem = Problem(
            problem_id=f"i{i}",
            text="image",
            kind="label",
            payload=Image(pixels=pixels, maximum=16.0),
        )
        examples.append(Example(problem=problem, target="left" if left else "right"))
    return examples
