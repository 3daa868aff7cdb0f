"""Statements that tell one amount by another: "5 more than Mary has", "7 times as many as Ann"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.clauses import noun_phrase
from spoonbench.solvers.rules.events import Comparison, Thing
from spoonbench.solvers.rules.lexicon import load_lexicon
from spoonbench.solvers.rules.sentences import Token, Unclear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.references import References

_LESS = frozenset({"fewer", "less"})
_SIZES = _LESS | {"more", "times", "as", "many", "much"}


def is_comparison(tokens: Sequence[Token]) -> bool:
    """Whether a clause compares."""
    words = {token.text for token in tokens}
    return "than" in words or ("as" in words and bool(words & {"many", "much"}))


def read_comparison(
    tokens: Sequence[Token], verb_end: int, owner: str, thing: Thing, references: References
) -> Comparison:
    """Read a clause that compares.

    Args:
        tokens: of the clause.
        verb_end: index after its verb.
        owner: who has the amount that is told.
        thing: what is counted where the clause does not name it.
        references: who was spoken of.

    Raises:
        Unclear: it compares in a way that is not known.
    """
    numbers = [index for index, token in enumerate(tokens) if token.value is not None]
    if len(numbers) != 1 or numbers[0] < verb_end:
        raise Unclear("a comparison that is not read")
    number = numbers[0]
    split = _last(tokens, number, "than") or _last(tokens, number, "as")
    if not split:
        raise Unclear("a comparison that is not read")
    other = _other(tokens[split + 1 :], owner, references)
    middle = [token.text for token in tokens[number + 1 : split]]
    named = [Token(word) for word in middle if word not in _SIZES]
    own_thing = noun_phrase(named, 0, len(named)).thing
    return _comparison(tokens[number], middle, (owner, other), own_thing if named else thing)


def _last(tokens: Sequence[Token], start: int, word: str) -> int:
    """Index of the last such word after `start`; 0 where there is none."""
    found = [index for index in range(start, len(tokens)) if tokens[index].text == word]
    return found[-1] if found else 0


def _other(tokens: Sequence[Token], owner: str, references: References) -> str:
    rest = [token for token in tokens if token.text not in load_lexicon().verbs]
    if not rest or any(token.text in {"in", "on", "at"} for token in rest):
        raise Unclear("a comparison that is not read")
    return references.owner_of(rest, is_subject=False, besides=owner)


def _comparison(
    number: Token, middle: Sequence[str], owners: tuple[str, str], thing: Thing
) -> Comparison:
    words = set(middle)
    value = number.value
    if value is None or not all(owners):
        raise Unclear("a comparison without both owners")
    owner, other = owners
    if "times" in words:
        if words & _LESS:
            raise Unclear('"times fewer" has more than one meaning')
        return Comparison(owner=owner, other=other, thing=thing, factor=value)
    if not words & (_LESS | {"more"}):
        raise Unclear("a comparison that is not read")
    difference = value if "more" in words else -value
    return Comparison(owner=owner, other=other, thing=thing, difference=difference)
