"""A dealer's customers: one row a person who asked, the questions as columns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recommender.domain.dealer import Customer, Rows
from recommender.domain.errors import Problem
from recommender.storage.answer_cells import AnswerCells, question_headers
from recommender.storage.dealer_cells import CellRefused, check_id, yes_no
from recommender.storage.tables import Table, TableRow, headers, read_table

_SYNONYMS = {
    "customer_id": ("客户编号", "客户ID", "客户", "lead_id"),
    "consent": ("同意", "是否同意", "授权", "同意联系"),
    "store_code": ("门店", "门店编号", "门店代码", "dealer_id"),
    "created_at": ("创建时间", "登记时间", "留资时间"),
}
_REQUIRED = ("customer_id", "consent")


def read_customers(path: Path, cells: AnswerCells) -> Rows[Customer]:
    """Read every row; the clean ones and all that is wrong with the others.

    Codes beside those of :func:`recommender.storage.tables.read_table` and of the answers:
    table_column_missing, cell_required, cell_id, cell_yes_no, customer_twice.
    """
    problems: list[Problem] = []
    table = read_table(path, headers({**_SYNONYMS, **question_headers(cells.registry)}), problems)
    if table is None:
        return Rows((), tuple(problems), whole=False)
    missing = [column for column in _REQUIRED if column not in table.columns]
    if missing:
        faults = [Problem(table.path(1, c), "table_column_missing", c, {"column": c}) for c in missing]
        return Rows((), (*problems, *faults), whole=False)
    reading = _Reading(table, cells, problems, {})
    read = [reading.customer(row) for row in table.rows]
    kept = tuple(customer for customer in read if customer is not None)
    refused = len(table.broken) + len(read) - len(kept)
    header_sound = not any(problem.code == "table_column_twice" for problem in problems)
    return Rows(kept, tuple(problems), refused, header_sound, table.ignored)


@dataclass(frozen=True)
class _Reading:
    table: Table
    cells: AnswerCells
    problems: list[Problem]
    first_line: dict[str, int]

    def customer(self, row: TableRow) -> Customer | None:
        before = len(self.problems)
        customer_id = self._id(row)
        consent = self._consent(row)
        request = self.cells.request(self.table.name, row, self.problems)
        if len(self.problems) > before or request is None or consent is None:
            return None
        return Customer(customer_id, consent, request, row.get("store_code"), row.get("created_at"))

    def _id(self, row: TableRow) -> str:
        text = row.get("customer_id")
        try:
            check_id(text)
        except CellRefused as refusal:
            self.problems.append(refusal.problem(self.table.path(row.line, "customer_id"), text))
            return text
        first = self.first_line.setdefault(text, row.line)
        if first != row.line:
            path = self.table.path(row.line, "customer_id")
            self.problems.append(Problem(path, "customer_twice", text, {"line": first}))
        return text

    def _consent(self, row: TableRow) -> bool | None:
        text = row.get("consent")
        try:
            return yes_no(text)
        except CellRefused as refusal:
            self.problems.append(refusal.problem(self.table.path(row.line, "consent"), text))
            return None
