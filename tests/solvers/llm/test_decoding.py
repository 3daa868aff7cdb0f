import math
from dataclasses import replace

import pytest

from spoonbench.solvers.llm.decoding import check_decoding
from spoonbench.solvers.texts import Decoding


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("max_new_tokens", 0, "at least 1"),
        ("temperature", -0.1, "at least 0"),
        ("temperature", math.inf, "finite"),
        ("temperature", math.nan, "finite"),
        ("top_p", 0.0, "above 0"),
        ("top_p", 1.1, "at most 1"),
        ("top_p", math.nan, "above 0"),
        ("top_k", -1, "at least 0"),
        ("repetition_penalty", 0.0, "above 0"),
        ("repetition_penalty", math.inf, "finite"),
        ("seed", -1, "at least 0"),
        ("stop_strings", ("a", ""), "not empty"),
    ],
)
def test_a_setting_that_means_nothing_is_named(name, value, said):
    with pytest.raises(ValueError, match=f"{name} must be .*{said}"):
        check_decoding(replace(Decoding(), **{name: value}))


def test_the_edges_of_what_is_allowed_pass():
    check_decoding(Decoding())
    check_decoding(
        Decoding(max_new_tokens=1, temperature=1e-9, top_p=1e-9, repetition_penalty=1e-9)
    )
