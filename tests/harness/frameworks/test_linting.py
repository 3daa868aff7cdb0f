"""Each kind of fault, on a small framework that has it and on one that has not."""

from collections import defaultdict
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.frameworks.graph import (
    Condition,
    Edge,
    Framework,
    Node,
    Question,
    Verdict,
)
from spoonbench.harness.frameworks.linting import lint
from spoonbench.harness.frameworks.paths import every_path, representatives
from spoonbench.harness.frameworks.reading import parse_framework
from spoonbench.harness.frameworks.walking import meets, walk
from tests.harness.frameworks.small import SMALL, changed

LATE = 'edges = [{ is = [true], to = "cpu" }, { is = [false], to = "mps" }]'


def faults(*changes, **known):
    text = SMALL
    for old, new in changes:
        text = changed(old, new, text)
    return [(fault.kind, fault.sentence) for fault in lint(parse_framework(text), **known)]


def test_a_sound_framework_has_no_faults():
    assert faults() == []
    assert faults(claims={"G2", "G3"}, lookups={"crossover.batch.mps"}) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            [('{ below = "many", to', "{ below = 9, to")],
            [("gap", "No edge of batch takes batch 9 to 15.")],
            id="gap between whole numbers",
        ),
        pytest.param(
            [('{ below = "many", to', "{ below = 15, to")],
            [("gap", "No edge of batch takes batch 15.")],
            id="gap of one number",
        ),
        pytest.param(
            [('{ below = "many", to', "{ above = 1, below = 9, to")],
            [("gap", "No edge of batch takes batch 1 or 9 to 15.")],
            id="gap in two places",
        ),
        pytest.param(
            [
                ('{ below = "many", to', "{ below = 9, to"),
                ('unit = "items"\nlow = 1\nwhole = true', 'unit = "items"'),
            ],
            [("gap", "No edge of batch takes batch at least 9 and less than 16.")],
            id="gap between numbers",
        ),
        pytest.param(
            [('{ least = "many", to', '{ least = "many", most = 99, to')],
            [("gap", "No edge of batch takes batch more than 99.")],
            id="gap without end",
        ),
        pytest.param(
            [('    { otherwise = true, to = "cpu" },\n', "")],
            [
                (
                    "gap",
                    "No edge of which takes device none (for example batch 32, device none).",
                )
            ],
            id="gap in choices",
        ),
        pytest.param(
            [(LATE, 'edges = [{ is = [false], to = "mps" }]')],
            [
                (
                    "gap",
                    (
                        "No edge of late takes is_late yes (for example batch 32, device mps, "
                        "is_late yes)."
                    ),
                )
            ],
            id="gap in yes and no",
        ),
        pytest.param(
            [(LATE, 'edges = [{ is = [true, false], to = "mps" }, { is = [true], to = "mps" }]')],
            [
                (
                    "overlap",
                    (
                        "2 edges of late take is_late yes, to mps and mps (for example batch 32, "
                        "device mps, is_late yes)."
                    ),
                )
            ],
            id="overlap",
        ),
        pytest.param(
            [('{ below = "many", to', '{ most = "many", to')],
            [
                (
                    "contradiction",
                    (
                        "2 edges of batch take batch 16, to cpu and which, and lead to different "
                        "choices, cpu and mps (for example batch 16, device mps, is_late no)."
                    ),
                )
            ],
            id="overlap that contradicts",
        ),
        pytest.param(
            [
                (
                    '[verdicts.mps]\nchoice = "mps"',
                    ('[verdicts.mps]\nchoice = "mps"\nneeds = { is_late = { is = [true] } }'),
                )
            ],
            [
                (
                    "contradiction",
                    (
                        "mps (mps) needs is_late yes, and a path to it has no (for example "
                        "batch 32, device mps, is_late no)."
                    ),
                )
            ],
            id="a leaf against its path",
        ),
        pytest.param(
            [
                (
                    '[verdicts.cpu]\nchoice = "cpu"',
                    (
                        '[verdicts.cpu]\nchoice = "cpu"\n'
                        "needs = { batch = { least = 1 }, device = { is = ['none', 'mps'] } }"
                    ),
                )
            ],
            [
                (
                    "contradiction",
                    (
                        "cpu (cpu) needs device none or mps, and a path to it does not ask it (for "
                        "example batch 8)."
                    ),
                )
            ],
            id="a leaf that needs what nobody asked",
        ),
        pytest.param(
            [("[[examples]]", '[verdicts.gpu]\nchoice = "gpu"\ntext = "?"\n[[examples]]')],
            [("unreachable", "No edge leads to gpu.")],
            id="a verdict without an edge",
        ),
        pytest.param(
            [
                ('{ is = ["mps"], to = "late" }', '{ is = ["cuda", "mps"], to = "late" }'),
                ('{ is = ["cuda"], to = "cuda" },\n', ""),
                (
                    'edges = [{ is = [true], to = "cpu" }, { is = [false], to = "mps" }]',
                    (
                        'edges = [{ is = [true], to = "cpu" }, { is = [false], to = "again" }]\n'
                        '[nodes.again]\nasks = "is_late"\n'
                        'edges = [{ is = [false], to = "mps" }, { is = [true], to = "cuda" }]'
                    ),
                ),
            ],
            [("unreachable", "No answers lead to cuda.")],
            id="a verdict against what was answered before",
        ),
        pytest.param(
            [
                (
                    '{ least = "many", to',
                    ('{ least = "many", most = 3, to = "cpu" }, { least = "many", to'),
                )
            ],
            [
                (
                    "unreachable",
                    "No answers take the edge of batch to cpu (at least 16 and at most 3).",
                )
            ],
            id="an edge that nothing takes",
        ),
        pytest.param(
            [('text = "Is it late?"', 'text = "Is it late?"\ngeneral = true')],
            [
                (
                    "partial",
                    (
                        "is_late matters to everyone and is asked of some only (for example "
                        "batch 8)."
                    ),
                )
            ],
            id="a general question asked of some",
        ),
        pytest.param(
            [
                (
                    "[thresholds.many]",
                    (
                        '[questions.idle]\ntext = "?"\ntype = "yes-no"\n'
                        "[thresholds.idle_too]\nvalue = 1\ntext = '?'\n[thresholds.many]"
                    ),
                )
            ],
            [
                ("unused", "No node asks the question idle."),
                ("unused", "No condition and no text uses the threshold idle_too."),
            ],
            id="names that nothing uses",
        ),
        pytest.param(
            [('text = "Take the CPU."', 'text = "Take the CPU, not the {device}."')],
            [
                (
                    "unfilled",
                    (
                        "The text of cpu tells device, and a path to it does not ask it (for "
                        "example batch 8)."
                    ),
                )
            ],
            id="a text that tells what nobody asked",
        ),
        pytest.param(
            [("answers = { batch = 4 }", "answers = { batch = 64, device = 'cuda' }")],
            [("example", "The example 'A small batch' should end in cpu and ends in cuda.")],
            id="an example that ends elsewhere",
        ),
        pytest.param(
            [("answers = { batch = 4 }", "answers = { batch = 64 }")],
            [
                (
                    "example",
                    ("The example 'A small batch' should end in cpu and does not answer device."),
                )
            ],
            id="an example that does not end",
        ),
    ],
)
def test_each_fault_is_found_and_nothing_else(changes, expected):
    assert faults(*changes) == expected


