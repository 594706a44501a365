"""Charging, swapping, plates and tariffs of the place, as notes. No utility and no limit comes from here."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recommender.domain.buyer import Circumstances
from recommender.domain.catalogue import Place
from recommender.domain.table import Columns, LevelColumn
from recommender.ownership.columns import HYBRIDS, level_column, number_column, one_row
from recommender.ownership.figures import Figures, figures_on
from recommender.ownership.note import Note
from recommender.ownership.seasons import winter_motorway_range, winter_temperature_c
from recommender.ownership.tariffs import places_from_near_to_far, tariffs_of
from recommender.registry.model import Registry

PlateRule = Literal["free", "quota", "auction", "not_free", "no_limit", "unknown"]
TYPICAL_STOP_SHARE = 0.5
"""Share of the battery that one stop adds where the window of the charging time is not known."""


def place_notes(circumstances: Circumstances, registry: Registry) -> tuple[Note, ...]:
    """What holds at this place for every car: tariffs used, chargers, swap stations, cold, charging at
    night.
    """
    figures = figures_on(registry, circumstances.date)
    notes = [_tariff_note(circumstances, figures)]
    if circumstances.place is not None:
        notes += _charger_notes(circumstances)
        notes += _winter_notes(circumstances, figures)
    if circumstances.overnight_charging == "none_near":
        notes.append(Note("ownership.charging.none_near", "electric_range_km"))
    if circumstances.area == "village":
        share = figures("township_charging_percent")
        source = figures.row("township_charging_percent").source
        notes.append(Note("ownership.charging.townships", "electric_range_km", {"percent": share}, source))
    return tuple(notes)


def plate_rule(text: str) -> PlateRule:
    """Kind of a plate rule from the words of the place table; unknown where they say nothing clear."""
    words = text.lower()
    for marks, rule in _PLATE_MARKS:
        if any(mark in words for mark in marks):
            return rule
    return "unknown"


# The first mark that is found decides: "no free plate; auction as petrol" is an auction, not a free plate.
_PLATE_MARKS: tuple[tuple[tuple[str, ...], PlateRule], ...] = (
    (("auction",), "auction"),
    (("waiting list", "quota needed", "lottery"), "quota"),
    (("no free",), "not_free"),
    (("no limit",), "no_limit"),
    (("free", "direct"), "free"),
)


def plate_notes(powertrain: str | None, circumstances: Circumstances) -> tuple[Note, ...]:
    """The plate rule of the place for one powertrain; nothing where none is known or nobody is limited."""
    place = next((p for p in places_from_near_to_far(circumstances) if _plate_text(p, powertrain)), None)
    if place is None or powertrain is None:
        return ()
    rule = plate_rule(_plate_text(place, powertrain))
    if rule in ("no_limit", "unknown"):
        return ()
    kind = "hybrid" if powertrain in HYBRIDS else "bev"
    cost = place.plate_cost_petrol_cny
    params: dict[str, object] = {"place": place}
    if rule == "auction" and cost:
        params["cost"] = cost
    elif rule == "auction":
        rule = "not_free"
    return (Note(f"ownership.plate.{kind}_{rule}", "powertrain", params, place.source_id),)


def charging_notes(
    columns: Columns, row: int, circumstances: Circumstances, registry: Registry
) -> tuple[Note, ...]:
    """For one battery car: fast-charging stops of the longest trip on a winter day."""
    one = one_row(columns, row)
    if level_column(one, "powertrain").value(0) != "BEV":
        return ()
    figures = figures_on(registry, circumstances.date)
    range_km = float(winter_motorway_range(one, circumstances, registry).mid[0])
    longest = circumstances.longest_trip_km
    trip_km = figures("default_longest_trip_km") if longest is None else longest
    if math.isnan(range_km):
        return ()
    stop_share = _stop_share(level_column(one, "fast_charge_soc_window"))
    stops = charging_stops(trip_km, range_km, stop_share)
    params: dict[str, object] = {
        "trip": trip_km,
        "temperature": winter_temperature_c(circumstances, figures),
        "range": round(range_km),
        "stops": stops,
    }
    minutes = float(number_column(one, "fast_charge_minutes")[0])
    if stops == 0:
        return (Note("ownership.charging.no_stop", "winter_motorway_range_km", params),)
    if math.isnan(minutes):
        return (Note("ownership.charging.stops", "winter_motorway_range_km", params),)
    params["minutes"] = round(minutes)
    return (Note("ownership.charging.stops_minutes", "fast_charge_minutes", params),)


def charging_stops(trip_km: float, range_km: float, stop_share: float) -> int:
    """Stops on a one-way trip that starts full; each adds ``stop_share`` of the range."""
    if trip_km <= range_km:
        return 0
    return math.ceil((trip_km - range_km) / (stop_share * range_km) - 1e-9)


def _stop_share(window: LevelColumn) -> float:
    """Share of the battery between the ends of a window such as "30-80"."""
    text = window.value(0)
    if not isinstance(text, str):
        return TYPICAL_STOP_SHARE
    ends = [int(part) for part in text.split("-") if part.strip().isdigit()]
    return (ends[1] - ends[0]) / 100.0 if len(ends) == 2 and ends[1] > ends[0] else TYPICAL_STOP_SHARE


def _rows(row: int) -> NDArray[np.intp]:
    return np.array([row], dtype=np.intp)


def _plate_text(place: Place, powertrain: str | None) -> str:
    return place.plate_rule_phev_erev if powertrain in HYBRIDS else place.plate_rule_bev


def _tariff_note(circumstances: Circumstances, figures: Figures) -> Note:
    """The three prices used, and where the nearest of them is from."""
    tariffs = tariffs_of(circumstances, figures)
    used = (tariffs.home, tariffs.public, tariffs.petrol)
    sources = dict.fromkeys(part for tariff in used for part in tariff.source.split("+") if part)
    params: dict[str, object] = {
        "home": tariffs.home.value,
        "public": tariffs.public.value,
        "petrol": tariffs.petrol.value,
        "home_percent": round(100 * tariffs.home_share),
    }
    return Note("ownership.tariffs", "monthly_cost_cny", params, "+".join(sources))


def _charger_notes(circumstances: Circumstances) -> list[Note]:
    """Public chargers and swap stations, each from the nearest place that has a figure."""
    notes = []
    for place in places_from_near_to_far(circumstances):
        if place.chargers_public is not None:
            params: dict[str, object] = {"place": place, "count": place.chargers_public}
            notes.append(Note("ownership.charging.public", "fast_charge_minutes", params, place.source_id))
            break
    for place in places_from_near_to_far(circumstances):
        if place.swap_stations_nio is not None:
            params = {"place": place, "count": place.swap_stations_nio}
            notes.append(Note("ownership.charging.swap", "battery_swap", params, place.source_id))
            break
    return notes


def _winter_notes(circumstances: Circumstances, figures: Figures) -> list[Note]:
    """The place's own January low, said when the range was computed for another temperature."""
    used = winter_temperature_c(circumstances, figures)
    for place in places_from_near_to_far(circumstances):
        low = place.winter_low_c
        if low is not None:
            if circumstances.winter_low_c is not None or low == used:
                return []
            params: dict[str, object] = {"place": place, "low": low, "used": used}
            return [Note("ownership.winter.place_low", "winter_motorway_range_km", params, place.source_id)]
    return []
