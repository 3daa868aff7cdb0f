"""The page and Python answer alike: every path of every framework, and what is typed and shown."""

import math
import random

import pytest

from spoonbench.harness.frameworks.answering import read_answer
from spoonbench.harness.frameworks.flipping import flips, outcome
from spoonbench.harness.frameworks.graph import Choice, Question
from spoonbench.harness.frameworks.paths import answers_of, every_path
from spoonbench.harness.frameworks.reading import shipped_ids
from spoonbench.harness.frameworks.showing import show_number, show_value, verdict_text
from spoonbench.harness.frameworks.walking import BadAnswer, check_answer, walk

WALKS = """([id, cases, measured, hasFlips]) => {
  const text = document.querySelector("[data-advisor] script").textContent;
  const framework = JSON.parse(text).frameworks.find((one) => one.framework_id === id);
  const { walk, flips, verdictText } = spoonbenchAdvisor;
  const told = (found, answers) => ({
    end: found.refused ? "refused" : found.verdict ? "verdict " + found.verdict.name
      : found.asks ? "asks " + found.asks.name : "gap",
    path: found.steps.map((step) => [step.node.name, step.to, step.others]),
    text: found.verdict ? verdictText(framework, found.verdict, answers, measured) : "",
  });
  return cases.map((answers) => {
    const found = walk(framework, answers, measured);
    const flipped = hasFlips && !found.refused ? flips(framework, answers, measured) : [];
    return {
      ...told(found, answers),
      flips: flipped.map((one) => [one.question.name, one.answer, one.change,
        told(one.walk, { ...answers, [one.question.name]: one.answer })]),
    };
  });
}"""
SIZES = [0.0, 1.0, 5e-324, 0.5, 0.95, 0.9999, 0.99995, 1.005, 2.5, 11.83726, 999.949, 999.95]
SIZES += [1000.0, 1024.0, 12345.678, 82e6, 124_439_808.0, 999_950_000.0, 999_949_999.0, 7e9, 24e9]
SIZES += [2.0**53, 1e15, 1e15 + 0.5, 1e16, 123456e12, 1e17, 1e18, 1.5e21, 1e100, 1e-6, 1e-7, 1e-8]
SIZES += [1234.5, 123450000.0, 0.00012345, 60.0, 59.99, 3600.0, 90.0, -3.5, -0.0, math.inf]
UNITS = [
    "",
    "items",
    "parameters",
    "bytes",
    "share",
    "seconds",
    "hours",
    "days",
    "currency",
    "steps",
]
TYPED = ["124M", "7b", " 7B ", "24GB", "24 gb", "24", "8GiB", "0.5", ".5", "5.", "95%", "1,000"]
TYPED += ["1,00", "1e3", "1e400", "-3", "50ms", "2 s", "1.5h", "90 min", "2 days", "$500", "30us"]
TYPED += ["\u20ac500", "", "  ", "yes", "Y", "NO", "true", "red", "BLUE", "bf16", "nan", "inf"]
TYPED += [
    "Infinity",
    "1_000",
    "\u0663",
    "1k",
    "3.6k",
    "3,600",
    "1e-3",
    "1E3",
    "0x10",
    "1e1000",
    "--1",
]
TYPED += [
    "1 2",
    "7 Bn",
    "\u00a07B\u00a0",
    "1" * 70,
    "__proto__",
    "constructor",
    "100 %",
    "toString",
]


def told(framework, found, answers, figures):
    """A walk in the words of `WALKS`."""
    if found.verdict is not None:
        end = f"verdict {found.verdict.name}"
    else:
        end = f"asks {found.asks.name}" if found.asks else "gap"
    text = verdict_text(framework, found.verdict, answers, figures) if found.verdict else ""
    path = [[step.node.name, step.to, list(step.others)] for step in found.steps]
    return {"end": end, "path": path, "text": text}


def in_python(framework, answers, figures, *, has_flips):
    try:
        found = walk(framework, answers, figures)
    except BadAnswer:
        return {"end": "refused"}
    flipped = []
    for one in flips(framework, answers, figures) if has_flips else ():
        there = told(framework, one.walk, {**answers, one.question.name: one.answer}, figures)
        flipped.append([one.question.name, one.answer, one.change, there])
    return {**told(framework, found, answers, figures), "flips": flipped}


def compare(tab, framework, cases, figures, *, has_flips=True):
    """Python's and the page's answers to each case."""
    found = tab.evaluate(WALKS, [framework.framework_id, cases, figures, has_flips])
    for answers, one in zip(cases, found, strict=True):
        expected = in_python(framework, answers, figures, has_flips=has_flips)
        if expected["end"] == "refused":
            assert one["end"] == "refused", answers
        else:
            assert one == expected, answers
    return {one["end"] for one in found}


@pytest.mark.parametrize("is_measured", [False, True], ids=["rules of thumb", "measured"])
@pytest.mark.parametrize("framework_id", [*shipped_ids(), "odd"])
def test_every_path_ends_alike(asked, frameworks, figures, framework_id, is_measured):
    framework = next(one for one in frameworks if one.framework_id == framework_id)
    given = figures[framework_id] if is_measured else {}
    cases = [answers_of(found) for found in every_path(framework, given)]
    assert cases
    ends = compare(asked, framework, cases, given, has_flips=len(cases) < 150)
    if not is_measured:
        assert {end for end in ends if end.startswith("verdict")} == {
            f"verdict {found.verdict.name}"
            for found in every_path(framework, given)
            if found.verdict is not None
        }


