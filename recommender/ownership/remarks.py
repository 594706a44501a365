"""Everything worth saying beside one car about its tax, subsidy, battery rental, plate and charging."""

from __future__ import annotations

import numpy as np

from recommender.domain.buyer import Circumstances
from recommender.domain.table import Columns
from recommender.ownership.charging import charging_notes, plate_notes
from recommender.ownership.columns import HYBRIDS, level_column, one_row
from recommender.ownership.figures import Figures, figures_on
from recommender.ownership.note import Note
from recommender.ownership.personal import purchase_of
from recommender.ownership.purchase import SUBSIDISED_OLD_CARS, PurchaseCost
from recommender.ownership.running import (
    battery_rental_cny_month,
    battery_rental_price_cut_cny,
    running_cost,
)
from recommender.registry.model import Registry


def car_notes(
    columns: Columns, row: int, circumstances: Circumstances, registry: Registry
) -> tuple[Note, ...]:
    """Notes of one row: plate first, then tax and subsidy, battery rental, consumption, charging."""
    one = one_row(columns, row)
    figures = figures_on(registry, circumstances.date)
    powertrain = level_column(one, "powertrain").value(0)
    name = powertrain if isinstance(powertrain, str) else None
    condition = level_column(one, "condition").value(0)
    new = condition not in ("used", "rental")
    cost = purchase_of(one, circumstances, registry)
    notes = list(plate_notes(name, circumstances))
    if new:
        notes += _tax_notes(name, cost, figures)
        notes += _subsidy_notes(cost, circumstances, figures)
    notes += _rental_notes(one, name, circumstances, figures)
    running = running_cost(one, circumstances, registry)
    if running.consumption_estimated[0] and not np.isnan(running.monthly_cny[0]):
        notes.append(Note("ownership.use.estimated", "monthly_cost_cny"))
    return (*notes, *charging_notes(one, 0, circumstances, registry))


def _tax_notes(powertrain: str | None, cost: PurchaseCost, figures: Figures) -> list[Note]:
    threshold = figures.get("phev_min_electric_range_wltc_km")
    if threshold is None or powertrain not in HYBRIDS:
        return []
    source = figures.row("phev_min_electric_range_wltc_km").source
    params: dict[str, object] = {"threshold": threshold}
    if cost.range_unknown[0]:
        return [Note("ownership.tax.range_unknown", "total_price_cny", {}, source)]
    if cost.near_threshold[0]:
        return [Note("ownership.tax.near_threshold", "total_price_cny", params, source)]
    if not cost.reduced[0]:
        return [Note("ownership.tax.below_threshold", "total_price_cny", params, source)]
    return []


def _subsidy_notes(cost: PurchaseCost, circumstances: Circumstances, figures: Figures) -> list[Note]:
    kind = circumstances.old_car
    if kind not in SUBSIDISED_OLD_CARS:
        return []
    cap = figures.get(f"trade_in_{kind}_nev_cap_cny")
    if cap is None:
        return [Note("ownership.subsidy.none_known", "total_price_cny")]
    if not cost.subsidy_cny[0] > 0:
        return []
    source = figures.row(f"trade_in_{kind}_nev_cap_cny").source
    percent = figures.get(f"trade_in_{kind}_nev_percent")
    if percent is None:
        return [Note("ownership.subsidy.flat", "total_price_cny", {"cap": int(cap)}, source)]
    params: dict[str, object] = {"percent": percent, "cap": int(cap)}
    return [Note("ownership.subsidy.share", "total_price_cny", params, source)]


def _rental_notes(
    one: Columns, powertrain: str | None, circumstances: Circumstances, figures: Figures
) -> list[Note]:
    if circumstances.payment != "battery_rental":
        return []
    month = float(battery_rental_cny_month(one, figures)[0])
    cut = float(battery_rental_price_cut_cny(one, figures)[0])
    if np.isnan(month):
        return [Note("ownership.rental.unknown", "monthly_cost_cny")] if powertrain == "BEV" else []
    params: dict[str, object] = {"month": round(month)}
    source = figures.row("battery_rental_nio_75_kwh_cny_month").source
    if np.isnan(cut):
        return [Note("ownership.rental.known_fee", "monthly_cost_cny", params, source)]
    return [Note("ownership.rental.known", "monthly_cost_cny", {**params, "cut": round(cut)}, source)]
