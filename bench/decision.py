"""The decision engine over every fact trim and its builds, and over 100,000 rows: the full answer with
reasons and counterfactuals, relaxations under twelve limits, and the other verbs.

Prints a table: median, 99th percentile and the ratio to one float32 matrix-vector product over the same rows,
measured alternately in one process.

    python -m bench.decision [--rounds 30]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.machine import describe_machine, pin_threads

pin_threads()

import numpy as np  # noqa: E402  # after the threads are pinned, as all below

from bench.one_buyer import ANSWERS, market_of, tiled  # noqa: E402
from recommender.domain.buyer import Request  # noqa: E402
from recommender.registry.answers import parse_request  # noqa: E402
from recommender.registry.load import load_registry  # noqa: E402
from recommender.services.compare import compare  # noqa: E402
from recommender.services.critique import critique  # noqa: E402
from recommender.services.explain import explain  # noqa: E402
from recommender.services.market import Market  # noqa: E402
from recommender.services.next_answers import next_answers  # noqa: E402
from recommender.services.ranking import ranked  # noqa: E402
from recommender.services.recommend import recommend  # noqa: E402
from recommender.services.relaxing import relaxations  # noqa: E402
from recommender.storage.facts import import_facts  # noqa: E402
from tests.needs import facts_dir  # noqa: E402

TODAY = dt.date(2026, 11, 22)
TWELVE_LIMITS = [
    {"attribute": "total_price_cny", "at_most": 90_000},
    {"attribute": "seats", "at_least": 6},
    {"attribute": "electric_range_km", "at_least": 650},
    {"attribute": "boot_l", "at_least": 600},
    {"attribute": "length_mm", "at_most": 4_600},
    {"attribute": "fast_charge_minutes", "at_most": 15},
    {"attribute": "accel_0_100_s", "at_most": 4.5},
    {"attribute": "adas_level", "at_least": "city"},
    {"attribute": "drive", "one_of": ["AWD"]},
    {"attribute": "powertrain", "one_of": ["BEV"]},
    {"attribute": "surround_view", "is": True},
    {"attribute": "wheelbase_mm", "at_least": 3_000},
]
"""Twelve limits that no car obeys together."""
GOALS_MS = {"full answer": (60.0, 150.0), "relaxations, 12 limits": (200.0, 200.0)}
LARGE_GOALS_MS = {"full answer": (300.0, float("inf")), "relaxations, 12 limits": (200.0, float("inf"))}
"""Median and 99th percentile."""


def requests_of(market: Market) -> list[Request]:
    """The twelve sample people and one who says nothing."""
    texts = [{}, *(json.loads(path.read_text(encoding="utf-8")) for path in sorted(ANSWERS.glob("*.json")))]
    return [parse_request(text, market.registry, market.vocabulary, TODAY) for text in texts]


def calls_of(market: Market) -> dict[str, list[Callable[[], object]]]:
    """What is measured: name -> calls, one a person."""
    people = requests_of(market)
    strict = parse_request({"limits": TWELVE_LIMITS}, market.registry, market.vocabulary, TODAY)
    scores, considered = ranked(strict, market)
    ids = [[item.config_id for item in recommend(person, market).items] for person in people]
    return {
        "full answer": [lambda p=p: recommend(p, market) for p in people],
        "relaxations, 12 limits": [lambda: relaxations(scores, considered)],
        "full answer, 12 limits": [lambda: recommend(strict, market)],
        "explain": [lambda p=p, i=i: explain(p, market, i[-1]) for p, i in zip(people, ids, strict=True)],
        "compare four": [
            lambda p=p, i=i: compare(p, market, i[:4]) for p, i in zip(people, ids, strict=True)
        ],
        "critiques": [lambda p=p, i=i: critique(p, market, i[0]) for p, i in zip(people, ids, strict=True)],
        "next answers": [lambda p=p: next_answers(p, market) for p in people],
    }


def milliseconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def measure(title: str, market: Market, rounds: int, goals: dict[str, tuple[float, float]]) -> bool:
    matrix = np.ascontiguousarray(market.fixed_design, dtype=np.float32)
    vector = np.ones(matrix.shape[1], dtype=np.float32)
    calls = calls_of(market)
    times: dict[str, list[float]] = {name: [] for name in calls}
    products: list[float] = []
    for _ in range(rounds):
        for name, some in calls.items():
            for call in some:
                products.append(milliseconds(lambda: matrix @ vector))
                times[name].append(milliseconds(call))
    gemv = statistics.median(products)
    print(f"\n{title}: {len(market.catalogue.trims)} trims, {len(market.table)} rows; gemv {gemv:.3f} ms")
    print(f"{'':<26}{'median ms':>10}{'p99 ms':>9}{'x gemv':>8}  goal")
    met = True
    for name, series in times.items():
        middle, p99 = statistics.median(series), statistics.quantiles(series, n=100)[-1]
        goal, tail = goals.get(name, (float("inf"), float("inf")))
        held = middle <= goal and p99 <= tail
        met &= held
        verdict = "" if name not in goals else f"  {goal:g} / {tail:g} ms: {'met' if held else 'MISSED'}"
        print(f"{name:<26}{middle:>10.2f}{p99:>9.2f}{middle / gemv:>8.1f}{verdict}")
    return met


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    folder = facts_dir()
    if folder is None:
        print("decision: skipped, FACTS_DIR is not set")
        return 0
    print(describe_machine())
    registry = load_registry()
    catalogue = import_facts(Path(folder), registry)
    met = measure("all fact trims", market_of(registry, catalogue), arguments.rounds, GOALS_MS)
    large = market_of(registry, tiled(catalogue, 100_000))
    met &= measure("100,000 rows", large, max(2, arguments.rounds // 15), LARGE_GOALS_MS)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
