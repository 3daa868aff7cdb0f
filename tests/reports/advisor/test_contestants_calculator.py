"""The page chooses a contestant as `spoonbench advise tool --task` does, from the same duel."""

from dataclasses import replace
from itertools import product

import pytest

from spoonbench.harness.advise.lookups.stored_duels import StoredDuel
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.decision import decide
from spoonbench.harness.estimates import Estimate
from spoonbench.reports.advisor.contestants import contestant_table, contestants_json
from spoonbench.reports.advisor.gathering import gather_advisor
from spoonbench.reports.advisor.part import advisor_part, render_advisor_page
from spoonbench.solvers.api import Guarantee

SHARES = (0.0, 0.5, 0.9, 0.95, 0.99, 1.0)
CHOSEN = """([cases]) => {
  const text = document.querySelector("[data-advisor] script").textContent;
  const [table] = JSON.parse(text).contestants;
  return cases.map(([asked, prefer]) => {
    const { name, text } = spoonbenchAdvisor.chooseContestant(table, asked, prefer);
    return [name, text];
  });
}"""


@pytest.fixture(scope="module")
def duel(report):
    """A duel whose contestants differ in everything that may be asked for."""
    ordered = sorted(report.measurements, key=lambda one: one.entry.label)
    measurements = [
        replace(
            one,
            peak_bytes=10_000_000 * (index + 1),
            latency_p95_s=Estimate(value=0.001 * (5 - index % 5), low=None, high=None, n_rounds=1),
        )
        for index, one in enumerate(ordered)
    ]
    exact, slow, untold, broken, *rest = measurements
    split = report.duel.task.splits[0].name
    workload = f"{report.duel.task.name}@{report.duel.task.version}/{split}"
    guarantee = Guarantee(kind="proven", covers=(workload,))
    score = exact.score(split)
    right = replace(score.precision, n_successes=score.precision.n)
    exact = replace(
        exact,
        entry=replace(exact.entry, guarantee=guarantee),
        splits=(replace(score, precision=right), *exact.splits[1:]),
    )
    slow = replace(slow, latency_p50_s=Estimate(value=9.0, low=None, high=None, n_rounds=1))
    untold = replace(untold, peak_bytes=None, latency_p95_s=None)
    broken = replace(broken, status="timeout", reason="it took too long")
    return StoredDuel(
        duel=report.duel,
        measurements=(exact, slow, untold, broken, *rest),
        machine="A desk",
    )


def asked_of(accuracy, coverage, latency, memory):
    return {"accuracy": accuracy, "coverage": coverage, "latency": latency, "memory": memory}


def in_python(duel, asked, prefer):
    needs = replace(
        duel.duel.requirements,
        accuracy=asked["accuracy"],
        coverage=asked["coverage"],
        latency_s=asked["latency"],
        memory_bytes=asked["memory"],
    )
    found = decide(needs, duel.measurements, duel.duel.task, prefer=prefer)
    if found.choice is None:
        return None
    return found.reason


def test_every_choice_is_the_same(visit, duel):
    page = render_advisor_page(advisor_part([], contestants=[contestant_table(duel)]))
    tab, seen = visit(page)
    limits = product(SHARES, SHARES, (None, 0.002, 0.004), (None, 25_000_000, 60_000_000))
    cases = [[asked_of(*limit), prefer] for limit in limits for prefer in ("simplest", "quickest")]
    told = [in_python(duel, *case) for case in cases]
    for case, (name, text), expected in zip(
        cases, tab.evaluate(CHOSEN, [cases]), told, strict=True
    ):
        if expected is None:
            assert (name, text) == (None, "No contestant certainly meets what is asked."), case
        else:
            assert text == expected, case
    assert None in told
    assert len(set(told)) > 4
    assert seen == []


def test_a_contestant_that_failed_its_measurement_is_not_offered(duel):
    names = [row["name"] for row in contestants_json(contestant_table(duel))["simplest"]]
    failed = next(one.entry.label for one in duel.measurements if one.status == "timeout")
    assert not any(name.startswith(f"{failed} (") for name in names)
    assert len(names) == len(duel.measurements) - 1


def test_what_is_not_said_is_what_the_duel_was_asked_for(visit, duel):
    sources = Sources(None, has_references=False, has_claims=False)
    sources.__dict__["duels"] = (duel,)
    tab, seen = visit(render_advisor_page(gather_advisor(sources)))
    place = tab.locator("[data-part=contestants]")
    needs = duel.duel.requirements
    plain = asked_of(needs.accuracy, needs.coverage, needs.latency_s, needs.memory_bytes)
    expected = in_python(duel, plain, "simplest") or "No contestant certainly meets what is asked."
    assert place.locator("[role=status]").inner_text() == expected
    place.locator("[name=demand-accuracy]").fill("50%")
    place.locator("[name=demand-coverage]").fill("0.1")
    place.locator("[name=demand-latency]").fill("4ms")
    place.locator("[name=prefer]").select_option("quickest")
    loose = {**plain, "accuracy": 0.5, "coverage": 0.1, "latency": 0.004}
    assert place.locator("[role=status]").inner_text() == in_python(duel, loose, "quickest")
    assert seen == []


def test_without_a_duel_the_page_names_the_command(visit):
    tab, seen = visit(render_advisor_page(advisor_part([])))
    words = tab.locator("[data-part=contestants]").inner_text()
    assert words == "No duel was measured here: spoonbench duel measures one."
    assert seen == []
