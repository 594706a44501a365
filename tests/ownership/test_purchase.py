"""Purchase tax and trade-in subsidy, worked by hand to the fen and held to their rules."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.table import levels_column, numbers
from recommender.ownership.figures import figures_on
from recommender.ownership.purchase import PurchaseCost, purchase_cost, purchase_tax_fen, subsidy_fen_of
from tests.ownership.cars import LEVELS, POWERTRAINS, REGISTRY, TODAY, person

Y2025, Y2026, Y2027, Y2028 = (dt.date(year, 6, 1) for year in (2025, 2026, 2027, 2028))
FAR_KM = 600.0


def cost(
    prices: list[float | None],
    *,
    date: dt.date = TODAY,
    old_car: str | None = None,
    powertrain: str | None = "BEV",
    range_km: float | None = FAR_KM,
    wltc_km: float | None = None,
    condition: str | None = None,
) -> PurchaseCost:
    n = len(prices)
    return purchase_cost(
        numbers(prices),
        levels_column([powertrain] * n, POWERTRAINS),
        numbers([range_km] * n),
        person(date, old_car=old_car),
        REGISTRY,
        condition=None if condition is None else levels_column([condition] * n, LEVELS["condition"]),
        electric_range_wltc_km=None if wltc_km is None else numbers([wltc_km] * n),
    )


def tax_fen(price_cny: int, date: dt.date, reduced: bool = True) -> int:
    fen = np.array([price_cny * 100], dtype=np.int64)
    return int(purchase_tax_fen(fen, np.array([reduced]), figures_on(REGISTRY, date))[0])


def subsidy_fen(price_cny: int, old_car: str, date: dt.date) -> int:
    fen = np.array([price_cny * 100], dtype=np.int64)
    return int(subsidy_fen_of(fen, old_car, figures_on(REGISTRY, date))[0])


# Worked by hand. 339,000 / 1.13 = 300,000.00; 10 % = 30,000.00: the price at which both caps begin to bind.
@pytest.mark.parametrize(
    ("price", "date", "reduced", "fen"),
    [
        (339_000, Y2028, True, 3_000_000),
        (339_000, Y2026, True, 1_500_000),
        (339_000, Y2025, True, 0),
        (339_000, Y2026, False, 3_000_000),
        # 339,113 / 1.13 = 300,100.00: full 30,010.00, of which the cap takes 15,000.00 or 30,000.00.
        (339_113, Y2026, True, 1_501_000),
        (339_113, Y2025, True, 1_000),
        # 338,887 / 1.13 = 299,900.00: full 29,990.00, half 14,995.00.
        (338_887, Y2026, True, 1_499_500),
        (338_887, Y2025, True, 0),
        # 155,800 / 1.13 = 137,876.106 -> 137,876.11; 10 % = 13,787.61; half, rounded up, off: 6,893.81.
        (155_800, Y2026, True, 689_380),
        (155_800, Y2027, True, 689_380),
        # 69,900 / 1.13 = 61,858.407 -> 61,858.41; 6,185.84; half 3,092.92.
        (69_900, Y2026, True, 309_292),
        (479_800, Y2026, True, 2_746_018),
    ],
)
def test_tax_to_the_fen(price: int, date: dt.date, reduced: bool, fen: int) -> None:
    assert tax_fen(price, date, reduced) == fen


# 166,667 x 12 % = 20,000.04 and 187,500 x 8 % = 15,000.00: where the caps of 2026 begin.
@pytest.mark.parametrize(
    ("price", "old_car", "date", "fen"),
    [
        (166_666, "scrap", Y2026, 1_999_992),
        (166_667, "scrap", Y2026, 2_000_000),
        (166_700, "scrap", Y2026, 2_000_000),
        (187_499, "replace", Y2026, 1_499_992),
        (187_500, "replace", Y2026, 1_500_000),
        (187_513, "replace", Y2026, 1_500_000),
        (50_000, "scrap", Y2026, 600_000),
        (50_000, "scrap", Y2025, 2_000_000),
        (50_000, "replace", Y2025, 1_500_000),
        (12_000, "scrap", Y2025, 1_200_000),
        (50_000, "scrap", Y2027, 0),
        (50_000, "scrap", dt.date(2024, 12, 31), 0),
        (50_000, "keep", Y2026, 0),
        (50_000, "none", Y2026, 0),
    ],
)
def test_subsidy_to_the_fen(price: int, old_car: str, date: dt.date, fen: int) -> None:
    assert subsidy_fen(price, old_car, date) == fen


def test_attribute_is_rounded_half_up_and_adds_up() -> None:
    found = cost([155_800.0, 338_887.0, None], old_car="scrap")
    np.testing.assert_array_equal(found.purchase_tax_cny, [6_894, 14_995, np.nan])
    np.testing.assert_array_equal(found.subsidy_cny, [18_696, 20_000, np.nan])
    np.testing.assert_array_equal(found.total_price_cny, [143_998, 333_882, np.nan])


def test_the_rules_change_at_new_year() -> None:
    days = {dt.date(2025, 12, 31): 0, dt.date(2026, 1, 1): 6_894, dt.date(2028, 1, 1): 13_788}
    for day, tax in days.items():
        assert cost([155_800.0], date=day).purchase_tax_cny[0] == tax


@pytest.mark.parametrize(
    ("cltc_km", "wltc_km", "date", "reduced"),
    [
        (125.0, None, Y2026, True),  # 125 km CLTC counts as 100 km WLTC
        (124.0, None, Y2026, False),
        (124.0, 100.0, Y2026, True),  # the printed WLTC figure decides
        (130.0, 99.0, Y2026, False),
        (None, 100.0, Y2026, True),
        (None, None, Y2026, False),
        (54.0, None, Y2025, True),  # 43 km WLTC
        (53.0, None, Y2025, False),
    ],
)
@pytest.mark.parametrize("powertrain", ["PHEV", "EREV"])
def test_hybrids_need_the_electric_range(
    powertrain: str, cltc_km: float | None, wltc_km: float | None, date: dt.date, reduced: bool
) -> None:
    found = cost(
        [113_000.0], date=date, old_car="scrap", powertrain=powertrain, range_km=cltc_km, wltc_km=wltc_km
    )
    half = {2025: 0, 2026: 5_000}[date.year]
    assert found.purchase_tax_cny[0] == (half if reduced else 10_000)
    assert (found.subsidy_cny[0] > 0) == reduced == found.reduced[0]
    assert found.range_unknown[0] == (cltc_km is None and wltc_km is None)


def test_near_the_threshold_is_said_only_for_converted_ranges() -> None:
    assert cost([1e5], powertrain="PHEV", range_km=120.0).near_threshold[0]
    assert not cost([1e5], powertrain="PHEV", range_km=200.0).near_threshold[0]
    assert not cost([1e5], powertrain="PHEV", range_km=120.0, wltc_km=95.0).near_threshold[0]
    assert not cost([1e5], powertrain="BEV", range_km=120.0).near_threshold[0]


def test_battery_cars_need_no_range_and_an_unknown_powertrain_gets_nothing() -> None:
    assert cost([113_000.0], range_km=None).purchase_tax_cny[0] == 5_000
    unknown = cost([113_000.0], powertrain=None, old_car="scrap")
    assert (unknown.purchase_tax_cny[0], unknown.subsidy_cny[0]) == (10_000, 0)


@pytest.mark.parametrize("condition", ["used", "rental"])
def test_only_new_cars_bear_tax_and_get_subsidies(condition: str) -> None:
    found = cost([113_000.0], old_car="scrap", condition=condition)
    assert (found.purchase_tax_cny[0], found.subsidy_cny[0], found.total_price_cny[0]) == (0, 0, 113_000)
    new = cost([113_000.0], old_car="scrap", condition="new")
    assert (new.purchase_tax_cny[0], new.subsidy_cny[0]) == (5_000, 13_560)


prices = st.lists(st.integers(1, 5_000_000), min_size=2, max_size=30)
dates = st.sampled_from([Y2025, Y2026, Y2027, Y2028, dt.date(2020, 1, 1)])
old_cars = st.sampled_from(["scrap", "replace", "keep", "none", None])


@given(
    prices,
    dates,
    old_cars,
    st.sampled_from([*POWERTRAINS, None]),
    st.sampled_from([None, 60.0, 124.0, 200.0]),
)
def test_total_never_falls_when_the_price_rises(
    price_list: list[int], date: dt.date, old_car: str | None, powertrain: str | None, range_km: float | None
) -> None:
    ordered = sorted(float(price) for price in price_list)
    found = cost(list(ordered), date=date, old_car=old_car, powertrain=powertrain, range_km=range_km)
    assert np.all(np.diff(found.purchase_tax_cny) >= 0)
    assert np.all(np.diff(found.total_price_cny) >= 0)


@given(prices, dates, old_cars)
def test_caps_hold_and_every_amount_is_whole(
    price_list: list[int], date: dt.date, old_car: str | None
) -> None:
    given_prices = [float(price) for price in price_list]
    found, full = cost(list(given_prices), date=date, old_car=old_car), cost(list(given_prices), date=Y2028)
    reduction = full.purchase_tax_cny - found.purchase_tax_cny
    cap = {2025: 30_000, 2026: 15_000, 2027: 15_000}.get(date.year, 0)
    assert np.all((reduction >= 0) & (reduction <= cap))
    assert np.all((found.subsidy_cny >= 0) & (found.subsidy_cny <= 20_000))
    assert np.all(found.subsidy_cny <= given_prices)
    for column in (found.purchase_tax_cny, found.subsidy_cny, found.total_price_cny):
        assert np.all(column == np.rint(column))
    np.testing.assert_array_equal(
        found.total_price_cny, np.array(given_prices) + found.purchase_tax_cny - found.subsidy_cny
    )


@given(st.integers(1, 5_000_000))
def test_full_tax_is_within_a_fen_of_the_exact_quotient(price: int) -> None:
    assert abs(tax_fen(price, Y2028) - price * 1_000 / 113) <= 1.0
