"""Affinities are read as taskset reads them, chosen by where cores are, and really in force."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.affinity import (
    NoAffinity,
    choose_cores,
    core_list,
    cores_allowed,
    cores_in_force,
    cores_listed,
    pin,
    read_affinity,
    why_not,
)

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux pins threads to cores")
TWO_PROCESSORS = {core: (core // 4, core % 2) for core in range(8)}
"""Two processors of two physical cores, each of which is two logical ones: 0 and 2 are one."""


@given(st.sets(st.integers(0, 300), min_size=1))
def test_a_list_of_cores_is_read_back(cores):
    written = core_list(cores)
    assert cores_listed(written) == tuple(sorted(cores))
    assert read_affinity(written) == written


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 9))
def test_a_range_with_a_step_is_that_of_python(first, more, step):
    found = cores_listed(read_affinity(f"{first}-{first + more}:{step}"))
    assert found == tuple(range(first, first + more + 1, step))


@pytest.mark.parametrize("text", ["", "x", "-1", "1-", "3-1", "0-3:0", "0,,1", "0 1", "all", "²"])
def test_what_is_no_list_of_cores_is_refused(text):
    with pytest.raises(ValueError, match=r"names no cores|ends before it begins"):
        read_affinity(text)


def test_compact_takes_cores_that_share_as_much_as_they_can():
    assert choose_cores("compact", 2, TWO_PROCESSORS) == (0, 2)
    assert choose_cores("compact", 4, TWO_PROCESSORS) == (0, 1, 2, 3)


def test_spread_takes_cores_that_share_as_little_as_they_can():
    assert choose_cores("spread", 2, TWO_PROCESSORS) == (0, 4)
    assert choose_cores("spread", 4, TWO_PROCESSORS) == (0, 1, 4, 5)


@given(
    st.dictionaries(
        st.integers(0, 50), st.tuples(st.integers(0, 2), st.integers(0, 5)), min_size=1
    ),
    st.sampled_from(["compact", "spread"]),
    st.data(),
)
def test_there_is_a_core_of_those_allowed_for_each_thread(places, word, data):
    threads = data.draw(st.integers(1, len(places)))
    found = choose_cores(word, threads, places)
    assert len(set(found)) == threads
    assert set(found) <= set(places)
    assert list(found) == sorted(found)


def test_any_takes_all_and_a_list_takes_itself():
    assert choose_cores("any", 1, {0: (0, 0), 3: (0, 1)}) == (0, 3)
    assert choose_cores("3", 1, {0: (0, 0), 3: (0, 1)}) == (3,)


@pytest.mark.parametrize(
    ("affinity", "threads", "reason"),
    [
        ("any", 64, None),
        ("compact", 2, None),
        ("0-1", 2, None),
        ("0-3", 1, "no core 2-3 here: there are 0-1"),
        ("7", 1, "no core 7 here: there are 0-1"),
        ("0", 2, "2 threads on the 1 core of the affinity 0 would time the scheduler"),
        ("spread", 3, "3 threads on the 2 cores of the affinity spread"),
    ],
)
def test_what_cannot_be_had_is_said(affinity, threads, reason):
    found = why_not(affinity, threads, (0, 1))
    assert found == reason if reason is None else reason in found


@on_linux
def test_threads_that_run_already_are_pinned_too_and_so_are_new_ones():
    """In a process of its own: what it does to itself cannot be taken back everywhere."""
    core = max(cores_allowed())
    script = f"""
import os, threading
from spoonbench.harness.affinity import cores_in_force, pin
go, seen = threading.Event(), []
def look():
    go.wait()
    seen.append(os.sched_getaffinity(0))
early = threading.Thread(target=look)
early.start()
before = cores_in_force()
pin("{core}", 1)
go.set()
late = threading.Thread(target=look)
late.start()
early.join(), late.join()
assert set(before) == set({cores_allowed()!r}), before
assert seen == [{{{core}}}, {{{core}}}], seen
assert cores_in_force() == ({core},)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@on_linux
def test_what_is_not_there_is_refused_and_nothing_is_changed():
    before = os.sched_getaffinity(0)
    with pytest.raises(NoAffinity, match="no core 9999 here"):
        pin("9999", 1)
    pin("any", 1_000)
    assert os.sched_getaffinity(0) == before


def test_elsewhere_there_is_no_such_thing(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cores_allowed() is None
    assert cores_in_force() is None
    with pytest.raises(NoAffinity, match="on Linux alone"):
        pin("0", 1)
    pin("any", 1)
