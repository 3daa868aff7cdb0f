"""JUnit XML that systems for pipelines read: structure, counts, and no text that breaks it."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.gates.expressions import read_gate
from spoonbench.harness.gates.judging import GateResult
from spoonbench.harness.gates.junit import junit_xml
from tests.harness.gates.junit_schema import faults_of

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


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
    assert faults_of(root) == []
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


def test_every_outcome_is_told_in_the_element_too_where_gitlab_reads_it():
    root = parsed([result("undecided", n_more=3), result("failed"), result("missing")])
    outcomes = [case[0] for case in root.iter("testcase")]
    assert [one.tag for one in outcomes] == ["skipped", "failure", "error"]
    assert all(one.text and one.text in one.get("message") for one in outcomes)


def test_a_gate_that_is_given_twice_has_two_names():
    root = parsed([result("failed"), result("failed"), result("failed", pair="other")])
    assert faults_of(root) == []
    names = [case.get("name") for case in root.iter("testcase")]
    assert names == ["accuracy<-1%: rules", "accuracy<-1%: rules [2]", "accuracy<-1%: other"]


def test_a_name_that_ends_like_the_second_of_another_stays_apart():
    pairs = ["rules", "rules [2]", "rules", "rules [2]"]
    assert faults_of(parsed([result(pair=pair) for pair in pairs])) == []


def broken():
    """What the rules are there to find: what is done to a good document, and the fault."""
    return {
        "no hostname": lambda suite: suite.attrib.pop("hostname"),
        "unknown": lambda suite: suite.set("duration", "1"),
        "timestamp of testsuite": lambda suite: suite.set("timestamp", "2026-01-02T03:04:05Z"),
        "there is no time": lambda suite: suite.set("timestamp", "2026-13-02T03:04:05"),
        "time of testsuite": lambda suite: suite.set("time", "soon"),
        "tests is 9": lambda suite: suite.set("tests", "9"),
        "failures is 0": lambda suite: suite.set("failures", "0"),
        "out of order": lambda suite: suite.insert(0, suite[-1]),
        "0 of properties": lambda suite: suite.remove(suite[0]),
        "no element of the format": lambda suite: ET.SubElement(suite, "notes"),
        "holds text": lambda suite: setattr(suite, "text", "words"),
        "several outcomes": lambda suite: ET.SubElement(suite[1], "skipped"),
        "has no type": lambda suite: suite[1][0].attrib.pop("type"),
        "says nothing": lambda suite: setattr(suite[1][0], "text", ""),
        "one name": lambda suite: suite[2].set("name", suite[1].get("name")),
    }


@pytest.mark.parametrize("fault", broken())
def test_the_rules_find_what_readers_would_refuse(fault):
    root = parsed([result("failed"), result("passed", pair="other")])
    assert faults_of(root) == []
    broken()[fault](root[0])
    assert any(fault in one for one in faults_of(root)), faults_of(root)


@pytest.mark.parametrize(
    "text", ["\x00\x1b[31m", "]]>", "<!--", "&amp;", "\ud800", "\ufffe", "a\nb\r\tc", "\"'", "\x85"]
)
def test_no_text_breaks_the_document(text):
    root = parsed([result(pair=text)])
    assert faults_of(root) == []
    assert len(root.findall(".//testcase")) == 1


@given(st.text(st.characters(), max_size=40))
def test_any_name_gives_a_document_that_can_be_read(text):
    assert faults_of(parsed([result(pair=text, detail=text)])) == []


def test_a_name_with_marks_comes_back_as_it_was():
    case = parsed([result(pair='<a & "b">')]).find(".//testcase")
    assert case.get("name") == 'accuracy<-1%: <a & "b">'
