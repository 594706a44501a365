"""Winter motorway range: by hand, in the right direction for every input, within its interval."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.table import Column
from recommender.ownership.figures import figures_on
from recommender.ownership.seasons import heat_pump_strength, mixed_retention, winter_motorway_range
from tests.ownership.cars import REGISTRY, TODAY, family_car, hybrid_car, only, person, table

FIGURES = figures_on(REGISTRY, TODAY)


def winter_km(columns: dict[str, Column], **answers: object) -> float:
    return only(winter_motorway_range(columns, person(**answers), REGISTRY).mid)  # type: ignore[arg-type]


def test_a_battery_car_by_hand() -> None:
    """-10 C by default: mixed use 0.786 + 0.034 x 30 = 1.806 of CLTC; 0.7 of what exceeds 1/0.95 counts."""
    multiple = 1.54 + 0.7 * (1.806 - 1 / 0.95)
    assert winter_km(family_car()) == pytest.approx(600 / multiple)
    assert winter_km(family_car(), winter_low_c=-10.0) == pytest.approx(600 / multiple)


def test_a_hybrid_is_the_sum_of_battery_and_fuel() -> None:
    multiple = 1.54 + 0.7 * (1.806 - 1 / 0.95)
    fuel_km = 60 / 5.0 * 100 / (1.3 * (1 + 0.0035 * 30))
    assert winter_km(hybrid_car()) == pytest.approx(150 / multiple + fuel_km)


def test_fuel_range_falls_back_to_the_combined_range_then_to_weight() -> None:
    use = 1.3 * (1 + 0.0035 * 30)
    battery = winter_km(hybrid_car()) - 1_200 / use
    combined = hybrid_car(fuel_l_100km_depleted=None, combined_range_km=1_350)
    assert winter_km(combined) - battery == pytest.approx((1_350 - 150) * 0.877 / use)
    by_weight = hybrid_car(fuel_l_100km_depleted=None)
    assert winter_km(by_weight) - battery == pytest.approx(6_000 / 5.5 / use)


def test_what_cannot_be_known_stays_unknown() -> None:
    assert math.isnan(winter_km(family_car(electric_range_km=None)))
    assert math.isnan(winter_km(hybrid_car(tank_l=None)))
    assert not math.isnan(winter_km(hybrid_car(tank_l=None, combined_range_km=1_200)))
    assert not math.isnan(winter_km(hybrid_car(electric_range_km=None)))


@pytest.mark.parametrize("car", [family_car(), hybrid_car()])
def test_colder_is_never_farther_and_a_garage_helps(car: dict[str, Column]) -> None:
    ranges = [winter_km(car, winter_low_c=float(t)) for t in range(-50, 41)]
    assert all(colder <= warmer + 1e-9 for colder, warmer in pairwise(ranges))
    assert winter_km(car, parked_indoors=True) > winter_km(car) == winter_km(car, parked_indoors=False)


def test_warm_weather_is_not_better_than_the_mild_motorway() -> None:
    assert winter_km(family_car(), winter_low_c=40.0) == winter_km(family_car(), winter_low_c=20.0)
    assert winter_km(family_car(), winter_low_c=30.0) == pytest.approx(600 / 1.54)


def test_a_heat_pump_helps_less_the_colder_it_is() -> None:
    gains = []
    for low in (0.0, -10.0, -18.0, -25.0, -40.0):
        with_pump = winter_km(family_car(heat_pump="true"), winter_low_c=low)
        gains.append(with_pump / winter_km(family_car(heat_pump="false"), winter_low_c=low))
    assert gains[1] > gains[2] > gains[3] == gains[4] == 1.0
    assert [heat_pump_strength(t, FIGURES) for t in (5.0, -10.0, -17.5, -25.0)] == pytest.approx(
        [1, 1, 0.5, 0]
    )
    unknown = winter_km(family_car())
    assert winter_km(family_car(heat_pump="false")) < unknown < winter_km(family_car(heat_pump="true"))


def test_lfp_loses_more_than_nmc_and_unnamed_chemistry_is_average() -> None:
    lfp, none, nmc = (winter_km(family_car(battery_chemistry=c)) for c in ("LFP", None, "NMC"))
    assert lfp < none < nmc
    assert winter_km(family_car(battery_chemistry="LMFP")) == none


def test_columns_that_the_table_lacks_are_unknown_not_an_error() -> None:
    only_powertrain = table(powertrain=["BEV", "EREV"])
    found = winter_motorway_range(only_powertrain, person(), REGISTRY)
    assert np.isnan(found.mid).all()


@given(st.floats(-50, 40), st.booleans())
def test_the_interval_holds_the_estimate(low_c: float, hybrid: bool) -> None:
    car = hybrid_car() if hybrid else family_car()
    found = winter_motorway_range(car, person(winter_low_c=low_c), REGISTRY)
    assert 0 < only(found.low) < only(found.mid) < only(found.high)


def test_retention_is_a_share_and_capped() -> None:
    values = [mixed_retention(float(t), FIGURES) for t in range(-50, 41)]
    assert all(0.2 < value <= FIGURES("winter_retention_cap") for value in values)
    assert mixed_retention(25.0, FIGURES) == FIGURES("winter_retention_cap")
