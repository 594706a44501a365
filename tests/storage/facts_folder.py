"""A small facts folder with invented cars, written anew for every test."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, str]

TRIM_COLUMNS = (
    "trim_id brand brand_zh model model_zh trim trim_zh model_year body_type powertrain seats length_mm "
    "width_mm height_mm wheelbase_mm curb_weight_kg boot_l boot_max_l battery_kwh battery_chemistry "
    "electric_range_km_cltc electric_range_km_wltc combined_range_km_cltc fast_charge_min "
    "fast_charge_soc_pct time_30_80_min slow_charge_h platform_voltage_v battery_swap v2l_kw v2l power_kw "
    "drive accel_0_100_s top_speed_kmh consumption_kwh_100km fuel_l_100km_depleted_wltc tank_l "
    "ground_clearance_mm approach_deg departure_deg ramp_deg wading_mm max_gradient_pct diff_locks "
    "body_frame towing_kg adas_level lidar_count lidar_present highway_noa city_noa screen_inch voice "
    "heat_pump features_std features_opt features_no price_cny source_id"
)

SHIPPING = {
    "trim_id": "T1",
    "brand": "Nio",
    "brand_zh": "蔚来",
    "model": "ET5",
    "model_zh": "蔚来ET5",
    "trim": "75 kWh",
    "trim_zh": "75kWh",
    "model_year": "2025",
    "body_type": "sedan",
    "powertrain": "BEV",
    "seats": "5",
    "battery_kwh": "75",
    "electric_range_km_cltc": "560",
    "battery_swap": "1",
    "drive": "AWD",
    "price_cny": "298000",
    "source_id": "S01",
}
"""A row as the open tables have it; tests change single cells."""

TABLES: Mapping[str, str] = {
    "lines_2026_09.csv": "brand model model_zh body_type powertrains main_powertrain price_min_cny "
    "price_max_cny electric_range_max_km_cltc battery_max_kwh seats drive note checked source_id",
    "model_lines_2026.csv": "brand_zh model_zh powertrain body_type seats newest_model_year price_min_cny "
    "price_max_cny trim_count source_id",
    "options.csv": "option_id brand model trim_scope option_name category price_cny price_basis note "
    "source_id",
    "outdoor_lines.csv": "brand model scope length_mm wading_mm diff_locks source_id",
    "adas_systems.csv": "maker system tier highway_noa city_noa models_named source_id",
    "conflicts.csv": "brand model trim_zh field value_a source_a value_b source_b kept reason",
    "rural_campaign.csv": "year brand model source_id",
    "places.csv": "place level province winter_low_c chargers_public year source_id",
    "sources.csv": "source_id kind address content_date licence used_for",
}

SOURCES = (
    {"source_id": "S01", "used_for": "trims", "content_date": "2025-05-28", "licence": "CC BY 4.0"},
    {"source_id": "S03", "used_for": "trims", "content_date": "2026-09-22", "licence": "not clear"},
    {"source_id": "S08", "used_for": "lines", "content_date": "2026-07-11", "licence": "not clear"},
    {"source_id": "S15", "used_for": "lines", "content_date": "2026-09-29", "licence": "not clear"},
    {"source_id": "P10", "used_for": "battery rental", "content_date": "2025-05-08", "licence": "page"},
    {"source_id": "S17", "used_for": "coordinates", "content_date": "2026-07", "licence": "CC BY 4.0"},
)


def write_facts_folder(
    folder: Path, trims: Sequence[Row] = (SHIPPING,), tables: Mapping[str, Sequence[Row]] | None = None
) -> Path:
    """Write ``trims`` and, where given, rows of other tables; every other table has its header only."""
    folder.mkdir(exist_ok=True)
    rows = {"sources.csv": SOURCES, **(tables or {})}
    _write(folder / "trims.csv", TRIM_COLUMNS, trims)
    for name, columns in TABLES.items():
        _write(folder / name, columns, rows.get(name, ()))
    return folder


def _write(path: Path, columns: str, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns.split(), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
