"""What a job says becomes records: one for each cell, with its answers scored."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import to_json
from spoonbench.harness.records import RunRecord
from spoonbench.harness.scoring import score_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.harness.duel.plan import PlannedCell
    from spoonbench.harness.protocol import CellResult, Host, JobResult
    from spoonbench.harness.records import Cell, ScoredAnswer
    from spoonbench.harness.tasks.api import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Makes the records of one duel.

    Attributes:
        task: whose targets the answers are held against.
        environment_id: of this machine.
        observe: what is seen of this machine now.
    """

    task: Task
    environment_id: str
    observe: Callable[[], Mapping[str, Any]]

    def bare(
        self, cell: Cell, round_index: int, started_at: str, host: Host | None = None
    ) -> RunRecord:
        """A record that says only what was run, where and when; no host: here."""
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        return RunRecord(
            run_id=f"{moment}-{secrets.token_hex(4)}",
            cell_key=cell.key,
            environment_id=host.environment.environment_id if host else self.environment_id,
            round_index=round_index,
            status="ok",
            started_at=started_at,
            observed=host.observed if host else self.observe(),
        )

    def of_job(self, cell: Cell, round_index: int, started_at: str, result: JobResult) -> RunRecord:
        """What a job says of all its cells."""
        return replace(
            self.bare(cell, round_index, started_at, result.host),
            status=result.status,
            reason=result.reason,
            load_s=result.load_s,
            fit_s=result.fit_s,
            baseline_bytes=result.baseline_bytes,
            resident_bytes=result.resident_bytes,
            peak_bytes=result.fit_peak_bytes,
            **_quantization(result),
            metrics=_metrics(result),
            output_tail=result.output_tail,
        )

    def with_cell(self, record: RunRecord, planned: PlannedCell, result: CellResult) -> RunRecord:
        """Add what belongs to one cell, its answers scored."""
        n_done, n_items = sum(result.items_per_sample), len(planned.split.items)
        is_short = n_done < n_items if _is_answering(planned.cell) else result.reason is not None
        return replace(
            record,
            status=result.status,
            reason=result.reason,
            warmup_ns=result.warmup_ns,
            samples_ns=result.samples_ns,
            items_per_sample=result.items_per_sample,
            peak_bytes=result.peak_bytes,
            device_peak_bytes=result.device_peak_bytes,
            energy_j=result.energy_j,
            missing=result.missing,
            metrics={
                **record.metrics,
                **result.metrics,
                "cut_short": result.status == "ok" and is_short,
            },
            answers=self._score(planned, result),
        )

    def _score(self, planned: PlannedCell, result: CellResult) -> tuple[ScoredAnswer, ...] | None:
        """A pass that was cut short has answers to its first items only."""
        if result.answers is None:
            return None
        kind, tolerance = self.task.kind, self.task.tolerance
        scored = {}
        for place, answer in zip(planned.asked, result.answers, strict=False):
            item = planned.split.items[place]
            problem_id = item.problem.problem_id
            scored[place] = score_answer(kind, problem_id, answer, item.target, tolerance)
        return tuple(scored[place] for place in sorted(scored))


def now() -> str:
    """UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _is_answering(cell: Cell) -> bool:
    """Its pass goes through the items of a split; in other modes only the child's word counts."""
    return cell.workload.mode == "answer"


def _quantization(result: JobResult) -> dict[str, Any]:
    done = result.quantized
    if done is None:
        return {}
    return {
        "kernel": done.kernel,
        "layers_quantized": done.layers_quantized,
        "layers_skipped": done.layers_skipped,
    }


def _metrics(result: JobResult) -> dict[str, Any]:
    metrics: dict[str, Any] = {"fit_peak_bytes": result.fit_peak_bytes}
    if result.fit_report is not None:
        report = to_json(result.fit_report)
        metrics |= {
            "n_training": report["n_examples"],
            "training_stopped_by": report["stopped_by"],
            **{k: report[k] for k in ("n_steps", "n_tokens", "best_step", "curve", "notes")},
        }
    if result.probe is not None:
        metrics |= to_json(result.probe)
    if result.quantized is not None:
        done = result.quantized
        metrics |= {
            "quantization": done.method,
            "skipped_layers": list(done.skipped),
            "layers_turned": done.layers_turned,
            "bytes_before_quantization": done.bytes_before,
            "bytes_after_quantization": done.bytes_after,
        }
    if result.engine is not None:
        metrics |= {
            "engine": result.engine.engine,
            "engine_build_s": result.engine.build_s,
            "engine_library": result.engine.library,
            "engine_notes": to_json(result.engine.notes),
        }
    if result.size is not None:
        metrics |= {
            "n_parameters": result.size.n_parameters,
            "weight_bytes": result.size.weight_bytes,
            "operations_per_problem": result.size.operations_per_problem,
            "operations_formula": result.size.formula,
        }
    return metrics
