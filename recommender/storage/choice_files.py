"""Files of any choice data set, read as its columns file says; faults are named by file, line and column."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import numpy as np

from recommender.choice.artefact import Floats
from recommender.choice.choice_table import ChoiceTable, PersonAnswers, Words, task_ranks
from recommender.domain.errors import Problem, Rejected
from recommender.registry.columns_file import ColumnsFile, PersonColumn, plain_level, read_columns_file
from recommender.registry.problem_list import ProblemList
from recommender.storage.dealer_cells import CellRefused, check_id, yes_no
from recommender.storage.tables import Table, TableRow, headers, read_table

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LARGEST = 1e12
"""Beyond any quantity of a survey; sums of squares of such numbers still hold their digits."""
T = TypeVar("T")


@dataclass(frozen=True)
class DataSet:
    """A data set as its columns file describes it; ``test``: people to be predicted, where given."""

    columns: ColumnsFile
    table: ChoiceTable
    test: ChoiceTable | None


def read_data_set(
    columns_file: Path,
    choices: Path,
    people: Path | None,
    test_choices: Path | None = None,
    test_people: Path | None = None,
) -> DataSet:
    """Read a data set. Raises Rejected with the faults of the columns file, else those of all other files."""
    columns = read_columns_file(columns_file)
    tables: list[ChoiceTable] = []
    problems: list[Problem] = []
    for path, answers, option in (
        (choices, people, "--people"),
        (test_choices, test_people, "--test-people"),
    ):
        try:
            if path is not None:
                tables.append(read_choice_files(path, answers, columns, option=option))
        except Rejected as refusal:
            problems += refusal.problems
    if problems:
        raise Rejected(problems)
    return DataSet(columns, tables[0], tables[1] if len(tables) > 1 else None)


def read_choice_files(
    choices: Path, people: Path | None, columns: ColumnsFile, *, option: str = "--people"
) -> ChoiceTable:
    """Read choices in long form (one row an alternative) and, where given, people (one row a person).

    ``option``: how the file of people is named when it is missing. Without it their columns are looked for
    in the choices and must agree on all rows of a person. Raises Rejected with every fault of both files;
    codes: those of tables and cells, choice_*, survey_two_chosen, survey_alt_twice, survey_person_unknown,
    survey_person_twice, survey_answers_differ.
    """
    problems = ProblemList()
    own = (columns.person, columns.task, columns.alternative, columns.chosen)
    numbers, levels = _alternative_columns(columns)
    asked = [column.column for column in columns.people]
    own_asked = asked if people is None else []
    table = _read(choices, [*own, *numbers, *levels], own_asked, problems, option)
    answers = table if people is None or not asked else _read(people, [columns.person, *asked], [], problems)
    if table is None or answers is None:
        problems.raise_if_any()
        raise ValueError("a table that cannot be read has a problem")
    reading = _Reading(table, columns, problems)
    rows = reading.rows()
    reading.check_tasks(rows, complete=not table.broken and len(rows) == len(table.rows))
    same = answers is table
    row_of = reading.rows_of_people(rows, asked) if same else reading.rows_in_file(rows, answers)
    of_rows = [row.cells for row in rows]
    found_numbers = {name: _numbers(table, of_rows, name, problems) for name in numbers}
    found_words = {name: _words(table, of_rows, name, problems) for name in levels}
    found_answers = _answers(answers, list(row_of.values()), columns, problems)
    problems.raise_if_any()
    return _choice_table(rows, tuple(row_of), found_numbers, found_words, found_answers)


def _alternative_columns(columns: ColumnsFile) -> tuple[list[str], list[str]]:
    """Names of the columns read as numbers, and of those read as levels (a column may be both)."""
    numbers = [a.column for a in columns.attributes if a.kind == "number"]
    levels = [a.column for a in columns.attributes if a.kind == "level"]
    levels += [a.within.column for a in columns.attributes if a.within is not None]
    levels += [p.names for p in columns.people if p.names is not None]
    levels += [about.column for p in columns.people for about in p.about if about.level]
    return list(dict.fromkeys(numbers)), list(dict.fromkeys(levels))


def _read(
    path: Path, needed: Sequence[str], asked: Sequence[str], problems: ProblemList, option: str = ""
) -> Table | None:
    """A table with all columns needed; ``asked``: columns of people, which may stand in another file."""
    faults: list[Problem] = []
    table = read_table(path, headers(dict.fromkeys((*needed, *asked), ())), faults)
    problems.extend(faults)
    if table is None:
        return None
    if asked and not table.columns & set(asked):
        problems.add(option, "choice_people_needed", columns=tuple(asked[:5]))
        asked = ()
    for column in dict.fromkeys((*needed, *asked)):
        if column not in table.columns:
            nearest = problems.nearest(column, table.ignored)
            problems.add(
                table.path(1, column), "choice_column_missing", column, column=column, nearest=nearest
            )
    if not table.rows and not table.broken:
        problems.add(f"{table.name}:1", "table_empty")
    return table


@dataclass(frozen=True)
class _Row:
    cells: TableRow
    person: str
    task: str
    alternative: str
    chosen: bool

    @property
    def task_key(self) -> tuple[str, str]:
        return self.person, self.task


@dataclass(frozen=True)
class _Reading:
    table: Table
    columns: ColumnsFile
    problems: ProblemList

    def rows(self) -> list[_Row]:
        """Rows whose ids and choice can be read."""
        found = []
        own = self.columns
        for row in self.table.rows:
            before = len(self.problems)
            person, task, alternative = (
                self._cell(row, column, check_id, "") for column in (own.person, own.task, own.alternative)
            )
            chosen = self._cell(row, own.chosen, lambda text: yes_no(plain_level(text)), False)
            if len(self.problems) == before:
                found.append(_Row(row, person, task, alternative, chosen))
        return found

    def _cell(self, row: TableRow, column: str, parse: Callable[[str], T], default: T) -> T:
        text = row.get(column)
        if column not in self.table.columns:
            return default  # named once, at the header
        try:
            return parse(text)
        except CellRefused as refusal:
            self.problems.extend([refusal.problem(self.table.path(row.line, column), text)])
            return default

    def check_tasks(self, rows: Sequence[_Row], *, complete: bool) -> None:
        """Name tasks that are none. ``complete``: no row was left out, so what is missing is missing."""
        first_line: dict[tuple[str, str], int] = {}
        for key, grouped in groupby(rows, key=lambda row: row.task_key):
            shown = list(grouped)
            line, task = shown[0].cells.line, key[1]
            if key in first_line:
                path = self.table.path(line, self.columns.task)
                self.problems.add(path, "choice_task_apart", task, line=first_line[key])
                continue
            first_line[key] = line
            self._check_task(shown, task)
            path = self.table.path(line, self.columns.chosen)
            if complete and len(shown) == 1:
                self.problems.add(path, "choice_one_alternative", task)
            if complete and not any(row.chosen for row in shown):
                self.problems.add(path, "choice_none_chosen", task)

    def _check_task(self, shown: Sequence[_Row], task: str) -> None:
        seen: set[str] = set()
        chosen = False
        for row in shown:
            if row.alternative in seen:
                path = self.table.path(row.cells.line, self.columns.alternative)
                self.problems.add(path, "survey_alt_twice", task)
            if row.chosen and chosen:
                self.problems.add(
                    self.table.path(row.cells.line, self.columns.chosen), "survey_two_chosen", task
                )
            seen.add(row.alternative)
            chosen |= row.chosen

    def rows_of_people(self, rows: Sequence[_Row], asked: Sequence[str]) -> dict[str, TableRow]:
        """Person -> first row in the choices; names answers that differ in a later one."""
        found: dict[str, TableRow] = {}
        for row in rows:
            first = found.setdefault(row.person, row.cells)
            for column in asked:
                text = row.cells.get(column)
                if text != first.get(column):
                    path = self.table.path(row.cells.line, column)
                    self.problems.add(path, "survey_answers_differ", text, line=first.line)
        return found

    def rows_in_file(self, rows: Sequence[_Row], answers: Table) -> dict[str, TableRow]:
        """Person -> row in the file of people; names people that stand there twice or not at all."""
        by_id: dict[str, TableRow] = {}
        for row in answers.rows:
            person = row.get(self.columns.person)
            path = answers.path(row.line, self.columns.person)
            if not person:
                self.problems.add(path, "cell_required")
            elif person in by_id:
                self.problems.add(path, "survey_person_twice", person, line=by_id[person].line)
            by_id.setdefault(person, row)
        found: dict[str, TableRow] = {}
        unknown: set[str] = set()
        for shown in rows:
            if shown.person in by_id:
                found.setdefault(shown.person, by_id[shown.person])
            elif shown.person not in unknown:
                unknown.add(shown.person)
                path = self.table.path(shown.cells.line, self.columns.person)
                self.problems.add(path, "survey_person_unknown", shown.person)
        return found


def _parsed(
    table: Table, rows: Sequence[TableRow], column: str, problems: ProblemList, parse: Callable[[str], T]
) -> list[T | None]:
    """Value of each cell, each distinct text parsed once; None for a faulty one."""
    if column not in table.columns:
        return [None] * len(rows)
    values: dict[str, T | None] = {}
    codes: dict[str, str] = {}
    for text in dict.fromkeys(row.get(column) for row in rows):
        try:
            values[text] = parse(text)
        except CellRefused as refusal:
            values[text], codes[text] = None, refusal.code
    if codes:
        for row in rows:
            text = row.get(column)
            if text in codes:
                problems.add(table.path(row.line, column), codes[text], text)
    return [values[row.get(column)] for row in rows]


def _plain_number(text: str) -> float:
    """Raises CellRefused (cell_required, choice_number): no NaN, no infinity, no separators, no unit."""
    if not text:
        raise CellRefused("cell_required")
    if not _NUMBER.fullmatch(text) or abs(float(text)) > _LARGEST:
        raise CellRefused("choice_number")
    return float(text)


def _known_level(text: str) -> str:
    if not text:
        raise CellRefused("cell_required")
    return plain_level(text)


def _numbers(table: Table, rows: Sequence[TableRow], column: str, problems: ProblemList) -> Floats:
    values = _parsed(table, rows, column, problems, _plain_number)
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def _words(table: Table, rows: Sequence[TableRow], column: str, problems: ProblemList) -> Words:
    return np.array(_parsed(table, rows, column, problems, _known_level), dtype=np.object_)


def _answers(
    table: Table, rows: Sequence[TableRow], columns: ColumnsFile, problems: ProblemList
) -> PersonAnswers:
    words: dict[str, Words] = {}
    numbers: dict[str, Floats] = {}
    for column in columns.people:
        if column.kind == "number":
            values = _parsed(table, rows, column.column, problems, _optional_number(column))
            found = [math.nan if value is None else value for value in values]
            numbers[column.column] = np.array(found, dtype=np.float64)
        else:
            levels = [plain_level(row.get(column.column)) for row in rows]
            words[column.column] = np.array(
                ["" if level in column.missing else level for level in levels], dtype=np.object_
            )
    return PersonAnswers(words, numbers)


def _optional_number(column: PersonColumn) -> Callable[[str], float]:
    def parse(text: str) -> float:
        return math.nan if not text or plain_level(text) in column.missing else _plain_number(text)

    return parse


def _choice_table(
    rows: Sequence[_Row],
    people: tuple[str, ...],
    numbers: Mapping[str, Floats],
    words: Mapping[str, Words],
    answers: PersonAnswers,
) -> ChoiceTable:
    number_of = {person: number for number, person in enumerate(people)}
    person = np.array([number_of[row.person] for row in rows], dtype=np.intp)
    keys = [row.task_key for row in rows]
    new = [place == 0 or keys[place - 1] != key for place, key in enumerate(keys)]
    starts = np.flatnonzero(new)
    task_id = tuple(rows[start].task for start in starts.tolist())
    return ChoiceTable(
        people=people,
        person=person,
        task=np.cumsum(new).astype(np.intp) - 1,
        task_id=task_id,
        task_rank=task_ranks(task_id, person[starts]),
        alternative=tuple(row.alternative for row in rows),
        chosen=np.array([row.chosen for row in rows], dtype=np.bool_),
        numbers=numbers,
        words=words,
        answers=answers,
    )
