"""Contestants that note the moment of their first call and answer with it, computing nothing.

`time.perf_counter_ns` counts from the same moment in every process of a Linux machine.
"""

import time

from spoonbench.solvers.api import Answer
from spoonbench.solvers.llm.solver import LanguageModelSolver
from spoonbench.solvers.rules.word_problems.contestant import RuleSolver


class StartingRules(RuleSolver):
    first_ns: int | None = None

    def solve(self, problems):
        self.first_ns = self.first_ns or time.perf_counter_ns()
        return [Answer(status="answered", value=str(self.first_ns)) for _ in problems]


class StartingModel(LanguageModelSolver):
    first_ns: int | None = None

    def solve(self, problems):
        self.first_ns = self.first_ns or time.perf_counter_ns()
        return [Answer(status="answered", value=str(self.first_ns)) for _ in problems]
