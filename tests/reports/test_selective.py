import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from spoonbench.harness.estimates import Proportion
from spoonbench.harness.risk_coverage import risk_curve
from spoonbench.reports import selective
from spoonbench.reports.markdown import render_markdown
from spoonbench.reports.page import render_page
from spoonbench.reports.plots import draw_plots
from spoonbench.reports.summary import summary_json
from spoonbench.reports.terminal import print_report


def cells(table, label):
    """Header to cell of one contestant."""
    row = next(row for row in table.rows if row[1] == label)
    return dict(zip((column.header for column in table.columns), row, strict=True))


def scored(report, given, n_items):
    """One contestant that gave these answers, as (confidence, is right)."""
    curve = risk_curve(((confidence, not right) for confidence, right in given), n_items)
    n_right = sum(right for _, right in given)
    score = replace(
        report.measurements[0].splits[0],
        accuracy=Proportion(n_successes=n_right, n=n_items, low=0.0, high=1.0),
        precision=Proportion(n_successes=n_right, n=len(given), low=0.0, high=1.0),
        curve=curve,
        subsets=(),
    )
    measurement = replace(report.measurements[0], splits=(score,))
    return replace(report, measurements=(measurement,))


def test_the_figures_of_a_contestant_are_those_of_its_curve(report):
    given = [(0.9, True), (0.8, True), (0.7, False), (0.6, True)]
    (scope,) = selective.scopes(scored(report, given, 8))
    found = cells(selective.risk_table(scope), "spoon")
    assert found["Answered"] == "50.0%"
    assert found["Right of those"] == "75.0%"
    # The share of which 3 or more of 4 come up in 5% of all samples: 4 p^3 - 3 p^4 = 0.05.
    assert found["At least (95%)"] == "24.9%"
    # (0 + 0 + 1/3 + 1/4) / 4, of which 1/4 / 4 cannot be helped.
    assert found["AURC"] == "0.1458"
    assert found["E-AURC"] == "0.0833"
    assert found["At 1% risk"] == "25.0%"


def test_who_answers_all_without_a_confidence_has_no_curve(report):
    (scope,) = selective.scopes(scored(report, [(None, True)] * 5 + [(None, False)] * 3, 8))
    found = cells(selective.risk_table(scope), "spoon")
    assert found["Right of those"] == "62.5%"
    assert {found[header] for header in ("AURC", "E-AURC", "At 1% risk")} == {"\u2013"}
    assert scope.curves == []


def test_without_anything_to_choose_by_there_is_no_section(report):
    plain = scored(report, [(None, True)] * 8, 8)
    assert not selective.has_choice(plain)
    assert selective.TITLE not in render_page(plain, ())
    assert selective.TITLE not in render_markdown(plain)


def test_published_figures_stand_below_and_are_marked_as_not_measured_here(subset_report):
    whole, known, unknown = selective.scopes(subset_report)
    assert (whole.published, unknown.published) == ((), ())
    table = selective.compared_table(known)
    n_measured = len(subset_report.measurements)
    assert table.marks == ("",) * n_measured + ("published",) * len(known.published)
    acharya = cells(table, "Acharya, Mandal and Basak 2022")
    assert (acharya["Answered"], acharya["Right of those"]) == ("100.0%", "93.0%")
    assert acharya["Where from"].startswith("published; rules only")
    roy = cells(table, "Roy and Roth 2015")
    assert roy["Where from"].endswith("from memory, not checked again")
    assert "another set" in cells(table, "SigmaDolphin 2015")["Where from"]
    assert cells(table, "rules")["Where from"] == "measured here, 1 rules"


def test_what_was_published_on_the_task_stands_beside_the_whole_split(report):
    task = replace(report.duel.task, name="mawps-half")
    known = replace(report, duel=replace(report.duel, task=task))
    names = {one.set_name for one in selective.scopes(known)[0].published if not one.is_other_set}
    assert names == {"MAWPS"}


