"""What would have to be different for a car to be the first, and what would unseat the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recommender.domain.recommendation import Counterfactual
from recommender.services.consideration import Consideration
from recommender.services.scoring import Scores
from recommender.services.value_changes import value_changes
from recommender.services.weight_changes import weighing, weight_to_lead, weight_to_unseat


def counterfactuals(
    scores: Scores, considered: Consideration, rows: Sequence[int]
) -> Mapping[int, tuple[Counterfactual, ...]]:
    """For each row that obeys the limits: the smallest weight, price and attribute change that make it first.

    For the first itself: the smallest weight change that brings another car before it. A kind that no change
    achieves is left out.
    """
    if not len(considered.rows):
        return {}
    leader = int(considered.rows[0])
    weighed = weighing(scores, considered.found.feasible)
    values = value_changes(scores, leader, rows)
    found: dict[int, tuple[Counterfactual, ...]] = {}
    for row in rows:
        weight = weight_to_unseat(weighed, row) if row == leader else weight_to_lead(weighed, row)
        found[row] = (*((weight,) if weight else ()), *values.get(row, ()))
    return found
