"""A person's request: answers, limits, weights, trade-offs. No name, no phone, nothing personal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from recommender.domain.catalogue import Place
from recommender.domain.limits import Limit

Answer = bool | int | float | str | tuple[str, ...]
"""Canonical answer: bool, number, option id, place code, or a tuple of option ids / brands."""

SEGMENT_IDS = ("families", "young_urban", "outdoor", "rural")


@dataclass(frozen=True, slots=True)
class TradeOff:
    """``shown`` configurations in the order shown; ``chosen`` one of them, or None for neither."""

    shown: tuple[str, ...]
    chosen: str | None


@dataclass(frozen=True)
class Request:
    """Parsed ANSWERS.json; only answered questions are in ``answers``."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    trade_offs: tuple[TradeOff, ...] = ()
    unknown: Literal["exclude", "mark"] = "exclude"
    top: int = 5
    per_line: int = 1
    per_brand: int = 2
    lang: Literal["zh", "en"] = "zh"
    date: dt.date = dt.date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What of the answers decides costs, range and charging. None = not answered: stated defaults apply."""

    date: dt.date
    place: Place | None = None
    province: Place | None = None
    country: Place | None = None
    area: str | None = None
    overnight_charging: str | None = None
    daily_km: float | None = None
    longest_trip_km: float | None = None
    motorway_trips_month: float | None = None
    winter_low_c: float | None = None
    parked_indoors: bool | None = None
    old_car: str | None = None
    payment: str | None = None
    rough_days: str | None = None
    condition: str | None = None
    used_max_age_years: float | None = None
    used_max_km: float | None = None
    used_min_soh_pct: float | None = None
    try_rental: bool | None = None
