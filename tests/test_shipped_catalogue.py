"""The shipped catalogue: real cars, sourced, and nothing that a car journalist would laugh at."""

from __future__ import annotations

import csv
import datetime as dt
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from recommender.domain.catalogue import Catalogue
from recommender.domain.table import Floats, LevelColumn, Mask, NumberColumn
from recommender.registry.load import load_registry
from recommender.registry.model import Registry
from recommender.storage.catalogue import check_catalogue, read_catalogue
from recommender.storage.catalogue_files import FILES
from recommender.storage.facts_select import FEW_FACTS, OPEN_SOURCES

DATA = Path(__file__).parents[1] / "data"
FOLDER = DATA / "catalogue"

NAMED_LINES = """
leapmotor-lafa5 leapmotor-b10 leapmotor-b01 leapmotor-c10 leapmotor-c11 leapmotor-c16
zeekr-9x zeekr-7x zeekr-001 zeekr-009 zeekr-x nio-et5 nio-es6 nio-es8 onvo-l60 firefly-firefly
byd-seagull byd-dolphin byd-qin-plus byd-qin-l byd-song-plus byd-song-pro byd-song-l-ev
byd-han byd-tang byd-xia
geely-galaxy-xingyuan geely-galaxy-a7 geely-galaxy-e5 geely-galaxy-m9 geely-galaxy-starship-7-em-i
xpeng-mona-m03 xpeng-g6 xpeng-x9 li-auto-l6 li-auto-l7 li-auto-l8 li-auto-l9 li-auto-i8 li-auto-mega
aito-m5 aito-m6 aito-m7 aito-m8 aito-m9 xiaomi-su7 xiaomi-yu7
fangchengbao-bao-5 fangchengbao-bao-8 fangchengbao-tai-3
tank-300-hi4-t tank-400-hi4-t tank-500-hi4-t tank-700-hi4-t
jetour-shanhai-t1 jetour-shanhai-t2 jetour-shanhai-l7 jetour-shanhai-l9 jetour-zongheng-g700
icar-03 icar-v23 deepal-g318 deepal-s07 beijing-off-road-bj40-erev denza-d9 denza-z9
wuling-hongguang-mini-ev wuling-bingo changan-lumin geely-galaxy-panda-mini smart-1
smart-3 smart-5 mg-mg4-2025
gac-trumpchi-e8-phev gac-trumpchi-e9 gac-trumpchi-xiangwang-m8 wey-gaoshan
""".split()  # noqa: SIM905  # a list of seventy quoted ids would be harder to compare with the issue


@cache
def registry() -> Registry:
    return load_registry()


@cache
def catalogue() -> Catalogue:
    return read_catalogue(FOLDER, registry())


def number(attribute: str) -> Floats:
    column = catalogue().columns[attribute]
    assert isinstance(column, NumberColumn)
    return column.values


def level(attribute: str, name: str) -> Mask:
    column = catalogue().columns[attribute]
    assert isinstance(column, LevelColumn)
    return np.asarray(column.codes == column.levels.index(name))


def ids(mask: Mask) -> list[str]:
    return [catalogue().trims[row].trim_id for row in np.flatnonzero(mask)]


def test_it_is_sound() -> None:
    assert check_catalogue(FOLDER, registry()) == ()


def test_it_is_wide_enough_and_all_on_sale() -> None:
    trims = catalogue().trims
    assert len({trim.model_id for trim in trims}) >= 150
    assert len(trims) >= 700
    assert all(trim.on_sale for trim in trims)


@pytest.mark.parametrize("model_id", NAMED_LINES)
def test_a_named_line_is_there_with_a_price(model_id: str) -> None:
    rows = [row for row, trim in enumerate(catalogue().trims) if trim.model_id == model_id]
    assert rows, f"{model_id} is missing"
    assert np.isfinite(number("price_cny")[rows]).any()


def test_every_trim_has_what_a_buyer_needs_first() -> None:
    assert np.isfinite(number("price_cny")).all()
    for attribute in ("powertrain", "body_type", "price_date"):
        assert not catalogue().columns[attribute].unknown().any()
    for attribute, least in (
        ("seats", 0.93),
        ("drive", 0.97),
        ("electric_range_km", 0.9),
        ("battery_kwh", 0.93),
    ):
        known = 1 - catalogue().columns[attribute].unknown().mean()
        assert known >= least, f"{attribute} known for {known:.0%}"


def test_every_row_and_note_names_a_source_and_a_day() -> None:
    for noun in (*catalogue().trims, *catalogue().value_notes):
        assert set(noun.source_id.split("+")) <= set(catalogue().sources)
        assert noun.source_date is not None
        assert noun.source_date <= dt.date(2026, 11, 22)
    for source in catalogue().sources.values():
        assert source.title
        assert source.address
        assert source.licence


def test_open_rows_are_the_bulk_and_others_carry_few_facts() -> None:
    trims = catalogue().trims
    closed = np.array([trim.source_id.split("+")[0] not in OPEN_SOURCES for trim in trims])
    assert closed.mean() < 0.35
    for attribute, column in catalogue().columns.items():
        if attribute not in FEW_FACTS | {"brand", "model_line", "on_sale", "condition"}:
            implied = attribute in ("age_years", "mileage_km", "battery_soh_pct")
            assert implied or column.unknown()[closed].all(), attribute


