"""Hand-made evidence: a duel as it comes out of a store, and the odd ones."""

import shutil
from dataclasses import replace
from itertools import pairwise

import pytest

from spoonbench.harness.duel_records import (
    Duel,
    Effort,
    Entry,
    Requirements,
    SplitFacts,
    Subset,
    TaskFacts,
)
from spoonbench.harness.estimates import Estimate, PairedTest, Proportion
from spoonbench.harness.evidence import (
    Candidate,
    Check,
    CostCrossing,
    Costs,
    Measurement,
    Recommendation,
    ResourceRatio,
    SplitScore,
    SubsetScore,
)
from spoonbench.harness.records import Environment
from spoonbench.harness.risk_coverage import risk_curve
from spoonbench.reports.duel import DuelReport
from spoonbench.reports.failures import FailureExample
from spoonbench.reports.plots import draw_plots

SPLITS = {
    "test": "Same distribution as the training part.",
    "larger-10x": "Numbers 10 times larger.",
    "larger-1000x": "Numbers 1,000 times larger.",
    "unseen-frames": "Sentence frames that training does not hold.",
    "distractor": "A number that does not matter.",
    "two-steps": "Two steps.",
    "unanswerable": "Has no answer: abstaining is right.",
}
# Label, level, is_hybrid, shares right by split, coverage, p50 in s, items/s by batch, peak bytes.
LINEUP = [
    (
        "spoon",
        1,
        False,
        (1.0, 1.0, 1.0, 0.41, 0.38, 0.0, 0.97),
        0.96,
        18e-6,
        (51e3, 60e3, 61e3),
        9e5,
    ),
    (
        "rules",
        1,
        False,
        (1.0, 1.0, 1.0, 0.93, 0.88, 0.81, 0.99),
        0.995,
        41e-6,
        (21e3, 24e3, 24e3),
        3e6,
    ),
    (
        "algebra",
        2,
        False,
        (0.94, 0.94, 0.94, 0.7, 0.5, 0.66, 0.9),
        0.94,
        2.1e-3,
        (470, 480, 490),
        44e6,
    ),
    (
        "regression",
        3,
        False,
        (0.04, 0.0, 0.0, 0.02, 0.03, 0.02, 0.0),
        1.0,
        0.9e-3,
        (1e3, 9e3, 3e4),
        210e6,
    ),
    (
        "roles",
        3,
        False,
        (0.98, 0.97, 0.97, 0.6, 0.4, 0.1, 0.2),
        1.0,
        1.4e-3,
        (700, 8e3, 1.2e4),
        190e6,
    ),
    (
        "text network",
        4,
        False,
        (0.71, 0.12, 0.0, 0.4, 0.3, 0.2, 0.3),
        1.0,
        2.3e-3,
        (430, 4e3, 2e4),
        310e6,
    ),
    (
        "language model",
        5,
        False,
        (0.62, 0.03, 0.0, 0.33, 0.21, 0.05, 0.0),
        0.99,
        48e-3,
        (21, 130, 210),
        480e6,
    ),
    (
        "language model, no end token",
        5,
        False,
        (0.11, 0.0, 0.0, 0.04, 0.02, 0.0, 0.0),
        0.99,
        96e-3,
        (10, 61, 90),
        480e6,
    ),
    (
        "rules, then language model",
        5,
        True,
        (1.0, 1.0, 1.0, 0.94, 0.89, 0.81, 0.2),
        1.0,
        60e-6,
        (9e3, 1.1e4, 1.2e4),
        500e6,
    ),
]


def proportion(n_successes, n):
    """Made by hand, close to Wilson's: the reports only show it."""
    if not n:
        return Proportion(n_successes=0, n=0, low=0.0, high=1.0)
    share = n_successes / n
    reach = 1.96 * (share * (1 - share) / n + 1 / n**2) ** 0.5
    return Proportion(
        n_successes=n_successes, n=n, low=max(0.0, share - reach), high=min(1.0, share + reach)
    )


def estimate(value):
    return Estimate(value=value, low=0.93 * value, high=1.1 * value, n_rounds=3)


def make_entry(label, level, *, is_hybrid=False):
    return Entry(
        label=label,
        solver=label.split(",")[0].replace(" ", "-"),
        level=level,
        is_hybrid=is_hybrid,
        summary=f"What {label} does, in one sentence.",
        source_lines=52 if level == 1 else None,
        trained_from="nothing" if level == 5 and not is_hybrid else None,
    )


