"""The best build of one trim under a budget and rules: ours against scipy's solver, equal optimum asserted.

Prints a line a size: valid builds, median microseconds of each way, and the ratio, all measured alternately
in one process; then how long it takes to write the builds of a whole market as rows.

    python -m bench.builds [--cases 20]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from bench.machine import describe_machine, pin_threads

pin_threads()

from recommender.configurator.best_build import Wishes, best_build  # noqa: E402  # after pinning, as below
from recommender.configurator.builds import enumerate_builds  # noqa: E402
from recommender.configurator.halves import halves_of  # noqa: E402
from recommender.configurator.rules import compile_rules, valid_masks  # noqa: E402
from recommender.domain.catalogue import Catalogue  # noqa: E402
from recommender.registry.load import load_registry  # noqa: E402
from tests.builders import CARS, make_catalogue  # noqa: E402
from tests.configurator.milp import best_by_milp, constraints, random_case  # noqa: E402
from tests.configurator.options import names, option  # noqa: E402

SIZES = ((8, 4), (12, 8), (16, 0), (16, 10), (24, 16), (48, 32))
GOAL_RATIO = 100.0
GOAL_UP_TO = 16
TRIMS = 3_400
GOAL_ROWS_S = 0.5
_CALLS, _SOLVES = 15, 3


class Times(NamedTuple):
    ours_us: float
    search_us: float
    milp_us: float
    builds: int | None


def median_us(call: Callable[[], object], calls: int) -> float:
    times = []
    for _ in range(calls):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def measure(count: int, rule_count: int, seed: int) -> Times:
    """One case. "Ours" is what the product does: halves up to sixteen options, else branch and bound."""
    case = random_case(seed, count, rule_count)
    rules = compile_rules("T", case.options)
    wishes, halves, rows = Wishes(case.utility, case.budget_cny), halves_of(rules), constraints(case)
    found = best_build(rules, wishes, halves)
    if found is None or abs(found.utility - best_by_milp(case, rows)) > 1e-6:
        raise SystemExit(f"case {seed} of {count} options: not the solver's optimum")
    search = median_us(lambda: best_build(rules, wishes), _CALLS if count <= GOAL_UP_TO else _SOLVES)
    milp = median_us(lambda: best_by_milp(case, rows), _SOLVES)
    ours = median_us(lambda: best_build(rules, wishes, halves), _CALLS) if halves else search
    masks = valid_masks(rules, 1 << 16) if count <= GOAL_UP_TO else None
    return Times(ours, search, milp, None if masks is None else len(masks))


def search_table(cases: int) -> bool:
    print(
        f"{'options/rules':<15}{'builds':>8}{'ours us':>10}{'search us':>11}{'milp us':>10}{'milp/ours':>11}"
    )
    met = True
    for count, rule_count in SIZES:
        times = [measure(count, rule_count, seed) for seed in range(cases)]
        ratio = statistics.median(one.milp_us / one.ours_us for one in times)
        known = [one.builds for one in times if one.builds is not None]
        builds = f"{statistics.median(known):.0f}" if known else "-"
        ours, search, milp = (statistics.median(one[place] for one in times) for place in range(3))
        print(
            f"{count:>7} / {rule_count:<5}{builds:>8}{ours:>10.0f}{search:>11.0f}{milp:>10.0f}{ratio:>11.0f}"
        )
        met = met and (count > GOAL_UP_TO or ratio >= GOAL_RATIO)
    print(f"goal {GOAL_RATIO:g} x up to {GOAL_UP_TO} options: {'met' if met else 'MISSED'}")
    return met


def large_catalogue() -> Catalogue:
    """Invented: every trim with three options, eight builds each."""
    cars: list[Mapping[str, str | float | bool | None]] = [
        {**CARS[n % len(CARS)], "trim_id": f"X{n}"} for n in range(TRIMS)
    ]
    sets = ({}, {"hud": "true", "fridge": "true"}, {})
    options = [
        replace(option(name, 1000, sets=sets[place]), trim_id=f"X{n}")
        for n in range(TRIMS)
        for place, name in enumerate(names(3))
    ]
    return make_catalogue(load_registry(), cars, options=options)


def rows_written() -> bool:
    catalogue = large_catalogue()
    rows = len(enumerate_builds(catalogue))
    seconds = median_us(lambda: enumerate_builds(catalogue), 5) / 1e6
    verdict = "met" if seconds < GOAL_ROWS_S else "MISSED"
    print(
        f"\n{TRIMS} trims with options, {rows} builds written as rows: {seconds:.3f} s, goal "
        f"{GOAL_ROWS_S} s: {verdict}"
    )
    return seconds < GOAL_ROWS_S


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=20)
    arguments = parser.parse_args()
    print(describe_machine(), end="\n\n")
    return 0 if search_table(arguments.cases) & rows_written() else 1


if __name__ == "__main__":
    sys.exit(main())
