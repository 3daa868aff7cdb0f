from spoonbench.reports.overview.decision import decisions, headline
from spoonbench.reports.overview.levels import FRAMING, framing_table


def test_the_headline_names_a_tool_for_each_task(plain_overview):
    text = headline(plain_overview)
    assert "rules for sums" in text
    assert "nothing yet for odd 'dates'" in text


def test_every_run_has_its_decision_and_the_command_that_shows_it(plain_overview, plain):
    found = {one.subject: one for one in decisions(plain_overview)}
    assert len(found) == 3
    sums = found["Which tool for sums"]
    assert sums.is_found
    assert sums.see == f"spoonbench report {plain.newer.duel_id}"
    assert not found["Which tool for odd 'dates'"].is_found


def test_a_setting_is_faster_beyond_noise_and_says_what_would_have_been_seen(plain_overview):
    (found,) = [one for one in decisions(plain_overview) if "setting" in one.subject]
    assert found.headline.startswith("model: run it as ")
    assert "batch16" in found.headline
    assert "times" in found.sentences[0]
    assert "would have been" in found.sentences[0]
    assert any(sentence.startswith("Baseline: ") for sentence in found.sentences)


def test_the_ladder_says_do_and_dont_beside_what_was_measured(plain_overview):
    table = framing_table(plain_overview)
    assert [column.header for column in table.columns][2:4] == ["Do use it for", "Don't use it for"]
    assert len(table.rows) == len(FRAMING) + 1
    first, last = table.rows[0], table.rows[-1]
    assert "sums: rules" in first[-1]
    assert last[-1] == "\u2013"
