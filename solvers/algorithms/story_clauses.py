"""Reads a short story into clauses: who does what with how many of what, and what is asked.

The sentence grammar stands in `story.lark`. A sentence that it does not admit makes the whole
story unread, unless nothing in the sentence speaks of amounts.

Not covered: everything that `story_words` marks as refused, and subordinate clauses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from lark import Lark, Token, Transformer, Tree
from lark.exceptions import LarkError, VisitError

from spoonbench.solvers.algorithms.story_words import StoryLexer, read_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_SENTENCES = 12
MAX_STORY_CHARACTERS = 1_000
KEPT_FORMS = 4_096
"""Sentence forms whose tree is kept."""
MAX_WORDS = 40
"""Words of one sentence: reading one takes time cubic in its words at worst."""

_SENTENCE_END = re.compile(r"(?<=[.?!;])\s+|(?<=[a-z0-9])\s*[.;](?=\s|$)|[?!]")
_ASKS = re.compile(r"\W*(?:\w+,? )?(?:what|how|which|who|whose|find|calculate)\b", re.IGNORECASE)
_TITLE = re.compile(r"\b(mrs|mr|ms|dr|st)\.", re.IGNORECASE)
_DROPPED = {"NOW", "UP", "FIRST", "TOTAL"}
_SPEAKS_OF_AMOUNTS = {"NUM", "SOME", "ALL", "MORE", "HOWMANY", "TOTALOF", "REFUSED", "FEWER"}
_CHANGES = {"GAIN", "LOSE", "GIVE", "TAKE", "PUT", "COME", "GO", "LEFT"}
_OPEN = {"WORD", "NAME"}
_SYNONYMS = {"money": "dollar"}
_OF_SOMEONE = {"has", "has_unit", "begins", "gains", "loses", "gives", "takes", "compares"}
_SUBORDINATE = {"when", "while", "because", "since"}
_PERFECT = {"GAIN", "LOSE", "GIVE", "TAKE", "PUT", "COME"}

Kind = Literal[
    "has", "compares", "begins", "exists", "has_unit", "gains", "loses", "gives", "takes", "puts",
    "comes", "goes", "is_lost", "scenery", "again", "asks_amount", "asks_first", "asks_change",
    "asks_difference", "asks_shortage",
]  # fmt: skip


_ONE = Fraction(1)


class UnreadStory(Exception):
    """A sentence is not in the grammar; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Someone or something that has amounts: its words, or a pronoun.

    Attributes:
        words: in lower case.
        pronoun: instead of words.
        is_owned: "Ann's dog", of whom "she" may mean either.
    """

    words: tuple[str, ...] = ()
    pronoun: str | None = None
    is_owned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How many of what.

    Attributes:
        value: None where it is not said.
        is_all: everything that there is.
        is_more: on top of something.
        is_fewer: short of something.
        noun: words in the singular; empty where it is not said.
        holder: whose it is, where that is said.
        whole: how many there were before, where that is said ("3 of his 8").
    """

    value: Fraction | None = None
    is_all: bool = False
    is_more: bool = False
    is_fewer: bool = False
    noun: frozenset[str] = frozenset()
    holder: Phrase | None = None
    whole: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause.

    Attributes:
        kind: what it says; the names of the grammar's rules.
        verb: base form.
        direction: 1 for a verb by which its subject gains, -1 by which it loses.
        subjects: who; empty where it is the one before.
        amounts: of what is had, moved or asked.
        noun: what is asked for.
        other: to whom, or compared to whom.
        source: from whom.
        places: where.
        at_first: it speaks of the beginning.
        in_total: it speaks of all together.
        is_now: it speaks of the end.
        is_past: it says "had".
    """

    kind: Kind
    verb: str = ""
    direction: int = 1
    subjects: tuple[Phrase, ...] = ()
    amounts: tuple[Amount, ...] = ()
    noun: frozenset[str] = frozenset()
    other: Phrase | None = None
    source: Phrase | None = None
    places: tuple[Phrase, ...] = ()
    at_first: bool = False
    in_total: bool = False
    is_now: bool = False
    is_past: bool = False

    @property
    def is_question(self) -> bool:
        """It asks."""
        return self.kind.startswith("asks_")


def read_story(text: str) -> list[Clause]:
    """The clauses of a story, in order.

    Raises:
        UnreadStory: a sentence that speaks of amounts is not understood, or the story is too
            long.
    """
    sentences = [
        s
        for s in _SENTENCE_END.split(_TITLE.sub(r"\1", text.replace("\u2019", "'")))
        if s and s.strip(" .")
    ]
    if len(text) > MAX_STORY_CHARACTERS:
        raise UnreadStory(f"longer than {MAX_STORY_CHARACTERS} characters")
    if len(sentences) > MAX_SENTENCES:
        raise UnreadStory(f"more than {MAX_SENTENCES} sentences")
    return [clause for sentence in sentences for clause in _read_sentence(sentence)]


def singular(word: str) -> str:
    """A form that singular and plural share; no promise that it is a word."""
    for ending, replacement in (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + replacement
    if word.endswith(("oes", "sses")):
        return word.removesuffix("es")
    return word if word.endswith("ss") or len(word) < 4 else word.removesuffix("s")  # noqa: PLR2004


def _read_sentence(sentence: str) -> list[Clause]:
    tokens = [word for word in read_tokens(sentence) if word != "."]
    kinds = {token.type for token in tokens}
    if not kinds & (_SPEAKS_OF_AMOUNTS | _CHANGES) and not _ASKS.match(sentence):
        return []
    if len(tokens) > MAX_WORDS:
        raise UnreadStory(f"a sentence has more than {MAX_WORDS} words")
    if "REFUSED" in kinds:
        word = next(str(token) for token in tokens if token.type == "REFUSED")
        raise UnreadStory(f"{word!r} is beyond the sentence grammar")
    words = list(_plain_order(tokens))
    form = _parse_form(tuple(word.type for word in words))
    if form is None:
        raise UnreadStory(f"not understood: {sentence.strip()[:60]!r}")
    tree = _with_words(form, words)
    try:
        return _ClauseMaker(_read_flags(tokens)).transform(tree)  # type: ignore[no-any-return]  # lark's Any
    except VisitError as exc:
        raise exc.orig_exc from None


def _read_flags(tokens: Sequence[Token]) -> dict[bool, set[str]]:
    """What adverbs say of the question (True) and of the statements (False) of a sentence."""
    kinds = ["PRESENT" if token in {"now", "today"} else token.type for token in tokens]
    starts = [index for index, kind in enumerate(kinds) if kind in {"HOWMANY", "TOTALOF"}]
    start = min(starts, default=len(kinds))
    if starts and kinds[0] in {"FIRST", "TOTAL"} and "NUM" not in kinds[:start]:
        start = 0  # "In all, how many ..." speaks of the question
    return {False: set(kinds[:start]), True: set(kinds[start:])}


def _plain_order(tokens: Sequence[Token]) -> Iterator[Token]:
    """Without adverbs, and without auxiliaries of statements: "will plant", "had found"."""
    tokens = _without_subordinate(tokens)
    asks = any(token.type in {"HOWMANY", "TOTALOF"} for token in tokens)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        is_perfect = token.type == "HAVE" and following is not None and following.type in _PERFECT
        if token.type not in _DROPPED and not is_perfect and (asks or token.type != "AUX"):
            yield token


def _without_subordinate(tokens: Sequence[Token]) -> list[Token]:
    """Without the end of a sentence from "when" on, where it speaks of no amounts."""
    for index, token in enumerate(tokens):
        if token in _SUBORDINATE and index:
            tail = {later.type for later in tokens[index:]}
            if not tail & (_SPEAKS_OF_AMOUNTS | _CHANGES | {"COMMA"}):
                return list(tokens[:index])
    return list(tokens)


@lru_cache(maxsize=KEPT_FORMS)
def _parse_form(kinds: tuple[str, ...]) -> Tree[Token] | None:
    """The tree of all sentences of one form, over the places of their words.

    The grammar sees kinds of words only, and parsing takes nearly all of the time of a story.

    Args:
        kinds: of the words, in order.

    Returns:
        a tree whose leaves hold the index of a word; None where the form is not in the grammar.
    """
    places: Any = [Token(kind, str(index)) for index, kind in enumerate(kinds)]  # for StoryLexer
    try:
        return _parser().parse(places)
    except LarkError:
        return None


def _with_words(form: Tree[Token], words: Sequence[Token]) -> Tree[Token]:
    children = [
        _with_words(child, words) if isinstance(child, Tree) else words[int(child)]
        for child in form.children
    ]
    return Tree(form.data, children)


@cache
def _parser() -> Lark:
    grammar = files("spoonbench.solvers.algorithms").joinpath("story.lark").read_text("utf-8")
    return Lark(grammar, parser="earley", lexer=StoryLexer)


@dataclass(frozen=True, slots=True)
class _Role:
    """What a part of a clause is for."""

    name: str
    content: Any


class _ClauseMaker(Transformer[Any, Any]):
    """Turns the tree of a sentence into clauses."""

    def __init__(self, flags: dict[bool, set[str]]) -> None:
        super().__init__()
        self._flags = flags

    def start(self, children: list[Any]) -> list[Clause]:
        clauses = [child for child in children if isinstance(child, Clause)]
        if clauses[0].kind in _OF_SOMEONE and not clauses[0].subjects:
            # Only the later parts of a sentence go on with its subject.
            raise UnreadStory("a sentence without a subject")
        told: list[Clause] = []
        for clause in clauses:
            told.append(_repeat(told, clause) if clause.kind == "again" else clause)
        return [clause for clause in told if clause.kind != "scenery"]

    def clause(self, children: list[Any]) -> Clause:
        """Join a clause with the places around it."""
        places = tuple(c.content for c in children if isinstance(c, _Role))
        inner: Clause = next(c for c in children if isinstance(c, Clause))
        flags = self._flags[inner.is_question]
        return replace(
            inner,
            places=inner.places + places,
            at_first="FIRST" in flags,
            in_total="TOTAL" in flags,
            is_now=inner.is_now or "PRESENT" in flags,
        )

    def __default__(self, data: Any, children: list[Any], _meta: Any) -> Clause:
        """Every statement and question: its parts by their roles."""
        roles: dict[str, Any] = {c.name: c.content for c in children if isinstance(c, _Role)}
        place = roles.pop("place", None)
        verbs = [c for c in children if isinstance(c, Token) and c.type in _CHANGES]
        return Clause(
            kind=str(data),  # type: ignore[arg-type]  # the names of the rules
            verb=str(verbs[0]) if verbs else "",
            is_past=any(isinstance(c, Token) and c == "had" for c in children),
            is_now=any(isinstance(c, Token) and c.type == "LEFT" for c in children),
            direction=-1 if verbs and verbs[0].type in {"LOSE", "GIVE"} else 1,
            places=(place,) if place else (),
            **roles,
        )

    def subject(self, children: list[Any]) -> _Role:
        return _Role("subjects", tuple(c for c in children if isinstance(c, Phrase)))

    def other(self, children: list[Phrase]) -> _Role:
        return _Role("other", children[0])

    def source(self, children: list[Phrase]) -> _Role:
        return _Role("source", children[0])

    def target(self, children: list[Phrase]) -> _Role:
        return _Role("place", children[0])

    def place(self, children: list[Any]) -> _Role:
        return _Role("place", children[-1])

    def holder(self, children: list[Phrase]) -> Phrase:
        return children[0]

    def phrase(self, children: list[Token]) -> Phrase:
        if len(children) == 1 and children[0].type in {"HE", "HIS"}:
            return Phrase(pronoun=str(children[0]))
        return Phrase(
            words=tuple(str(c) for c in children if c.type in _OPEN),
            is_owned=any(c.type == "OWNS" for c in children),
        )

    def noun(self, children: list[Token]) -> _Role:
        words = [singular(str(c)) for c in children]
        start = words.index("of") if "of" in words else len(words)
        held = {_SYNONYMS.get(word, word) for word in words[start + 1 :]}
        if held and words[:start] == ["piece"]:
            return _Role("noun", frozenset(held))
        # 5 pages of stickers are pages, and no stickers.
        head = {_SYNONYMS.get(word, word) for word in words[:start]}
        return _Role("noun", frozenset(head | {f"of {word}" for word in held}))

    def purpose(self, _children: list[Any]) -> None:
        """What something is done for changes no amount."""

    def part(self, children: list[Any]) -> list[Any]:
        """An owner before "'s", and the noun."""
        return [c for c in children if isinstance(c, (Phrase, _Role))]

    def whole(self, children: list[Any]) -> list[Any]:
        """An owner before "'s", how many there were, and the noun."""
        number: Token = next(c for c in children if isinstance(c, Token) and c.type == "NUM")
        kept = [c for c in children if isinstance(c, (Phrase, _Role))]
        return [*kept, _Role("whole", number.value)]

    def amount(self, children: list[Any]) -> Amount:
        flat = [c for child in children for c in (child if isinstance(child, list) else [child])]
        return _make_amount(flat)

    def difference(self, children: list[Any]) -> _Role:
        return _Role("amounts", (_make_amount(children),))

    def amounts(self, children: list[Any]) -> _Role:
        return _Role("amounts", tuple(c for c in children if isinstance(c, Amount)))


def _repeat(told: list[Clause], clause: Clause) -> Clause:
    """In "he found 6 pens here and 3 there", the verb is the one before."""
    before = frozenset().union(*(amount.noun for amount in told[-1].amounts)) if told else None
    if before is None or not all(amount.noun <= before for amount in clause.amounts):
        raise UnreadStory("a sentence without a verb")
    return replace(told[-1], amounts=clause.amounts, places=clause.places)


def _make_amount(parts: Sequence[Any]) -> Amount:
    kinds = {part.type: part for part in parts if isinstance(part, Token)}
    nouns = [p.content for p in parts if isinstance(p, _Role) and p.name == "noun"]
    holders = [part for part in parts if isinstance(part, Phrase)]
    return Amount(
        value=kinds["NUM"].value if "NUM" in kinds else _ONE if "ART" in kinds else None,
        whole=next((p.content for p in parts if isinstance(p, _Role) and p.name == "whole"), None),
        is_all="ALL" in kinds,
        is_more="MORE" in kinds,
        is_fewer="FEWER" in kinds,
        noun=nouns[0] if nouns else frozenset(),
        holder=holders[0] if holders else None,
    )
