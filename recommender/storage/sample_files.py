"""Writes simulated customers and stock as the files that a dealer would bring."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from recommender.domain.dealer import Customer, Unit
from recommender.domain.survey import Survey
from recommender.registry.model import Registry
from recommender.storage.survey import answer_text, survey_text

SURVEY, CUSTOMERS, INVENTORY = "survey.csv", "customers.csv", "inventory.csv"
_HEADER_OF = {"price_cny": "price", "mileage_km": "mileage"}


def write_samples(
    folder: Path, survey: Survey, customers: Sequence[Customer], units: Sequence[Unit], registry: Registry
) -> None:
    """Write survey.csv, customers.csv and inventory.csv. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        SURVEY: survey_text(survey, registry),
        CUSTOMERS: customers_text(customers, registry),
        INVENTORY: inventory_text(units),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")


def customers_text(customers: Sequence[Customer], registry: Registry) -> str:
    """One row a person; only questions that somebody answered have a column."""
    asked = [q for q in registry.questions if any(q in c.request.answers for c in customers)]
    rows = [
        [c.customer_id, "yes" if c.consent else "no", c.store_code, c.created_at]
        + [answer_text(c.request.answers.get(q)) for q in asked]
        for c in customers
    ]
    return _text(["customer_id", "consent", "store_code", "created_at", *asked], rows)


def inventory_text(units: Sequence[Unit]) -> str:
    """One row a unit; only columns that some unit fills."""
    names = [f.name for f in fields(Unit) if any(_cell(getattr(unit, f.name)) for unit in units)]
    rows = [[_cell(getattr(unit, name)) for name in names] for unit in units]
    return _text([_HEADER_OF.get(name, name) for name in names], rows)


def _cell(value: object) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ";".join(value) if isinstance(value, tuple) else str(value)


def _text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()
