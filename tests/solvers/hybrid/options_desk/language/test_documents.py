"""The examples of docs/options_language.md are read as they say."""

from datetime import date
from pathlib import Path

from spoonbench.solvers.hybrid.options_desk.language.confirmation import confirm
from spoonbench.solvers.hybrid.options_desk.language.desk_grammar import read_request
from spoonbench.solvers.hybrid.options_desk.language.vocabulary import vocabulary

TODAY = date(2026, 11, 22)
DOCUMENT = Path(__file__).parents[5] / "docs/options_language.md"


def examples():
    """Pairs of a query and the lines that follow it."""
    found: list[tuple[str, list[str]]] = []
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if line.startswith("    > "):
            found.append((line.removeprefix("    > "), []))
        elif line[:6] in ("    = ", "    ~ ", "    ? ", "    ! "):
            found[-1][1].append(line.strip())
    return found


def said(text):
    reading = read_request(text, today=TODAY)
    if reading.request is None:
        return [f"! {sentence}" for sentence in reading.sentences]
    remarks = [f"~ {remark}" for remark in reading.request.remarks]
    questions = [f"? {note.sentence}" for note in reading.missing]
    return [f"= {confirm(reading.request, today=TODAY)}", *remarks, *questions]


def test_every_example_is_read_as_it_says():
    assert len(examples()) >= 15
    for text, lines in examples():
        assert said(text) == lines, text


def test_no_word_is_listed_twice():
    for phrases in vocabulary().phrases.values():
        patterns = [phrase.pattern.pattern for phrase in phrases]
        assert len(patterns) == len(set(patterns)), patterns
