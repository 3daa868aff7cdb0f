import io
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from spoonbench.reports.plaintext import (
    for_markdown,
    for_terminal,
    line_for_markdown,
    make_plain,
    shorten,
)

# Every code point, lone surrogates included, with those that act more often than by chance.
ACTING = st.sampled_from("\x1b\x07\x9b\x00\r\n\t\u202e\u2066\u200f\ufeff\ud800[]()<>&|`*_\\:$~#!@")
ANYTHING = st.text(
    st.one_of(
        ACTING,
        st.characters(codec=None),
        st.integers(0xD800, 0xDFFF).map(chr),
    ),
    max_size=60,
)
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(ANYTHING)
def test_only_characters_that_print_are_left(text):
    assert not {unicodedata.category(char) for char in make_plain(text)} & UNSEEN


@given(ANYTHING)
def test_newlines_are_all_that_can_be_kept(text):
    kept = make_plain(text, keep_newlines=True)
    assert kept.count("\n") == text.count("\n")
    assert make_plain(kept.replace("\n", "")) == kept.replace("\n", "")


@given(ANYTHING)
def test_plain_text_stays_as_it_is(text):
    once = make_plain(text)
    assert make_plain(once) == once
    once.encode("utf-8")


def test_escapes_can_be_read():
    assert make_plain("a\x1b[31m\u202eb\ud800\U000e0001") == (
        "a\\x1b[31m\\u202eb\\ud800\\U000e0001"
    )


@given(ANYTHING)
def test_a_terminal_gets_the_characters_and_no_styles(text):
    target = io.StringIO()
    console = Console(file=target, force_terminal=True, width=4000, color_system="truecolor")
    console.print(for_terminal(text), highlight=False, soft_wrap=True)
    assert target.getvalue() == make_plain(text) + "\n"


def test_markup_of_rich_is_printed_as_it_is():
    target = io.StringIO()
    Console(file=target, width=200).print(for_terminal("[red]x[/red] :smile: [link=a]"))
    assert target.getvalue() == "[red]x[/red] :smile: [link=a]\n"


def inline_text(source):
    """What a Markdown reader shows of one table cell; any other element counts as a failure."""
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(source)
    cells = [token for token in tokens if token.type == "inline"]
    children = [child for cell in cells[1:] for child in cell.children or ()]
    assert {child.type for child in children} <= {"text", "text_special"}
    assert len(cells) == 2
    return "".join(child.content for child in children)


@given(ANYTHING)
def test_markdown_shows_the_characters_and_no_element(text):
    shown = inline_text(f"| head |\n|---|\n| x{for_markdown(text)}x |\n")
    assert shown == f"x{make_plain(text)}x"


@given(ANYTHING | st.from_regex(r"\A *([-+=#>]+|[0-9]{1,9}[.)])[ a-z]*\Z"))
def test_a_line_of_markdown_is_a_paragraph_and_nothing_else(text):
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(f"- {line_for_markdown(text)}\n")
    blocks = [token.type for token in tokens if token.nesting >= 0]
    expected = ["bullet_list_open", "list_item_open", "paragraph_open", "inline"]
    assert blocks == (expected if make_plain(text).strip() else expected[:2])


@given(ANYTHING, st.integers(0, 70))
def test_what_is_cut_off_is_said(text, limit):
    short = shorten(text, limit)
    assert short.startswith(text[:limit])
    assert (short == text) == (len(text) <= limit)
    if len(text) > limit:
        assert short.endswith(f"\u2026 ({len(text):,} characters)")
