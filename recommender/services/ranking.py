"""Request to order: the one path that every verb takes before it says anything."""

from __future__ import annotations

from recommender.domain.buyer import Request
from recommender.services.best_builds import market_for
from recommender.services.consideration import Consideration, consider
from recommender.services.market import Market
from recommender.services.on_request import judge_on_request
from recommender.services.person import read_person
from recommender.services.scoring import Scores, score


def ranked(request: Request, market: Market) -> tuple[Scores, Consideration]:
    """Utilities of all rows, and those that obey the limits in order. ``scores.market``: the market with the
    builds that were searched for this person."""
    market = market_for(request, market)
    scores = judge_on_request(score(read_person(request, market), market))
    return scores, consider(scores)
