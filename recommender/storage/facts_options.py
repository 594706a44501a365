"""What can be added to a trim: features printed as optional, options with a printed price, battery rental.

A price stands only where a source prints one for the option itself (``listed``, ``stated_value``); the step
between two trims is no price of an option. ``sets`` says what the option changes on the car. A feature that
one trim of a line offers is stated for every trim of the line that prints it: standard, optional or not
available.
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
    """A feature that the portal tables mark as optional: its names and what it sets."""

    zh: str
    en: str
    sets: Mapping[str, str]


def _feature(word: str, zh: str, en: str, **sets: str) -> tuple[str, Feature]:
    own = {FEATURE_ATTRIBUTES[word]: "true"} if word in FEATURE_ATTRIBUTES else {}
    return word, Feature(zh, en, {**own, **sets})


HEAT_PUMP = "heat_pump"
"""Printed in a column of its own, not among the features."""

_FEATURES: Mapping[str, Feature] = dict(
    (
        _feature("lane_centering", "车道居中保持", "Lane centring", adas_level="l2"),
        _feature(
            "ramp_assist",
            "高速领航辅助",
            "Motorway navigation assistance",
            highway_assist="true",
            lane_centring="true",
            adas_level="highway",
        ),
        _feature("auto_park", "自动泊车辅助", "Parking assistance"),
        _feature("hud", "抬头显示", "Head-up display", displays="hud"),
        _feature("ar_hud", "AR 抬头显示", "AR head-up display", hud="true", displays="ar_hud"),
        _feature("dolby_atmos", "杜比全景声", "Dolby Atmos"),
        _feature("rear_projector", "后排投影", "Rear projector"),
        _feature("karaoke", "车载 KTV", "Karaoke"),
        _feature("ota", "OTA 升级", "Over-the-air updates"),
        _feature("second_row_captain", "第二排独立座椅", "Separate second-row seats"),
        _feature("fridge", "车载冰箱", "Fridge"),
        _feature("air_suspension", "空气悬架", "Air suspension"),
        _feature("roof_rack", "行李架", "Roof rack"),
        _feature("surround_540", "全景影像（透明底盘）", "Surround view", surround_view="true"),
        _feature("sentry", "哨兵模式", "Sentry mode"),
        _feature("child_presence", "儿童遗留提醒", "Child-presence alert"),
        _feature(HEAT_PUMP, "热泵空调", "Heat pump", heat_pump="true"),
    )
)

_ONE_OF: Mapping[str, str] = {"hud": "hud", "ar_hud": "hud", "lane_centering": "lane", "ramp_assist": "lane"}
"""Two steps of one thing are not bought together."""

# Word in the name of a named option -> what it sets.
_NAMED_SETS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("fridge", {"fridge": "true"}),
    ("air suspension", {"air_suspension": "true"}),
    ("Enhanced Autopilot", {"highway_assist": "true", "auto_park": "true", "adas_level": "highway"}),
    ("Dolby 7.1.4", {"premium_audio": "true", "rear_entertainment": "true"}),
    ("entertainment screen", {"rear_entertainment": "true"}),
)
_NAMED_ZH: Mapping[str, str] = {
    "O0010": "Nappa 真皮座椅",
    "O0016": "碳纤维双风道前舱盖",
    "O0037": "非标配车漆",
    "O0038": "非标配车漆",
    "O0355": "家用充电桩",
    "O0414": "车载冰箱",
    "O0415": "双腔空气悬架",
    "O0416": "电吸门",
    "O0418": "后排娱乐彩电",
    "O0419": "Ultra SE 辅助驾驶芯片（两颗图灵）",
    "O0420": "Ultra 辅助驾驶芯片（三颗图灵）",
    "O0421": "Ultra SE 辅助驾驶芯片（两颗图灵）",
    "O0422": "Ultra 辅助驾驶芯片（三颗图灵）",
    "O0423": "Ultra SE 辅助驾驶芯片（两颗图灵）",
    "O0424": "Ultra 辅助驾驶芯片（三颗图灵）",
    "O0425": "Ultra SE 辅助驾驶芯片（两颗图灵）",
    "O0426": "Ultra 辅助驾驶芯片（三颗图灵）",
    "O0447": "全配包：23 扬声器、杜比 7.1.4、21 英寸轮毂、后排 17.3 英寸屏",
    "O0452": "后排 21.4 英寸娱乐屏",
    "O0453": "增强版辅助驾驶",
    "O0454": "增强版辅助驾驶",
    "O0458": "外接仪表屏",
}
_ALTERNATIVES = (("O0419", "O0420"), ("O0421", "O0422"), ("O0423", "O0424"), ("O0425", "O0426"))
_PRICES = ("listed", "stated_value")


def options_of(facts: Facts, cars: Iterable[Car]) -> tuple[Option, ...]:
    """Options of the cars, in the order of the cars."""
    cars = list(cars)
    named = [row for row in facts.rows(TABLE) if _is_named(facts, row)]
    offered: dict[str, set[str]] = {}
    for car in cars:
        offered.setdefault(car.name.model_id, set()).update(_words(car, "opt"))
    found: list[Option] = []
    for car in cars:
        found.extend(_printed_options(car, offered[car.name.model_id]))
        here = [row for row in named if in_scope(row, car)]
        found.extend(option for row in here if (option := _named_option(facts, row, car, here)))
    return tuple(found)


def _words(car: Car, state: str) -> frozenset[str]:
    """Features that the car's row prints in a state: std, opt, no."""
    if "features_opt" not in car.row:
        return frozenset()
    features = Features.of(car.row)
    words = {"std": features.standard, "opt": features.optional, "no": features.absent}[state]
    return words | {HEAT_PUMP} if car.row[HEAT_PUMP] == state else words


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


