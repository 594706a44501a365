"""Builds with an option on request: what is judged of a car whose price nobody prints in full.

Such a build is worth what its known part is worth, or less: an option that may cost anything is counted as
costing what it pleases. So it never leads the same build without it, and comes up only where a limit asks
for what it adds (who gives money no weight at all is not held back by an open price). Where the known part
alone breaks a limit on money, the build breaks it too, and is not known to hold it even when the limit is
moved that far: a way out needs both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from recommender.choice.artefact import Floats
from recommender.configurator.builds import Builds, known_parts
from recommender.domain.table import NumberColumn
from recommender.services.market import Indices, Market
from recommender.services.person import Person
from recommender.services.scoring import Scores

PRICED = ("total_price_cny", "monthly_cost_cny", "price_cny")
"""Attributes that rise with the price, the one that takes up the difference first."""

_OPEN_PRICE = 1e-6
"""Utility lost for each open price: of equal builds the one with fewer of them leads."""


def judge_on_request(scores: Scores) -> Scores:
    """The scores with builds on request valued at their known part at most."""
    parts = parts_of(scores.market)
    rows = np.flatnonzero(parts != np.arange(len(parts)))
    if not len(rows):
        return scores
    own, utility = _valued(scores, rows, parts[rows])
    person = replace(scores.person, least=_least(scores.person, rows, parts[rows]))
    return replace(scores, person=person, own_design=own, utility=utility)


def parts_of(market: Market) -> Indices:
    """int [n]: row of each build without what is on request."""
    if isinstance(market.table, Builds):
        return market.table.known_part
    return known_parts(market.table, market.catalogue)


def _valued(scores: Scores, rows: Indices, parts: Indices) -> tuple[Floats, Floats]:
    """Own design and utility: the terms of money are those of the known part, less what the open options
    gain, so that terms and utility still add up."""
    market, posterior = scores.market, scores.person.posterior
    own, utility = scores.own_design.copy(), scores.utility.copy()
    money = _money(scores)
    own[rows[:, None], money] = own[parts[:, None], money]
    mean = posterior.mean
    found = market.fixed_design[rows] @ mean[market.fixed_columns] + own[rows] @ mean[scores.own_columns]
    open_prices = [len(market.table.options[row]) for row in rows.tolist()]
    closed = [len(market.table.options[part]) for part in parts.tolist()]
    missing = _OPEN_PRICE * (np.array(open_prices) - np.array(closed))
    target = np.minimum(found, utility[parts]) - missing
    weighed = [i for i in money.tolist() if mean[scores.own_columns[i]] != 0.0]
    weighed.sort(key=lambda i: PRICED.index(posterior.columns[scores.own_columns[i]].attribute))
    if weighed:
        first = weighed[0]
        own[rows, first] += (target - found) / mean[scores.own_columns[first]]
        utility[rows] = np.round(target, 9)
    else:
        utility[rows] = np.round(found, 9)
    return own, utility


def _money(scores: Scores) -> Indices:
    """Places in the own design of the columns that rise with the price."""
    columns = scores.person.posterior.columns
    found = [i for i, k in enumerate(scores.own_columns.tolist()) if columns[k].attribute in PRICED]
    return np.array(found, dtype=np.intp)


def _least(person: Person, rows: Indices, parts: Indices) -> Mapping[str, NumberColumn]:
    """What is known of the open prices: the values of the known part, for each attribute of money."""
    found: dict[str, NumberColumn] = {}
    for name in PRICED:
        column = person.columns.get(name)
        if isinstance(column, NumberColumn):
            values = np.full(len(column), np.nan)
            values[rows] = np.where(column.unknown()[rows], column.values[parts], np.nan)
            found[name] = NumberColumn(values)
    return found
