"""What a report says of memory is what was measured over what was predicted, counted."""

from dataclasses import replace

from spoonbench.reports import matrix_wording

MB = 1_000_000


def with_memory(report, *figures):
    """The report with the first cells' predicted, lean and kept peaks, and caches."""
    cells = list(report.evidence.cells)
    for at, (predicted, lean, kept, cache) in enumerate(figures):
        cells[at] = replace(
            cells[at],
            predicted_peak_bytes=predicted,
            lean_peak_bytes=lean,
            peak_bytes=kept,
            cache_bytes=cache,
            predicted_cache_bytes=MB,
        )
    others = [
        replace(one, predicted_peak_bytes=None, lean_peak_bytes=None)
        for one in cells[len(figures) :]
    ]
    evidence = replace(report.evidence, cells=(*cells[: len(figures)], *others))
    return replace(report, evidence=evidence)


def test_peaks_count_with_freed_memory_given_back_and_kept(report):
    changed = with_memory(
        report,
        (100 * MB, 80 * MB, 90 * MB, MB),
        (100 * MB, 125 * MB, 160 * MB, 2 * MB),
        (100 * MB, 126 * MB, 200 * MB, None),
    )
    told = matrix_wording.memory(changed)
    assert told[-3:] == (
        (
            "Caches of keys and values within 10% of what was predicted: 1 of 2 cells; measured "
            "over predicted 1.00 to 2.00, median 1.50."
        ),
        (
            "Peaks within 25% of what was predicted: 2 of 3 cells; measured over predicted 0.800 "
            "to 1.26, median 1.25."
        ),
        (
            "Peaks of the timed calls, in which freed memory is kept, within 25% of what was "
            "predicted: 1 of 3 cells; measured over predicted 0.900 to 2.00, median 1.60."
        ),
    )


def test_without_predictions_nothing_is_counted(report):
    told = matrix_wording.memory(with_memory(report))
    assert told[-1] == "Peaks: no cell has both a predicted and a measured one."
    assert not any(sentence.startswith("Caches") for sentence in told)


def test_an_accelerator_is_held_against_its_own_peak(device_report):
    changed = with_memory(device_report, (100 * MB, None, 70 * MB, None))
    first = replace(changed.evidence.cells[0], device_peak_bytes=110 * MB)
    cells = (first, *changed.evidence.cells[1:])
    told = matrix_wording.memory(replace(changed, evidence=replace(changed.evidence, cells=cells)))
    assert told[-1].startswith("Peaks within 25% of what was predicted: 1 of 1 cell; measured")
