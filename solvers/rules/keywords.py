"""A decision list of words and word pairs for labels, induced from examples and readable.

The first rule whose words are all in the text decides. Rules are ordered by their precision on
the training part, shrunk towards the label's share (m-estimate), and are taken only while they
settle examples that no earlier rule settled.

Not covered: synonyms, word order, negation, scripts without spaces between words.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer, FitReport, SolverInfo, Unsupported
from spoonbench.solvers.rules.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from spoonbench.solvers.api import Example, Json, Problem, Progress, Settings

WINDOW = 12
"""Two words make a pair where at most this many words lie from one to the other: linear work."""

MAX_CHARACTERS = 100_000
"""A longer text is abstained from: time stays bounded."""

_WORD = re.compile(r"[^\W_]++(?:['\u2019][^\W_]++)?")
_N_NOTED = 20
_DEFAULTS: dict[str, int | float] = {"min_support": 2, "min_precision": 0.5, "shrinkage": 2.0}

Test = tuple[str, ...]
"""One word, or two in alphabetical order: all of them must be in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the decision list.

    Attributes:
        test: the words that must be in the text.
        label: the label given; None abstains.
        n_fired: training examples that hold the words.
        n_right: those of them with the label.
        precision: n_right over n_fired, shrunk towards the label's share of all examples.
    """

    test: Test
    label: str | None
    n_fired: int
    n_right: int
    precision: float

    def __str__(self) -> str:
        """The rule as a sentence."""
        words = " and ".join(f"'{word}'" for word in self.test)
        then = "abstain" if self.label is None else self.label
        return f"if {words} then {then}  (precision {self.precision:.2f} on {self.n_fired})"


class KeywordListSolver:
    """Learns and applies a keyword decision list.

    Parameters: `min_support`, examples that a rule must get right; `min_precision`, shrunk
    precision below which a rule is not taken; `shrinkage`, weight of the label's share.
    """

    info = SolverInfo(
        name="keywords",
        version="1",
        level=1,
        summary="A decision list of words and word pairs, induced from the training part.",
        kinds=("label",),
        needs_training=True,
        source="Rivest 1987, Learning Decision Lists; m-estimate: Cestnik 1990",
        modules=("spoonbench.solvers.rules.keywords",),
    )

    def __init__(self) -> None:
        self._params = dict(_DEFAULTS)
        self._rules: list[Rule] = []
        self._rank: dict[Test, int] = {}

    def prepare(self, settings: Settings, /) -> None:
        """Check the parameters."""
        check_settings(self.info, settings, tuple(_DEFAULTS))
        self._params = {
            name: _positive(name, settings.params.get(name, default))
            for name, default in _DEFAULTS.items()
        }

    def fit(
        self,
        training: Sequence[Example],
        validation: Sequence[Example],
        progress: Progress,
        checkpoints: Path | None,
        /,
    ) -> FitReport:
        """Induce the list from the training part; validation and checkpoints are not needed.

        Raises:
            ValueError: there are no examples.
        """
        del validation, checkpoints
        if not training:
            raise ValueError("keywords: there are no examples to learn from")
        progress(0.0, "counting words")
        tests = [_tests(example.problem.text) for example in training]
        labels = [example.target for example in training]
        candidates = _candidates(tests, labels, self._params)
        progress(0.6, f"{len(candidates):,} candidate rules")
        self._rules = _cover(candidates, tests, labels)
        self._rank = {rule.test: rank for rank, rule in enumerate(self._rules)}
        progress(1.0, f"{len(self._rules):,} rules")
        first: list[Json] = [str(rule) for rule in self._rules[:_N_NOTED]]
        return FitReport(
            n_examples=len(training),
            notes={"n_rules": len(self._rules), "first_rules": first},
        )

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Apply the first rule that fires to each text; abstain where none does."""
        return [self._answer(problem) for problem in problems]

    def rules_text(self) -> str:
        """The decision list, one rule a line, in the order in which it is read."""
        return "\n".join(str(rule) for rule in self._rules)

    def close(self) -> None:
        """Forget the rules."""
        self._rules = []
        self._rank = {}

    def _answer(self, problem: Problem) -> Answer:
        if problem.kind != "label":
            return Answer(status="failed", reason=f"keywords gives labels, not a {problem.kind}")
        if not self._rules:
            return Answer(status="failed", reason="keywords has no rules; call fit first")
        if len(problem.text) > MAX_CHARACTERS:
            return Answer(status="abstained", reason=f"longer than {MAX_CHARACTERS:,} characters")
        ranks = (self._rank.get(test) for test in _tests(problem.text))
        rank = min((rank for rank in ranks if rank is not None), default=None)
        if rank is None:
            return Answer(status="abstained", reason="no rule fires")
        rule = self._rules[rank]
        if rule.label is None:
            return Answer(status="abstained", reason=str(rule), confidence=rule.precision)
        return Answer(status="answered", value=rule.label, confidence=rule.precision)


def _positive(name: str, value: Json) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise Unsupported(f"keywords: {name} must be a number above 0, not {value!r}")
    return value


def _tests(text: str) -> set[Test]:
    """Words of a text, and pairs of words that stand near each other."""
    words = _WORD.findall(text.lower())
    tests: set[Test] = {(word,) for word in words}
    for index, word in enumerate(words):
        for other in words[index + 1 : index + 1 + WINDOW]:
            if word != other:
                tests.add((word, other) if word < other else (other, word))
    return tests


def _candidates(
    tests: Sequence[set[Test]],
    labels: Sequence[str | None],
    params: Mapping[str, int | float],
) -> list[Rule]:
    """One rule for each test with support, with its most frequent label, best first."""
    n_fired = Counter(test for fired in tests for test in fired)
    by_test: dict[Test, Counter[str | None]] = defaultdict(Counter)
    for fired, label in zip(tests, labels, strict=True):
        for test in fired:
            if n_fired[test] >= params["min_support"]:
                by_test[test][label] += 1
    shares = {label: count / len(labels) for label, count in Counter(labels).items()}
    rules = [
        _rule(test, counts, shares, params["shrinkage"])
        for test, counts in by_test.items()
        if max(counts.values()) >= params["min_support"]
    ]
    return sorted(
        (rule for rule in rules if rule.precision >= params["min_precision"]),
        key=lambda rule: (-rule.precision, -rule.n_right, len(rule.test), rule.test),
    )


def _rule(
    test: Test,
    counts: Counter[str | None],
    shares: Mapping[str | None, float],
    shrinkage: float,
) -> Rule:
    # Ties between labels go to the first in alphabetical order, whatever the order of examples.
    label, n_right = min(
        counts.items(), key=lambda item: (-item[1], item[0] is None, item[0] or "")
    )
    n_fired = counts.total()
    precision = (n_right + shrinkage * shares[label]) / (n_fired + shrinkage)
    return Rule(test=test, label=label, n_fired=n_fired, n_right=n_right, precision=precision)


def _cover(
    candidates: Iterable[Rule], tests: Sequence[set[Test]], labels: Sequence[str | None]
) -> list[Rule]:
    """Keep the rules, in order, that settle at least one example rightly that is not settled."""
    holders: dict[Test, list[int]] = {rule.test: [] for rule in candidates}
    for index, fired in enumerate(tests):
        for test in fired:
            if test in holders:
                holders[test].append(index)
    settled: set[int] = set()
    kept: list[Rule] = []
    for rule in candidates:
        fresh = [index for index in holders[rule.test] if index not in settled]
        if any(labels[index] == rule.label for index in fresh):
            kept.append(rule)
            settled.update(fresh)
    return kept
