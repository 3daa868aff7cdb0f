"""The page is put together from where `spoonbench advise` looks, and answers as that does."""

import sys
from dataclasses import replace

import pytest

from spoonbench.harness import advise, cli
from spoonbench.harness.advise.lookups.figures import Crossing, Figures
from spoonbench.harness.advise.sources import Sources
from spoonbench.reports.advisor.gathering import gather_advisor
from spoonbench.reports.advisor.part import render_advisor_page

CROSSING = Crossing(
    axis="device",
    first="cpu",
    second="mps",
    others="float32",
    batch=5.5,
    low=4.0,
    high=7.0,
    text="mps overtakes cpu at batch 5.5.",
)
MEASURED = Figures(
    source="reference",
    name="laptop",
    machine="A laptop",
    model="distilgpt2",
    task="word-problems",
    parameters=82e6,
    rows=(),
    crossings=(CROSSING, replace(CROSSING, axis="dtype", first="float32", second="bfloat16")),
)
ASKED = """(cases) => {
  const data = JSON.parse(document.querySelector("[data-advisor] script").textContent);
  const framework = data.frameworks.find((one) => one.framework_id === "device");
  const { walk, figuresFor, verdictText } = spoonbenchAdvisor;
  return cases.map((answers) => {
    const figures = {};
    for (const [name, one] of Object.entries(figuresFor(data.measured.device, answers))) {
      figures[name] = Number(one.value);
    }
    const { verdict } = walk(framework, answers, figures);
    return [verdict.choice, verdictText(framework, verdict, answers, figures)];
  });
}"""


@pytest.fixture
def sources():
    """No store, and a reference of another machine."""
    found = Sources(None, has_claims=False)
    found.__dict__["references"] = (MEASURED,)
    return found


def case(device, parameters, batch, *, fits=True):
    return {"device": device, "fits": fits, "parameters": parameters, "batch": batch}


def test_devices_are_advised_as_at_the_command_line(visit, sources):
    tab, seen = visit(render_advisor_page(gather_advisor(sources)))
    sizes = (20.4e6, 20.5e6, 82e6, 328e6, 329e6, 999e6, 1e9)
    cases = [case("mps", size, batch) for size in sizes for batch in (5, 6, 16)]
    cases += [case("cuda", 82e6, 7), case("cuda", 82e6, 8), case("cuda", 7e9, 1)]
    cases += [case("cpu", 82e6, 16), case("mps", 82e6, 16, fits=False)]
    found = tab.evaluate(ASKED, cases)
    told = [advise.device(sources, **one) for one in cases]
    assert found == [[one.choice, one.sentence] for one in told]
    assert {one.sureness for one in told} >= {"reference", "rule of thumb"}
    assert seen == []


def test_crossings_are_told_with_where_they_were_measured(visit, sources):
    tab, seen = visit(render_advisor_page(gather_advisor(sources)))
    place = tab.locator("[data-part=crossings]")
    place.locator("select").select_option("cpu and mps")
    place.locator("[name=at]").fill("3")
    status = place.locator("[role=status]")
    where = "reference measurement on A laptop, distilgpt2, float32"
    assert status.inner_text() == f"At batch 3 cpu is faster, as {where}."
    place.locator("[name=at]").fill("5")
    assert "undecided" in status.inner_text()
    place.locator("[name=at]").fill("100")
    assert "mps is faster" in status.inner_text()
    assert "rule of thumb" in place.locator("table").inner_text()
    assert place.locator("svg[role=img] rect.interval").count() == 1
    assert "bands of the case study" in place.locator("svg").text_content()
    place.locator("[name=at]").fill("0")
    assert "at least 1" in place.locator(".error").inner_text()
    place.locator("[name=at]").fill("4")
    place.locator("select").select_option("cpu and cuda")
    assert "by the rule of thumb alone" in status.inner_text()
    assert seen == []


def test_a_pair_is_listed_once_whichever_is_faster_at_small_batches(visit, sources):
    turned = replace(CROSSING, axis="dtype", first="bfloat16", second="float32", batch=20.0,
                     low=16.0, high=30.0)  # fmt: skip
    found = replace(MEASURED, crossings=(*MEASURED.crossings, turned))
    sources.__dict__["references"] = (found,)
    tab, seen = visit(render_advisor_page(gather_advisor(sources)))
    place = tab.locator("[data-part=crossings]")
    options = place.locator("select option").all_inner_texts()
    assert len({frozenset(one.split(" and ")) for one in options}) == len(options)
    assert "float32 and bfloat16" in options
    place.locator("select").select_option("float32 and bfloat16")
    place.locator("[name=at]").fill("100")
    cells = place.locator("tbody td:nth-child(4)").all_inner_texts()
    assert cells == ["bfloat16", "float32"]
    drawn = " ".join(place.locator("svg text").all_text_contents())
    assert "float32 before, bfloat16 after 5.5" in drawn
    assert "bfloat16 before, float32 after 20" in drawn
    classes = place.locator("svg rect[height='6']").evaluate_all(
        "(all) => all.map((one) => one.getAttribute('class'))"
    )
    assert classes == ["first", "second", "second", "first"]
    assert seen == []


def test_on_a_phone_all_words_of_the_drawing_lie_within_it(visit, sources):
    tab, seen = visit(render_advisor_page(gather_advisor(sources)), viewport=(390, 800))
    place = tab.locator("[data-part=crossings]")
    place.locator("select").select_option("cpu and mps")
    outside = place.locator("svg").evaluate(
        "(svg) => [...svg.querySelectorAll('text')].filter((one) => one.getBoundingClientRect()"
        ".right > svg.getBoundingClientRect().right + 1).map((one) => one.textContent)"
    )
    assert outside == []
    drawn = " ".join(place.locator("svg text").all_text_contents())
    assert "reference measurement on A laptop, distilgpt2, float32: cpu before, mps after" in drawn
    assert seen == []


def test_claims_have_their_verdicts():
    page = render_advisor_page(gather_advisor(Sources(None, has_references=False)))
    assert '"G3":"' in page


def test_the_command_writes_the_page(monkeypatch, capsys, tmp_path):
    file = tmp_path / "new" / "advisor.html"
    words = ["frameworks", "page", str(file), "--out", str(tmp_path / "none")]
    monkeypatch.setattr(sys, "argv", ["spoonbench", *words])
    assert cli.main() == 0
    assert capsys.readouterr().err == f"page: {file}\n"
    assert "<h1>Advisor</h1>" in file.read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_ends_in_a_sentence(monkeypatch, capsys, tmp_path):
    (tmp_path / "file").write_text("")
    words = ["frameworks", "page", str(tmp_path / "file" / "page.html")]
    monkeypatch.setattr(sys, "argv", ["spoonbench", *words])
    assert cli.main() == 3
    assert "Traceback" not in capsys.readouterr().err
