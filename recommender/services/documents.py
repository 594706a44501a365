"""The JSON of the contract, built from domain values: one place, used by every door."""

from __future__ import annotations

from collections.abc import Sequence

from recommender.domain.recommendation import (
    Conflict,
    FrontierStep,
    Item,
    Reason,
    Recommendation,
    Relaxation,
    Term,
)

Document = dict[str, object]


def recommendation_document(recommendation: Recommendation) -> Document:
    """Result of ``recommend`` as JSON values."""
    return {
        "model_version": recommendation.model_version,
        "catalogue_version": recommendation.catalogue_version,
        "registry_fingerprint": recommendation.registry_fingerprint,
        "date": recommendation.date.isoformat(),
        "segments": [
            {"id": s.segment, "probability": s.probability, "low": s.low, "high": s.high}
            for s in recommendation.segments
        ],
        "confidence": {
            "top_1": recommendation.confidence.top_1,
            "next_question": recommendation.confidence.next_question,
            "text": recommendation.confidence.text,
        },
        "limits": [
            {**limit.to_json(), "coverage": round(recommendation.coverage[limit.attribute], 4)}
            for limit in recommendation.limits
        ],
        "consideration_set_size": recommendation.consideration_set_size,
        "left_out_unknown": recommendation.left_out_unknown,
        "recommendations": [item_document(item) for item in recommendation.items],
        "relaxations": [relaxation_document(relaxation) for relaxation in recommendation.relaxations],
        "frontier": [frontier_document(step) for step in recommendation.frontier],
        "conflicts": [conflict_document(conflict) for conflict in recommendation.conflicts],
        "notes": _notes_document(recommendation.notes),
    }


def item_document(item: Item) -> Document:
    return {
        "rank": item.rank,
        "config_id": item.config_id,
        "trim_id": item.trim_id,
        "unit_id": item.unit_id,
        "brand": item.brand,
        "model": item.model,
        "trim": item.trim,
        "options": list(item.options),
        "additions": [
            {"option_id": a.option_id, "name": a.name, "price_cny": a.price_cny, "utility": a.utility}
            for a in item.additions
        ],
        "price_cny": item.price_cny,
        "total_price_cny": item.total_price_cny,
        "cost": {"purchase_tax_cny": item.purchase_tax_cny, "subsidy_cny": item.subsidy_cny},
        "attributes": dict(item.attributes),
        "utility": item.utility,
        "choice_probability": item.choice_probability,
        "choice_probability_low": item.choice_probability_low,
        "choice_probability_high": item.choice_probability_high,
        "tied_with_next": item.tied_with_next,
        "terms": [_term_document(term) for term in item.terms],
        "reasons": [_reason_document(reason) for reason in item.reasons],
        "drawbacks": [_reason_document(drawback) for drawback in item.drawbacks],
        "notes": _notes_document(item.notes),
        "counterfactuals": [
            {"change": dict(c.change), "effect": c.effect, "text": c.text} for c in item.counterfactuals
        ],
        "unknown": list(item.unknown),
    }


def _reason_document(reason: Reason) -> Document:
    return {
        "attribute": reason.attribute,
        "text": reason.text,
        "source": reason.source,
        "source_text": reason.source_text,
    }


def _notes_document(notes: Sequence[Reason]) -> list[Document]:
    return [{"attribute": note.attribute, "text": note.text, "source": note.source} for note in notes]


def _term_document(term: Term) -> Document:
    return {
        "attribute": term.attribute,
        "level": term.level,
        "utility": term.utility,
        "reference": term.reference,
        "source": term.source,
    }


def relaxation_document(relaxation: Relaxation) -> Document:
    return {
        "changes": [change.to_json() for change in relaxation.changes],
        "admits": relaxation.admits,
        "best": relaxation.best,
        "loss": relaxation.loss,
        "text": relaxation.text,
    }


def frontier_document(step: FrontierStep) -> Document:
    return {
        "attribute": step.attribute,
        "extra_cny": step.extra_cny,
        "to": step.to,
        "admits": step.admits,
        "best": step.best,
        "text": step.text,
    }


def conflict_document(conflict: Conflict) -> Document:
    return {"limits": [limit.to_json() for limit in conflict.limits], "text": conflict.text}
