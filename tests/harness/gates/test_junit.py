"""JUnit XML that systems for pipelines read: structure, counts, and no text that breaks it."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.gates.expressions import read_gate
from spoonbench.harness.gates.judging import GateResult
from spoonbench.harness.gates.junit import junit_xml

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
# What the two schemas in use ask of each element: attributes that must be there, all that may be,
# and children in order.
SCHEMA = {
    "testsuites": (set(), set(), ["testsuite"]),
    "testsuite": (
        {"name", "timestamp", "hostname", "tests", "failures", "errors", "time"},
        {"id", "package", "skipped"},
        ["properties", "testcase", "system-out", "system-err"],
    ),
    "properties": (set(), set(), ["property"]),
    "property": ({"name", "value"}, set(), []),
    "testcase": ({"name", "classname", "time"}, set(), ["skipped", "error", "failure"]),
    "failure": ({"type"}, {"message"}, []),
    "error": ({"type"}, {"message"}, []),
    "skipped": (set(), {"message"}, []),
    "system-out": (set(), set(), []),
    "system-err": (set(), set(), []),
}


def check(element):
    needed, allowed, children = SCHEMA[element.tag]
    assert needed <= set(element.keys())
    assert set(element.keys()) <= needed | allowed
    order = [children.index(child.tag) for child in element]
    assert order == sorted(order)
    for child in element:
        check(child)


def result(status="failed", pair="rules", text="accuracy<-1%", **more):
    gate = read_gate(text)
    facts = {"value": -0.05, "limit": -0.01, "low": -0.08, "high": -0.02, "confidence": 0.95}
    return GateResult(gate=gate, status=status, pair=pair, **{**facts, **more})


def parsed(results, **options):
    return ET.fromstring(junit_xml(results, ("side A", "side B"), AT, **options))


def test_each_gate_and_pair_is_a_test_case():
    root = parsed(
        [
            result("failed"),
            result("passed", pair="other"),
            result("undecided", n_more=340),
            result("not compared", text="p50_ms>+1%", value=None),
            result("missing", text="energy_j>+1%", value=None),
        ]
    )
    check(root)
    suite = root[0]
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "5", "failures": "1", "errors": "1", "skipped": "2"}
    cases = suite.findall("testcase")
    assert [[child.tag for child in case] for case in cases] == [
        ["failure"],
        [],
        ["skipped"],
        ["skipped"],
        ["error"],
    ]
    assert cases[0].get("name") == "accuracy<-1%: rules"
    assert "-5.0 points" in cases[0][0].get("message")
    assert "about 340 more items" in cases[2][0].get("message")
    assert suite.get("timestamp") == "2026-01-02T03:04:05"


def test_undecided_is_a_failure_where_it_fails():
    root = parsed([result("undecided", n_more=3)], fails_undecided=True)
    assert root[0].get("failures") == "1"
    assert root[0].get("skipped") == "0"
    assert root.find(".//testcase/failure") is not None


@pytest.mark.parametrize(
    "text", ["\x00\x1b[31m", "]]>", "<!--", "&amp;", "\ud800", "\ufffe", "a\nb\r\tc", "\"'", "\x85"]
)
def test_no_text_breaks_the_document(text):
    root = parsed([result(pair=text)])
    check(root)
    assert len(root.findall(".//testcase")) == 1


@given(st.text(st.characters(), max_size=40))
def test_any_name_gives_a_document_that_can_be_read(text):
    check(parsed([result(pair=text, detail=text)]))


def test_a_name_with_marks_comes_back_as_it_was():
    case = parsed([result(pair='<a & "b">')]).find(".//testcase")
    assert case.get("name") == 'accuracy<-1%: <a & "b">'
