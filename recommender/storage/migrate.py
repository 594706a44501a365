"""Bring the database to the present schema, once, under a lock, before anything is served."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from recommender.domain.errors import Problem
from recommender.storage.database import Database, begun, database_problem, metadata
from recommender.storage.stored import DatabaseError

LOCK_SECONDS = 60.0
_ADVISORY_KEY = 7_215_330_492_118_046_231
"""Names our lock among those of the PostgreSQL server; any constant of 63 bits."""
_FOLDER = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> str:
    """Migrate to the newest revision; returns its name. Processes that start together wait for the first.

    Raises DatabaseError: database_newer when the database was made by a newer version of the
    program, database_locked when another process holds the lock too long, and those of the engine.
    """
    try:
        # One transaction for all steps: a migration that fails leaves the database as it was.
        with _migration_lock(database), begun(database.engine, "IMMEDIATE") as connection:
            _refuse_newer(connection, database.name)
            command.upgrade(_config(connection), "head")
    except SQLAlchemyError as error:
        raise DatabaseError(database_problem(error, database.name)) from error
    return head()


def check(database: Database) -> tuple[Problem, ...]:
    """What keeps the database from being served: nothing when it is at head and has the tables of the code.

    Codes: database_newer, database_not_ready, database_drift. Raises DatabaseError.
    """
    return database.read(lambda connection: _faults(connection, database.name))


def head() -> str:
    """The newest revision that this program knows."""
    return str(ScriptDirectory(str(_FOLDER)).get_current_head())


def _faults(connection: Connection, name: str) -> tuple[Problem, ...]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    current = context.get_current_revision()
    if current != head():
        return (_revision_problem(current, name),)
    return tuple(
        Problem(name, "database_drift", params={"detail": str(change)})
        for change in compare_metadata(context, metadata)
    )


def _refuse_newer(connection: Connection, name: str) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    problem = _revision_problem(current, name)
    if problem.code == "database_newer":
        raise DatabaseError(problem)


def _revision_problem(current: str | None, name: str) -> Problem:
    known = {script.revision for script in ScriptDirectory(str(_FOLDER)).walk_revisions()}
    code = "database_not_ready" if current is None or current in known else "database_newer"
    return Problem(name, code, current or "", {"detail": current or "empty", "head": head()})


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _migration_lock(database: Database) -> Iterator[None]:
    if database.engine.dialect.name == "sqlite":
        path = Path(f"{database.engine.url.database}.migrate.lock")
        with path.open("a+b") as file:
            _wait_for_file_lock(file, database.name)
            yield  # closing the file frees the lock, also when the process dies
    else:
        with _advisory_lock(database.engine):
            yield


@contextmanager
def _advisory_lock(engine: Engine) -> Iterator[None]:
    with engine.connect() as connection, connection.begin():
        connection.execute(text(f"SET LOCAL lock_timeout = {int(LOCK_SECONDS * 1000)}"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_KEY})
        yield


def _wait_for_file_lock(file: IO[bytes], name: str) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    while not _try_file_lock(file):
        if time.monotonic() >= deadline:
            raise DatabaseError(Problem(name, "database_locked", params={"detail": "migration"}))
        time.sleep(0.05)


def _try_file_lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