def some_answer(random_source, question, framework):
    """Any answer: often at a bound or beside it, sometimes one that is not allowed."""
    if question.type == "yes-no":
        return random_source.choice([True, False, True, False, "yes"])
    if question.type == "choice":
        return random_source.choice([*(one.name for one in question.choices), "no such"])
    bounds = [one.value for one in framework.thresholds.values()]
    for node in framework.nodes.values():
        for edge in node.edges:
            condition = edge.condition
            given = (condition.least, condition.above, condition.most, condition.below)
            bounds += [one for one in given if isinstance(one, float)]
    bound = random_source.choice([*bounds, question.low, question.high or 1e6])
    near = [bound, math.nextafter(bound, math.inf), math.nextafter(bound, -math.inf)]
    near += [float(round(bound)), bound + 1, bound - 1, bound * 2, random_source.uniform(0, 40)]
    return random_source.choice(near)


def is_allowed(question, answer):
    try:
        check_answer(question, answer)
    except BadAnswer:
        return False
    return True


@pytest.mark.parametrize("framework_id", [*shipped_ids(), "odd"])
def test_any_answers_end_alike(asked, frameworks, figures, framework_id):
    framework = next(one for one in frameworks if one.framework_id == framework_id)
    random_source = random.Random(framework_id)
    cases = []
    for _ in range(200):
        names = [name for name in framework.questions if random_source.random() < 0.85]
        answers = {
            name: some_answer(random_source, framework.questions[name], framework) for name in names
        }
        cases.append(answers)
    allowed = [
        {
            name: answer
            for name, answer in answers.items()
            if is_allowed(framework.questions[name], answer)
        }
        for answers in cases
    ]
    no_figures: dict[str, float] = {}
    for given in (figures[framework_id], no_figures):
        compare(asked, framework, cases, given, has_flips=False)
        compare(asked, framework, allowed[:60], given)


def test_the_odd_framework_shows_that_differences_would_be_seen(odd):
    ends = {outcome(found) for found in every_path(odd)}
    assert ends == {"verdict low", "high", "gap"}


def test_numbers_are_shown_alike(asked):
    random_source = random.Random(7)
    values = [*SIZES, *(10 ** random_source.uniform(-12, 22) for _ in range(500))]
    values += [
        random_source.randrange(1, 10**6) * 10.0 ** random_source.randrange(-8, 9)
        for _ in range(500)
    ]
    for unit in UNITS:
        shown = asked.evaluate(
            "([values, unit]) => values.map((one) => spoonbenchAdvisor.showNumber(one, unit))",
            [values, unit],
        )
        assert shown == [show_number(value, unit) for value in values]


def test_answers_are_shown_alike(asked):
    question = Question(name="kind", text="", type="yes-no")
    shown = asked.evaluate(
        "([values]) => values.map((one) => spoonbenchAdvisor.showValue({}, one))",
        [[True, False, "cuda"]],
    )
    assert shown == [show_value(question, value) for value in (True, False, "cuda")]


@pytest.mark.parametrize("unit", UNITS)
def test_what_is_typed_is_read_alike(asked, unit):
    questions = [
        Question(name="number", text="", type="number", unit=unit, low=-10.0),
        Question(name="whole", text="", type="number", unit=unit, high=1e12, is_whole=True),
        Question(name="is", text="", type="yes-no"),
        Question(
            name="kind",
            text="",
            type="choice",
            choices=tuple(Choice(name=name, text="") for name in ("Red", "blue", "bfloat16")),
        ),
    ]
    for question in questions:
        plain = {
            "name": question.name,
            "type": question.type,
            "unit": question.unit,
            "low": question.low,
            "high": question.high,
            "is_whole": question.is_whole,
            "choices": [{"name": one.name} for one in question.choices],
        }
        found = asked.evaluate(
            """([question, texts]) => texts.map((text) => {
              const { readAnswer, checkAnswer } = spoonbenchAdvisor;
              const value = readAnswer(question, text);
              return value === null || checkAnswer(question, value) ? null : value;
            })""",
            [plain, TYPED],
        )
        assert found == [read(question, text) for text in TYPED]


def read(question, text):
    try:
        return read_answer(question, text)
    except BadAnswer:
        return None


def test_what_was_answered_can_be_typed_again(asked):
    random_source = random.Random(5)
    values = [value for value in SIZES if 0 <= value < 1e21]
    values += [10 ** random_source.uniform(-6, 18) for _ in range(200)]
    for unit in UNITS:
        question = {"name": "x", "type": "number", "unit": unit}
        typed = asked.evaluate(
            "([question, values]) => values.map((one) => "
            "spoonbenchAdvisor.typedAgain(question, one))",
            [question, values],
        )
        own = Question(name="x", text="", type="number", unit=unit)
        assert [read_answer(own, text) for text in typed] == values
