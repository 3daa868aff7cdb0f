"""The page of a suggestion: everything that was told is on it, and nothing acts."""

from typing import Any

import pytest

from spoonbench.reports.option_page import write_option_page

ESTIMATE = {
    "probability": 0.7, "low": 0.61, "high": 0.78, "method": "outcome model", "sentence": "So.",
}  # fmt: skip
LEG = {
    "role": "short put", "kind": "put", "quantity": -2, "size": 100, "strike": "5675",
    "price": None,
}  # fmt: skip
GREEKS = {"delta": 1.5, "gamma": -0.1, "vega": -452.7, "theta": 51.0, "rho": 3.0}
VALUE = {
    "legs": [{"price": 20.5, "fair_value": 20.5, "greeks": GREEKS, "probability": 0.171}],
    "cost": -4105.41, "fair_value": -4105.41, "greeks": GREEKS, "break_evens": [5654.47],
    "most_gained": 4105.41, "most_lost": None, "gains": [[5654.47, None]],
    "probability_of_profit": 0.843,
}  # fmt: skip
FINDING = {
    "stage": "loss", "rule_id": "largest-loss", "subject": "SPX", "status": "broken",
    "severity": "hard", "value": None, "limit": "5000", "headroom": None, "unit": "dollars",
    "source": "the account's owner", "sentence": "The loss has no limit <b>at all</b>.",
}  # fmt: skip
WHOLE = {
    "confidence": 0.7, "reasons": ["Formula: opening brings $4,105.41."],
    "assumptions": ["The rate is zero."], "strategy": "short put", "quantity": 2,
    "market": {"underlying": "SPX"}, "legs": [LEG], "valuation": VALUE,
    "statistics": {"win": ESTIMATE, "risk": ESTIMATE},
    "rules": {"findings": [FINDING], "margins": [], "assumptions": ["No beta was given."]},
}  # fmt: skip
DIAGRAM = {
    "prices": [5000.0, 5654.47, 5675.0, 5900.0, 6500.0],
    "at_expiry": [-130894.0, 0.0, 4105.0, 4105.0, 4105.0],
    "today": [-120000.0, -20000.0, -15000.0, 0.0, 4000.0],
    "density": [0.0001, 0.001, 0.0011, 0.002, 0.0001],
    "spot": 5900.0, "strikes": [5675.0], "break_evens": [5654.47],
}  # fmt: skip
STAGE = {
    "stage": "formula", "received": {"legs": "<script>alert(1)</script>"}, "returned": None,
    "stopped": "no price", "seconds": 0.001,
}  # fmt: skip


def told(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "outcome": "suggested", "text": "sell puts", "sentences": [], "request": None,
        "confirmation": "Sell 2 puts on SPX.", "suggestion": WHOLE, "rejected": None,
        "notice": "No investment advice.", "trace": [STAGE], "diagram": DIAGRAM,
    }  # fmt: skip
    return {**whole, **changes}


@pytest.fixture
def page(tmp_path):
    def write(**changes):
        file = tmp_path / "new" / "page.html"
        write_option_page(told(**changes), file)
        return file.read_text(encoding="utf-8")

    return write


def test_a_suggestion_is_told_whole(page):
    text = page()
    for part in (
        "Short put on SPX", "Sell 2 puts on SPX.", "No investment advice.", "$4,105.41",
        "without a limit", "70.0% (61.0% to 78.0%), outcome model", "84.3%", "17.1%", "5675",
        "The rate is zero.", "No beta was given.", "largest-loss", "no price", "<svg",
        "passes zero at 5,654.47",
    ):  # fmt: skip
        assert part in text, part


def test_what_came_from_outside_does_not_act(page):
    text = page()
    assert "<script" not in text
    assert "<b>at all" not in text


def test_what_is_forbidden_is_no_suggestion(page):
    text = page(
        outcome="forbidden", suggestion=None, rejected=WHOLE, diagram=None, sentences=["Too much."]
    )
    assert "No suggestion: a hard rule forbids it" in text
    assert "Short put on SPX" not in text
    assert "$4,105.41" not in text
    assert "largest-loss" in text
    assert "Too much." in text
    assert "<svg" not in text


def test_a_question_needs_no_figures(page):
    text = page(
        outcome="asked", suggestion=None, diagram=None, confirmation=None,
        sentences=["Which underlying?"],
    )  # fmt: skip
    assert "Something is missing" in text
    assert "Which underlying?" in text
