"""Rule files: what they hold, and one sentence for every mistake."""

from decimal import Decimal
from fractions import Fraction

import pytest

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.rules import load_rules, rule_set_names
from spoonbench.solvers.hybrid.options_desk.rules.findings import STAGES
from spoonbench.solvers.hybrid.options_desk.rules.rule_file import read_rules
from spoonbench.solvers.hybrid.options_desk.rules.rule_sets import DATA_CHECKS, DataRule, LossRule

HEAD = 'name = "mine"\nsummary = "Mine."\n'
RULE = """
[[rule]]
id = "loss"
kind = "max-loss"
per = "portfolio"
limit = 1_000.50
severity = "hard"
source = "me"
"""
MARGIN = """
[[rule]]
id = "margin"
kind = "margin"
method = "portfolio"
limit_share = 0.5
severity = "hard"
source = "me"
"""
SCENARIO = """
[[rule]]
id = "grid"
kind = "scenario"
spot_moves = [-0.1, 0.1]
volatility_moves = [0]
per = "portfolio"
limit = 5
severity = "soft"
source = "me"
"""


def test_every_shipped_set_can_be_read_and_has_hard_rules():
    assert set(rule_set_names()) == {"standard", "portfolio-margin", "house-ib", "house-tasty"}
    for name in rule_set_names():
        rules = load_rules(name)
        assert rules.name == name
        assert {rule.stage for rule in rules.rules} >= {"data", "position", "margin"}


def test_rules_stand_in_the_order_of_evaluation_whatever_the_file_says():
    found = read_rules(HEAD + SCENARIO + RULE + MARGIN, "my.toml")
    stages = [STAGES.index(rule.stage) for rule in found.rules]
    assert stages == sorted(stages)
    assert [rule.rule_id for rule in found.rules][-3:] == ["margin", "loss", "grid"]


def test_data_is_looked_at_whatever_a_file_says():
    checks = [
        rule.check
        for rule in read_rules(HEAD + RULE, "my.toml").rules
        if isinstance(rule, DataRule)
    ]
    assert sorted(checks) == sorted(DATA_CHECKS)
    soft = (
        '[[rule]]\nid = "x"\nkind = "data"\ncheck = "intrinsic"\nseverity = "soft"\nsource = "me"\n'
    )
    found = [
        rule for rule in read_rules(HEAD + soft, "my.toml").rules if isinstance(rule, DataRule)
    ]
    assert len(found) == len(DATA_CHECKS)
    assert {rule.severity for rule in found if rule.check == "intrinsic"} == {"soft"}


def test_numbers_are_decimal():
    (rule,) = read_rules(HEAD + RULE, "my.toml").rules[-1:]
    assert isinstance(rule, LossRule)
    assert rule.limit.amount == Decimal("1000.50")


def test_a_file_changes_the_figures_that_it_names_and_no_others():
    text = (
        HEAD + "[strategy-based]\nlong_share = 0.3\n[strategy-based.naked]\nequity = 0.25\n" + RULE
    )
    mine, standard = read_rules(text, "my.toml").strategy, load_rules("standard").strategy
    assert (mine.long_share, mine.naked["equity"]) == (Fraction("0.3"), Fraction("0.25"))
    assert mine.naked["broad-index"] == standard.naked["broad-index"]
    assert mine.share_initial == standard.share_initial


