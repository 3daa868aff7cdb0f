"""Who else takes part in a clause: who is given, who it comes from, and where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.rules.clauses import is_unknown_quantity
from spoonbench.solvers.rules.events import NOBODY
from spoonbench.solvers.rules.lexicon import load_lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.lexicon import Verb
    from spoonbench.solvers.rules.references import References
    from spoonbench.solvers.rules.sentences import Token

_PLACE = frozenset({"in", "on", "at", "into", "inside", "onto", "under", "near"})
_MAX_OWNER_WORDS = 6


class Partners(NamedTuple):
    """Those whom a clause names besides its subject; NOBODY where it names none."""

    recipient: str = NOBODY
    source: str = NOBODY
    place: str = NOBODY


def find_partners(
    tokens: Sequence[Token], start: int, verb: Verb, subject: str, references: References
) -> Partners:
    """Read the prepositions from `start` on, and who stands between verb and number.

    Args:
        tokens: of the clause.
        start: index after the verb; 0 for a clause that has none of its own.
        verb: the main verb.
        subject: who does it: an object that is a pronoun does not mean them.
        references: who was spoken of; learns who is named here.
    """
    found: dict[str, str] = {}
    words = load_lexicon().words
    for index in range(start, len(tokens) - 1):
        role = _role(tokens, index, verb)
        end = _phrase_end(tokens, index + 1) if role else index
        if end <= index + 1 or tokens[end - 1].text in words["times"]:
            continue
        phrase = tokens[index + 1 : end]
        if role == "place":
            owner = references.place_of(phrase)
        else:
            owner = references.owner_of(phrase, is_subject=False, besides=subject)
        found.setdefault(role, owner)
    between = _before_number(tokens, start, verb)
    if between:
        found["recipient"] = references.owner_of(between, is_subject=False, besides=subject)
    return Partners(**found)


def _phrase_end(tokens: Sequence[Token], start: int) -> int:
    words = load_lexicon().words
    for end in range(start, min(len(tokens), start + _MAX_OWNER_WORDS)):
        text = tokens[end].text
        if text == "#" or text in words["prepositions"] or text in words["adverbs"]:
            return end
    return min(len(tokens), start + _MAX_OWNER_WORDS)


def _role(tokens: Sequence[Token], index: int, verb: Verb) -> str:
    """What a preposition makes of the phrase after it; "" where it is none of these."""
    text = tokens[index].text
    if text in _PLACE:
        return "place"
    if text == "from" or (text == "of" and index and tokens[index - 1].text == "out"):
        return "source"
    if text == "to" and tokens[index + 1].text not in load_lexicon().verbs:
        return "place" if verb.verb_class in {"come", "go", "put", "state"} else "recipient"
    return "recipient" if text == "with" and verb.lemma == "share" else ""


def _before_number(tokens: Sequence[Token], start: int, verb: Verb) -> list[Token]:
    """Who stands between the verb and the number: "gave his mom 5"; empty for nobody."""
    if start == 0 or verb.verb_class not in {"give", "get", "make"}:
        return []
    words = load_lexicon().words
    for end in range(start, len(tokens)):
        if tokens[end].value is not None or is_unknown_quantity(tokens, end):
            skipped = words["adverbs"] | {"$", "another", "a"}
            return [token for token in tokens[start:end] if token.text not in skipped]
        if tokens[end].text in words["prepositions"]:
            break
    return []
