"""What matrices put into a report: batches and devices, settings, memory, time, noise."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.reading import shipped, shipped_ids
from spoonbench.reports import matrix_tables, matrix_wording
from spoonbench.reports.devices import device_curves, draw_devices
from spoonbench.reports.matrix_memory import PEAKS, WEIGHTS, draw_memory
from spoonbench.reports.matrix_plots import draw_batches, draw_heat
from spoonbench.reports.matrix_settings import SETTING_HEATS, settings_vary
from spoonbench.reports.matrix_step import draw_step
from spoonbench.reports.overview.blocks import Bullets, Heading, Numbers, Part, Picture, Words
from spoonbench.reports.overview.duel_parts import throughput_blocks
from spoonbench.reports.plots import renamed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.harness.frameworks.graph import Framework
    from spoonbench.reports.overview.blocks import Block
    from spoonbench.reports.overview.content import Overview, ShownMatrix
    from spoonbench.reports.plots import Plot

DEVICE_FRAMEWORK = "device-as-written"
"""The framework whose bands stand beside what was measured."""


def batch_part(overview: Overview) -> Part:
    """Speed by batch size: of devices, of settings, of contestants."""
    blocks: list[Block] = []
    for one in overview.matrices:
        found = [_devices(one), _named(one, draw_batches(one.report.evidence))]
        blocks += _pictures(one, found)
        told = [text for text in matrix_wording.crossovers(one.report) if text]
        table = matrix_tables.crossover_table(one.report)
        if table.rows:
            blocks.append(
                Numbers(name=f"{one.slug}-crossovers", table=table, folded="Crossovers in numbers")
            )
            blocks.append(Bullets(sentences=tuple(told)))
    blocks += throughput_blocks(overview)
    return Part(
        part_id="batches",
        title="Batch size, devices and crossovers",
        chapter="evidence",
        blocks=tuple(blocks),
    )


def setting_part(overview: Overview) -> Part:
    """Heat maps over number format and quantization, and the cells."""
    blocks: list[Block] = []
    for one in overview.matrices:
        evidence = one.report.evidence
        heats = SETTING_HEATS if settings_vary(evidence) else ()
        blocks += _pictures(one, [_named(one, draw_heat(evidence, heat)) for heat in heats])
        if not heats:
            blocks.append(Heading(text=one.plan.title))
        answers = matrix_tables.answer_table(one.report)
        if answers.rows:
            blocks.append(Numbers(name=f"{one.slug}-cells", table=answers, folded="Every cell"))
        for name, is_skipped in (("failed", False), ("skipped", True)):
            title = "Skipped" if is_skipped else "Failed or not run"
            groups = matrix_tables.groups(one.report, is_skipped=is_skipped)
            table = matrix_tables.group_table(title, groups)
            if table.rows:
                blocks.append(Numbers(name=f"{one.slug}-{name}", table=table, caption=title))
    return Part(
        part_id="settings",
        title="Number formats and quantization",
        chapter="evidence",
        blocks=tuple(blocks),
    )


def memory_part(overview: Overview) -> Part:
    """Predicted against measured memory."""
    blocks: list[Block] = []
    for one in overview.matrices:
        found = [_named(one, draw_memory(one.report.evidence, kind)) for kind in (PEAKS, WEIGHTS)]
        blocks += _pictures(one, found)
        table = matrix_tables.memory_table(one.report)
        if table.rows:
            blocks.append(
                Numbers(name=f"{one.slug}-memory", table=table, folded="Memory of every cell")
            )
    return Part(
        part_id="memory",
        title="Memory, predicted and measured",
        chapter="evidence",
        blocks=tuple(blocks),
    )


def time_part(overview: Overview) -> Part:
    """Where the time of a step goes."""
    blocks: list[Block] = []
    for one in overview.matrices:
        blocks += _pictures(one, [_named(one, draw_step(one.report))])
        table = matrix_tables.time_table(one.report)
        if table.rows:
            blocks.append(
                Numbers(name=f"{one.slug}-times", table=table, folded="Times of every cell")
            )
    return Part(
        part_id="time",
        title="Where a step spends its time",
        chapter="evidence",
        blocks=tuple(blocks),
    )


def noise_part(overview: Overview) -> Part:
    """How far measurements differ from themselves, and what was not shown."""
    blocks: list[Block] = []
    for one in overview.matrices:
        told = (matrix_wording.noise(one.report), *matrix_wording.remarks(one.report))
        blocks += [Heading(text=one.plan.title), Bullets(sentences=told)]
        for title, sentences in matrix_wording.findings(one.report):
            if sentences:
                blocks += [Words(text=f"{title}:"), Bullets(sentences=sentences)]
    return Part(
        part_id="noise",
        title="Noise, and what is not shown",
        chapter="uncertainty",
        blocks=tuple(blocks),
    )


@cache
def _framework() -> Framework | None:
    return shipped(DEVICE_FRAMEWORK) if DEVICE_FRAMEWORK in shipped_ids() else None


def _devices(one: ShownMatrix) -> Plot | None:
    curves = device_curves(one.report.evidence, _framework())
    return None if curves is None else _named(one, draw_devices(curves))


def _named(one: ShownMatrix, plot: Plot | None) -> Plot | None:
    """The plot under a name of its own; the word "matrix" stands in the slug already."""
    if plot is None:
        return None
    return renamed(plot, f"{one.slug}-{plot.name.removeprefix('matrix-')}")


def _pictures(one: ShownMatrix, plots: Sequence[Plot | None]) -> Iterator[Block]:
    found = [plot for plot in plots if plot is not None]
    if found:
        yield Heading(text=one.plan.title)
    yield from (Picture(plot=plot) for plot in found)
