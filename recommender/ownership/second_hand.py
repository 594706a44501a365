"""Used, or rented first: what the answers on age, mileage and battery health mean for one car.

Shown beside new cars to people who did not ask for new ones only; units in a dealer's stock carry their own
price, mileage and battery report.
"""

from __future__ import annotations

import numpy as np

from recommender.domain.buyer import Circumstances
from recommender.domain.table import Columns
from recommender.ownership.columns import level_column, number_column, one_row
from recommender.ownership.figures import Figures, figures_on
from recommender.ownership.note import Note
from recommender.registry.model import Registry

_DEFAULT_AGE_YEARS = 3.0


def second_hand_notes(
    columns: Columns, row: int, circumstances: Circumstances, registry: Registry
) -> tuple[Note, ...]:
    """Notes of one row; none for somebody who wants a new car."""
    one = one_row(columns, row)
    figures = figures_on(registry, circumstances.date)
    notes: list[Note] = []
    if level_column(one, "condition").value(0) == "new" and circumstances.condition != "new":
        notes += _price_note(float(number_column(one, "price_cny")[0]), circumstances, figures)
        notes += _health_note(float(number_column(one, "electric_range_km")[0]), circumstances)
    return tuple(notes)


def trying_notes(circumstances: Circumstances, registry: Registry) -> tuple[Note, ...]:
    """Notes that hold for every car: battery warranty by mileage for somebody who takes a used car, renting
    first for everybody who did not refuse it."""
    notes: list[Note] = []
    if circumstances.condition != "new":
        notes += _mileage_note(circumstances, figures_on(registry, circumstances.date))
    if circumstances.try_rental is not False:
        detail = "wanted" if circumstances.try_rental else "possible"
        notes.append(Note(f"second_hand.rental_{detail}", "condition"))
    return tuple(notes)


def used_value_percent(age_years: float, figures: Figures) -> tuple[float, float]:
    """Low and high share of the new price after so many years, in percent.

    Known at one and three years; between them (and from the new price) the share falls by a constant factor
    a year. Beyond three years no figure is known: the one of three years is the most that may be hoped for.
    """
    return _value(age_years, figures, "low"), _value(age_years, figures, "high")


def _value(age_years: float, figures: Figures, end: str) -> float:
    one, three = figures(f"used_value_1_year_percent_{end}"), figures(f"used_value_3_years_percent_{end}")
    logs = np.log([100.0, one, three])
    return float(np.exp(np.interp(age_years, [0.0, 1.0, 3.0], logs)))


def _price_note(price_cny: float, circumstances: Circumstances, figures: Figures) -> list[Note]:
    asked = circumstances.used_max_age_years
    age = _DEFAULT_AGE_YEARS if asked is None else asked
    if np.isnan(price_cny) or age < 1.0:
        return []
    low, high = used_value_percent(age, figures)
    params: dict[str, object] = {
        "age": age,
        "low_cny": _thousands(price_cny * low / 100.0),
        "high_cny": _thousands(price_cny * high / 100.0),
    }
    source = figures.row("used_value_3_years_percent_low").source
    message = "second_hand.price_older" if age > _DEFAULT_AGE_YEARS else "second_hand.price"
    return [Note(message, "price_cny", params, source)]


def _thousands(cny: float) -> float:
    """An estimate is not told to the yuan."""
    return round(cny, -3)


def _mileage_note(circumstances: Circumstances, figures: Figures) -> list[Note]:
    if circumstances.used_max_km is None:
        return []
    warranty_km = figures("battery_warranty_km")
    left = max(0.0, warranty_km - circumstances.used_max_km)
    params: dict[str, object] = {"km": circumstances.used_max_km, "warranty": warranty_km, "left": left}
    source = figures.row("battery_warranty_km").source
    return [Note("second_hand.mileage", "mileage_km", params, source)]


def _health_note(electric_range_km: float, circumstances: Circumstances) -> list[Note]:
    soh = circumstances.used_min_soh_pct
    if soh is None or np.isnan(electric_range_km):
        return []
    params: dict[str, object] = {"soh": soh, "range": electric_range_km * soh / 100.0}
    return [Note("second_hand.health", "battery_soh_pct", params)]
