"""What is offered and how it is judged, prepared once: catalogue, builds, model, encoded columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import ColumnSpec, Floats
from recommender.choice.encoder import car_classes_cny, encode
from recommender.choice.seam import PreferenceModel
from recommender.configurator.builds import enumerate_builds
from recommender.domain.buyer import Circumstances
from recommender.domain.catalogue import Catalogue
from recommender.domain.table import BuildTable, Column, LevelColumn, number_column
from recommender.ownership.personal import personal_columns
from recommender.registry.model import Attribute, Registry
from recommender.registry.vocabulary import Vocabulary
from recommender.services.effect_table import EffectTable, effect_table

Indices = NDArray[np.intp]
_SOME_DAY = dt.date(2026, 1, 1)
JUDGED = ("seats",)
"""Catalogue attributes whose value counts only as far as the person needs it."""


@dataclass(frozen=True)
class Market:
    """``fixed_design``: float64 [n, len(fixed_columns)], columns that do not depend on the person;
    ``fixed_columns``: their numbers in the artefact. ``config_order`` int [n]: alphabetical rank of the
    config ids. ``line_of`` and ``brand_of`` int32 [trims]. ``coverage``: share of trims whose value is
    known. ``origin``: see :attr:`home`."""

    registry: Registry
    catalogue: Catalogue
    table: BuildTable
    model: PreferenceModel
    fixed_design: Floats
    fixed_columns: Indices
    config_order: Indices
    line_of: NDArray[np.int32]
    brand_of: NDArray[np.int32]
    coverage: Mapping[str, float]
    row_of: Mapping[str, int]
    effects: EffectTable
    origin: Market | None = None

    @property
    def home(self) -> Market:
        """The market that this one was made from: where configurations that people speak of are found, and
        what not buying is worth."""
        return self if self.origin is None else self.origin

    @property
    def price_cny(self) -> Floats:
        return prices(self.table)

    @cached_property
    def class_cny(self) -> Floats:
        """float64 [n]: class of each row's car, by which unknown values are assumed."""
        return car_classes_cny(self.table.columns, self.model.artefact.classes)

    @cached_property
    def middle_by_day(self) -> dict[dt.date, float]:
        """Filled by :mod:`recommender.services.outside`: a constant of the market for each day."""
        return {}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What requests may name: brands, places, configurations and levels of this catalogue."""
        levels = {
            attribute.id: column.levels
            for attribute in self.registry.attributes.values()
            if attribute.catalogue_levels
            and isinstance(column := self.catalogue.columns.get(attribute.id), LevelColumn)
        }
        return Vocabulary(self.catalogue.brands, self.catalogue.places, self.row_of.keys(), levels)


def prices(table: BuildTable) -> Floats:
    """float64 [n], NaN = on request."""
    return number_column(table.columns, "price_cny").values


def make_market(registry: Registry, catalogue: Catalogue, model: PreferenceModel) -> Market:
    """Enumerate and encode once. Pure; about 50 ms for 3,400 trims."""
    return market_of_table(registry, catalogue, enumerate_builds(catalogue), model)


def market_of_table(
    registry: Registry,
    catalogue: Catalogue,
    table: BuildTable,
    model: PreferenceModel,
    origin: Market | None = None,
) -> Market:
    """The market of a given table of builds (dealer units, a scale test); ``origin``: whose part it is."""
    specs = model.artefact.columns
    fixed = [k for k, spec in enumerate(specs) if not _is_judged(registry.attributes[spec.attribute])]
    chosen: list[ColumnSpec] = [specs[k] for k in fixed]
    design = encode(table.columns, chosen, model.artefact.classes)
    order = np.empty(len(table), dtype=np.intp)
    order[np.argsort(np.array(table.config_ids, dtype=np.str_), kind="stable")] = np.arange(len(table))
    return Market(
        registry=registry,
        catalogue=catalogue,
        table=table,
        model=model,
        fixed_design=design,
        fixed_columns=np.array(fixed, dtype=np.intp),
        config_order=order,
        line_of=_codes([trim.model_id for trim in catalogue.trims]),
        brand_of=_codes([catalogue.models[trim.model_id].brand for trim in catalogue.trims]),
        coverage=_coverage(registry, catalogue),
        row_of={config_id: row for row, config_id in enumerate(table.config_ids)},
        effects=effect_table(registry, model.artefact),
        origin=origin,
    )


def _is_judged(attribute: Attribute) -> bool:
    """Whether a person's own answers decide what the value is worth: no column of the fixed design."""
    return attribute.personal or attribute.id in JUDGED


def _codes(names: list[str]) -> NDArray[np.int32]:
    index = {name: code for code, name in enumerate(dict.fromkeys(names))}
    return np.array([index[name] for name in names], dtype=np.int32)


def _coverage(registry: Registry, catalogue: Catalogue) -> Mapping[str, float]:
    """Share of trims with a known value; personal attributes for somebody who answers nothing, on the day
    of the newest fact (so that no clock is read)."""
    days = [trim.source_date for trim in catalogue.trims if trim.source_date is not None]
    anybody = Circumstances(date=max(days, default=_SOME_DAY))
    columns = {**catalogue.columns, **personal_columns(catalogue.columns, anybody, registry)}
    return {attribute: known_share(columns.get(attribute)) for attribute in registry.attributes}


def known_share(column: Column | None) -> float:
    """Share of rows with a known value; 0 for an empty column or none."""
    if column is None or not len(column):
        return 0.0
    return float(1.0 - column.unknown().mean())
