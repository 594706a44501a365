"""One row of trim facts -> values of the registry's attributes.

What a source prints is carried over; the few derived values follow fixed rules (see also data/README.md):

- ``adas_level``: city where city navigation is printed, highway = ramp assist or motorway navigation
  standard, l2 = lane centring standard, none = lane centring not on the base car; else not known.
- ``combined_range_km``: printed CLTC figure, else electric range + tank / fuel use with an empty battery.
- booleans: standard = true, optional or printed as absent = false on the base car, else not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from recommender.storage.facts_tables import Facts, Row

Value = float | str | bool
TABLE = "trims.csv"

_NUMBERS: Mapping[str, str] = {
    "model_year": "model_year",
    "seats": "seats",
    "price_cny": "price_cny",
    "electric_range_km": "electric_range_km_cltc",
    "electric_range_wltc_km": "electric_range_km_wltc",
    "combined_range_km": "combined_range_km_cltc",
    "slow_charge_h": "slow_charge_h",
    "battery_kwh": "battery_kwh",
    "platform_voltage_v": "platform_voltage_v",
    "consumption_kwh_100km": "consumption_kwh_100km",
    "fuel_l_100km_depleted": "fuel_l_100km_depleted_wltc",
    "tank_l": "tank_l",
    "length_mm": "length_mm",
    "width_mm": "width_mm",
    "height_mm": "height_mm",
    "wheelbase_mm": "wheelbase_mm",
    "curb_weight_kg": "curb_weight_kg",
    "boot_l": "boot_l",
    "boot_max_l": "boot_max_l",
    "ground_clearance_mm": "ground_clearance_mm",
    "approach_deg": "approach_deg",
    "departure_deg": "departure_deg",
    "ramp_deg": "ramp_deg",
    "wading_mm": "wading_mm",
    "max_gradient_pct": "max_gradient_pct",
    "towing_kg": "towing_kg",
    "screen_inch": "screen_inch",
    "accel_0_100_s": "accel_0_100_s",
    "power_kw": "power_kw",
    "top_speed_kmh": "top_speed_kmh",
}

FEATURE_ATTRIBUTES: Mapping[str, str] = {
    "low_range_4wd": "low_range_4wd",
    "roof_rack": "roof_rack",
    "lane_centering": "lane_centring",
    "ramp_assist": "ramp_assist",
    "auto_park": "auto_park",
    "hud": "hud",
    "dolby_atmos": "premium_audio",
    "rear_projector": "rear_entertainment",
    "karaoke": "karaoke",
    "ota": "ota",
    "second_row_captain": "second_row_captain",
    "fridge": "fridge",
    "air_suspension": "air_suspension",
    "sentry": "sentry",
    "child_presence": "child_presence",
    "isofix": "isofix",
}
"""Word of features_std/_opt/_no -> boolean attribute."""

STATE_ATTRIBUTES: Mapping[str, str] = {
    "heat_pump": "heat_pump",
    "highway_noa": "highway_assist",
    "city_noa": "city_assist",
}
"""Column with std/opt/no -> boolean attribute."""

_BODY: Mapping[str, str] = {
    "SUV": "suv",
    "MPV": "mpv",
    "crossover_SUV": "suv",
    "estate": "wagon",
    "crossover_hatch": "hatchback",
}
_DIFF_LOCKS: Mapping[str, str] = {
    "none": "none",
    "center": "one",
    "lsd_or_axle_lock(type_not_given)": "one",
    "center+lsd_or_axle_lock(type_not_given)": "two",
    "front+center+rear": "three",
}
_SEATS_IN_NAME = re.compile(r"([二两四五六七八九2-9])\s*座")
_CHINESE_DIGIT = {"二": 2, "两": 2, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


@dataclass(frozen=True, slots=True)
class Features:
    """The three feature cells of a row as sets of words."""

    standard: frozenset[str]
    optional: frozenset[str]
    absent: frozenset[str]

    @classmethod
    def of(cls, row: Row) -> Features:
        cells = (row[f"features_{state}"] for state in ("std", "opt", "no"))
        return cls(*(frozenset(word for word in cell.split("|") if word) for cell in cells))

    def state(self, word: str) -> bool | None:
        """True standard, False optional or absent, None not printed."""
        if word in self.standard:
            return True
        return False if word in self.optional or word in self.absent else None


def trim_values(facts: Facts, row: Row) -> dict[str, Value]:
    """Every attribute value that the row tells; unknown ones have no key. Faulty cells become problems."""
    features = Features.of(row)
    values: dict[str, Value] = {}
    for attribute, column in _NUMBERS.items():
        number = facts.number(TABLE, row, column)
        if number is not None:
            values[attribute] = number
    _add(values, "powertrain", row["powertrain"] or None)
    _add(values, "drive", row["drive"] or None)
    _add(values, "body_type", _BODY.get(row["body_type"], row["body_type"]) or None)
    _add(values, "battery_chemistry", row["battery_chemistry"] or None)
    _add(values, "body_frame", row["body_frame"] or None)
    _add(values, "diff_locks", _diff_locks(facts, row))
    for word, attribute in FEATURE_ATTRIBUTES.items():
        _add(values, attribute, features.state(word))
    for column, attribute in STATE_ATTRIBUTES.items():
        _add(values, attribute, state_word(facts, row, column))
    _add(values, "lidar", _lidar(facts, row))
    _add(values, "v2l_kw", _v2l(facts, row))
    _add(values, "voice_features", float(len(row["voice"].split("+"))) if row["voice"] else None)
    _add(values, "displays", _displays(features))
    # The sources print the see-through chassis view only; without it a plain 360-degree camera may be there.
    _add(values, "surround_view", True if features.state("surround_540") else None)
    _add_charging(facts, row, values)
    if "seats" not in values:
        _add(values, "seats", seats_in_name(row["trim_zh"]))
    if values.get("displays") == "ar_hud":
        values["hud"] = True
    _add(values, "adas_level", adas_level(values, features, row["adas_level"]))
    return values


def seats_in_name(trim_zh: str) -> float | None:
    """Seats that a trim's own name states (``增程 Max 6座版``), when it states one number only."""
    found = {_CHINESE_DIGIT.get(digit) or int(digit) for digit in _SEATS_IN_NAME.findall(trim_zh)}
    return float(found.pop()) if len(found) == 1 else None


