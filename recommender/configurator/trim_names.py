"""From what a dealer writes (make, model, year, trim) to a trim of the catalogue: one, or a doubt that is
told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from recommender.domain.catalogue import Catalogue, Trim
from recommender.domain.dealer import Resolution, Unit
from recommender.domain.table import NumberColumn

_CANDIDATES = 3
_SEPARATORS = re.compile(r"[\s\-_·・./,()（）]+")
_YEAR = re.compile(r"(?:19|20)\d\d款?")


@dataclass(frozen=True)
class TrimNames:
    """Finds trims by id or by name. Names match whole, in zh or en, whatever their case, width and
    spacing.
    """

    catalogue: Catalogue

    def resolve(self, unit: Unit) -> Resolution:
        """The trim of a unit; without certainty None, the reason in words of ids, and what it may be."""
        if unit.trim_id:
            return self._by_id(unit)
        brand = self._brands.get(_folded(unit.make))
        if brand is None:
            return Resolution(None, f"make: {unit.make}")
        lines = self._lines_of(brand, unit.model)
        if not lines:
            return Resolution(None, f"model: {unit.model}")
        return self._by_name(unit, [row for line in lines for row in self._rows_of_line[line]])

    def _by_id(self, unit: Unit) -> Resolution:
        row = self.catalogue.trim_index.get(unit.trim_id)
        if row is None:
            return Resolution(None, f"trim_id: {unit.trim_id}")
        brand = self._brands.get(_folded(unit.make))
        if brand is not None and brand != self.catalogue.line_of(row).brand:
            return Resolution(None, f"make: {unit.make}", (unit.trim_id,))
        return Resolution(unit.trim_id)

    def _by_name(self, unit: Unit, rows: list[int]) -> Resolution:
        if unit.year is not None:
            rows = [row for row in rows if self._year(row) == unit.year]
            if not rows:
                return Resolution(None, f"year: {unit.year}")
        if unit.trim:
            wanted = _trim_key(unit.trim)
            named = [row for row in rows if wanted in _trim_keys(self.catalogue.trims[row])]
            if not named:
                return Resolution(None, f"trim: {unit.trim}", self._ids(rows))
            rows = named
        if len(rows) > 1:
            return Resolution(None, f"{len(rows)} trims", self._ids(rows))
        return Resolution(self.catalogue.trims[rows[0]].trim_id)

    def _ids(self, rows: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted(self.catalogue.trims[row].trim_id for row in rows)[:_CANDIDATES])

    def _year(self, row: int) -> float | None:
        column = self.catalogue.columns.get("model_year")
        return column.value(row) if isinstance(column, NumberColumn) else None

    @cached_property
    def _brands(self) -> dict[str, str]:
        pairs = ((name, brand) for brand, zh in self.catalogue.brands.items() for name in (brand, zh))
        return {_folded(name): brand for name, brand in pairs if name}

    @cached_property
    def _rows_of_line(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {model_id: [] for model_id in self.catalogue.models}
        for row, trim in enumerate(self.catalogue.trims):
            rows[trim.model_id].append(row)
        return rows

    @cached_property
    def _lines(self) -> dict[tuple[str, str], list[str]]:
        """(brand, folded model name) -> model ids; the name with the brand before it counts too."""
        found: dict[tuple[str, str], list[str]] = {}
        for line in self.catalogue.models.values():
            keys = {
                _folded(prefix + name)
                for name in (line.model, line.model_zh)
                for prefix in ("", line.brand, line.brand_zh)
                if name
            }
            for key in keys:
                found.setdefault((line.brand, key), []).append(line.model_id)
        return found

    def _lines_of(self, brand: str, model: str) -> list[str]:
        return self._lines.get((brand, _folded(model)), [])


def _folded(name: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name).casefold())


def _trim_key(name: str) -> str:
    """The year in front of a trim's name says nothing that ``year`` does not say."""
    return _folded(_YEAR.sub("", unicodedata.normalize("NFKC", name)))


def _trim_keys(trim: Trim) -> set[str]:
    return {_trim_key(name) for name in (trim.trim, trim.trim_zh) if name} - {""}
