"""What the database holds, as plain values; nothing here loads a database library."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from recommender.domain.buyer import Answer
from recommender.domain.errors import Problem


class DatabaseError(Exception):
    """The database cannot do it now; nothing was changed. ``problem`` says why and what to do.

    Codes: database_locked (try again), database_full, database_not_ready (not migrated), database_newer,
    database_drift, database_unreachable, database_address, database_folder.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(f"{problem.path}: {problem.code} {problem.value}".rstrip())


@dataclass(frozen=True)
class Draft:
    """``answers``: only the answered questions, canonical values (lists are tuples)."""

    draft_id: str
    answers: Mapping[str, Answer]
    created_at: dt.datetime
    updated_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True)
class StoredResult:
    """``request``: canonical ANSWERS.json. ``document``: the result as it was shown (CONTRACT §3)."""

    token: str
    request: Mapping[str, object]
    document: Mapping[str, object]
    catalogue_version: str
    model_version: str
    created_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Expired:
    """The link was good until ``expired_at``; what it held is gone."""

    expired_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Damaged:
    """There is a result under the link, but its row was cut or written over; it can only be deleted."""

    reason: str