def adas_level(values: Mapping[str, Value], features: Features, printed: str) -> str | None:
    """Derived level of driver assistance; see the head of this module."""
    if values.get("city_assist") is True:
        return "city"
    if values.get("ramp_assist") is True or values.get("highway_assist") is True:
        return "highway"
    if values.get("lane_centring") is True or printed == "L2":
        return "l2"
    return "none" if features.state("lane_centering") is False else None


def combined_range(values: Mapping[str, Value], wltc_km: float | None = None) -> int | None:
    """Electric range + tank / fuel use with an empty battery, rounded down to 10 km; None when one lacks.

    ``wltc_km``: electric range of the stricter cycle, for a car that prints no CLTC figure. The fuel use is
    printed for WLTC, nearer to the road than CLTC: the sum promises rather too little.
    """
    electric_km = values.get("electric_range_km", wltc_km)
    tank_l, fuel_l_100km = values.get("tank_l"), values.get("fuel_l_100km_depleted")
    if not (isinstance(electric_km, float) and isinstance(tank_l, float) and isinstance(fuel_l_100km, float)):
        return None
    return (
        None
        if values.get("powertrain") == "BEV"
        else int(electric_km + tank_l / fuel_l_100km * 100) // 10 * 10
    )


def state_word(facts: Facts, row: Row, column: str) -> bool | None:
    """``std`` True, ``opt``/``no`` False, empty None; any other word is a problem."""
    word = row[column]
    if word in ("", "std", "opt", "no"):
        return None if not word else word == "std"
    facts.problems.add(f"{TABLE}:{row['#']}:{column}", "facts_unknown_word", word)
    return None


def _add(values: dict[str, Value], attribute: str, value: Value | None) -> None:
    if value is not None:
        values[attribute] = value


def _diff_locks(facts: Facts, row: Row) -> str | None:
    word = row["diff_locks"]
    if word and word not in _DIFF_LOCKS:
        facts.problems.add(f"{TABLE}:{row['#']}:diff_locks", "facts_unknown_word", word)
    return _DIFF_LOCKS.get(word)


def _lidar(facts: Facts, row: Row) -> bool | None:
    count = facts.number(TABLE, row, "lidar_count")
    present = facts.number(TABLE, row, "lidar_present")
    known = [number > 0 for number in (count, present) if number is not None]
    return any(known) if known else None


def _v2l(facts: Facts, row: Row) -> float | None:
    """Power on the base car: the printed kW where standard, 0 where printed as optional or absent."""
    if row["v2l"] in ("no", "opt"):
        return 0.0
    return facts.number(TABLE, row, "v2l_kw")


def _displays(features: Features) -> str | None:
    if features.state("ar_hud"):
        return "ar_hud"
    if features.state("hud"):
        return "hud"
    return "screen" if features.state("hud") is False else None


def _add_charging(facts: Facts, row: Row, values: dict[str, Value]) -> None:
    """Minutes with the window of charge that they stand for; minutes without a window are not comparable."""
    minutes = facts.number(TABLE, row, "fast_charge_min")
    window = row["fast_charge_soc_pct"]
    if minutes is None and (narrow := facts.number(TABLE, row, "time_30_80_min")) is not None:
        minutes, window = narrow, "30-80"
    if minutes and window:
        values["fast_charge_minutes"] = minutes
        values["fast_charge_soc_window"] = window
