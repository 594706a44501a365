"""What is sold today: the current price range of a line, and which trims are still on sale.

Two tables tell the current ranges: ``model_lines_2026.csv`` a line and powertrain (July 2026),
``lines_2026_09.csv`` a line (September 2026).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from recommender.storage.facts_names import LINE_ALIASES, line_name, plain_zh
from recommender.storage.facts_tables import Facts, date_of


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Current list prices of a line; ``powertrain`` None = of the whole line, other None = not told.

    ``since_year``: first model year of a second generation that the table names.
    """

    low_cny: int
    high_cny: int
    powertrain: str | None
    newest_year: int | None
    since_year: int | None
    seats: int | None
    source_id: str
    date: dt.date | None


@dataclass(frozen=True)
class Market:
    """Current price ranges by model_id."""

    ranges: Mapping[str, tuple[PriceRange, ...]] = field(default_factory=dict)

    def of(self, model_id: str, powertrain: str) -> tuple[PriceRange, ...]:
        """Ranges that speak of this line and powertrain, the newest first."""
        found = (r for r in self.ranges.get(model_id, ()) if r.powertrain in (None, powertrain))
        return tuple(sorted(found, key=lambda r: r.date or dt.date.min, reverse=True))

    def is_current(self, model_id: str) -> bool:
        """Listed in September 2026, or with a model year of 2025 or later."""
        return any(r.newest_year is None or r.newest_year >= 2025 for r in self.ranges.get(model_id, ()))

    def lists(self, model_id: str) -> bool:
        return model_id in self.ranges


def read_market(facts: Facts) -> Market:
    """Join both line tables to the lines of ``trims.csv`` by name."""
    ranges: dict[str, list[PriceRange]] = {}
    named = (*facts.rows("lines_2026_09.csv"), *facts.rows("trims.csv"))
    line_of_zh = {plain_zh(row["model_zh"]): _model_id(row) for row in named}
    dates = {row["source_id"]: date_of(row["content_date"]) for row in facts.rows("sources.csv")}
    for name in ("model_lines_2026.csv", "lines_2026_09.csv"):
        for row in facts.rows(name):
            low = facts.whole(name, row, "price_min_cny")
            high = facts.whole(name, row, "price_max_cny")
            monthly = name == "model_lines_2026.csv"
            model_id = line_of_zh.get(plain_zh(row["model_zh"])) if monthly else _model_id(row)
            if model_id is None or low is None or high is None:
                continue
            ranges.setdefault(model_id, []).append(
                PriceRange(
                    low_cny=low,
                    high_cny=high,
                    powertrain=row["powertrain"] if monthly else None,
                    newest_year=facts.whole(name, row, "newest_model_year") if monthly else None,
                    since_year=_generation_year(row.get("note", "")),
                    seats=facts.whole(name, row, "seats"),
                    source_id=row["source_id"],
                    date=date_of(row["checked"]) if row.get("checked") else dates.get(row["source_id"]),
                )
            )
    return Market({model_id: tuple(found) for model_id, found in ranges.items()})


def newest_years(years: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Newest model year of each line from (model_id, year) pairs."""
    newest: dict[str, int] = {}
    for model_id, year in years:
        newest[model_id] = max(year, newest.get(model_id, year))
    return newest


def _generation_year(note: str) -> int | None:
    """``2nd generation 2025-09``, ``2025 second generation`` -> 2025."""
    found = re.search(r"(?:2nd|second) generation (20\d\d)|(20\d\d)(?:-\d\d)? second generation", note)
    return int(found.group(1) or found.group(2)) if found else None


def _model_id(row: Mapping[str, str]) -> str:
    brand, model = LINE_ALIASES.get((row["brand"], row["model"]), (row["brand"], row["model"]))
    return line_name(brand, row.get("brand_zh", ""), model, row["model_zh"]).model_id
