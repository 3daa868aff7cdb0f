"""Formats: rules at level 1 against libraries at level 2."""

import pytest

from spoonbench.harness.registry import make_task


@pytest.fixture(scope="module")
def formats():
    return make_task("formats", {"n_training": 1, "n_items": 512})


@pytest.mark.parametrize("batch_size", [1, 512])
@pytest.mark.parametrize("name", ["format-rules", "format-libraries"])
def test_formats(time_batch, formats, name, batch_size):
    time_batch(name, formats, batch_size)
