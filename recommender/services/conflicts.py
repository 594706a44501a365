"""Why nothing fits, in words: the limits that exclude each other."""

from __future__ import annotations

from recommender.configurator.conflicts import minimal_conflicts
from recommender.domain.recommendation import Conflict
from recommender.services.consideration import Consideration
from recommender.services.scoring import Scores
from recommender.services.wording import joined, limit_text

_SHOWN = 3


def conflicts(scores: Scores, considered: Consideration) -> tuple[Conflict, ...]:
    """The smallest sets of limits that no car obeys together; empty while a car obeys them all."""
    if len(considered.rows):
        return ()
    found = considered.found
    registry, lang = scores.market.registry, scores.person.request.lang
    told: list[Conflict] = []
    for bits in minimal_conflicts(found.broken | found.unknown, _SHOWN):
        limits = tuple(scores.person.limits[bit] for bit in bits)
        words = joined((limit_text(limit, registry, lang) for limit in limits), registry, lang)
        sentence = "conflict.one" if len(limits) == 1 else "conflict.several"
        told.append(Conflict(limits, registry.message(sentence, lang, limits=words, count=len(limits))))
    return tuple(told)
