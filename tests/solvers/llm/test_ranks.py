"""What two processes exchange, in two processes without a launcher, and what one is spared."""

import os
import socket
import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.llm.ranks import ALONE, Ranks

PROGRAM = """
import sys
from datetime import timedelta
import torch
from torch import distributed
from spoonbench.solvers.llm import ranks as module
from spoonbench.solvers.llm.ranks import Ranks

rank, port = int(sys.argv[1]), sys.argv[2]
distributed.init_process_group(
    "gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=2,
    timeout=timedelta(seconds=60),
)
ranks = Ranks.here("cpu")
assert (ranks.rank, ranks.world, ranks.is_first) == (rank, 2, rank == 0)
assert ranks.sum([1.0 + rank, 2.0**-60]) == [3.0, 2.0**-59]
assert ranks.hear_first(f"said by {rank}: \\u00e9") == "said by 0: \\u00e9"
assert ranks.hear_first("" if rank == 0 else "nobody hears this") == ""

module._BUCKET_NUMBERS = 7
learned = [torch.nn.Parameter(torch.zeros(shape)) for shape in ((2, 3), (4,), (1,), (9,))]
fixed = torch.nn.Parameter(torch.zeros(2), requires_grad=False)
for number, parameter in enumerate(learned[:-1]):
    parameter.grad = torch.full(parameter.shape, float(number + 1) * (1 + 9 * rank))
if rank == 1:
    learned[-1].grad = torch.full((9,), 5.0)
ranks.sum_gradients([*learned[:2], fixed, *learned[2:]])
for number, parameter in enumerate(learned[:-1]):
    assert parameter.grad.eq(11.0 * (number + 1)).all(), (number, parameter.grad)
assert learned[-1].grad.eq(5.0).all(), "a process without examples counts as 0"
assert fixed.grad is None

tensors = [torch.full((2, 2), float(rank)).t(), torch.tensor(float(rank))]
ranks.copy_from_first(tensors)
assert all(tensor.eq(0.0).all() for tensor in tensors)

ranks.require_same("the same", "examples")
try:
    ranks.require_same(f"of {rank}", "examples")
except ValueError as exc:
    assert str(exc).startswith("1 of 2 processes have other examples than the first"), exc
else:
    raise AssertionError("other examples were not noticed")
distributed.destroy_process_group()
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.skipif(not torch.distributed.is_available(), reason="torch without distributed")
def test_two_processes_add_up_copy_and_compare():
    port = str(free_port())
    processes = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, str(rank), port],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        for rank in (0, 1)
    ]
    errors = [process.communicate(timeout=100)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors


def test_one_process_is_alone_and_exchanges_nothing():
    assert Ranks.here("cpu") == ALONE
    parameter = torch.nn.Parameter(torch.ones(3))
    ALONE.sum_gradients([parameter])
    assert parameter.grad is None
    ALONE.copy_from_first([parameter])
    ALONE.require_same("a", "examples")
    assert ALONE.sum([0.1, 2.0]) == [0.1, 2.0]
    assert ALONE.hear_first("a") == "a"
    assert ALONE.share([1, 2, 3]) == [1, 2, 3]


@given(items=st.lists(st.integers()), world=st.integers(1, 9))
def test_shares_hold_every_item_once_and_are_even(items, world):
    shares = [Ranks(rank=rank, world=world).share(items) for rank in range(world)]
    assert sorted(item for share in shares for item in share) == sorted(items)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
