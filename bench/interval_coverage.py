"""How often the intervals of `spoonbench compare` hold what they should: simulated, as a table.

    python bench/interval_coverage.py [SAMPLES]

Every row is a number of items or rounds. Nothing differs between the two sides of times, so that
100% less the coverage is also how often a difference is said to be there that is not.
"""

import math
import random
import sys

from spoonbench.harness.share_differences import paired_interval
from spoonbench.harness.stats import mcnemar
from spoonbench.harness.time_ratios import paired_ratio, ratio

SIZES = (2, 3, 5, 10, 20, 50, 200)
ITEMS = (5, 10, 20, 50, 100, 200)
SHARES = ((0.2, 0.2), (0.1, 0.25), (0.05, 0.05))
"""Shares of items that only the first, and only the second gets right."""


def even(draw):
    return math.exp(draw.gauss(0, 0.1))


def stalled(draw):
    value = math.exp(draw.gauss(0, 0.05))
    return value * (1 + draw.expovariate(1)) if draw.random() < 0.1 else value


def skewed(draw):
    return 1 + draw.expovariate(10)


def rounds_covered(n, make, find, n_samples):
    draw = random.Random(n)
    # The interval holds 1 exactly where the test of equal medians is above 5%.
    return sum(
        find([make(draw) for _ in range(n)], [make(draw) for _ in range(n)]).p_value >= 0.05
        for _ in range(n_samples)
    )


def items_covered(n, shares, n_samples):
    draw, covered, shown, known = random.Random(n), 0, 0, {}
    for _ in range(n_samples):
        points = [draw.random() for _ in range(n)]
        first = sum(point < shares[0] for point in points)
        second = sum(shares[0] <= point < sum(shares) for point in points)
        if (first, second) not in known:
            known[first, second] = (
                *paired_interval(n, first, second),
                mcnemar(first, second) < 0.05,
            )
        low, high, is_shown = known[first, second]
        covered += low <= shares[1] - shares[0] <= high
        shown += is_shown
    return covered, shown


def main():
    n_samples = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("| rounds | even | stalls | skewed | even, paired | stalls, paired | skewed, paired |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for n in SIZES:
        shares = [
            rounds_covered(n, make, find, n_samples) / n_samples
            for find in (ratio, paired_ratio)
            for make in (even, stalled, skewed)
        ]
        print(f"| {n} | " + " | ".join(f"{share:.1%}" for share in shares) + " |", flush=True)
    print()
    titles = [f"{one:.0%} and {other:.0%}" for one, other in SHARES]
    print("| items | " + " | ".join(titles) + " | false alarms, 20% and 20% |")
    print("|---:|" + "---:|" * (len(SHARES) + 1))
    for n in ITEMS:
        found = [items_covered(n, shares, 4 * n_samples) for shares in SHARES]
        cells = [f"{covered / (4 * n_samples):.1%}" for covered, _ in found]
        cells.append(f"{found[0][1] / (4 * n_samples):.1%}")
        print(f"| {n} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
