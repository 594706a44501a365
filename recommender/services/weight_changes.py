"""Counterfactuals in closed form: the smallest change of one weight that makes a car the first.

Utility is linear in the factor f of an importance: u_i(f) = u_i + (f - 1) G_i with G_i the sum of its terms.
Car i leads all j when (u_i - u_j) + (f - 1)(G_i - G_j) >= 0; the f that satisfy all form one interval.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recommender.choice.artefact import Floats
from recommender.domain.recommendation import Counterfactual
from recommender.services.consideration import Consideration
from recommender.services.scoring import Scores

MAXIMUM_WEIGHT = 10.0
_MARGIN = 1e-6
"""Utility by which the car must lead: a tie is no first place."""


def leading_interval(utility: Floats, group: Floats, row: int) -> tuple[float, float] | None:
    """Weights in [0, 10] (1 = as now) at which ``row`` leads every other row, or None.

    ``utility`` and ``group`` float64 [n]: utility and the part of it that the weight multiplies.
    """
    ahead = utility[row] - utility - _MARGIN
    slope = group[row] - group
    ahead[row] = 0.0
    if bool(((slope == 0.0) & (ahead < 0.0)).any()):
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = -ahead / slope
    low = max(-1.0, float(np.where(slope > 0.0, crossing, -np.inf).max()))
    high = min(MAXIMUM_WEIGHT - 1.0, float(np.where(slope < 0.0, crossing, np.inf).min()))
    return (1.0 + low, 1.0 + high) if low <= high else None


def weight_change(
    scores: Scores, considered: Consideration, parts: Mapping[str, Floats], row: int
) -> Counterfactual | None:
    """The nearest weight that makes ``row`` first; None for the car that leads already or never would.

    ``parts``: what :func:`weighed_parts` returned.
    """
    registry, request = scores.market.registry, scores.person.request
    position = int(np.flatnonzero(considered.rows == row)[0])
    if position == 0:
        return None
    found = _nearest(scores, considered, parts, position)
    if found is None:
        return None
    importance, interval = found
    now = request.weights.get(importance, 1.0)
    to = _printable(now * interval[0], now * interval[1], now)
    direction = "more" if to > now else "less"
    text = registry.message(
        f"counterfactual.weight_{direction}",
        request.lang,
        importance=registry.importances[importance].label.get(request.lang),
        weight=f"{to:g}",
        now=f"{now:g}",
    )
    return Counterfactual({"weight": importance, "from": now, "to": to}, "rank 1", text)


def _nearest(
    scores: Scores, considered: Consideration, parts: Mapping[str, Floats], position: int
) -> tuple[str, tuple[float, float]] | None:
    """Importance and leading interval (as factors) of the smallest change, or None."""
    utility = scores.utility[considered.rows]
    best: tuple[float, str, tuple[float, float]] | None = None
    for importance, part in parts.items():
        interval = leading_interval(utility, part, position)
        now = scores.person.request.weights.get(importance, 1.0)
        if interval is None or now == 0.0:
            continue
        target = min(max(1.0, interval[0]), interval[1])
        distance = abs(float(np.log(max(target, 1e-3))))
        if now * target <= MAXIMUM_WEIGHT and (best is None or distance < best[0]):
            best = (distance, importance, interval)
    return None if best is None else (best[1], best[2])


def _printable(low: float, high: float, now: float) -> float:
    """The weight in [low, high] nearest to ``now``, with as few decimals as stay inside the interval."""
    nearest = float(min(max(now, low), high))
    for decimals in range(2, 9):
        steps = nearest * 10**decimals
        rounded = float(np.ceil(steps) if nearest > now else np.floor(steps)) / 10**decimals
        if low <= rounded <= high:
            return float(rounded)
    return float(nearest)


def weighed_parts(scores: Scores, considered: Consideration) -> dict[str, Floats]:
    """The part of the utility that each importance's weight multiplies: id -> float64 [considered]."""
    registry, posterior = scores.market.registry, scores.person.posterior
    owner = [registry.attributes[spec.attribute].importance for spec in posterior.columns]
    present = [importance for importance in registry.importances if importance in owner]
    weights = np.array([[o == importance for importance in present] for o in owner]) * posterior.mean[:, None]
    sums = scores.sums(considered.rows, weights)
    return {importance: sums[:, g] for g, importance in enumerate(present)}
