"""Drafts: the answers given so far, under a random id that a cookie holds. No name, no phone."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, insert, select, update

from recommender.domain.buyer import Answer
from recommender.storage.database import Database, draft_table
from recommender.storage.stored import Draft
from recommender.storage.unpacked import DamagedRow, unpacked_answers

log = logging.getLogger("recommender.storage")
LIFETIME = dt.timedelta(days=30)
"""After the last saved page."""


@dataclass(frozen=True)
class Drafts:
    """The table of drafts. Every method raises DatabaseError when the database cannot do it now."""

    database: Database

    def create(self, answers: Mapping[str, Answer | None] | None = None) -> str:
        """Start a draft; returns its id (128 random bits)."""
        draft_id, now = self.database.token(), self.database.clock()
        row = {
            "id": draft_id,
            "answers": _packed(_merged({}, answers or {})),
            "created_at": now,
            "updated_at": now,
            "expires_at": now + LIFETIME,
        }

        def work(connection: Connection) -> str:
            self.purge(connection, now)
            connection.execute(insert(draft_table).values(row))
            return draft_id

        return self.database.write(work)

    def load(self, draft_id: str) -> Draft | None:
        """The draft; None when there is none, it has expired, or its row is damaged (logged)."""
        now = self.database.clock()
        return self.database.read(lambda connection: _find(connection, draft_id, now, lock=False))

    def save_page(self, draft_id: str, answers: Mapping[str, Answer | None]) -> Draft | None:
        """Merge the answers of one page: only the given questions change, None takes an answer away.

        Two tabs on different pages lose nothing of each other. Returns the draft as saved; None when it
        is gone, has expired or is damaged (nothing is saved then).
        """
        now = self.database.clock()

        def work(connection: Connection) -> Draft | None:
            found = _find(connection, draft_id, now, lock=True)
            if found is None:
                return None
            merged = _merged(found.answers, answers)
            values = {"answers": _packed(merged), "updated_at": now, "expires_at": now + LIFETIME}
            connection.execute(update(draft_table).where(draft_table.c.id == draft_id).values(values))
            return Draft(draft_id, merged, found.created_at, now, now + LIFETIME)

        return self.database.write(work)

    def delete(self, draft_id: str) -> bool:
        """Forget a draft; whether there was one."""
        statement = delete(draft_table).where(draft_table.c.id == draft_id)
        return self.database.write(lambda connection: connection.execute(statement).rowcount > 0)

    def purge(self, connection: Connection, now: dt.datetime) -> int:
        """Inside a writing transaction: remove the expired drafts, return how many."""
        return connection.execute(delete(draft_table).where(draft_table.c.expires_at <= now)).rowcount


def _find(connection: Connection, draft_id: str, now: dt.datetime, *, lock: bool) -> Draft | None:
    statement = select(draft_table).where(draft_table.c.id == draft_id, draft_table.c.expires_at > now)
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else _draft(row)


def _draft(row: Row[tuple[object, ...]]) -> Draft | None:
    try:
        answers = unpacked_answers(row.answers)
    except DamagedRow as damage:
        # Nothing can be had from it; the person begins anew. The id is a secret and stays out of the log.
        log.error("damaged draft of %s: %s", row.updated_at, damage)
        return None
    return Draft(row.id, answers, row.created_at, row.updated_at, row.expires_at)


def _merged(old: Mapping[str, Answer], new: Mapping[str, Answer | None]) -> dict[str, Answer]:
    both = {**old, **new}
    return {key: value for key, value in both.items() if value is not None}


def _packed(answers: Mapping[str, Answer]) -> str:
    return json.dumps(answers, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
