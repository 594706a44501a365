"""Reading the tables of facts: plain rows with their line numbers, every fault named at once.

A facts folder holds ``trims.csv`` (one row a trim), line tables, options, places and sources. Cells are text;
an empty cell means that the fact is not known.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recommender.registry.problem_list import ProblemList

Row = Mapping[str, str]

_COLUMNS: Mapping[str, str] = {
    "trims.csv": "trim_id brand brand_zh model model_zh trim trim_zh model_year body_type powertrain seats "
    "price_cny source_id features_std features_opt features_no electric_range_km_cltc electric_range_km_wltc "
    "drive battery_kwh battery_chemistry battery_swap body_frame diff_locks v2l voice heat_pump adas_level "
    "highway_noa city_noa fast_charge_soc_pct",
    "lines_2026_09.csv": "brand model model_zh body_type powertrains main_powertrain price_min_cny "
    "price_max_cny electric_range_max_km_cltc battery_max_kwh seats drive note checked source_id",
    "model_lines_2026.csv": "brand_zh model_zh powertrain body_type seats newest_model_year price_min_cny "
    "price_max_cny trim_count source_id",
    "options.csv": "option_id brand model trim_scope option_name category price_cny price_basis note "
    "source_id",
    "outdoor_lines.csv": "brand model scope source_id",
    "adas_systems.csv": "maker system tier highway_noa city_noa models_named source_id",
    "conflicts.csv": "brand model trim_zh field value_a source_a value_b source_b kept reason",
    "rural_campaign.csv": "year brand model source_id",
    "places.csv": "place level province winter_low_c year source_id",
    "sources.csv": "source_id kind address content_date licence used_for",
}


@dataclass(frozen=True)
class Facts:
    """All tables of a facts folder, rows in file order. ``problems`` collects what cannot be used."""

    tables: Mapping[str, tuple[Row, ...]]
    problems: ProblemList = field(default_factory=ProblemList)

    def rows(self, name: str) -> tuple[Row, ...]:
        return self.tables[name]

    def number(self, name: str, row: Row, column: str) -> float | None:
        """Number of a cell, None where empty; text that is none becomes a problem with its place."""
        text = row.get(column, "")
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
        self.problems.add(f"{name}:{row['#']}:{column}", "facts_not_a_number", text)
        return None

    def whole(self, name: str, row: Row, column: str) -> int | None:
        number = self.number(name, row, column)
        return None if number is None else round(number)


def read_facts(folder: Path) -> Facts:
    """Read every table of ``folder``; raises Rejected naming each missing file and column at once.

    Each row also has the key ``#``, its line in the file (the header is line 1).
    """
    problems = ProblemList()
    tables = {name: _read_table(folder, name, needed.split(), problems) for name, needed in _COLUMNS.items()}
    problems.raise_if_any()
    return Facts(tables)


def _read_table(folder: Path, name: str, needed: Sequence[str], problems: ProblemList) -> tuple[Row, ...]:
    try:
        text = (folder / name).read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        problems.add(name, "facts_missing_file", name)
        return ()
    except UnicodeDecodeError:
        problems.add(name, "facts_not_utf8", name)
        return ()
    reader = csv.DictReader(text.splitlines(keepends=True), restval="")
    for column in needed:
        if column not in (reader.fieldnames or ()):
            problems.add(f"{name}:1:{column}", "facts_missing_column", column)
    rows: list[Row] = []
    for row in reader:
        if None in row:
            problems.add(f"{name}:{reader.line_num}", "facts_too_many_cells", name)
            continue
        rows.append({**{key: (value or "").strip() for key, value in row.items()}, "#": str(reader.line_num)})
    return tuple(rows)


def first_source(source_id: str) -> str:
    """``S01+S04`` -> ``S01``: the source that a row was read from first."""
    return source_id.split("+", 1)[0]


def date_of(text: str) -> dt.date | None:
    """Earliest day that a printed date allows: ``2026-09`` -> 1 September 2026; no year -> None."""
    found = re.search(r"(20\d\d)(?:-(0[1-9]|1[0-2]))?(?:-([0-2]\d|3[01]))?", text)
    if found is None:
        return None
    year, month, day = (int(part or 1) for part in found.groups())
    try:
        return dt.date(year, month, day)
    except ValueError:
        return dt.date(year, month, 1)
