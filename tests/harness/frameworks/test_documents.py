"""docs/frameworks.md: its example is a framework, and its table tells what there is."""

import re
from pathlib import Path
from typing import Any

from spoonbench.harness.frameworks.linting import FAULT_KINDS, lint
from spoonbench.harness.frameworks.reading import parse_framework, shipped, shipped_ids
from spoonbench.harness.frameworks.showing import verdict_text
from spoonbench.harness.frameworks.walking import walk

TEXT = (Path(__file__).parents[3] / "docs" / "frameworks.md").read_text(encoding="utf-8")


def indented(start):
    lines = TEXT[TEXT.index(f"    {start}") :].split("\n")
    end = next(at for at, line in enumerate(lines) if line and not line.startswith("    "))
    return "\n".join(line[4:] for line in lines[:end])


def test_the_example_is_a_framework_without_faults():
    framework = parse_framework(indented("format = 1"))
    assert lint(framework) == ()
    answers: dict[str, Any] = {"batch": 32, "device": "cuda"}
    found = walk(framework, answers)
    assert verdict_text(framework, found.verdict, answers) == "Use the GPU: batch 32 is 16 or more."
    assert walk(framework, {"batch": 32, "device": "cuda"}, {"many": 33}).verdict.choice == "cpu"


def test_the_python_example_says_what_happens():
    names: dict[str, Any] = {}
    exec(indented("from pathlib import Path"), names)
    found = names["found"]
    assert found.verdict.choice == "mps"
    told = verdict_text(names["framework"], found.verdict, names["answers"], names["thresholds"])
    assert told.startswith("Use the Apple GPU: it overtakes the CPU at batch 10, ")


def test_the_table_has_every_framework_with_the_number_of_its_faults():
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \| (.+?) \| (\d+) \|", TEXT, flags=re.MULTILINE)
    expected = {
        (one.framework_id, one.title, one.reading, str(len(one.faults)))
        for one in map(shipped, shipped_ids())
    }
    assert len(rows) == len(expected)
    assert set(rows) == expected


def test_every_kind_of_fault_is_told():
    told = re.findall(r"^\| `([a-z]+)` \| ", TEXT[TEXT.index("## Faults") :], flags=re.MULTILINE)
    assert tuple(told) == FAULT_KINDS
