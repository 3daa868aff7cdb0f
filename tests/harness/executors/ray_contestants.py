"""Contestants for the nodes of a cluster, and matrices that they answer.

Nodes find this folder by PYTHONPATH; the module is imported there too.
"""

import os
import time
from pathlib import Path
from typing import Any

from spoonbench.solvers.api import Answer, FitReport, SolverInfo

CRASHES_AT = 8
FACTS: dict[str, Any] = {"version": "1", "level": 1, "summary": "", "kinds": ("number",)}


class CrashesInLargeBatches:
    """Counts the words of a text; ends its process where it is given a large batch."""

    info = SolverInfo(name="crashes", **FACTS)

    def prepare(self, settings):
        self.settings = settings

    def solve(self, problems):
        if len(problems) >= CRASHES_AT:
            os.abort()
        return [
            Answer(status="answered", value=str(len(problem.text.split()))) for problem in problems
        ]

    def close(self):
        pass


class TakesItsTime(CrashesInLargeBatches):
    """The same, slowly."""

    info = SolverInfo(name="slow", **FACTS)

    def solve(self, problems):
        time.sleep(self.settings.params["seconds"])
        return super().solve(problems)


class Learns(CrashesInLargeBatches):
    """Learns the first target, keeps it in a folder, and says where that folder was."""

    info = SolverInfo(name="learns", needs_training=True, keeps_weights=True, **FACTS)
    answer = "0"

    def fit(self, training, validation, progress, checkpoints):
        self.answer = training[0].target
        return FitReport(n_examples=len(training), notes={"n_validation": len(validation)})

    def save(self, folder):
        (folder / "inner").mkdir()
        (folder / "inner" / "answer.txt").write_text(self.answer)

    def load(self, folder):
        self.answer = (folder / "inner" / "answer.txt").read_text()
        self.folder = folder

    def solve(self, problems):
        return [
            Answer(status="answered", value=self.answer, reason=str(self.folder)) for _ in problems
        ]


class ReadsParameter(CrashesInLargeBatches):
    """Answers with what a file in the folder of a parameter says."""

    info = SolverInfo(name="reads", **FACTS)

    def solve(self, problems):
        folder = Path(self.settings.params["model"])
        text = (folder / "weights.txt").read_text()
        return [Answer(status="answered", value=text, reason=str(folder)) for _ in problems]
