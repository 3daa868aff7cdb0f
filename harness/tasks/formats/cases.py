"""A written form: how its valid texts are made, what one wrong character does, and who judges it.

Truth comes from two places, and from no contestant. A text that is made is valid by construction,
with its value known. A text with one character changed is judged by the form's `judge`, a small
reader written from the published standard. What a judge cannot settle by the standard alone (is
"$1,234.5" an amount?) it leaves out, and another text is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

Edit = Callable[["Random", str], str]
"""Changes one character of a text; the text itself where there is nothing to change."""

MOST_DRAWS = 5_000


class LeftOut(Exception):
    """The standard alone does not settle whether this text is valid; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One text with its truth.

    Attributes:
        form: name of the format, as the question states it.
        text: what is to be judged or read.
        value: its canonical form; None for an invalid text.
    """

    form: str
    text: str
    value: str | None

    @property
    def question(self) -> str:
        """The format's name, a colon, and the text."""
        return f"{self.form}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way of writing one format.

    Attributes:
        name: of the format, as the question states it.
        make: draws a valid text and its canonical value.
        judge: the canonical value of any text, or None where it is invalid; may raise `LeftOut`.
        edits: ways to change one character, each as likely as the others.
        edited_share: of the valid texts, how many have a changed character too, so that a changed
            character tells nothing by itself; 0 where every change makes a text invalid.
        is_plausible: whether an invalid text is wrong only as a whole: every piece of it occurs in
            valid texts. Such near misses are preferred.
    """

    name: str
    make: Callable[[Random], tuple[str, str]]
    judge: Callable[[str], str | None]
    edits: tuple[Edit, ...]
    edited_share: float = 0.5
    is_plausible: Callable[[str], bool] | None = None


def is_digits(text: str) -> bool:
    """Whether it is one ASCII digit or more, and nothing else."""
    return text.isascii() and text.isdigit()


PLAUSIBLE_SHARE = 0.7
"""Of the near misses of forms that have `is_plausible`."""


def draw_case(rng: Random, form: Form) -> Case:
    """A valid text or a near miss, each with probability one half."""
    if rng.random() < 0.5:
        if rng.random() >= form.edited_share:
            text, value = form.make(rng)
            return Case(form=form.name, text=text, value=value)
        return _edited(rng, form, is_valid=True)
    return _edited(rng, form, is_valid=False)


def _edited(rng: Random, form: Form, *, is_valid: bool) -> Case:
    """A made text with one character changed, of the wanted truth."""
    is_choosy = form.is_plausible is not None and rng.random() < PLAUSIBLE_SHARE
    for _ in range(MOST_DRAWS):
        made, _value = form.make(rng)
        text = rng.choice(form.edits)(rng, made)
        if text == made:
            continue
        try:
            value = form.judge(text)
        except LeftOut:
            continue
        if (value is not None) is not is_valid:
            continue
        if is_valid or not is_choosy or form.is_plausible is None or form.is_plausible(text):
            return Case(form=form.name, text=text, value=value)
    raise RuntimeError(f"{form.name}: no edited text with is_valid={is_valid} is found")
