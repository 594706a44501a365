"""Counterfactuals in closed form: the smallest change of one weight that makes a car first, or unseats it.

Utility is linear in the factor f of an importance: u_i(f) = u_i + (f - 1) G_i with G_i the sum of its terms.
Car i leads all j when (u_i - u_j) + (f - 1)(G_i - G_j) >= 0; the f that satisfy all form one interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.choice.artefact import Floats
from recommender.domain.recommendation import Counterfactual
from recommender.domain.table import Mask
from recommender.services.market import Indices
from recommender.services.on_request import parts_of
from recommender.services.ranking import ranked
from recommender.services.scoring import Scores
from recommender.services.wording import car_name

MAXIMUM_WEIGHT = 10.0
_MARGIN = 1e-6
"""Utility by which the car must lead: a tie is no first place."""
_OUTWARD = 1e-4
"""In hundredths of a weight: a weight that unseats lies beyond the crossing, never on it."""


@dataclass(frozen=True)
class Weighing:
    """Every row that obeys the limits and could lead, and what each weight multiplies of its utility.

    ``rows`` intp [n]; ``utility`` float64 [n]; ``parts`` float64 [n, importances], in the order of the names.
    ``exact``: the utilities are linear in the weights.
    """

    scores: Scores
    rows: Indices
    utility: Floats
    importances: tuple[str, ...]
    parts: Floats
    exact: bool

    def place(self, row: int) -> int:
        return int(np.flatnonzero(self.rows == row)[0])

    def now(self, importance: str) -> float:
        return self.scores.person.request.weights.get(importance, 1.0)

    def at(self, importance: str, weight: float) -> Floats:
        """float64 [n]: utilities under another weight of one importance."""
        factor = weight / self.now(importance)
        return self.utility + (factor - 1.0) * self.parts[:, self.importances.index(importance)]


def weighing(scores: Scores, obeying: Mask) -> Weighing:
    """The parts of the utility by importance, of the rows that obey the limits (bool [table]).

    A build with an open price never leads its known part, so it is left out where that part obeys too.
    """
    known = parts_of(scores.market)
    open_price = known != np.arange(len(known))
    rows = np.flatnonzero(obeying & ~(open_price & obeying[known]))
    exact = not scores.person.request.trade_offs and not bool(open_price[rows].any())
    registry, posterior = scores.market.registry, scores.person.posterior
    owner = [registry.attributes[spec.attribute].importance for spec in posterior.columns]
    present = tuple(importance for importance in registry.importances if importance in owner)
    weights = np.array([[o == importance for importance in present] for o in owner]) * posterior.mean[:, None]
    return Weighing(scores, rows, scores.utility[rows], present, scores.sums(rows, weights), exact)


def leading_interval(
    utility: Floats, group: Floats, row: int, most: float = MAXIMUM_WEIGHT
) -> tuple[float, float] | None:
    """Weights in [0, ``most``] (1 = as now) at which ``row`` leads every other row, or None.

    ``utility`` and ``group`` float64 [n]: utility and the part of it that the weight multiplies.
    """
    return leading_intervals(utility, group[:, None], row, [most])[0]


def leading_intervals(
    utility: Floats, groups: Floats, row: int, most: Sequence[float]
) -> list[tuple[float, float] | None]:
    """The same for several weights: ``groups`` float64 [n, weights], ``most`` for each."""
    ahead = utility[row] - utility - _MARGIN
    ahead[row] = 0.0
    slope = groups[row] - groups
    never = ((slope == 0.0) & (ahead < 0.0)[:, None]).any(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = -ahead[:, None] / slope
    low = np.maximum(-1.0, np.where(slope > 0.0, crossing, -np.inf).max(axis=0))
    high = np.minimum(np.array(most) - 1.0, np.where(slope < 0.0, crossing, np.inf).min(axis=0))
    found = zip(low.tolist(), high.tolist(), never.tolist(), strict=True)
    return [None if no or lo > hi else (1.0 + lo, 1.0 + hi) for lo, hi, no in found]


def weight_to_lead(weighed: Weighing, row: int) -> Counterfactual | None:
    """The nearest weight that makes ``row`` the first; None where no single weight does."""
    if row not in weighed.rows:
        return None
    found = min(_leading(weighed, row), default=None)
    if found is None:
        return None
    _, importance, to = found
    if not _confirmed(weighed, importance, to, row):
        return None
    return _told(weighed, importance, to, "rank 1", "counterfactual.weight")


def _leading(weighed: Weighing, row: int) -> Iterator[tuple[float, str, float]]:
    """(distance, importance, weight) of every importance that can make the row first."""
    intervals = _intervals(weighed, weighed.place(row))
    for importance, interval in zip(weighed.importances, intervals, strict=True):
        now = weighed.now(importance)
        if interval is not None:
            target = min(max(1.0, interval[0]), interval[1])
            yield _distance(target), importance, _printable(now * interval[0], now * interval[1], now)


def _distance(factor: float) -> float:
    """How large a change of weight is: twice as much is as far as half as much."""
    return abs(float(np.log(max(factor, 1e-3))))


def weight_to_unseat(weighed: Weighing, row: int) -> Counterfactual | None:
    """The nearest weight at which another configuration comes before ``row``, the first now; None where none
    does. The effect is its rank then, counted by trims."""
    if row not in weighed.rows:
        return None
    place = weighed.place(row)
    for _, importance, to in sorted(_unseating(weighed, row)):
        utility = weighed.at(importance, to)
        ahead = weighed.rows[utility > utility[place] + _MARGIN]
        first = int(weighed.rows[utility.argmax()])
        # At a weight of 0 the crossing itself may be a tie, which unseats nobody.
        if len(ahead) and _confirmed(weighed, importance, to, first):
            rank = 1 + len(np.unique(weighed.scores.market.table.trim_of[ahead]))
            car = car_name(weighed.scores, first)
            return _told(weighed, importance, to, f"rank {rank}", "counterfactual.unseat", car)
    return None


def _unseating(weighed: Weighing, row: int) -> Iterator[tuple[float, str, float]]:
    intervals = _intervals(weighed, weighed.place(row))
    for importance, interval in zip(weighed.importances, intervals, strict=True):
        now = weighed.now(importance)
        low, high = interval or (0.0, np.inf)
        below = float(np.floor(now * low * 100.0 - _OUTWARD) / 100.0)
        above = float(np.ceil(min(now * high, MAXIMUM_WEIGHT) * 100.0 + _OUTWARD) / 100.0)
        if 0.0 <= below < now:
            yield _distance(low), importance, below
        if now < above <= MAXIMUM_WEIGHT:
            yield _distance(high), importance, above


def _intervals(weighed: Weighing, place: int) -> list[tuple[float, float] | None]:
    """Factors on each importance at which the row at ``place`` leads; a weight of 0 cannot be multiplied."""
    now = [weighed.now(importance) for importance in weighed.importances]
    most = [MAXIMUM_WEIGHT / weight if weight else 1.0 for weight in now]
    found = leading_intervals(weighed.utility, weighed.parts, place, most)
    return [interval if weight else None for interval, weight in zip(found, now, strict=True)]


def _confirmed(weighed: Weighing, importance: str, to: float, row: int) -> bool:
    """Whether ``row`` is first when asked again with the weight.

    The closed form is exact but where trade-offs were made (the weight also moves what they taught) and where
    a build with an open price has no known part to stand behind: there the answer is asked for again.
    """
    request, market = weighed.scores.person.request, weighed.scores.market
    if weighed.exact:
        return True
    again = replace(request, weights={**request.weights, importance: to})
    return int(ranked(again, market)[1].rows[0]) == row


def _told(
    weighed: Weighing, importance: str, to: float, effect: str, sentence: str, car: str = ""
) -> Counterfactual:
    registry, request = weighed.scores.market.registry, weighed.scores.person.request
    now = weighed.now(importance)
    text = registry.message(
        f"{sentence}_{'more' if to > now else 'less'}",
        request.lang,
        importance=registry.importances[importance].label.get(request.lang),
        weight=f"{to:g}",
        now=f"{now:g}",
        car=car,
    )
    return Counterfactual({"weight": importance, "from": now, "to": to}, effect, text)


def _printable(low: float, high: float, now: float) -> float:
    """The weight in [low, high] nearest to ``now``, with as few decimals as stay inside the interval."""
    nearest = float(min(max(now, low), high))
    for decimals in range(2, 9):
        steps = nearest * 10**decimals
        rounded = float(np.ceil(steps) if nearest > now else np.floor(steps)) / 10**decimals
        if low <= rounded <= high:
            return float(rounded)
    return float(nearest)
