"""Device and batch: what times of a step allow, and what cells of two devices show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.claims.findings import Part, compare, find, not_run, part, weigh
from spoonbench.harness.claims.grounds import CPU, GPUS
from spoonbench.harness.claims.intervals import Span, of_estimate
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.runs import answering_cells, training_cells
from spoonbench.harness.claims.wording import join, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds
    from spoonbench.harness.claims.runs import MeasuredMatrix
    from spoonbench.harness.matrix.evidence import CellEvidence

_MS = 1000
_SAME_FALL = 2.0
"""Calls a second fall as is claimed if they do so within this factor."""
_COPIES = ("copying_to_device", "copying_back")
_WORK = "computing"
_FEWEST_BATCHES = 3

Pair = tuple["CellEvidence", "CellEvidence"]
"""A cell of the processor, and the same of a GPU."""


@checks("G8")
def steps_of_larger_batches(claim: Claim, grounds: Grounds) -> Finding:
    """A step of a larger batch does all the work of a smaller one: it cannot be shorter."""
    del grounds
    small, large = claim.number("small_batch"), claim.number("large_batch")
    slow, fast = (claim.figures[name].value for name in ("steps_at_small", "steps_at_large"))
    times = [_MS / rate for rate in (slow, fast)]
    measured = claim.number("measured_steps_at_small")
    found = f"{show(times[0])} ms a step at {show(small)}, {show(times[1])} ms at {show(large)}"
    if fast <= slow:
        why = "A step of the larger batch takes at least as long as one of the smaller."
        return find(claim, "holds", found=found, value=fast / slow, unit="times", why=why)
    return find(
        claim,
        "does not hold",
        found=found,
        value=fast / slow,
        unit="times",
        condition=f"the column counts examples: {show(slow)} and {show(fast)} of them a second",
        why=(
            f"By these figures {show(large / small)} times the work takes {show(slow / fast)} "
            "times as long. As examples a second the column could be right, but then the "
            f"{show(measured)} steps a second that were measured at {show(small)} were "
            f"{show(measured * small)} examples, not {show(slow)}."
        ),
    )


@checks("G9")
def parts_of_a_step(claim: Claim, grounds: Grounds) -> Finding:
    """The parts against the step, and three shares of one thing against each other."""
    parts = {name: claim.number(name) for name in claim.inputs}
    total, compute = sum(parts.values()), parts["compute_ms"]
    step = _MS / claim.figures["steps"].value
    compared = compare(claim, "parts", total)
    copies = compute + parts["copy_in_ms"] + parts["copy_out_ms"]
    reading = compute + parts["load_ms"] + parts["tokenize_ms"]
    shares = [compute / one for one in (step, total, copies, reading)]
    found = (
        f"{show(step)} ms a step, {show(total)} ms of parts; busy for "
        f"{join(show(one, 'share') for one in shares)} of the step, the parts, the copies and "
        "the reading"
    )
    rates = claim.figures["steps"]
    if not compared.agrees:
        return find(claim, "does not hold", found=found, value=total, unit="ms", why=compared.text)
    if rates.agrees(_MS / total):
        why = "The parts make up the step."
        return find(claim, "holds", found=found, value=step, unit="ms", why=why)
    busy = grounds.claims["G4"].figures["busy"]
    return find(
        claim,
        "contradicts another claim",
        found=found,
        value=step,
        unit="ms",
        why=(
            f"{show(rates.value)} steps a second are {show(step)} ms a step, of which the named "
            f"parts are {show(total)} ms: {show(1 - total / step, 'share')} of the step is told of "
            f"nowhere. {show(compute)} ms of computing is {show(shares[0], 'share')} of it, and "
            f"neither {show(busy.value, 'share')} (G4) nor {show(shares[3], 'share')} (G5)."
        ),
    )


@checks("G1")
def training_on_both(claim: Claim, grounds: Grounds) -> Finding:
    """Steps of training a second at the claimed batch, on the processor and on Apple's GPU."""
    batch = round(claim.number("batch"))
    for matrix, device, pair in _both(grounds, training_cells):
        if device != "mps" or batch not in pair:
            continue
        cells = pair[batch]
        parts = [
            part(claim, name, _calls(cell))
            for name, cell in zip(("cpu_steps", "gpu_steps"), cells, strict=True)
        ]
        slower = _calls(cells[0]).low > _calls(cells[1]).high
        return weigh(claim, parts, is_borne_out=slower, **matrix.fields(cells))
    return not_run(claim, f"No matrix holds training at a batch of {batch} on cpu and mps.")


