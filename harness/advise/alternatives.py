"""What other answers would lead to, in words: a sentence for each, and the choices beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.sentences import either, sentence_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.advise.flip import Flip
    from spoonbench.harness.frameworks.graph import Framework

MOST_RUNNERS_UP = 3


def runners_up(decision: Decision, flips: Sequence[Flip]) -> tuple[str, ...]:
    """The choices that are nearest, each with what leads to it: one change before several."""
    found: dict[str, str] = {}
    ways = sorted(_ways(flips), key=lambda way: len(way[1]))
    for choice, answers in ways:
        if choice != decision.choice and choice not in found:
            found[choice] = f"{choice}, with {' and '.join(answers)}"
    return tuple(found.values())[:MOST_RUNNERS_UP]


def _ways(flips: Sequence[Flip]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Choices, and the answers that lead to each."""
    for flip in flips:
        if flip.decision.choice is not None:
            yield flip.decision.choice, (flip.words,)
        for ending in flip.ahead:
            yield ending.choice, (flip.words, *ending.answers)


def flip_sentence(framework: Framework, flip: Flip) -> str:
    """The change, and what follows from it."""
    return f"With {flip.words}: {_what_follows(framework, flip)}"


def _what_follows(framework: Framework, flip: Flip) -> str:
    if flip.decision.asks is None:
        return sentence_of(framework, flip.decision, {flip.name: flip.shown})
    asked = f"the next question would be: {flip.decision.asks.text}"
    return f"{either([one.choice for one in flip.ahead])}; {asked}" if flip.ahead else asked
