"""Why this car, and why not: any configuration that a person names, judged as the list is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.domain.buyer import Request
from recommender.domain.limits import Limit
from recommender.domain.recommendation import Item
from recommender.registry.messages import format_value
from recommender.services.confidence import Beliefs, believe
from recommender.services.consideration import Consideration, order_of
from recommender.services.counterfactuals import counterfactuals
from recommender.services.market import Market
from recommender.services.named_cars import rows_named
from recommender.services.ranking import ranked
from recommender.services.recommend import describe_row, purchase_costs
from recommender.services.reference import reference_car
from recommender.services.scoring import Scores
from recommender.services.wording import car_name, joined, limit_text

_POINTS = 3
_NOTICEABLE = 0.01


@dataclass(frozen=True)
class Explained:
    """``item``: as in a list, its ``rank`` 0 where a limit is broken. ``rank``: place in the full order of
    one build a trim; of a build that is not its trim's best: the place that it would take. ``violates``: the
    limits that it breaks, or that fail because its value is not known. ``why_not``: one sentence."""

    item: Item
    rank: int | None
    violates: tuple[Limit, ...]
    why_not: str


def explain(request: Request, market: Market, config_id: str, path: str = "/config_id") -> Explained:
    """The recommendation object of any configuration, its true rank, and what keeps it from the first place.

    Raises Rejected (``path``) for an id that the catalogue does not have, with the nearest ids.
    """
    scores, considered = ranked(request, market)
    row = rows_named([config_id], [path], scores.market)[0]
    return explain_rows(scores, considered, [row])[0]


def explain_rows(scores: Scores, considered: Consideration, rows: Sequence[int]) -> tuple[Explained, ...]:
    """Several configurations at once, in the order given."""
    index = np.array(rows, dtype=np.intp)
    reference = reference_car(scores, considered)
    costs = purchase_costs(scores, index)
    beliefs = believe(scores, considered)
    changes = counterfactuals(scores, considered, [r for r in rows if considered.found.feasible[r]])
    explained: list[Explained] = []
    for place, row in enumerate(rows):
        rank = rank_of(scores, considered, row)
        probability, low, high = _probability(considered, beliefs, row)
        item = replace(
            describe_row(scores, reference, costs, place, row),
            rank=rank or 0,
            choice_probability=probability,
            choice_probability_low=low,
            choice_probability_high=high,
            counterfactuals=changes.get(row, ()),
        )
        violates = violated(scores, considered, row)
        explained.append(Explained(item, rank, violates, _why_not(scores, considered, row, rank, violates)))
    return tuple(explained)


def rank_of(scores: Scores, considered: Consideration, row: int) -> int | None:
    """Place among the best builds of the trims, from 1; None where a limit is broken."""
    if not considered.found.feasible[row]:
        return None
    known = np.flatnonzero(considered.rows == row)
    if len(known):
        return int(known[0]) + 1
    rows = np.append(considered.rows, row)
    return int(np.flatnonzero(order_of(scores, rows) == len(rows) - 1)[0]) + 1


def violated(scores: Scores, considered: Consideration, row: int) -> tuple[Limit, ...]:
    """The limits that keep a row out."""
    mask = int(considered.found.broken[row] | considered.found.unknown[row])
    return tuple(limit for bit, limit in enumerate(scores.person.limits) if mask >> bit & 1)


def _probability(considered: Consideration, beliefs: Beliefs, row: int) -> tuple[float, float, float]:
    """Share among the best builds with its 90 % interval; 0 for a car that is not one of them."""
    place = np.flatnonzero(considered.rows == row)
    if not len(place):
        return 0.0, 0.0, 0.0
    position = int(place[0])
    return (float(beliefs.share[position]), *beliefs.interval(position))


def _why_not(
    scores: Scores, considered: Consideration, row: int, rank: int | None, violates: Sequence[Limit]
) -> str:
    registry, lang = scores.market.registry, scores.person.request.lang
    if violates:
        pieces = (_broken(scores, limit, row) for limit in violates)
        return registry.message("why_not.limits", lang, limits=joined(pieces, registry, lang))
    if rank == 1:
        return registry.message("why_not.none", lang)
    first = int(considered.rows[0])
    gap = float(scores.utility[first] - scores.utility[row])
    points = _points(scores, row, first)
    if gap < _NOTICEABLE or not points:
        return registry.message(
            "why_not.close", lang, rank=rank, car=car_name(scores, first), gap=f"{gap + 0.005:.2f}"
        )
    return registry.message(
        "why_not.behind",
        lang,
        rank=rank,
        car=car_name(scores, first),
        gap=f"{gap:.2f}",
        points=joined(points, registry, lang),
    )


def _broken(scores: Scores, limit: Limit, row: int) -> str:
    registry, lang = scores.market.registry, scores.person.request.lang
    column = scores.person.columns.get(limit.attribute)
    value = None if column is None else column.value(row)
    if value is None and limit.attribute in scores.person.least:
        value = scores.person.least[limit.attribute].value(row)
    return registry.message(
        "why_not.limit",
        lang,
        limit=limit_text(limit, registry, lang),
        value=format_value(registry.attributes[limit.attribute], value, lang),
    )


def _points(scores: Scores, row: int, first: int) -> list[str]:
    """The attributes that cost most against the first car, both values known, largest first."""
    registry, lang = scores.market.registry, scores.person.request.lang
    terms = scores.terms(np.array([row, first], dtype=np.intp))
    behind = terms[1] - terms[0]
    points: list[str] = []
    for place in np.argsort(-behind, kind="stable").tolist():
        name = scores.attributes[place]
        column = scores.person.columns.get(name)
        if behind[place] <= _NOTICEABLE or len(points) == _POINTS:
            break
        if column is None:
            continue
        own, other = column.value(row), column.value(first)
        if own is not None and other is not None:
            attribute = registry.attributes[name]
            points.append(
                registry.message(
                    "why_not.point",
                    lang,
                    label=attribute.label.get(lang),
                    value=format_value(attribute, own, lang, exact=False),
                    first=format_value(attribute, other, lang, exact=False),
                )
            )
    return points
