"""How the figures behind one part-worth come together: evidence, then a survey, then the market.

Evidence is a normal prior with the row's own spread, as in training (docs/decisions/0021). A survey moves its
mean by the weight of its precision; its own error and the doubt about its age both widen it. The market then
shifts all segments alike. Differences between segments and the spread of taste stay as the evidence has them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recommender.registry.model import PartWorthSource, PriorPartWorth, Registry, Segment, SurveyFigure

PRICE = "total_price_cny"
_TAKEN = 0.3
"""A survey names the source when it took this share of the prior's standard deviation, as in training."""

_DECIMALS = 6


@dataclass(frozen=True)
class Combined:
    """``means``: segment -> utility. ``survey_weight``: share of the survey in the mean."""

    means: Mapping[str, float]
    source: PartWorthSource
    survey_weight: float = 0.0


def price_slope(registry: Registry) -> float:
    """Utility of one unit of log price, mean of the segments; 0 without a part-worth of the price."""
    row = next((p for p in registry.part_worths if p.attribute == PRICE), None)
    attribute = registry.attributes.get(PRICE)
    if row is None or attribute is None or attribute.encoding is None:
        return 0.0
    code = attribute.encoding
    step = math.log((code.reference + code.scale) / code.reference)
    return _mean(row.means, registry.segments) / step


def survey_utility(figure: SurveyFigure, slope: float) -> tuple[float, float]:
    """Utility of one step and its standard deviation: money turned into utility by the slope of the price.

    A feature worth the share s of the price raises utility as a price lower by that share would, -slope x s.
    """
    scale = -slope / figure.steps
    doubt = figure.doubt * figure.price_share
    return scale * figure.price_share, abs(scale) * math.hypot(figure.error, doubt)


def combined(row: PriorPartWorth, segments: Sequence[Segment], slope: float) -> Combined:
    """Means of one column after survey and market."""
    means = {segment.id: row.means.get(segment.id, 0.0) for segment in segments}
    source, weight = row.source, 0.0
    if row.survey is not None and slope < 0.0:
        found, sd = survey_utility(row.survey, slope)
        asked = [segment for segment in segments if segment.id in row.survey.segments]
        weight = row.sd**2 / (row.sd**2 + sd**2)
        shift = weight * (found - _mean(row.means, asked))
        means |= {segment.id: means[segment.id] + shift for segment in asked}
        if math.sqrt(1.0 - weight) < 1.0 - _TAKEN:
            source = "survey"
    if row.market is not None:
        means = {name: mean + row.market.shift for name, mean in means.items()}
        source = "market"
    return Combined({name: round(mean, _DECIMALS) + 0.0 for name, mean in means.items()}, source, weight)


def _mean(means: Mapping[str, float], segments: Sequence[Segment]) -> float:
    """Mean over the segments by their shares."""
    total = sum(segment.share * means.get(segment.id, 0.0) for segment in segments)
    return total / sum(segment.share for segment in segments)
