"""Results: what was recommended, under a link that nobody can guess, until it expires or is deleted."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from recommender.storage.database import Database, result_table
from recommender.storage.stored import Expired, StoredResult

LIFETIME = dt.timedelta(days=90)
REMEMBERED = dt.timedelta(days=365)
"""How long after its end a link is still answered with "expired" instead of "never heard of"."""


@dataclass(frozen=True)
class Results:
    """The table of results. Every method raises DatabaseError when the database cannot do it now."""

    database: Database

    def save(self, request_document: Mapping[str, object], document: Mapping[str, object]) -> str:
        """Keep a result; returns its token (128 random bits). Versions are taken from the document."""
        token, now = self.database.token(), self.database.clock()
        row = {
            "token": token,
            "request": _packed(request_document),
            "document": _packed(document),
            "catalogue_version": str(document["catalogue_version"]),
            "model_version": str(document["model_version"]),
            "created_at": now,
            "expires_at": now + LIFETIME,
        }

        def work(connection: Connection) -> str:
            self.purge(connection, now)
            connection.execute(insert(result_table).values(row))
            return token

        return self.database.write(work)

    def load(self, token: str) -> StoredResult | Expired | None:
        """The result; Expired after its time, None for a token that never was or was deleted."""
        statement = select(result_table).where(result_table.c.token == token)
        row = self.database.read(lambda connection: connection.execute(statement).one_or_none())
        if row is None:
            return None
        if row.expires_at <= self.database.clock():
            return Expired(row.expires_at)
        return StoredResult(
            row.token,
            json.loads(row.request),
            json.loads(row.document),
            row.catalogue_version,
            row.model_version,
            row.created_at,
            row.expires_at,
        )

    def delete(self, token: str) -> bool:
        """Forget a result at once, as the person asked; whether there was one."""
        statement = delete(result_table).where(result_table.c.token == token)
        return self.database.write(lambda connection: connection.execute(statement).rowcount > 0)

    def purge(self, connection: Connection, now: dt.datetime) -> int:
        """Inside a writing transaction: empty what has expired, drop the oldest tombstones."""
        expired = (result_table.c.expires_at <= now) & (result_table.c.document != "")
        emptied = connection.execute(update(result_table).where(expired).values(request="", document=""))
        connection.execute(delete(result_table).where(result_table.c.expires_at <= now - REMEMBERED))
        return emptied.rowcount


def _packed(document: Mapping[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
