"""What not buying is worth, on the scale of utility."""

from __future__ import annotations

import datetime as dt

import numpy as np

from recommender.domain.buyer import Request
from recommender.services.market import Market
from recommender.services.person import read_person
from recommender.services.scoring import score

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
    nobody = Request(date=today)
    utility = score(read_person(nobody, market), market).utility
    best = np.full(len(market.catalogue.trims), -np.inf)
    np.maximum.at(best, market.table.trim_of, utility)
    on_sale = np.array([trim.on_sale for trim in market.catalogue.trims], dtype=np.bool_)
    offered = best[on_sale & np.isfinite(best)] if on_sale.any() else best[np.isfinite(best)]
    margin = market.registry.policy("outside_option_margin", today).value
    return float(np.median(offered)) + margin if len(offered) else margin
