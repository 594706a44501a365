"""What a dealer brings: units in stock and customers who asked; and who fits which unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from recommender.domain.buyer import Request
from recommender.domain.errors import Problem

Condition = Literal["new", "used", "rental"]
Status = Literal["available", "reserved", "sold"]
UnmatchedReason = Literal[
    "no_unit_within_limits", "outside_option_better", "taken", "sold", "reserved", "unresolved_trim"
]

T = TypeVar("T")

CONDITIONS: tuple[Condition, ...] = ("new", "used", "rental")
STATUSES: tuple[Status, ...] = ("available", "reserved", "sold")


@dataclass(frozen=True, slots=True)
class Unit:
    """One car in stock, as the dealer's file says. Empty text or None = the file does not say."""

    unit_id: str
    price_cny: int
    vin: str = ""
    store_code: str = ""
    condition: Condition = "new"
    make: str = ""
    model: str = ""
    year: int | None = None
    trim: str = ""
    trim_id: str = ""
    options: tuple[str, ...] = ()
    mileage_km: int | None = None
    date_in_stock: dt.date | None = None
    status: Status = "available"
    battery_soh_pct: float | None = None
    battery_soh_date: dt.date | None = None
    battery_soh_source: str = ""
    battery_owned: bool | None = None
    first_registration: dt.date | None = None
    use_history: str = ""

    def days_in_stock(self, today: dt.date) -> int | None:
        """Whole days since the unit came; None where the file does not say, 0 on the first day."""
        return None if self.date_in_stock is None else max(0, (today - self.date_in_stock).days)


@dataclass(frozen=True, slots=True)
class Customer:
    """One person who asked. Without ``consent`` he is counted and nothing else."""

    customer_id: str
    consent: bool
    request: Request
    store_code: str = ""
    created_at: str = ""


@dataclass(frozen=True)
class Rows(Generic[T]):
    """Clean rows of a file and everything that is wrong with the others, in the order of the file.

    ``refused``: number of rows left out. ``whole`` false: the file as such cannot be used, whatever its rows.
    ``ignored``: headers that mean nothing here.
    """

    kept: tuple[T, ...]
    problems: tuple[Problem, ...]
    refused: int = 0
    whole: bool = True
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """``trim_id`` of a unit, or None and the trims it may be (``candidates``, at most three)."""

    trim_id: str | None
    detail: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """One customer and one unit within his limits. ``fit``: posterior probability that he prefers the unit to
    not buying; ``utility`` as in a recommendation."""

    customer_id: str
    unit_id: str
    rank: int
    fit: float
    utility: float
    total_price_cny: int | None
    reasons: tuple[str, ...] = ()
    drawback: str = ""
    days_in_stock: int | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """``value`` = fit × (1 + ageing bonus)."""

    customer_id: str
    unit_id: str
    value: float
    fit: float


@dataclass(frozen=True, slots=True)
class Unmatched:
    kind: Literal["customer", "unit"]
    id: str
    reason: UnmatchedReason
    detail: str = ""


@dataclass(frozen=True)
class Matches:
    """``objective``: sum of the values assigned; ``greedy``: what taking the best pair first, and so on,
    would reach; ``bound``: proved upper bound. ``counts`` by name."""

    customer_units: tuple[Fit, ...]
    unit_customers: tuple[Fit, ...]
    assigned: tuple[Assigned, ...]
    unmatched: tuple[Unmatched, ...]
    objective: float
    greedy: float
    bound: float
    counts: Mapping[str, int] = field(default_factory=dict)
