"""Claims that are computed: the verdict, its reason, and what changes it."""

from dataclasses import replace
from typing import Any

import pytest

from spoonbench.harness.claims.ledger import check, check_claims, finding_of, verdict_of
from spoonbench.harness.claims.reading import read_claims

VERDICTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "T6": ("holds only if", ("223,606",)),
    "T15": ("holds", ("no fault", "one verdict")),
    "G8": ("does not hold", ("18.8 examples",)),
    "G9": ("contradicts another claim", ("213 ms", "93.9%")),
    "G10": ("does not hold", ("batch 9 to 15", "7B")),
    "M1": ("holds", ("328 MB",)),
    "M2": ("holds", ("weights alone", "6B")),
    "M3": ("holds only if", ("tokens (float32)", "Neither context nor batch is stated")),
    "M4": ("holds only if", ("float16",)),
    "M5": ("does not hold", ("4,096 tokens", "2 times those stated", "machine of 16 GiB")),
    "M7": ("does not hold", ("134 MB", "537 MB", "3,052 tokens")),
    "M8": ("holds only if", ("30.4%", "39.9%")),
    "M9": ("does not hold", ("full 17", "claimed 8 GB", "Weights of 16 bits alone are 4 GB")),
    "M10": ("contradicts another claim", ("1.6 to 8 times",)),
    "M11": ("does not hold", ("250 MB", "2.24 bits")),
    "M12": ("contradicts another claim", ("16 GB against 8 GB", "not 100 times")),
    "Q8": ("not yet run", ("1.017 times",)),
    "Q11": ("does not hold", ("keep-float32", "is_speed_critical")),
    "D4": ("holds", ("84.22%",)),
    "B3": ("contradicts another claim", ("167 to 333 times", "38 to 76 times")),
    "B4": ("does not hold", ("8.93 to 17.9 minutes", "14.9 to 29.8 examples/s")),
    "P1": ("holds only if", ("untied head, no biases, a plain MLP", "23,535,616")),
    "P3": ("does not hold", ("0.201 bits",)),
    "P5": ("holds only if", ("syntax, generation and brackets",)),
    "P7": ("holds only if", ("same tokens",)),
    "P8": ("does not hold", ("30.8 bytes", "8,000")),
    "F2": ("does not hold", ("90%", "75%", "never one test")),
    "F4": ("does not hold", ("11.4%", "2,498 tokens")),
    "F8": ("holds", ("63.73%",)),
    "F9": ("holds only if", ("88%", "91.7%", "442 to 447", "98.7%")),
    "F16": ("holds only if", ("tokens", "Gemma 2 2B")),
    "F17": ("does not hold", ("1.02",)),
    "F19": ("does not hold", ("0.667 to 0.909 USD", "25 to 250 USD")),
    "R3": ("does not hold", ("1.82 to 2.19 times", "2.42 times")),
}
"""Claim to its verdict, and words of the reason: right for the right reason."""

TURNED: dict[str, tuple[dict[str, Any], str]] = {
    "T6": ({"coverage": 10000 / 2 / 101**2}, "holds"),
    "G8": ({"steps_at_large": 2}, "holds"),
    "G9": ({"steps": 1000 / 13}, "holds"),
    "M1": ({"weights": 660e6}, "does not hold"),
    "M2": ({"fp16_at_7b": 28e9}, "does not hold"),
    "M3": ({"int8": 6e9}, "does not hold"),
    "M4": ({"memory": 2e9}, "does not hold"),
    "M5": ({"allocated": 2.0}, "holds"),
    "M7": ({"cache": 130e6}, "holds"),
    "M8": ({"at_300": 0.5}, "does not hold"),
    "M9": ({"full": 20e9, "lora": 10e9, "qlora": 10e9}, "holds"),
    "M10": ({"memory": 5}, "not yet run"),
    "M11": ({"weights": 250e6}, "holds"),
    "Q8": ({"ratio": 1.03}, "does not hold"),
    "D4": ({"limit_rate": 0.48}, "does not hold"),
    "B1": ({"ratio_in_table": 0.9}, "does not hold"),
    "B3": ({"against_one": (60, 200)}, "not yet run"),
    "B4": ({"minutes": (8, 18)}, "holds"),
    "P1": ({"parameters": 27073025}, "does not hold"),
    "P3": ({"loss": 3.0, "perplexity": 20.09}, "not yet run"),
    "P5": ({"overall": 0.45}, "holds"),
    "P7": ({"improvement": 0.9}, "does not hold"),
    "P8": ({"steps": 500, "perplexity": 8000}, "holds"),
    "F2": ({"overall_after": 0.52}, "not yet run"),
    "F4": ({"hard_share": 0.11}, "holds"),
    "F8": ({"improvement": 0.5}, "does not hold"),
    "F9": ({"overall_after": 0.80}, "does not hold"),
    "F16": ({"memory": 30e9}, "holds"),
    "F17": ({"train_loss": 3.8}, "holds"),
    "F19": ({"cost": 300}, "holds"),
    "R3": ({"speed_up": 2}, "holds"),
}
"""Claim to figures, and the verdict that it then has."""

