"""What a match writes: five tables that open in a spreadsheet without harm, and a summary."""

from __future__ import annotations

import csv
import io
import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from recommender.domain.dealer import Fit, Matches
from recommender.domain.errors import Problem, Rejected
from recommender.registry.messages import problem_document
from recommender.registry.model import Registry

CUSTOMER_UNITS = "customer_units.csv"
UNIT_CUSTOMERS = "unit_customers.csv"
ASSIGNMENT = "assignment.csv"
UNMATCHED = "unmatched.csv"
PROBLEMS = "problems.csv"
SUMMARY = "summary.json"
FILES = (CUSTOMER_UNITS, UNIT_CUSTOMERS, ASSIGNMENT, UNMATCHED, PROBLEMS, SUMMARY)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DECIMALS = 6
Cell = str | int | float | None


def refuse_overwriting(out: Path, inputs: Iterable[Path]) -> None:
    """Raises Rejected (would_overwrite) when a file to be written is one of the inputs."""
    targets = {(out / name).resolve() for name in FILES}
    bad = [path for path in inputs if path.resolve() in targets]
    if bad:
        raise Rejected([Problem(str(path), "would_overwrite") for path in bad])


def write_matches(
    matches: Matches,
    problems: Sequence[Problem],
    summary: Mapping[str, object],
    out: Path,
    registry: Registry,
    lang: str,
) -> None:
    """Write all six files; each appears whole. Raises OSError when the folder cannot be written."""
    _write(
        out,
        {
            CUSTOMER_UNITS: _customer_units(matches.customer_units),
            UNIT_CUSTOMERS: _unit_customers(matches.unit_customers),
            ASSIGNMENT: table_text(
                ("customer_id", "unit_id", "value", "fit"),
                ([a.customer_id, a.unit_id, a.value, a.fit] for a in matches.assigned),
            ),
            UNMATCHED: table_text(
                ("kind", "id", "reason", "detail"),
                ([u.kind, u.id, u.reason, u.detail] for u in matches.unmatched),
            ),
            PROBLEMS: problems_text(problems, registry, lang),
            SUMMARY: json.dumps(summary, ensure_ascii=False, allow_nan=False, indent=1) + "\n",
        },
    )


def write_problems(problems: Sequence[Problem], out: Path, registry: Registry, lang: str) -> None:
    """Write problems.csv alone."""
    _write(out, {PROBLEMS: problems_text(problems, registry, lang)})


def problems_text(problems: Sequence[Problem], registry: Registry, lang: str) -> str:
    """The table of problems. ``sheet`` is empty for files that have none."""
    rows = []
    for problem in problems:
        document = problem_document(problem, registry, lang)
        file, _, rest = problem.path.partition(":")
        row, _, column = rest.partition(":")
        rows.append([file, "", row, column, *(document[k] for k in ("value", "code", "message", "remedy"))])
    return table_text(("file", "sheet", "row", "column", "value", "code", "message", "remedy"), rows)


def table_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A CSV table (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe before
    it.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_shown(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return "'" + cell if cell.startswith(_FORMULA) else cell
    if isinstance(cell, int):
        return str(cell)
    text = f"{cell:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _customer_units(fits: Iterable[Fit]) -> str:
    names = [
        "customer_id",
        "rank",
        "unit_id",
        "fit",
        "utility",
        "total_price_cny",
        "reason_1",
        "reason_2",
        "drawback",
    ]
    return table_text(
        names,
        (
            [
                f.customer_id,
                f.rank,
                f.unit_id,
                f.fit,
                f.utility,
                f.total_price_cny,
                *_two(f.reasons),
                f.drawback,
            ]
            for f in fits
        ),
    )


def _unit_customers(fits: Iterable[Fit]) -> str:
    names = ["unit_id", "rank", "customer_id", "fit", "days_in_stock", "reason_1"]
    return table_text(
        names,
        ([f.unit_id, f.rank, f.customer_id, f.fit, f.days_in_stock, _two(f.reasons)[0]] for f in fits),
    )


def _two(reasons: Sequence[str]) -> list[str]:
    """The first two reasons, empty where there are fewer."""
    return [*reasons, "", ""][:2]


def _write(out: Path, texts: Mapping[str, str]) -> None:
    """Write beside, then rename: a reader never sees half a file. CSV gets the byte-order mark Excel
    wants.
    """
    out.mkdir(parents=True, exist_ok=True)
    drafts: dict[str, Path] = {}
    try:
        for name, text in texts.items():
            drafts[name] = out / f".{name}.{secrets.token_hex(4)}"
            encoding = "utf-8" if name == SUMMARY else "utf-8-sig"
            with drafts[name].open("w", encoding=encoding, newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for name, draft in drafts.items():
            draft.replace(out / name)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