@checks("G2")
def bands_of_batches(claim: Claim, grounds: Grounds) -> Finding:
    """Who is faster at each batch size, against who is claimed to be."""
    sizes = [int(name.removeprefix("cpu_at_")) for name in claim.figures if name.startswith("cpu")]
    for matrix, device, pair in _both(grounds, answering_cells):
        shared = [size for size in sizes if size in pair]
        if not shared:
            continue
        parts = [_winner(claim, size, pair[size], device) for size in shared]
        used = [cell for size in shared for cell in pair[size]]
        why = f"Calls a second of {matrix.model} on the processor and on {device}."
        return weigh(claim, parts, is_each=True, why=why, **matrix.fields(used))
    return not_run(claim, "No matrix holds cells of the processor beside those of a GPU.")


def _winner(claim: Claim, size: int, cells: Pair, device: str) -> Part:
    cpu, gpu = (_calls(cell) for cell in cells)
    claimed = claim.figures[f"cpu_at_{size}"].value > claim.figures[f"gpu_at_{size}"].value
    is_clear = cpu.low > gpu.high or gpu.low > cpu.high
    is_right = (cpu.value > gpu.value) == claimed
    return Part(
        name=f"a batch of {size}",
        agreement="undecided" if not is_clear else "agrees" if is_right else "disagrees",
        text=(
            f"at {size}: {show(cpu.value, 'calls/s')} on cpu, {show(gpu.value)} on {device}, and "
            f"{'cpu' if claimed else 'the GPU'} is claimed to win"
        ),
    )


@checks("G3")
def crossover_of_devices(claim: Claim, grounds: Grounds) -> Finding:
    """The batch at which a GPU overtakes, by the fit of the matrix."""
    parts, found = {}, []
    for matrix, device, pair in _both(grounds, answering_cells):
        if device in parts or device not in claim.figures:
            continue
        crossing = _crossing(matrix, device)
        if crossing is not None:
            parts[device] = part(claim, device, crossing, f"{device} overtakes at")
        elif len(pair) > 1 and all(
            _calls(gpu).low > _calls(cpu).high for cpu, gpu in pair.values()
        ):
            text = f"{device} is faster from a batch of {min(pair)} on"
            parts[device] = Part(name=device, agreement="disagrees", text=text)
        if device in parts:
            found.append((matrix, [cell for cells in pair.values() for cell in cells]))
    if not parts:
        return not_run(claim, "No matrix shows where a GPU overtakes the processor.")
    matrix, cells = found[0]
    fields = matrix.fields(cells)
    missing = [name for name in claim.figures if name not in parts]
    finding = weigh(claim, list(parts.values()), is_each=True, **fields)
    if not missing or any(one.agreement != "agrees" for one in parts.values()):
        return finding
    condition = f"it is said of {join(parts)}; {join(missing)} was not measured"
    return find(claim, "holds only if", found=finding.found, condition=condition, **fields)


def _crossing(matrix: MeasuredMatrix, device: str) -> Span | None:
    for one in matrix.evidence.crossovers:
        is_device = one.axis == "device" and one.first == CPU and one.second.startswith(device)
        if is_device and one.batch_size is not None:
            low, high = one.low or one.batch_size, one.high or one.batch_size
            return Span(value=one.batch_size, low=low, high=high)
    return None


@checks("G4")
def busy_share(claim: Claim, grounds: Grounds) -> Finding:
    """Computing over computing and copies, in calls on a GPU at the claimed batch."""
    batch = round(claim.number("batch"))
    for matrix in grounds.runs.matrices():
        for device in GPUS:
            cell = answering_cells(matrix, device).get(batch)
            if cell is None or _WORK not in cell.parts:
                continue
            copies = sum(cell.parts.get(name, 0.0) for name in _COPIES)
            share = cell.parts[_WORK] / (cell.parts[_WORK] + copies)
            parts = [part(claim, "busy", Span(value=share, low=share, high=share))]
            why = f"Of computing and copies of {matrix.model}; of a whole call {_shares(cell)}."
            return weigh(claim, parts, why=why, **matrix.fields([cell]))
    return not_run(claim, f"No matrix holds timed parts of calls on a GPU at a batch of {batch}.")


