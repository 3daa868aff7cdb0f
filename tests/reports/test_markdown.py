from dataclasses import replace

from markdown_it import MarkdownIt

from spoonbench.reports.markdown import render_markdown
from spoonbench.reports.plots import Plot
from spoonbench.reports.tables import Table
from spoonbench.solvers.api import Guarantee

MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})


def elements(text):
    tokens = MARKDOWN.parse(text)
    inner = [child for token in tokens for child in token.children or ()]
    return {token.type for token in [*tokens, *inner]}


def test_the_decision_is_the_heading(report):
    lines = render_markdown(report).splitlines()
    assert lines[0] == "# Use rules: level 1, rules (the spoon)."
    assert "Right on 995 of 995 answered" in lines[2]


def test_every_table_reads_as_a_table(report):
    tokens = MARKDOWN.parse(render_markdown(report))
    rows = [token for token in tokens if token.type == "tr_open"]
    cells = [token for token in tokens if token.type in ("td_open", "th_open")]
    assert sum(token.type == "table_open" for token in tokens) >= 8
    assert len(rows) > len(report.measurements) * 3
    assert len(cells) > 9 * 20


def test_everything_that_the_page_holds_is_there(report):
    guaranteed = replace(
        report.duel.entries[1],
        guarantee=Guarantee(kind="tested", domain="whole sums", source="its tests"),
    )
    entries = (report.duel.entries[0], guaranteed, *report.duel.entries[2:])
    text = render_markdown(replace(report, duel=replace(report.duel, entries=entries)))
    for wanted in (
        "## Learned rules",
        '- if "card" and "lost": lost\\_card',
        "| rules, then language model | test | rules | 940 |",
        "| language model | test | end token | 990 |",
        "## Every requirement against every contestant",
        "| spoon | coverage | undecided |",
        "tested: whole sums (its tests)",
        "Contestants are timed warm",
        "the median over the 3 rounds",
        "the 200 items of the latency sample",
        "Right of all: right among all items",
    ):
        assert wanted in text, wanted


def test_a_plot_is_linked_by_its_relative_path(report):
    plot = Plot(
        name="speed",
        title="Accuracy against time",
        sentence="Up is better.",
        table=Table(title="", columns=(), rows=()),
        svg="",
        svg_file="",
        png=b"",
    )
    text = render_markdown(report, [plot], {"speed": "plots/speed.png"})
    images = [
        child
        for token in MARKDOWN.parse(text)
        for child in token.children or ()
        if child.type == "image"
    ]
    assert [image.attrs["src"] for image in images] == ["plots/speed.png"]
    assert images[0].content.startswith("Accuracy against time")


def test_hostile_text_makes_no_element_of_its_own(report, hostile_report):
    added = elements(render_markdown(hostile_report)) - elements(render_markdown(report))
    assert added == set()
    assert "<script" not in render_markdown(hostile_report).replace("\\<script", "")


def test_odd_reports_are_written(failed_report, single_report, empty_report):
    assert "did not come through" in render_markdown(failed_report)
    assert "Not enough evidence" in render_markdown(single_report)
    assert "Nothing was measured" in render_markdown(empty_report)
