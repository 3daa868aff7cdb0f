"""Auxiliaries, adverbs and verbs in a row to one verb group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.constituents import VerbGroup
from spoonbench.solvers.rules.word_problems.lexicon import Lexicon, Verb, load_lexicon
from spoonbench.solvers.rules.word_problems.spellings import BE, HAVE, NEGATIONS, known_verb

if TYPE_CHECKING:
    from collections.abc import Sequence

_WISHES = frozenset(
    {"want", "need", "plan", "hope", "wish", "like", "try", "decide", "intend", "expect", "ask"}
)
_BEFORE_TO = _WISHES | {
    "start", "begin", "go", "continue", "have", "use", "manage", "forget", "get",
}  # fmt: skip
_ASPECT = frozenset(
    {
        "start", "begin", "go", "like", "stop", "continue", "keep", "finish", "enjoy", "love",
        "practice", "be",
    }
)  # fmt: skip
_PAST_AUXILIARIES = frozenset({"was", "were", "had", "did"})
_PASSIVE = BE | {"get", "gets", "got", "gotten", "getting"}
_GERUNDS = frozenset({"having", "being"})
_IN_GROUP = frozenset("VAI")
"""Parts of speech that may belong to the group of the verb before."""
_BEHIND_AUXILIARY = _IN_GROUP | {"B"}
"""Parts of speech that may belong to the group of the auxiliary before."""
_FUTURE = frozenset({"will", "would", "going", "shall"})


def read_verb_group(texts: Sequence[str], tags: Sequence[str], start: int) -> VerbGroup | None:
    """Read the verb group that begins at a token.

    Args:
        texts: of the tokens of the sentence.
        tags: their parts of speech.
        start: index of an auxiliary, of a verb or of "to" before either.

    Returns:
        None where an auxiliary stands apart from its verb.
    """
    after = tags[start + 1] if start + 1 < len(tags) else ""
    if tags[start] == "V" and after not in _IN_GROUP:
        return _lone_verb(texts[start], start)
    if tags[start] == "A" and after not in _BEHIND_AUXILIARY:
        return _lone_auxiliary(texts[start], start)
    return _Group(texts, tags, start).read()


def _lone_verb(text: str, start: int) -> VerbGroup:
    """A verb with nothing around it that may belong to it: "bought"."""
    verb = known_verb(text)
    is_gerund = "ing" in verb.forms
    is_past = "past" in verb.forms and not is_gerund
    return VerbGroup(
        start,
        start + 1,
        verb,
        tense="past" if is_past else "present",
        kind="gerund" if is_gerund else "main",
        text=text,
    )


def _lone_auxiliary(text: str, start: int) -> VerbGroup | None:
    """An auxiliary as the only verb: "has"; None for one that stands apart from its verb."""
    lexicon = load_lexicon()
    verb = None if text in NEGATIONS else lexicon.verbs.get(text)
    if verb is None:
        return None
    modal = text if text in lexicon.words["modals"] else ""
    return VerbGroup(
        start,
        start + 1,
        verb,
        modal=modal,
        tense=_tense_of([text], modal),
        kind="gerund" if "ing" in verb.forms else "main",
        text=text,
    )


class _Group:
    """One verb group while it is read."""

    __slots__ = (
        "auxiliaries", "index", "is_negated", "kind", "lexicon", "main", "modal", "n", "start",
        "tags", "texts",
    )  # fmt: skip

    def __init__(self, texts: Sequence[str], tags: Sequence[str], start: int) -> None:
        self.texts = texts
        self.tags = tags
        self.start = self.index = start
        self.n = len(tags)
        self.lexicon: Lexicon = load_lexicon()
        self.kind = "main"
        self.modal = ""
        self.is_negated = False
        self.auxiliaries: list[str] = []
        self.main = -1

    def read(self) -> VerbGroup | None:
        """Everything up to the main verb."""
        if self.texts[self.index] == "to":
            self.kind = "infinitive"
            self.index += 1
        while self.index < self.n and self._takes():
            self.index += 1
        return self._group() if self.main >= 0 else None

    def _takes(self) -> bool:
        """Whether the token here belongs to the group and another may follow."""
        tag, text = self.tags[self.index], self.texts[self.index]
        if tag == "B":
            if not self._next_tag() or self._next_tag() not in "VAB":
                return False
            self.is_negated |= text in NEGATIONS
            return True
        if tag == "A":
            self._take_auxiliary(text)
            return True
        if tag == "V":
            return self._takes_verb()
        if text == "to" and self.auxiliaries and self._next_tag() and self._next_tag() in "VA":
            self.modal = self.modal or ("must" if self.auxiliaries[-1] in HAVE else "going")
            return True
        return False

    def _next_tag(self) -> str:
        return self.tags[self.index + 1] if self.index + 1 < self.n else ""

    def _take_auxiliary(self, text: str) -> None:
        if text in NEGATIONS:
            self.is_negated = True
            return
        self.auxiliaries.append(text)
        self.main = self.index
        if text in self.lexicon.words["modals"]:
            self.modal = self.modal or text

    def _takes_verb(self) -> bool:
        """A verb; another may follow in "wants to buy", "decided to give", "started selling"."""
        self.main = self.index
        text = self.texts[self.index]
        lemma = known_verb(text).lemma
        after = self._next_tag()
        if after == "I" and self._opens_infinitive(lemma):
            self.modal = self.modal or _modal_of(lemma)
            self.auxiliaries.append(text)
            self.index += 1
            return True
        if after != "V":
            return False
        forms = known_verb(self.texts[self.index + 1]).forms
        if (lemma in _ASPECT and "ing" in forms) or (lemma == "get" and "participle" in forms):
            self.auxiliaries.append(text)
            return True
        return False

    def _opens_infinitive(self, lemma: str) -> bool:
        """Whether "to" and a verb follow, and the verb here only colours that one."""
        follows = (
            self.index + 2 < self.n
            and self.texts[self.index + 1] == "to"
            and self.tags[self.index + 2] in "VA"
        )
        is_needed = (
            lemma in {"need", "use"} and bool(self.auxiliaries) and self.auxiliaries[-1] in BE
        )
        is_of_use = lemma == "use" and self.texts[self.index] != "used"
        return follows and lemma in _BEFORE_TO and not is_needed and not is_of_use

    def _group(self) -> VerbGroup | None:
        text = self.texts[self.main]
        is_verb = self.tags[self.main] == "V"
        verb = known_verb(text) if is_verb else self.lexicon.verbs.get(text)
        if verb is None:
            return None
        before = self.auxiliaries if is_verb else self.auxiliaries[:-1]
        is_passive = (
            is_verb and bool(before) and before[-1] in _PASSIVE and "participle" in verb.forms
        )
        is_gerund = self.auxiliaries[0] in _GERUNDS if before else "ing" in verb.forms
        if self.kind == "main" and is_gerund:
            self.kind = "gerund"
        return VerbGroup(
            self.start,
            self._end(),
            verb,
            is_passive=is_passive,
            is_negated=self.is_negated,
            modal=self.modal,
            tense=self._tense(verb),
            kind=self.kind,
            text=text,
        )

    def _end(self) -> int:
        """Index after the main verb and the "not" behind an auxiliary that is the main verb."""
        end = self.main + 1
        while end < self.n and self.tags[end] == "A" and self.texts[end] in NEGATIONS:
            self.is_negated = True
            end += 1
        return end

    def _tense(self, verb: Verb) -> str:
        is_past = "past" in verb.forms and not self.auxiliaries and self.kind == "main"
        return "past" if is_past else _tense_of(self.auxiliaries, self.modal)


def _tense_of(auxiliaries: Sequence[str], modal: str) -> str:
    """The tense that the auxiliaries before a verb make."""
    if modal in _FUTURE:
        return "future"
    is_past = auxiliaries[:1] == ["got"] or not _PAST_AUXILIARIES.isdisjoint(auxiliaries)
    return "past" if is_past else "present"


def _modal_of(lemma: str) -> str:
    if lemma in _WISHES:
        return "want"
    return "forget" if lemma == "forget" else ""
