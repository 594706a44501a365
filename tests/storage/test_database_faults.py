"""What can go wrong with a database: each is named, nothing is half done."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from recommender.storage.database import Database, open_database, wal_is_safe
from recommender.storage.stored import DatabaseError
from tests.storage.databases import migrated, postgres_schema, sqlite_address


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with migrated(sqlite_address(tmp_path), lock_seconds=0.7) as found:
        yield found


def file_of(database: Database) -> str:
    return str(database.engine.url.database)


def code_of(database: Database) -> str:
    with pytest.raises(DatabaseError) as refusal:
        database.drafts.create({})
    return refusal.value.problem.code


def test_a_locked_database_is_waited_for(database: Database) -> None:
    other = sqlite3.connect(file_of(database), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(0.2, other.execute, ["COMMIT"])
    timer.start()
    draft_id = database.drafts.create({"people_max": 6})
    timer.join()
    other.close()
    assert database.drafts.load(draft_id) is not None


def test_a_database_locked_for_long_is_named_and_unchanged(database: Database) -> None:
    draft_id = database.drafts.create({"people_max": 6})
    other = sqlite3.connect(file_of(database), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    started = time.monotonic()
    with pytest.raises(DatabaseError) as refusal:
        database.drafts.save_page(draft_id, {"people_max": 7})
    assert refusal.value.problem.code == "database_locked"
    assert time.monotonic() - started < 5.0
    other.execute("ROLLBACK")
    other.close()
    draft = database.drafts.load(draft_id)
    assert draft is not None
    assert draft.answers == {"people_max": 6}


def test_a_full_disk_is_named_and_loses_nothing(database: Database) -> None:
    draft_id = database.drafts.create({"people_max": 6})

    def fill(connection: sa.Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    database.read(fill)
    with pytest.raises(DatabaseError) as refusal:
        database.drafts.save_page(draft_id, {"note": "x" * 100_000})
    assert refusal.value.problem.code == "database_full"
    draft = database.drafts.load(draft_id)
    assert draft is not None
    assert draft.answers == {"people_max": 6}


def test_a_fault_of_the_code_is_not_called_a_fault_of_the_database(database: Database) -> None:
    with pytest.raises(sa.exc.OperationalError):
        database.read(lambda connection: connection.exec_driver_sql("SELEKT 1"))


@pytest.mark.parametrize("statement", [1, 2, 3])
def test_a_fault_at_any_statement_leaves_the_draft_as_it_was(database: Database, statement: int) -> None:
    draft_id = database.drafts.create({"people_max": 6})
    seen: list[str] = []

    def fail(*arguments: object) -> None:
        seen.append(str(arguments[2]))
        if len(seen) == statement:
            raise sqlite3.OperationalError("injected")

    sa.event.listen(database.engine, "before_cursor_execute", fail)
    with pytest.raises(sa.exc.OperationalError) as fault:
        database.drafts.save_page(draft_id, {"people_max": 7})
    assert "people_max" not in str(fault.value)  # no answers in a log
    sa.event.remove(database.engine, "before_cursor_execute", fail)
    draft = database.drafts.load(draft_id)
    assert draft is not None
    assert draft.answers == {"people_max": 6}


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "recommender.db"
    path.write_bytes(b"not a database, but long enough to have a header" * 4)
    with closing(open_database(f"sqlite:///{path}")) as database, pytest.raises(DatabaseError) as refusal:
        database.ping()
    assert refusal.value.problem.code == "database_unreachable"


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    for state_dir, code in ((None, "database_folder"), (tmp_path, "database_address")):
        with pytest.raises(DatabaseError) as refusal:
            open_database(sqlite_address(tmp_path), state_dir=state_dir)
        assert refusal.value.problem.code == code


@pytest.mark.parametrize("below", ["nope", "nope/deep", "state/../nope"])
def test_no_folder_is_made_outside_of_the_state_folder(tmp_path: Path, below: str) -> None:
    state = tmp_path / "state"
    state.mkdir()
    with pytest.raises(DatabaseError) as refusal:
        open_database(f"sqlite:///{tmp_path / below}/x.db", state_dir=state)
    assert refusal.value.problem.code == "database_folder"
    assert list(tmp_path.iterdir()) == [state]
    open_database(f"sqlite:///{state}/deep/x.db", state_dir=state).close()
    assert (state / "deep").is_dir()


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    address = "postgresql://user:s3cret@127.0.0.1:1/none"
    with closing(open_database(address)) as database, pytest.raises(DatabaseError) as refusal:
        database.ping()
    assert refusal.value.problem.code == "database_unreachable"
    assert "s3cret" not in f"{refusal.value.problem} {refusal.value}"


@pytest.mark.parametrize("address", ["", "nonsense", "oracle9://x/y"])
def test_an_unusable_address_is_named(address: str) -> None:
    with pytest.raises(DatabaseError) as refusal:
        open_database(address)
    assert refusal.value.problem.code == "database_address"


def test_without_tables_it_says_that_a_migration_is_due(tmp_path: Path) -> None:
    with (
        closing(open_database(sqlite_address(tmp_path))) as database,
        pytest.raises(DatabaseError) as refusal,
    ):
        database.ping()
    assert refusal.value.problem.code == "database_not_ready"


@pytest.mark.postgres
def test_a_lock_on_postgres_is_named_and_unchanged(postgres_url: str) -> None:
    with postgres_schema(postgres_url) as address, migrated(address, lock_seconds=0.7) as database:
        draft_id = database.drafts.create({"people_max": 6})
        with database.engine.connect() as other, other.begin():
            other.execute(sa.text("LOCK TABLE draft IN ACCESS EXCLUSIVE MODE"))
            assert code_of(database) == "database_locked"
        assert database.drafts.load(draft_id) is not None


@pytest.mark.postgres
def test_postgres_without_tables_says_that_a_migration_is_due(postgres_url: str) -> None:
    with (
        postgres_schema(postgres_url) as address,
        closing(open_database(address)) as database,
        pytest.raises(DatabaseError) as refusal,
    ):
        database.ping()
    assert refusal.value.problem.code == "database_not_ready"


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_wal_only_where_its_repair_is(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_the_journal_is_as_this_sqlite_allows(database: Database) -> None:
    def modes(connection: sa.Connection) -> tuple[str, int]:
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        return journal, connection.exec_driver_sql("PRAGMA synchronous").scalar_one()

    assert database.read(modes) == (("wal", 1) if wal_is_safe() else ("delete", 2))
