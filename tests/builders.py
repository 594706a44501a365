"""Small catalogues for tests: invented cars, real codes. Only what a car names is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from recommender.domain.catalogue import Catalogue, ModelLine, Option, Place, Source, Trim
from recommender.domain.table import Column, booleans, levels_column, numbers
from recommender.registry.model import Attribute, Registry

Value = str | float | bool | None
Car = Mapping[str, Value]
"""``trim_id``, ``model_id``, optionally ``trim``, ``trim_zh``, any attribute id but brand, model_line."""

SOURCE = Source("S1", "Invented data for tests", "", "none", "2026-09-30")

LINES = (
    ModelLine("alpha-one", "Alpha", "阿尔法", "One", "一号"),
    ModelLine("alpha-van", "Alpha", "阿尔法", "Van", "大家庭"),
    ModelLine("beta-rock", "Beta", "贝塔", "Rock", "岩石"),
    ModelLine("beta-mini", "Beta", "贝塔", "Mini", "小不点"),
    ModelLine("gamma-six", "Gamma", "伽马", "Six", "六座"),
    ModelLine("gamma-city", "Gamma", "伽马", "City", "城市"),
)

PLACES = (
    Place("000000", "country", "中国", "China", "", home_tariff_cny_kwh=0.55, source_id="S1"),
    Place("110000", "province", "北京市", "Beijing", "110000", winter_low_c=-9, source_id="S1"),
    Place("340000", "province", "安徽省", "Anhui", "340000"),
    Place("340100", "city", "合肥市", "Hefei", "340000", winter_low_c=-1.5, source_id="S1"),
    Place(
        "310000",
        "province",
        "上海市",
        "Shanghai",
        "310000",
        chargers_public=200_000,
        plate_rule_bev="free NEV plate",
        plate_rule_phev_erev="no free plate",
        plate_cost_petrol_cny=92_000,
        source_id="S1",
    ),
)

CARS: tuple[Car, ...] = (
    {
        "trim_id": "A1",
        "model_id": "alpha-one",
        "trim": "500 Base",
        "trim_zh": "500 基础版",
        "powertrain": "BEV",
        "body_type": "sedan",
        "drive": "FWD",
        "seats": 5,
        "price_cny": 119_800,
        "electric_range_km": 500,
        "battery_kwh": 55.1,
        "consumption_kwh_100km": 12.2,
        "boot_l": 480,
        "length_mm": 4865,
        "width_mm": 1875,
        "height_mm": 1520,
        "fast_charge_minutes": 18,
        "fast_charge_soc_window": "30-80",
        "adas_level": "l2",
        "isofix": True,
        "hud": False,
    },
    {
        "trim_id": "A2",
        "model_id": "alpha-one",
        "trim": "650 Plus",
        "trim_zh": "650 升级版",
        "powertrain": "BEV",
        "body_type": "sedan",
        "drive": "RWD",
        "seats": 5,
        "price_cny": 149_800,
        "electric_range_km": 650,
        "battery_kwh": 68.1,
        "adas_level": "highway",
        "hud": True,
        "boot_l": 480,
        "length_mm": 4865,
        "width_mm": 1875,
        "height_mm": 1520,
        "fast_charge_minutes": 18,
        "lidar": True,
    },
    {
        "trim_id": "V1",
        "model_id": "alpha-van",
        "trim": "Family",
        "trim_zh": "家庭版",
        "powertrain": "PHEV",
        "body_type": "mpv",
        "drive": "FWD",
        "seats": 7,
        "price_cny": 219_800,
        "electric_range_km": 200,
        "combined_range_km": 1150,
        "battery_kwh": 36.5,
        "tank_l": 58,
        "fuel_l_100km_depleted": 6.1,
        "length_mm": 5200,
        "width_mm": 1950,
        "height_mm": 1800,
        "boot_l": 580,
        "isofix": True,
        "child_presence": True,
        "second_row_captain": True,
        "fast_charge_minutes": 30,
    },
    {
        "trim_id": "R1",
        "model_id": "beta-rock",
        "trim": "Trail",
        "trim_zh": "越野版",
        "powertrain": "EREV",
        "body_type": "suv",
        "drive": "AWD",
        "seats": 5,
        "price_cny": 259_800,
        "electric_range_km": 180,
        "combined_range_km": 1000,
        "battery_kwh": 35.0,
        "tank_l": 75,
        "fuel_l_100km_depleted": 8.4,
        "ground_clearance_mm": 230,
        "approach_deg": 33,
        "departure_deg": 31,
        "wading_mm": 800,
        "diff_locks": "two",
        "low_range_4wd": True,
        "towing_kg": 2500,
        "v2l_kw": 6,
        "length_mm": 4950,
        "width_mm": 1960,
        "height_mm": 1900,
        "boot_l": 620,
    },
    {
        "trim_id": "M1",
        "model_id": "beta-mini",
        "trim": "205",
        "trim_zh": "205 版",
        "powertrain": "BEV",
        "body_type": "hatchback",
        "drive": "RWD",
        "seats": 4,
        "price_cny": 39_800,
        "electric_range_km": 205,
        "battery_kwh": 17.3,
        "length_mm": 3064,
        "width_mm": 1493,
        "height_mm": 1629,
        "rural_campaign": True,
        "adas_level": "none",
        "boot_l": 123,
    },
    {
        "trim_id": "S1",
        "model_id": "gamma-six",
        "trim": "Max",
        "trim_zh": "旗舰版",
        "powertrain": "EREV",
        "body_type": "suv",
        "drive": "AWD",
        "seats": 6,
        "price_cny": 329_800,
        "electric_range_km": 280,
        "combined_range_km": 1400,
        "battery_kwh": 52.3,
        "adas_level": "city",
        "city_assist": True,
        "highway_assist": True,
        "lidar": True,
        "fridge": True,
        "boot_l": 550,
        "second_row_captain": True,
        "air_suspension": True,
        "isofix": True,
        "rear_entertainment": True,
        "length_mm": 5218,
        "width_mm": 1998,
        "height_mm": 1800,
        "fast_charge_minutes": 25,
    },
    {
        "trim_id": "C1",
        "model_id": "gamma-city",
        "trim": "Youth",
        "trim_zh": "青春版",
        "powertrain": "BEV",
        "body_type": "hatchback",
        "drive": "FWD",
        "seats": 5,
        "price_cny": 89_800,
        "electric_range_km": 420,
        "battery_kwh": 44.9,
        "voice_features": 4,
        "karaoke": True,
        "ota": True,
        "length_mm": 4200,
        "width_mm": 1800,
        "height_mm": 1570,
        "fast_charge_minutes": 25,
        "boot_l": 310,
    },
    {
        "trim_id": "C2",
        "model_id": "gamma-city",
        "trim": "Used 2023",
        "trim_zh": "2023 二手",
        "powertrain": "BEV",
        "body_type": "hatchback",
        "drive": "FWD",
        "seats": 5,
        "price_cny": 59_800,
        "electric_range_km": 420,
        "condition": "used",
        "mileage_km": 41_000,
        "age_years": 3,
        "battery_soh_pct": 91,
        "boot_l": 310,
    },
)

OPTIONS = (
    Option(
        "HUD",
        "A1",
        "Head-up display",
        "抬头显示",
        "optional",
        3000,
        "cockpit",
        (),
        (),
        (),
        {"hud": "true"},
        "S1",
    ),
    Option(
        *("ADAS", "A1", "Motorway pack", "高速领航包", "optional", 12_000, "adas"),
        requires=("HUD",),
        excludes=(),
        included_with=(),
        sets={"adas_level": "highway", "highway_assist": "true"},
        source_id="S1",
    ),
)


def make_catalogue(
    registry: Registry,
    cars: Sequence[Car] = CARS,
    *,
    lines: Iterable[ModelLine] = LINES,
    options: Iterable[Option] = OPTIONS,
    places: Iterable[Place] = PLACES,
) -> Catalogue:
    """A catalogue as if read from a folder. Cars without a condition are new and on sale; options of other
    cars are left out."""
    models = {line.model_id: line for line in lines}
    filled = [_filled(car) for car in cars]
    columns: dict[str, Column] = {
        attribute.id: _column(attribute, filled, models)
        for attribute in registry.attributes.values()
        if not attribute.personal
    }
    trims = tuple(_trim(car) for car in filled)
    ids = {trim.trim_id for trim in trims}
    return Catalogue(
        version="sha256-of-a-test",
        models=models,
        trims=trims,
        columns=columns,
        options=tuple(option for option in options if option.trim_id in ids),
        places=tuple(places),
        sources={SOURCE.source_id: SOURCE},
    )


def _filled(car: Car) -> dict[str, Value]:
    new = car.get("condition") in (None, "new")
    implied: dict[str, Value] = {"age_years": 0, "mileage_km": 0, "battery_soh_pct": 100} if new else {}
    return {"condition": "new", "on_sale": True, **implied, **car}


def _trim(car: Car) -> Trim:
    trim = str(car.get("trim", car["trim_id"]))
    return Trim(
        trim_id=str(car["trim_id"]),
        model_id=str(car["model_id"]),
        trim=trim,
        trim_zh=str(car.get("trim_zh", trim)),
        on_sale=bool(car["on_sale"]),
        source_id=SOURCE.source_id,
        source_date=dt.date(2026, 9, 30),
    )


def _column(attribute: Attribute, cars: Sequence[Car], models: Mapping[str, ModelLine]) -> Column:
    if attribute.id == "brand":
        values: list[Value] = [models[str(car["model_id"])].brand for car in cars]
        return _levels(values, sorted({line.brand for line in models.values()}))
    if attribute.id == "model_line":
        return _levels([car["model_id"] for car in cars], sorted(models))
    values = [car.get(attribute.id) for car in cars]
    if attribute.kind == "number":
        return numbers([None if value is None else float(value) for value in values])
    if attribute.kind == "boolean":
        return booleans([None if value is None else bool(value) for value in values])
    known = sorted({str(value) for value in values if value is not None})
    return _levels(values, known if attribute.catalogue_levels else attribute.level_ids)


def _levels(values: Iterable[Value], levels: Iterable[str]) -> Column:
    return levels_column([None if value is None else str(value) for value in values], tuple(levels))
