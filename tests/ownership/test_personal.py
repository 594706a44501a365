"""The three personal attributes over a table, and circumstances from answers."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping

import numpy as np
import pytest

from recommender.domain.buyer import Answer, Request
from recommender.domain.table import Column, LevelColumn, NumberColumn
from recommender.ownership.figures import figures_on
from recommender.ownership.personal import (
    circumstances_of,
    longest_trip_cover_pct,
    personal_columns,
    purchase_of,
)
from tests.builders import make_catalogue
from tests.ownership.cars import LEVELS, REGISTRY, TODAY, family_car, hybrid_car, only, person

PERSONAL = {"total_price_cny", "monthly_cost_cny", "winter_motorway_range_km", "longest_trip_cover_pct"}


def random_market(rows: int) -> dict[str, Column]:
    """A table of plausible nonsense with gaps."""
    chance = np.random.default_rng(7)
    bounds = {
        "price_cny": (30_000, 900_000),
        "electric_range_km": (50, 800),
        "combined_range_km": (800, 1_600),
        "battery_kwh": (10, 110),
        "consumption_kwh_100km": (9, 25),
        "fuel_l_100km_depleted": (4, 9),
        "tank_l": (40, 90),
        "curb_weight_kg": (700, 3_200),
        "seats": (4, 7),
    }
    columns: dict[str, Column] = {}
    for name, (low, high) in bounds.items():
        values = np.rint(chance.uniform(low, high, rows))
        values[chance.random(rows) < 0.1] = np.nan
        columns[name] = NumberColumn(values)
    for name, levels in LEVELS.items():
        columns[name] = LevelColumn(chance.integers(-1, len(levels), rows).astype(np.int16), levels)
    return columns


def test_every_personal_attribute_of_the_registry_is_computed_in_whole_units() -> None:
    found = personal_columns(random_market(500), person(), REGISTRY)
    assert set(found) == PERSONAL == {a.id for a in REGISTRY.attributes.values() if a.personal}
    for column in found.values():
        known = column.values[~column.unknown()]
        assert len(known) > 100
        assert np.all(known > 0)
        assert np.all(known == np.rint(known))


def test_rows_do_not_touch_each_other() -> None:
    market = random_market(200)
    who = person(old_car="scrap", daily_km=70.0, winter_low_c=-20.0, payment="battery_rental")
    whole = personal_columns(market, who, REGISTRY)
    order = np.random.default_rng(1).permutation(200)
    shuffled = personal_columns({name: c.take(order) for name, c in market.items()}, who, REGISTRY)
    for name, column in whole.items():
        np.testing.assert_array_equal(column.values[order], shuffled[name].values)


def test_the_total_agrees_with_its_parts_and_reads_condition_and_wltc() -> None:
    used = hybrid_car(condition="used")
    assert only(personal_columns(used, person(), REGISTRY)["total_price_cny"]) == 200_000
    printed = hybrid_car(electric_range_km=130, electric_range_wltc_km=90)
    assert only(purchase_of(printed, person(), REGISTRY).purchase_tax_cny) == 17_699
    without = hybrid_car(electric_range_km=130)
    assert only(purchase_of(without, person(), REGISTRY).purchase_tax_cny) == 8_850


def test_an_empty_table_gives_empty_columns() -> None:
    empty = {name: column.take(np.array([], dtype=np.intp)) for name, column in family_car().items()}
    assert all(len(column) == 0 for column in personal_columns(empty, person(), REGISTRY).values())


def test_it_is_fast_enough_to_run_for_every_request() -> None:
    """100,000 rows in 25 ms on the reference machine; asserted with room for a busy one."""
    market = random_market(100_000)
    personal_columns(market, person(), REGISTRY)
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        personal_columns(market, person(old_car="scrap"), REGISTRY)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.15


def test_circumstances_look_up_place_province_and_country() -> None:
    catalogue = make_catalogue(REGISTRY)
    answers: Mapping[str, Answer] = {
        "place": "340100",
        "daily_km": 60,
        "longest_trip_km": 500,
        "motorway_trips_month": 2,
        "winter_low_c": -8,
        "parked_indoors": True,
        "old_car": "scrap",
        "payment": "loan",
        "area": "city",
        "overnight_charging": "own_charger",
        "rough_days": "few",
    }
    found = circumstances_of(Request(answers=answers, date=TODAY), catalogue, REGISTRY)
    assert found.place is not None
    assert (found.place.en, found.date) == ("Hefei", TODAY)
    assert found.province is not None
    assert found.province.en == "Anhui"
    assert found.country is not None
    assert found.country.code == "000000"
    for name, answer in answers.items():
        if name != "place":
            assert getattr(found, name) == answer


def test_nothing_answered_leaves_only_the_country() -> None:
    catalogue = make_catalogue(REGISTRY)
    found = circumstances_of(Request(date=TODAY), catalogue, REGISTRY)
    assert found.country is not None
    assert (found.place, found.province, found.daily_km, found.parked_indoors) == (None, None, None, None)
    unknown_place = circumstances_of(Request(answers={"place": "999999"}), catalogue, REGISTRY)
    assert unknown_place.place is None


def test_zero_and_false_are_answers() -> None:
    answers: Mapping[str, Answer] = {"daily_km": 0, "winter_low_c": 0, "parked_indoors": False}
    found = circumstances_of(Request(answers=answers), make_catalogue(REGISTRY), REGISTRY)
    assert (found.daily_km, found.winter_low_c, found.parked_indoors) == (0, 0, False)


def test_every_option_that_costs_depend_on_has_its_figures() -> None:
    """The questionnaire and the assumptions name the same ways of charging at night."""
    figures = figures_on(REGISTRY, TODAY)
    options = [option.id for option in REGISTRY.questions["overnight_charging"].options]
    for option in [*options, "missing"]:
        assert 0 <= figures(f"home_share_{option}") <= 1
        assert 0 <= figures(f"charged_days_{option}") <= 1
    assert {"scrap", "replace"} <= {option.id for option in REGISTRY.questions["old_car"].options}
    assert REGISTRY.questions["payment"].option("battery_rental") is not None


def test_figures_name_the_missing_policy_and_the_day() -> None:
    with pytest.raises(KeyError, match="no policy nothing in force on 2026-11-22"):
        figures_on(REGISTRY, TODAY)("nothing")
    assert figures_on(REGISTRY, dt.date(2028, 1, 1)).get("nev_purchase_tax_reduction_percent") is None


def test_figures_agree_with_the_registry_on_every_day() -> None:
    for day in (dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2027, 12, 31)):
        figures = figures_on(REGISTRY, day)
        assert all(figures.row(policy_id) is REGISTRY.policy(policy_id, day) for policy_id in figures.rows)
    assert all(policy.source for policy in REGISTRY.policies)


def test_cover_of_the_longest_trip_by_hand() -> None:
    winter = np.array([300.0, 299.0, 700.0, np.nan])
    assert longest_trip_cover_pct(winter, 600)[:3].tolist() == [50.0, 49.0, 100.0]
    assert np.isnan(longest_trip_cover_pct(winter, 600)[3])
    assert longest_trip_cover_pct(winter, None)[:3].tolist() == [100.0, 100.0, 100.0]
    assert longest_trip_cover_pct(winter, 0)[0] == 100.0
