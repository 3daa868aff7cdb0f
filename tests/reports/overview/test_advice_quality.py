import json
from dataclasses import replace

import pytest

from spoonbench.harness.advise.quality import BadQuality, read_quality
from spoonbench.reports.overview.advice_quality import advice_part, advice_quality
from spoonbench.reports.overview.blocks import tables_of

REPORT = {
    "rows": {
        "all": [
            {"chosen_by": "the advice", "meets": 0.96, "cost_ratio": 1.1, "is_held_back": True},
            {"chosen_by": "always rules", "meets": 0.5, "cost_ratio": None},
        ]
    },
    "verdict": "The advice meets 96%.",
    "n_pairs": 40,
    "outcomes": [{"where": f"task {n}", "cost": 1.5} for n in range(30)],
}


def test_lists_become_tables_and_sentences_stand_above(plain_overview):
    part = advice_part(replace(plain_overview, advice=advice_quality(REPORT)))
    tables = tables_of([part])
    first = tables["advice-1"]
    assert [column.header for column in first.columns][:2] == ["chosen by", "meets"]
    assert first.rows[0] == ("the advice", "0.960", "1.10", "yes")
    assert first.rows[1][2] == "\u2013"
    assert len(tables["advice-2"].rows) == 30
    assert tables["advice"].rows == (("n pairs", "40"),)
    assert "The advice meets 96%." in [getattr(block, "text", "") for block in part.blocks]
    folded = {getattr(block, "name", ""): getattr(block, "folded", "") for block in part.blocks}
    assert folded["advice-2"] == "Outcomes"
    assert folded["advice-1"] == ""


def test_without_a_file_there_is_no_part(plain_overview):
    assert advice_part(plain_overview).blocks == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[1]", "no JSON object"),
        ("{}", "no JSON object"),
        ("{", "is no JSON"),
        ('{"a": NaN}', "is no JSON"),
        ("[" * 100_000, "is no JSON"),
    ],
)
def test_another_file_is_refused_in_a_sentence(tmp_path, text, sentence):
    path = tmp_path / "advice.json"
    path.write_text(text)
    with pytest.raises(BadQuality, match=sentence):
        read_quality(path)
    with pytest.raises(BadQuality, match="cannot be read"):
        read_quality(tmp_path / "nothing.json")
    path.write_text(json.dumps(REPORT))
    assert read_quality(path) == REPORT