def test_derived_values_are_marked() -> None:
    notes = {(n.trim_id, n.attribute): n.note for n in catalogue().value_notes if n.kept}
    city = level("city_assist", "true")
    for row, trim in enumerate(catalogue().trims):
        mark = notes.get((trim.trim_id, "adas_level"), "")
        if not catalogue().columns["adas_level"].unknown()[row] and not mark.startswith("derived: "):
            # Printed as a level by the maker page: nothing was derived.
            assert "S05" in trim.source_id
        if city[row]:
            assert mark.startswith("derived: ")
    hybrid_marks = [mark for (_, name), mark in notes.items() if name == "combined_range_km"]
    assert sum(mark.startswith("derived: ") for mark in hybrid_marks) > 100


def test_a_level_of_assistance_agrees_with_its_features() -> None:
    assert ids(level("adas_level", "city") & ~level("city_assist", "true")) == []
    highway = level("highway_assist", "true") | level("ramp_assist", "true")
    assert ids(level("adas_level", "highway") & ~highway) == []
    assert ids(level("adas_level", "none") & (highway | level("lane_centring", "true"))) == []


def test_battery_swap_only_where_a_station_fits() -> None:
    brands = {
        catalogue().models[t.model_id].brand
        for t in catalogue().trims
        if t.trim_id in ids(level("battery_swap", "true"))
    }
    assert brands == {"Nio", "Onvo", "Firefly"}
    assert ids(level("battery_swap", "true") & ~level("powertrain", "BEV")) == []


def test_no_absurd_car() -> None:
    seats, price, length = number("seats"), number("price_cny"), number("length_mm")
    electric, battery = number("electric_range_km"), number("battery_kwh")
    bev = level("powertrain", "BEV")
    assert ids((seats <= 2) & level("body_type", "suv")) == []
    assert ids((seats >= 6) & (length < 4500)) == []
    assert ids((seats < 4) & level("body_type", "mpv")) == []
    assert ids((battery < 30) & (electric > 350)) == []
    assert ids(bev & (electric < 100)) == []
    assert ids(~bev & (electric > 560)) == []
    assert ids((length < 3400) & (price > 100_000)) == []
    boot = number("boot_l")
    assert ids((boot > 1100) & ~level("body_type", "pickup")) == []
    assert ids((boot > 700) & level("body_type", "hatchback")) == []
    assert ids((price < 30_000) | (price > 2_000_000)) == []


def test_line_rows_are_marked_and_stand_only_where_no_trim_speaks() -> None:
    priced = {n.trim_id for n in catalogue().value_notes if n.attribute == "price_cny" and n.kept}
    years = number("model_year")
    for row, trim in enumerate(catalogue().trims):
        if trim.trim_id.startswith("L-"):
            assert trim.trim.startswith("line facts (")
            assert trim.trim_id in priced
            same = [
                other
                for other, sister in enumerate(catalogue().trims)
                if sister.model_id == trim.model_id
                and other != row
                and bool(level("powertrain", "BEV")[other]) == bool(level("powertrain", "BEV")[row])
                and not sister.trim_id.startswith("L-")
            ]
            assert all(years[other] < 2025 for other in same), trim.trim_id


def test_brand_names_are_the_markets() -> None:
    for model in catalogue().models.values():
        assert "HIMA" not in model.brand
        assert "(" not in model.brand + model.model
        assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", model.model_id)
        assert model.brand_zh
        assert model.model_zh
        assert not model.model.startswith(f"{model.brand} ")


def test_all_provinces_have_a_code() -> None:
    provinces = [place for place in catalogue().places if place.level == "province"]
    assert len(provinces) == 31
    assert len({place.zh for place in catalogue().places}) == len(catalogue().places)
    assert len({place.en for place in catalogue().places if place.level == "city"}) > 330
    cold = catalogue().place_of["230100"]
    assert (cold.zh, cold.en, cold.winter_low_c) == ("哈尔滨市", "Harbin", -25)


def test_the_readme_tells_every_file_column_and_source() -> None:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    for name, columns in FILES.items():
        assert f"`{name}`" in text
        for column in columns.all:
            assert f"`{column}`" in text, f"{name}: {column}"
    for path in sorted(FOLDER.glob("*.csv")):
        assert path.name in FILES
    assert "PyLab.me" in text
    assert "CC BY 4.0" in text
    for source_id in catalogue().sources:
        if not source_id.startswith(("P", "A")):
            assert f"{source_id} " in text, source_id


def test_winter_tests_are_cited_rates() -> None:
    with (DATA / "winter_tests.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 40
    for row in rows:
        assert row["address"].startswith("http")
        if row["rate_pct"]:
            assert 20 <= float(row["rate_pct"]) <= 110
        if row["temperature_low_c"]:
            assert float(row["temperature_low_c"]) <= float(row["temperature_high_c"])
