"""What an answer of the advisor holds: types only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from spoonbench.harness.frameworks.graph import Value

Source = Literal["store", "reference", "claims"]
"""Where evidence comes from, in the order in which it is asked: the user's own runs, a machine's
measurements that ship with the package, the documents' claims."""

Sureness = Literal["measured here", "predicted", "reference", "rule of thumb"]
"""How sure an answer is: its figures were measured on this machine; follow from a fit to what
was, with its error; were measured on another machine; or are nobody's measurement."""

Origin = Literal["given", "measured", "inferred", "assumed"]
"""Who answered a question: the user, the machine's probe or a saved profile, other answers, or
nobody: a default that is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One finding that an answer rests on.

    Attributes:
        what: in words, with its figure.
        source: where it comes from.
        machine: on which it was measured, in words; None for a claim.
        value: the figure; None for one in words only.
        low: lower bound of its 95% interval; None where there is none.
        high: upper bound.
        unit: of the three.
        run_ids: of the records; empty for a claim.
        claims: ids of claims that it confirms or contradicts.
        error: relative error of what predicted it: the median on cells that it had not seen; of
            bytes, what they are held to. None for what was measured.
        n_cells: that model was fitted to; None for what no such model predicted.
    """

    what: str
    source: Source
    machine: str | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    run_ids: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    error: float | None = None
    n_cells: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceStep:
    """A question of the path, and who answered it.

    Attributes:
        question: as it is asked.
        name: of the fact.
        answer: as a program reads it.
        shown: as a person does.
        origin: who answered.
        why: how it was inferred, or what was assumed; "" where it was given.
    """

    question: str
    name: str
    answer: Value
    shown: str
    origin: Origin
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """An answer.

    Attributes:
        topic: what was asked about.
        framework: id and version, as in "device 2".
        choice: in a word; None where nothing can be recommended.
        sentence: the recommendation, or why there is none.
        path: questions and answers that led there.
        evidence: what it rests on, best source first.
        sureness: how sure it is.
        runners_up: what would do as well, one sentence each, best first.
        flips: what would change the answer and by how much, one sentence each.
        contradictions: where measurement speaks against the documents, one sentence each.
        firm_up: the one command that would make it surer; None where nothing would.
        settings: further words for programs.
        asks: name of the question that has to be answered first; then `choice` is None.
    """

    topic: str
    framework: str
    choice: str | None
    sentence: str
    path: tuple[AdviceStep, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    sureness: Sureness = "rule of thumb"
    runners_up: tuple[str, ...] = ()
    flips: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    firm_up: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    asks: str | None = None
