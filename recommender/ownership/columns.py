"""Attribute columns as plain arrays; an attribute that the table lacks is unknown in every row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recommender.domain.table import Columns, Floats, LevelColumn, Mask, NumberColumn

HYBRIDS = ("PHEV", "EREV")
"""Powertrains with a tank."""


def row_count(columns: Columns) -> int:
    return len(next(iter(columns.values()))) if columns else 0


def one_row(columns: Columns, row: int) -> Columns:
    """The columns of a single row; a table of one row is handed back as it is."""
    if row == 0 and row_count(columns) == 1:
        return columns
    rows = np.array([row], dtype=np.intp)
    return {attribute: column.take(rows) for attribute, column in columns.items()}


def number_column(columns: Columns, attribute: str) -> Floats:
    """float64 [n], NaN = not known."""
    column = columns.get(attribute)
    if isinstance(column, NumberColumn):
        return column.values
    return np.full(row_count(columns), np.nan)


def level_column(columns: Columns, attribute: str) -> LevelColumn:
    """Level column; without one every code is -1."""
    column = columns.get(attribute)
    if isinstance(column, LevelColumn):
        return column
    return LevelColumn(np.full(row_count(columns), -1, dtype=np.int16), ())


def levels_mask(column: LevelColumn, names: tuple[str, ...]) -> Mask:
    """bool [n]: rows whose level is one of ``names``; unknown rows are not."""
    codes = [code for code, level in enumerate(column.levels) if level in names]
    mask = np.zeros(len(column), dtype=np.bool_)
    for code in codes:
        mask |= column.codes == code
    return mask


def by_level(column: LevelColumn, values: Mapping[str, float], other: float) -> Floats:
    """float64 [n]: the value of each row's level, ``other`` where it is not known or not named."""
    table = np.array([*(values.get(level, other) for level in column.levels), other])
    # Code -1, not known, takes the last entry.
    return np.asarray(table[column.codes])


def first_known(first: Floats, second: Floats) -> Floats:
    """``first`` where it is known, else ``second``."""
    return np.where(np.isnan(first), second, first)
