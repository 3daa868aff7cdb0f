import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from spoonbench.harness.estimates import Estimate
from spoonbench.harness.matrix.evidence import Crossover
from spoonbench.harness.matrix.series import series_of
from spoonbench.reports import matrix_grid as grids
from spoonbench.reports.matrix_crossings import (
    count_uncompared,
    crossing_notes,
    crossing_sentences,
    crossings,
    open_crossings,
)
from spoonbench.reports.matrix_memory import WEIGHTS, points_of
from spoonbench.reports.matrix_plots import draw_matrix_plots

HEATS = ["matrix-speed", "matrix-relative", "matrix-accuracy", "matrix-memory"]


def square(grid, row, size):
    return grid.squares[grid.rows.index(row)][grid.columns.index(size)]


def test_every_plot_has_a_sentence_numbers_and_pictures(plots):
    assert [plot.name for plot in plots] == [*HEATS, "matrix-batches", "matrix-weights"]
    for plot in plots:
        assert plot.sentence.endswith(".")
        assert plot.table.rows
        assert plot.png.startswith(b"\x89PNG")
        # Drawn by us: no foreign document is parsed here.
        assert ET.fromstring(plot.svg_file).tag == "{http://www.w3.org/2000/svg}svg"


def test_the_same_report_gives_the_same_bytes(report, plots):
    assert draw_matrix_plots(report) == plots


def test_pictures_follow_light_and_dark_and_their_ids_do_not_meet(plots):
    ids = [name for plot in plots for name in re.findall(r'\bid="([^"]+)"', plot.svg)]
    assert len(ids) == len(set(ids))
    for plot in plots:
        assert "var(--ink)" in plot.svg
        assert "#0102" not in plot.svg
        asked = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', plot.svg)
        assert {one or other for one, other in asked} <= set(
            re.findall(r'\bid="([^"]+)"', plot.svg)
        )


def test_a_cell_without_a_figure_is_never_blank_or_zero(report):
    for show in (grids.speeds, grids.relative_speeds, grids.accuracies, grids.peaks):
        grid = show(report.evidence)
        assert all(one.label for row in grid.squares for one in row)
        assert all(one.value != 0 for row in grid.squares for one in row)
        assert square(grid, "fp32-torchao-int8wo", 8).label == "S"
        assert square(grid, "bf16-bnb-nf4", 256).label == "F"
        assert square(grid, "fp32-bnb-int8", 256).label == "N"
        assert square(grid, "fp16-full", 256).label == "\u2013"


def test_a_cell_that_failed_late_keeps_its_figure_and_its_letter(report):
    assert square(grids.speeds(report.evidence), "fp16-full", 64).label == "13.4 F"


def test_a_cell_that_ended_well_without_a_figure_is_marked(bare_report):
    assert square(grids.speeds(bare_report.evidence), "fp32-full", 1).label == "?"
    assert square(grids.accuracies(bare_report.evidence), "fp32-full", 1).label == "46.2"


def test_speeds_are_compared_at_the_same_batch_size(report):
    speeds, beside = grids.speeds(report.evidence), grids.relative_speeds(report.evidence)
    for size in (1, 8, 64, 256):
        ratio = square(speeds, "bf16-full", size).value / square(speeds, "fp32-full", size).value
        assert square(beside, "bf16-full", size).value == ratio
    assert square(beside, "bf16-full", 1).label == "\u22480.972"
    assert square(beside, "fp32-full", 64).label == "1.00"


def test_changed_accuracies_are_starred(report):
    grid = grids.accuracies(report.evidence)
    starred = {
        name
        for name, row in zip(grid.rows, grid.squares, strict=True)
        if any("*" in one.text for one in row)
    }
    assert starred == {"bf16-bnb-nf4"}


def test_memory_of_an_accelerator_has_a_plot_of_its_own(device_report):
    names = [plot.name for plot in draw_matrix_plots(device_report)]
    assert names == [*HEATS, "matrix-device-memory", "matrix-batches", "matrix-weights"]


def test_nothing_to_show_is_no_plot(nothing_report, single_report, bare_report):
    assert draw_matrix_plots(nothing_report) == ()
    assert [plot.name for plot in draw_matrix_plots(single_report)] == ["matrix-weights"]
    assert [plot.name for plot in draw_matrix_plots(bare_report)] == ["matrix-accuracy"]