def test_classes_and_betas():
    text = (
        HEAD + '[classes]\nabc = "broad-index"\nxyz = {leverage = 3}\n[betas]\nabc = -1.2\n' + RULE
    )
    found = read_rules(text, "my.toml")
    assert found.underlyings["ABC"].name == "broad-index"
    assert found.underlyings["XYZ"].leverage == 3
    assert found.betas == {"ABC": Decimal("-1.2")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "my.toml is no TOML: "),
        (HEAD.replace("name", "nmae") + RULE, "my.toml: name is missing"),
        ("extra = 1\n" + HEAD + RULE, "my.toml: unknown key 'extra'; it takes name, summary"),
        (HEAD, "my.toml: rule is missing"),
        (HEAD + "rule = 3\n", "my.toml: rule is not a list"),
        (HEAD + "rule = [3]\n", "my.toml: rule 1 is not a table"),
        (HEAD + RULE + RULE, "my.toml: rule 2: the id 'loss' stands twice"),
        (HEAD + RULE.replace('"max-loss"', '"max-los"'), "my.toml: rule 1: kind is one of data,"),
        (HEAD + RULE.replace("per =", "pre ="), "my.toml: rule 1 (loss): per is missing"),
        (HEAD + RULE + "limt = 3\n", "my.toml: rule 1 (loss): unknown key 'limt'; it takes"),
        (HEAD + RULE + "limit_share = 1\n", "my.toml: rule 1 (loss): give limit, in dollars, or"),
        (HEAD + RULE.replace("limit = 1_000.50\n", ""), "my.toml: rule 1 (loss): give limit"),
        (HEAD + RULE.replace("1_000.50", '"much"'), "rule 1 (loss): limit is not a number"),
        (HEAD + RULE.replace("1_000.50", "true"), "rule 1 (loss): limit is not a number"),
        (HEAD + RULE.replace("1_000.50", "nan"), "rule 1 (loss): limit is not a number from 0"),
        (HEAD + RULE.replace("1_000.50", "-inf"), "rule 1 (loss): limit is not a number from 0"),
        (HEAD + RULE.replace("1_000.50", "-1"), "rule 1 (loss): limit is not a number from 0"),
        (HEAD + RULE.replace("1_000.50", "1e99"), "rule 1 (loss): limit is not a number from 0"),
        (HEAD + RULE.replace('"hard"', '"harsh"'), "severity is one of hard, soft, not 'harsh'"),
        (HEAD + RULE.replace('"hard"', "3"), "rule 1 (loss): severity is not a text"),
        (HEAD + RULE.replace('"me"', '" "'), "rule 1 (loss): source is empty"),
        (HEAD + MARGIN + 'phase = "initial"\n', "portfolio margin has no initial phase"),
        (HEAD + SCENARIO.replace("-0.1, 0.1", ""), "rule 1 (grid): spot_moves is empty or holds"),
        (
            HEAD + SCENARIO.replace("-0.1, 0.1", "0, 0"),
            "spot_moves is empty or holds a number twice",
        ),
        (HEAD + SCENARIO.replace("-0.1", "-1.1"), "spot_moves is not a number from -1"),
        (HEAD + "[classes]\nABC = 'stock'\n" + RULE, "my.toml: classes: ABC is one of equity,"),
        (
            HEAD + "[classes]\nABC = {leverage = 0.5}\n" + RULE,
            "classes: ABC: leverage is less than 1",
        ),
        (HEAD + "[betas]\nABC = 'x'\n" + RULE, "my.toml: betas: ABC is not a number"),
        (HEAD + "betas = 3\n" + RULE, "my.toml: betas is not a table"),
        (HEAD + "[portfolio]\nflor = 3\n" + RULE, "my.toml: portfolio: unknown key 'flor'"),
        (HEAD + "[portfolio.down]\nequity = 2\n" + RULE, "down is 2, and nothing falls by more"),
        (HEAD + "[portfolio.down]\nstock = 1\n" + RULE, "portfolio: down: unknown key 'stock'"),
        (
            HEAD + "[strategy-based]\nlong_dated_months = 9.5\n" + RULE,
            "months is not a whole number",
        ),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_place(text, said):
    with pytest.raises(BadInput) as found:
        read_rules(text, "my.toml")
    assert said in str(found.value)
    assert "\n" not in str(found.value)


def test_files_that_are_none(tmp_path):
    with pytest.raises(BadInput, match="there is no rule set 'stndard'; there are house-ib"):
        load_rules("stndard")
    with pytest.raises(BadInput, match="there is no file"):
        load_rules(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="it is not UTF-8"):
        load_rules(tmp_path / "bytes.toml")
