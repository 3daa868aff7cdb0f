import io
import json
import math

import pandas as pd
import pytest
from markdown_it import MarkdownIt

from spoonbench.reports import matrix_files
from spoonbench.reports.matrix_files import as_csv, write_matrix_report
from spoonbench.reports.matrix_markdown import render_matrix_markdown
from spoonbench.reports.matrix_summary import summary_json

MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})
KINDS = ["report", "bare_report", "nothing_report", "single_report", "hostile_report"]


def test_all_files_are_written_the_page_first(report, plots, tmp_path, monkeypatch):
    monkeypatch.setattr(matrix_files, "draw_matrix_plots", lambda _: plots)
    folder = tmp_path / "new"
    paths = write_matrix_report(report, folder)
    names = [str(path.relative_to(folder)) for path in paths]
    assert names[:4] == ["matrix.html", "matrix.md", "matrix.json", "matrix.csv"]
    assert {f"plots/{plot.name}.{kind}" for plot in plots for kind in ("png", "svg")} == {
        name for name in names if name.startswith("plots/matrix-")
    }
    assert all(path.stat().st_size > 0 for path in paths)
    assert json.loads(paths[2].read_text())["baseline"] == "fp32-full-batch1"
    for plot in plots:
        assert f"plots/{plot.name}.png" in paths[1].read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_the_csv_has_one_row_for_each_cell(kind, request):
    report = request.getfixturevalue(kind)
    frame = pd.read_csv(io.BytesIO(as_csv(report)), keep_default_na=False, na_values=[""])
    assert list(frame["name"]) == [one.cell.name for one in report.evidence.cells]
    assert list(frame["batch_size"]) == [
        one.cell.placement.batch_size for one in report.evidence.cells
    ]
    assert set(frame["quantization"]) <= {
        one.cell.placement.quantization for one in report.evidence.cells
    }


def test_the_csv_keeps_whole_numbers_and_leaves_gaps_empty(report):
    frame = pd.read_csv(io.BytesIO(as_csv(report)), dtype=str, keep_default_na=False)
    first = frame.iloc[0]
    assert first["weight_bytes"] == "108432000"
    assert math.isclose(float(first["accuracy"]), 231 / 500)
    failed = frame[frame["name"] == "bf16-bnb-nf4-batch256"].iloc[0]
    assert (failed["status"], failed["accuracy"], failed["answers_per_s"]) == ("oom", "", "")


def test_markdown_holds_tables_findings_and_pictures(report, plots):
    paths = {plot.name: f"plots/{plot.name}.png" for plot in plots}
    text = render_matrix_markdown(report, plots, paths)
    tokens = MARKDOWN.parse(text)
    images = [child for token in tokens for child in token.children or () if child.type == "image"]
    assert [image.attrs["src"] for image in images] == list(paths.values())
    assert sum(token.type == "table_open" for token in tokens) >= 8
    for wanted in ("## How it was measured", "**Noise (A/A).**", "x predicted", "## Skipped"):
        assert wanted in text, wanted
    for one in report.evidence.cells:
        assert one.cell.name in text


def test_hostile_text_makes_no_element_of_markdown(report, hostile_report):
    def elements(text):
        tokens = MARKDOWN.parse(text)
        return {child.type for token in tokens for child in token.children or ()} | {
            token.type for token in tokens
        }

    text = render_matrix_markdown(hostile_report)
    assert elements(text) <= elements(render_matrix_markdown(report))
    assert "<script" not in text.replace("\\<script", "")


@pytest.mark.parametrize("kind", ["bare_report", "nothing_report", "single_report"])
def test_odd_reports_are_written_whole(kind, request, tmp_path):
    for path in write_matrix_report(request.getfixturevalue(kind), tmp_path):
        assert path.stat().st_size > 0


def test_formats_that_the_processor_emulates_and_cold_starts_are_told(report, plots):
    text = render_matrix_markdown(report, plots, {})
    assert "fp16: emulated (none of amx\\_fp16, avx512\\_fp16): the speed of" in text
    assert "bf16: emulated" not in text
    for header in ("Cold start s", "ms cold 1st token"):
        assert f"| {header} |" in text
    first, half = (
        next(one for one in summary_json(report)["cells"] if one["name"] == name)
        for name in ("fp32-full-batch1", "fp16-full-batch1")
    )
    assert first["arithmetic"] == [
        {"number_format": "fp32", "known": ["avx512f", "fma"], "found": []}
    ]
    assert half["arithmetic"][0]["found"] == []
    assert half["cold_start_s"] > half["load_s"]
