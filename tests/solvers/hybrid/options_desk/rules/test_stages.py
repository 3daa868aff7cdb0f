"""Every kind of rule: broken with value, limit and headroom, held, and not evaluated with why."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from spoonbench.solvers.algorithms.black_scholes import greeks
from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.holdings import Holding
from spoonbench.solvers.hybrid.options_desk.rules import Terms, check, load_rules
from spoonbench.solvers.hybrid.options_desk.rules.findings import STAGES
from spoonbench.solvers.hybrid.options_desk.rules.rule_file import read_rules

TODAY, EXPIRY, LATER = date(2026, 11, 22), date(2026, 12, 22), date(2027, 1, 15)


def hold(quantity, kind="put", strike="95", price="2", *, spot="100", root="XYZ", expiry=EXPIRY):
    is_share = kind == "share"
    return Holding(
        underlying=root,
        kind=kind,
        quantity=quantity,
        price=Decimal(price),
        underlying_price=Decimal(spot),
        strike=None if is_share else Decimal(strike),
        expiry=None if is_share else expiry,
        size=1 if is_share else 100,
    )


def rules_of(kind, severity="hard", **keys):
    text = "".join(f"{key} = {value}\n" for key, value in keys.items())
    head = 'name = "mine"\nsummary = "Mine."\n[[rule]]\nid = "mine"\nsource = "me"\n'
    return read_rules(f'{head}kind = "{kind}"\nseverity = "{severity}"\n{text}', "my.toml")


def found(held, rules, rule_id="mine", **terms):
    report = check(held, rules, Terms(today=TODAY, **terms))
    (finding,) = [each for each in report.findings if each.rule_id == rule_id]
    return finding, report


@pytest.mark.parametrize(
    ("held", "check_name", "said"),
    [
        ([hold(0)], "values", "a quantity is a whole number"),
        ([hold(-1, price="-1")], "values", "a price is a number from zero"),
        ([hold(-1, spot="0")], "values", "an underlying price is above zero"),
        ([hold(-1), hold(2)], "duplicates", "stands 2 times"),
        ([hold(-1), hold(1, "call", spot="101")], "spot", "costs 101 here and 100 elsewhere"),
        ([hold(-1, root="XYZ2")], "size", "an adjusted root"),
        ([hold(-1, expiry=date(2026, 11, 21))], "expired", "expired before 2026-11-22"),
        ([hold(-1, strike="120")], "intrinsic", "2 is below what exercise is worth"),
        ([hold(-1, price="96")], "maximum", "96 is more than any volatility gives"),
    ],
)
def test_data_that_makes_no_sense(held, check_name, said):
    rules = load_rules("standard")
    finding, report = found(held, rules, f"data-{check_name}", account=Decimal(10**6))
    assert (finding.status, finding.value, finding.headroom) == ("broken", 1, -1)
    assert said in finding.sentence
    assert not report.is_allowed
    others = [each for each in report.findings if each.stage not in ("data", "position", "margin")]
    is_blocked = check_name not in ("intrinsic", "maximum")
    assert ({each.status for each in others} == {"not evaluated"}) == is_blocked
    assert (report.margins == ()) == is_blocked


def test_a_fault_leaves_other_underlyings_known():
    held = [hold(-1, root="BAD", price="-1"), hold(-1)]
    rules = rules_of("max-loss", per='"underlying"', limit=10**6)
    report = check(held, rules, Terms(today=TODAY))
    statuses = {e.subject: e.status for e in report.findings if e.rule_id == "mine"}
    assert statuses == {"BAD": "not evaluated", "XYZ": "holds"}


def test_a_row_that_cannot_be_read_leaves_everything_unknown():
    terms = Terms(today=TODAY, account=Decimal(10**6))
    report = check([hold(-1)], load_rules("standard"), terms, unread=["row 3: no symbol"])
    assert {e.status for e in report.findings if e.stage != "data"} == {"not evaluated"}
    assert "since row 3: no symbol." in report.findings[-1].sentence
    assert not report.is_allowed


def test_contracts_on_one_side_of_the_market():
    held = [hold(-30), hold(20, "call"), hold(25, "put", "90", "1")]
    finding, _ = found(held, rules_of("position-limit", limit=40))
    assert (finding.value, finding.limit, finding.headroom) == (50, 40, -10)
    assert finding.unit == "contracts"
    own = rules_of("position-limit", limit=40, limits="{xyz = 50}")
    assert found(held, own)[0].status == "holds"


def test_margin_against_the_account():
    """Naked put: 2 + 20 - 5 for each share; 1,500 less proceeds."""
    rules = rules_of("margin", method='"strategy-based"', limit_share="0.5")
    finding, report = found([hold(-1)], rules, account=Decimal(2_900))
    assert (finding.value, finding.limit, finding.headroom) == (1_500, 1_450, -50)
    assert finding.sentence == "Maintenance margin: $1,500.00, $50.00 more than $1,450.00."
    assert report.margins[0].gross == 1_700
    assert found([hold(-1)], rules, account=Decimal(3_000))[0].status == "holds"


def test_without_an_account_a_share_of_it_is_unknown():
    rules = rules_of("margin", method='"strategy-based"', limit_share="0.5")
    finding, report = found([hold(-1)], rules)
    assert finding.status == "not evaluated"
    assert "the value of the account is not given" in finding.sentence
    assert not report.is_allowed
    assert report.margins[0].net == 1_500


def test_soft_rules_warn_and_do_not_forbid():
    rules = rules_of("max-loss", "soft", per='"portfolio"', limit=10)
    finding, report = found([hold(-1)], rules)
    assert finding.status == "broken"
    assert report.is_allowed


def test_largest_loss():
    rules = rules_of("max-loss", per='"portfolio"', limit=9_000)
    assert found([hold(-1)], rules)[0].value == 9_300
    spread = [hold(-1), hold(1, strike="90", price="1")]
    assert found(spread, rules)[0].headroom == 9_000 - 400
    other = [hold(-1, root="ABC"), hold(1, strike="90", price="1", root="ABC")]
    assert found([*spread, *other], rules)[0].value == 800
    covered = [hold(-1, "call", "105"), hold(100, "share", price="98")]
    # From the price of today on: what was paid for the shares is in no rule.
    assert found(covered, rules)[0].value == 9_800


def test_a_loss_without_a_limit_is_broken():
    finding, _ = found([hold(-1, "call")], rules_of("max-loss", per='"portfolio"', limit=10**9))
    assert (finding.status, finding.value, finding.headroom) == ("broken", None, None)
    assert finding.sentence.startswith("Largest loss at expiry has no limit")


def test_options_that_expire_on_different_days_have_no_largest_loss():
    rules = rules_of("max-loss", per='"portfolio"', limit=10**9)
    finding, _ = found([hold(-1), hold(1, strike="90", price="1", expiry=LATER)], rules)
    assert finding.status == "not evaluated"
    assert "different days" in finding.sentence


def test_the_budget_of_a_trade_is_a_hard_rule():
    rules = rules_of("position-limit", limit=10)
    spread = [hold(-1), hold(1, strike="90", price="1")]
    finding, report = found(spread, rules, "trade-budget", budget=Decimal(399))
    assert (finding.value, finding.headroom, finding.severity) == (400, -1, "hard")
    assert not report.is_allowed
    assert found(spread, rules, "trade-budget", budget=Decimal(400))[1].is_allowed


def test_greeks_are_those_of_the_formula():
    contract: dict[str, Any] = {
        "option": "put",
        "spot": 100,
        "strike": 95,
        "expiry": 30 / 365,
        "rate": 0.03,
    }
    one = greeks(**contract, volatility=0.35)
    held = [hold(-10, price=f"{float(one.price):.6f}"), hold(300, "share", price="100")]
    expected = {
        "delta": -1_000 * 100 * one.delta + 30_000,
        "gamma": 1_000 * 0.5 * one.gamma,
        "vega": 1_000 * one.vega / 100,
        "theta": 1_000 * abs(one.theta) / 365,
    }
    for name, value in expected.items():
        rules = rules_of("greek-limit", greek=f'"{name}"', per='"portfolio"', limit=1)
        finding, _ = found(held, rules, rate=Decimal("0.03"))
        assert float(finding.value) == pytest.approx(value, abs=0.02)
        assert (finding.status, finding.headroom) == ("broken", 1 - finding.value)


def test_beta_weights_where_betas_are_given():
    rules = rules_of("greek-limit", greek='"beta-weighted-delta"', per='"portfolio"', limit=10**6)
    held = [hold(100, "share", price="100"), hold(-100, "share", price="50", spot="50", root="ABC")]
    betas = {"XYZ": Decimal("1.5"), "ABC": Decimal(2)}
    assert found(held, rules, betas=betas)[0].value == 15_000 - 10_000
    finding, _ = found(held, rules, betas={"XYZ": Decimal(1)})
    assert (finding.status, finding.value) == ("not evaluated", None)
    assert "the beta of ABC is not given" in finding.sentence


def test_what_implies_no_volatility_has_no_greeks():
    for kind, keys in (
        ("greek-limit", {"greek": '"vega"'}),
        ("scenario", {"spot_moves": "[0.1]", "volatility_moves": "[0]"}),
    ):
        rules = rules_of(kind, per='"portfolio"', limit=10**6, **keys)
        finding, _ = found([hold(-1, expiry=TODAY)], rules)
        assert finding.status == "not evaluated"
        assert "implies no volatility: expired" in finding.sentence
    rules = rules_of("margin", method='"portfolio"', limit=10**6)
    assert found([hold(-1, strike="120")], rules)[0].status == "not evaluated"


def test_the_worst_cell_of_a_grid():
    rules = rules_of(
        "scenario", spot_moves="[-0.2, 0, 0.2]", volatility_moves="[-10, 0, 25]",
        per='"portfolio"', limit=1_000,
    )  # fmt: skip
    held = [hold(100, "share", price="100"), hold(-1, "call", "100", "3.43")]
    finding, _ = found(held, rules)
    # The call is worth next to nothing where the shares lose 2,000, dearer with volatility.
    assert 2_000 - 343 < finding.value < 1_750
    assert found([hold(100, "share", price="100")], rules)[0].value == 2_000


def test_stages_come_in_their_order_and_nothing_is_left_out():
    held = [hold(-1), hold(-1, "call", "430", "8", spot="433", root="SPX")]
    report = check(held, load_rules("standard"), Terms(today=TODAY, account=Decimal(10**5)))
    assert list(dict.fromkeys(each.stage for each in report.findings)) == list(STAGES)
    ids = {each.rule_id for each in report.findings}
    assert ids == {rule.rule_id for rule in load_rules("standard").rules}


def test_what_was_not_given_is_said():
    report = check([hold(-1)], load_rules("standard"), Terms(today=TODAY))
    text = " ".join(report.assumptions)
    assert "rate is taken as 0" in text
    assert "dividend yield of every underlying is taken as 0" in text
    assert "Taken as equities, their class not being known: XYZ." in text


def test_series_of_one_index_are_one_underlying():
    held = [hold(-1, root="SPXW"), hold(1, strike="90", price="1", root="SPX")]
    report = check(held, load_rules("standard"), Terms(today=TODAY, account=Decimal(10**5)))
    assert [(m.underlying, int(m.gross)) for m in report.margins] == [("SPX", 600)]


@pytest.mark.parametrize("name", ["account", "rate", "dividend_yield", "budget"])
def test_terms_that_make_no_sense(name):
    wrong: dict[str, Any] = {name: Decimal("NaN")}
    terms = Terms(today=TODAY, **wrong)
    with pytest.raises(BadInput, match="is not a finite number"):
        check([], load_rules("standard"), terms)
