"""Near misses: what a little more money would admit when only a few cars fit."""

from __future__ import annotations

import numpy as np

from recommender.choice.artefact import Floats
from recommender.configurator.feasible import trims_with
from recommender.domain.recommendation import FrontierStep
from recommender.registry.messages import format_money
from recommender.services.consideration import Consideration
from recommender.services.market import Indices
from recommender.services.scoring import Scores
from recommender.services.wording import car_name, short_label

_BUDGETS = ("total_price_cny", "price_cny")
_FURTHEST = 0.20
"""Of the budget: more than this is another budget, not a near miss."""
_FEW = 3
"""Times the length of the list: more cars than this are no few."""
_MOST_STEPS = 8


def budget_frontier(scores: Scores, considered: Consideration) -> tuple[FrontierStep, ...]:
    """How many further trims each amount above the budget admits, the best of them named; least money first.

    Empty when many cars fit, and without a budget that may move. Every other limit holds. Of many steps eight
    are told, the first and the last among them.
    """
    request = scores.person.request
    if len(considered.rows) >= _FEW * request.top:
        return ()
    budget = _budget(scores)
    if budget is None:
        return ()
    attribute, bound, bits = budget
    values = scores.person.at_least(attribute)
    rows = _near(scores, considered, values, bits, bound)
    extras = np.unique(values[rows])
    admitted = [rows[values[rows] <= extra] for extra in extras]
    counts = [len(np.unique(scores.market.table.trim_of[some])) for some in admitted]
    steps = [i for i, count in enumerate(counts) if i == 0 or count > counts[i - 1]]
    if len(steps) > _MOST_STEPS:
        steps = [steps[i] for i in np.linspace(0, len(steps) - 1, _MOST_STEPS).round().astype(int)]
    return tuple(_step(scores, attribute, bound, float(extras[i]), counts[i], admitted[i]) for i in steps)


def _budget(scores: Scores) -> tuple[str, float, np.uint64] | None:
    """Attribute, lowest bound and bits of the budget's limits, the first kind that may move."""
    for attribute in _BUDGETS:
        own = [
            (bit, float(limit.value))
            for bit, limit in enumerate(scores.person.limits)
            if limit.attribute == attribute
            and limit.op == "at_most"
            and not limit.fixed
            and isinstance(limit.value, int | float)
        ]
        if own:
            return attribute, min(value for _, value in own), np.uint64(sum(1 << bit for bit, _ in own))
    return None


def _near(
    scores: Scores, considered: Consideration, values: Floats, bits: np.uint64, bound: float
) -> Indices:
    """Rows of trims not admitted yet that only the budget keeps out, and not by much."""
    found, table = considered.found, scores.market.table
    feasible = trims_with(found.feasible, table.trim_of, len(scores.market.catalogue.trims))
    only_budget = (found.broken != 0) & ((found.broken & ~bits) == 0) & (found.unknown == 0)
    with np.errstate(invalid="ignore"):
        near = values <= bound * (1.0 + _FURTHEST)
    return np.flatnonzero(only_budget & near & ~feasible[table.trim_of])


def _step(scores: Scores, attribute: str, bound: float, to: float, count: int, rows: Indices) -> FrontierStep:
    market, lang = scores.market, scores.person.request.lang
    best = int(rows[np.lexsort((market.config_order[rows], -scores.utility[rows]))[0]])
    extra = int(np.ceil(to - bound))
    text = market.registry.message(
        "frontier.step",
        lang,
        label=short_label(market.registry.attributes[attribute], lang),
        extra=format_money(extra, lang),
        admits=count,
        car=car_name(scores, best),
    )
    return FrontierStep(attribute, extra, int(to), count, market.table.config_ids[best], text)
