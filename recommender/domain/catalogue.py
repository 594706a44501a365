"""What is on the market: model lines, trims, options, places, sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from recommender.domain.table import Columns


@dataclass(frozen=True, slots=True)
class ModelLine:
    model_id: str
    brand: str
    brand_zh: str
    model: str
    model_zh: str

    def brand_name(self, lang: str) -> str:
        return self.brand_zh if lang == "zh" and self.brand_zh else self.brand

    def model_name(self, lang: str) -> str:
        return self.model_zh if lang == "zh" and self.model_zh else self.model


@dataclass(frozen=True, slots=True)
class Trim:
    """One trim of a line; its attribute values are row ``index of the trim`` of ``Catalogue.columns``."""

    trim_id: str
    model_id: str
    trim: str
    trim_zh: str
    on_sale: bool
    source_id: str
    source_date: dt.date | None

    def name(self, lang: str) -> str:
        return self.trim_zh if lang == "zh" and self.trim_zh else self.trim


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a trim. ``state``: standard, optional, not_available. ``price_cny`` None = on request."""

    option_id: str
    trim_id: str
    name: str
    name_zh: str
    state: str
    price_cny: int | None
    group: str
    requires: tuple[str, ...]
    excludes: tuple[str, ...]
    included_with: tuple[str, ...]
    sets: Mapping[str, str]
    source_id: str


@dataclass(frozen=True, slots=True)
class ValueNote:
    """Where a single value's source differs from its row's (``kept`` false: a rejected value)."""

    trim_id: str
    attribute: str
    value: str
    source_id: str
    source_date: dt.date | None
    note: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A province or city (GB/T 2260 code). Every figure may be None = not known."""

    code: str
    level: str
    zh: str
    en: str
    province_code: str
    winter_low_c: float | None = None
    chargers_public: int | None = None
    swap_stations_nio: int | None = None
    plate_rule_bev: str = ""
    plate_rule_phev_erev: str = ""
    plate_rule_petrol: str = ""
    plate_cost_petrol_cny: int | None = None
    home_tariff_cny_kwh: float | None = None
    home_valley_tariff_cny_kwh: float | None = None
    public_dc_tariff_cny_kwh: float | None = None
    petrol_92_cny_l: float | None = None
    year: str = ""
    source_id: str = ""

    def name(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Source:
    source_id: str
    title: str
    address: str
    licence: str
    date: str


@dataclass(frozen=True)
class Catalogue:
    """A loaded catalogue folder. ``columns``: attribute id -> column over ``trims`` (same order)."""

    version: str
    models: Mapping[str, ModelLine]
    trims: tuple[Trim, ...]
    columns: Columns
    options: tuple[Option, ...] = ()
    value_notes: tuple[ValueNote, ...] = ()
    places: tuple[Place, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)

    @cached_property
    def trim_index(self) -> Mapping[str, int]:
        return {trim.trim_id: row for row, trim in enumerate(self.trims)}

    @cached_property
    def brands(self) -> Mapping[str, str]:
        """Brand level -> zh name, in alphabetical order."""
        pairs = {model.brand: model.brand_zh for model in self.models.values()}
        return dict(sorted(pairs.items()))

    @cached_property
    def place_of(self) -> Mapping[str, Place]:
        """Place by code."""
        return {place.code: place for place in self.places}

    def line_of(self, row: int) -> ModelLine:
        return self.models[self.trims[row].model_id]
