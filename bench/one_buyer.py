"""One buyer over every fact trim and over 100,000 rows: the whole of `recommend`, limits included.

Prints a table: median, 90th percentile and spread of the full answer, and its ratio to one float32
matrix-vector product over the same rows, measured alternately in one process.

    python -m bench.one_buyer [--rounds 40]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from bench.machine import describe_machine, pin_threads

pin_threads()

import numpy as np  # noqa: E402  # after the threads are pinned, as all below

from recommender.choice.evidence_model import EvidenceModel  # noqa: E402
from recommender.choice.prior import build_prior  # noqa: E402
from recommender.domain.buyer import Request  # noqa: E402
from recommender.domain.catalogue import Catalogue  # noqa: E402
from recommender.domain.table import NumberColumn, number_column  # noqa: E402
from recommender.registry.answers import parse_request  # noqa: E402
from recommender.registry.load import load_registry  # noqa: E402
from recommender.registry.model import Registry  # noqa: E402
from recommender.services.market import Market, make_market  # noqa: E402
from recommender.services.recommend import recommend  # noqa: E402
from recommender.storage.facts import import_facts  # noqa: E402
from tests.needs import facts_dir  # noqa: E402

ANSWERS = Path("data/sample/answers")
GOAL_MS = {"all fact trims": 15.0, "100,000 rows": 150.0}
HEAVY = ("sklearn", "pandas", "numba", "flask")
IMPORT_GOAL_S = 0.6


def market_of(registry: Registry, catalogue: Catalogue) -> Market:
    return make_market(registry, catalogue, EvidenceModel(build_prior(registry, catalogue.columns, "bench")))


def tiled(catalogue: Catalogue, rows: int) -> Catalogue:
    """The catalogue repeated until it has ``rows`` trims; prices moved by up to 5 % so that rows differ."""
    index = np.arange(rows) % len(catalogue.trims)
    columns = {name: column.take(index) for name, column in catalogue.columns.items()}
    price = number_column(columns, "price_cny")
    nudge = 1.0 + 0.05 * np.random.default_rng(0).random(rows)
    columns["price_cny"] = NumberColumn(np.round(price.values * nudge))
    trims = tuple(
        replace(catalogue.trims[i], trim_id=f"{catalogue.trims[i].trim_id}-{n}") for n, i in enumerate(index)
    )
    return replace(catalogue, trims=trims, columns=columns, options=())


def milliseconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def measure(market: Market, requests: Mapping[str, Request], rounds: int) -> dict[str, list[float]]:
    """Times by name; the product over the same rows runs between the answers, so both see the same noise."""
    matrix = np.ascontiguousarray(market.fixed_design, dtype=np.float32)
    vector = np.ones(matrix.shape[1], dtype=np.float32)
    times: dict[str, list[float]] = {name: [] for name in ("gemv", *requests)}
    for _ in range(rounds):
        times["gemv"].append(milliseconds(lambda: matrix @ vector))
        for name, request in requests.items():
            start = time.perf_counter()
            recommend(request, market)
            times[name].append((time.perf_counter() - start) * 1000)
    return times


def report(title: str, market: Market, times: dict[str, list[float]]) -> bool:
    gemv = statistics.median(times.pop("gemv"))
    everything = [t for series in times.values() for t in series]
    print(f"\n{title}: {len(market.table)} rows, {market.fixed_design.shape[1]} columns")
    print(f"{'answers':<34}{'median ms':>10}{'p90 ms':>9}{'max ms':>9}{'x gemv':>8}")
    for name, series in (*times.items(), ("all", everything)):
        middle = statistics.median(series)
        p90 = statistics.quantiles(series, n=10)[-1]
        print(f"{name:<34}{middle:>10.2f}{p90:>9.2f}{max(series):>9.2f}{middle / gemv:>8.1f}")
    middle, goal = statistics.median(everything), GOAL_MS[title]
    verdict = "met" if middle <= goal else "MISSED"
    print(f"goal {goal:g} ms median: {verdict} ({middle:.2f} ms); float32 gemv {gemv:.3f} ms")
    return middle <= goal


def import_time() -> bool:
    """The time to import the whole answer path, in fresh processes, and what heavy libraries came along."""
    code = (
        "import time, sys; s = time.perf_counter(); import recommender.services.recommend; "
        f"print(time.perf_counter() - s, [m for m in {HEAVY} if m in sys.modules])"
    )
    seconds: list[float] = []
    loaded = "[]"
    for _ in range(7):
        command = [sys.executable, "-c", code]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  # fixed words
        first, loaded = out.strip().split(" ", 1)
        seconds.append(float(first))
    middle = statistics.median(seconds)
    print(f"\nimport of the services: median {middle:.3f} s of 7 (goal {IMPORT_GOAL_S} s); loaded: {loaded}")
    return middle <= IMPORT_GOAL_S and loaded == "[]"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=40)
    arguments = parser.parse_args()
    folder = facts_dir()
    if folder is None:
        print("one_buyer: skipped, FACTS_DIR is not set")
        return 0
    print(describe_machine())
    registry = load_registry()
    catalogue = import_facts(Path(folder), registry)
    today = dt.date(2026, 11, 22)
    facts = market_of(registry, catalogue)
    vocabulary = facts.vocabulary
    requests = {"{}": parse_request({}, registry, vocabulary, today)}
    for path in sorted(ANSWERS.glob("*.json")):
        answers = json.loads(path.read_text(encoding="utf-8"))
        requests[path.stem] = parse_request(answers, registry, vocabulary, today)
    met = report("all fact trims", facts, measure(facts, requests, arguments.rounds))
    large = market_of(registry, tiled(catalogue, 100_000))
    met &= report("100,000 rows", large, measure(large, requests, max(3, arguments.rounds // 8)))
    met &= import_time()
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
