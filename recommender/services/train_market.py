"""Calibration on sales, a step of training of its own: published totals re-anchor the powertrains, sales by
line may shift every part-worth.

The shipped model carries the first, as figures of the registry with their source. The second is for who has
sales by line: it is kept only when it predicts lines left out better than no calibration.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from recommender.choice.artefact import Artefact, Floats
from recommender.choice.market_fit import constants_for_totals, fit_shift_to_sales
from recommender.domain.errors import Problem, Rejected
from recommender.registry.model import Registry
from recommender.services.crowd import Crowd, simulate_crowd
from recommender.services.evidence_artefact import content_hash
from recommender.services.market import Market
from recommender.services.market_check import (
    FOLDS,
    LineData,
    Settings,
    calibrated,
    figures,
    line_data,
    out_of_fold,
    significant,
    uncalibrated,
)

LEAST_LINES = 40
"""Fewer lines leave less than four to test on in every fold."""
SUPPLY = frozenset({"model_year"})
"""Lines of an older model year sell less because fewer are built and shown: that is supply, not taste."""
AS_BELIEVED = Settings(factor=1.0, scale=1.0)
_REPEATS = 3
_RESAMPLES = 200
_SHARE_LOG_SD = 0.35
"""Spread of the log shares of the segments, as the evidence model has it."""
_TAKEN = 0.7
"""A part-worth counts as the market's when the sales took at least 30 percent of its prior spread."""


@dataclass(frozen=True)
class Anchor:
    """What the totals say of one powertrain: ``constant`` meets them, ``error`` what the crowd leaves open;
    ``shift`` is the part of it that the prior allows, ``shift_error`` its spread."""

    constant: float
    error: float
    shift: float
    shift_error: float


def without_market(registry: Registry) -> Registry:
    """The registry as it was before any re-anchoring."""
    return replace(registry, part_worths=tuple(replace(p, market=None) for p in registry.part_worths))


def anchor_powertrains(
    crowd: Crowd, totals: Mapping[str, float], artefact: Artefact, *, seed: int = 0
) -> dict[str, Anchor]:
    """Constants of the powertrains that bring the crowd's totals to the published ones.

    ``crowd`` must come from a model without market shifts. The error is the spread over resampled buyers and
    over segment mixes; the prior is the spread of each powertrain's own part-worth.
    """
    totals_of = np.array([totals.get(name, 0.0) for name in crowd.powertrains])
    target = totals_of / totals_of.sum()
    rng = np.random.default_rng(seed)
    names = sorted(set(crowd.segment))
    place = np.array([names.index(segment) for segment in crowd.segment])

    def constants(weights: Floats) -> Floats:
        return constants_for_totals(crowd.utility, crowd.powertrain, target, weights, 1.0)

    draws = [
        constants(
            np.bincount(rng.integers(0, len(place), len(place)), minlength=len(place))
            * np.exp(_SHARE_LOG_SD * rng.standard_normal(len(names)))[place]
        )
        for _ in range(_RESAMPLES)
    ]
    point, error = constants(np.ones(len(place))), np.std(draws, axis=0)
    spread = artefact.sds.mean(axis=0)
    found = {}
    for name, constant, sd in zip(crowd.powertrains, point.tolist(), error.tolist(), strict=True):
        column = artefact.column_index.get(f"powertrain={name}")
        if column is None or not totals.get(name):
            continue
        weight = spread[column] ** 2 / (spread[column] ** 2 + sd**2)
        found[name] = Anchor(constant, sd, float(weight * constant), float(weight**0.5 * sd))
    return found


def simulated_totals(crowd: Crowd) -> dict[str, float]:
    """Share of each powertrain in what the crowd takes, as the model stands."""
    moved = np.exp(crowd.utility - crowd.utility.max(axis=1, keepdims=True))
    share = (moved / moved.sum(axis=1, keepdims=True)).mean(axis=0)
    return {
        name: float(share[crowd.powertrain == number].sum()) for number, name in enumerate(crowd.powertrains)
    }


