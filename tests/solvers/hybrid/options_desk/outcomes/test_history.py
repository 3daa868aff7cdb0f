"""Histories are cut by time alone, and what is open across a border belongs nowhere."""

import numpy as np
import pytest

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.outcomes.history import cut_by_time

SHARES = (0.5, 0.2, 0.3)


def test_every_part_is_over_before_the_next_begins(history):
    periods = cut_by_time(history, SHARES)
    for part, following, start in zip(
        periods.parts, periods.parts[1:], periods.starts, strict=False
    ):
        assert part.closed.max() < start <= following.opened.min()


def test_what_is_open_across_a_border_is_left_out_and_counted(history):
    periods = cut_by_time(history, SHARES)
    across = [(history.opened < start) & (history.closed >= start) for start in periods.starts]
    assert periods.n_purged == int((across[0] | across[1]).sum()) > 0
    assert sum(map(len, periods.parts)) + periods.n_purged == len(history)


def test_trades_stay_in_the_order_of_opening(history):
    for part in cut_by_time(history, SHARES).parts:
        assert (np.diff(part.opened) >= np.timedelta64(0)).all()
        assert (np.diff(part.number) > 0).all()


def test_a_part_without_trades_is_refused(history):
    with pytest.raises(BadInput, match="no trade is opened and closed"):
        cut_by_time(history.select(np.arange(3)), SHARES)
