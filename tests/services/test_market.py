"""Coverage: the share of trims with a known value, also of what is computed for a person."""

from __future__ import annotations

import pytest

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.prior import build_prior
from recommender.registry.load import load_registry
from recommender.services.market import make_market
from tests.builders import CARS, make_catalogue

REGISTRY = load_registry()


def test_coverage_counts_known_values_also_of_personal_attributes() -> None:
    cars = [dict(car) for car in CARS[:4]]
    for car in cars[:2]:
        for name in ("electric_range_km", "combined_range_km", "battery_kwh", "consumption_kwh_100km"):
            car[name] = None
    catalogue = make_catalogue(REGISTRY, cars)
    model = EvidenceModel(build_prior(REGISTRY, catalogue.columns, "test"))
    coverage = make_market(REGISTRY, catalogue, model).coverage
    assert coverage["electric_range_km"] == pytest.approx(0.5)
    assert coverage["winter_motorway_range_km"] <= 0.5
    assert coverage["total_price_cny"] == 1.0
    assert coverage["fridge"] == 0.0
