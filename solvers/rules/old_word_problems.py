"""Arithmetic word problems by rules: sentences to events, events to a small world, then exact sums.

The question is answered only where one reading settles it; everything else is abstained from, with
the reason. Numbers are fractions throughout.

Not covered: percentages, averages, areas, several questions in one text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer, Guarantee, SolverInfo
from spoonbench.solvers.instructions import size_of_rules
from spoonbench.solvers.numerals import write_number
from spoonbench.solvers.rules.clauses import find_verb
from spoonbench.solvers.rules.events import NO_THING, NOBODY, Question, Story
from spoonbench.solvers.rules.questions import question_start, read_question
from spoonbench.solvers.rules.reader import Reader
from spoonbench.solvers.rules.sentences import Sentence, Token, Unclear, read_sentences
from spoonbench.solvers.rules.settings import check_settings
from spoonbench.solvers.rules.solution import solve_story

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Problem, Settings, Size

MAX_CHARACTERS = 5_000
"""A longer text is abstained from: no word problem is that long, and time stays bounded."""

_MODULES = (
    "spoonbench.solvers.numerals",
    "spoonbench.solvers.rules.old_word_problems",
    "spoonbench.solvers.rules.sentences",
    "spoonbench.solvers.rules.lexicon",
    "spoonbench.solvers.rules.clauses",
    "spoonbench.solvers.rules.events",
    "spoonbench.solvers.rules.references",
    "spoonbench.solvers.rules.partners",
    "spoonbench.solvers.rules.comparisons",
    "spoonbench.solvers.rules.frames",
    "spoonbench.solvers.rules.reader",
    "spoonbench.solvers.rules.questions",
    "spoonbench.solvers.rules.world",
    "spoonbench.solvers.rules.rates",
    "spoonbench.solvers.rules.solution",
)
_EXACT_ON = (
    "test",
    "larger-10x",
    "larger-1000x",
    "distracting-number",
    "two-steps",
    "unanswerable",
)
_ASSUMED, _GUESSED = 0.8, 0.7


class RuleSolver:
    """Reads a word problem and computes its answer exactly, or abstains."""

    info = SolverInfo(
        name="rules",
        version="1",
        level=1,
        summary="Sentences to events, events to a small world, then exact fractions.",
        kinds=("number",),
        guarantee=Guarantee(
            kind="tested",
            domain="the frames of the task word-problems but its unseen ones, whatever the numbers",
            covers=tuple(f"word-problems@1/{split}" for split in _EXACT_ON),
            source="tests/solvers/rules/test_word_problems.py",
        ),
        source="state containers: Hosseini et al. 2014, EMNLP",
        modules=_MODULES,
    )

    def prepare(self, settings: Settings, /) -> None:
        """Nothing to get ready but to check the settings."""
        check_settings(self.info, settings)

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every text that has one reading."""
        return [_answer(problem) for problem in problems]

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Instructions of the interpreter; there are no trained numbers."""
        return size_of_rules(self.solve, problems)

    def close(self) -> None:
        """Nothing to free."""


def _answer(problem: Problem) -> Answer:
    if problem.kind != "number":
        return Answer(status="failed", reason=f"rules gives numbers, not a {problem.kind}")
    if len(problem.text) > MAX_CHARACTERS:
        return Answer(status="abstained", reason=f"longer than {MAX_CHARACTERS:,} characters")
    try:
        story = read_story(problem.text)
        amount = solve_story(story)
    except Unclear as unclear:
        return Answer(status="abstained", reason=str(unclear))
    confidence = (_ASSUMED if amount.is_assumed else 1.0) * (_GUESSED if story.guesses else 1.0)
    return Answer(status="answered", value=write_number(amount.value), confidence=confidence)


def read_story(text: str) -> Story:
    """Read a whole text.

    Raises:
        Unclear: a part of it has no reading.
    """
    sentences = [_plain(sentence) for sentence in read_sentences(text)]
    reader = Reader()
    unknown = False
    asked: list[tuple[tuple[Token, ...], str]] = []
    for sentence in sentences:
        start = question_start(sentence.tokens)
        if start < 0:
            unknown = unknown or sentence.is_asked
            if sentence.is_asked and any(token.value is not None for token in sentence.tokens):
                raise Unclear("a question of no form that is known")
            if not sentence.is_asked:
                reader.read(sentence.tokens)
            continue
        asked.append(_read_around(sentence, start, reader))
    if unknown and not asked:
        raise Unclear("a question of no form that is known")
    if len(asked) > 1:
        raise Unclear("more than one question")
    question = read_question(*asked[0], reader.references) if asked else _question_of_none(reader)
    tokens = [token for sentence in sentences for token in sentence.tokens]
    if reader.n_read != sum(token.value is not None for token in tokens):
        raise Unclear("a number is left over that no rule read")
    return Story(
        events=tuple(reader.events),
        comparisons=tuple(reader.comparisons),
        question=question,
        words=frozenset(token.text for token in tokens),
        n_numbers=sum(token.value is not None for token in tokens),
        guesses=reader.references.guesses,
    )


def _read_around(sentence: Sentence, start: int, reader: Reader) -> tuple[tuple[Token, ...], str]:
    """Read what a sentence tells before and after its question; return the question and markers."""
    told, rest = sentence.tokens[:start], sentence.tokens[start:]
    words = [token.text for token in rest]
    if "if" in words:
        cut = words.index("if")
        rest, told = rest[:cut], (*told, Token(","), *rest[cut + 1 :])
    if find_verb(told) is not None or any(token.value is not None for token in told):
        reader.read(told)
        told = ()
    while rest and not rest[-1].text[0].isalpha():
        rest = rest[:-1]
    return rest, " ".join(token.text for token in told)


def _plain(sentence: Sentence) -> Sentence:
    """Read "the two of them" as "they": its number counts no things."""
    tokens: list[Token] = []
    for token in sentence.tokens:
        tokens.append(token)
        tail = tokens[-4:]
        if [token.text for token in tail] == ["the", "#", "of", "them"]:
            tokens[-4:] = [Token("they")]
    return replace_tokens(sentence, tokens)


def replace_tokens(sentence: Sentence, tokens: Sequence[Token]) -> Sentence:
    """The sentence with other tokens."""
    return Sentence(tuple(tokens), sentence.is_asked)


def _question_of_none(reader: Reader) -> Question:
    """Without a question, what the first owner has at the end is asked."""
    owners = [event.subject for event in reader.events if event.subject != NOBODY]
    if not owners:
        raise Unclear("nothing is asked, and the text has no owner")
    return Question(
        thing=NO_THING, owner=owners[0], lemma="have", verb_class="state", is_asked=False
    )