def make_scores(shares, coverage, level, n=1000):
    failures = {"wrong value": 31, "off by a carry": 7}
    if level == 5:
        failures |= {"conflicting answers": 12, "endless": 9, "repetition": 5, "malformed": 2}
    return tuple(
        SplitScore(
            split=name,
            batch_size=64,
            accuracy=proportion(round(share * n), n),
            coverage=proportion(round(coverage * n), n),
            precision=proportion(min(round(share * n), round(coverage * n)), round(coverage * n)),
            failures=failures if share < 1 else {},
            by_stage={"rules": 940, "language model": 60} if coverage == 1.0 and level == 5 else {},
            stopped_by={"end_token": 990, "limit": 10} if level == 5 else {},
            run_id=f"run-{name}",
            curve=make_curve_of_risk(share, coverage, level, n),
        )
        for name, share in zip(SPLITS, shares, strict=True)
    )


def make_curve_of_risk(share, coverage, level, n):
    """Rules give no confidence; whatever learns is less sure of its wrong answers."""
    n_answered = round(coverage * n)
    n_right = min(round(share * n), n_answered)
    given = [
        (None if level < 3 else 0.5 + k / (2 * n), k < n_answered - n_right)
        for k in range(n_answered)
    ]
    return risk_curve(given, n)


def make_measurement(row):
    label, level, is_hybrid, shares, coverage, p50, rates, peak = row
    is_model = level >= 3
    return Measurement(
        entry=make_entry(label, level, is_hybrid=is_hybrid),
        status="ok",
        splits=make_scores(shares, coverage, level),
        latency_p50_s=estimate(p50),
        latency_p95_s=estimate(1.4 * p50),
        latency_p99_s=estimate(2.2 * p50),
        n_latency=200,
        throughput={size: estimate(rate) for size, rate in zip((1, 8, 64), rates, strict=True)},
        training_s=12.0 * level if is_model else None,
        n_training=10_000 if is_model else None,
        load_s=0.2,
        n_parameters=10 ** (level + 1) + 234 if is_model else None,
        weight_bytes=4 * 10 ** (level + 1) if is_model else None,
        disk_bytes=4 * 10 ** (level + 1) + 8_211 if is_model else None,
        resident_bytes=int(peak * 0.9),
        peak_bytes=int(peak),
        operations_per_problem=2.0 * 10 ** (level + 2) if is_model else None,
        operations_formula="2 x parameters x tokens" if level == 5 else None,
        missing={"energy_j_per_item": "this machine has no energy meter that can be read"},
        is_deterministic=True,
        n_batch_changes=3 if label == "language model" else 0,
        n_stalls=2 if label == "algebra" else 0,
        curve=make_curve() if level in (4, 5) and not is_hybrid else (),
        run_ids=(f"run-{label}",),
    )


def make_curve():
    return tuple(
        {
            "step": 100 * k,
            "seconds": 2.5 * k,
            "train_loss": 4.8 / k,
            "validation_loss": 5.0 / k + 0.02 * k,
            "validation_accuracy": min(0.62, 0.07 * k),
        }
        for k in range(1, 13)
    )


def make_task():
    return TaskFacts(
        name="word-problems",
        version="1",
        kind="number",
        source="generated from sentence frames, seed 0",
        sha256={"train": "ab" * 32, "test": "cd" * 32},
        n_training=10_000,
        n_validation=500,
        splits=tuple(
            SplitFacts(
                name=name,
                summary=summary,
                items_hash="ef" * 32,
                n_items=1000,
                n_unanswerable=1000 if name == "unanswerable" else 0,
            )
            for name, summary in SPLITS.items()
        ),
        options={"operands": [1, 100]},
    )


def make_checks(measurement):
    accuracy = measurement.splits[0].precision
    is_met = accuracy.low >= 0.95
    verdict = "met" if is_met else "not met"
    text = f"accuracy {accuracy.value:.1%}, at least 95.0% is asked for"
    checks = [Check(requirement="accuracy", verdict=verdict, text=text, shortfall=0.0)]
    coverage = measurement.splits[0].coverage
    if coverage.low < 0.95 <= coverage.high:
        text = "coverage 96.0% (94.6-97.0), at least 95.0% is asked for"
        checks.append(Check(requirement="coverage", verdict="undecided", text=text, n_more=900))
    return tuple(checks)


def make_tests(labels):
    return tuple(
        PairedTest(
            split="test",
            first=first,
            second=second,
            n=1000,
            n_first_only=3 + 11 * k,
            n_second_only=17 * k,
            p_value=0.04321 / 10**k,
            p_holm=0.3 / 10**k,
            smallest_difference=0.018,
        )
        for k, (first, second) in enumerate(pairwise(labels))
    )


