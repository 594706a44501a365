"""Where a reason comes from, in words: the person's own answers, his kind of buyer, or the market."""

from __future__ import annotations

from dataclasses import replace

from recommender.domain.recommendation import Reason
from recommender.services.scoring import Scores

_STATED, _MARKET = "stated", "market"
_SURE = 0.80
"""Probability of the leading segment from which its taste is told without "unsure"."""


def sourced(reason: Reason, scores: Scores) -> Reason:
    """The reason with the source of its term; its text stays."""
    source = scores.term_sources[scores.attributes.index(reason.attribute)]
    return replace(reason, source=source, source_text=source_text(source, scores))


def source_text(source: str, scores: Scores) -> str:
    """A source in the request's language; of a prior: whose taste it is and whether that is sure."""
    registry, lang = scores.market.registry, scores.person.request.lang
    if source == _STATED:
        return registry.message("reason_source.stated", lang)
    if source == _MARKET:
        return registry.message("reason_source.market", lang)
    leading = max(scores.person.posterior.segments, key=lambda share: share.probability)
    label = next(s.label.get(lang) for s in registry.segments if s.id == leading.segment)
    sentence = "reason_source.segment" if leading.probability >= _SURE else "reason_source.segment_unsure"
    return registry.message(sentence, lang, segment=label)
