import csv
import io
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from spoonbench.reports.overview.duel_parts import ladder_part
from spoonbench.reports.overview.files import DATA, PAGE, TEXT, write_overview
from spoonbench.reports.overview.terminal import print_overview
from spoonbench.reports.plaintext import make_plain

MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})
VOID = {"meta", "link", "br", "img", "hr", "input"}
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


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


@pytest.fixture(scope="module")
def page(hostile):
    return (hostile.folder / PAGE).read_text(encoding="utf-8")


def test_every_form_is_written_and_listed(hostile):
    names = [path.relative_to(hostile.folder).as_posix() for path in hostile.paths]
    assert names[:3] == [PAGE, TEXT, DATA]
    assert all(path.stat().st_size for path in hostile.paths)
    kinds = {name.rsplit(".", 1)[-1] for name in names}
    assert kinds == {"html", "md", "json", "csv", "svg", "png"}
    listed = json.loads((hostile.folder / DATA).read_text(encoding="ascii"))["files"]
    assert sorted(names[3:]) == sorted(listed)
    assert all(re.fullmatch(r"overview/(tables|plots)/[a-z0-9-]+\.\w+", name) for name in listed)


def test_the_decision_comes_first_then_evidence_uncertainty_and_method(page):
    places = [page.index(text) for text in ('id="decisions"', ">Evidence<", ">Uncertainty<")]
    places.append(page.index(">Method and environment<"))
    assert places == sorted(places)


def test_every_figure_has_a_sentence_numbers_and_words_for_who_cannot_see_it(hostile, page):
    reader = Reader(page)
    pictures = [a for tag, a in reader.elements if tag == "svg" and "role" in a]
    plots = [path for path in hostile.paths if path.suffix == ".png"]
    assert len(pictures) == len(plots) >= 7
    assert all(len(picture["aria-label"]) > 40 for picture in pictures)
    assert page.count("<figcaption>") == len(plots)
    assert page.count("<summary>The numbers</summary>") == len(plots)
    for path in plots:
        assert (hostile.folder / "overview" / "tables" / f"{path.stem}.csv").exists()


def test_nothing_acts_in_the_page(page, hostile_text):
    reader = Reader(page)
    assert reader.open == []
    scripts = [attributes for tag, attributes in reader.elements if tag == "script"]
    # The advisor's: its data and its own script, whose hash the page allows.
    assert [one.get("type") for one in scripts] == ["application/json", None]
    assert not {tag for tag, _ in reader.elements} & {"img", "iframe", "object", "embed", "link"}
    assert not [name for _, found in reader.elements for name in found if name.startswith("on")]
    for _, attributes in reader.elements:
        for name in ("src", "href", "xlink:href", "action"):
            assert (attributes.get(name) or "#").startswith("#")
    assert not CONTROLS.search(page)
    assert "49 [red]" not in page
    text = " ".join(" ".join(reader.texts).split())
    assert " ".join(make_plain(hostile_text).split()) in text


def test_ids_are_not_given_twice(page):
    ids = [attributes["id"] for _, attributes in Reader(page).elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_nothing_acts_in_markdown(hostile):
    text = (hostile.folder / TEXT).read_text(encoding="utf-8")
    tokens = MARKDOWN.parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    assert not [one for one in (*tokens, *inline) if one.type.startswith("html")]
    assert not [one for one in inline if one.type in ("link_open", "code_inline")]
    images = [one.attrs["src"] for one in inline if one.type == "image"]
    assert images
    assert all((hostile.folder / source).exists() for source in images)
    assert not CONTROLS.search(text)


def test_no_cell_of_a_csv_is_a_formula(hostile):
    n_apostrophes = 0
    for path in hostile.paths:
        if path.suffix != ".csv":
            continue
        text = path.read_bytes().decode()
        assert not CONTROLS.search(text)
        rows = list(csv.reader(io.StringIO(text)))
        assert len({len(row) for row in rows}) == 1, path
        for cell in (cell for row in rows for cell in row):
            is_number = re.fullmatch(r"[+-]?[\d,]+(\.\d+)?(e[+-]?\d+)?%?", cell)
            assert is_number or not cell.lstrip().startswith(("=", "+", "-", "@")), cell
            n_apostrophes += cell.startswith("'")
    assert n_apostrophes > 10


def test_json_keeps_texts_as_they_came(hostile, hostile_text):
    found = json.loads((hostile.folder / DATA).read_text(encoding="ascii"))
    (duel,) = found["duels"].values()
    assert duel["duel"]["task"]["name"].endswith(hostile_text)


def test_nothing_acts_in_drawings(hostile):
    for path in hostile.paths:
        if path.suffix == ".svg":
            text = path.read_text(encoding="utf-8")
            # Letters are paths; what was written stands in comments only, its marks escaped.
            elements = list(ElementTree.fromstring(text).iter())
            assert not [one for one in elements if one.tag.endswith(("script", "foreignObject"))]
            assert not [name for one in elements for name in one.attrib if name.startswith("on")]
            assert "<script" not in text
            assert not CONTROLS.search(text)


@pytest.mark.parametrize("width", [40, 120])
def test_nothing_acts_at_a_terminal(hostile, width):
    target = io.StringIO()
    print_overview(hostile.overview, Console(file=target, width=width, force_terminal=True), {})
    own = re.sub(r"\x1b\[[0-9;]*m", "", target.getvalue())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800]", own)
    # Colours are ours: no sequence of a text came through.
    assert "\x1b]0;title" not in target.getvalue()


def test_figures_of_an_older_report_go_and_files_of_others_stay(
    plain_overview, tmp_path, monkeypatch
):
    parts = (ladder_part(plain_overview),)
    monkeypatch.setattr("spoonbench.reports.overview.files.build_parts", lambda _: parts)
    gone = tmp_path / "overview" / "tables" / "gone.csv"
    kept = tmp_path / "overview" / "tables" / "mine.csv"
    gone.parent.mkdir(parents=True)
    gone.touch()
    kept.touch()
    (tmp_path / DATA).write_text(
        json.dumps({"files": ["overview/tables/gone.csv", "../mine.txt", "overview/../x.csv"]})
    )
    write_overview(plain_overview, tmp_path)
    assert not gone.exists()
    assert kept.exists()
