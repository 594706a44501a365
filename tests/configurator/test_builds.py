"""The table of builds: every valid build is a row, with its own price and its own values."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.configurator.builds import enumerate_builds
from recommender.configurator.rules import MAXIMUM_LISTED
from recommender.domain.catalogue import Catalogue, Option
from recommender.domain.table import LevelColumn, NumberColumn, number_column
from recommender.registry.load import load_registry
from recommender.registry.model import Registry
from tests.builders import CARS, make_catalogue
from tests.configurator.options import cars, names, option, option_sets


@cache
def registry() -> Registry:
    return load_registry()


def on_trim(options: list[Option], trim_id: str = "A1") -> Catalogue:
    return make_catalogue(registry(), options=[replace(one, trim_id=trim_id) for one in options])


def test_without_options_the_columns_are_the_trims_own() -> None:
    catalogue = make_catalogue(registry(), options=())
    table = enumerate_builds(catalogue)
    assert table.config_ids == tuple(trim.trim_id for trim in catalogue.trims)
    assert table.trim_of.tolist() == list(range(len(catalogue.trims)))
    for name, column in catalogue.columns.items():
        assert [table.columns[name].value(row) for row in range(len(table))] == [
            column.value(row) for row in range(len(table))
        ]


@given(option_sets())
def test_rows_are_the_allowed_builds_with_their_prices(options: list[Option]) -> None:
    catalogue = on_trim(options)
    table = enumerate_builds(catalogue)
    base = CARS[0]["price_cny"]
    expected = {
        "~".join(("A1", *car.ids)): None if car.price_cny is None else base + car.price_cny  # type: ignore[operator]
        for car in cars(options, {one.option_id: 0.0 for one in options})
    }
    rows = [row for row, config in enumerate(table.config_ids) if table.trim_of[row] == 0]
    price = table.columns["price_cny"]
    assert {table.config_ids[row]: price.value(row) for row in rows} == expected
    assert table.config_ids[rows[0]] == "A1"
    open_prices = [price.value(row) is None for row in rows]
    assert open_prices == sorted(open_prices), "builds on request stand last"
    assert (np.diff(table.trim_of) >= 0).all()
    for row in rows:
        assert table.config_ids[row] == "~".join(("A1", *sorted(table.options[row])))


@given(option_sets())
def test_the_known_part_is_the_build_without_what_is_on_request(options: list[Option]) -> None:
    table = enumerate_builds(on_trim(options))
    on_request = {one.option_id for one in options if one.price_cny is None}
    price = number_column(table.columns, "price_cny")
    for row, part in enumerate(table.known_part.tolist()):
        if np.isnan(price.values[row]):
            known = tuple(one for one in table.options[row] if one not in on_request)
            assert table.options[part] in (known, ())
            assert not np.isnan(price.values[part])
            assert part < row
        else:
            assert part == row


def test_options_change_what_they_set_and_nothing_else() -> None:
    wheels = option("wheels", 6000, sets={"electric_range_km": "470", "seats": "4"})
    table = enumerate_builds(on_trim([wheels]))
    base, built = table.config_ids.index("A1"), table.config_ids.index("A1~wheels")
    changed = {name for name, column in table.columns.items() if column.value(base) != column.value(built)}
    assert changed == {"electric_range_km", "seats", "price_cny"}
    assert table.columns["electric_range_km"].value(built) == 470
    assert table.columns["seats"].value(built) == 4


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        ({"hud": "true"}, {"hud": True, "displays": "hud"}),
        ({"displays": "ar_hud"}, {"hud": True, "displays": "ar_hud"}),
        ({"highway_assist": "true"}, {"highway_assist": True, "adas_level": "highway"}),
        ({"adas_level": "city"}, {"adas_level": "city", "city_assist": True, "highway_assist": True}),
        ({"lane_centring": "true"}, {"lane_centring": True, "adas_level": "l2"}),
    ],
)
def test_columns_that_say_one_thing_twice_stay_agreed(
    sets: dict[str, str], expected: dict[str, object]
) -> None:
    screen = {**CARS[0], "displays": "screen", "adas_level": "none", "hud": False}
    catalogue = make_catalogue(registry(), [screen], options=[option("x", sets=sets, trim_id="A1")])
    table = enumerate_builds(catalogue)
    row = table.config_ids.index("A1~x")
    assert {name: table.columns[name].value(row) for name in expected} == expected


def test_what_follows_never_lowers_what_the_car_has() -> None:
    city = {**CARS[0], "adas_level": "city", "displays": "ar_hud"}
    options = [option("x", sets={"highway_assist": "true", "hud": "true"}, trim_id="A1")]
    table = enumerate_builds(make_catalogue(registry(), [city], options=options))
    row = table.config_ids.index("A1~x")
    assert table.columns["adas_level"].value(row) == "city"
    assert table.columns["displays"].value(row) == "ar_hud"


def test_the_more_particular_option_decides() -> None:
    """An option that needs another is written after it, whatever their ids."""
    options = [
        option("a", requires=["z"], sets={"seats": "7"}),
        option("z", sets={"seats": "6"}),
    ]
    table = enumerate_builds(on_trim(options))
    seats = {c: table.columns["seats"].value(r) for r, c in enumerate(table.config_ids)}
    assert (seats["A1"], seats["A1~z"], seats["A1~a~z"]) == (5, 6, 7)


def test_a_package_pays_for_its_content() -> None:
    options = [option("pack", 9000), option("seat", 5000, included_with=["pack"])]
    table = enumerate_builds(on_trim(options))
    price = {c: table.columns["price_cny"].value(r) for r, c in enumerate(table.config_ids)}
    assert (price["A1~seat"], price["A1~pack~seat"]) == (124_800, 128_800)
    assert "A1~pack" not in price


def test_too_many_builds_stay_out_of_the_table() -> None:
    ids = names(13)
    table = enumerate_builds(on_trim([option(name) for name in ids]))
    rows = [config for config in table.config_ids if config.startswith("A1")]
    assert MAXIMUM_LISTED < 2**13
    assert sorted(rows) == sorted(["A1", *(f"A1~{name}" for name in ids)])
    assert list(table.unlisted) == [0]
    assert not enumerate_builds(on_trim([option(name) for name in ids[:12]])).unlisted


@given(st.permutations(["A1", "A2", "V1", "R1"]))
def test_the_order_of_the_options_changes_nothing(order: list[str]) -> None:
    options = [
        option(name, 1000 * number, trim_id=trim, sets={"fridge": "true"} if number == 2 else {})
        for trim, (number, name) in itertools.product(order, enumerate(names(3)))
    ]
    table = enumerate_builds(make_catalogue(registry(), options=options))
    again = enumerate_builds(make_catalogue(registry(), options=sorted(options, key=lambda o: o.trim_id)))
    assert table.config_ids == again.config_ids
    for name, column in table.columns.items():
        other = again.columns[name]
        if isinstance(column, NumberColumn) and isinstance(other, NumberColumn):
            assert np.array_equal(column.values, other.values, equal_nan=True)
        else:
            assert isinstance(column, LevelColumn)
            assert isinstance(other, LevelColumn)
            assert np.array_equal(column.codes, other.codes)


@pytest.mark.slow
def test_thousands_of_trims_are_written_quickly() -> None:
    """3,400 trims with three options each, one of them changing two attributes: eight rows a trim."""
    cars_ = [{**CARS[n % len(CARS)], "trim_id": f"X{n}"} for n in range(3_400)]
    options = [
        option(name, 1000, trim_id=f"X{n}", sets={"hud": "true", "fridge": "true"} if name == "o01" else {})
        for n in range(3_400)
        for name in names(3)
    ]
    catalogue = make_catalogue(registry(), cars_, options=options)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        table = enumerate_builds(catalogue)
        seconds.append(time.perf_counter() - start)
    assert len(table) == 8 * 3_400
    assert min(seconds) < 2.0, "half a second on the machine that the bench names; a slow one gets four times"
