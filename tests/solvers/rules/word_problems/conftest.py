"""The relation that the rules find between the numbers of a text."""

from dataclasses import dataclass
from fractions import Fraction

import pytest

from spoonbench.solvers.api import Problem, Settings
from spoonbench.solvers.derivations import check, check_words, read_value, whole_formula
from spoonbench.solvers.rules.word_problems.contestant import RuleSolver


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """`formula` names the facts of a text in their order; both are None where it abstains."""

    formula: str | None
    value: Fraction | None


@pytest.fixture(scope="package")
def relate():
    """Find the relation in a text, by an answer whose derivation is checked."""
    solver = RuleSolver()
    solver.prepare(Settings(params={"forced": False}))

    def relate(text):
        explanation = solver.explain(Problem(problem_id="1", text=text, kind="number"))
        check(explanation)
        check_words(explanation, text)
        answer = explanation.answer
        assert answer.status in {"answered", "abstained"}, text
        if answer.status == "abstained":
            assert answer.reason, text
            return Relation(formula=None, value=None)
        assert answer.value is not None
        return Relation(formula=whole_formula(explanation), value=read_value(answer.value))

    return relate
