"""Cases of frameworks, with no evidence at all; cells of two devices."""

import pytest

from spoonbench.harness.advise.asking import make_case
from spoonbench.harness.advise.facts import questions_of, read_facts
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.advise.topics import framework_of


@pytest.fixture
def nothing(machine):
    """This machine, and no evidence at all."""
    return Sources(None, has_references=False, has_claims=False, machine=machine)


@pytest.fixture
def case_of(nothing):
    """A framework and a case of it."""

    def make(topic, sources=None, **facts):
        framework = framework_of(topic)
        read = read_facts(questions_of(framework), facts, "given")
        return framework, make_case(framework, read, sources or nothing)

    return make


@pytest.fixture(scope="session")
def of_devices():
    """Makes cells of the processor and a GPU that overtakes it at a batch."""

    def make(crossing, batches=(1, 2, 4, 8, 16, 32, 64)):
        cells = []
        for batch in batches:
            cells.append(({"device": "cpu", "batch_size": batch}, 100.0, 300))
            cells.append(({"device": "cuda", "batch_size": batch}, 100.0 * batch / crossing, 300))
        return cells

    return make