def calibrate(
    market: Market, sales: Mapping[str, float], *, people: int, today: dt.date, seed: int = 0, source: str
) -> Artefact:
    """Shift the part-worths towards the sales of lines (model id -> cars sold), if lines left out confirm it.

    Sales may move a part-worth as far as its own spread leaves open, at the model's own scale of choice.
    ``source`` is written as the citation. Pure and deterministic. Raises Rejected (sales_too_few_lines).
    """
    before = market.model.artefact
    crowd = simulate_crowd(market, people=people, today=today, seed=seed)
    sold = crowd.of_lines(frozenset(name for name, units in sales.items() if units > 0.0))
    count = len(set(sold.line.tolist()))
    if count < LEAST_LINES:
        raise Rejected([Problem("", "sales_too_few_lines", str(count), {"least": LEAST_LINES})])
    data = of_taste(line_data(crowd, sales, brands_of(market), before, market.registry))
    base = np.tile(uncalibrated(data), (_REPEATS, 1))
    made = out_of_fold(calibrated(data, AS_BELIEVED, with_brand=False), len(data), _REPEATS)
    after = figures(made, data.log_sales, base)
    kept = significant(after)
    metrics: dict[str, object] = {
        **before.metrics,
        "kind": "market",
        "prior": before.version,
        "lines": len(data),
        "people": len(data.utility),
        "folds": FOLDS,
        "kept": kept,
        "left_out": {"none": figures(base, data.log_sales), "calibrated": after},
    }
    moved = _shifted(before, data, source) if kept else before
    drafted = replace(moved, metrics=metrics, card="")
    named = replace(drafted, version=f"market-{content_hash(drafted)}")
    return replace(named, card=_card(named, source))


def brands_of(market: Market) -> dict[str, str]:
    """Brand of each model line of the catalogue."""
    return {line.model_id: line.brand for line in market.catalogue.models.values()}


def of_taste(data: LineData) -> LineData:
    """The same lines; columns that tell supply are not for sales to move."""
    supply = np.array([name in SUPPLY for name in data.columns])
    return replace(data, prior_sd=np.where(supply, 0.0, data.prior_sd))


def _shifted(before: Artefact, data: LineData, source: str) -> Artefact:
    """All lines used; the brand's effect is estimated beside the shift and left behind: a new buyer is not
    pushed to a brand because it sells."""
    fit = fit_shift_to_sales(
        data.utility, data.design, data.log_sales, data.brand, data.prior_sd, AS_BELIEVED.scale
    )
    means, sources, citations = before.means.copy(), list(before.sources), list(before.citations)
    for name, shift, sd, own in zip(data.columns, fit.shift, fit.sd, data.prior_sd, strict=True):
        column = before.column_index[name]
        means[:, column] += shift
        if own > 0.0 and sd < _TAKEN * own:
            sources[column] = "market"
            citations[column] = f"{source}: shift {shift:+.3f} ± {sd:.3f}; before: {citations[column]}"
    return replace(before, means=np.round(means, 6) + 0.0, sources=tuple(sources), citations=tuple(citations))


def _card(artefact: Artefact, source: str) -> str:
    metrics = artefact.metrics
    left_out = cast(Mapping[str, Mapping[str, float]], metrics["left_out"])
    verdict = "kept" if metrics["kept"] else "not better on lines left out, so no part-worth was moved"
    rows = "".join(
        f"| {name} | {row['spearman']:.3f} | {row['squared_error']:.2f} |\n" for name, row in left_out.items()
    )
    return (
        f"# {artefact.version}\n\n"
        f"`{metrics['prior']}` and the sales of {metrics['lines']} model lines ({source}); {verdict}.\n\n"
        f"Lines left out, {metrics['folds']} folds, {metrics['people']} synthetic buyers:\n\n"
        "| calibration | rank correlation | squared error of log sales |\n|---|---|---|\n"
        f"{rows}\n"
        "Sales tell what was built, advertised and delivered as well as what was liked: not for claims\n"
        "about taste or willingness to pay. The model year is not moved, and the effect of brands was\n"
        "estimated beside and left behind.\n"
    )
