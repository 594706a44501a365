"""Cars of a survey as columns: configurations of the catalogue, single values replaced, or values alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.domain.survey import Alternative
from recommender.domain.table import BOOLEAN_LEVELS, Column, Columns, LevelColumn, NumberColumn
from recommender.services.market import Market


def shown_columns(cars: Sequence[Alternative], market: Market) -> Columns:
    """One row a car, in the order given. A car without a configuration is unknown but for its own values.

    Raises KeyError for a configuration or a level that the market does not have; the reader refuses those.
    """
    rows = np.array([-1 if car.config_id is None else market.row_of[car.config_id] for car in cars])
    return {name: _column(name, column, rows, cars) for name, column in market.table.columns.items()}


def _column(name: str, column: Column, rows: np.ndarray, cars: Sequence[Alternative]) -> Column:
    own = {row: car.values[name] for row, car in enumerate(cars) if name in car.values}
    nowhere = rows < 0
    taken = column.take(np.where(nowhere, 0, rows).astype(np.intp))
    if isinstance(taken, NumberColumn):
        values = np.where(nowhere, np.nan, taken.values)
        for row, value in own.items():
            values[row] = float(value)
        return NumberColumn(values)
    codes = np.where(nowhere, -1, taken.codes).astype(np.int16)
    index = {level: code for code, level in enumerate(taken.levels)}
    for row, value in own.items():
        codes[row] = index[BOOLEAN_LEVELS[value] if isinstance(value, bool) else str(value)]
    return LevelColumn(codes, taken.levels)
