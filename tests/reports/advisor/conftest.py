"""A browser with the page of all shipped frameworks open, and a small framework of odd kinds."""

import pytest

from spoonbench.harness.advise.advice import Evidence
from spoonbench.harness.frameworks.reading import parse_framework, shipped, shipped_ids
from spoonbench.harness.predict.published import PUBLISHED
from spoonbench.reports.advisor.figures import MeasuredFigure
from spoonbench.reports.advisor.part import advisor_part, render_advisor_page

ODD = """
format = 1
id = "odd"
version = 3
title = "Odd one"
topic = "odd"
reading = "as written"
source = "nobody"
start = "size"
faults = ["Says nothing between 8 and 16."]
[questions.size]
text = "How large?"
type = "number"
unit = "bytes"
low = 1
high = 1e15
[questions.batch]
text = "How many?"
type = "number"
low = 1
whole = true
[questions.kind]
text = "Which kind?"
type = "choice"
choices = { red = "a red one", blue = "a blue one", green = "a green one" }
[questions.share]
text = "How much of it?"
type = "number"
unit = "share"
high = 1
[thresholds.large]
value = 24e9
text = "Where large begins."
claims = ["M1"]
evidence = "memory.fits"
[thresholds.few]
value = 7.5
text = "What is few."
[nodes.size]
asks = "size"
edges = [{ above = "large", to = "batch" }, { otherwise = true, to = "kind" }]
[nodes.batch]
asks = "batch"
edges = [
    { most = "few", to = "low" },
    { least = 8, below = 9, to = "kind" },
    { is = [16, 32], to = "high" },
    { above = 100, to = "share" },
]
[nodes.kind]
asks = "kind"
edges = [{ is = ["red", "blue"], to = "share" }, { is = ["blue"], to = "low" }]
[nodes.share]
asks = "share"
edges = [{ above = 0.1, most = 0.95, to = "low" }, { above = 0.95, to = "again" }]
[nodes.again]
asks = "batch"
edges = [{ least = 12, to = "high" }, { otherwise = true, to = "low" }]
[verdicts.low]
choice = ""
text = "Low: {size}, {kind}, {share}, {few}, {batch}."
[verdicts.high]
choice = "high"
text = "High, from {large} on."
claims = ["M2"]
settings = { rate = 0.5, fast = true, word = "<b>" }
[[examples]]
text = "A small blue one"
answers = { size = 1e9, kind = "blue", share = 0.5 }
verdict = "low"
"""


@pytest.fixture(scope="session")
def odd():
    """Every kind of condition, a gap, an overlap, a question asked twice."""
    return parse_framework(ODD)


@pytest.fixture(scope="session")
def frameworks(odd):
    return (*(shipped(one) for one in shipped_ids()), odd)


@pytest.fixture(scope="session")
def figures(frameworks):
    """Other figures for every threshold, as if measured: one of them is never reached."""
    shares = (0.37, 1.5, float("inf"))
    found = {}
    for one in frameworks:
        names = sorted(one.thresholds)
        found[one.framework_id] = {
            name: one.thresholds[name].value * shares[index % len(shares)]
            for index, name in enumerate(names)
        }
    return found


@pytest.fixture(scope="session")
def part(frameworks, figures):
    measured = {
        framework_id: {
            name: (
                MeasuredFigure(
                    evidence=Evidence(
                        what="Measured for a test.",
                        source="store",
                        machine="a machine",
                        value=value,
                    )
                ),
            )
            for name, value in named.items()
        }
        for framework_id, named in figures.items()
    }
    return advisor_part(frameworks, measured, tuple(PUBLISHED.values()))


@pytest.fixture
def visit(browser, tmp_path):
    """Opens a page; whatever it says, asks of the network or complains of is collected."""
    contexts = []

    def open_page(text, viewport=(1240, 900), scheme="light"):
        path = tmp_path / "advisor.html"
        path.write_text(text, encoding="utf-8")
        size = {"width": viewport[0], "height": viewport[1]}
        context = browser.new_context(viewport=size, color_scheme=scheme)
        contexts.append(context)
        tab, seen = context.new_page(), []
        tab.on("console", lambda message: seen.append(message.text))
        tab.on("pageerror", lambda error: seen.append(str(error)))
        tab.on("dialog", lambda dialog: seen.append(dialog.message))
        tab.on("request", lambda request: seen.append(request.url))
        tab.goto(path.as_uri())
        assert seen.pop(0) == path.as_uri()
        return tab, seen

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def page(part):
    return render_advisor_page(part)


@pytest.fixture(scope="module")
def asked(browser, page, tmp_path_factory):
    """The page in a browser, open for questions to its script."""
    path = tmp_path_factory.mktemp("advisor") / "advisor.html"
    path.write_text(page, encoding="utf-8")
    context = browser.new_context()
    tab, seen = context.new_page(), []
    tab.on("console", lambda message: seen.append(message.text))
    tab.on("pageerror", lambda error: seen.append(str(error)))
    tab.goto(path.as_uri())
    yield tab
    context.close()
    assert seen == []
