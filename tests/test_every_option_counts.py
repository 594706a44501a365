"""An option that can change nothing is not asked: for every answer, a person whom it changes something for.

"Something" is what a person sees of the cars: which ones, at what cost, with what range, and in what words.
Utilities, probabilities and segment shares alone do not count.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.prior import build_prior
from recommender.registry.answers import parse_request
from recommender.registry.load import load_registry
from recommender.registry.model import Question, Registry
from recommender.registry.path import option_ids
from recommender.services.market import Market, make_market
from recommender.services.recommend import recommend
from recommender.storage.catalogue import read_catalogue

ROOT = Path(__file__).parent.parent
TODAY = dt.date(2026, 11, 22)
PARTNERS: Mapping[str, Mapping[str, object]] = {
    "budget_kind": {"budget_cny": 150_000},
    "budget_basis": {"budget_cny": 150_000},
    "body_kind": {"body_types": ["sedan"]},
    "adas_must": {"adas_need": "highway"},
}
"""Answers without which a question means nothing."""

SWAPPER: Mapping[str, object] = {
    "budget_cny": 400_000,
    "brands_prefer": ["Nio"],
    "energy": "bev_only",
    "best": ["charging_speed"],
}
"""None of the sample people is near a car that can swap its battery."""

REGISTRY: Registry = load_registry()
Answers = dict[str, object]


@cache
def market() -> Market:
    catalogue = read_catalogue(ROOT / "data" / "catalogue", REGISTRY)
    return make_market(REGISTRY, catalogue, EvidenceModel(build_prior(REGISTRY, catalogue.columns, "test")))


@cache
def people() -> tuple[Answers, ...]:
    samples = sorted((ROOT / "data" / "sample" / "answers").glob("*.json"))
    return ({}, dict(SWAPPER), *(json.loads(path.read_text(encoding="utf-8"))["answers"] for path in samples))


@cache
def _seen(answers: str) -> tuple[object, ...]:
    request = parse_request({"answers": json.loads(answers)}, REGISTRY, market().vocabulary, TODAY)
    found = recommend(request, market())
    cars = tuple(
        (
            item.config_id,
            item.total_price_cny,
            item.attributes["monthly_cost_cny"],
            item.attributes["winter_motorway_range_km"],
            tuple(r.text for r in (*item.reasons, *item.drawbacks, *item.notes)),
        )
        for item in found.items
    )
    texts = tuple(r.text for r in (*found.relaxations, *found.notes))
    return cars, texts, found.consideration_set_size


def seen(answers: Answers) -> tuple[object, ...]:
    return _seen(json.dumps(answers, sort_keys=True))


def values(question: Question) -> list[tuple[str, list[object]]]:
    """(name, values of which one must change something): every option alone, a grid for numbers."""
    if question.kind == "boolean":
        return [("true", [True]), ("false", [False])]
    if question.kind in ("integer", "number"):
        low, high = question.minimum or 0, question.maximum or 1000
        return [("a number", [int(low + (high - low) * step / 10) for step in range(11)])]
    if question.kind == "place":
        codes = [place.code for place in market().vocabulary.places if place.level != "country"]
        return [("a place", list(codes[::40]))]
    if question.kind == "brands":
        return [("a brand", [[brand] for brand in market().vocabulary.brands])]
    ids = option_ids(question, REGISTRY)
    return [(i, [[i] if question.kind == "choices" else i]) for i in ids]


CASES = [
    pytest.param(question, found, id=f"{question.id}-{name}")
    for question in REGISTRY.questions.values()
    for name, found in values(question)
]


@pytest.mark.parametrize(("question", "candidates"), CASES)
def test_answer_changes_something_for_somebody(question: Question, candidates: list[object]) -> None:
    for person in people():
        without = {k: v for k, v in person.items() if k not in (question.id, question.disjoint_with)}
        without.update(PARTNERS.get(question.id, {}))
        if any(seen({**without, question.id: value}) != seen(without) for value in candidates):
            return
    pytest.fail(f"{question.id}: no sample person sees any difference")


def test_the_test_can_fail() -> None:
    person = people()[1]
    assert seen(person) == seen(dict(person)), "equal answers look equal"
