import errno

import pytest

from spoonbench.solvers.llm.machine import memory_errors


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to"),
        RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
)
def test_a_lack_of_memory_is_a_memory_error_whoever_says_so(error):
    with pytest.raises(MemoryError), memory_errors():
        raise error


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), OSError("no such file")])
def test_other_errors_stay_what_they_are(error):
    with pytest.raises(type(error), match=str(error)), memory_errors():
        raise error
