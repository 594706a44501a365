"""A CSV file as columns of text with the line of each row; every fault is named by file, line and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from recommender.registry.problem_list import ProblemList

T = TypeVar("T")

# Control characters break tables and terminals; the marks that turn the direction of text around make a name
# read as something else. Line ends stand between rows, but not in a cell.
_UNPRINTABLE = re.compile(
    r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_UNPRINTABLE_IN_CELL = re.compile(_UNPRINTABLE.pattern[:-1] + r"\r\n]")


class CellFault(ValueError):
    """What is wrong with one cell: the code of a problem and the parameters of its sentence."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class CsvTable:
    """``columns``: name -> cells, as long as ``lines``; ``lines``: line of the file, the header is line 1."""

    name: str
    lines: Sequence[int]
    columns: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        return len(self.lines)

    def path(self, row: int, column: str) -> str:
        return f"{self.name}:{self.lines[row]}:{column}"

    def cells(self, column: str) -> Sequence[str]:
        """Cells of a column; empty ones where the file has no such column."""
        return self.columns.get(column, self._empty_cells)

    @cached_property
    def _empty_cells(self) -> Sequence[str]:
        return [""] * len(self)

    def has(self, columns: Iterable[str]) -> bool:
        return all(column in self.columns for column in columns)

    def require(self, columns: Sequence[str], problems: ProblemList) -> None:
        """Name every empty cell of these columns."""
        for column in columns:
            for row, text in enumerate(self.cells(column)):
                if not text:
                    problems.add(self.path(row, column), "catalogue_required", column=column)

    def parse(self, column: str, parse: Callable[[str], T], problems: ProblemList) -> list[T | None]:
        """Value of each cell, None for an empty or a faulty one. ``parse`` raises CellFault.

        Each distinct text is parsed once: a column of thousands of rows has few.
        """
        cells = self.cells(column)
        values: dict[str, T | None] = {"": None}
        faults: dict[str, CellFault] = {}
        for text in dict.fromkeys(cells):
            if text in values:
                continue
            try:
                values[text] = parse(text)
            except CellFault as fault:
                values[text] = None
                faults[text] = fault
        if faults:
            for row, text in enumerate(cells):
                if text in faults:
                    found = faults[text]
                    problems.add(self.path(row, column), found.code, text, column=column, **found.params)
        return [values[text] for text in cells]

    def check_known(
        self, column: str, known: Container[str], file: str, problems: ProblemList, separators: str = ""
    ) -> None:
        """Name every id of the column that is not known; ``separators`` = characters between several ids.

        A separator with no id before or after it is named: an id was lost there.
        """
        seen: dict[str, list[str]] = {"": []}
        for row, text in enumerate(self.cells(column)):
            if text not in seen:
                parts = split_list(text, separators) if separators else (text,)
                seen[text] = [part for part in parts if part not in known]
                if separators and len(parts) <= sum(text.count(mark) for mark in separators):
                    seen[text].append(text)
            for part in seen[text]:
                problems.add(self.path(row, column), "catalogue_unknown_id", part, column=column, file=file)

    def check_unique(self, column: str, keys: Sequence[object], problems: ProblemList) -> None:
        """Name every row whose key (a row each) stood before; the problem is shown at ``column``."""
        first: dict[object, int] = {}
        for row, key in enumerate(keys):
            if key and first.setdefault(key, row) != row:
                problems.add(
                    self.path(row, column),
                    "catalogue_duplicate_id",
                    self.cells(column)[row],
                    column=column,
                    line=self.lines[first[key]],
                )


def split_list(text: str, separators: str = ";") -> tuple[str, ...]:
    """Parts of a cell that holds several ids, blanks around them removed, empty ones left out."""
    parts = re.split(f"[{re.escape(separators)}]", text)
    return tuple(part.strip() for part in parts if part.strip())


def read_csv_table(
    folder: Path, name: str, required: Sequence[str], known: Container[str], problems: ProblemList
) -> CsvTable | None:
    """Read one UTF-8 file (with or without byte-order mark); None when it has no usable table."""
    path = folder / name
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        problems.add(name, "catalogue_file_missing", name, file=name)
        return None
    except (OSError, UnicodeDecodeError) as fault:
        problems.add(name, "catalogue_unreadable", name, file=name, fault=_words(fault))
        return None
    rows, lines, several_lines = _rows(text, name, problems)
    if not rows:
        problems.add(f"{name}:1", "catalogue_no_header", name, file=name, columns=", ".join(required))
        return None
    header, rows, lines = rows[0], rows[1:], lines[1:]
    _check_header(name, header, required, known, problems)
    if several_lines or _UNPRINTABLE.search(text):
        _check_characters(name, header, rows, lines, problems)
    _check_widths(name, header, rows, lines, problems)
    columns = dict(zip(header, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}
    return CsvTable(name, lines, columns or {column: [] for column in header})


def _words(fault: OSError | UnicodeDecodeError) -> str:
    if isinstance(fault, UnicodeDecodeError):
        return f"UTF-8, byte {fault.start}"
    return fault.strerror or type(fault).__name__


def _rows(text: str, name: str, problems: ProblemList) -> tuple[list[list[str]], list[int], bool]:
    """Rows that are not blank, cells stripped; the line where each begins; whether one has several lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    line, several_lines = 1, False
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                header = rows[0] if rows else stripped
                for column, cell, text in zip(header, cells, stripped, strict=False):
                    if cell and not text:
                        problems.add(f"{name}:{line}:{column}", "catalogue_blank", cell, column=column)
                rows.append(stripped)
                lines.append(line)
            several_lines |= reader.line_num > line
            line = reader.line_num + 1
    except csv.Error as fault:
        problems.add(f"{name}:{line}", "catalogue_unreadable", name, file=name, fault=str(fault))
    return rows, lines, several_lines


def _check_header(
    name: str, header: list[str], required: Sequence[str], known: Container[str], problems: ProblemList
) -> None:
    for column in required:
        if column not in header:
            problems.add(f"{name}:1:{column}", "catalogue_column_missing", column, column=column)
    for number, column in enumerate(header):
        if column in header[:number]:
            problems.add(f"{name}:1:{column}", "catalogue_column_twice", column, column=column)
        elif column not in known:
            problems.add(f"{name}:1:{column}", "catalogue_column_unknown", column, column=column)


def _check_characters(
    name: str, header: list[str], rows: list[list[str]], lines: list[int], problems: ProblemList
) -> None:
    for line, cells in zip(lines, rows, strict=True):
        for column, cell in zip(header, cells, strict=False):
            found = _UNPRINTABLE_IN_CELL.search(cell)
            if found:
                code = f"U+{ord(found.group()):04X}"
                problems.add(f"{name}:{line}:{column}", "catalogue_character", cell, character=code)


def _check_widths(
    name: str, header: list[str], rows: list[list[str]], lines: list[int], problems: ProblemList
) -> None:
    """Name rows with too many or too few cells and bring them to the width of the header."""
    width = len(header)
    for row, cells in enumerate(rows):
        if len(cells) != width:
            path = f"{name}:{lines[row]}"
            problems.add(path, "catalogue_cell_count", len(cells), cells=len(cells), expected=width)
            rows[row] = (cells + [""] * width)[:width]
