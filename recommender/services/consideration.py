"""The consideration set: the best build of every trim that obeys every limit, in order; and a diverse top."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.configurator.feasible import Violations, left_out_unknown, violations
from recommender.domain.table import number_column
from recommender.services.market import Indices
from recommender.services.scoring import Scores


@dataclass(frozen=True)
class Consideration:
    """``rows``: best build of each trim that has one, best first. ``found``: violations of every row."""

    rows: Indices
    found: Violations
    left_out_unknown: int


def consider(scores: Scores) -> Consideration:
    """Apply the limits, keep the best build a trim, order: utility down, total price up, config id up."""
    market, person = scores.market, scores.person
    mark = person.request.unknown == "mark"
    length, least = len(market.table), person.least
    found = violations(person.columns, person.limits, length, mark_unknown=mark, least=least)
    feasible = np.flatnonzero(found.feasible)
    ordered = feasible[order_of(scores, feasible)]
    _, first = np.unique(market.table.trim_of[ordered], return_index=True)
    rows = ordered[np.sort(first)]
    count = len(market.catalogue.trims)
    return Consideration(rows, found, left_out_unknown(found, market.table.trim_of, count))


def order_of(scores: Scores, rows: Indices) -> Indices:
    """Places of the rows, best first: utility down, total price up, config id up."""
    total = number_column(scores.person.columns, "total_price_cny")
    keys = (scores.market.config_order[rows], total.values[rows], -scores.utility[rows])
    return np.lexsort(keys)


def diverse_top(scores: Scores, considered: Consideration) -> Indices:
    """The first ``top`` rows with at most ``per_line`` of a line and ``per_brand`` of a brand.

    The brand rule gives way before the list stays short; the line rule never does.
    """
    request, market = scores.person.request, scores.market
    trims = market.table.trim_of[considered.rows]
    lines, brands = market.line_of[trims].tolist(), market.brand_of[trims].tolist()
    chosen = _pick(lines, brands, request.top, request.per_line, request.per_brand)
    return considered.rows[chosen]


def _pick(lines: list[int], brands: list[int], top: int, per_line: int, per_brand: int) -> list[int]:
    line_count: dict[int, int] = {}
    brand_count: dict[int, int] = {}
    chosen: list[int] = []
    spare: list[int] = []
    for position, (line, brand) in enumerate(zip(lines, brands, strict=True)):
        if len(chosen) == top:
            break
        if line_count.get(line, 0) >= per_line:
            continue
        if brand_count.get(brand, 0) >= per_brand:
            spare.append(position)
            continue
        line_count[line] = line_count.get(line, 0) + 1
        brand_count[brand] = brand_count.get(brand, 0) + 1
        chosen.append(position)
    for position in spare:
        if len(chosen) >= top:
            break
        line = lines[position]
        if line_count.get(line, 0) < per_line:
            line_count[line] = line_count.get(line, 0) + 1
            chosen.append(position)
    return sorted(chosen)
