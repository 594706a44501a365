"""A migrated database for a test, on SQLite and on PostgreSQL; a clock that is set by hand."""

from __future__ import annotations

import datetime as dt
import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from recommender.storage.database import Database, open_database
from recommender.storage.migrate import upgrade

START = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now

    def move(self, **parts: float) -> None:
        self.now += dt.timedelta(**parts)


def sqlite_address(folder: Path) -> str:
    """Address of a file in a folder that is there."""
    if not (folder / "state").exists():
        (folder / "state").mkdir(parents=True)
    return f"sqlite:///{folder / 'state' / 'recommender.db'}"


@contextmanager
def postgres_schema(url: str) -> Iterator[str]:
    """Address of an empty schema of its own, dropped afterwards."""
    schema = f"test_{secrets.token_hex(6)}"
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
    try:
        join = "&" if "?" in url else "?"
        yield f"{url}{join}options=-csearch_path%3D{schema}"
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()


@contextmanager
def migrated(
    address: str, clock: HandClock | None = None, *, lock_seconds: float = 5.0
) -> Iterator[Database]:
    """An open database with its tables; tokens are counted, so that a test can name them."""
    numbers = itertools.count(1)
    database = open_database(
        address,
        clock=clock or HandClock(),
        token=lambda: f"token-{next(numbers)}",
        lock_seconds=lock_seconds,
    )
    try:
        upgrade(database)
        yield database
    finally:
        database.close()