def test_each_setting_is_weighed_once(report):
    names = [point.name for point in points_of(report.evidence, WEIGHTS)]
    assert len(names) == len(set(names))
    assert "bf16-bnb-nf4" in names


def crossover(first, second, others, batch_size=20.0):
    return Crossover(
        axis="dtype", first=first, second=second, others=others, batch_size=batch_size,
        low=16.0, high=30.0, text="they cross",
    )  # fmt: skip


def test_a_crossover_lies_on_the_line_of_the_first_series(report):
    one = crossover("fp32", "bf16", "quantization full")
    (found,) = crossings(replace(report.evidence, crossovers=(one,)))
    speeds = grids.speeds(report.evidence)
    low, high = (square(speeds, "fp32-full", size).value for size in (8, 64))
    assert low < found.rate < high
    assert found.second.name == "bf16-full"


@pytest.mark.parametrize(
    "one",
    [
        crossover("float32", "bfloat16", "quantization none", None),
        crossover("float32", "bfloat16", ""),
        crossover("float32", "int3", "quantization none"),
        crossover("float32", "bfloat16", "quantization none", 1000.0),
    ],
    ids=["none", "several pairs", "no such series", "beyond the range"],
)
def test_a_crossover_that_cannot_be_placed_is_not_drawn(report, one):
    assert crossings(replace(report.evidence, crossovers=(one,))) == []


def with_lines(report, *lines):
    """The report with these speeds at its batch sizes, from its first series on."""
    found = list(report.evidence.cells)
    for series, speeds in zip(series_of(report.evidence), lines, strict=False):
        for (_, cell), speed in zip(series.cells.items(), speeds, strict=False):
            index = next(k for k, one in enumerate(found) if one.cell.name == cell.cell.name)
            found[index] = replace(
                cell, answers_per_s=Estimate(value=speed, low=None, high=None, n_rounds=1)
            )
    return replace(report.evidence, cells=tuple(found))


def test_lines_that_cross_without_a_ring_are_told(report):
    first, second = series_of(report.evidence)[:2]
    one = replace(
        crossover("full", second.name.removeprefix("fp32-"), "dtype fp32", None),
        axis="quantization", text="a and b: nobody knows.",
    )  # fmt: skip
    n = len(first.cells)
    rising, falling = range(1, n + 1), range(n, 0, -1)
    crossing = replace(with_lines(report, rising, falling), crossovers=(one,))
    assert open_crossings(crossing) == (one,)
    assert "1 pair of lines crosses without that being shown. A and b: nobody knows." in (
        crossing_sentences(crossing)
    )
    assert crossing_notes(crossing) == ("Not shown: a and b: nobody knows.",)
    apart = replace(with_lines(report, rising, [9 * k for k in rising]), crossovers=(one,))
    assert open_crossings(apart) == ()


def test_no_crossover_is_said_only_where_no_lines_cross(report):
    everything = series_of(report.evidence)
    n = len(everything[0].cells)
    lines = [[10.0 ** (3 * k) * (1 + size) for size in range(n)] for k in range(len(everything))]
    apart = replace(with_lines(report, *lines), crossovers=())
    assert count_uncompared(apart) == 0
    assert crossing_sentences(apart) == ("No crossover lies within the range measured.",)
    lines[1] = lines[0][::-1]
    crossing = replace(with_lines(report, *lines), crossovers=())
    assert count_uncompared(crossing) == 1
    (sentence,) = crossing_sentences(crossing)
    assert "even where they cross" in sentence


def test_labels_at_the_ends_of_lines_have_bars_in_the_colours_of_the_lines(report):
    plot = next(one for one in draw_matrix_plots(report) if one.name == "matrix-batches")
    glyphs = re.findall(r'<g style="fill: var\((--[a-z0-9-]+)\)"', plot.svg)
    assert {"--muted", "--level-1", "--level-2"} <= set(glyphs)


@pytest.mark.parametrize(
    "module", ["matrix", "matrix_plots", "matrix_terminal", "matrix_page", "matrix_files"]
)
def test_drawing_libraries_are_not_imported_before_something_is_drawn(module):
    code = (
        f"import sys, spoonbench.reports.{module}; "
        "print([name for name in ('matplotlib', 'seaborn', 'pandas', 'torch') "
        "if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
