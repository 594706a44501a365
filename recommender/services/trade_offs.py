"""The next two real cars to choose between, or the word that no further question is worth asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recommender.choice.adaptive import Pair, all_pairs, best_pair
from recommender.choice.artefact import Floats
from recommender.domain.buyer import Request
from recommender.domain.recommendation import Item
from recommender.domain.table import number_column
from recommender.services.compare import Difference, differences
from recommender.services.confidence import believe
from recommender.services.consideration import Consideration
from recommender.services.market import Indices, Market
from recommender.services.outside import outside_utility
from recommender.services.ranking import ranked
from recommender.services.recommend import describe_row, purchase_costs
from recommender.services.reference import reference_car
from recommender.services.scoring import Scores

MOST_QUESTIONS = 4
LEADING, LISTED = 30, 60
"""Lines whose cars may be asked about, and lines that may come into the list."""
_LEAST_GAIN = 0.03
"""In simulation such questions leave the regret as it is; from 0.1 on it rises."""
_NOTICED = 0.02
"""Difference in utility from which on a respect counts as one more thing to weigh."""
Stop = Literal["", "enough", "settled", "too_few"]
Shown = tuple[str, ...]


@dataclass(frozen=True)
class NextPair:
    """``pair``: two cars, or empty with the reason in ``stop``: "enough" were asked, the list is "settled",
    "too_few" cars to choose from. ``differences``: what differs between them, what matters most first.
    ``expected_gain``: utility over the first three cars, the first counted twice. ``asked``: choices made or
    passed over."""

    pair: tuple[Item, ...]
    differences: tuple[Difference, ...]
    expected_gain: float
    stop: Stop
    asked: int


def next_pair(
    request: Request, market: Market, *, most: int = MOST_QUESTIONS, passed: Sequence[Shown] = ()
) -> NextPair:
    """The pair of configurations that most improves the list of this person.

    Both obey every limit, are of different lines and have a price; no two trims are asked about twice.
    ``passed``: pairs that the person did not want to choose between; they count as asked. Deterministic.
    """
    asked = len(request.trade_offs) + len(passed)
    scores, considered = ranked(request, market)
    rows = one_a_line(scores, considered)[:LISTED]
    pairs = _askable(scores, rows, passed)
    if not len(pairs):
        return NextPair((), (), 0.0, "too_few", asked)
    if asked >= most:
        return NextPair((), (), 0.0, "enough", asked)
    design = scores.design(rows)
    utilities = design @ scores.person.posterior.draws.T.astype(np.float64)
    neither = outside_utility(market.home, request.date)
    pair = best_pair(utilities.T, pairs, neither, effort_of(scores, rows, pairs))
    if pair is None or pair.gain < _LEAST_GAIN:
        return NextPair((), (), pair.gain if pair else 0.0, "settled", asked)
    shown = rows[_in_turn(pair, asked)]
    found = differences(scores, shown.tolist())
    return NextPair(_items(scores, considered, shown), found, pair.gain, "", asked)


def one_a_line(scores: Scores, considered: Consideration) -> Indices:
    """The best build of every line, best first."""
    market = scores.market
    lines = market.line_of[market.table.trim_of[considered.rows]]
    _, first = np.unique(lines, return_index=True)
    return considered.rows[np.sort(first)]


def _askable(scores: Scores, rows: Indices, passed: Sequence[Shown]) -> NDArray[np.intp]:
    """Pairs of the leading lines, both of known price, that were never shown together.

    A build that was searched for this person alone has no name that an answer could bring back: not asked.
    """
    table, home = scores.market.table, scores.market.home
    total = number_column(scores.person.columns, "total_price_cny").values[rows[:LEADING]]
    named = np.array(
        [table.config_ids[row] in home.row_of for row in rows[:LEADING].tolist()], dtype=np.bool_
    )
    pairs = all_pairs(min(LEADING, len(rows)))
    pairs = pairs[(named & ~np.isnan(total))[pairs].all(axis=1)]
    trims = table.trim_of[rows]
    known = [
        _trims(scores, shown) for shown in (*passed, *(t.shown for t in scores.person.request.trade_offs))
    ]
    new = [not any(a in together and b in together for together in known) for a, b in trims[pairs].tolist()]
    return pairs[np.array(new, dtype=np.bool_)]


def _trims(scores: Scores, shown: Shown) -> frozenset[int]:
    """Trims of configurations; what the catalogue has no more is none."""
    home = scores.market.home
    return frozenset(int(home.table.trim_of[home.row_of[c]]) for c in shown if c in home.row_of)


def effort_of(scores: Scores, rows: Indices, pairs: NDArray[np.intp]) -> NDArray[np.intp]:
    """In how many attributes the two cars of each pair differ enough to be weighed: int [P]."""
    terms: Floats = scores.terms(rows[:LEADING])
    apart = np.abs(terms[pairs[:, 0]] - terms[pairs[:, 1]])
    return np.asarray((apart > _NOTICED).sum(axis=1), dtype=np.intp)


def _in_turn(pair: Pair, asked: int) -> list[int]:
    """The leading car is not always the one on the left."""
    return [pair.second, pair.first] if asked % 2 else [pair.first, pair.second]


def _items(scores: Scores, considered: Consideration, rows: Indices) -> tuple[Item, ...]:
    reference, costs = reference_car(scores, considered), purchase_costs(scores, rows)
    beliefs = believe(scores, considered)
    items = []
    for place, row in enumerate(rows.tolist()):
        position = int(np.flatnonzero(considered.rows == row)[0])
        low, high = beliefs.interval(position)
        items.append(
            replace(
                describe_row(scores, reference, costs, place, row),
                rank=position + 1,
                choice_probability=float(beliefs.share[position]),
                choice_probability_low=low,
                choice_probability_high=high,
            )
        )
    return tuple(items)
