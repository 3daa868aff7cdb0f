import io
import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from spoonbench.reports import matrix_tables as tables
from spoonbench.reports.matrix_terminal import print_matrix, summary_json

PLACES = {
    "store": Path("a rather long folder/spoonbench-results/store.sqlite"),
    "report": Path("spoonbench-results/matrix.html"),
    "table": Path("spoonbench-results/matrix.csv"),
}
KINDS = [
    "report",
    "bare_report",
    "nothing_report",
    "single_report",
    "device_report",
    "hostile_report",
]


def printed(report, width, places=None):
    target = io.StringIO()
    print_matrix(report, Console(file=target, width=width), places or {})
    return target.getvalue()


def flat(text):
    return " ".join(text.split())


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("kind", KINDS)
def test_no_line_is_wider_than_the_terminal(kind, width, request):
    text = printed(request.getfixturevalue(kind), width)
    assert max(cell_len(line) for line in text.splitlines()) <= width


@pytest.mark.parametrize("width", [80, 120, 200])
def test_figures_and_names_of_the_cells_are_whole_at_every_width(report, width):
    part = printed(report, width, PLACES).split("The cells -")[1].split("Crossovers -")[0]
    table = tables.cell_table(report)
    _, _, told = part.partition("in a wider terminal:")
    hidden = flat(told.partition(".\n")[0]).replace(" and ", ", ").split(", ")
    shown = [index for index, one in enumerate(table.columns) if one.header not in hidden]
    lines = [flat(line) for line in part.splitlines()]
    assert {"Cell", "Right of all (95%)", "Answers/s"} <= {
        table.columns[index].header for index in shown
    }
    for row in table.rows:
        assert flat(" ".join(row[index] for index in shown)) in lines


def test_a_narrow_terminal_says_which_file_holds_the_rest(report):
    assert "In matrix.html, or in a wider terminal: p (Holm)" in flat(printed(report, 80, PLACES))
    assert "In a wider terminal: p (Holm)" in flat(printed(report, 80))


def test_a_wide_terminal_shows_more(report):
    narrow, wide = printed(report, 80), printed(report, 200)
    for header in ("ms 1st token", "ms/token", "Tokens/s", "Peak MB", "Weights MB", "Layers q/s"):
        assert f" {header} " in wide.replace("\n", " ")
        assert header not in narrow.split("wider terminal")[0]


def test_the_baseline_and_its_noise_come_first(report):
    lines = flat(printed(report, 80))
    assert lines.startswith("lm-tiny on word-problems: 35 cells, 20 measured, 12 skipped")
    assert "Baseline: fp32-full-batch1 (cpu, float32, not quantized, batch 1, 1 thread)" in lines
    assert "0.985 to 1.01 times as fast as its first, so only a factor beyond 1.02" in lines


def test_each_reason_of_a_skip_stands_once_with_its_cells(report):
    text = flat(printed(report, 80))
    assert text.count("torchao-int8wo needs torchao") == 1
    assert "fp32-torchao-int8wo (batch 1, 8, 64, 256) and bf16-torchao-int8wo (batch" in text
    assert "bf16-bnb-nf4 (batch 256): oom, needed more than its limit of 500 MB." in text
    assert "fp32-bnb-int8 (batch 256): not run yet." in text


def test_what_is_shown_and_what_is_not_is_said_plainly(report):
    text = flat(printed(report, 80))
    for wanted in (
        "Not distinguishable from the baseline in speed: bf16-full (batch 1).",
        "Speed not compared, as not every round ended well (timeout): fp16-full (batch 64).",
        "bf16-full: faster at 8 (1.63 times)",
        "not distinguishable at 1 (0.972 times)",
        "bnb-nf4: right answers changed in 3 of 3 cells (Holm p < 0.05): bf16-bnb-nf4-batch1 -7.8",
        "torch-int8dyn: no change of right answers shown in 4 cells; about 2.7 points or more",
        "bnb-int8 changed nothing in fp32-bnb-int8 (batch 1, 8, 64): it quantized no layer",
        "bf16-bnb-nf4 is off by more than 10% in 3 cells: its weights take 1.16 times",
    ):
        assert wanted in text, wanted


def test_without_noise_nothing_is_called_faster(bare_report):
    text = flat(printed(bare_report, 120))
    assert "Noise: unknown" in text
    assert "Faster than" not in text
    assert "no cell has both a predicted and a measured size" in text
    assert "Not measured in any cell: p (Holm), Changed, Answers/s" in text


def test_a_matrix_that_was_not_run_says_so(nothing_report):
    text = flat(printed(nothing_report, 80))
    assert "35 cells, 35 not run." in text
    assert "was not measured: not run yet. Nothing is compared." in text


def test_a_baseline_that_was_only_timed_is_not_called_unmeasured(single_report):
    (timed,) = single_report.evidence.cells
    evidence = replace(single_report.evidence, cells=(replace(timed, accuracy=None),))
    text = flat(printed(replace(single_report, evidence=evidence), 80))
    assert "answers/s" in text.partition("Baseline: ")[2].partition("Noise")[0]
    assert "It gives no answers that could be right." in text
    assert "not measured: ok" not in text


@pytest.mark.parametrize("width", [80, 200])
def test_hostile_text_does_nothing_at_the_terminal(hostile_report, width):
    text = printed(hostile_report, width)
    kinds = {unicodedata.category(char) for char in text if char != "\n"}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Cn"}
    assert "[red]a[/red] :smile:" in flat(text)


def test_a_terminal_without_unicode_gets_plain_characters(report):
    target = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    print_matrix(report, Console(file=target, width=200), PLACES)
    target.flush()
    assert "fp32-full-batch1" in target.buffer.getvalue().decode("ascii")


def test_places_are_printed_in_one_piece(report):
    assert str(PLACES["store"]) in printed(report, 40, PLACES).splitlines()[-3]


@pytest.mark.parametrize("kind", KINDS)
def test_the_summary_is_strict_json_with_every_cell(kind, request):
    report = request.getfixturevalue(kind)
    summary = json.loads(json.dumps(summary_json(report), allow_nan=False))
    assert [one["name"] for one in summary["cells"]] == [
        one.cell.name for one in report.evidence.cells
    ]
    assert summary["baseline"] == report.matrix.baseline


def test_the_summary_holds_figures_and_verdicts(report):
    summary = summary_json(report)
    cells = {one["name"]: one for one in summary["cells"]}
    first = cells["fp32-full-batch1"]
    assert first["is_baseline"]
    assert first["accuracy"]["value"] == 231 / 500
    assert first["placement"]["batch_size"] == 1
    assert cells["bf16-bnb-nf4-batch1"]["verdicts"]["accuracy"]["verdict"] == "worse"
    assert cells["bf16-bnb-nf4-batch1"]["verdicts"]["weight_memory"] == "more"
    assert cells["fp32-bnb-int8-batch1"]["verdicts"]["quantization_changed_nothing"]
    assert cells["bf16-full-batch64"]["verdicts"]["speed_at_the_same_batch"]["verdict"] == "faster"
    assert cells["bf16-bnb-nf4-batch256"]["status"] == "oom"
    assert cells["bf16-bnb-nf4-batch256"]["accuracy"] is None
    assert {one["reason"] for one in summary["skipped"]} == {
        "torchao-int8wo needs torchao: pip install torchao",
        "torch-int8dyn computes in float32, not bfloat16",
    }