COMPUTED = sorted(
    {name for name, claim in read_claims().items() if claim.kind in ("arithmetic", "model")}
    | {"Q8", "P3", "F2", "B1", "B3", "M10"}
)
UNUSED = {
    ("R3", "threshold"): "theory starts behind the choice of what to draft",
    ("M10", "speed"): "no table of the document's gives times of both",
}
FACTORS = (0.05, 0.5, 2, 20)


def changed(claim_id, **figures):
    """The finding where a claim's figures are others."""
    claims = dict(read_claims())
    claim = claims[claim_id]
    ends = {name: v if isinstance(v, tuple) else (v, v) for name, v in figures.items()}
    new = {
        name: replace(claim.figures[name], low=low, high=high) for name, (low, high) in ends.items()
    }
    claims[claim_id] = replace(claim, figures={**claim.figures, **new})
    return check_claims(claims, [claim_id])[0]


@pytest.mark.parametrize("claim_id", VERDICTS)
def test_the_verdict_is_right_for_the_right_reason(claim_id):
    verdict, words = VERDICTS[claim_id]
    finding = finding_of(claim_id)
    assert finding.verdict == verdict
    told = " ".join((finding.found, finding.condition, finding.why))
    assert [word for word in words if word not in told] == []


def test_every_claim_that_is_computed_has_a_verdict():
    kinds = {"arithmetic", "model", "logic"}
    computed = {name for name, claim in read_claims().items() if claim.kind in kinds}
    assert computed <= set(VERDICTS)
    assert {verdict_of(name) for name in computed} & {"not yet run", "not testable here"} == set()


@pytest.mark.parametrize("claim_id", TURNED)
def test_other_figures_turn_the_verdict(claim_id):
    figures, verdict = TURNED[claim_id]
    assert verdict != finding_of(claim_id).verdict
    assert changed(claim_id, **figures).verdict == verdict


def told(finding):
    return (
        *(finding.verdict, finding.condition, finding.value, finding.low, finding.high),
        *(finding.found, finding.why),
    )


@pytest.mark.parametrize(
    ("claim_id", "name"),
    [(claim_id, name) for claim_id in COMPUTED for name in read_claims()[claim_id].figures],
)
def test_no_figure_is_idle(claim_id, name):
    figure, before = read_claims()[claim_id].figures[name], finding_of(claim_id)
    # Nobody has a batch of less than one item.
    least = 1 if figure.unit == "items" else 0
    values = [max(figure.high * factor, least) for factor in FACTORS]
    others = [changed(claim_id, **{name: value}) for value in values]
    is_idle = all(told(one) == told(before) for one in others)
    assert is_idle == ((claim_id, name) in UNUSED)


def test_every_computed_verdict_can_be_turned():
    # M12 needs figures of other claims to be others too: see below.
    assert set(COMPUTED) <= {*TURNED, "M12"}


@pytest.mark.parametrize("claim_id", sorted(set(COMPUTED) - {"P3", "P8", "G9", "M5", "B1", "F17"}))
def test_inputs_count(claim_id):
    """Whatever a check computes from changes what it finds."""
    claims = dict(read_claims())
    before = finding_of(claim_id)
    for name, value in claims[claim_id].inputs.items():
        scaled = tuple(3 * one for one in value) if isinstance(value, tuple) else 3 * value
        if not scaled or name in ("heads", "most_ratio", "operations", "brackets"):
            continue
        claim = replace(claims[claim_id], inputs={**claims[claim_id].inputs, name: scaled})
        (after,) = check_claims({**claims, claim_id: claim}, [claim_id])
        assert told(after) != told(before), name


def test_conflicting_tables_agree_once_both_are_changed():
    claims = dict(read_claims())
    first, second = claims["M9"], claims["M10"]
    claims["M9"] = replace(
        first,
        figures={
            **first.figures,
            "full": replace(first.figures["full"], low=16e9, high=16e9),
            "qlora": replace(first.figures["qlora"], low=8e9, high=10e9),
        },
    )
    memory = replace(second.figures["memory"], low=4, high=4)
    claims["M10"] = replace(second, figures={**second.figures, "memory": memory})
    assert check_claims(claims, ["M12"])[0].verdict == "holds"


def test_the_cache_of_m7_decides_on_m8():
    claims = dict(read_claims())
    claim = claims["M7"]
    cache = replace(claim.figures["cache"], low=130e6, high=130e6)
    claims["M7"] = replace(claim, figures={"cache": cache})
    assert check_claims(claims, ["M8"])[0].verdict == "holds"


def test_advice_is_open_without_measurements():
    for finding in check(["T12", "T13", "Q9", "F12", "D11"]):
        assert finding.verdict in ("not yet run", "does not hold")
        assert finding.found


def test_findings_show_conflicts():
    assert finding_of("M12").conflicts == ("M9", "M10")
    assert set(finding_of("G9").conflicts) == {"G4", "G5"}
