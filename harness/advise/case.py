"""One case: what was said of it, and what follows from that and from the machine.

Facts are looked for in this order: given, of a profile, measured on the machine, inferred from
other facts. What none of these gives stays open: nothing is guessed in a fact's place, except
what an inference says that it assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.facts import Fact
from spoonbench.harness.advise.inference import infer, inputs_of
from spoonbench.harness.frameworks.walking import BadAnswer, check_answer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from spoonbench.harness.advise.models import Model
    from spoonbench.harness.advise.sources import Sources
    from spoonbench.harness.frameworks.graph import Question, Value


class Case:
    """What is known of a case.

    Args:
        topic: that is asked about.
        questions: that facts may answer.
        own: names of those that the framework itself asks: nothing is assumed in their place.
        facts: given, or of a profile.
        asks_all: a person is asked what could be assumed, too.
        sources: whose machine is the one at hand.
        model: that it is about; None: none was named.
        task: name of a task of the store; None likewise.
    """

    def __init__(
        self,
        topic: str,
        questions: Mapping[str, Question],
        facts: Mapping[str, Fact],
        sources: Sources,
        *,
        own: Collection[str] = (),
        asks_all: bool = False,
        model: Model | None = None,
        task: str | None = None,
    ) -> None:
        self.topic = topic
        self.questions = questions
        self.own = own
        self.asks_all = asks_all
        self.sources = sources
        self.model = model
        self.task = task
        self._given = dict(facts)
        self._found: dict[str, Fact | None] = {}
        self._inferring: list[set[str]] = []
        self._grounds: dict[str, set[str]] = {}

    @property
    def model_path(self) -> str | None:
        """Where the model is; None where none was named."""
        return None if self.model is None else self.model.path

    @property
    def given(self) -> Mapping[str, Fact]:
        """Facts that were said, not those that follow."""
        return self._given

    def fact(self, name: str) -> Fact | None:
        """A fact; None where nobody says it and nothing gives it."""
        if self._inferring:
            self._inferring[-1].add(name)
        if name in self._given:
            return self._given[name]
        if name not in self._found:
            self._found[name] = None  # an inference that comes back to its own question ends here
            self._found[name] = self._infer(name)
        return self._found[name]

    def was_inferred(self, name: str) -> bool:
        """Somebody asked for it, and it followed from other facts."""
        fact = self._found.get(name)
        return fact is not None and fact.origin == "inferred"

    def grounds(self, name: str) -> tuple[str, ...]:
        """The facts that a fact was inferred from, down to those that were not; itself if none.

        What the machine tells may be another on another machine: it is named itself, too.
        """
        if name in self._given or not self._grounds.get(name):
            return (name,)
        fact = self._found.get(name)
        own = [name] if fact is not None and fact.origin == "measured" else []
        each = [one for ground in sorted(self._grounds[name]) for one in self.grounds(ground)]
        return tuple(dict.fromkeys([*each, *own]))

    def value(self, name: str) -> Value | None:
        """Its value alone."""
        fact = self.fact(name)
        return None if fact is None else fact.value

    def number(self, name: str) -> float | None:
        """A fact that is a number."""
        value = self.value(name)
        return None if value is None or isinstance(value, bool | str) else float(value)

    def changed(self, name: str, value: Value) -> Case:
        """The same case with one other answer; what followed from the old one follows anew."""
        facts = {**self._given, name: Fact(name=name, value=value, origin="given")}
        return Case(
            self.topic,
            self.questions,
            facts,
            self.sources,
            own=self.own,
            asks_all=self.asks_all,
            model=self.model,
            task=self.task,
        )

    def first_open(self, name: str) -> str:
        """What to ask for a fact: an input that would infer it where that is missing, else itself.

        A person knows how many parameters a model has better than whether it fits.
        """
        for needed in inputs_of(name, self.own):
            if needed in self.questions and self.fact(needed) is None:
                return needed
        return name

    def _infer(self, name: str) -> Fact | None:
        question = self.questions.get(name)
        self._inferring.append(set())
        try:
            fact = infer(self, name)
        finally:
            self._grounds[name] = self._inferring.pop()
        if fact is None or question is None:
            return fact
        try:
            check_answer(question, fact.value)
        except BadAnswer:
            return None  # a framework of one's own may mean something else by the name
        return fact
