import re
from html.parser import HTMLParser

import pytest

from spoonbench.reports.matrix_page import render_matrix_page
from spoonbench.reports.matrix_plots import draw_matrix_plots
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
    return render_matrix_page(report, plots)


@pytest.fixture(scope="module")
def hostile_page(hostile_report, plots):
    return render_matrix_page(hostile_report, plots)


def test_every_element_is_closed(page, hostile_page):
    assert Reader(page).open == []
    assert Reader(hostile_page).open == []


def test_everything_that_was_measured_is_there(page, report):
    text = Reader(page).text
    for wanted in (
        "46.2% (41.9-50.6)",
        "x predicted",
        "What is shown, and what is not",
        "it quantized no layer",
        "McNemar",
        "Warm-up",
        "A processor with 2 cores",
        "torchao-int8wo needs torchao",
        "needed more than its limit of 500 MB",
        "To repeat: spoonbench matrix lm-tiny",
    ):
        assert wanted in text, wanted
    for one in report.evidence.cells:
        assert one.cell.name in text


def test_the_page_asks_for_nothing_from_outside(page):
    for tag, attributes in Reader(page).elements:
        assert tag not in {"script", "link", "iframe", "object", "embed"}
        for name in ("src", "href", "xlink:href", "action"):
            assert (attributes.get(name) or "#").startswith("#")
    assert not re.search(r"url\((?!#)", page)


def test_every_picture_has_words_and_numbers(page, plots):
    pictures = [attributes for tag, attributes in Reader(page).elements if tag == "svg"]
    assert len(pictures) == len(plots)
    assert all(len(attributes["aria-label"]) > 40 for attributes in pictures)


def test_anchors_lead_somewhere(page, nothing_report):
    for text in (page, render_matrix_page(nothing_report, ())):
        reader = Reader(text)
        ids = {attributes.get("id") for _, attributes in reader.elements}
        assert {a["href"][1:] for tag, a in reader.elements if tag == "a"} <= ids


def test_hostile_text_is_text_only(page, hostile_page, hostile_text):
    own, hostile = Reader(page), Reader(hostile_page)
    assert {tag for tag, _ in hostile.elements} <= {tag for tag, _ in own.elements}
    assert " ".join(make_plain(hostile_text).split()) in hostile.text
    assert "49 [red]" not in hostile.text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", hostile_page)


def test_odd_reports_are_pages(bare_report, nothing_report, single_report):
    assert (
        "The store does not know this machine." in Reader(render_matrix_page(bare_report, ())).text
    )
    assert "Nothing was measured." in Reader(render_matrix_page(nothing_report, ())).text
    assert "1 cell, 1 measured." in Reader(render_matrix_page(single_report, ())).text


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("which", ["report", "device_report"])
def test_the_body_never_scrolls_sideways_and_nothing_complains(
    viewport, which, browser, tmp_path, request
):
    report = request.getfixturevalue(which)
    path = tmp_path / "matrix.html"
    path.write_text(render_matrix_page(report, draw_matrix_plots(report)), encoding="utf-8")
    tab = browser.new_page(viewport=viewport)
    seen = []
    tab.on("console", lambda message: seen.append(message.text))
    tab.on("request", lambda asked: seen.append(asked.url))
    tab.goto(path.as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    width = tab.evaluate("document.documentElement.scrollWidth")
    tab.close()
    assert width <= viewport["width"]
    assert seen == [path.as_uri()]
