"""The page of the advisor in a browser: by keyboard, on a phone, in the dark, with foreign text."""

import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from spoonbench.harness import cli
from spoonbench.harness.advise.advice import Evidence
from spoonbench.harness.frameworks.reading import shipped
from spoonbench.harness.frameworks.showing import verdict_text
from spoonbench.reports.advisor.figures import MeasuredFigure
from spoonbench.reports.advisor.part import advisor_part, embed, render_advisor_page

PHONE, DESK = (390, 844), (1280, 900)
HOSTILE = "</script><img src=x onerror=alert(1)><!--<script>{{7*7}} \u202e\u2028 & \x1b[31m"


def measured(evidence, **within):
    return {"device": {"mps_batch": (MeasuredFigure(evidence=evidence, within=within),)}}


def choose(tab, framework_id):
    tab.select_option("[data-part=choose]", framework_id)


def text_of(tab, part):
    return tab.inner_text(f"[data-part={part}]")


def answer(tab, *given):
    for one in given:
        box = tab.locator("[data-part=card] input[type=text]")
        if box.count():
            box.fill(one)
        else:
            tab.locator(f"[data-part=card] input[value='{one}']").check()
        tab.locator("[data-part=card] button[type=submit]").click()


def test_a_verdict_is_reached_by_keyboard_alone(visit, page):
    tab, seen = visit(page)
    tab.keyboard.press("Tab")  # the chooser
    tab.keyboard.type("Which device")
    assert tab.input_value("[data-part=choose]") == "device"
    for _ in range(10):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.type") == "radio":
            break
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Space")
    tab.keyboard.press("Enter")
    tab.keyboard.type("82M")
    tab.keyboard.press("Enter")
    tab.keyboard.type("100")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.textContent") == "Verdict"
    assert "batch is 100" in text_of(tab, "result")
    assert "cuda" in text_of(tab, "path") or "mps" in text_of(tab, "path")
    assert seen == []


def test_the_tree_answers_to_arrow_keys(visit, page):
    tab, seen = visit(page)
    choose(tab, "tool")
    tab.focus("[role=tree] > li")
    for key in ("ArrowRight", "ArrowDown", "End", "Home", "ArrowDown"):
        tab.keyboard.press(key)
        assert tab.evaluate("document.activeElement.getAttribute('role')") == "treeitem"
    tab.keyboard.press("Enter")
    assert text_of(tab, "result").startswith("Verdict\n\nUse rules")
    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowLeft")
    assert tab.evaluate("document.querySelectorAll('[role=tree] [tabindex=\\'0\\']').length") == 1
    assert seen == []


def test_focus_can_be_seen(visit, page):
    tab, _ = visit(page)
    choose(tab, "tool")
    tab.keyboard.press("Tab")
    tab.focus("[role=tree] > li")
    tab.keyboard.press("ArrowDown")
    outline = tab.evaluate(
        "getComputedStyle(document.activeElement.querySelector('.words')).outlineStyle"
    )
    assert outline == "solid"


def test_the_taken_path_stands_out_in_the_tree(visit, page):
    tab, _ = visit(page)
    choose(tab, "device")
    answer(tab, "mps", "yes", "82M")
    taken = tab.evaluate("[...document.querySelectorAll('.taken > .words')].map(e => e.innerText)")
    assert len(taken) == 4
    assert tab.locator("[role=treeitem][aria-current=step]").count() == 1
    assert text_of(tab, "result") == ""


def test_any_answer_can_be_changed_and_later_ones_are_kept(visit, page):
    tab, _ = visit(page)
    choose(tab, "device")
    answer(tab, "mps", "yes", "82M", "100")
    before = text_of(tab, "result")
    tab.get_by_role("button", name="Change: Which accelerator").click()
    answer(tab, "cuda")
    after = text_of(tab, "result")
    assert before != after
    assert "Verdict" in after
    assert "82M" in text_of(tab, "path")
    tab.get_by_role("button", name="Start over").click()
    assert text_of(tab, "path") == ""


def test_back_goes_to_the_question_before(visit, page):
    tab, _ = visit(page)
    choose(tab, "device")
    answer(tab, "mps", "yes")
    tab.get_by_role("button", name="Back").click()
    assert "fit into" in text_of(tab, "card")
    assert tab.locator("[data-part=card] input[value=yes]").is_checked()


