import io
import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from spoonbench.reports import ladder
from spoonbench.reports.terminal import print_report, summary_json

PLACES = {
    "store": Path("a rather long folder/spoonbench-results/store.sqlite"),
    "report": Path("spoonbench-results/report.html"),
}


def printed(report, width, places=None):
    target = io.StringIO()
    print_report(report, Console(file=target, width=width), places)
    return target.getvalue()


@pytest.mark.parametrize("width", [60, 80, 100, 132, 200, 300])
@pytest.mark.parametrize("kind", ["report", "failed_report", "single_report", "empty_report"])
def test_no_line_is_wider_than_the_terminal(kind, width, request):
    text = printed(request.getfixturevalue(kind), width)
    assert max(cell_len(line) for line in text.splitlines()) <= width


def test_the_decision_comes_first_in_words(report):
    lines = printed(report, 80).splitlines()
    assert lines[0] == "Use rules: level 1, rules (the spoon)."
    assert lines[1].startswith("Right on 995 of 995 answered")


def test_nobody_meets_the_requirements(failed_report):
    text = printed(failed_report, 80)
    assert text.startswith("No contestant meets what was asked.")
    assert "Why none of them" in text
    assert "did not come through (oom): took more than 200 MB" in text


def test_too_little_evidence_is_said(single_report):
    text = printed(single_report, 80)
    assert text.startswith("Not enough evidence to decide.")
    assert "about 400 more items" in text


@pytest.mark.parametrize("width", [80, 120, 200, 300])
def test_figures_of_the_ladder_are_whole_at_every_width(report, width):
    text = printed(report, width)
    table = ladder.ladder_table(report)
    shown = text.split("Right of all by split")[0]
    hidden = text.split("wider terminal: ")[1].split(".\n")[0] if "wider terminal: " in text else ""
    names = [name.strip() for name in " ".join(hidden.split()).split(",")]
    for index, column in enumerate(table.columns):
        if column.is_figure and column.header not in names:
            assert all(row[index] in shown for row in table.rows), column.header
    assert "\u2026" not in shown


def test_a_wide_terminal_shows_more_columns(report):
    wide, narrow = printed(report, 200), printed(report, 80)
    assert " p99 " in wide
    assert " Parameters " in wide
    assert " p99 " not in narrow


def test_every_share_by_split_is_shown_at_every_width(report):
    shares = {"100.0%", "41.0%", "0.0%", "97.0%", "81.0%", "66.0%", "33.0%"}
    for width in (80, 200):
        part = printed(report, width).split("Right of all by split")[1].split("Resource ratios")[0]
        assert all(share in part for share in shares)
        assert all(facts.name in part for facts in report.duel.task.splits)


def test_the_accuracy_that_decides_is_shown_with_its_interval_and_explained(report):
    narrow, wide = printed(report, 80), printed(report, 200)
    for text in (narrow, wide):
        assert " Accuracy (95%) " in text
        assert " Coverage " in text
        assert "Accuracy: right among the answers given." in text
    # Algebra is right on 940 of the 940 that it answers.
    row = next(line for line in narrow.splitlines() if line.startswith("  2  algebra  "))
    assert "100.0%" in row
    assert "94.0%" in row
    assert " Right of all (95%) " in wide
    assert "Precision" not in wide


def test_an_undecided_verdict_is_spelled_out(report):
    text = printed(report, 200)
    row = next(line for line in text.splitlines() if line.startswith("  1  spoon  "))
    assert " undecided " in row


def test_parts_of_hybrids_and_ends_of_texts_are_one_line_each(report):
    lines = [" ".join(line.split()) for line in printed(report, 200).splitlines()]
    hybrid = "rules, then language model, parts that answered: rules 940 and language model 60"
    assert lines.count(f"{hybrid} of 1,000 items.") == 1
    model = "language model, what ended its texts: end token 990 and limit 10 of 1,000 items."
    assert lines.count(model) == 1


def test_lines_of_code_are_shown_for_rules_and_algorithms_only(report):
    everyone = tuple(
        replace(m, entry=replace(m.entry, source_lines=77_000 + m.entry.level))
        for m in report.measurements
    )
    text = printed(replace(report, measurements=everyone), 300)
    table = text.split("Right of all by split")[0]
    assert "77.0 k" in table
    assert table.count("77.0 k") == sum(m.entry.level <= 2 for m in everyone)
    assert "lines are counted for rules and algorithms only" in text


def test_what_is_not_counted_is_said_in_plain_words(report):
    text = " ".join(printed(report, 300).split())
    wanted = "Operations: no figure for spoon, rules and algebra: its operations are not counted"
    assert wanted in text


def test_a_contestant_that_failed_after_its_answers_is_shown_as_failed(report):
    broken = replace(report.measurements[1], status="crashed", reason="throughput at 8: signal 9")
    text = printed(replace(report, measurements=(broken,)), 200)
    assert " failed " in text
    assert "did not come through (crashed): throughput at 8: signal 9." in text


def test_ratios_stand_beside_the_million(report):
    text = printed(report, 80)
    assert "117 times" in text
    assert "1,000,000 times" in text


def test_what_is_missing_has_a_reason(report):
    assert "has no energy meter" in printed(report, 300)
    assert "nothing to train" in printed(report, 200)


def test_places_are_printed_in_one_piece(report):
    text = printed(report, 40, PLACES)
    assert str(PLACES["store"]) in text.splitlines()[-2]


def test_level_five_trained_from_nothing_is_said(report):
    assert "A pretrained model was not tried" in printed(report, 200)


@pytest.mark.parametrize("width", [80, 200])
def test_hostile_text_does_nothing_at_the_terminal(hostile_report, width):
    text = printed(hostile_report, width)
    kinds = {unicodedata.category(char) for char in text if char != "\n"}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Cn"}
    assert "[red]a[/red] :smile:" in " ".join(text.split())


def test_a_terminal_without_unicode_gets_plain_characters(report):
    target = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    print_report(report, Console(file=target, width=200))
    target.flush()
    text = target.buffer.getvalue().decode("ascii")
    assert "18.0 us" in text
    assert "<=5" in text


@pytest.mark.parametrize(
    "kind", ["report", "failed_report", "single_report", "empty_report", "hostile_report"]
)
def test_the_summary_is_strict_json(kind, request):
    report = request.getfixturevalue(kind)
    text = json.dumps(summary_json(report), allow_nan=False)
    summary = json.loads(text)
    assert summary["recommendation"]["choice"] == report.recommendation.choice
    assert len(summary["measurements"]) == len(report.measurements)


def test_the_summary_holds_shares_and_their_intervals(report):
    first = summary_json(report)["measurements"][0]
    assert first["entry"] == "spoon"
    assert first["splits"][3]["accuracy"]["value"] == 0.41
    assert first["best_batch"] == 64
