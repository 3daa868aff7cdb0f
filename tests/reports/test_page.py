import re
from html.parser import HTMLParser

import pytest

from spoonbench.reports.page import render_page
from spoonbench.reports.plaintext import make_plain

VOID = {"meta", "link", "br", "img", "hr", "input"}
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


class Reader(HTMLParser):
    """Keeps what a browser would see, and checks that every element is closed."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.texts = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def page(report, plots):
    return render_page(report, plots)


@pytest.fixture(scope="module")
def hostile_page(hostile_report, hostile_plots):
    return render_page(hostile_report, hostile_plots)


def test_every_element_is_closed(page, hostile_page):
    assert Reader(page).open == []
    assert Reader(hostile_page).open == []


def test_the_decision_is_the_first_heading(page):
    headings = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", page)
    assert headings[0] == "Use rules: level 1, rules (the spoon)."
    assert headings[1] == "The ladder"


def test_everything_that_was_measured_is_there(page, report):
    text = Reader(page).text
    for wanted in (
        "A pretrained model was not tried",
        "100.0% (99.8-100.0)",
        "1.8 points",
        "117 times",
        "conflicting answers",
        "off by a carry",
        "Beyond about 2,500,000,000 answers",
        "Wilson",
        "McNemar",
        "Holm",
        "ab" * 32,
        "A processor with 2 cores",
        'if "card" and "lost": lost_card',
    ):
        assert wanted in text, wanted
    for measurement in report.measurements:
        assert measurement.entry.label in text


def test_the_page_asks_for_nothing_from_outside(page):
    for tag, attributes in Reader(page).elements:
        assert tag not in {"script", "link", "iframe", "object", "embed"}
        for name in ("src", "href", "xlink:href", "action"):
            assert (attributes.get(name) or "#").startswith("#")
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_every_picture_has_words_and_numbers(page, plots):
    reader = Reader(page)
    pictures = [attributes for tag, attributes in reader.elements if tag == "svg"]
    assert len(pictures) == len(plots)
    assert all(len(attributes["aria-label"]) > 40 for attributes in pictures)
    assert page.count("<summary>The numbers</summary>") == len(plots)


def test_anchors_lead_somewhere(page):
    reader = Reader(page)
    ids = {attributes.get("id") for _, attributes in reader.elements}
    links = {a["href"][1:] for tag, a in reader.elements if tag == "a"}
    assert links <= ids
    assert len(links) > 8


def test_hostile_text_is_text_only(page, hostile_page, hostile_text):
    own, hostile = Reader(page), Reader(hostile_page)
    assert {tag for tag, _ in hostile.elements} <= {tag for tag, _ in own.elements}
    attributes = {name for _, found in hostile.elements for name in found}
    assert not [name for name in attributes if name.startswith("on")]
    assert " ".join(make_plain(hostile_text).split()) in hostile.text
    assert "49 [red]" not in hostile.text  # the template engine did not compute {{ 7*7 }}
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", hostile_page)


def test_long_texts_are_cut_and_it_is_said(hostile_page, hostile_text):
    assert f"\u2026 ({len(hostile_text) * 100:,} characters)" in hostile_page


def test_odd_reports_are_pages(failed_report, single_report, empty_report):
    failed = Reader(render_page(failed_report, ())).text
    assert "No contestant meets what was asked." in failed
    assert "did not come through (oom)" in failed
    assert "Resource ratios" not in failed
    assert "The store does not know this machine." in Reader(render_page(single_report, ())).text
    assert "Nothing was measured." in Reader(render_page(empty_report, ())).text


@pytest.fixture
def visit(browser, tmp_path):
    contexts = []

    def open_page(text, viewport, scheme="light"):
        path = tmp_path / "report.html"
        path.write_text(text, encoding="utf-8")
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        contexts.append(context)
        tab, seen = context.new_page(), []
        tab.on("console", lambda message: seen.append(message.text))
        tab.on("pageerror", lambda error: seen.append(str(error)))
        tab.on("dialog", lambda dialog: seen.append(dialog.message))
        tab.on("request", lambda request: seen.append(request.url))
        tab.goto(path.as_uri())
        assert seen.pop(0) == path.as_uri()
        return tab, seen

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("which", ["page", "hostile_page"])
def test_the_body_never_scrolls_sideways_and_nothing_complains(visit, viewport, which, request):
    tab, seen = visit(request.getfixturevalue(which), viewport)
    tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    width = tab.evaluate("document.documentElement.scrollWidth")
    assert width <= viewport["width"]
    assert seen == []


def test_wide_tables_scroll_in_their_own_container(visit, page):
    tab, _ = visit(page, PHONE)
    widths = tab.evaluate(
        "[...document.querySelectorAll('.scroll')].map(s => [s.scrollWidth, s.clientWidth])"
    )
    assert sum(inner > outer for inner, outer in widths) >= 3


def brightness(tab, selector, what):
    colour = tab.evaluate(
        "([s, w]) => getComputedStyle(document.querySelector(s))[w]", [selector, what]
    )
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_colours_follow_the_readers_choice(visit, page, scheme, is_dark):
    tab, _ = visit(page, DESK, scheme)
    assert (brightness(tab, "body", "backgroundColor") < 60) == is_dark
    assert (brightness(tab, "body", "color") > 180) == is_dark
    # Text in the pictures follows too: tick labels are drawn in ink.
    ink = "#plot-accuracy svg g[style*='var(--ink)']"
    assert (brightness(tab, ink, "fill") > 180) == is_dark


def test_text_in_pictures_can_be_read_on_a_phone(visit, page):
    tab, _ = visit(page, PHONE)
    width = tab.evaluate("document.querySelector('figure svg').getBoundingClientRect().width")
    units = tab.evaluate("document.querySelector('figure svg').viewBox.baseVal.width")
    assert width / units * 10 >= 9  # pixels of a letter of 10 points