def test_what_cannot_be_read_is_refused_in_words(visit, page):
    tab, _ = visit(page)
    choose(tab, "device")
    answer(tab, "mps", "yes", "a lot")
    assert "a number such as 124M or 7B" in tab.inner_text("[role=alert]")
    assert tab.locator("[data-part=card] input").get_attribute("aria-invalid") == "true"
    answer(tab, "0.5")
    assert "at least 1" in tab.inner_text("[role=alert]")


EVERYTHING = """() => {
  const pick = (select, value) => {
    select.value = value;
    select.dispatchEvent(new Event("change"));
  };
  const part = (name) => document.querySelector(`[data-part=${name}]`);
  const found = {};
  for (const { value } of [...part("choose").querySelectorAll("option")]) {
    pick(part("choose"), value);
    const measured = part("about").querySelector("input");
    if (measured?.checked) measured.click();
    part("graph").querySelector("button").click();
    const examples = part("about").querySelectorAll("option[value]:not([value=''])");
    found[value] = [...examples].map((one) => {
      pick(part("about").querySelector("select"), one.value);
      const here = document.querySelector(".tree .here .verdict-text");
      return [here?.textContent ?? "", part("result").innerText,
        document.documentElement.scrollWidth];
    });
  }
  return found;
}"""


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_every_example_of_every_framework_is_told_within_the_page(
    visit, page, frameworks, viewport
):
    tab, seen = visit(page, viewport)
    found = tab.evaluate(EVERYTHING)
    assert set(found) == {one.framework_id for one in frameworks}
    for one in frameworks:
        assert len(found[one.framework_id]) == len(one.examples)
        for example, (taken, told, width) in zip(
            one.examples, found[one.framework_id], strict=True
        ):
            verdict = one.verdicts[example.verdict]
            assert taken.split("(")[0].startswith(verdict.text.split("{")[0].split("(")[0])
            assert verdict_text(one, verdict, example.answers) in told
            assert width <= viewport[0]
    assert seen == []


def test_a_measured_figure_takes_the_place_of_a_rule_of_thumb(visit):
    evidence = Evidence(
        what="Found.", source="reference", machine="a laptop", value=5.25, low=4.0, high=6.5
    )
    part = advisor_part([shipped("device")], measured(evidence))
    tab, seen = visit(render_advisor_page(part))
    answer(tab, "mps", "yes", "82M", "6")
    told = text_of(tab, "result")
    assert "5.25 (reference measurement on a laptop, 4 to 6.5; rule of thumb: 16). Found." in told
    assert "Use the Apple GPU" in told
    assert "5 or less" in told
    tab.get_by_label("Measured figures").uncheck()
    assert "Use the CPU" in text_of(tab, "result")
    assert "rule of thumb only" in text_of(tab, "result")
    assert seen == []


def test_a_figure_counts_for_the_models_that_it_speaks_for(visit):
    evidence = Evidence(what="Found.", source="reference", machine="a laptop", value=5.25)
    part = advisor_part([shipped("device")], measured(evidence, parameters=(20e6, 400e6)))
    tab, seen = visit(render_advisor_page(part))
    answer(tab, "mps", "yes", "82M", "6")
    assert "Use the Apple GPU" in text_of(tab, "result")
    assert "at least 5.25" in text_of(tab, "graph")
    tab.get_by_role("button", name="Change: How many parameters").click()
    answer(tab, "500M")
    assert "overtakes it at batch 16" in text_of(tab, "result")
    assert "at least 16" in text_of(tab, "graph")
    assert seen == []


def test_the_same_can_be_asked_in_a_terminal(visit, page, monkeypatch, capsys):
    tab, _ = visit(page)
    choose(tab, "device")
    answer(tab, "mps", "yes", "82M", "6")
    command = tab.inner_text("[data-part=result] dd code >> nth=-1")
    expected = "spoonbench advise device --device mps --fits yes --parameters 82M --batch 6"
    assert command == expected
    monkeypatch.setattr(sys, "argv", [*command.split(), "--out", "nowhere"])
    assert cli.main() == 0
    assert "Use the CPU" in capsys.readouterr().out
    choose(tab, "device-as-written")
    answer(tab, "82M", "2")
    assert "advise device --as-written --" in text_of(tab, "result")


