"""A child runs on the cores that it was told, its libraries' threads too, and says which."""

import json
import sys
from dataclasses import replace

import pytest

from spoonbench.harness.affinity import cores_allowed
from spoonbench.solvers.api import Settings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux pins threads to cores")
HERE = cores_allowed() or (0,)
LAST = HERE[-1]


def with_threads(job, threads):
    return replace(job, part=replace(job.part, settings=Settings(threads=threads)))


def cores_seen(result):
    return {tuple(cores) for cores in json.loads(result.cells[0].answers[0].value)}


def test_all_threads_of_a_forked_child_are_pinned(executor, make_job):
    job = make_job("Cores", affinity=str(LAST), memory_bytes=None)
    result = executor.run(job)
    assert result.status == "ok", result.reason
    assert cores_seen(result) == {(LAST,)}
    assert [cell.metrics["cores"] for cell in result.cells] == [[LAST], [LAST]]
    assert all("affinity" not in cell.missing for cell in result.cells)


def test_nothing_is_pinned_where_nothing_is_asked(executor, make_job):
    result = executor.run(make_job("Echo"))
    assert result.cells[0].metrics["cores"] == list(HERE)
    pinned = executor.run(make_job("Echo", affinity=str(LAST)))
    assert pinned.cells[0].metrics["cores"] == [LAST]
    again = executor.run(make_job("Echo"))
    assert again.cells[0].metrics["cores"] == list(HERE)


@pytest.mark.skipif(len(HERE) < 2, reason="needs two cores")
@pytest.mark.parametrize("word", ["compact", "spread"])
def test_words_take_as_many_cores_as_threads(executor, make_job, word):
    for threads in (1, 2):
        job = with_threads(make_job("Cores", affinity=word, memory_bytes=None), threads)
        cores = executor.run(job).cells[0].metrics["cores"]
        assert len(cores) == threads
        assert set(cores) <= set(HERE)


def test_cores_that_are_not_here_are_skipped_with_the_reason(executor, make_job):
    result = executor.run(make_job("Echo", affinity="9999"))
    assert (result.status, result.cells[0].status) == ("skipped", "skipped")
    assert result.reason.startswith("no core 9999 here: there are ")


@pytest.mark.skipif(len(HERE) < 2, reason="needs two cores")
def test_a_contestant_that_takes_other_cores_is_found_out(executor, make_job):
    result = executor.run(make_job("Escapes", affinity=str(LAST)))
    assert result.cells[0].metrics["cores"] == list(HERE)
    assert f"not {LAST}" in result.cells[0].missing["affinity"]
