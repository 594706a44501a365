"""Every attribute of a car that can matter has a part-worth with spread, source and citation, as shipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import numpy as np

from recommender.registry.load import load_registry
from recommender.registry.model import PartWorthSource
from recommender.storage.artefacts import read_artefact
from tests.needs import ROOT

REGISTRY = load_registry()
MODEL = read_artefact(ROOT / "models", REGISTRY)
CARRIED_BY: Mapping[str, str] = {
    "price_cny": "total_price_cny",
    "battery_rental_cny_month": "monthly_cost_cny",
    "battery_rental_discount_cny": "total_price_cny",
    "electric_range_wltc_km": "electric_range_km",
    "fast_charge_soc_window": "fast_charge_minutes",
    "slow_charge_h": "fast_charge_minutes",
    "battery_kwh": "electric_range_km",
    "battery_chemistry": "winter_motorway_range_km",
    "platform_voltage_v": "fast_charge_minutes",
    "consumption_kwh_100km": "monthly_cost_cny",
    "fuel_l_100km_depleted": "monthly_cost_cny",
    "tank_l": "combined_range_km",
    "width_mm": "length_mm",
    "curb_weight_kg": "monthly_cost_cny",
    "boot_max_l": "boot_l",
    "ramp_deg": "approach_deg",
    "max_gradient_pct": "low_range_4wd",
    "body_frame": "low_range_4wd",
    "lane_centring": "adas_level",
    "ramp_assist": "adas_level",
    "screen_inch": "displays",
    "power_kw": "accel_0_100_s",
    "top_speed_kmh": "accel_0_100_s",
}
"""Attributes whose worth is told by another one: a second part-worth would count the same thing twice."""
NAMES = frozenset({"brand", "model_line", "price_date"})
"""Which car it is, and the day of its price: no taste. A brand gets utility by a stated wish alone."""


def test_every_attribute_is_worth_something_or_told_by_another() -> None:
    spread = MODEL.sds.mean(axis=0)
    valued = {column.attribute for column, sd in zip(MODEL.columns, spread, strict=True) if sd > 0}
    assert set(REGISTRY.attributes) - valued == set(CARRIED_BY) | NAMES
    assert set(CARRIED_BY.values()) <= valued


def test_every_part_worth_has_spread_source_and_citation() -> None:
    spread = MODEL.sds.mean(axis=0)
    for k, column in enumerate(MODEL.columns):
        assert MODEL.sources[k] in get_args(PartWorthSource)
        if spread[k] > 0:
            assert MODEL.citations[k].strip(), column.name
        else:
            assert not MODEL.means[:, k].any(), f"{column.name}: a mean without a spread"
    assert {"survey", "market", "evidence"} == set(MODEL.sources)


def test_segments_are_start_values_with_evidence_that_can_be_edited() -> None:
    assert sum(segment.share for segment in REGISTRY.segments) == 1.0
    assert all(segment.citation for segment in REGISTRY.segments)
    assert len(MODEL.membership) > 20, "answers that tell of a segment stand in the registry"
    assert all(np.abs(np.exp(ratios)).max() <= 6.0 for ratios in MODEL.membership.values())


def test_the_card_says_what_must_not_be_done_with_it() -> None:
    for words in ("2012", "Shanghai", "re-anchored", "doubt", "judgement", "Not for", "docs/evaluation.md"):
        assert words in MODEL.card
    for row in REGISTRY.part_worths:
        name = row.attribute + ("" if row.level is None else f"={row.level}")
        assert (f"- {name}: " in MODEL.card) == (row.survey is not None or row.market is not None)
