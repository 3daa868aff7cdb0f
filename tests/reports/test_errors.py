"""Errors of numbers in a report, and nowhere where numbers are right or wrong only."""

from dataclasses import replace

import pytest

from spoonbench.harness.evidence import NumberErrors
from spoonbench.reports.errors import error_table, has_errors, split_error_table
from spoonbench.reports.markdown import render_markdown
from spoonbench.reports.page import render_page
from spoonbench.reports.quantities import DASH

ERRORS = NumberErrors(
    n=500, mean_absolute=0.0124, largest_absolute=0.242, mean_relative=0.0015, largest_relative=21.5
)


@pytest.fixture(scope="module")
def near_report(report):
    """A report in which the first contestant has errors on the first split."""
    first, *others = report.measurements
    score, *rest = first.splits
    measured = replace(first, splits=(replace(score, errors=ERRORS), *rest))
    return replace(report, measurements=(measured, *others))


def test_a_report_without_errors_has_no_section_of_them(report):
    assert not has_errors(report)
    assert "Errors of the answers" not in render_markdown(report)


def test_the_deciding_split_has_errors_in_both_units(near_report):
    first, second, *_ = error_table(near_report).rows
    assert first[2:] == ("500", "0.0124", "0.242", "0.15%", "2,150%")
    assert set(second[2:]) == {DASH}


def test_every_split_has_relative_errors(near_report):
    table = split_error_table(near_report)
    names = [facts.name for facts in near_report.duel.task.splits]
    assert [column.header for column in table.columns[2:]] == names
    assert table.rows[0][2] == "0.15% (2,150%)"


def test_page_and_markdown_show_them(near_report):
    page, text = render_page(near_report, []), render_markdown(near_report)
    for shown in (page, text):
        assert "Errors of the answers" in shown
        assert "0.15% (2,150%)" in shown
