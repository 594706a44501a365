"""Sales by model line: a file of two columns, ``model_id`` and ``units`` (cars sold in the period)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from recommender.domain.catalogue import ModelLine
from recommender.registry.problem_list import ProblemList
from recommender.storage.catalogue_cells import parse_number
from recommender.storage.csv_table import read_csv_table

COLUMNS = ("model_id", "units")
_MOST_UNITS = 100_000_000


def read_sales(path: Path, models: Mapping[str, ModelLine]) -> dict[str, float]:
    """Model id -> cars sold. Raises Rejected with every fault, paths like ``sales.csv:12:units``.

    Every line must be one of the catalogue and stand once; units are zero or more.
    """
    problems = ProblemList()
    if not path.is_file():
        problems.add(path.name, "file_unreadable", path.name, detail="no such file")
        problems.raise_if_any()
    table = read_csv_table(path.parent, path.name, COLUMNS, COLUMNS, problems)
    found: dict[str, float] = {}
    if table is not None:
        table.require(COLUMNS, problems)
        ids = table.cells("model_id")
        table.check_known("model_id", {"", *models}, "models.csv", problems)
        table.check_unique("model_id", ids, problems)
        units = table.parse("units", partial(parse_number, minimum=0, maximum=_MOST_UNITS), problems)
        found = {name: sold for name, sold in zip(ids, units, strict=True) if sold is not None}
    problems.raise_if_any()
    return found
