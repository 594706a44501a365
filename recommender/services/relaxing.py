"""Relaxations in the person's terms: what a change of a limit costs him, and the sentence that offers it."""

from __future__ import annotations

import numpy as np

from recommender.configurator.relax import LimitCost, Offer, WayOut, ways_out
from recommender.domain.limits import Limit
from recommender.domain.recommendation import LimitChange, Relaxation, Scalar
from recommender.registry.messages import format_value
from recommender.registry.model import Attribute
from recommender.services.consideration import Consideration
from recommender.services.scoring import Scores

_MINIMUM_STEP_LOSS = 0.10
"""Utility of one noticeable step of a limit that the model gives no weight: a stated limit is never free."""
_FLAT_LOSS = 0.60
"""Utility of giving up a stated level (drive, body, energy): between "clear" and "strong" of the registry."""
_BOUND_STEPS_WITHOUT_ENCODING = 10.0


def relaxations(scores: Scores, considered: Consideration) -> tuple[Relaxation, ...]:
    """Ways out when fewer than ``top`` trims obey the limits; empty otherwise."""
    person = scores.person
    if len(considered.rows) >= person.request.top or not person.limits:
        return ()
    offer = offer_of(scores)
    costs = [limit_cost(scores, limit) for limit in person.limits]
    found = ways_out(offer, person.limits, considered.found, costs)
    return tuple(_relaxation(scores, way) for way in found)


def offer_of(scores: Scores) -> Offer:
    """Every row of the market as this person sees it."""
    market, person = scores.market, scores.person
    return Offer(
        person.columns,
        market.table.trim_of,
        len(market.catalogue.trims),
        scores.utility,
        market.config_order,
        mark_unknown=person.request.unknown == "mark",
        least=person.least,
    )


def limit_cost(scores: Scores, limit: Limit) -> LimitCost:
    """Utility lost per unit of a number (slope of its term at the limit) and for a change of level."""
    attribute = scores.market.registry.attributes[limit.attribute]
    per_unit = 0.0
    if attribute.kind == "number" and isinstance(limit.value, int | float):
        per_unit = _slope(scores, attribute, float(limit.value))
    return LimitCost(per_unit, _FLAT_LOSS)


def _slope(scores: Scores, attribute: Attribute, bound: float) -> float:
    encoding = attribute.encoding
    if encoding is None:
        return _MINIMUM_STEP_LOSS * _BOUND_STEPS_WITHOUT_ENCODING / max(abs(bound), 1.0)
    part_worth = max(
        (
            abs(float(mean))
            for spec, mean in zip(scores.person.posterior.columns, scores.person.posterior.mean, strict=True)
            if spec.attribute == attribute.id
        ),
        default=0.0,
    )
    step = encoding.scale
    if encoding.transform == "log":
        # dz/dx of ln x / ln(1 + scale/reference) at the bound
        step = max(bound, encoding.low) * float(np.log1p(encoding.scale / encoding.reference))
    return max(part_worth, _MINIMUM_STEP_LOSS) / step


def _relaxation(scores: Scores, way: WayOut) -> Relaxation:
    market, lang = scores.market, scores.person.request.lang
    pieces = [_piece(scores, change) for change in way.changes]
    trim = market.table.trim_of[way.row]
    line = market.catalogue.line_of(int(trim))
    car = f"{line.brand_name(lang)} {line.model_name(lang)} {market.catalogue.trims[trim].name(lang)}"
    changes = market.registry.message("relaxation.joiner", lang).join(pieces)
    text = market.registry.message(
        "relaxation.sentence", lang, changes=changes, admits=way.admits, car=car.strip()
    )
    return Relaxation(way.changes, way.admits, market.table.config_ids[way.row], round(way.loss, 6), text)


def _piece(scores: Scores, change: LimitChange) -> str:
    registry, lang = scores.market.registry, scores.person.request.lang
    attribute = registry.attributes[change.attribute]
    label = attribute.label.get(lang)
    if change.accept_unknown:
        return registry.message("relaxation.unknown", lang, label=label)
    if change.op in ("one_of", "none_of"):
        level = _changed_level(change)
        after = format_value(attribute, level, lang)
        return registry.message("relaxation.also", lang, label=label, after=after)
    after = format_value(attribute, _scalar(change.to), lang)
    if change.op == "is":
        return registry.message("relaxation.is", lang, label=label, after=after)
    before = format_value(attribute, _scalar(change.before), lang)
    return registry.message("relaxation.number", lang, label=label, before=before, after=after)


def _changed_level(change: LimitChange) -> str:
    """The level that a list limit gained (one_of) or lost (none_of)."""
    before, after = _names(change.before), _names(change.to)
    return next(name for name in (*after, *before) if (name in after) != (name in before))


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list | tuple) else []


def _scalar(value: object) -> Scalar:
    return value if isinstance(value, int | float | str | bool) else None