@checks("G5")
def reading_against_computing(claim: Claim, grounds: Grounds) -> Finding:
    """Tokenizing over computing in calls at the claimed batch, on any device."""
    batch = round(claim.number("batch"))
    claimed = (claim.figures["load"].value + claim.figures["tokenize"].value) / claim.figures[
        "compute"
    ].value
    for matrix in grounds.runs.matrices():
        for device in (CPU, *GPUS):
            cell = answering_cells(matrix, device).get(batch)
            if cell is None or not cell.parts.get(_WORK):
                continue
            reading = cell.parts.get("tokenizing", 0.0) + cell.parts.get("rest", 0.0)
            found = reading / cell.parts[_WORK]
            return find(
                claim,
                "holds" if (found > 1) == (claimed > 1) else "does not hold",
                found=f"{show(found, 'times')} as long as computing, claimed {show(claimed)}",
                value=found,
                unit="times",
                why=(
                    f"Calls of {matrix.model} at a batch of {batch} on {device}: {_shares(cell)}. "
                    "Texts are in memory here; what is neither tokenizing, copying nor computing "
                    "is counted as loading."
                ),
                **matrix.fields([cell]),
            )
    return not_run(claim, f"No matrix holds timed parts of calls at a batch of {batch}.")


def _shares(cell: CellEvidence) -> str:
    parts = sorted(cell.parts.items(), key=lambda pair: -pair[1])
    return join(f"{name.replace('_', ' ')} {show(share, 'share')}" for name, share in parts)


@checks("G6")
def calls_of_larger_batches(claim: Claim, grounds: Grounds) -> Finding:
    """Calls and examples a second on the processor, at a small and at a large batch."""
    small, large = (round(claim.number(name)) for name in ("small_batch", "large_batch"))
    claimed = claim.figures["steps_at_4"].value / claim.figures["steps_at_128"].value
    for matrix in grounds.runs.matrices():
        for cells in (training_cells(matrix, CPU), answering_cells(matrix, CPU)):
            if small not in cells or large not in cells:
                continue
            calls = [_calls(cells[size]) for size in (small, large)]
            fall, rise = calls[0].value / calls[1].value, large / small
            gain = rise / fall
            is_clear = calls[1].low * rise > calls[0].high
            is_same = claimed / _SAME_FALL <= fall <= claimed * _SAME_FALL
            text = (
                f"{show(calls[0].value, 'calls/s')} at {small} and {show(calls[1].value)} at "
                f"{large}: calls fall {show(fall, 'times')}, examples rise {show(gain, 'times')}"
            )
            fields = matrix.fields([cells[small], cells[large]])
            fields |= {"found": text, "value": fall, "unit": "times", "is_borne_out": is_clear}
            why = f"Of {matrix.model}; the document's calls fall {show(claimed, 'times')}."
            if not is_clear:
                return find(claim, "does not hold", why=why, **fields)
            if is_same:
                return find(claim, "holds", why=why, **fields)
            condition = "its figures are left out: only the direction is the same"
            return find(claim, "holds only if", condition=condition, why=why, **fields)
    return not_run(claim, f"No matrix holds batches of {small} and {large} on the processor.")


@checks("F18")
def best_batch_on_apple(claim: Claim, grounds: Grounds) -> Finding:
    """Examples a second in training on Apple's GPU, by batch."""
    batch = round(claim.figures["batch"].value)
    for matrix in grounds.runs.matrices():
        cells = training_cells(matrix, "mps")
        if batch not in cells or len(cells) < _FEWEST_BATCHES:
            continue
        rates = {size: _examples(cell) for size, cell in sorted(cells.items())}
        better = [size for size, rate in rates.items() if rate.low > rates[batch].high]
        text = join(f"{show(rate.value, 'examples/s')} at {size}" for size, rate in rates.items())
        return find(
            claim,
            "does not hold" if better else "holds",
            found=text,
            why=f"Batches of {join(map(str, better))} are faster." if better else "None is faster.",
            **matrix.fields(cells.values()),
        )
    return not_run(claim, "No matrix holds training on mps at several batch sizes.")


def _both(
    grounds: Grounds, cells_of: Callable[[MeasuredMatrix, str], dict[int, CellEvidence]]
) -> Iterator[tuple[MeasuredMatrix, str, dict[int, Pair]]]:
    """Matrices with cells of the processor and of a GPU at the same batch sizes."""
    for matrix in grounds.runs.matrices():
        ours = cells_of(matrix, CPU)
        for device in GPUS:
            theirs = cells_of(matrix, device)
            pair = {
                size: (ours[size], theirs[size]) for size in sorted(ours.keys() & theirs.keys())
            }
            if pair:
                yield matrix, device, pair


def _calls(cell: CellEvidence) -> Span:
    """Calls a second."""
    if cell.call_s is None:
        raise ValueError("a cell that was not timed")  # cells without times are left out
    found = of_estimate(cell.call_s)
    return Span(value=1 / found.value, low=1 / found.high, high=1 / found.low)


def _examples(cell: CellEvidence) -> Span:
    at, calls = cell.cell.placement, _calls(cell)
    n = at.batch_size * at.accumulation
    return Span(value=n * calls.value, low=n * calls.low, high=n * calls.high)
