"""What can be added to a trim: features printed as optional, options with a printed price, battery rental.

A price stands only where a source prints one for the option itself (``listed``, ``stated_value``); the step
between two trims is no price of an option. ``sets`` says what the option changes on the car.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recommender.domain.catalogue import Option
from recommender.storage.facts_cars import Car, value_text
from recommender.storage.facts_tables import Facts, Row
from recommender.storage.facts_values import FEATURE_ATTRIBUTES, Features

TABLE = "options.csv"


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature that the portal tables mark as optional: its names, its group, what it sets."""

    zh: str
    en: str
    group: str
    sets: Mapping[str, str]


def _feature(word: str, zh: str, en: str, group: str, **sets: str) -> tuple[str, Feature]:
    own = {FEATURE_ATTRIBUTES[word]: "true"} if word in FEATURE_ATTRIBUTES else {}
    return word, Feature(zh, en, group, {**own, **sets})


_FEATURES: Mapping[str, Feature] = dict(
    (
        _feature("lane_centering", "车道居中保持", "Lane centring", "adas", adas_level="l2"),
        _feature(
            "ramp_assist",
            "高速领航辅助",
            "Motorway navigation assistance",
            "adas",
            highway_assist="true",
            lane_centring="true",
            adas_level="highway",
        ),
        _feature("auto_park", "自动泊车辅助", "Parking assistance", "adas"),
        _feature("hud", "抬头显示", "Head-up display", "cockpit", displays="hud"),
        _feature("ar_hud", "AR 抬头显示", "AR head-up display", "cockpit", hud="true", displays="ar_hud"),
        _feature("dolby_atmos", "杜比全景声", "Dolby Atmos", "cockpit"),
        _feature("rear_projector", "后排投影", "Rear projector", "cockpit"),
        _feature("karaoke", "车载 KTV", "Karaoke", "cockpit"),
        _feature("ota", "OTA 升级", "Over-the-air updates", "cockpit"),
        _feature("second_row_captain", "第二排独立座椅", "Separate second-row seats", "comfort"),
        _feature("fridge", "车载冰箱", "Fridge", "comfort"),
        _feature("air_suspension", "空气悬架", "Air suspension", "comfort"),
        _feature("roof_rack", "行李架", "Roof rack", "exterior"),
        _feature("surround_540", "全景影像（透明底盘）", "Surround view", "safety", surround_view="true"),
        _feature("sentry", "哨兵模式", "Sentry mode", "safety"),
        _feature("child_presence", "儿童遗留提醒", "Child-presence alert", "safety"),
    )
)

# Word in the name of a priced option -> what it sets.
_PRICED_SETS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("fridge", {"fridge": "true"}),
    ("air suspension", {"air_suspension": "true"}),
    ("Enhanced Autopilot", {"highway_assist": "true", "auto_park": "true", "adas_level": "highway"}),
)
_PRICED_ZH: Mapping[str, str] = {
    "O0010": "Nappa 真皮座椅",
    "O0016": "碳纤维双风道前舱盖",
    "O0037": "非标配车漆",
    "O0038": "非标配车漆",
    "O0355": "家用充电桩",
    "O0414": "车载冰箱",
    "O0415": "双腔空气悬架",
    "O0416": "电吸门",
    "O0419": "Ultra SE 辅助驾驶芯片（两颗图灵）",
    "O0420": "Ultra 辅助驾驶芯片（三颗图灵）",
    "O0421": "Ultra SE 辅助驾驶芯片（两颗图灵）",
    "O0422": "Ultra 辅助驾驶芯片（三颗图灵）",
    "O0423": "Ultra SE 辅助驾驶芯片（两颗图灵）",
    "O0424": "Ultra 辅助驾驶芯片（三颗图灵）",
    "O0425": "Ultra SE 辅助驾驶芯片（两颗图灵）",
    "O0426": "Ultra 辅助驾驶芯片（三颗图灵）",
    "O0453": "增强版辅助驾驶",
    "O0454": "增强版辅助驾驶",
    "O0458": "外接仪表屏",
}
_ALTERNATIVES = (("O0419", "O0420"), ("O0421", "O0422"), ("O0423", "O0424"), ("O0425", "O0426"))
_PRICES = ("listed", "stated_value")


def options_of(facts: Facts, cars: Iterable[Car]) -> tuple[Option, ...]:
    """Options of the cars, in the order of the cars."""
    priced = [row for row in facts.rows(TABLE) if _is_priced(facts, row)]
    found: list[Option] = []
    for car in cars:
        if "features_opt" in car.row:
            found.extend(_printed_options(car))
        for row in priced:
            if in_scope(row, car):
                found.append(_priced_option(facts, row, car, priced))
    return tuple(found)


