from spoonbench.harness.estimates import Estimate
from spoonbench.harness.frameworks.reading import shipped
from spoonbench.harness.matrix.evidence import Crossover
from spoonbench.reports.devices import (
    Band,
    DeviceCurves,
    Line,
    draw_devices,
    fastest,
    framework_bands,
)


def line(device, **rates):
    return Line(
        device=device,
        series=device,
        rates={
            int(size.removeprefix("b")): Estimate(value=v, low=v * 0.9, high=v * 1.1, n_rounds=3)
            for size, v in rates.items()
        },
    )


def test_bands_of_the_rule_as_written_have_its_gap():
    bands = framework_bands(shipped("device-as-written"), {"parameters": 82e6}, 64)
    assert [(band.low, band.high, band.choice) for band in bands] == [
        (1, 8, "cpu"),
        (9, 15, "says nothing"),
        (16, 64, "mps"),
    ]


def test_without_the_size_of_the_model_the_rule_has_no_bands():
    assert framework_bands(shipped("device-as-written"), {}, 64) == ()


def test_a_device_is_fastest_only_where_intervals_lie_apart():
    lines = (line("cpu", b1=10, b8=40, b64=50), line("cuda", b1=5, b8=42, b64=400))
    assert [fastest(lines, size) for size in (1, 8, 64)] == ["cpu", "not told apart", "cuda"]
    assert fastest(lines[:1], 1) == "cpu alone"


def test_devices_whose_lines_cross_without_that_being_shown_are_told():
    text = "device cpu and cuda: they may cross at about 4, or not at all."
    one = Crossover(
        axis="device", first="cpu", second="cuda", others="", batch_size=None, low=None, high=None,
        text=text,
    )  # fmt: skip
    lines = (line("cpu", b1=10, b8=40), line("cuda", b1=9, b8=41))
    measured = (Band(low=1, high=8, choice="not told apart"),)
    curves = DeviceCurves(lines=lines, measured=measured, written=(), crossovers=(), open=(one,))
    plot = draw_devices(curves)
    assert text in plot.sentence
    assert "No crossover" not in plot.sentence
    for colour in ("--level-1", "--level-2"):
        assert f'<g style="fill: var({colour})"' in plot.svg  # the bar beside the label
    closed = DeviceCurves(lines=lines, measured=measured, written=(), crossovers=())
    assert "No crossover of two devices lies within" in draw_devices(closed).sentence
