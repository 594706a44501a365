"""Results: what was recommended, under a link that nobody can guess, until it expires or is deleted."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from recommender.storage.database import Database, result_table
from recommender.storage.stored import Damaged, Expired, StoredResult
from recommender.storage.unpacked import DamagedRow, unpacked, unpacked_result

log = logging.getLogger("recommender.storage")
LIFETIME = dt.timedelta(days=90)
REMEMBERED = dt.timedelta(days=365)
"""How long after its end a link is still answered with "expired" instead of "never heard of"."""


@dataclass(frozen=True)
class Results:
    """The table of results. Every method raises DatabaseError when the database cannot do it now."""

    database: Database

    def save(
        self,
        request_document: Mapping[str, object],
        document: Mapping[str, object],
        token: str | None = None,
    ) -> str:
        """Keep a result; returns its token (128 random bits). Versions are taken from the document.

        With a ``token`` of its own (unguessable), only the first result under it is kept: the same form sent
        by many threads at once leaves one result.
        """
        given, now = token, self.database.clock()
        token = self.database.token() if given is None else given
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

        try:
            return self.database.write(work)
        except IntegrityError:
            if given is None or not self._has(given):
                raise
            return given

    def load(self, token: str) -> StoredResult | Expired | Damaged | None:
        """The result; Expired after its time, None for a token that never was or was deleted.

        Damaged (logged) when the row does not hold a result any more.
        """
        statement = select(result_table).where(result_table.c.token == token)
        row = self.database.read(lambda connection: connection.execute(statement).one_or_none())
        if row is None:
            return None
        if row.expires_at <= self.database.clock():
            return Expired(row.expires_at)
        versions = {"catalogue_version": row.catalogue_version, "model_version": row.model_version}
        try:
            asked, document = unpacked(row.request), unpacked_result(row.document, versions)
        except DamagedRow as damage:
            # The token is a secret and stays out of the log.
            log.error("damaged result of %s: %s", row.created_at, damage)
            return Damaged(str(damage))
        return StoredResult(
            row.token,
            asked,
            document,
            row.catalogue_version,
            row.model_version,
            row.created_at,
            row.expires_at,
        )

    def delete(self, token: str) -> bool:
        """Forget a result at once, as the person asked; whether there was one."""
        statement = delete(result_table).where(result_table.c.token == token)
        return self.database.write(lambda connection: connection.execute(statement).rowcount > 0)

    def _has(self, token: str) -> bool:
        statement = select(result_table.c.token).where(result_table.c.token == token)
        return self.database.read(lambda connection: connection.execute(statement).first() is not None)

    def purge(self, connection: Connection, now: dt.datetime) -> int:
        """Inside a writing transaction: empty what has expired, drop the oldest tombstones."""
        expired = (result_table.c.expires_at <= now) & (result_table.c.document != "")
        emptied = connection.execute(update(result_table).where(expired).values(request="", document=""))
        connection.execute(delete(result_table).where(result_table.c.expires_at <= now - REMEMBERED))
        return emptied.rowcount


def _packed(document: Mapping[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
