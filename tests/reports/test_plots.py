import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.reports.fronts import pareto_front
from spoonbench.reports.plots import draw_plots

ALL = ["accuracy", "splits", "speed", "cost", "precision", "risk", "batches", "training"]


def test_every_plot_has_a_sentence_numbers_and_pictures(plots):
    assert [plot.name for plot in plots] == ALL
    for plot in plots:
        assert plot.sentence.endswith(".")
        assert plot.table.rows
        assert plot.png.startswith(b"\x89PNG")
        # Drawn by us: no foreign document is parsed here.
        assert ET.fromstring(plot.svg_file).tag == "{http://www.w3.org/2000/svg}svg"  # our own


def test_the_same_report_gives_the_same_bytes(report, plots):
    assert draw_plots(report) == plots


def test_pictures_follow_light_and_dark(plots):
    for plot in plots:
        assert "var(--ink)" in plot.svg
        assert "#0102" not in plot.svg
        assert "prefers-color-scheme:dark" in plot.svg_file
        assert "prefers-color-scheme" not in plot.svg


def test_ids_of_several_pictures_in_one_page_do_not_meet(plots):
    ids = [name for plot in plots for name in re.findall(r'\bid="([^"]+)"', plot.svg)]
    assert len(ids) == len(set(ids))
    for plot in plots:
        own = set(re.findall(r'\bid="([^"]+)"', plot.svg))
        asked = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', plot.svg))
        assert {one or other for one, other in asked} <= own


def test_pictures_ask_for_nothing_from_outside(plots):
    for plot in plots:
        links = re.findall(r'(?:href|src)="([^"]*)"', plot.svg)
        assert all(link.startswith("#") for link in links)


def test_nothing_to_show_is_no_plot(single_report, empty_report):
    assert [plot.name for plot in draw_plots(single_report)] == ["accuracy", "precision", "risk"]
    assert draw_plots(empty_report) == ()


def test_a_contestant_without_figures_is_left_out_of_the_picture(failed_report):
    plots = {plot.name: plot for plot in draw_plots(failed_report)}
    assert "training" in plots  # of the text network
    labels = [row[0] for row in plots["speed"].table.rows]
    assert labels == ["algebra", "regression", "roles", "text network"]


def test_labels_of_other_scripts_and_with_marks_are_drawn(single_report):
    label = "\u5bfe\u6c7a $x^2$ \\frac \U0001f944 \u202e <b>" + 40 * "long "
    entry = replace(single_report.measurements[0].entry, label=label)
    measurement = replace(single_report.measurements[0], entry=entry)
    report = replace(
        single_report,
        duel=replace(single_report.duel, entries=(entry,)),
        measurements=(measurement,),
    )
    assert [plot.name for plot in draw_plots(report)] == ["accuracy", "precision", "risk"]


def test_settings_of_the_user_do_not_change_a_picture(single_report):
    mpl = pytest.importorskip("matplotlib")
    before = draw_plots(single_report)
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "savefig.facecolor": "red"}):
        assert draw_plots(single_report) == before


@pytest.mark.parametrize("module", ["plots", "terminal", "page", "markdown", "files", "duel"])
def test_drawing_libraries_are_not_imported_before_something_is_drawn(module):
    code = (
        f"import sys, spoonbench.reports.{module}; "
        "print([name for name in ('matplotlib', 'seaborn', 'pandas', 'torch') "
        "if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


POINTS = st.lists(st.tuples(st.floats(0.001, 10), st.floats(0, 1)), min_size=1, max_size=12)


@given(POINTS)
def test_nobody_beats_the_front_and_somebody_beats_everyone_else(points):
    front = set(pareto_front(points))
    assert front
    for index, (cost, value) in enumerate(points):
        beaten = any(
            one <= cost and other >= value and (one, other) != (cost, value)
            for one, other in points
        )
        assert beaten == (index not in front)


@given(POINTS)
def test_the_front_rises_with_the_cost(points):
    values = [points[index][1] for index in pareto_front(points)]
    assert values == sorted(values)