def make_ratios(first, second):
    return (
        ResourceRatio(
            resource="time per problem, best batch each",
            first=first,
            second=second,
            first_value=41e-6,
            second_value=4.8e-3,
            unit="s",
            ratio=117.2,
        ),
        ResourceRatio(
            resource="peak memory",
            first=first,
            second=second,
            first_value=3e6,
            second_value=480e6,
            unit="bytes",
            ratio=160.0,
        ),
        ResourceRatio(
            resource="energy per problem",
            first=first,
            second=second,
            first_value=None,
            second_value=None,
            unit="J",
            ratio=None,
            reason="this machine has no energy meter that can be read",
        ),
    )


def make_failures():
    text = "john had 100 candies, he got 45 more from his mom"
    spoken = "The answer is 123. The answer is 163. The answer is 218. The answer is"
    kinds = {
        "wrong value": ("123", "The answer is 123."),
        "conflicting answers": ("123", spoken),
        "endless": (None, "The answer is " + "9" * 900),
        "repetition": ("45", "The answer is 45." + " 45" * 20),
        "malformed": (None, "The answer answer"),
        "off by a carry": ("135", "The answer is 135."),
    }
    return tuple(
        FailureExample(
            label="language model",
            split="test",
            failure=kind,
            text=text,
            target="145",
            value=value,
            raw_text=raw_text,
        )
        for kind, (value, raw_text) in kinds.items()
    )


def make_report():
    measurements = tuple(make_measurement(row) for row in LINEUP)
    labels = [m.entry.label for m in measurements]
    duel = Duel(
        duel_id="d" * 64,
        created_at="2026-01-02T03:04:05+00:00",
        command=("spoonbench", "duel"),
        preset="default",
        environment_id="e" * 16,
        n_rounds=3,
        task=make_task(),
        entries=tuple(m.entry for m in measurements),
        requirements=Requirements(latency_s=0.05, memory_bytes=200_000_000),
        effort=Effort(
            build_hours={"rules": 0.5, "language model": 40},
            hour_price=80.0,
            machine_hour_price=0.4,
            answers_per_year=1e6,
            years=2,
        ),
    )
    return DuelReport(
        duel=duel,
        environment=Environment(
            processor="A processor with 2 cores",
            architecture="x86_64",
            n_cores=2,
            instruction_sets=("avx2", "avx512_bf16"),
            memory_bytes=8_000_000_000,
            devices=(),
            system="Linux 6.1",
            python="3.11.9",
            libraries={"numpy": "2.3.1", "torch": "2.8.0"},
            allocator={"MALLOC_ARENA_MAX": "2"},
        ),
        measurements=measurements,
        recommendation=Recommendation(
            choice="rules",
            reason=(
                "Use rules (level 1): right on 995 of 995 answered, 100.0% (at least 99.6%), "
                "answered 995 of 1,000, 99.5% (at least 98.8%)."
            ),
            runners_up=("rules, then language model",),
            path=("spoon (level 1): answered 960 of 1,000: about 900 more items would settle it",),
            evidence=tuple(f"run-{label}" for label in labels),
            flips=(
                "if coverage 0.94 were enough, spoon (level 1) would do",
                "beyond 99.6% accuracy this sample no longer shows that rules does",
            ),
            candidates=tuple(
                Candidate(label=m.entry.label, level=m.entry.level, checks=make_checks(m))
                for m in measurements
            ),
        ),
        tests=make_tests(labels),
        ratios=make_ratios("rules", "language model"),
        costs=(
            Costs(label="rules", fixed=40.0, per_answer=4.5e-9, total=40.009),
            Costs(label="language model", fixed=3200.0, per_answer=5.3e-7, total=3201.06),
            Costs(
                label="roles", fixed=None, per_answer=None, total=None, reason="no hours were given"
            ),
        ),
        crossings=(CostCrossing(below="rules", beyond="language model", n_answers=2.5e9),),
        failures=make_failures(),
        rules={"keywords": 'if "card" and "lost": lost_card\nelse: other'},
        notes=("Two identical contestants differed by 1.8% in median latency (noise).",),
    )


def counted_apart(score, names):
    n_right = min(400, round(0.4 * score.precision.n_successes))
    mine = tuple(
        SubsetScore(
            subset=name,
            accuracy=proportion(n_right, 400),
            coverage=proportion(380, 400),
            precision=proportion(min(n_right, 380), 380),
            curve=risk_curve(((1 - k / 400, k >= n_right) for k in range(380)), 400),
        )
        for name in names
    )
    return replace(score, subsets=mine)


def with_subsets(report, names):
    """The same report, 400 items of its first split counted apart under each of these names."""
    first, *rest = report.duel.task.splits
    ids = tuple(f"p{k}" for k in range(400))
    marked = replace(first, subsets=tuple(Subset(name=name, problem_ids=ids) for name in names))
    measurements = tuple(
        replace(m, splits=(counted_apart(m.splits[0], names), *m.splits[1:])) if m.splits else m
        for m in report.measurements
    )
    task = replace(report.duel.task, splits=(marked, *rest))
    return replace(report, duel=replace(report.duel, task=task), measurements=measurements)


