"""What readers of JUnit XML ask for, as rules: a document that keeps them is valid for all three.

The rules are those that hold in both schemas, the stricter one where they differ:
    Windy Road's JUnit.xsd for Ant's tasks (github.com/windyroad/JUnit-Schema): order of the parts
    of a suite, at most one outcome of a case, types of attributes, a timestamp without a zone.
    junit-10.xsd of Jenkins' xUnit plugin (github.com/jenkinsci/xunit-plugin): attributes and parts
    that are known at all, seconds with at most a point.
And of GitLab, which reads but a part ("Unit test reports" in its documentation): outcomes are told
by what is written in an element, not by its attributes, and of cases with one and the same name
only the first counts.

Not covered: reruns, properties of a case, suites within suites: we write none.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

TEXT, TOKEN, COUNT, SECONDS, TIME = (
    ".*",
    r"\S(.*\S)?",
    r"[0-9]{1,9}",
    r"[0-9]+(\.[0-9]+)?",
    ("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"),
)
OUTCOMES = ("skipped", "error", "failure")
COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


@dataclass(frozen=True, kw_only=True)
class Element:
    """Rules of one element: patterns of attributes, and parts with how many there may be."""

    needed: dict[str, str] = field(default_factory=dict)
    allowed: dict[str, str] = field(default_factory=dict)
    parts: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    has_text: bool = False


_OUTCOME = Element(needed={"type": TEXT}, allowed={"message": TEXT}, has_text=True)
RULES = {
    "testsuites": Element(parts={"testsuite": (0, None)}),
    "testsuite": Element(
        needed={
            "name": TOKEN, "package": TEXT, "id": COUNT, "timestamp": TIME, "hostname": TOKEN,
            "tests": COUNT, "failures": COUNT, "errors": COUNT, "time": SECONDS,
        },
        allowed={"skipped": COUNT},
        parts={
            "properties": (1, 1), "testcase": (0, None), "system-out": (1, 1), "system-err": (1, 1),
        },
    ),
    "properties": Element(parts={"property": (0, None)}),
    "property": Element(needed={"name": TOKEN, "value": TEXT}),
    "testcase": Element(
        needed={"name": TEXT, "classname": TEXT, "time": SECONDS},
        parts=dict.fromkeys(OUTCOMES, (0, 1)),
    ),
    "failure": _OUTCOME,
    "error": _OUTCOME,
    "skipped": Element(allowed={"type": TEXT, "message": TEXT}, has_text=True),
    "system-out": Element(has_text=True),
    "system-err": Element(has_text=True),
}  # fmt: skip


def faults_of(root):
    """Every rule that a document breaks, a sentence each."""
    found = [] if root.tag in {"testsuites", "testsuite"} else [f"{root.tag} is no root"]
    found += _faults(root)
    for suite in root.iter("testsuite"):
        found += _faults_of_suite(suite)
    return found


def _faults(element):
    rules = RULES.get(element.tag)
    if rules is None:
        return [f"{element.tag} is no element of the format"]
    found = [*_faults_of_attributes(element, rules), *_faults_of_parts(element, rules)]
    if not rules.has_text and (element.text or "").strip():
        found.append(f"{element.tag} holds text")
    found += [f"text behind {child.tag}" for child in element if (child.tail or "").strip()]
    return [*found, *(fault for child in element for fault in _faults(child))]


def _faults_of_attributes(element, rules):
    patterns = {**rules.needed, **rules.allowed}
    for name in rules.needed.keys() - element.keys():
        yield f"{element.tag} has no {name}"
    for name, value in element.items():
        if name not in patterns:
            yield f"{element.tag} has an unknown {name}"
        elif re.fullmatch(patterns[name], value, re.DOTALL) is None:
            yield f"{name} of {element.tag} is {value!r}"


def _faults_of_parts(element, rules):
    tags = [child.tag for child in element]
    for tag, (least, most) in rules.parts.items():
        if tags.count(tag) < least or (most is not None and tags.count(tag) > most):
            yield f"{element.tag} has {tags.count(tag)} of {tag}"
    order = list(rules.parts)
    known = [order.index(tag) for tag in tags if tag in order]
    if len(known) < len(tags):
        yield f"{element.tag} has parts that are not its own: {tags}"
    if known != sorted(known):
        yield f"the parts of {element.tag} are out of order: {tags}"
    if element.tag == "testcase" and len(tags) > 1:
        yield f"a testcase has several outcomes: {tags}"


def _faults_of_suite(suite):
    cases = suite.findall("testcase")
    told = {"tests": len(cases)}
    told |= {
        name: sum(case.find(tag) is not None for case in cases) for name, tag in COUNTED.items()
    }
    for name, count in told.items():
        if suite.get(name, str(count)) != str(count):
            yield f"{name} is {suite.get(name)}, and there are {count}"
    try:
        datetime.fromisoformat(suite.get("timestamp", ""))
    except ValueError:
        yield f"there is no time {suite.get('timestamp')!r}"
    for case in cases:
        for outcome in case:
            if not (outcome.text or "").strip():
                yield f"{outcome.tag} of {case.get('name')!r} says nothing"
    names = [(case.get("classname"), case.get("name")) for case in cases]
    if len(set(names)) < len(names):
        yield "several cases have one name"
