"""Dates of a catalogue folder: not before any such car was sold, not after the time of the reader."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from recommender.registry.answers import LAST_DATE
from recommender.registry.problem_list import ProblemList
from recommender.storage.catalogue_cells import parse_date
from recommender.storage.catalogue_files import TRIMS, VALUES
from recommender.storage.csv_table import CellFault, CsvTable

FIRST = dt.date(2000, 1, 1)
LATEST = LAST_DATE
"""The last day that a request may name; a reader that knows the day of today hands in a nearer bound."""

_DATED = ((TRIMS, "source_date"), (TRIMS, "price_date"), (VALUES, "source_date"))
_MONTH = r"(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?"
_YEAR = "(?:19|20)[0-9]{2}"
# "2025", "2025-02", "2025-02-28", "2008-2009", each with words in brackets behind; "normals": of a climate.
_SOURCE_DATE = re.compile(rf"(?:{_YEAR}{_MONTH}|{_YEAR}-{_YEAR})(?: \([^()]+\))?|normals", re.ASCII)


def check_dates(tables: Mapping[str, CsvTable], latest: dt.date, problems: ProblemList) -> None:
    """Name every date outside FIRST … ``latest``. Cells that are no date are named by who reads them."""
    for file, column in _DATED:
        table = tables[file]
        for row, text in enumerate(table.cells(column)):
            day = _day(text)
            if day is not None and not FIRST <= day <= latest:
                path = table.path(row, column)
                bounds = {"minimum": FIRST.isoformat(), "maximum": latest.isoformat()}
                problems.add(path, "catalogue_date_bounds", text, column=column, **bounds)


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except CellFault:
        return None


def parse_source_date(text: str) -> str:
    """When a source was published or read: as exactly as it says itself."""
    if not _SOURCE_DATE.fullmatch(text):
        raise CellFault("catalogue_source_date")
    return text
