"""Which files and columns a catalogue folder has; the version of a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recommender.registry.model import Attribute, Registry


@dataclass(frozen=True, slots=True)
class FileColumns:
    """Columns that a file must have and columns that it may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return self.required + self.optional


MODELS, TRIMS, OPTIONS = "models.csv", "trims.csv", "options.csv"
VALUES, PLACES, SOURCES = "values.csv", "places.csv", "sources.csv"

PLACE_FIGURES = (
    "winter_low_c",
    "chargers_public",
    "swap_stations_nio",
    "plate_rule_bev",
    "plate_rule_phev_erev",
    "plate_rule_petrol",
    "plate_cost_petrol_cny",
    "home_tariff_cny_kwh",
    "home_valley_tariff_cny_kwh",
    "public_dc_tariff_cny_kwh",
    "petrol_92_cny_l",
)
"""What is known of a place; a row that has any of them names its source."""

FILES: Mapping[str, FileColumns] = {
    SOURCES: FileColumns(("source_id", "title", "address", "licence", "date")),
    MODELS: FileColumns(("model_id", "brand", "brand_zh", "model", "model_zh")),
    TRIMS: FileColumns(("trim_id", "model_id", "trim", "trim_zh", "on_sale", "source_id", "source_date")),
    OPTIONS: FileColumns(
        (
            "option_id",
            "trim_id",
            "name",
            "name_zh",
            "state",
            "price_cny",
            "group",
            "requires",
            "excludes",
            "included_with",
            "sets",
            "source_id",
        )
    ),
    VALUES: FileColumns(("trim_id", "attribute", "value", "source_id", "source_date", "note"), ("kept",)),
    PLACES: FileColumns(
        ("code", "level", "zh", "en", "province_code"), (*PLACE_FIGURES, "year", "source_id")
    ),
}
"""In the order of reading: a file refers to earlier ones only."""

FROM_THE_LINE = ("brand", "model_line")
"""Attributes that models.csv and model_id give; they are no columns of trims.csv."""

NOT_BY_AN_OPTION = (
    *FROM_THE_LINE,
    *("model_year", "on_sale", "condition", "powertrain", "rural_campaign"),
    *("price_cny", "price_date", "battery_rental_cny_month", "battery_rental_discount_cny"),
    *("mileage_km", "age_years", "battery_soh_pct"),
)
"""What no option changes: which car it is, what it costs (an option has its price), how used it is."""

IMPLIED_OF_NEW: Mapping[str, float] = {"age_years": 0.0, "mileage_km": 0.0, "battery_soh_pct": 100.0}
"""A new car is this, also where the cell is empty; an empty condition is new."""


def catalogue_attributes(registry: Registry) -> dict[str, Attribute]:
    """The attributes that a catalogue has a column of, in the order of the registry: those not personal."""
    return {a.id: a for a in registry.attributes.values() if not a.personal}


def attribute_columns(registry: Registry) -> tuple[str, ...]:
    """Optional columns of trims.csv: ids of catalogue attributes that no other column gives."""
    given = {*FROM_THE_LINE, *FILES[TRIMS].required}
    return tuple(attribute_id for attribute_id in catalogue_attributes(registry) if attribute_id not in given)


def catalogue_version(folder: Path) -> str:
    """``sha256`` and the hex digest over names and bytes of the catalogue files, sorted by name.

    Other files of the folder do not count. Raises OSError on a file that cannot be read; one that is not
    there is left out.
    """
    digest = hashlib.sha256()
    for name in sorted(FILES):
        path = folder / name
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return f"sha256{digest.hexdigest()}"
