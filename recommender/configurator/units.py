"""Dealer units as rows of the table of builds: the trim's values, and the unit's own where they differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.domain.catalogue import Catalogue, Option
from recommender.domain.dealer import Unit
from recommender.domain.table import BuildTable, Column, LevelColumn, NumberColumn

_DAYS_A_YEAR = 365.25
_OPTION_JOINER = "~"


@dataclass(frozen=True, slots=True)
class PlacedUnit:
    """A unit whose trim is certain."""

    unit: Unit
    trim_id: str


def unit_table(placed: Sequence[PlacedUnit], catalogue: Catalogue, today: dt.date) -> BuildTable:
    """One row a unit, ordered by trim, then unit id; columns and trims as in the catalogue.

    A unit's price, condition, mileage, age and battery health are its own: where the file does not say, a
    used unit's are not known (never the new car's); a new unit keeps those of the trim. A unit in stock can
    be bought, so it counts as on sale even when the trim no longer is.
    """
    order = sorted(placed, key=lambda p: (catalogue.trim_index[p.trim_id], p.unit.unit_id))
    rows = np.array([catalogue.trim_index[p.trim_id] for p in order], dtype=np.intp)
    known = {
        (option.trim_id, name): option
        for option in catalogue.options
        for name in (option.name_zh, option.name, option.option_id)
    }
    options = [_options(p, known) for p in order]
    columns: dict[str, Column] = {name: column.take(rows) for name, column in catalogue.columns.items()}
    own = [{**_sets(chosen), **_own_values(p.unit, today)} for p, chosen in zip(order, options, strict=True)]
    for name in sorted({name for values in own for name in values} & columns.keys()):
        columns[name] = _replaced(columns[name], name, own)
    ids = [tuple(option.option_id for option in chosen) for chosen in options]
    return BuildTable(
        columns=columns,
        trim_of=rows.astype(np.int32),
        config_ids=tuple(_OPTION_JOINER.join((p.trim_id, *o)) for p, o in zip(order, ids, strict=True)),
        options=tuple(ids),
        unit_ids=tuple(p.unit.unit_id for p in order),
    )


def beside(units: BuildTable, builds: BuildTable) -> BuildTable:
    """Both tables as one. Within a trim the units come first, so that a configuration id names the build."""
    trim_of = np.concatenate([units.trim_of, builds.trim_of])
    order = np.argsort(trim_of, kind="stable")
    places = order.tolist()
    config_ids = (*units.config_ids, *builds.config_ids)
    options = (*units.options, *builds.options)
    unit_ids = (*units.unit_ids, *builds.unit_ids)
    return BuildTable(
        columns={
            name: _joined(units.columns[name], column).take(order) for name, column in builds.columns.items()
        },
        trim_of=trim_of[order],
        config_ids=tuple(config_ids[place] for place in places),
        options=tuple(options[place] for place in places),
        unit_ids=tuple(unit_ids[place] for place in places),
    )


def _joined(first: Column, second: Column) -> Column:
    if isinstance(first, NumberColumn) and isinstance(second, NumberColumn):
        return NumberColumn(np.concatenate([first.values, second.values]))
    if isinstance(first, LevelColumn) and isinstance(second, LevelColumn) and first.levels == second.levels:
        return LevelColumn(np.concatenate([first.codes, second.codes]), first.levels)
    raise TypeError("tables of two catalogues cannot stand beside each other")


def _options(placed: PlacedUnit, known: Mapping[tuple[str, str], Option]) -> list[Option]:
    """Options of the unit that the catalogue knows, by id or name, sorted by id; others change nothing."""
    found = (known.get((placed.trim_id, name)) for name in placed.unit.options)
    by_id = {option.option_id: option for option in found if option is not None}
    return [by_id[option_id] for option_id in sorted(by_id)]


def _sets(options: Sequence[Option]) -> dict[str, str | float | None]:
    return {name: value for option in options for name, value in option.sets.items()}


def _own_values(unit: Unit, today: dt.date) -> dict[str, str | float | None]:
    values: dict[str, str | float | None] = {
        "price_cny": unit.price_cny,
        "condition": unit.condition,
        "on_sale": "true",
        "price_date": None,
    }
    registered = unit.first_registration
    age = None if registered is None else max(0.0, (today - registered).days / _DAYS_A_YEAR)
    own = {"mileage_km": unit.mileage_km, "age_years": age, "battery_soh_pct": unit.battery_soh_pct}
    if unit.condition == "new":
        own = {name: value for name, value in own.items() if value is not None}
    return {**values, **own}


def _replaced(column: Column, name: str, own: Sequence[Mapping[str, str | float | None]]) -> Column:
    """The column with the units' own values; None = not known. Raises KeyError on a level that is none."""
    if isinstance(column, NumberColumn):
        values = column.values.copy()
        for row, given in enumerate(own):
            if name in given:
                value = given[name]
                values[row] = np.nan if value is None else float(value)
        return NumberColumn(values)
    codes = column.codes.copy()
    index = {level: code for code, level in enumerate(column.levels)}
    for row, given in enumerate(own):
        if name in given:
            codes[row] = -1 if given[name] is None else index[str(given[name])]
    return LevelColumn(codes, column.levels)
