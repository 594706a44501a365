"""Writes a catalogue as the files of a catalogue folder; the same catalogue gives the same bytes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from recommender.domain.catalogue import Catalogue, Option, Place
from recommender.domain.table import Column, LevelColumn, NumberColumn
from recommender.storage.catalogue_columns import cell_text
from recommender.storage.catalogue_files import (
    FILES,
    FROM_THE_LINE,
    IMPLIED_OF_NEW,
    MODELS,
    OPTIONS,
    PLACES,
    SOURCES,
    TRIMS,
    VALUES,
    catalogue_version,
)

_Row = Sequence[str]


def write_catalogue(catalogue: Catalogue, folder: Path) -> str:
    """Write the six files into ``folder`` (made when missing) and return the version of what was written.

    Rows keep their order. A column of trims.csv that would be empty, or say only what a new car implies, is
    left out. A cell that is not known is empty; an empty mileage, age or battery health of a *new* car reads
    back as 0, 0 and 100. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sources = ((s.source_id, s.title, s.address, s.licence, s.date) for s in catalogue.sources.values())
    models = ((m.model_id, m.brand, m.brand_zh, m.model, m.model_zh) for m in catalogue.models.values())
    values = (
        (n.trim_id, n.attribute, n.value, n.source_id, _date(n.source_date), n.note, "1" if n.kept else "0")
        for n in catalogue.value_notes
    )
    _write(folder / SOURCES, FILES[SOURCES].all, sources)
    _write(folder / MODELS, FILES[MODELS].all, models)
    _write_trims(folder / TRIMS, catalogue)
    _write(folder / OPTIONS, FILES[OPTIONS].all, map(_option_row, catalogue.options))
    _write(folder / VALUES, FILES[VALUES].all, values)
    _write(folder / PLACES, FILES[PLACES].all, map(_place_row, catalogue.places))
    return catalogue_version(folder)


def _write_trims(path: Path, catalogue: Catalogue) -> None:
    columns = _columns_worth_writing(catalogue.columns)
    header = (*FILES[TRIMS].required, *columns)
    texts = {name: _texts(column) for name, column in columns.items()}
    rows = (
        (
            trim.trim_id,
            trim.model_id,
            trim.trim,
            trim.trim_zh,
            "true" if trim.on_sale else "false",
            trim.source_id,
            _date(trim.source_date),
            *(cells[row] for cells in texts.values()),
        )
        for row, trim in enumerate(catalogue.trims)
    )
    _write(path, header, rows)


def _columns_worth_writing(columns: Mapping[str, Column]) -> dict[str, Column]:
    given = {*FROM_THE_LINE, *FILES[TRIMS].required}
    condition = columns.get("condition")
    all_new = isinstance(condition, LevelColumn) and all(
        condition.levels[code] == "new" for code in np.unique(condition.codes) if code >= 0
    )
    return {
        name: column
        for name, column in columns.items()
        if name not in given
        and not bool(np.all(column.unknown()))
        and not (all_new and _implied(name, column))
    }


def _implied(name: str, column: Column) -> bool:
    """Whether a column over new cars says only what an absent one would."""
    if name == "condition":
        return True
    if name not in IMPLIED_OF_NEW or not isinstance(column, NumberColumn):
        return False
    return bool(np.all(column.unknown() | (column.values == IMPLIED_OF_NEW[name])))


def _texts(column: Column) -> list[str]:
    return [cell_text(column, row) for row in range(len(column))]


def _option_row(option: Option) -> _Row:
    return (
        option.option_id,
        option.trim_id,
        option.name,
        option.name_zh,
        option.state,
        _number(option.price_cny),
        option.group,
        ";".join(option.requires),
        ";".join(option.excludes),
        ";".join(option.included_with),
        ";".join(f"{attribute}={value}" for attribute, value in option.sets.items()),
        option.source_id,
    )


def _place_row(place: Place) -> _Row:
    return [_cell(getattr(place, name)) for name in FILES[PLACES].all]


def _cell(value: str | float | None) -> str:
    return value if isinstance(value, str) else _number(value)


def _number(value: float | None) -> str:
    return "" if value is None else np.format_float_positional(float(value), trim="-")


def _date(value: dt.date | None) -> str:
    return "" if value is None else value.isoformat()


def _write(path: Path, header: _Row, rows: Iterable[_Row]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8"))
