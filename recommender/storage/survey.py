"""Survey files: choices in long form, one row an alternative; and people, one row a person."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recommender.domain.buyer import Request
from recommender.domain.errors import Problem, Rejected
from recommender.domain.survey import Alternative, ChoiceTask, Respondent, Survey
from recommender.registry.model import Attribute, Registry
from recommender.storage.answer_cells import AnswerCells, question_headers
from recommender.storage.catalogue_cells import level_parser, number_parser, parse_boolean
from recommender.storage.csv_table import CellFault
from recommender.storage.dealer_cells import CellRefused, check_id, yes_no
from recommender.storage.tables import Table, TableRow, headers, read_table

_OWN = {
    "person_id": ("person", "respondent", "受访者", "受访者编号"),
    "task": ("任务", "题号"),
    "alt": ("alternative", "选项"),
    "chosen": ("choice", "是否选中"),
    "outside": ("neither", "可都不选"),
    "trim_id": ("车款编号",),
    "config_id": (),
}
_REQUIRED = ("person_id", "task", "alt", "chosen")
Value = float | str | bool


def read_survey(path: Path, people: Path | None, cells: AnswerCells) -> Survey:
    """Read choices, and answers from ``people`` or from question columns of the choices themselves.

    A column that is both an attribute and a question (condition) is the car's attribute in the choices; such
    an answer goes into the file of people. Raises Rejected with every fault of both files. Codes beside
    those of tables and answers: survey_unknown_car, survey_without_car, survey_alt_twice, survey_two_chosen,
    survey_none_chosen, survey_one_alternative, survey_outside_differs, survey_answers_differ,
    survey_person_unknown, survey_person_twice.
    """
    problems: list[Problem] = []
    registry = cells.registry
    names = {**_OWN, **dict.fromkeys(registry.attributes, ())}
    extra = {q: other for q, other in question_headers(registry).items() if q not in names}
    table = read_table(path, headers({**names, **(extra if people is None else {})}), problems)
    answers = None if people is None else _read_people(people, cells, problems)
    if table is None or not _complete(table, _REQUIRED, problems):
        raise Rejected(problems)
    reading = _Reading(table, cells, registry, answers, problems)
    respondents = reading.respondents()
    if not respondents and not problems:
        problems.append(Problem(table.name, "table_empty"))
    if problems:
        raise Rejected(problems)
    files = [path] if people is None else [path, people]
    digest = hashlib.sha256(b"".join(hashlib.sha256(f.read_bytes()).digest() for f in files)).hexdigest()
    return Survey(respondents, f"sha256:{digest}")


def survey_text(survey: Survey, registry: Registry) -> str:
    """A survey of catalogue configurations as a CSV file with the answers in its own columns."""
    asked = [q for q in registry.questions if any(q in p.request.answers for p in survey.respondents)]
    asked = [q for q in asked if q not in registry.attributes]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["person_id", "task", "alt", "config_id", "chosen", "outside", *asked])
    for person in survey.respondents:
        words = [answer_text(person.request.answers.get(q)) for q in asked]
        for task in person.tasks:
            for place, car in enumerate(task.alternatives):
                row = [person.person_id, task.task, car.alt, car.config_id or ""]
                writer.writerow([*row, int(place == task.chosen), int(task.outside), *words])
    return buffer.getvalue()


def answer_text(answer: object) -> str:
    """An answer as a CSV cell: yes/no, lists joined by semicolons, nothing for not answered."""
    if answer is None:
        return ""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return ";".join(answer) if isinstance(answer, tuple) else str(answer)


def _complete(table: Table, required: Sequence[str], problems: list[Problem]) -> bool:
    missing = [column for column in required if column not in table.columns]
    problems += [Problem(table.path(1, c), "table_column_missing", c, {"column": c}) for c in missing]
    return not missing


def _read_people(
    path: Path, cells: AnswerCells, problems: list[Problem]
) -> Mapping[str, tuple[int, Request]] | None:
    """Person -> line and request."""
    known = headers({"person_id": _OWN["person_id"], **question_headers(cells.registry)})
    table = read_table(path, known, problems)
    if table is None or not _complete(table, ("person_id",), problems):
        return None
    found: dict[str, tuple[int, Request]] = {}
    for row in table.rows:
        person = row.get("person_id")
        request = cells.request(table.name, row, problems)
        if person in found:
            path_of = table.path(row.line, "person_id")
            problems.append(Problem(path_of, "survey_person_twice", person, {"line": found[person][0]}))
        found.setdefault(person, (row.line, request or Request()))
    return found


@dataclass(frozen=True)
class _Shown:
    line: int
    alternative: Alternative
    chosen: bool
    outside: bool


@dataclass
class _Person:
    first: TableRow
    tasks: dict[str, list[_Shown]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Reading:
    table: Table
    cells: AnswerCells
    registry: Registry
    answers: Mapping[str, tuple[int, Request]] | None
    problems: list[Problem]

    def respondents(self) -> tuple[Respondent, ...]:
        """People and tasks in the order of the file."""
        people: dict[str, _Person] = {}
        for row in self.table.rows:
            shown = self._shown(row)
            ids = [self._id(row, column) for column in ("person_id", "task")]
            if shown is not None and all(ids):
                person = people.setdefault(ids[0], _Person(row))
                self._same_answers(person.first, row)
                person.tasks.setdefault(ids[1], []).append(shown)
        return tuple(self._respondent(person_id, person) for person_id, person in people.items())

    def _respondent(self, person_id: str, person: _Person) -> Respondent:
        tasks = tuple(self._task(name, shown) for name, shown in person.tasks.items())
        return Respondent(person_id, self._request(person_id, person.first), tasks)

    def _request(self, person_id: str, row: TableRow) -> Request:
        if self.answers is None:
            found = self.cells.request(self.table.name, row, self.problems)
            return found or Request()
        if person_id not in self.answers:
            path = self.table.path(row.line, "person_id")
            self.problems.append(Problem(path, "survey_person_unknown", person_id))
            return Request()
        return self.answers[person_id][1]

    def _same_answers(self, first: TableRow, row: TableRow) -> None:
        questions = self.table.columns & self.registry.questions.keys() - self.registry.attributes.keys()
        for column in sorted(questions):
            if row.get(column) != first.get(column):
                path = self.table.path(row.line, column)
                self.problems.append(
                    Problem(path, "survey_answers_differ", row.get(column), {"line": first.line})
                )

    def _task(self, name: str, shown: list[_Shown]) -> ChoiceTask:
        at = self.table.path(shown[0].line, "task")
        chosen = [place for place, one in enumerate(shown) if one.chosen]
        outside = shown[0].outside
        faults = {
            "survey_alt_twice": len({one.alternative.alt for one in shown}) < len(shown),
            "survey_two_chosen": len(chosen) > 1,
            "survey_none_chosen": not chosen and not outside,
            "survey_one_alternative": len(shown) < 2 and not outside,
            "survey_outside_differs": any(one.outside != outside for one in shown),
        }
        self.problems.extend(Problem(at, code, name) for code, wrong in faults.items() if wrong)
        return ChoiceTask(
            name, tuple(one.alternative for one in shown), chosen[0] if chosen else None, outside
        )

    def _shown(self, row: TableRow) -> _Shown | None:
        before = len(self.problems)
        alt = self._id(row, "alt")
        config_id = self._config(row)
        values = self._values(row)
        chosen, outside = self._flag(row, "chosen"), self._flag(row, "outside")
        if config_id is None and not values and len(self.problems) == before:
            self.problems.append(Problem(f"{self.table.name}:{row.line}", "survey_without_car"))
        if len(self.problems) > before:
            return None
        return _Shown(row.line, Alternative(alt, config_id, values), chosen, outside)

    def _id(self, row: TableRow, column: str) -> str:
        text = row.get(column)
        try:
            return check_id(text)
        except CellRefused as refusal:
            self.problems.append(refusal.problem(self.table.path(row.line, column), text))
            return ""

    def _flag(self, row: TableRow, column: str) -> bool:
        text = row.get(column)
        try:
            return bool(text) and yes_no(text)
        except CellRefused as refusal:
            self.problems.append(refusal.problem(self.table.path(row.line, column), text))
            return False

    def _config(self, row: TableRow) -> str | None:
        column = "config_id" if row.get("config_id") else "trim_id"
        name = row.get(column)
        if not name:
            return None
        if name not in self.cells.vocabulary.config_ids:
            path = self.table.path(row.line, column)
            self.problems.append(Problem(path, "survey_unknown_car", name))
        return name

    def _values(self, row: TableRow) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for name in sorted(self.table.columns & self.registry.attributes.keys()):
            text = row.get(name)
            if not text:
                continue
            try:
                values[name] = self._parser(self.registry.attributes[name])(text)
            except CellFault as fault:
                path = self.table.path(row.line, name)
                self.problems.append(Problem(path, fault.code, text, {"column": name, **fault.params}))
        return values

    def _parser(self, attribute: Attribute) -> Callable[[str], Value]:
        if attribute.kind == "number":
            return number_parser(attribute)
        if attribute.kind == "boolean":
            return parse_boolean
        return level_parser(attribute, self.cells.vocabulary.catalogue_levels.get(attribute.id))
