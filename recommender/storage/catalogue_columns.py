"""The attribute columns of trims.csv: typed by the registry, with what model line and condition imply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from recommender.domain.catalogue import ModelLine
from recommender.domain.table import (
    Column,
    LevelColumn,
    NumberColumn,
    booleans,
    levels_column,
    numbers,
)
from recommender.registry.model import Attribute, Registry
from recommender.registry.problem_list import ProblemList
from recommender.storage.catalogue_cells import level_parser, number_parser, parse_boolean
from recommender.storage.catalogue_files import FROM_THE_LINE, IMPLIED_OF_NEW, catalogue_attributes
from recommender.storage.csv_table import CsvTable

_MOST_LEVELS = int(np.iinfo(np.int16).max)


def read_columns(
    table: CsvTable, models: Mapping[str, ModelLine], registry: Registry, problems: ProblemList
) -> dict[str, Column]:
    """One column for every catalogue attribute of the registry, over the rows of trims.csv.

    An attribute without a column in the file is unknown everywhere. Faulty cells are named and unknown.
    """
    columns: dict[str, Column] = {}
    for attribute in catalogue_attributes(registry).values():
        if attribute.id in FROM_THE_LINE:
            columns[attribute.id] = _line_column(attribute.id, table.cells("model_id"), models)
        elif attribute.id == "condition":
            columns[attribute.id] = _condition_column(table, attribute, problems)
        else:
            # Faults of on_sale are named by read_trims, which every registry needs.
            named = ProblemList() if attribute.id == "on_sale" else problems
            columns[attribute.id] = _read_column(table, attribute, named)
        _check_level_count(table, attribute.id, columns[attribute.id], problems)
    _fill_new_cars(columns)
    return columns


def _read_column(table: CsvTable, attribute: Attribute, problems: ProblemList) -> Column:
    if attribute.kind == "number":
        return numbers(table.parse(attribute.id, number_parser(attribute), problems))
    if attribute.kind == "boolean":
        return booleans(table.parse(attribute.id, parse_boolean, problems))
    values = table.parse(attribute.id, level_parser(attribute), problems)
    levels = attribute.level_ids
    if attribute.catalogue_levels:
        levels = tuple(sorted({value for value in values if value is not None}))
    return _levels(values, levels)


def _levels(values: Sequence[str | None], levels: tuple[str, ...]) -> LevelColumn:
    """As levels_column; with too many levels for a code (named by the caller) unknown everywhere."""
    if len(levels) > _MOST_LEVELS:
        return LevelColumn(np.full(len(values), -1, dtype=np.int16), levels)
    return levels_column(list(values), levels)


def _line_column(attribute_id: str, model_ids: Sequence[str], models: Mapping[str, ModelLine]) -> LevelColumn:
    """Brand or model line of every trim; levels are those of all lines, in alphabetical order."""
    level_of = {m.model_id: m.brand if attribute_id == "brand" else m.model_id for m in models.values()}
    return _levels([level_of.get(model_id) for model_id in model_ids], tuple(sorted(set(level_of.values()))))


def _condition_column(table: CsvTable, attribute: Attribute, problems: ProblemList) -> LevelColumn:
    values = table.parse(attribute.id, level_parser(attribute), problems)
    cells = table.cells(attribute.id)
    filled = [value if text else "new" for value, text in zip(values, cells, strict=True)]
    return levels_column(filled, attribute.level_ids)


def _fill_new_cars(columns: dict[str, Column]) -> None:
    condition = columns.get("condition")
    if not isinstance(condition, LevelColumn) or "new" not in condition.levels:
        return
    new = condition.codes == condition.levels.index("new")
    for attribute_id, implied in IMPLIED_OF_NEW.items():
        column = columns.get(attribute_id)
        if isinstance(column, NumberColumn):
            empty = new & column.unknown()
            columns[attribute_id] = NumberColumn(np.where(empty, implied, column.values))


def _check_level_count(table: CsvTable, attribute_id: str, column: Column, problems: ProblemList) -> None:
    if isinstance(column, LevelColumn) and len(column.levels) > _MOST_LEVELS:
        count = len(column.levels)
        path = f"{table.name}:1:{attribute_id}"
        problems.add(path, "catalogue_too_many_levels", count, column=attribute_id, maximum=_MOST_LEVELS)


def cell_text(column: Column, row: int) -> str:
    """The text that reads back as this value; empty where it is not known."""
    if isinstance(column, NumberColumn):
        number = float(column.values[row])
        return "" if np.isnan(number) else np.format_float_positional(number, trim="-")
    code = int(column.codes[row])
    return "" if code < 0 else column.levels[code]


def same_value(column: Column, row: int, text: str) -> bool:
    """Whether the text of a valid value is what the column has in this row."""
    if isinstance(column, NumberColumn):
        return float(text) == float(column.values[row])
    return bool(column.codes[row] >= 0) and column.levels[column.codes[row]] == text


def levels_of(column: Column) -> tuple[str, ...]:
    """Levels that the column can hold; none for numbers."""
    return () if isinstance(column, NumberColumn) else column.levels
