"""What a text came to: a request, or what stands in its way.

A text is understood whole or not at all: one word that cannot be placed, one contradiction, or one
figure that may mean two things, and there is no request. What is merely not said leaves a request
with questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from spoonbench.solvers.hybrid.options_desk.requests import Request


class Note(NamedTuple):
    """A sentence for whoever asked.

    Attributes:
        about: the field of `Request` that it is about, such as "spot".
        sentence: a question or a statement.
    """

    about: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a text came to.

    Attributes:
        text: as it was written.
        request: None where it was not understood: something is unread, contradictory, or may mean
            two things.
        missing: questions: what has to be known and was not said, or not clearly.
        unread: pieces of the text that could not be placed, in order.
        problems: what was understood and cannot be.
    """

    text: str
    request: Request | None
    missing: tuple[Note, ...] = ()
    unread: tuple[str, ...] = ()
    problems: tuple[Note, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Everything that stands in the way: what is unread, problems, questions."""
        unread = tuple(f"I could not place {piece!r}." for piece in self.unread)
        return (*unread, *(note.sentence for note in (*self.problems, *self.missing)))
