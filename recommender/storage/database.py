"""The database: engine, tables, transactions that wait for a lock at most five seconds.

SQLite and PostgreSQL. No dialect SQL stands outside this module and ``migrate``. Nothing is created or
migrated here: see :func:`recommender.storage.migrate.upgrade`.
"""

from __future__ import annotations

import datetime as dt
import random
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from recommender.domain.errors import Problem
from recommender.storage.stored import DatabaseError

if TYPE_CHECKING:
    from recommender.storage.drafts import Drafts
    from recommender.storage.field_choices import FieldChoices
    from recommender.storage.results import Results

Clock = Callable[[], dt.datetime]
"""Returns the time now, with a time zone."""
TokenSource = Callable[[], str]
"""Returns a new unguessable token that is safe in an address."""
Done = TypeVar("Done")

LOCK_SECONDS = 5.0
_ATTEMPT_MS = 500
_TOKEN_BYTES = 16
_PG_LOCKED = frozenset({"40001", "40P01", "55P03"})
"""serialization_failure, deadlock_detected, lock_not_available"""
_PG_FULL = frozenset({"53100", "53200"})
_PG_UNPREPARED = frozenset({"42P01", "42703"})


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment in UTC. SQLite has no time zones: stored without, read back with one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        moment = value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_name)s"},
)
draft_table = Table(
    "draft",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("answers", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
result_table = Table(
    "result",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("request", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("catalogue_version", String(80), nullable=False),
    Column("model_version", String(80), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
field_choice_table = Table(
    "field_choice",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("day", Date, nullable=False),
    Column("catalogue_version", String(80), nullable=False),
    Column("answers", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("chosen", Integer, nullable=True),
    # a hidden row number would tell the order in which the choices came
    sqlite_with_rowid=False,
)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def new_token() -> str:
    """128 random bits, 22 characters that are safe in an address."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


@dataclass(frozen=True)
class Database:
    """Drafts, results and kept choices over one engine; every method may raise DatabaseError."""

    engine: Engine
    clock: Clock = utc_now
    token: TokenSource = new_token
    lock_seconds: float = LOCK_SECONDS

    @cached_property
    def drafts(self) -> Drafts:
        from recommender.storage.drafts import Drafts  # the module imports this one

        return Drafts(self)

    @cached_property
    def results(self) -> Results:
        from recommender.storage.results import Results  # the module imports this one

        return Results(self)

    @cached_property
    def field_choices(self) -> FieldChoices:
        from recommender.storage.field_choices import FieldChoices  # the module imports this one

        return FieldChoices(self)

    @property
    def name(self) -> str:
        """The address without its password, for messages."""
        return self.engine.url.render_as_string(hide_password=True)

    def read(self, work: Callable[[Connection], Done]) -> Done:
        """Run ``work`` in a transaction that only reads."""
        return self._run(work, "DEFERRED")

    def write(self, work: Callable[[Connection], Done]) -> Done:
        """Run ``work`` in a transaction; all of it happens or nothing. May be called again after a lock."""
        return self._run(work, "IMMEDIATE")

    def ping(self) -> None:
        """Raise DatabaseError unless the tables answer."""
        self.read(lambda connection: connection.execute(text("SELECT 1 FROM result WHERE 1 = 0")).all())

    def purge(self) -> int:
        """Forget what has expired, now. Returns how many drafts and results were emptied or removed."""
        now = self.clock()
        return self.write(lambda c: self.drafts.purge(c, now) + self.results.purge(c, now))

    def forget_connections(self) -> None:
        """After a fork: drop the parent's connections without closing them under its feet."""
        self.engine.dispose(close=False)

    def close(self) -> None:
        self.engine.dispose()

    def _run(self, work: Callable[[Connection], Done], begin: str) -> Done:
        deadline = time.monotonic() + self.lock_seconds
        while True:
            try:
                with begun(self.engine, begin) as connection:
                    return work(connection)
            except SQLAlchemyError as error:
                problem = database_problem(error, self.name)
                if problem.code != "database_locked" or time.monotonic() + _ATTEMPT_MS / 1000 >= deadline:
                    raise DatabaseError(problem) from error
            time.sleep(random.uniform(0.01, 0.1))  # noqa: S311 - jitter between tries, no secret


@contextmanager
def begun(engine: Engine, kind: str) -> Iterator[Connection]:
    """A connection in one transaction. ``kind``: DEFERRED or IMMEDIATE, which only SQLite knows."""
    connection = engine.connect().execution_options(sqlite_begin=kind)
    with connection, connection.begin():
        yield connection


def database_problem(error: SQLAlchemyError, name: str) -> Problem:
    """What an error of the driver means for a person. Raises it again when it is a fault of ours."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    detail = (
        str(cause or error).strip().splitlines()[0] if str(cause or error).strip() else type(error).__name__
    )
    params = {"detail": detail}
    if isinstance(cause, sqlite3.Error):
        code = _sqlite_code(cause)
    elif isinstance(error, DBAPIError):
        code = _postgresql_code(str(getattr(cause, "sqlstate", None) or ""), error)
    else:
        code = "database_unreachable"
    if not code:
        raise error
    return Problem(name, code, params=params)


def _sqlite_code(cause: sqlite3.Error) -> str:
    primary = (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF
    codes = {
        sqlite3.SQLITE_BUSY: "database_locked",
        sqlite3.SQLITE_LOCKED: "database_locked",
        sqlite3.SQLITE_FULL: "database_full",
        sqlite3.SQLITE_CANTOPEN: "database_unreachable",
        sqlite3.SQLITE_READONLY: "database_unreachable",
        sqlite3.SQLITE_IOERR: "database_unreachable",
        sqlite3.SQLITE_PERM: "database_unreachable",
        sqlite3.SQLITE_NOTADB: "database_unreachable",
        sqlite3.SQLITE_CORRUPT: "database_unreachable",
    }
    if primary == sqlite3.SQLITE_ERROR and str(cause).startswith(("no such table", "no such column")):
        return "database_not_ready"
    return codes.get(primary, "")


def _postgresql_code(sqlstate: str, error: DBAPIError) -> str:
    if sqlstate in _PG_LOCKED:
        return "database_locked"
    if sqlstate in _PG_FULL:
        return "database_full"
    if sqlstate in _PG_UNPREPARED:
        return "database_not_ready"
    # 08 connection, 28 authorisation, 3D no such database, 53 resources, 57 shutting down
    gone = not sqlstate and (error.connection_invalidated or type(error).__name__ == "OperationalError")
    return "database_unreachable" if gone or sqlstate[:2] in ("08", "28", "3D", "53", "57") else ""


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite has the repair of the WAL-reset bug (3.51.3, backports 3.50.7 and 3.44.6)."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def open_database(
    address: str,
    *,
    state_dir: Path | None = None,
    clock: Clock = utc_now,
    token: TokenSource = new_token,
    lock_seconds: float = LOCK_SECONDS,
) -> Database:
    """Make the engine for an address. Connects to nothing yet.

    The folder of a SQLite file is made when it is ``state_dir`` or inside it; any other must be there. Raises
    DatabaseError for an address that cannot be used (database_address, database_folder).
    """
    # An error that ends in a log must not carry anybody's answers.
    quiet = {"hide_parameters": True, "pool_size": 8}
    try:
        url = make_url(address)
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() == "sqlite":
            _see_folder(Path(url.database or "").parent, state_dir)
            engine = create_engine(url, connect_args={"timeout": _ATTEMPT_MS / 1000}, **quiet)
            _prepare_sqlite(engine)
        else:
            given = str(url.query.get("options", ""))
            options = f"{given} -c lock_timeout={int(lock_seconds * 1000)} -c timezone=UTC".strip()
            connect = {"options": options, "connect_timeout": 5}
            engine = create_engine(url, connect_args=connect, pool_pre_ping=True, **quiet)
    except (ArgumentError, ModuleNotFoundError, OSError) as error:
        safe_name = "database_url" if isinstance(error, ArgumentError) else url.render_as_string()
        problem = Problem(safe_name, "database_address", params={"detail": str(error)})
        raise DatabaseError(problem) from error
    return Database(engine, clock, token, lock_seconds)


def _see_folder(folder: Path, state_dir: Path | None) -> None:
    """A slip in an address must not leave folders where nobody looks for them. Raises OSError too."""
    if state_dir is not None and folder.resolve().is_relative_to(state_dir.resolve()):
        folder.mkdir(parents=True, exist_ok=True)
    elif not folder.is_dir():
        raise DatabaseError(Problem(str(folder), "database_folder", params={"folder": str(folder)}))


def _prepare_sqlite(engine: Engine) -> None:
    mode = "journal_mode=WAL" if wal_is_safe() else "journal_mode=DELETE"
    level = "synchronous=NORMAL" if wal_is_safe() else "synchronous=FULL"

    def connected(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        # The driver starts no transaction by itself; `begun` says which kind is wanted.
        connection.isolation_level = None
        for pragma in (f"busy_timeout={_ATTEMPT_MS}", mode, level, "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    def beginning(connection: Connection) -> None:
        # A transaction that will write takes its lock first: upgrading a read lock later can deadlock.
        kind = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {kind}")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", beginning)
