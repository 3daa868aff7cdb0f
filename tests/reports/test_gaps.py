"""Why figures are missing: said once for all columns with the same reason."""

from dataclasses import replace

import pytest

from spoonbench.harness.answered_elsewhere import keep_its_own
from spoonbench.reports.gaps import gaps
from spoonbench.reports.markdown import render_markdown
from spoonbench.reports.method import method_terms
from spoonbench.reports.page import render_page
from spoonbench.reports.wording import remarks


def with_entry(report, index, **changes):
    """The report with another entry, in the duel and in its measurement."""
    entry = replace(report.duel.entries[index], **changes)
    entries = list(report.duel.entries)
    entries[index] = entry
    measurements = list(report.measurements)
    measurements[index] = keep_its_own(replace(measurements[index], entry=entry))
    duel = replace(report.duel, entries=tuple(entries))
    return replace(report, duel=duel, measurements=tuple(measurements))


def about(report, label):
    return [sentence for sentence in gaps(report) if f" for {label}: " in sentence]


def test_what_a_server_does_not_show_is_one_sentence(report):
    served = with_entry(report, 6, answered_by="server")
    (sentence,) = about(served, "language model")
    columns, _, reason = sentence.partition(": no figures for language model: ")
    assert columns.split(" and ")[-1] == "Energy"
    for column in ("Training", "Examples", "Peak mem", "Resident", "On disk", "Parameters"):
        assert column in columns
    assert reason == "a server answered, and what that took there is not seen from here."


def test_answers_of_a_file_are_not_said_to_need_more_rounds(report):
    said = with_entry(report, 6, answered_by="file")
    measured = replace(
        said.measurements[6],
        latency_p50_s=None,
        latency_p95_s=None,
        latency_p99_s=None,
        throughput={},
        is_deterministic=None,
    )
    measurements = (*said.measurements[:6], measured, *said.measurements[7:])
    (sentence,) = about(replace(said, measurements=measurements), "language model")
    assert sentence.endswith("language model: the answers were read from a file.")
    for column in ("p50", "p95", "Items/s (batch)", "Same twice", "Lines"):
        assert column in sentence


def test_a_hybrid_is_not_said_to_have_nothing_to_train(report):
    hybrid = replace(report.measurements[8], training_s=None, disk_bytes=None)
    found = gaps(replace(report, measurements=(*report.measurements[:8], hybrid)))
    mine = [sentence for sentence in found if "rules, then language model" in sentence]
    assert any("that of its parts" in sentence for sentence in mine)
    assert not any("nothing to train" in sentence for sentence in mine)


@pytest.mark.parametrize(("who", "again"), [("server", " --fresh asks again."), ("process", "")])
def test_why_answers_failed_is_said_with_the_reason_of_one(report, who, again):
    index, label = 6, "language model"
    score = replace(report.measurements[index].splits[0], failures={"failed": 12, "malformed": 1})
    served = with_entry(report, index, answered_by=who)
    measurements = list(served.measurements)
    measurements[index] = replace(measurements[index], splits=(score,))
    example = replace(
        report.failures[0], failure="failed", value=None, raw_text=None, reason="HTTP 429: slow."
    )
    broken = replace(served, measurements=tuple(measurements), failures=(example,))
    wanted = f"{label} failed to answer 12 of 1,000 items: HTTP 429: slow.{again}"
    assert wanted in remarks(broken)
    assert not any("failed to answer" in sentence for sentence in remarks(served))
    for text in (render_markdown(broken, (), {}), render_page(broken, ())):
        assert "HTTP 429" in " ".join(text.replace("\\", "").split()).split("What went wrong")[-1]


def test_where_and_in_what_number_format_is_said_if_it_is_not_the_usual(report):
    assert not any(sentence.startswith("Answered on") for sentence in remarks(report))
    moved = with_entry(report, 6, device="cuda", dtype="bfloat16")
    found = remarks(moved)
    assert "Answered on cuda in bfloat16: language model." in found
    assert "All others: on cpu in float32." in found
    for index in range(len(report.duel.entries)):
        moved = with_entry(moved, index, device="cuda", dtype="bfloat16")
    assert not any(sentence.startswith("All others") for sentence in remarks(moved))


@pytest.mark.parametrize(
    ("who", "term"), [("server", "Models behind a server"), ("file", "Answers from a file")]
)
def test_the_method_tells_of_answers_from_elsewhere_where_there_are_some(report, who, term):
    assert term not in method_terms(report)
    assert term in method_terms(with_entry(report, 6, answered_by=who))