def test_an_example_may_end_in_a_gap():
    found = faults(('{ below = "many", to', "{ below = 9, to"), ("{ batch = 4 }", "{ batch = 12 }"))
    assert found == [
        ("gap", "No edge of batch takes batch 9 to 15."),
        ("example", "The example 'A small batch' should end in cpu and ends in a gap of batch."),
    ]


def test_claims_and_look_ups_that_nobody_knows_are_named():
    assert faults(claims={"G3"}, lookups={"duel.cost"}) == [
        ("unknown", "many looks up crossover.batch.mps, which nobody answers."),
        ("unknown", "batch rests on the claim G2, which is not there."),
    ]


def test_a_measured_threshold_may_bring_a_fault():
    found = faults(('{ below = "many", to', "{ below = 16, to"), thresholds={"many": 24})
    assert found == [("gap", "No edge of batch takes batch 16 to 23.")]


def test_faults_hold_answers_that_show_them():
    (fault,) = lint(parse_framework(changed('{ below = "many", to', '{ most = "many", to')))
    framework = parse_framework(changed('{ below = "many", to', '{ most = "many", to'))
    found = walk(framework, fault.answers)
    assert found.steps[0].others == ("which",)


def test_the_linter_does_not_walk_every_path():
    """30 questions with yes and no make 1,073,741,824 paths and 31 places."""
    n = 30
    nodes = "".join(
        f'[questions.q{at}]\ntext = "?"\ntype = "yes-no"\n[nodes.n{at}]\nasks = "q{at}"\n'
        f'edges = [{{ is = [true], to = "n{at + 1}" }}, {{ is = [false], to = "n{at + 1}" }}]\n'
        for at in range(n)
    )
    framework = parse_framework(
        'format = 1\nid = "wide"\nversion = 1\ntitle = "t"\ntopic = "t"\nreading = "ours"\n'
        f'source = "s"\nstart = "n0"\n{nodes}[verdicts.n{n}]\nchoice = ""\ntext = "t"\n'
    )
    assert lint(framework) == ()


