"""Gates as JUnit XML, for systems that show test results: one test case for each gate and pair.

A gate that failed is a failure, one that cannot be judged an error, one that is undecided is
skipped (a failure where undecided fails). Text is made plain first: XML 1.0 has no form for control
characters and lone surrogates, escaped or not.

References:
    The schemas of the xUnit plugin of Jenkins (junit-10.xsd) and of Ant's task (JUnit.xsd): the
    document is valid against both. GitLab, "Unit test reports": it reads what is written in the
    element of an outcome, and of cases of one name the first.
"""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # writes, and reads nothing

from spoonbench.harness.gates.wording import result_words
from spoonbench.harness.plaintext import make_plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from spoonbench.harness.gates.judging import GateResult

SUITE = "spoonbench compare"
_SKIPPED = ("undecided", "not compared")


def junit_xml(
    results: Sequence[GateResult],
    sides: tuple[str, str],
    written_at: datetime,
    *,
    fails_undecided: bool = False,
) -> bytes:
    """The document, UTF-8.

    Args:
        results: of all gates.
        sides: titles of A and B.
        written_at: UTC.
        fails_undecided: as on the command line.
    """
    kinds = [_kind(result, fails_undecided=fails_undecided) for result in results]
    counts = {
        "tests": str(len(results)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
    }
    root = ET.Element("testsuites")  # of whose attributes the older schema knows none
    suite = ET.SubElement(
        root,
        "testsuite",
        {
            "name": SUITE,
            "id": "0",
            "package": "spoonbench",
            "timestamp": written_at.strftime("%Y-%m-%dT%H:%M:%S"),
            "hostname": "localhost",
            **counts,
            "skipped": str(kinds.count("skipped")),
            "time": "0",
        },
    )
    properties = ET.SubElement(suite, "properties")
    for name, title in zip(("A", "B"), sides, strict=True):
        ET.SubElement(properties, "property", {"name": name, "value": _safe(title)})
    for name, result, kind in zip(_names(results), results, kinds, strict=True):
        _add_case(suite, name, result, kind)
    # The older schema asks for both, at the end.
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _kind(result: GateResult, *, fails_undecided: bool) -> str:
    if result.status in _SKIPPED:
        is_failure = fails_undecided and result.status == "undecided"
        return "failure" if is_failure else "skipped"
    return {"failed": "failure", "missing": "error", "passed": ""}[result.status]


def _names(results: Sequence[GateResult]) -> list[str]:
    """Of the test cases, each another one: a gate may be given twice."""
    names: dict[str, None] = {}
    for result in results:
        about = " ".join(
            part for part in (result.pair, f"({result.detail})" * bool(result.detail)) if part
        )
        name = _safe(f"{result.gate.text}: {about}" if about else result.gate.text)
        again = (f"{name} [{number}]" for number in count(2))
        names[next(one for one in chain([name], again) if one not in names)] = None
    return list(names)


def _add_case(suite: ET.Element, name: str, result: GateResult, kind: str) -> None:
    case = ET.SubElement(
        suite, "testcase", {"name": name, "classname": "spoonbench.compare", "time": "0"}
    )
    sentence = _safe(result_words(result))
    if kind in ("failure", "error"):
        told = ET.SubElement(case, kind, {"type": result.status, "message": sentence})
        told.text = sentence
    elif kind == "skipped":
        skipped = ET.SubElement(case, "skipped", {"message": f"{result.status}: {sentence}"})
        skipped.text = sentence


def _safe(text: str) -> str:
    return make_plain(text)
