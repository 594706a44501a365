"""The attributes that depend on the person: total price, monthly cost, winter motorway range."""

from __future__ import annotations

import numpy as np

from recommender.domain.buyer import Circumstances, Request
from recommender.domain.catalogue import Catalogue, Place
from recommender.domain.table import Column, Columns, Floats, LevelColumn, NumberColumn
from recommender.ownership.columns import level_column, number_column, row_count
from recommender.ownership.purchase import PurchaseCost, purchase_cost
from recommender.ownership.running import running_cost
from recommender.ownership.seasons import winter_motorway_range
from recommender.registry.model import Registry

COUNTRY_LEVEL = "country"
# Rows are independent; in blocks the intermediate arrays stay in the cache, which halves the time.
_BLOCK_ROWS = 8_192


def personal_columns(
    columns: Columns, circumstances: Circumstances, registry: Registry
) -> dict[str, NumberColumn]:
    """``total_price_cny``, ``monthly_cost_cny`` (whole CNY), ``winter_motorway_range_km`` (whole km) and
    ``longest_trip_cover_pct`` of every row.

    ``columns`` holds the catalogue's attributes; one that is absent counts as not known everywhere. NaN = not
    known. Raises KeyError when the registry lacks a policy figure.
    """
    rows = row_count(columns)
    blocks = [
        _block(_slice(columns, start, start + _BLOCK_ROWS), circumstances, registry)
        for start in range(0, max(rows, 1), _BLOCK_ROWS)
    ]
    return {name: NumberColumn(np.concatenate([block[name] for block in blocks])) for name in blocks[0]}


def _block(columns: Columns, circumstances: Circumstances, registry: Registry) -> dict[str, Floats]:
    running = running_cost(columns, circumstances, registry)
    winter = winter_motorway_range(columns, circumstances, registry)
    return {
        "total_price_cny": purchase_of(columns, circumstances, registry).total_price_cny,
        "monthly_cost_cny": np.floor(running.monthly_cny + 0.5),
        "winter_motorway_range_km": np.floor(winter.mid + 0.5),
        "longest_trip_cover_pct": longest_trip_cover_pct(winter.mid, circumstances.longest_trip_km),
    }


def longest_trip_cover_pct(winter_km: Floats, longest_trip_km: float | None) -> Floats:
    """Share of the longest one-way trip that a winter motorway run covers without a stop, in whole percent
    rounded down, at most 100. Without an answer (or a trip) every known range covers it."""
    if not longest_trip_km:
        return np.where(np.isnan(winter_km), np.nan, 100.0)
    return np.floor(np.minimum(100.0, 100.0 * winter_km / longest_trip_km + 1e-9))


def _slice(columns: Columns, start: int, stop: int) -> dict[str, Column]:
    """Rows ``start`` to ``stop`` as views."""
    return {
        name: NumberColumn(column.values[start:stop])
        if isinstance(column, NumberColumn)
        else LevelColumn(column.codes[start:stop], column.levels)
        for name, column in columns.items()
    }


PRICED_BY = ("price_cny", "powertrain", "electric_range_km", "electric_range_wltc_km", "condition")
"""Attributes that :func:`purchase_of` reads."""


def purchase_of(columns: Columns, circumstances: Circumstances, registry: Registry) -> PurchaseCost:
    """:func:`~recommender.ownership.purchase.purchase_cost` over a table's own columns."""
    condition = columns.get("condition")
    wltc = columns.get("electric_range_wltc_km")
    return purchase_cost(
        NumberColumn(number_column(columns, "price_cny")),
        level_column(columns, "powertrain"),
        NumberColumn(number_column(columns, "electric_range_km")),
        circumstances,
        registry,
        condition=condition if isinstance(condition, LevelColumn) else None,
        electric_range_wltc_km=wltc if isinstance(wltc, NumberColumn) else None,
    )


def circumstances_of(request: Request, catalogue: Catalogue, registry: Registry) -> Circumstances:
    """The answers that decide cost and range, with the place, its province and the country looked up.

    A place code that the catalogue does not hold is treated as not answered; the parser has refused it
    already. Answers of a question that the registry does not know are ignored.
    """
    answers = {question: request.answers.get(question) for question in registry.questions}
    code = answers.get("place")
    place = catalogue.place_of.get(code) if isinstance(code, str) else None
    return Circumstances(
        date=request.date,
        place=place,
        province=_province(place, catalogue),
        country=next((p for p in catalogue.places if p.level == COUNTRY_LEVEL), None),
        area=_text(answers.get("area")),
        overnight_charging=_text(answers.get("overnight_charging")),
        daily_km=_number(answers.get("daily_km")),
        longest_trip_km=_number(answers.get("longest_trip_km")),
        motorway_trips_month=_number(answers.get("motorway_trips_month")),
        winter_low_c=_number(answers.get("winter_low_c")),
        parked_indoors=_flag(answers.get("parked_indoors")),
        old_car=_text(answers.get("old_car")),
        payment=_text(answers.get("payment")),
        rough_days=_text(answers.get("rough_days")),
        condition=_text(answers.get("condition")),
        used_max_age_years=_number(answers.get("used_max_age_years")),
        used_max_km=_number(answers.get("used_max_km")),
        used_min_soh_pct=_number(answers.get("used_min_soh_pct")),
        try_rental=_flag(answers.get("try_rental")),
    )


def _province(place: Place | None, catalogue: Catalogue) -> Place | None:
    if place is None:
        return None
    return catalogue.place_of.get(place.province_code)


def _text(answer: object) -> str | None:
    return answer if isinstance(answer, str) else None


def _number(answer: object) -> float | None:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return None
    return float(answer)


def _flag(answer: object) -> bool | None:
    return answer if isinstance(answer, bool) else None