def _is_named(facts: Facts, row: Row) -> bool:
    """An option with a name of its own: its price is printed, or it says what it changes."""
    price = facts.number(TABLE, row, "price_cny")
    if not row["brand"]:
        return False
    if price is None:
        return not row["price_basis"] and "optional on " not in row["trim_scope"] and bool(_named_sets(row))
    return row["price_basis"] in _PRICES and price >= 0


def _named_sets(row: Row) -> Mapping[str, str]:
    return next((sets for word, sets in _NAMED_SETS if word in row["option_name"]), {})


_STATES = (("std", "standard"), ("opt", "optional"), ("no", "not_available"))


def _printed_options(car: Car, offered: Iterable[str]) -> list[Option]:
    """What the line offers on some trim, as this trim prints it; what changes nothing is left out."""
    offered = frozenset(offered)
    states = {word: state for cell, state in _STATES for word in _words(car, cell) & offered}
    found = []
    for word, feature in _FEATURES.items():
        state = states.get(word)
        sets = _changes(car, feature.sets) if state == "optional" else {}
        if state is None or (state == "optional" and not sets):
            continue
        found.append(
            Option(
                option_id=word,
                trim_id=car.trim_id,
                name=feature.en,
                name_zh=feature.zh,
                state=state,
                price_cny=None,
                group=_group(word, states),
                requires=(),
                excludes=(),
                included_with=(),
                sets=sets,
                source_id=car.source_id,
            )
        )
    return found


def _group(word: str, states: Mapping[str, str]) -> str:
    """The group of a feature, where another member can stand in its place."""
    group = _ONE_OF.get(word, "")
    members = [states.get(other) for other, of in _ONE_OF.items() if of == group]
    # A head-up display replaces another; lane centring stays on the car when motorway navigation is added.
    replaced = group == "hud" and members.count("standard") == 1 and "optional" in members
    return group if members.count("optional") > 1 or replaced else ""


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


def _named_option(facts: Facts, row: Row, car: Car, here: Iterable[Row]) -> Option | None:
    """None where the car has already what an option without a price would bring."""
    price = facts.whole(TABLE, row, "price_cny")
    sets = _changes(car, _named_sets(row))
    if price is None and not sets:
        return None
    ids = {other["option_id"] for other in here}
    rivals = any(row["option_id"] in pair and ids.issuperset(pair) for pair in _ALTERNATIVES)
    return Option(
        option_id=row["option_id"],
        trim_id=car.trim_id,
        name=row["option_name"],
        name_zh=_NAMED_ZH.get(row["option_id"], row["option_name"]),
        state="optional",
        price_cny=price,
        group=row["category"] if rivals else "",
        requires=(),
        excludes=(),
        included_with=(),
        sets=sets,
        source_id=row["source_id"],
    )
