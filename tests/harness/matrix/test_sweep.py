"""A sweep becomes cells: each once, in one order, and what is wrong with it is said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.matrix.axes import AXES, BadSweep
from spoonbench.harness.matrix.sweep import Sweep, cell_name, placements
from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.records import Placement
from spoonbench.solvers.quantizations import METHODS

BATCHES = [1, 4, 8, 16, 32, 64, 96, 128]
METHOD_NAMES = ["none", *METHODS]


def test_axes_are_crossed_the_batch_size_changing_fastest():
    found = placements(Sweep(axes={"batch": [1, 8], "dtype": ["fp32", "bf16"]}))
    assert [(one.dtype, one.batch_size) for one in found] == [
        ("float32", 1),
        ("float32", 8),
        ("bfloat16", 1),
        ("bfloat16", 8),
    ]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(BATCHES), min_size=1, unique=True),
    st.lists(st.sampled_from(["fp32", "bf16", "fp16"]), min_size=1, unique=True),
    st.lists(st.sampled_from(METHOD_NAMES), min_size=1, unique=True),
)
def test_every_combination_is_a_cell_and_none_is_twice(batches, dtypes, methods):
    axes = {"batch": batches, "dtype": dtypes, "quantization": methods}
    found = placements(Sweep(axes=axes))
    assert len(found) == len(batches) * len(dtypes) * len(methods)
    assert len(set(found)) == len(found)
    names = [cell_name(one, found) for one in found]
    assert len(set(names)) == len(names)
    assert placements(Sweep(axes=dict(reversed(axes.items())))) == found


def test_coupled_axes_change_together():
    coupled = [{"dtype": ["fp32", "bf16"], "quantization": ["torch-int8dyn", "none"]}]
    found = placements(Sweep(axes={"batch": [1, 2]}, coupled=coupled))
    assert [(one.dtype, one.quantization, one.batch_size) for one in found] == [
        ("float32", "torch-int8dyn", 1),
        ("float32", "torch-int8dyn", 2),
        ("bfloat16", "none", 1),
        ("bfloat16", "none", 2),
    ]


def test_a_coupled_axis_may_repeat_a_value():
    coupled = [{"dtype": ["fp32", "fp32"], "quantization": ["none", "int8"]}]
    assert len(placements(Sweep(axes={}, coupled=coupled))) == 2


def test_cells_are_left_out_and_added():
    sweep = Sweep(
        axes={"batch": [1, 2], "dtype": ["fp32", "bf16"]},
        exclude=[{"dtype": "bf16", "batch": 2}],
        include=[{"dtype": "fp16", "batch": 64}],
    )
    found = [(one.dtype, one.batch_size) for one in placements(sweep)]
    assert found == [("float32", 1), ("float32", 2), ("bfloat16", 1), ("float16", 64)]


def test_what_no_axis_names_is_as_usual():
    usual = Conditions(threads=2, dtype="bfloat16")
    sweep = Sweep(axes={"batch": ["4"]}, include=[{"quantization": "int4"}], usual=usual)
    one, added = placements(sweep)
    assert (one.threads, one.dtype, one.batch_size) == (2, "bfloat16", 4)
    assert (added.threads, added.quantization, added.batch_size) == (2, "bnb-nf4", 1)


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        ({"axes": {"bach": [1]}}, "The axis 'bach' is unknown. Did you mean 'batch'"),
        ({"axes": {"batch": []}}, "The axis 'batch' has no value"),
        ({"axes": {"dtype": ["fp32", "float32"]}}, "has the value 'float32' twice"),
        ({"axes": {"dtype": ["fp8"]}}, "number format 'fp8' is unknown. Did you mean"),
        ({"axes": {"batch": [0]}}, "at least 1 and at most 1,048,576, not 0"),
        ({"axes": {"batch": [True]}}, "whole number above 0, not True"),
        ({"axes": {"batch": ["²"]}}, "whole number above 0, not '²'"),
        ({"axes": {"batch": [1.5]}}, "whole number above 0, not 1.5"),
        ({"axes": {"batch": ["-1"]}}, "whole number above 0, not '-1'"),
        ({"axes": {"device": ["cuda:"]}}, "cpu, cuda, cuda:N or mps, not 'cuda:'"),
        ({"axes": {"device": ["cuda:01"]}}, "not 'cuda:01'"),
        ({"axes": {"affinity": ["tight"]}}, "any, compact, spread, or cores such as 0 or 0-3"),
        ({"axes": {"affinity": ["3-1"]}}, "'3-1' ends before it begins"),
        ({"axes": {"affinity": [True, "1.5"]}}, "or cores such as 0 or 0-3, not True"),
        ({"axes": {"affinity": ["0-1", "1,0"]}}, "has the value '0-1' twice"),
        ({"axes": {"quantization": ["int5"]}}, "The quantization 'int5' is unknown"),
        ({"axes": {"batch": [1]}, "coupled": [{"dtype": ["fp32"]}]}, "groups of two or more"),
        (
            {"axes": {}, "coupled": [{"dtype": ["fp32"], "batch": [1, 2]}]},
            "as many values each; these have: dtype 1, batch 2",
        ),
        ({"axes": {}, "coupled": [{"dtype": [], "batch": []}]}, "have no values"),
        (
            {"axes": {"batch": [1]}, "coupled": [{"dtype": ["fp32"], "batch": [1]}]},
            "The axis 'batch' is given twice",
        ),
        ({"axes": {"batch": [1]}, "exclude": [{"batch": 2}]}, "leaves out no cell"),
        ({"axes": {"batch": [1]}, "exclude": [{}]}, "An exclusion names at least one axis"),
        ({"axes": {"batch": [1]}, "exclude": [{"batch": 1}]}, "no cell left"),
        ({"axes": {"batch": [1]}, "include": [{"batch": 1}]}, "is in the sweep already"),
        (
            {"axes": {"batch": list(range(1, 10_002))}},
            "The sweep has 10,001 cells; at most 10,000",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(sweep, message):
    with pytest.raises(BadSweep) as caught:
        placements(Sweep(**sweep))
    assert message in str(caught.value)


def test_a_cell_is_named_by_what_differs():
    found = placements(Sweep(axes={"batch": [1, 8], "quantization": ["none", "bnb-int8"]}))
    names = [cell_name(one, found) for one in found]
    assert names == ["full-batch1", "full-batch8", "bnb-int8-batch1", "bnb-int8-batch8"]
    assert cell_name(found[0], found[:1]) == "cell"


def test_cores_stand_in_the_name_as_they_are_kept():
    found = placements(Sweep(axes={"affinity": ["any", "compact", 1, "1,0", "0-4:2"]}))
    names = [cell_name(one, found) for one in found]
    assert names == ["cores:any", "cores:compact", "cores:1", "cores:0-1", "cores:0,2,4"]
    assert [one.affinity for one in found] == ["any", "compact", "1", "0-1", "0,2,4"]


def test_autocast_is_a_number_format_with_a_short_name():
    found = placements(Sweep(axes={"dtype": ["fp32", "autocast-bf16"]}))
    assert [one.dtype for one in found] == ["float32", "autocast-bfloat16"]
    assert [cell_name(one, found) for one in found] == ["fp32", "autocast-bf16"]
    with pytest.raises(BadSweep, match="has the value 'autocast-bfloat16' twice"):
        placements(Sweep(axes={"dtype": ["autocast", "autocast-bfloat16"]}))


def test_every_axis_sets_a_field_of_its_own():
    assert len({axis.field for axis in AXES.values()}) == len(AXES)
    assert all(hasattr(Conditions(), axis.field) for axis in AXES.values())


def test_what_a_mode_has_no_use_for_is_left_out_of_its_cells():
    axes: dict[str, list[object]] = {
        "mode": ["answer", "prefill", "decode", "train"],
        "prompt": [32, 64],
        "new": [8, 16],
        "accumulation": [1, 4],
    }
    found = placements(Sweep(axes=axes))
    assert [(one.mode, one.prompt_tokens, one.new_tokens, one.accumulation) for one in found] == [
        ("answer", None, None, 1),
        ("prefill", 32, None, 1),
        ("prefill", 64, None, 1),
        ("decode", 32, 8, 1),
        ("decode", 32, 16, 1),
        ("decode", 64, 8, 1),
        ("decode", 64, 16, 1),
        ("train", None, None, 1),
        ("train", None, None, 4),
    ]
    names = [cell_name(one, found) for one in found]
    assert names[0] == "answer-accumulation1"
    assert names[3] == "decode-prompt32-new8-accumulation1"
    assert len(set(names)) == len(names)


def test_what_a_mode_needs_is_there_without_an_axis():
    (one,) = placements(Sweep(axes={"mode": ["decode"]}))
    assert one.prompt_tokens
    assert one.new_tokens


def test_a_placement_has_nothing_of_what_is_timed():
    (one,) = placements(Sweep(axes={"mode": ["prefill"], "batch": [8], "order": ["length"]}))
    assert one.only_placement == Placement(batch_size=8)
