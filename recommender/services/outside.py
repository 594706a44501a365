"""What not buying is worth, on the scale of utility."""

from __future__ import annotations

import datetime as dt

import numpy as np

from recommender.choice.encoder import encode
from recommender.choice.seam import Evidence
from recommender.domain.buyer import Request
from recommender.ownership.personal import circumstances_of, personal_columns
from recommender.services.market import Market

FITTED_OUTSIDE = "outside_utility"
"""Key of an artefact's metrics: the constant of "neither" fitted on a survey."""


def outside_utility(market: Market, today: dt.date) -> float:
    """Utility of not buying, one constant for every person of this model and catalogue.

    Where a survey was fitted, its constant. Else the median utility of the best builds of the trims on sale
    for a person who has answered nothing, plus the policy ``outside_option_margin``: a utility has no zero
    of its own, so "as good as the middle car on offer" is the least arbitrary point.
    """
    fitted = market.model.artefact.metrics.get(FITTED_OUTSIDE)
    if isinstance(fitted, int | float):
        return float(fitted)
    if today not in market.middle_by_day:
        market.middle_by_day[today] = _middle(market, today)
    return market.middle_by_day[today] + market.registry.policy("outside_option_margin", today).value


def _middle(market: Market, today: dt.date) -> float:
    """Median utility of the trims on sale for nobody in particular; 0 where nothing can be had."""
    artefact = market.model.artefact
    mean = market.model.posterior(Evidence((), {}, {}, {})).mean
    circumstances = circumstances_of(Request(date=today), market.catalogue, market.registry)
    personal = personal_columns(market.table.columns, circumstances, market.registry)
    fixed = set(market.fixed_columns.tolist())
    own = [k for k in range(len(artefact.columns)) if k not in fixed]
    specs = [artefact.columns[k] for k in own]
    design = encode({**market.table.columns, **personal}, specs, artefact.classes, market.class_cny)
    utility = market.fixed_design @ mean[market.fixed_columns] + design @ mean[own]
    best = np.full(len(market.catalogue.trims), -np.inf)
    np.maximum.at(best, market.table.trim_of, utility)
    on_sale = np.array([trim.on_sale for trim in market.catalogue.trims], dtype=np.bool_)
    offered = best[on_sale & np.isfinite(best)] if on_sale.any() else best[np.isfinite(best)]
    return float(np.median(offered)) if len(offered) else 0.0