def test_accuracy_stands_by_subset_and_contestant(subset_report):
    table = selective.right_by_subset(subset_report)
    headers = [column.header for column in table.columns]
    assert headers == ["Lvl", "Contestant", "SingleOp (400)", "of ours (400)"]
    assert len(table.rows) == len(subset_report.measurements)
    assert cells(table, "text network")["SingleOp (400)"].startswith("71.0% (")
    given = cells(selective.given_by_subset(subset_report), "text network")
    assert given["of ours (400)"] == "74.7% of 95.0%"


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_terminal_shows_sets_apart_and_what_was_published(subset_report, width):
    target = io.StringIO()
    print_report(subset_report, Console(file=target, width=width), None)
    text = " ".join(target.getvalue().split())
    assert max(map(len, target.getvalue().splitlines())) <= width
    assert "When it answers" in text
    assert "SingleOp (400)" in text
    assert "Published on SingleOp, not measured here: 93.0% by Acharya" in text


@pytest.fixture(scope="module")
def subset_plots(subset_report):
    return draw_plots(subset_report)


def test_page_and_markdown_have_the_section_with_definitions_and_warning(
    subset_report, subset_plots
):
    page = render_page(subset_report, subset_plots)
    for text in (page, render_markdown(subset_report)):
        plain = " ".join(text.replace("\\", "").replace("&#39;", "'").split())
        assert selective.DEFINITIONS in plain
        assert selective.NOT_MEASURED_HERE in plain
        assert "SingleOp (400 items)" in plain
    assert page.index('id="selective"') < page.index('id="plot-risk"') < page.index('id="plots"')


def test_the_plot_has_a_panel_for_each_set_and_says_what_is_published(subset_plots):
    (plot,) = (one for one in subset_plots if one.name == "risk")
    assert "Hollow squares" in plot.sentence
    assert {row[1] for row in plot.table.rows} == {"test", "SingleOp", "of ours"}


def test_many_subsets_are_drawn_in_part_and_it_is_said(report, subset_report):
    first = subset_report.duel.task.splits[0]
    many = tuple(replace(first.subsets[1], name=f"set {k}") for k in range(7))
    splits = (replace(first, subsets=(*many, first.subsets[0])), *report.duel.task.splits[1:])
    task = replace(report.duel.task, splits=splits)
    crowded = replace(subset_report, duel=replace(report.duel, task=task))
    shown = [scope.name for scope in selective.panels(crowded)]
    assert len(shown) == 6
    assert "SingleOp" in shown
    assert "Drawn are 5 of 8 subsets." in selective.curve_sentence(crowded)


def test_json_holds_areas_and_points_of_every_set(subset_report):
    summary = json.loads(json.dumps(summary_json(subset_report), allow_nan=False))
    score = summary["measurements"][5]["splits"][0]
    assert score["curve"]["points"][-1]["coverage"] == 1.0
    assert score["curve"]["aurc"] >= score["curve"]["e_aurc"] >= 0
    assert [one["subset"] for one in score["subsets"]] == ["SingleOp", "of ours"]
    assert score["subsets"][0]["curve"]["n_items"] == 400
    assert score["subsets"][0]["accuracy"]["value"] == pytest.approx(0.71)


def test_word_lists_stand_beside_lines_of_code(report):
    def table(given):
        return render_markdown(given).split("## The ladder")[1].split("\n\n")[1]

    assert "Word lists" not in table(report)
    entry = replace(report.measurements[1].entry, data_lines=840)
    measurements = (
        report.measurements[0],
        replace(report.measurements[1], entry=entry),
        *report.measurements[2:],
    )
    listed = replace(report, measurements=measurements)
    header, _, _, rules, *_ = table(listed).splitlines()
    place = header.split("|").index(" Word lists ")
    assert header.split("|")[place - 1] == " Lines "
    assert rules.split("|")[place - 1 : place + 1] == [" 52 ", " 840 "]


def test_rows_that_are_left_out_on_purpose_are_counted(report):
    def said(rows, **options):
        task = replace(report.duel.task, skipped_rows=rows, options=options)
        return render_markdown(replace(report, duel=replace(report.duel, task=task)))

    assert "2 rows of the file left out\\." not in said(())
    assert "2 rows of the file left out." in said(("a", "b"))
    assert "2 rows of the file left out, 1 of them because they are marked so." in said(
        ("a", "b"), rows_left_out=1
    )
    assert "2 rows of the file left out, all of them because" in said(("a", "b"), rows_left_out=2)
