"""Small tables of columns for the tests of this room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from recommender.domain.buyer import Circumstances
from recommender.domain.table import Column, NumberColumn, levels_column, numbers
from recommender.registry.load import load_registry

REGISTRY = load_registry()
TODAY = dt.date(2026, 11, 22)
POWERTRAINS = ("BEV", "PHEV", "EREV")
LEVELS = {
    "powertrain": POWERTRAINS,
    "condition": ("new", "used", "rental"),
    "heat_pump": ("false", "true"),
    "battery_chemistry": ("LFP", "NMC", "LMFP"),
    "brand": ("Alpha", "Nio"),
    "fast_charge_soc_window": ("30-80", "10-80"),
}

Value = float | str | None


def table(**values: Sequence[Value]) -> dict[str, Column]:
    """Columns by attribute id; level attributes take names."""
    columns: dict[str, Column] = {}
    for attribute, given in values.items():
        if attribute in LEVELS:
            names = [None if value is None else str(value) for value in given]
            columns[attribute] = levels_column(names, LEVELS[attribute])
        else:
            columns[attribute] = numbers(list(given))
    return columns


def family_car(**changes: Value) -> dict[str, Column]:
    """One row: a middling battery SUV, changed as told."""
    values: dict[str, Value] = {
        "price_cny": 200_000,
        "powertrain": "BEV",
        "electric_range_km": 600,
        "battery_kwh": 80,
        "consumption_kwh_100km": 15.0,
        "curb_weight_kg": 2_000,
        "seats": 5,
        "condition": "new",
        **changes,
    }
    return table(**{attribute: [value] for attribute, value in values.items()})


def hybrid_car(**changes: Value) -> dict[str, Column]:
    """One row: a plug-in hybrid with 150 km CLTC and a 60 l tank, changed as told."""
    given: dict[str, Value] = {
        "powertrain": "PHEV",
        "electric_range_km": 150,
        "battery_kwh": 26,
        "consumption_kwh_100km": 18.0,
        "fuel_l_100km_depleted": 5.0,
        "tank_l": 60,
    }
    return family_car(**{**given, **changes})


def person(date: dt.date = TODAY, **answers: object) -> Circumstances:
    return Circumstances(date=date, **answers)  # type: ignore[arg-type]  # tests name the fields they set


def only(column: NumberColumn | np.ndarray) -> float:
    """The single value of a one-row column."""
    values = column.values if isinstance(column, NumberColumn) else column
    assert len(values) == 1
    return float(values[0])
