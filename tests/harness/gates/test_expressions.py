"""Gates are read as they are documented, and what is none is refused with the reason."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.gates.expressions import BadGate, read_gate
from spoonbench.harness.gates.figures import FIGURES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("accuracy<-1%", ("accuracy", True, -0.01, "points", None)),
        ("accuracy < -0.01", ("accuracy", True, -0.01, "points", None)),
        ("accuracy<95%", ("accuracy", True, 0.95, "level", None)),
        ("accuracy<0.95", ("accuracy", True, 0.95, "level", None)),
        ("p95_ms>+10%", ("p95_ms", False, 0.1, "relative", None)),
        ("p95_ms>+5", ("p95_ms", False, 5.0, "unit", None)),
        ("p95_ms>50", ("p95_ms", False, 50.0, "level", None)),
        ("throughput<-12.5%", ("throughput", True, -0.125, "relative", None)),
        ("rules: accuracy<-1%", ("accuracy", True, -0.01, "points", "rules")),
        ("a.py::test_x[a<b]: p50_ms>+1%", ("p50_ms", False, 0.01, "relative", "a.py::test_x[a<b]")),
        (
            "rules then: a model :coverage<-0%",
            ("coverage", True, 0.0, "points", "rules then: a model"),
        ),
    ],
)
def test_a_gate_is_read(text, expected):
    gate = read_gate(text)
    figure, is_below, limit, *rest = expected
    assert (gate.figure, gate.is_below, gate.basis, gate.name) == (figure, is_below, *rest)
    assert gate.limit == pytest.approx(limit)


def test_missing_is_a_gate():
    assert read_gate(" missing ").figure == "missing"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no gate"),
        ("accuracy", "no gate"),
        ("wer<1", "no figure 'wer'"),
        ("accuracy<=1%", "not with <="),
        ("accuracy=1", "not with ="),
        ("accuracy<", "no limit"),
        ("accuracy<one", "no limit"),
        ("accuracy<--1%", "no limit"),
        ("accuracy<1e5", "no limit"),
        ("accuracy<nan", "no limit"),
        ("accuracy<-101%", "between 0 and 1"),
        ("accuracy<95", "between 0 and 1"),
        ("p95_ms>10%", "a change has a sign"),
        ("p95_ms<-100%", "falls by 100%"),
        ("p95_ms>+10%%", "no limit"),
        ("<-1%", "no gate"),
        (": accuracy<-1%", "no gate"),
    ],
)
def test_what_is_no_gate_is_refused_with_the_reason(text, why):
    with pytest.raises(BadGate, match=why):
        read_gate(text)


@given(st.text())
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(BadGate):
        assert read_gate(text).figure in {*FIGURES, "missing"}


@given(st.text().filter(str.strip), st.sampled_from(sorted(FIGURES)))
def test_any_name_may_stand_before_a_gate(name, figure):
    gate = read_gate(f"{name}: {figure}<-0.5%")
    assert gate.name == name.strip()
    assert gate.figure == figure
