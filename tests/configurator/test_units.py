"""Dealer units as rows: which trim they are, what they keep of it and what is their own."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from recommender.configurator.builds import enumerate_builds
from recommender.configurator.trim_names import TrimNames
from recommender.configurator.units import PlacedUnit, beside, unit_table
from recommender.domain.catalogue import Catalogue
from recommender.domain.dealer import Unit
from recommender.registry.load import load_registry
from tests.builders import CARS, make_catalogue

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    years = [{**car, "model_year": 2026 if car["trim_id"] != "C2" else 2023} for car in CARS]
    return make_catalogue(load_registry(), years)


def unit(unit_id: str = "U1", price_cny: int = 99_800, **values: object) -> Unit:
    return replace(Unit(unit_id, price_cny), **values)  # type: ignore[arg-type]  # fields of a unit, by name


@pytest.mark.parametrize(
    ("written", "trim_id"),
    [
        ({"trim_id": "A1"}, "A1"),
        ({"make": "Alpha", "model": "One", "trim": "500 Base"}, "A1"),
        ({"make": "阿尔法", "model": "一号", "trim": "500基础版"}, "A1"),
        ({"make": " ALPHA ", "model": "alpha one", "year": 2026, "trim": "650-plus"}, "A2"),
        ({"make": "阿尔法", "model": "阿尔法 一号", "trim": "2026款 650 升级版"}, "A2"),
        ({"make": "Gamma", "model": "City", "year": 2023}, "C2"),
        ({"make": "Beta", "model": "Mini"}, "M1"),
        ({"make": "beta", "trim_id": "M1"}, "M1"),
    ],
)
def test_one_trim_only(catalogue: Catalogue, written: dict[str, object], trim_id: str) -> None:
    assert TrimNames(catalogue).resolve(unit(**written)).trim_id == trim_id


@pytest.mark.parametrize(
    ("written", "detail", "candidates"),
    [
        ({"trim_id": "ZZ"}, "trim_id: ZZ", ()),
        ({"trim_id": "A1", "make": "Beta"}, "make: Beta", ("A1",)),
        ({"make": "Delta", "model": "One"}, "make: Delta", ()),
        ({"make": "Alpha", "model": "Two"}, "model: Two", ()),
        ({"make": "Alpha", "model": "One"}, "2 trims", ("A1", "A2")),
        ({"make": "Alpha", "model": "One", "trim": "500"}, "trim: 500", ("A1", "A2")),
        ({"make": "Alpha", "model": "One", "year": 2020, "trim": "500 Base"}, "year: 2020", ()),
        ({"make": "Alpha", "model": "Mini"}, "model: Mini", ()),
    ],
)
def test_doubt_is_told_never_guessed(
    catalogue: Catalogue, written: dict[str, object], detail: str, candidates: tuple[str, ...]
) -> None:
    found = TrimNames(catalogue).resolve(unit(**written))
    assert (found.trim_id, found.detail, found.candidates) == (None, detail, candidates)


def test_a_new_unit_is_its_trim_at_its_own_price(catalogue: Catalogue) -> None:
    table = unit_table([PlacedUnit(unit(price_cny=101_000), "A1")], catalogue, TODAY)
    trim = catalogue.trim_index["A1"]
    for name, column in table.columns.items():
        expected = catalogue.columns[name].value(trim)
        if name == "price_cny":
            expected = 101_000
        assert column.value(0) == expected, name
    assert (table.config_ids, table.unit_ids, table.trim_of.tolist()) == (("A1",), ("U1",), [trim])


def test_a_used_unit_never_borrows_the_new_cars_condition(catalogue: Catalogue) -> None:
    old = unit(
        condition="used",
        mileage_km=41_000,
        first_registration=dt.date(2023, 11, 22),
        battery_soh_pct=91.0,
    )
    unknown = unit("U2", condition="used")
    table = unit_table([PlacedUnit(old, "A1"), PlacedUnit(unknown, "A1")], catalogue, TODAY)
    rows = {
        name: [table.columns[name].value(row) for row in (0, 1)]
        for name in ("condition", "mileage_km", "battery_soh_pct", "electric_range_km", "price_date")
    }
    assert rows == {
        "condition": ["used", "used"],
        "mileage_km": [41_000, None],
        "battery_soh_pct": [91, None],
        "electric_range_km": [500, 500],
        "price_date": [None, None],
    }
    assert table.columns["age_years"].value(0) == pytest.approx(3.0, abs=0.01)
    assert table.columns["age_years"].value(1) is None


def test_what_stands_in_stock_can_be_bought(catalogue: Catalogue) -> None:
    gone = make_catalogue(load_registry(), [{**CARS[0], "on_sale": False}])
    assert gone.columns["on_sale"].value(0) is False
    assert unit_table([PlacedUnit(unit(), "A1")], gone, TODAY).columns["on_sale"].value(0) is True


def test_options_set_values_and_stand_in_the_id(catalogue: Catalogue) -> None:
    fitted = unit(options=("Motorway pack", "HUD", "painted dice"))
    table = unit_table([PlacedUnit(fitted, "A1")], catalogue, TODAY)
    assert table.options == (("ADAS", "HUD"),)
    assert table.config_ids == ("A1~ADAS~HUD",)
    assert table.columns["hud"].value(0) is True
    assert table.columns["adas_level"].value(0) == "highway"
    assert catalogue.columns["hud"].value(catalogue.trim_index["A1"]) is False, "the catalogue stays as it is"


def test_beside_the_builds_each_row_is_what_it_was(catalogue: Catalogue) -> None:
    units = unit_table(
        [PlacedUnit(unit("U2", 80_000), "C1"), PlacedUnit(unit("U1", 90_000), "A2")], catalogue, TODAY
    )
    builds = enumerate_builds(catalogue)
    both = beside(units, builds)
    assert len(both) == len(units) + len(builds)
    assert np.all(np.diff(both.trim_of) >= 0)
    prices = {
        (both.unit_ids[row], both.config_ids[row]): both.columns["price_cny"].value(row)
        for row in range(len(both))
    }
    assert prices["U1", "A2"] == 90_000
    assert prices["U2", "C1"] == 80_000
    for row, trim in enumerate(catalogue.trims):
        assert prices[None, trim.trim_id] == catalogue.columns["price_cny"].value(row)
    last = {config: row for row, config in enumerate(both.config_ids)}
    assert both.unit_ids[last["A2"]] is None, "a configuration id names the build of the catalogue"


def test_tables_of_two_catalogues_are_not_mixed(catalogue: Catalogue) -> None:
    other = make_catalogue(load_registry(), CARS[:2], lines=list(catalogue.models.values())[:1])
    units = unit_table([PlacedUnit(unit(), "A1")], other, TODAY)
    with pytest.raises(TypeError, match="two catalogues"):
        beside(units, enumerate_builds(catalogue))


def test_no_unit_at_all(catalogue: Catalogue) -> None:
    table = unit_table([], catalogue, TODAY)
    assert len(table) == 0
    builds = enumerate_builds(catalogue)
    assert beside(table, builds).config_ids == builds.config_ids
