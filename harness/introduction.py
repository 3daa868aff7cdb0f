"""What an interpreter says of itself to a parent that runs under another one.

Every answer is a line that begins with `MARK`, so that what a start-up file of that interpreter
prints is told apart. Nothing heavy is imported.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import sys
from typing import Any

from spoonbench.harness.affinity import cores_allowed
from spoonbench.harness.canonical import canonical_json, from_json, to_json
from spoonbench.harness.environment import observe, probe
from spoonbench.harness.matrix.skips import why_skipped
from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.protocol import PROTOCOL_VERSION
from spoonbench.solvers.api import SolverInfo

MARK = "spoonbench-introduction:"


def introduce() -> str:
    """Protocol, version of spoonbench, environment and commit, as a marked line of JSON.

    Raises:
        ImportError: what every child needs is not there.
    """
    # With it a child sets the threads of numpy.
    importlib.import_module("threadpoolctl")
    seen = observe()
    facts = {
        "protocol": PROTOCOL_VERSION,
        "spoonbench": importlib.metadata.version("spoonbench"),
        "environment": to_json(probe()),
        "revision": {name: seen[name] for name in ("commit", "is_dirty")},
    }
    return MARK + canonical_json(facts)


def answer_skips(question: str) -> str:
    """Why each cell cannot be measured under this interpreter, as a marked line of JSON.

    Args:
        question: JSON with "info", of the contestant, and "placements", of the cells.

    Returns:
        JSON with "skips": a sentence for each placement, or null.

    Raises:
        ValueError: it is no such question.
    """
    asked: dict[str, Any] = json.loads(question)
    info = from_json(SolverInfo, asked["info"])
    environment = probe()
    skips = [
        why_skipped(from_json(Conditions, placement), environment, info, cores_allowed())
        for placement in asked["placements"]
    ]
    return MARK + canonical_json({"skips": skips})


if __name__ == "__main__":
    print(answer_skips(sys.stdin.read()))  # noqa: T201  # the answer