QUESTIONS = {
    "a": Question(name="a", text="?", type="yes-no"),
    "b": Question(name="b", text="?", type="number", high=3, is_whole=True),
    "c": Question(name="c", text="?", type="number", high=1),
}
CONDITIONS = {
    "a": st.sampled_from([Condition(one_of=(True,)), Condition(one_of=(False,))]),
    "b": st.builds(
        Condition,
        least=st.none() | st.integers(0, 3),
        below=st.integers(0, 3),
        otherwise=st.just(False),
    ),
    "c": st.builds(Condition, above=st.sampled_from([0, 0.5]), most=st.sampled_from([0.5, 1])),
}


@st.composite
def small_frameworks(draw):
    n_nodes = draw(st.integers(1, 5))
    verdicts = {
        name: Verdict(
            name=name,
            choice=draw(st.sampled_from(["x", "y"])),
            text="?",
            needs=draw(needs()),
        )
        for name in ("v0", "v1", "v2")
    }
    nodes = {f"n{at}": draw(node(at, n_nodes)) for at in range(n_nodes)}
    return Framework(
        framework_id="random",
        version=1,
        title="?",
        topic="?",
        reading="ours",
        source="?",
        start="n0",
        questions=QUESTIONS,
        nodes=nodes,
        verdicts=verdicts,
    )


def needs():
    return st.sampled_from(
        [{}, {"a": Condition(one_of=(True,))}, {"b": Condition(most=1)}, {"c": Condition(least=1)}]
    )


@st.composite
def node(draw, at, n_nodes):
    asks = draw(st.sampled_from(sorted(QUESTIONS)))
    ahead = [f"n{later}" for later in range(at + 1, n_nodes)] + ["v0", "v1", "v2"]
    conditions = st.one_of(CONDITIONS[asks], st.just(Condition(otherwise=True)))
    edges = st.builds(Edge, condition=conditions, to=st.sampled_from(ahead))
    return Node(
        name=f"n{at}", asks=asks, edges=tuple(draw(st.lists(edges, min_size=1, max_size=3)))
    )


def by_every_path(framework):
    """What the linter should find, by walking everything."""
    found = set()
    reached = set()
    for path in every_path(framework):
        answers = {step.question.name: step.answer for step in path.steps}
        reached |= {step.node.name for step in path.steps}
        found |= {("several", step.node.name) for step in path.steps if step.others}
        if path.gap is not None:
            found.add(("gap", path.gap.node.name))
            continue
        reached.add(path.verdict.name)
        for name, condition in path.verdict.needs.items():
            if name not in answers or not meets(condition, answers[name], {}):
                found.add(("unmet", path.verdict.name))
    places = [*framework.nodes, *framework.verdicts]
    return found | {("unreachable", place) for place in places if place not in reached}


def by_the_linter(framework):
    found = set()
    for fault in lint(framework):
        several = fault.sentence[:1].isdigit()
        if fault.kind == "gap":
            found.add(("gap", fault.place))
        elif several:
            found.add(("several", fault.place))
        elif fault.kind == "contradiction":
            found.add(("unmet", fault.place))
        elif fault.kind == "unreachable" and "take the edge" not in fault.sentence:
            found.add(("unreachable", fault.place))
    return found


@settings(max_examples=80)
@given(small_frameworks())
def test_the_linter_finds_what_walking_every_path_finds(framework):
    assert by_the_linter(framework) == by_every_path(framework)


@settings(max_examples=60)
@given(small_frameworks())
def test_overlaps_contradict_where_some_answers_end_in_two_choices(framework):
    found = defaultdict(set)
    for fault in lint(framework):
        if fault.sentence[:1].isdigit():
            found[fault.place].add(fault.kind)
    clashes = {
        place for answers in every_answer(framework) for place in clashing(framework, answers)
    }
    assert {place for place, kinds in found.items() if "contradiction" in kinds} == clashes


def every_answer(framework):
    """All questions with every combination of representative answers."""
    places = frozenset([*framework.nodes, *framework.verdicts])
    offered = [
        [one.answer for one in representatives(framework, question, {}, places)]
        for question in framework.questions.values()
    ]
    for answers in product(*offered):
        yield dict(zip(framework.questions, answers, strict=True))


def clashing(framework, answers):
    """Nodes at which edges that were not taken end in another choice."""
    taken = walk(framework, answers)
    for step in taken.steps:
        for other in step.others:
            end = (
                framework.verdicts[other]
                if other in framework.verdicts
                else walk(replace(framework, start=other), answers).verdict
            )
            if taken.verdict and end and taken.verdict.choice != end.choice:
                yield step.node.name
