"""Which cars of the facts the project ships: new passenger cars that a private buyer can order today.

Rows of the open tables (S01, S02: CC BY 4.0) come whole. Where only a source without a clear licence knows a
car, the few single facts that a buyer needs are carried, each with its source.
"""

from __future__ import annotations

from collections.abc import Iterable

from recommender.storage.facts_cars import Car
from recommender.storage.facts_market import Market
from recommender.storage.facts_tables import first_source


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split(";"))


OPEN_SOURCES = ("S01", "S02")

FEW_FACTS = _names(
    "model_year;powertrain;price_cny;price_date;seats;drive;body_type;electric_range_km;electric_range_wltc_km;"
    "combined_range_km;battery_kwh;battery_swap;battery_rental_discount_cny;battery_rental_cny_month;"
    "length_mm;width_mm;height_mm;adas_level;highway_assist;city_assist;rural_campaign;approach_deg;"
    "departure_deg;wading_mm;diff_locks;wheelbase_mm;accel_0_100_s;fast_charge_minutes;fast_charge_soc_window"
)
"""Carried of a car that only sources without a clear licence know: name, year, price, range, seats, drive,
body (shape and size), battery, printed assistance, and what a press page states for the line."""

NO_LONGER_MADE = _names(
    "Brilliance Xinri;Dayun;Diandongwu;Dongfeng Fukang;Everus;Fugu;Guojin;Hengrun;Huazi;Hycan;Jiangnan;"
    "Jixiang;Joylong;Letin;Lingtu;Lorinser;Modern Auto;Neta;Pocco;Rising Auto;Sehol;Shiji;SWM;Weiao;"
    "Yuanhang;Yudo"
)
"""Brands that went out of business, stopped selling, or sell a few cars only."""

COMMERCIAL = _names(
    "BAW;Caocao;Changan Kaicene;Changan Oshan;Dongfeng;Dongfeng Fengon;Farizon;Foton;"
    "Great Wall;Iveco;JAC Group;JAC Refine;JMC;LEVC;Lingxi;Livan;Ruichi;ZX Auto;Chery New Energy"
)
"""Brands whose lines of the facts are vans, taxis and cars of fleets."""

COMMERCIAL_LINES = _names(
    "aion-s;aion-s-plus;bestune-nat;beijing-eu5;beijing-eu5-plus;byd-d1;byd-e6;byd-qin;"
    "dongfeng-aeolus-e70;dongfeng-forthing-lingzhi-m5ev;dongfeng-forthing-s50ev;"
    "dongfeng-forthing-s60ev;dongfeng-forthing-leiting;ford-quanshun-t8;ford-xinshidaiquanshun;"
    "hongqi-e-qm5;kaiyi-xuandu-ev;maxus-star-x;maxus-xintu-v80;roewe-d6;roewe-i6-max-ev;venucia-d60ev;"
    "wuling-e5;wuling-ev50;wuling-journey-ev;wuling-rongguang-ev;wuling-sunshine-ev;wuling-yangguang;"
    "jmev-yi;changan-qiyuan-hunter-k50;dongfeng-nammi-ex1;buick-velite-6"
)
"""Lines sold to fleets, as taxis or as vans, of brands that also sell to private buyers."""

NAMED_LINES = _names(
    "smart-1;smart-3;smart-5;icar-03;denza-z9;tank-300-hi4-t;tank-400-hi4-t;tank-500-hi4-t;"
    "tank-700-hi4-t;zeekr-x;wey-gaoshan;gac-trumpchi-e8-phev;gac-trumpchi-e9;gac-trumpchi-es9"
)
"""Lines that are carried although the current tables do not list them and their newest trims are of 2024."""

RENAMED_LINES = frozenset({"arcfox-t1"})
"""Sold under a new name now, which the facts have too (Arcfox Beta T1)."""

_DEAREST_CNY = 2_000_000


def select_shipped(cars: Iterable[Car], market: Market) -> list[Car]:
    """The cars to ship, in the order given.

    A line is current when its newest trims, or what the tables of 2026 list of it, are of 2025 or later.
    """
    cars = list(cars)
    listed = {model_id for model_id in market.ranges if market.is_current(model_id)}
    newest = {car.name.model_id: 0 for car in cars}
    for car in cars:
        newest[car.name.model_id] = max(newest[car.name.model_id], car.model_year or 0)
    chosen = []
    for car in cars:
        model_id = car.name.model_id
        current = model_id in listed or model_id in NAMED_LINES or newest[model_id] >= 2025
        if car.on_sale and current and _private(car) and _described(car):
            chosen.append(_with_few_facts(car))
    return chosen


def _private(car: Car) -> bool:
    brand = car.name.brand
    return (
        brand not in NO_LONGER_MADE
        and brand not in COMMERCIAL
        and car.name.model_id not in COMMERCIAL_LINES | RENAMED_LINES
        and car.price_cny is not None
        and car.price_cny <= _DEAREST_CNY
    )


def _described(car: Car) -> bool:
    """A car without a body or a powertrain cannot be shown."""
    return "body_type" in car.values and "powertrain" in car.values


def _with_few_facts(car: Car) -> Car:
    if first_source(car.source_id) in OPEN_SOURCES:
        return car
    car.values = {name: value for name, value in car.values.items() if name in FEW_FACTS}
    car.notes = [note for note in car.notes if note.attribute in FEW_FACTS]
    return car