def test_claims_are_told_in_their_words(visit):
    part = advisor_part([shipped("tool")], claims={"T7": "Rules are right. It holds."})
    tab, _ = visit(render_advisor_page(part))
    answer(tab, "yes")
    assert "Claim T7: Rules are right. It holds." in text_of(tab, "result")
    assert "Claims T1, T8" in text_of(tab, "result")


@pytest.fixture
def hostile(odd):
    questions = {
        name: replace(
            one,
            text=one.text + HOSTILE,
            choices=tuple(replace(choice, text=HOSTILE) for choice in one.choices),
        )
        for name, one in odd.questions.items()
    }
    verdicts = {
        name: replace(one, text=one.text + HOSTILE, choice=HOSTILE)
        for name, one in odd.verdicts.items()
    }
    return replace(
        odd,
        title=HOSTILE,
        source=HOSTILE,
        faults=(HOSTILE,),
        questions=questions,
        verdicts=verdicts,
        thresholds={name: replace(one, text=HOSTILE) for name, one in odd.thresholds.items()},
        examples=(replace(odd.examples[0], text=HOSTILE),),
    )


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_foreign_text_stays_text(visit, hostile, viewport):
    evidence = Evidence(what=HOSTILE, source="store", machine=HOSTILE, value=3.0)
    part = advisor_part(
        [hostile], {"odd": {"few": (MeasuredFigure(evidence=evidence),)}}, claims={"M1": HOSTILE}
    )
    tab, seen = visit(render_advisor_page(part), viewport)
    answer(tab, "30GB", "2")
    told = text_of(tab, "result")
    assert "</script><img src=x onerror=alert(1)>" in told
    assert "\\u202e" in told
    assert tab.locator("img").count() == 0
    assert tab.locator("script").count() == 2
    assert tab.evaluate("document.documentElement.scrollWidth") <= viewport[0]
    assert seen == []


def test_data_cannot_end_their_element():
    text = str(embed({HOSTILE: [HOSTILE, 1.5, None, True, "\ud800"]}))
    assert not set("<>&\u2028\u202e") & set(text)
    assert "</script>" in next(iter(json.loads(text)))


class Policy(HTMLParser):
    """What the page allows itself."""

    def __init__(self, text):
        super().__init__()
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]


def test_only_its_own_script_runs(visit, page, part):
    assert f"script-src {part.allowance}" in Policy(page).policy
    assert "unsafe-eval" not in page
    changed = page.replace("</body>", "<script>document.title = 'other'</script></body>")
    tab, seen = visit(changed)
    assert tab.title() != "other"
    assert any("Content Security Policy" in one for one in seen)


def test_nothing_of_data_is_ever_markup(part):
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "fetch(",
    ):
        assert word not in part.script
    assert "</" not in part.script
    # A name, which nothing loads.
    script = part.script.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|url\(", script + part.style)


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_colours_follow_the_readers_choice(visit, page, scheme, is_dark):
    tab, _ = visit(page, DESK, scheme)
    colours = tab.evaluate(
        """["body", "[data-part=card] form", "[data-part=choose]"].map((one) =>
          getComputedStyle(document.querySelector(one)).backgroundColor)"""
    )
    for colour in colours:
        assert (sum(map(int, re.findall(r"\d+", colour)[:3])) / 3 < 60) == is_dark


def test_print_shows_the_whole_tree(visit, page):
    tab, _ = visit(page)
    choose(tab, "device")
    tab.get_by_role("button", name="Close all").click()
    hidden = "[...document.querySelectorAll('[role=treeitem]')].filter(e => !e.offsetParent).length"
    assert tab.evaluate(hidden) > 5
    tab.emulate_media(media="print")
    assert tab.evaluate(hidden) == 0


def test_it_says_what_to_do_where_no_script_runs(page):
    assert "<noscript>" in page
    assert "spoonbench advise" in page


def test_a_report_without_frameworks_is_a_page(visit):
    tab, seen = visit(render_advisor_page(advisor_part([])))
    assert seen == []
    assert tab.inner_text("h1") == "Advisor"


def test_a_figure_that_is_no_number_is_refused():
    evidence = Evidence(what="", source="store", value=float("nan"))
    with pytest.raises(ValueError, match="not a number"):
        advisor_part([shipped("device")], measured(evidence))


def test_frameworks_stand_in_one_order_whatever_the_caller_gives(odd):
    given = [odd, shipped("quantize"), shipped("tool")]
    assert advisor_part(given).html == advisor_part(given[::-1]).html
