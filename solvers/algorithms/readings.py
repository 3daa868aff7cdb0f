"""The two readings of a text, tried in order: as an equation, then as a story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.algorithms.equations import MAX_CHARACTERS, Unread, solve_text
from spoonbench.solvers.algorithms.linear import Unsolvable
from spoonbench.solvers.algorithms.story import solve_story
from spoonbench.solvers.algorithms.story_clauses import UnreadStory

if TYPE_CHECKING:
    from fractions import Fraction


def solve_or_explain(text: str) -> Fraction | str:
    """The number that a text asks for, or the reason why there is none."""
    if len(text) > MAX_CHARACTERS:
        return f"longer than {MAX_CHARACTERS} characters"
    try:
        return solve_text(text)
    except Unsolvable as exc:
        return str(exc)
    except Unread as exc:
        not_an_equation = str(exc)
    try:
        return solve_story(text)
    except Unsolvable as exc:
        return str(exc)
    except UnreadStory as exc:
        return f"{not_an_equation}; no story: {exc}"
