"""Reads and checks a catalogue folder: six CSV files, typed by the registry, all faults at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from recommender.domain.catalogue import Catalogue
from recommender.domain.errors import Problem, Rejected
from recommender.registry.model import Registry
from recommender.registry.problem_list import ProblemList
from recommender.storage.catalogue_columns import read_columns
from recommender.storage.catalogue_dates import LATEST, check_dates
from recommender.storage.catalogue_files import (
    FILES,
    MODELS,
    OPTIONS,
    PLACES,
    SOURCES,
    TRIMS,
    VALUES,
    attribute_columns,
    catalogue_attributes,
    catalogue_version,
)
from recommender.storage.catalogue_nouns import (
    read_models,
    read_options,
    read_places,
    read_sources,
    read_trims,
    read_values,
)
from recommender.storage.catalogue_physics import check_physics
from recommender.storage.catalogue_write import write_catalogue
from recommender.storage.csv_table import CsvTable, read_csv_table

__all__ = ["catalogue_version", "check_catalogue", "read_catalogue", "write_catalogue"]

_NEVER_EMPTY = (SOURCES, MODELS, TRIMS)


def read_catalogue(folder: Path, registry: Registry, latest: dt.date = LATEST) -> Catalogue:
    """Read a folder of sources, models, trims, options, values and places. No date is after ``latest``.

    Raises Rejected with every fault found; a path is ``trims.csv:12:seats`` (line of the file, the header is
    line 1). While a file or a required column is missing, cells are not looked at: every reference to it
    would be named. ``columns`` has every attribute of the registry that is not personal, unknown where the
    file has no such column. What an empty cell of a new car implies: ``catalogue_files.IMPLIED_OF_NEW``.
    """
    problems = ProblemList()
    tables = _read_tables(folder, registry, problems)
    if not all(name in tables and tables[name].has(FILES[name].required) for name in FILES):
        raise Rejected(problems.problems)
    catalogue = _read_nouns(tables, catalogue_version(folder), registry, problems)
    check_dates(tables, latest, problems)
    problems.raise_if_any()
    return catalogue


def check_catalogue(folder: Path, registry: Registry) -> tuple[Problem, ...]:
    """Every fault of a catalogue folder; empty when it is sound."""
    try:
        read_catalogue(folder, registry)
    except Rejected as rejected:
        return rejected.problems
    return ()


def _read_tables(folder: Path, registry: Registry, problems: ProblemList) -> dict[str, CsvTable]:
    """The tables that can be read at all."""
    if not folder.is_dir():
        problems.add(folder.name, "catalogue_folder_missing", folder.name, files=", ".join(FILES))
        return {}
    attributes = attribute_columns(registry)
    tables = {}
    for name, columns in FILES.items():
        known = {*columns.all, *(attributes if name == TRIMS else ())}
        table = read_csv_table(folder, name, columns.required, known, problems)
        if table is not None:
            tables[name] = table
            if not table and name in _NEVER_EMPTY:
                problems.add(name, "catalogue_no_rows", name, file=name)
    return tables


def _read_nouns(
    tables: Mapping[str, CsvTable], version: str, registry: Registry, problems: ProblemList
) -> Catalogue:
    attributes = catalogue_attributes(registry)
    sources = read_sources(tables[SOURCES], problems)
    models = read_models(tables[MODELS], problems)
    trims = read_trims(tables[TRIMS], models, sources, problems)
    columns = read_columns(tables[TRIMS], models, registry, problems)
    check_physics(tables[TRIMS], columns, problems)
    rows = {trim.trim_id: row for row, trim in enumerate(trims)}
    return Catalogue(
        version=version,
        models=models,
        trims=trims,
        columns=columns,
        options=read_options(tables[OPTIONS], rows, sources, attributes, columns, problems),
        value_notes=read_values(tables[VALUES], rows, sources, attributes, columns, problems),
        places=read_places(tables[PLACES], sources, problems),
        sources=sources,
    )
