import pytest

from spoonbench.harness.frameworks.drawing import drawn
from spoonbench.harness.frameworks.reading import parse_framework, shipped, shipped_ids
from tests.harness.frameworks.small import SMALL, changed


def test_a_framework_is_drawn_as_a_tree():
    assert "\n".join(drawn(parse_framework(SMALL))) == (
        """\
small 1: Where to compute
  ours; a test

batch: How many items at once? [G2]
├─ less than 16 → cpu (cpu)
└─ at least 16
   which: Which accelerator?
   ├─ cuda → cuda (cuda)
   ├─ mps
   │  late: Is it late?
   │  ├─ yes → cpu (cpu)
   │  └─ no → mps (mps)
   └─ otherwise → cpu (cpu)

verdicts:
  cpu (cpu): Take the CPU.
  cuda (cuda): Batch {batch} is {many} or more: take the NVIDIA GPU.
  mps (mps): Take the Apple GPU.

thresholds:
  many = 16: A GPU pays from here on. [G3] (a measurement takes its place:
    crossover.batch.mps)

examples:
  A small batch: batch 4 → cpu"""
    )


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("framework_id", shipped_ids())
def test_every_shipped_one_fits_and_shows_everything(framework_id, width):
    framework = shipped(framework_id)
    lines = drawn(framework, width=width)
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).replace("│", " ").split())
    for node in framework.nodes.values():
        assert text.count(f"{node.name}: ") >= 1
    for verdict in framework.verdicts.values():
        assert f"→ {verdict.name}" in text
    for fault in framework.faults:
        assert fault in text


def test_a_node_is_drawn_once_and_named_where_it_comes_again():
    text = changed('{ otherwise = true, to = "cpu" }', '{ otherwise = true, to = "late" }')
    lines = drawn(parse_framework(text))
    assert sum("late: Is it late?" in line for line in lines) == 1
    assert any("otherwise → late, see there" in line for line in lines)


def test_what_lies_deep_is_drawn_from_the_margin():
    n = 40
    nodes = "".join(
        f'[questions.q{at}]\ntext = "Question {at}?"\ntype = "yes-no"\n[nodes.n{at}]\n'
        f'asks = "q{at}"\n'
        f'edges = [{{ is = [true], to = "n{at + 1}" }}, {{ is = [false], to = "n{n}" }}]\n'
        for at in range(n)
    )
    framework = parse_framework(
        'format = 1\nid = "deep"\nversion = 1\ntitle = "t"\ntopic = "t"\nreading = "ours"\n'
        f'source = "s"\nstart = "n0"\n{nodes}[verdicts.n{n}]\nchoice = ""\ntext = "t"\n'
    )
    lines = drawn(framework, width=80)
    assert max(map(len, lines)) <= 80
    for at in range(n):
        assert sum(f"n{at}: Question {at}?" in line for line in lines) == 1