def add_battery_rental(facts: Facts, cars: Iterable[Car]) -> None:
    """Price reduction and monthly fee of a rented battery, by model and size of the battery."""
    rows = [row for row in facts.rows(TABLE) if row["category"] == "battery_subscription"]
    for car in cars:
        for row in rows:
            reduction = facts.number(TABLE, row, "price_cny")
            if reduction is None or reduction >= 0 or not in_scope(row, car):
                continue
            car.values["battery_rental_discount_cny"] = -reduction
            car.note("battery_rental_discount_cny", row["trim_scope"], row["source_id"])
            fee = re.search(r"monthly fee ([\d,]+) CNY", row["note"])
            if fee:
                car.values["battery_rental_cny_month"] = float(fee.group(1).replace(",", ""))
                car.note("battery_rental_cny_month", row["trim_scope"], row["source_id"])


def in_scope(row: Row, car: Car) -> bool:
    """Whether an option's scope (``2024 Pro; Max``, ``75 kWh, all``, ``2022-``) takes in the car."""
    if (row["brand"], row["model"]) != (car.row["brand"], car.row["model"]):
        return False
    scope = row["trim_scope"]
    battery = re.search(r"(\d+) kWh", scope)
    if battery and car.values.get("battery_kwh") != float(battery.group(1)):
        return False
    years = re.match(r"(20\d\d)(-)?(\d\d)?", scope)
    if years and not _in_years(car.model_year, *years.groups()):
        return False
    rest = re.sub(r"20\d\d(-\d\d|-)?|\d+ kWh,?|\ball\b|: \d+ of \d+ trims", "", scope)
    words = [word.strip() for word in rest.split(";") if word.strip()]
    return not words or any(word.casefold() in f"{car.trim} {car.trim_zh}".casefold() for word in words)


def _in_years(year: int | None, first: str, dash: str | None, last: str | None) -> bool:
    if year is None or year < int(first):
        return False
    if last:
        return year <= int(f"20{last}")
    return bool(dash) or year == int(first)


def _is_priced(facts: Facts, row: Row) -> bool:
    price = facts.number(TABLE, row, "price_cny")
    return row["price_basis"] in _PRICES and price is not None and price >= 0 and bool(row["brand"])


def _printed_options(car: Car) -> list[Option]:
    words = Features.of(car.row).optional
    return [
        Option(
            option_id=word,
            trim_id=car.trim_id,
            name=feature.en,
            name_zh=feature.zh,
            state="optional",
            price_cny=None,
            group=feature.group,
            requires=(),
            excludes=_excluded(word, words),
            included_with=(),
            sets=sets,
            source_id=car.source_id,
        )
        for word, feature in _FEATURES.items()
        if word in words and (sets := _changes(car, feature.sets))
    ]


def _changes(car: Car, sets: Mapping[str, str]) -> dict[str, str]:
    """What the option changes on this car; a higher level of assistance or display is not lowered."""
    lower = {"adas_level": ("none", "l2", "highway", "city"), "displays": ("screen", "hud", "ar_hud")}
    changes = {}
    for attribute, value in sets.items():
        own = car.values.get(attribute)
        order = lower.get(attribute)
        raises = order is None or not isinstance(own, str) or order.index(own) < order.index(value)
        if raises and (own is None or value_text(own) != value):
            changes[attribute] = value
    return changes


def _excluded(word: str, words: frozenset[str]) -> tuple[str, ...]:
    """Two steps of one thing are not bought together."""
    pairs = (("lane_centering", "ramp_assist"), ("hud", "ar_hud"))
    return tuple(
        other for pair in pairs if word in pair for other in pair if other != word and other in words
    )


def _priced_option(facts: Facts, row: Row, car: Car, priced: Iterable[Row]) -> Option:
    sets = next((sets for word, sets in _PRICED_SETS if word in row["option_name"]), {})
    here = {other["option_id"] for other in priced if in_scope(other, car)}
    rivals = {other for pair in _ALTERNATIVES if row["option_id"] in pair for other in pair}
    return Option(
        option_id=row["option_id"],
        trim_id=car.trim_id,
        name=row["option_name"],
        name_zh=_PRICED_ZH.get(row["option_id"], row["option_name"]),
        state="optional",
        price_cny=facts.whole(TABLE, row, "price_cny"),
        group=row["category"],
        requires=(),
        excludes=tuple(sorted(rivals & here - {row["option_id"]})),
        included_with=(),
        sets=_changes(car, sets),
        source_id=row["source_id"],
    )
