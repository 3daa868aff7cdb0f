"""Questions to a person, one at a time: "?" explains, an unusable answer is asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from spoonbench.harness.advise.options import metavar
from spoonbench.harness.frameworks.answering import read_answer
from spoonbench.harness.frameworks.walking import BadAnswer
from spoonbench.harness.plaintext import make_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.frameworks.graph import Question, Value

_UNITS = {
    "bytes": "a size with its unit, as in 24GB or 8GiB",
    "parameters": "a count, as in 124M or 7B",
    "share": "a share, as in 0.95 or 95%",
    "seconds": "a time, as in 30ms or 2s",
    "hours": "a time, as in 8 or 30min",
}


class Dialogue:
    """Asks on standard error, so that standard output holds the answer alone."""

    def ask(self, question: Question) -> Value:
        """The answer of a question.

        Raises:
            UsageError: the input ends without one.
        """
        while True:
            text = self._read(f"{question.text} [{metavar(question)}; ? explains] ", question.name)
            if text == "?":
                self._say(explain(question))
                continue
            try:
                return read_answer(question, text)
            except BadAnswer as exc:
                self._say(str(exc))

    def choose(self, text: str, titles: Mapping[str, str]) -> str:
        """One of several names.

        Raises:
            UsageError: the input ends without one.
        """
        while True:
            answer = self._read(f"{text} [{', '.join(titles)}; ? explains] ", "the topic")
            if answer in titles:
                return answer
            if answer == "?":
                for name, title in titles.items():
                    self._say(f"{name}: {title}")
            else:
                self._say(f"{answer!r} is none of: {', '.join(titles)}.")

    def _read(self, prompt: str, name: str) -> str:
        click.echo(make_plain(prompt), err=True, nl=False)
        try:
            return input().strip()
        except EOFError:
            click.echo(err=True)
            raise click.UsageError(f"The input ended, and {name} is missing.") from None

    def _say(self, text: str) -> None:
        click.echo(make_plain(text), err=True)


def explain(question: Question) -> str:
    """What a question takes as an answer."""
    if question.type == "yes-no":
        return "Answer yes or no."
    if question.type == "choice":
        each = "; ".join(f"{one.name}: {one.text}" for one in question.choices)
        return f"One of these. {each}."
    words = _UNITS.get(question.unit, f"a number of {question.unit}" if question.unit else "")
    upper = "" if question.high is None else f", at most {question.high:,.10g}"
    return f"Write {words or 'a number'}, at least {question.low:,.10g}{upper}."
