from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.llm.endpoint.stream import EventParser

# No line ends of any kind that the format knows, which "\x85" and the like are not.
LINES = st.text(st.characters(exclude_characters="\r\n", codec="utf-8"))


def parsed(pieces):
    parser = EventParser()
    found = [data for piece in pieces for data in parser.feed(piece)]
    return [*found, *parser.finish()]


def cut(content, places):
    ends = sorted({place % (len(content) + 1) for place in places})
    return [content[a:b] for a, b in zip([0, *ends], [*ends, len(content)], strict=True)]


@given(
    events=st.lists(st.lists(LINES, min_size=1, max_size=3), max_size=5),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    comment=st.booleans(),
    places=st.lists(st.integers(0, 1000)),
)
def test_events_are_the_same_however_they_are_cut(events, end, comment, places):
    lines = []
    for event in events:
        lines += [": a comment"] if comment else []
        lines += [f"data: {line}" for line in event] + [""]
    content = "".join(line + end for line in lines).encode()
    expected = ["\n".join(event) for event in events]
    assert parsed([content]) == expected
    assert parsed(cut(content, places)) == expected
    assert parsed([bytes([byte]) for byte in content]) == expected


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_anything_can_be_fed(pieces):
    assert all(isinstance(data, str) for data in parsed(pieces))


def test_other_fields_comments_and_marks_are_left_out():
    content = b"\xef\xbb\xbfdata: a\nevent: x\nid: 1\nretry: 5\nnonsense\n: data: b\n\ndata:c\n\n"
    assert parsed([content]) == ["a", "c"]


def test_a_long_line_that_comes_byte_by_byte_is_looked_through_once():
    text = "x" * 300_000
    assert parsed([bytes([byte]) for byte in f"data: {text}\n\n".encode()]) == [text]


def test_an_event_at_the_end_counts_without_its_empty_line():
    assert parsed([b"data: a\n\ndata: b"]) == ["a", "b"]