@pytest.fixture(scope="session")
def subset_report(report):
    """The full report with a set on which others published, and one that nobody knows."""
    return with_subsets(report, ("SingleOp", "of ours"))


@pytest.fixture(scope="session")
def report():
    """Nine contestants, seven splits, everything filled."""
    return make_report()


@pytest.fixture(scope="session")
def failed_report(report):
    """The language model ran out of memory; nobody meets what was asked."""
    broken = replace(
        Measurement(entry=report.measurements[6].entry, status="oom"),
        reason="took more than 200 MB above its baseline; raise --memory-limit",
    )
    measurements = (*report.measurements[2:6], broken)
    return replace(
        report,
        duel=replace(report.duel, entries=tuple(m.entry for m in measurements), effort=None),
        measurements=measurements,
        recommendation=replace(
            report.recommendation,
            choice=None,
            reason="None meets the requirements. The nearest is algebra (level 2): answered 940.",
            nearest="algebra",
            runners_up=(),
        ),
        tests=(),
        ratios=(),
        costs=(),
        crossings=(),
        failures=(),
        rules={},
        notes=(),
    )


@pytest.fixture(scope="session")
def single_report(failed_report):
    """One contestant, one split, hardly a figure."""
    alone = failed_report.measurements[0]
    bare = Measurement(entry=alone.entry, status="ok", splits=alone.splits[:1])
    task = replace(failed_report.duel.task, splits=failed_report.duel.task.splits[:1])
    return replace(
        failed_report,
        duel=replace(failed_report.duel, task=task, entries=(alone.entry,)),
        environment=None,
        measurements=(bare,),
        recommendation=Recommendation(
            choice=None,
            reason="The interval straddles 95.0%: about 400 more items would settle it.",
            confidence="not enough evidence",
        ),
    )


@pytest.fixture(scope="session")
def empty_report(single_report):
    """Nothing was measured at all."""
    return replace(
        single_report,
        duel=replace(single_report.duel, entries=()),
        measurements=(),
        recommendation=Recommendation(choice=None, reason="There is no measurement yet."),
    )


HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }} [red]a[/red] :smile: "
    "\x1b[31m\x1b]0;title\x07\x9b31m\u202eabc\u2066\ud800\x00\r\n| `code` **bold** "
    "[link](javascript:alert(1)) ]]> --> </style> $x^2$ \\"
)


@pytest.fixture(scope="session")
def hostile_text():
    """Everything that acts somewhere."""
    return HOSTILE


@pytest.fixture(scope="session")
def hostile_report(report):
    """Text that acts somewhere, at every place where text of a task or a model can stand."""
    entry = replace(report.measurements[0].entry, label=f"evil {HOSTILE}", summary=HOSTILE)
    first = replace(
        report.measurements[0], entry=entry, status="error", reason=HOSTILE, missing={"x": HOSTILE}
    )
    splits = (
        replace(report.duel.task.splits[0], summary=HOSTILE),
        *report.duel.task.splits[1:],
    )
    task = replace(
        report.duel.task,
        name=HOSTILE,
        source=HOSTILE,
        sha256={HOSTILE: "ab" * 32},
        splits=splits,
        skipped_rows=(HOSTILE,),
        options={HOSTILE: HOSTILE},
    )
    hostile = replace(
        report,
        duel=replace(
            report.duel,
            task=task,
            entries=(entry, *report.duel.entries[1:]),
            command=("spoonbench", "duel", HOSTILE),
        ),
        measurements=(first, *report.measurements[1:]),
        recommendation=replace(
            report.recommendation, choice=entry.label, reason=HOSTILE, path=(HOSTILE,)
        ),
        failures=(
            FailureExample(
                label=entry.label,
                split="test",
                failure="wrong value",
                text=HOSTILE,
                target=HOSTILE,
                value=HOSTILE,
                raw_text=HOSTILE * 100,
                kind=HOSTILE,
            ),
        ),
        rules={"keywords": HOSTILE},
        notes=(HOSTILE,),
    )
    return with_subsets(hostile, (HOSTILE, "SingleOp"))


@pytest.fixture(scope="session")
def chromium():
    """Path of a Chromium; skips where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium here: install Debian's package `chromium` to run page tests")
    return path


@pytest.fixture(scope="module")
def browser(chromium):
    """A browser for the tests of one module: while it is open an event loop runs in this process,
    and other tests want one of their own."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def plots(report):
    """Every plot of the full report, drawn once."""
    return draw_plots(report)


@pytest.fixture(scope="session")
def hostile_plots(hostile_report):
    """The same with text that acts somewhere."""
    return draw_plots(hostile_report)
