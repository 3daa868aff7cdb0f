"""What a decision framework is made of: types only, nothing read, nothing decided.

A framework is a graph. A node asks one question; the edges that leave it have conditions on the
answer; a path ends in a verdict. Numbers that a rule of thumb fixes ("batch 16 or more") are
thresholds with a name, so that a measurement can take the place of the figure and the graph stays
what it is.

Not covered: weights and scores. A framework that adds up points is written as a graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Value = bool | float | str
"""An answer: yes or no, a number in the question's unit, or the name of a choice."""

QuestionType = Literal["yes-no", "number", "choice"]
Reading = Literal["as written", "mended", "ours"]
"""Where it comes from: the case study's own words, the same with faults mended, or ours."""

FORMAT = 1
"""Version of the format of the files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer of a question of choices."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a node asks.

    Attributes:
        name: of the fact that answers it: the same fact has the same name in every framework.
        text: as a person is asked.
        type: of the answer.
        unit: of a number, for example "parameters", "bytes", "items"; "" for a plain one.
        low: least number that makes sense.
        high: greatest; None: no limit.
        is_whole: only whole numbers make sense, so that nothing lies between 8 and 9.
        choices: of a question of choices, at least two.
        is_general: it matters to everyone, whatever was answered before; the linter reports where
            it is asked of some only.
    """

    name: str
    text: str
    type: QuestionType
    unit: str = ""
    low: float = 0.0
    high: float | None = None
    is_whole: bool = False
    choices: tuple[Choice, ...] = ()
    is_general: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A number that a rule of thumb fixes, and a measurement may replace.

    Attributes:
        name: unique in the framework.
        value: of the rule of thumb, in the unit of the questions that it bounds.
        text: what it is.
        claims: ids of the claims that it rests on.
        evidence: name of the look-up that may replace it (`harness.advise`); None: nothing does.
    """

    name: str
    value: float
    text: str
    claims: tuple[str, ...] = ()
    evidence: str | None = None


Bound = float | str
"""A number, or the name of a threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What an answer has to be; all that is given must hold.

    Attributes:
        one_of: these answers; yes and no as True and False. Empty: not asked for.
        least: the number is at least this.
        above: it is greater than this.
        most: it is at most this.
        below: it is less than this.
        otherwise: no other edge of the node fits.
    """

    one_of: tuple[Value, ...] = ()
    least: Bound | None = None
    above: Bound | None = None
    most: Bound | None = None
    below: Bound | None = None
    otherwise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """From a node to the next, or to a verdict."""

    condition: Condition
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Where a question is asked.

    Attributes:
        name: unique among nodes and verdicts.
        asks: name of the question.
        edges: in order; of several that fit the first is taken, and the linter reports the others.
        claims: ids of the claims that the branching rests on.
        evidence: names of look-ups whose findings belong to this step.
    """

    name: str
    asks: str
    edges: tuple[Edge, ...]
    claims: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Where a path ends.

    Attributes:
        name: unique among nodes and verdicts.
        choice: what is recommended, in a word that programs read ("cpu", "rules"); "" where the
            framework itself gives none.
        text: the recommendation in one sentence; {name} stands for an answer or a threshold.
        claims: ids of the claims that it rests on.
        evidence: names of look-ups whose findings belong to it.
        settings: further words for programs, for example a learning rate.
        needs: question to the condition that its answer must meet for the verdict to make sense;
            the linter reports paths on which it does not.
    """

    name: str
    choice: str
    text: str
    claims: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    settings: Mapping[str, Value] = field(default_factory=dict)
    needs: Mapping[str, Condition] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A worked example: the tests walk it.

    Attributes:
        text: the case in words.
        answers: by name of the question.
        verdict: name of the verdict that the framework's author gives it.
    """

    text: str
    answers: Mapping[str, Value]
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A decision framework.

    Attributes:
        framework_id: unique, for example "device".
        version: raised whenever an answer may change.
        title: what it decides.
        topic: what it is asked about: "tool", "device", "quantize", ...
        reading: where it comes from.
        source: in words.
        mends: id of the framework whose faults this one mends; None for none.
        start: name of the first node.
        questions: by name.
        thresholds: by name.
        nodes: by name.
        verdicts: by name.
        examples: worked ones.
        faults: what is wrong with it and kept as written, one sentence each; the linter finds them.
    """

    framework_id: str
    version: int
    title: str
    topic: str
    reading: Reading
    source: str
    start: str
    questions: Mapping[str, Question]
    nodes: Mapping[str, Node]
    verdicts: Mapping[str, Verdict]
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    faults: tuple[str, ...] = ()
    mends: str | None = None
