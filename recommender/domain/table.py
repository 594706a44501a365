"""The table of builds: one row a build, one column an attribute.

Columns are numpy arrays with an explicit "not known": NaN in numbers, code -1 in levels. Booleans are
levels ``("false", "true")``, so that two column kinds serve every attribute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BOOLEAN_LEVELS = ("false", "true")

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """``values``: float64 [n], NaN = not known. Exact for integers up to 2**53."""

    values: Floats

    def __len__(self) -> int:
        return len(self.values)

    def unknown(self) -> Mask:
        return np.isnan(self.values)

    def take(self, rows: NDArray[np.intp]) -> NumberColumn:
        return NumberColumn(self.values[rows])

    def value(self, row: int) -> int | float | None:
        """Python value of one row: int where integral, None where not known."""
        number = float(self.values[row])
        if np.isnan(number):
            return None
        return int(number) if number.is_integer() else number


@dataclass(frozen=True, slots=True)
class LevelColumn:
    """``codes``: int16 [n] into ``levels``, -1 = not known. Ordered attributes list levels low to high."""

    codes: NDArray[np.int16]
    levels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def unknown(self) -> Mask:
        return self.codes < 0

    def take(self, rows: NDArray[np.intp]) -> LevelColumn:
        return LevelColumn(self.codes[rows], self.levels)

    def value(self, row: int) -> str | bool | None:
        """Python value of one row: bool for boolean columns, None where not known."""
        code = int(self.codes[row])
        if code < 0:
            return None
        return bool(code) if self.levels == BOOLEAN_LEVELS else self.levels[code]


Column = NumberColumn | LevelColumn
Columns = Mapping[str, Column]


def number_column(columns: Columns, attribute: str) -> NumberColumn:
    """The number column of an attribute. Raises KeyError without one, TypeError when it holds levels."""
    column = columns[attribute]
    if not isinstance(column, NumberColumn):
        raise TypeError(f"{attribute} holds levels, not numbers")
    return column


def level_column(columns: Columns, attribute: str) -> LevelColumn:
    """The level column of an attribute. Raises KeyError without one, TypeError when it holds numbers."""
    column = columns[attribute]
    if not isinstance(column, LevelColumn):
        raise TypeError(f"{attribute} holds numbers, not levels")
    return column


def numbers(values: object) -> NumberColumn:
    """Number column from a sequence; None becomes NaN."""
    return NumberColumn(np.asarray(values, dtype=np.float64))


def levels_column(values: list[str | None], levels: tuple[str, ...]) -> LevelColumn:
    """Level column from level names; None becomes -1. Raises KeyError on a name that is no level."""
    index = {name: code for code, name in enumerate(levels)}
    codes = [-1 if value is None else index[value] for value in values]
    return LevelColumn(np.asarray(codes, dtype=np.int16), levels)


def booleans(values: list[bool | None]) -> LevelColumn:
    """Boolean column; None = not known."""
    codes = [-1 if value is None else int(value) for value in values]
    return LevelColumn(np.asarray(codes, dtype=np.int16), BOOLEAN_LEVELS)


@dataclass(frozen=True)
class BuildTable:
    """Every valid build, grouped by trim.

    ``columns``: one column an attribute id, all of length n. ``trim_of``: int32 [n], index into the
    catalogue's trims, non-decreasing. ``config_ids``: n ids. ``options``: option ids added to each build.
    ``unit_ids``: dealer unit of each row, None for builds of the catalogue.
    """

    columns: Columns
    trim_of: NDArray[np.int32]
    config_ids: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    unit_ids: tuple[str | None, ...]

    def __len__(self) -> int:
        return len(self.config_ids)
