"""Monthly cost: worked by hand, moved by every answer it reads, estimated where figures are missing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.catalogue import Place
from recommender.domain.table import Column
from recommender.ownership.figures import figures_on
from recommender.ownership.running import (
    Reading,
    consumption_kwh_100km,
    cost_breakdown,
    daily_electric_share,
    driving_of,
    fuel_l_100km,
    running_cost,
)
from tests.ownership.cars import REGISTRY, TODAY, family_car, hybrid_car, only, person

FIGURES = figures_on(REGISTRY, TODAY)
OVERNIGHT = ("own_charger", "own_bay_no_charger", "yard_socket", "public_near", "none_near")


def monthly(columns: dict[str, Column], reading: Reading = "mid", **answers: object) -> float:
    return only(running_cost(columns, person(**answers), REGISTRY, reading).monthly_cny)  # type: ignore[arg-type]


def test_a_battery_car_by_hand() -> None:
    """15 kWh/100 km, 40 km on 320 days, 12 motorway trips of 120 km and two of 300 km, both ways."""
    found = running_cost(family_car(), person(overnight_charging="own_charger"), REGISTRY)
    daily_km, motorway_km = 40 * 320, 2 * (12 * 120 + 2 * 300)
    daily_tariff = 0.95 * 0.35 + 0.05 * 1.3
    energy = 0.15 * (daily_km * 1.35 * daily_tariff + motorway_km * 1.6 * 1.3)
    maintenance = 300 + 0.06 * (daily_km + motorway_km)
    insurance = 950 * 0.9 + (0.014 * 200_000 + 1_600)
    assert only(found.energy_cny) == pytest.approx(energy)
    assert only(found.maintenance_cny) == pytest.approx(maintenance)
    assert only(found.insurance_cny) == pytest.approx(insurance)
    assert only(found.battery_rental_cny) == 0
    assert only(found.monthly_cny) == pytest.approx((energy + maintenance + insurance) / 12)
    assert not found.consumption_estimated[0]


def test_a_hybrid_by_hand() -> None:
    """150 km CLTC = 120 km in daily use, 40 km a day, charged on 95 % of days."""
    found = running_cost(hybrid_car(), person(overnight_charging="own_charger"), REGISTRY)
    daily_km, motorway_km = 40 * 320, 2 * (12 * 120 + 2 * 300)
    tariff = 0.95 * 0.35 + 0.05 * 1.3
    day = 0.95 * (1 - math.exp(-120 / 40))
    trip = 0.5 * 0.95 * (150 / 1.6 / 120)
    electric = 0.18 * tariff * (daily_km * day * 1.35 + motorway_km * trip * 1.6)
    fuel = 0.05 * 8.6 * (daily_km * (1 - day) * 1.1 + motorway_km * (1 - trip) * 1.3)
    assert only(found.energy_cny) == pytest.approx(electric + fuel)


def test_the_electric_share_agrees_with_the_published_utility_factors() -> None:
    """Seven Chinese cities: 0.53 at 50 km and 0.68 at 80 km of electric range (doi 10.3390/wevj12040169)."""
    charged = FIGURES("charged_days_missing")
    share = daily_electric_share(np.array([50.0, 80.0]), FIGURES("default_daily_km"), charged, FIGURES)
    np.testing.assert_allclose(share, [0.53, 0.68], atol=0.06)


def test_the_default_distance_lies_in_the_published_range() -> None:
    """12,000 to 15,000 km a year for private cars, about 18,000 for owners of new-energy cars (S16)."""
    driving = driving_of(person(), FIGURES)
    assert 12_000 <= driving.daily_km_year + driving.motorway_km_year <= 18_000


@pytest.mark.parametrize("car", [family_car(), hybrid_car()])
def test_the_three_readings_are_in_order(car: dict[str, Column]) -> None:
    low, mid, high = (monthly(car, reading) for reading in ("low", "mid", "high"))
    assert 0 < low < mid < high


@pytest.mark.parametrize("car", [family_car(), hybrid_car(), hybrid_car(powertrain="EREV")])
def test_every_answer_that_costs_moves_the_cost(car: dict[str, Column]) -> None:
    base = monthly(car)
    assert monthly(car, daily_km=80.0) > base > monthly(car, daily_km=10.0)
    assert monthly(car, motorway_trips_month=10.0) > base
    assert monthly(car, longest_trip_km=1_500.0) > base
    costs = {overnight: monthly(car, overnight_charging=overnight) for overnight in OVERNIGHT}
    assert costs["own_charger"] < costs["yard_socket"] < costs["own_bay_no_charger"] < costs["public_near"]
    assert costs["public_near"] <= costs["none_near"]


def test_nothing_driven_still_costs_insurance_and_service() -> None:
    parked = {"daily_km": 0.0, "longest_trip_km": 0.0, "motorway_trips_month": 0.0}
    found = running_cost(hybrid_car(), person(**parked), REGISTRY)  # type: ignore[arg-type]
    assert only(found.energy_cny) == 0
    assert only(found.monthly_cny) > 0


def test_tariffs_come_from_the_place_then_the_province_then_the_country() -> None:
    country = Place("000000", "country", "全国", "China", "", petrol_92_cny_l=8.0, home_tariff_cny_kwh=0.6)
    province = Place("340000", "province", "安徽省", "Anhui", "340000", home_tariff_cny_kwh=0.4)
    city = Place("340100", "city", "合肥市", "Hefei", "340000", home_tariff_cny_kwh=0.2)
    car = family_car()
    nowhere, in_country = monthly(car), monthly(car, country=country)
    in_province = monthly(car, country=country, province=province)
    in_city = monthly(car, country=country, province=province, place=city)
    assert in_city < in_province < nowhere < in_country
    assert monthly(hybrid_car(), country=country) != monthly(hybrid_car())


def test_missing_consumption_is_derived_then_estimated_and_marked() -> None:
    by_range = family_car(consumption_kwh_100km=None)
    use, estimated = consumption_kwh_100km(by_range, FIGURES)
    assert only(use) == pytest.approx(80 / 600 * 100 * 1.11)
    assert estimated[0]
    by_weight = family_car(consumption_kwh_100km=None, battery_kwh=None)
    use, _ = consumption_kwh_100km(by_weight, FIGURES)
    assert only(use) == pytest.approx(6.06 + 2 * 4.09)
    fuel, fuel_estimated = fuel_l_100km(hybrid_car(fuel_l_100km_depleted=None), FIGURES)
    assert only(fuel) == pytest.approx(0.1 + 2 * 2.7)
    assert fuel_estimated[0]
    by_electricity = hybrid_car(fuel_l_100km_depleted=None, curb_weight_kg=None)
    assert only(fuel_l_100km(by_electricity, FIGURES)[0]) == pytest.approx(0.4 + 0.314 * 26 / 150 * 100)
    assert running_cost(by_weight, person(), REGISTRY).consumption_estimated[0]
    assert running_cost(hybrid_car(fuel_l_100km_depleted=None), person(), REGISTRY).consumption_estimated[0]


def test_what_cannot_be_known_stays_unknown() -> None:
    assert math.isnan(monthly(family_car(price_cny=None)))
    assert math.isnan(monthly(family_car(powertrain=None)))
    nothing = family_car(consumption_kwh_100km=None, battery_kwh=None, curb_weight_kg=None)
    assert math.isnan(monthly(nothing))
    no_fuel = {"fuel_l_100km_depleted": None, "curb_weight_kg": None, "battery_kwh": None}
    assert math.isnan(monthly(hybrid_car(**no_fuel)))
    assert not math.isnan(monthly(hybrid_car(electric_range_km=None)))


def test_six_seats_pay_the_higher_compulsory_premium() -> None:
    five, six = (only(running_cost(family_car(seats=n), person(), REGISTRY).insurance_cny) for n in (5, 6))
    assert six - five == pytest.approx(150 * 0.9)


def test_battery_rental_only_for_who_rents_and_where_the_price_is_known() -> None:
    nio = {"brand": "Nio", "battery_kwh": 75.0}
    base = monthly(family_car(**nio))
    assert monthly(family_car(**nio), payment="battery_rental") == pytest.approx(base + 728)
    assert monthly(family_car(brand="Nio", battery_kwh=100.0), payment="battery_rental") == pytest.approx(
        base + 1_128
    )
    assert monthly(family_car(brand="Nio", battery_kwh=60.0), payment="battery_rental") == pytest.approx(base)
    assert monthly(family_car(brand="Alpha", battery_kwh=75.0), payment="battery_rental") == pytest.approx(
        base
    )
    listed = family_car(**nio, battery_rental_cny_month=500)
    assert monthly(listed, payment="battery_rental") == pytest.approx(base + 500)
    assert monthly(listed, payment="loan") == pytest.approx(base)


def test_the_breakdown_adds_up_to_the_attribute() -> None:
    car = family_car(brand="Nio", battery_kwh=75.0)
    who = person(payment="battery_rental")
    *lines, total = cost_breakdown(car, 0, who, REGISTRY)
    labels = [line.label.removeprefix("ownership.cost.") for line in lines]
    assert labels == ["energy", "maintenance", "insurance", "battery_rental"]
    assert total.mid_cny == pytest.approx(only(running_cost(car, who, REGISTRY).monthly_cny))
    for field in ("low_cny", "mid_cny", "high_cny"):
        assert getattr(total, field) == pytest.approx(sum(getattr(line, field) for line in lines))
    assert all(line.low_cny <= line.mid_cny <= line.high_cny for line in lines)
    assert all(line.source for line in lines)
    assert all(REGISTRY.message(line.label, lang) for line in (*lines, total) for lang in ("zh", "en"))
    assert len(cost_breakdown(car, 0, person(), REGISTRY)) == 4
    assert cost_breakdown(family_car(price_cny=None), 0, who, REGISTRY) == ()


@given(
    st.floats(0, 1_000),
    st.floats(0, 5_000),
    st.floats(0, 60),
    st.sampled_from([*OVERNIGHT, None]),
    st.booleans(),
)
def test_no_answers_give_a_negative_or_endless_cost(
    daily: float, longest: float, trips: float, overnight: str | None, hybrid: bool
) -> None:
    car = hybrid_car() if hybrid else family_car()
    found = running_cost(
        car,
        person(
            daily_km=daily, longest_trip_km=longest, motorway_trips_month=trips, overnight_charging=overnight
        ),
        REGISTRY,
    )
    for column in (found.energy_cny, found.maintenance_cny, found.insurance_cny, found.monthly_cny):
        assert 0 <= only(column) < 1e7
