"""Files that dealers and survey makers bring: CSV or TSV in UTF-8 or GB18030, headers in English or Chinese.

Every fault is a :class:`Problem` with ``file:line:column`` (the header is line 1). Unlike the catalogue's
reader this one takes what spreadsheets write, and never raises for what is in a file.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recommender.domain.errors import Problem, shown

MOST_BYTES = 50_000_000
_CELL_CHARACTERS = 2_000
_LATER = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of XLSX (a zip) and of old XLS."""
_BLANKS = re.compile(r"[\s_\-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class TableRow:
    """``cells``: column -> text, blanks at the ends removed; only columns that are known."""

    line: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Table:
    """``columns``: the known columns present. ``ignored``: headers that mean nothing here. ``broken``: lines
    that could not be read as a row (each has a problem)."""

    name: str
    columns: frozenset[str]
    rows: tuple[TableRow, ...]
    ignored: tuple[str, ...] = ()
    broken: tuple[int, ...] = ()

    def path(self, line: int, column: str) -> str:
        return f"{self.name}:{line}:{column}"


@dataclass
class _Reading:
    name: str
    problems: list[Problem]
    broken: list[int] = field(default_factory=list)

    def add(self, path: str, code: str, value: object = "", **params: object) -> None:
        self.problems.append(Problem(f"{self.name}{path}", code, shown(value) if value != "" else "", params))


def folded(header: str) -> str:
    """A header without case, width, blanks, hyphens and underscores."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", header).casefold())


def headers(synonyms: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Folded header -> column, of a table "column: other names"; a column's own name always counts."""
    found: dict[str, str] = {}
    for column, names in synonyms.items():
        for name in (column, *names):
            found.setdefault(folded(name), column)
    return found


def read_table(path: Path, known: Mapping[str, str], problems: list[Problem]) -> Table | None:
    """Read a file; None where it holds no usable table. ``known``: folded header -> column.

    Adds every fault to ``problems``; rows with a fault of form are left out. Codes: file_unreadable,
    table_too_large, table_format_later, table_encoding, table_empty, table_column_twice, table_cell_count,
    table_cell, table_syntax.
    """
    reading = _Reading(path.name, problems)
    text = _text(path, reading)
    if text is None:
        return None
    lines = _lines(text, path, reading)
    first = next(lines, None)
    if first is None:
        reading.add(":1", "table_empty")
        return None
    header, ignored = _header(first[1], known, reading)
    rows = tuple(row for line, cells in lines if (row := _row(line, cells, header, reading)) is not None)
    columns = frozenset(column for column in header if column)
    return Table(path.name, columns, rows, ignored, tuple(reading.broken))


def _text(path: Path, reading: _Reading) -> str | None:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        reading.add("", "file_unreadable", detail=error.strerror or type(error).__name__)
        return None
    if len(content) > MOST_BYTES:
        reading.add("", "table_too_large", most=MOST_BYTES // 1_000_000)
        return None
    if content.startswith(_LATER) or path.suffix.lower() in (".xlsx", ".xls", ".xml", ".jsonl"):
        reading.add("", "table_format_later", path.suffix)
        return None
    text = _decoded(content)
    if text is None or "\x00" in text:
        reading.add("", "table_encoding")
        return None
    return text


def _decoded(content: bytes) -> str | None:
    """UTF-8 (with or without mark), UTF-16 with a mark (Excel's "Unicode text"), else GB18030."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        ladder: tuple[str, ...] = ("utf-16",)
    else:
        ladder = ("utf-8-sig", "gb18030")
    for encoding in ladder:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _lines(text: str, path: Path, reading: _Reading) -> Iterator[tuple[int, list[str]]]:
    """Line where each row begins, and its cells; blank rows are passed over."""
    separator = _separator(text, path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            # the quotes are open: nothing after this can be trusted
            reading.add(f":{line}", "table_syntax", detail=str(error))
            reading.broken.append(line)
            return
        if cells is None:
            return
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield line, stripped
        line = reader.line_num + 1


def _separator(text: str, path: Path) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    if path.suffix.lower() in (".tsv", ".tab"):
        return "\t"
    return max((",", "\t", ";"), key=first.count)


def _header(
    cells: Sequence[str], known: Mapping[str, str], reading: _Reading
) -> tuple[list[str], tuple[str, ...]]:
    """Column of each place ("" = not known), and the headers that are not known."""
    columns: list[str] = []
    ignored: list[str] = []
    for cell in cells:
        column = known.get(folded(cell), "")
        if column and column in columns:
            reading.add(f":1:{column}", "table_column_twice", cell, column=column)
            column = ""
        elif not column and cell:
            ignored.append(shown(cell))
        columns.append(column)
    return columns, tuple(ignored)


def _row(line: int, cells: list[str], header: Sequence[str], reading: _Reading) -> TableRow | None:
    surplus = any(cells[len(header) :])
    if len(cells) < len(header) or surplus:
        reading.add(f":{line}", "table_cell_count", len(cells), cells=len(cells), expected=len(header))
        reading.broken.append(line)
        return None
    pairs = [(column, cell) for column, cell in zip(header, cells, strict=False) if column]
    bad = [c for c, cell in pairs if len(cell) > _CELL_CHARACTERS or _CONTROL.search(cell)]
    for column in bad:
        reading.add(f":{line}:{column}", "table_cell", dict(pairs)[column], column=column)
    if bad:
        reading.broken.append(line)
        return None
    return TableRow(line, dict(pairs))
