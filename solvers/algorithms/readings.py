"""The readings of a text, tried in order: an equation, a riddle about two numbers, a story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.algorithms.equations import MAX_CHARACTERS, Unread, solve_text
from spoonbench.solvers.algorithms.linear import Unsolvable
from spoonbench.solvers.algorithms.number_pairs import UnreadPair, solve_pair
from spoonbench.solvers.algorithms.story import solve_story
from spoonbench.solvers.algorithms.story_clauses import UnreadStory

if TYPE_CHECKING:
    from fractions import Fraction


def solve_or_explain(text: str) -> Fraction | str:
    """The number that a text asks for, or the reason why there is none."""
    if len(text) > MAX_CHARACTERS:
        return f"longer than {MAX_CHARACTERS} characters"
    unread = []
    for read in (solve_text, solve_pair, solve_story):
        try:
            return read(text)
        except Unsolvable as exc:
            return str(exc)
        except UnreadPair:
            continue
        except UnreadStory as exc:
            unread.append(f"no story: {exc}")
        except Unread as exc:
            unread.append(str(exc))
    return "; ".join(unread)
