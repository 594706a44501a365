"""Regret of synthetic people by trade-offs asked, adaptive beside other orders, and how often intervals hold.

Writes the sections "regret" and "coverage" of docs/evaluation.json.

    python -m bench.regret [--people 400] [--questions 8]
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bench.machine import describe_machine, pin_threads

pin_threads()

import numpy as np  # noqa: E402 - after the threads are pinned

from recommender.choice.evidence_model import EvidenceModel  # noqa: E402
from recommender.choice.seam import MadeChoice  # noqa: E402
from recommender.domain.buyer import Request, TradeOff  # noqa: E402
from recommender.registry.load import load_registry  # noqa: E402
from recommender.services.coverage import membership_coverage  # noqa: E402
from recommender.services.evaluation_document import put_section  # noqa: E402
from recommender.services.evaluation_sections import coverage_section, regret_section  # noqa: E402
from recommender.services.market import Market, make_market  # noqa: E402
from recommender.services.regret import Buyer, regret_by_answers, regret_curves, synthetic_buyers  # noqa: E402
from recommender.services.trade_offs import LEADING, next_pair  # noqa: E402
from recommender.storage.artefacts import read_model  # noqa: E402
from recommender.storage.catalogue import read_catalogue  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
TODAY = dt.date(2026, 11, 22)
SEED = 1
COUNTS = (0, 2, 4, 6, 8, 10, 14)


def milliseconds(work: Callable[[], object], rounds: int = 60) -> tuple[float, float]:
    """Median and 90th percentile."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(1000.0 * (time.perf_counter() - start))
    return float(np.median(times)), float(np.quantile(times, 0.9))


def measure(market: Market, buyers: Sequence[Buyer]) -> dict[str, tuple[float, float]]:
    """The posterior of one person after 12 trade-offs, and the next pair of one request."""
    buyer, rng = buyers[0], np.random.default_rng(0)
    made = [
        MadeChoice(buyer.design[rng.choice(len(buyer.design), 2, replace=False)], answer, buyer.neither)
        for answer in (0, 1, None) * 4
    ]
    request = Request(answers=buyer.answers, date=TODAY)
    shown = next_pair(request, market).pair
    ids = tuple(item.config_id for item in shown)
    later = replace(request, trade_offs=(TradeOff(ids, ids[0]),)) if ids else request
    columns = buyer.design.shape[1]
    return {
        f"posterior, {columns} columns, no trade-off": milliseconds(
            lambda: market.model.posterior(buyer.evidence)
        ),
        f"posterior, {columns} columns, 12 trade-offs": milliseconds(
            lambda: market.model.posterior(buyer.evidence, made)
        ),
        "next pair, ranking included": milliseconds(lambda: next_pair(request, market)),
        "next pair after one trade-off": milliseconds(lambda: next_pair(later, market)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--questions", type=int, default=8)
    given = parser.parse_args()
    registry = load_registry()
    catalogue = read_catalogue(ROOT / "data" / "catalogue", registry)
    market = make_market(registry, catalogue, read_model(ROOT / "models", registry))
    model = market.model
    machine = describe_machine()
    buyers = synthetic_buyers(market, EvidenceModel, people=given.people, today=TODAY, seed=SEED)
    curves = regret_curves(buyers, model, questions=given.questions, seed=SEED)
    by_answers = regret_by_answers(buyers, market, COUNTS)
    target = ROOT / "docs" / "evaluation.json"
    times = measure(market, buyers)
    section = regret_section(curves, by_answers, times, leading=LEADING, measured=machine)
    put_section("regret", section, target)
    wide = synthetic_buyers(
        market, EvidenceModel, people=given.people, today=TODAY, seed=SEED + 1, of_segment=True
    )
    (wide_curve,) = regret_curves(wide, model, questions=given.questions, seed=SEED, orders=("adaptive",))
    by_order = {f"asked {curve.order}": curve for curve in curves if curve.order in ("adaptive", "random")}
    shown = {**by_order, "asked adaptive, tastes as wide as the segment's": wide_curve}
    membership = membership_coverage(market, EvidenceModel, people=5 * given.people, seed=SEED)
    segments = market.model.artefact.segments
    put_section("coverage", coverage_section(shown, membership, segments, measured=machine), target)
    for curve in curves:
        print(curve.order, curve.mean[:, 0].round(3).tolist(), curve.mean[:, 1].round(3).tolist())
    for name, (middle, high) in times.items():
        print(f"{name}: {middle:.1f} ms, 90 % below {high:.1f} ms")


if __name__ == "__main__":
    main()
