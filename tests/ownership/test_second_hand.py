"""Used prices and renting first, worked by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from recommender.domain.buyer import Circumstances
from recommender.domain.table import levels_column, numbers
from recommender.ownership.figures import figures_on
from recommender.ownership.note import note_text
from recommender.ownership.second_hand import second_hand_notes, trying_notes, used_value_percent
from recommender.registry.load import load_registry

REGISTRY = load_registry()
DAY = dt.date(2026, 11, 22)
FIGURES = figures_on(REGISTRY, DAY)
CAR = {
    "condition": levels_column(["new"], ("new", "used", "rental")),
    "price_cny": numbers([200_000]),
    "electric_range_km": numbers([500]),
}
PERSON = Circumstances(DAY)


def test_value_is_that_of_the_sources_at_one_and_three_years() -> None:
    assert used_value_percent(1, FIGURES) == pytest.approx((71.0, 71.9))
    assert used_value_percent(3, FIGURES) == pytest.approx((40.0, 47.0))
    low, high = used_value_percent(2, FIGURES)
    assert low == pytest.approx((71.0 * 40.0) ** 0.5)
    assert high == pytest.approx((71.9 * 47.0) ** 0.5)


def test_beyond_three_years_no_figure_is_invented() -> None:
    assert used_value_percent(9, FIGURES) == used_value_percent(3, FIGURES)
    older = replace(PERSON, used_max_age_years=8.0)
    (note,) = second_hand_notes(CAR, 0, older, REGISTRY)
    assert note.message == "second_hand.price_older"


def test_used_price_in_both_languages() -> None:
    (note,) = second_hand_notes(CAR, 0, PERSON, REGISTRY)
    assert "80,000–94,000" in note_text(note, REGISTRY, "zh")
    assert "¥80,000–94,000" in note_text(note, REGISTRY, "en")


def test_battery_health_scales_the_range() -> None:
    notes = second_hand_notes(CAR, 0, replace(PERSON, used_min_soh_pct=80.0), REGISTRY)
    assert any("400" in note_text(note, REGISTRY, "en") for note in notes)


def test_who_wants_new_or_will_not_rent_is_told_nothing_of_it() -> None:
    wants_new = replace(PERSON, condition="new", used_max_km=50_000.0, try_rental=False)
    assert second_hand_notes(CAR, 0, wants_new, REGISTRY) == ()
    assert trying_notes(wants_new, REGISTRY) == ()


def test_mileage_leaves_its_part_of_the_warranty() -> None:
    notes = trying_notes(replace(PERSON, used_max_km=50_000.0, try_rental=True), REGISTRY)
    assert "70,000 km" in note_text(notes[0], REGISTRY, "en")
    assert notes[1].message == "second_hand.rental_wanted"


def test_a_used_unit_and_an_unknown_price_say_nothing() -> None:
    used = {**CAR, "condition": levels_column(["used"], ("new", "used", "rental"))}
    unknown = {**CAR, "price_cny": numbers([None])}
    assert second_hand_notes(used, 0, PERSON, REGISTRY) == ()
    assert second_hand_notes(unknown, 0, PERSON, REGISTRY) == ()
