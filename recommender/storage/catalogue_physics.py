"""Values that cannot be true together: a row is refused where physics or its own columns contradict it.

The widths allow for what the 3,400 trims of the facts show (given beside each), so that a slipped decimal
point or a figure of another cycle is found and a real car is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recommender.domain.table import Column, Floats, LevelColumn, Mask, NumberColumn
from recommender.registry.problem_list import ProblemList
from recommender.storage.csv_table import CsvTable

# battery_kwh * 100 / (consumption * range). BEV: 0.78..1.05 (consumption counts charging losses). Plug-in
# hybrids use part of the battery or print a mixed consumption: 0.65..1.34 from 40 km on, anything below.
_BATTERY_RATIO_BEV = (0.7, 1.2)
_BATTERY_RATIO_HYBRID = (0.55, 1.6)
_SHORT_RANGE_KM = 40.0
# battery_kwh * 1000 / range: 76..530.
_WH_PER_KM = (60.0, 600.0)
# (combined - electric range) / (tank * 100 / fuel use): 0.87..1.34, CLTC range over WLTC fuel use.
_TANK_RATIO = (0.7, 1.6)
# Share of the battery charged an hour: 0.33..6.0 are printed; 12 leaves room for what is announced.
_CHARGES_AN_HOUR = (0.1, 12.0)
# Battery capacity a kilogram of car: up to 0.052.
_KWH_PER_KG = 0.09

_SMALLER_LARGER = (
    ("width_mm", "length_mm"),
    ("height_mm", "length_mm"),
    ("wheelbase_mm", "length_mm"),
    ("boot_l", "boot_max_l"),
    ("electric_range_km", "combined_range_km"),
)
_ABOVE_ZERO = ("electric_range_km", "combined_range_km", "approach_deg", "departure_deg", "ramp_deg")

_WINDOW = re.compile(r"(?:([0-9]{1,2})-)?([0-9]{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Contradiction:
    """Column ``a`` has one of ``a_levels`` (None: has any value) while ``b`` has one of ``b_levels``."""

    a: str
    a_levels: tuple[str, ...] | None
    b: str
    b_levels: tuple[str, ...]


_CONTRADICTIONS = (
    _Contradiction("tank_l", None, "powertrain", ("BEV",)),
    _Contradiction("fuel_l_100km_depleted", None, "powertrain", ("BEV",)),
    _Contradiction("diff_locks", ("three",), "drive", ("FWD", "RWD")),
    _Contradiction("low_range_4wd", ("true",), "drive", ("FWD", "RWD")),
    _Contradiction("adas_level", ("city",), "city_assist", ("false",)),
    _Contradiction("adas_level", ("none", "l2", "highway"), "city_assist", ("true",)),
    _Contradiction("adas_level", ("none",), "highway_assist", ("true",)),
    _Contradiction("adas_level", ("none",), "lane_centring", ("true",)),
    _Contradiction("displays", ("screen",), "hud", ("true",)),
    _Contradiction("displays", ("hud", "ar_hud"), "hud", ("false",)),
)


def check_physics(table: CsvTable, columns: Mapping[str, Column], problems: ProblemList) -> None:
    """Name every row of trims.csv whose values contradict each other. Unknown values contradict nothing."""
    check = _Check(table, columns, problems)
    check.name(
        check.has("on_sale", ("true",)) & ~check.known("powertrain"), "powertrain", "catalogue_required"
    )
    for column in _ABOVE_ZERO:
        check.name(check.numbers(column) <= 0, column, "catalogue_not_positive")
    for smaller, larger in _SMALLER_LARGER:
        wrong = check.numbers(smaller) > check.numbers(larger)
        check.name(wrong, smaller, "catalogue_order", larger)
    for rule in _CONTRADICTIONS:
        a = check.known(rule.a) if rule.a_levels is None else check.has(rule.a, rule.a_levels)
        check.name(a & check.has(rule.b, rule.b_levels), rule.a, "catalogue_contradiction", rule.b)
    _check_battery(check)
    _check_tank(check)
    _check_charging(check)


class _Check:
    """Reads columns that may be missing, names the rows of a mask."""

    def __init__(self, table: CsvTable, columns: Mapping[str, Column], problems: ProblemList) -> None:
        self._table = table
        self._columns = columns
        self._problems = problems

    def numbers(self, column_id: str) -> Floats:
        """Values of a number column, NaN where not known."""
        column = self._columns.get(column_id)
        if isinstance(column, NumberColumn):
            return column.values
        return np.full(len(self._table), np.nan)

    def known(self, column_id: str) -> Mask:
        column = self._columns.get(column_id)
        return np.zeros(len(self._table), dtype=np.bool_) if column is None else ~column.unknown()

    def has(self, column_id: str, levels: tuple[str, ...]) -> Mask:
        column = self.levels(column_id)
        if column is None:
            return np.zeros(len(self._table), dtype=np.bool_)
        codes = [code for code, level in enumerate(column.levels) if level in levels]
        return np.isin(column.codes, codes)

    def levels(self, column_id: str) -> LevelColumn | None:
        column = self._columns.get(column_id)
        return column if isinstance(column, LevelColumn) else None

    def value(self, column_id: str, row: int) -> object:
        column = self._columns.get(column_id)
        return "" if column is None else column.value(row)

    def name(self, wrong: Mask, column: str, code: str, *others: str) -> None:
        """One problem for each row of the mask; the sentence shows the values of ``others`` beside it."""
        for row in np.flatnonzero(wrong).tolist():
            shown = ", ".join(f"{other} {_word(self.value(other, row))}" for other in others)
            value = _word(self.value(column, row))
            self._problems.add(self._table.path(row, column), code, value, column=column, others=shown)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _outside(ratio: Floats, bounds: tuple[float, float]) -> Mask:
    """Below or above the bounds; NaN is neither."""
    return np.asarray((ratio < bounds[0]) | (ratio > bounds[1]))


def _check_battery(check: _Check) -> None:
    battery, electric = check.numbers("battery_kwh"), check.numbers("electric_range_km")
    consumption, weight = check.numbers("consumption_kwh_100km"), check.numbers("curb_weight_kg")
    battery_car = check.has("powertrain", ("BEV",))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = battery * 100.0 / (consumption * electric)
        wh_per_km = battery * 1000.0 / electric
        hybrid = _outside(ratio, _BATTERY_RATIO_HYBRID) & (electric >= _SHORT_RANGE_KM)
        by_consumption = np.where(battery_car, _outside(ratio, _BATTERY_RATIO_BEV), hybrid) & (electric > 0)
        by_range = _outside(wh_per_km, _WH_PER_KM) & (electric > 0)
        by_weight = battery / weight > _KWH_PER_KG
    others = ("battery_kwh", "consumption_kwh_100km")
    check.name(by_consumption, "electric_range_km", "catalogue_range_against_battery", *others)
    only_range = by_range & ~by_consumption
    check.name(only_range, "electric_range_km", "catalogue_range_against_battery", "battery_kwh")
    check.name(by_weight, "battery_kwh", "catalogue_contradiction", "curb_weight_kg")


def _check_tank(check: _Check) -> None:
    on_fuel = check.numbers("combined_range_km") - check.numbers("electric_range_km")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = on_fuel / (check.numbers("tank_l") * 100.0 / check.numbers("fuel_l_100km_depleted"))
    # A combined range below the electric one is named as such.
    wrong = _outside(ratio, _TANK_RATIO) & (on_fuel >= 0)
    others = ("electric_range_km", "tank_l", "fuel_l_100km_depleted")
    check.name(wrong, "combined_range_km", "catalogue_range_against_tank", *others)


def _check_charging(check: _Check) -> None:
    """The window reads "30-80" or "80" (start not printed), and the speed is one that a battery stands."""
    window = check.levels("fast_charge_soc_window")
    if window is None:
        return
    shares = np.array([_window_share(level) for level in window.levels] + [np.nan])
    share = shares[window.codes]
    known = window.codes >= 0
    check.name(known & (share <= 0), "fast_charge_soc_window", "catalogue_soc_window")
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = share / (check.numbers("fast_charge_minutes") / 60.0)
    wrong = _outside(speed, _CHARGES_AN_HOUR) & (share > 0)
    check.name(wrong, "fast_charge_minutes", "catalogue_charging_speed", "fast_charge_soc_window")


def _window_share(level: str) -> float:
    """Share of the battery charged; NaN where the start is not printed, 0 where the text is no window."""
    match = _WINDOW.fullmatch(level)
    if not match or int(match[2]) > 100:
        return 0.0
    if match[1] is None:
        return float("nan")
    return max(0.0, (int(match[2]) - int(match[1])) / 100.0)
