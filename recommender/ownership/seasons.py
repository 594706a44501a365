"""Range on a winter motorway: 110 km/h at the person's winter low, battery as new.

Electric part: the CLTC range divided by a multiple of the CLTC consumption,
``m = mild_motorway + cold_share * extra(T)`` with ``extra(T) = 1/retention(T) - 1/cap`` the additional use of
mixed winter traffic. ``retention(T) = min(cap, 1 / (base + slope * (20 - T)))`` is fitted on published winter
tests; chemistry, heat pump and a garage scale the extra use. Fuel part of hybrids: tank over fuel use with
an empty battery, or what the printed combined range leaves. All constants and their sources:
``registry/policies.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.domain.buyer import Circumstances
from recommender.domain.table import Columns, Floats
from recommender.ownership.columns import (
    HYBRIDS,
    by_level,
    first_known,
    level_column,
    levels_mask,
    number_column,
)
from recommender.ownership.figures import Figures, figures_on
from recommender.ownership.running import consumption_kwh_100km, electric_range_km, fuel_l_100km
from recommender.registry.model import Registry

MILD_C = 20.0
_HYBRID_ATTRIBUTES = (
    "powertrain",
    "electric_range_km",
    "combined_range_km",
    "battery_kwh",
    "consumption_kwh_100km",
    "fuel_l_100km_depleted",
    "tank_l",
    "curb_weight_kg",
)


@dataclass(frozen=True, slots=True)
class WinterRange:
    """km, float64 [n], NaN where not known. ``low`` and ``high``: 5th and 95th percentile of the tests
    around ``mid``.
    """

    low: Floats
    mid: Floats
    high: Floats


def winter_motorway_range(columns: Columns, circumstances: Circumstances, registry: Registry) -> WinterRange:
    """Range at 110 km/h and ``circumstances.winter_low_c``; for hybrids the total on battery and fuel."""
    figures = figures_on(registry, circumstances.date)
    temperature_c = winter_temperature_c(circumstances, figures)
    multiple = motorway_multiple(columns, temperature_c, circumstances.parked_indoors, figures)
    mid = number_column(columns, "electric_range_km") / multiple
    low, high = mid * figures("winter_range_low_ratio"), mid * figures("winter_range_high_ratio")
    rows = np.flatnonzero(levels_mask(level_column(columns, "powertrain"), HYBRIDS))
    hybrids = {name: columns[name].take(rows) for name in _HYBRID_ATTRIBUTES if name in columns}
    # Of a battery car the range is the fact that counts, so it is never guessed; of a hybrid it is the
    # small part.
    kwh, _ = consumption_kwh_100km(hybrids, figures)
    electric_km = electric_range_km(hybrids, kwh, figures) / multiple[rows]
    fuel_km = _fuel_range_km(hybrids, temperature_c, figures)
    mid[rows] = electric_km + fuel_km
    low[rows] = electric_km * figures("winter_range_low_ratio") + fuel_km
    high[rows] = electric_km * figures("winter_range_high_ratio") + fuel_km
    return WinterRange(low, mid, high)


def winter_temperature_c(circumstances: Circumstances, figures: Figures) -> float:
    """The answered winter low, else the default."""
    answered = circumstances.winter_low_c
    return figures("default_winter_low_c") if answered is None else answered


def mixed_retention(temperature_c: float, figures: Figures) -> float:
    """Share of the CLTC range kept in mixed winter traffic by the average tested car."""
    cold = max(0.0, MILD_C - temperature_c)
    use = figures("winter_use_base") + figures("winter_use_per_degree") * cold
    return min(figures("winter_retention_cap"), 1.0 / use)


def motorway_multiple(
    columns: Columns, temperature_c: float, parked_indoors: bool | None, figures: Figures
) -> Floats:
    """Consumption at 110 km/h as a multiple of the CLTC figure, float64 [n]."""
    extra = 1.0 / mixed_retention(temperature_c, figures) - 1.0 / figures("winter_retention_cap")
    if parked_indoors:
        extra *= figures("winter_extra_parked_indoors")
    extra *= figures("winter_motorway_cold_share")
    chemistry = level_column(columns, "battery_chemistry")
    heat_pump = level_column(columns, "heat_pump")
    by_chemistry = {"LFP": figures("winter_extra_lfp"), "NMC": figures("winter_extra_nmc")}
    strength = heat_pump_strength(temperature_c, figures)
    by_pump = {
        name: 1.0 + strength * (figures(f"winter_extra_heat_pump_{name}") - 1.0) for name in ("true", "false")
    }
    scale = by_level(chemistry, by_chemistry, 1.0) * by_level(heat_pump, by_pump, 1.0)
    return figures("winter_motorway_mild_factor") + extra * scale


def heat_pump_strength(temperature_c: float, figures: Figures) -> float:
    """1 while a heat pump works fully, falling to 0 where it no longer helps."""
    full, none = figures("winter_heat_pump_full_c"), figures("winter_heat_pump_none_c")
    return min(1.0, max(0.0, (temperature_c - none) / (full - none)))


def _fuel_range_km(columns: Columns, temperature_c: float, figures: Figures) -> Floats:
    """km on the tank at 110 km/h in the cold: from tank and printed use, else the combined range, else
    weight.
    """
    tank_l = number_column(columns, "tank_l")
    printed_l = number_column(columns, "fuel_l_100km_depleted")
    combined_km = number_column(columns, "combined_range_km") - number_column(columns, "electric_range_km")
    estimated_l, _ = fuel_l_100km(columns, figures)
    mild_km = 100.0 * tank_l / printed_l
    mild_km = first_known(mild_km, combined_km * figures("winter_combined_fuel_range_factor"))
    mild_km = first_known(mild_km, 100.0 * tank_l / estimated_l)
    cold = max(0.0, MILD_C - temperature_c)
    use = figures("fuel_motorway_factor_mid") * (1.0 + figures("winter_fuel_per_degree") * cold)
    return mild_km / use
