"""The one function behind every door: a request and a market in, a recommendation out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from recommender.domain.buyer import Circumstances, Request
from recommender.domain.recommendation import Item, Reason, Recommendation, Scalar
from recommender.ownership.charging import place_notes
from recommender.ownership.columns import one_row
from recommender.ownership.note import Note, note_text
from recommender.ownership.personal import PRICED_BY, purchase_of
from recommender.ownership.purchase import PurchaseCost
from recommender.ownership.remarks import car_notes
from recommender.ownership.second_hand import second_hand_notes, trying_notes
from recommender.registry.model import Registry
from recommender.services.additions import additions_of
from recommender.services.confidence import Beliefs, believe, confidence, tied
from recommender.services.conflicts import conflicts
from recommender.services.consideration import Consideration, diverse_top
from recommender.services.counterfactuals import counterfactuals
from recommender.services.frontier import budget_frontier
from recommender.services.market import Indices, Market
from recommender.services.ranking import ranked
from recommender.services.reasons import explain_row
from recommender.services.reference import Reference, reference_car
from recommender.services.relaxing import relaxations
from recommender.services.scoring import Scores


def recommend(request: Request, market: Market) -> Recommendation:
    """Ranked configurations that obey every limit, or what to change when too few do.

    Pure: the same request, market and model give the same result, whatever the order of the catalogue.
    """
    scores, considered = ranked(request, market)
    beliefs = believe(scores, considered)
    return Recommendation(
        model_version=market.model.artefact.version,
        catalogue_version=market.catalogue.version,
        registry_fingerprint=market.registry.fingerprint,
        date=request.date,
        segments=scores.person.posterior.segments,
        confidence=confidence(scores, considered, beliefs),
        limits=scores.person.limits,
        coverage={limit.attribute: market.coverage[limit.attribute] for limit in scores.person.limits},
        consideration_set_size=len(considered.rows),
        left_out_unknown=considered.left_out_unknown,
        items=_items(scores, considered, beliefs),
        relaxations=relaxations(scores, considered),
        frontier=budget_frontier(scores, considered),
        conflicts=conflicts(scores, considered),
        notes=_texts(general_notes(scores.person.circumstances, market.registry), scores),
    )


def _items(scores: Scores, considered: Consideration, beliefs: Beliefs) -> tuple[Item, ...]:
    rows = diverse_top(scores, considered)
    if not len(rows):
        return ()
    reference = reference_car(scores, considered)
    changes = counterfactuals(scores, considered, rows.tolist())
    costs = purchase_costs(scores, rows)
    positions = [int(np.flatnonzero(considered.rows == row)[0]) for row in rows]
    items: list[Item] = []
    for index, (row, position) in enumerate(zip(rows.tolist(), positions, strict=True)):
        low, high = beliefs.interval(position)
        items.append(
            replace(
                describe_row(scores, reference, costs, index, row),
                choice_probability=float(beliefs.share[position]),
                choice_probability_low=low,
                choice_probability_high=high,
                counterfactuals=changes[row],
                tied_with_next=index + 1 < len(rows) and tied(beliefs, position, positions[index + 1]),
            )
        )
    return tuple(items)


def purchase_costs(scores: Scores, rows: Indices) -> PurchaseCost:
    """Tax and subsidy of each of the rows."""
    known = scores.person.columns
    columns = {name: known[name].take(rows) for name in PRICED_BY if name in known}
    return purchase_of(columns, scores.person.circumstances, scores.market.registry)


def describe_row(scores: Scores, reference: Reference, costs: PurchaseCost, index: int, row: int) -> Item:
    """One configuration with its arithmetic; ``index`` is its place in ``costs``, counted from 0."""
    market, person = scores.market, scores.person
    trim = market.catalogue.trims[market.table.trim_of[row]]
    line = market.catalogue.models[trim.model_id]
    lang = person.request.lang
    explanation = explain_row(scores, reference, row)
    attributes = {a: c.value(row) for a, c in person.columns.items() if a in market.registry.attributes}
    one = one_row(person.columns, row)
    return Item(
        rank=index + 1,
        config_id=market.table.config_ids[row],
        trim_id=trim.trim_id,
        unit_id=market.table.unit_ids[row],
        brand=line.brand_name(lang),
        model=line.model_name(lang),
        trim=trim.name(lang),
        options=market.table.options[row],
        additions=additions_of(scores, row),
        price_cny=_integer(attributes["price_cny"]),
        total_price_cny=_integer(attributes["total_price_cny"]),
        purchase_tax_cny=_known(costs.purchase_tax_cny[index]),
        subsidy_cny=_known(costs.subsidy_cny[index]) or 0,
        attributes=attributes,
        utility=float(sum(term.utility for term in explanation.terms)),
        choice_probability=0.0,
        terms=explanation.terms,
        reasons=explanation.reasons,
        drawbacks=explanation.drawbacks,
        counterfactuals=(),
        unknown=tuple(a for a, value in attributes.items() if value is None),
        notes=_texts(
            (
                *car_notes(one, 0, person.circumstances, market.registry),
                *second_hand_notes(one, 0, person.circumstances, market.registry),
            ),
            scores,
        ),
    )


def general_notes(circumstances: Circumstances, registry: Registry) -> tuple[Note, ...]:
    """What holds for every car: the place, then used cars and renting first."""
    return (*place_notes(circumstances, registry), *trying_notes(circumstances, registry))


def _texts(notes: Sequence[Note], scores: Scores) -> tuple[Reason, ...]:
    registry, lang = scores.market.registry, scores.person.request.lang
    return tuple(Reason(note.attribute, note_text(note, registry, lang), note.source) for note in notes)


def _integer(value: Scalar) -> int | None:
    return None if value is None else round(float(value))


def _known(value: float) -> int | None:
    return None if np.isnan(value) else round(float(value))
