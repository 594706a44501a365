"""Migrations: no drift, one at a time, all or nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from recommender.storage import migrate
from recommender.storage.database import Database, begun, open_database
from recommender.storage.stored import DatabaseError
from tests.storage.databases import postgres_schema, sqlite_address


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_address(tmp_path)
    else:
        with postgres_schema(request.getfixturevalue("postgres_url")) as found:
            yield found


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    found = open_database(address)
    yield found
    found.close()


def codes(database: Database) -> list[str]:
    return [problem.code for problem in migrate.check(database)]


def tables(database: Database) -> set[str]:
    return set(sa.inspect(database.engine).get_table_names())


def test_upgrade_makes_exactly_the_tables_of_the_code(database: Database) -> None:
    assert codes(database) == ["database_not_ready"]
    assert migrate.upgrade(database) == migrate.head() == "0002"
    assert codes(database) == []
    assert tables(database) == {"draft", "result", "field_choice", "alembic_version"}


def test_upgrading_again_changes_nothing(database: Database) -> None:
    migrate.upgrade(database)
    draft_id = database.drafts.create({"people_max": 6})
    migrate.upgrade(database)
    assert database.drafts.load(draft_id) is not None


def test_one_step_down_and_up_again(database: Database) -> None:
    migrate.upgrade(database)
    with begun(database.engine, "IMMEDIATE") as connection:
        command.downgrade(migrate._config(connection), "base")
    assert tables(database) == {"alembic_version"}
    assert codes(database) == ["database_not_ready"]
    migrate.upgrade(database)
    assert codes(database) == []


def test_a_changed_table_is_noticed(database: Database) -> None:
    migrate.upgrade(database)
    database.write(lambda c: c.execute(sa.text("ALTER TABLE draft ADD COLUMN phone TEXT")))
    assert codes(database) == ["database_drift"]


def test_a_newer_database_is_refused_and_left_alone(database: Database) -> None:
    migrate.upgrade(database)
    database.write(lambda c: c.execute(sa.text("UPDATE alembic_version SET version_num = '9999'")))
    assert codes(database) == ["database_newer"]
    with pytest.raises(DatabaseError) as refusal:
        migrate.upgrade(database)
    assert refusal.value.problem.code == "database_newer"
    assert refusal.value.problem.value == "9999"


def test_a_migration_that_fails_leaves_nothing(database: Database) -> None:
    def fail(*arguments: object) -> None:
        if "CREATE TABLE result" in str(arguments[2]):
            raise RuntimeError("injected")

    sa.event.listen(database.engine, "before_cursor_execute", fail)
    with pytest.raises(RuntimeError):
        migrate.upgrade(database)
    sa.event.remove(database.engine, "before_cursor_execute", fail)
    assert tables(database) == set()
    migrate.upgrade(database)
    assert codes(database) == []


def test_processes_that_start_together_migrate_once(address: str, database: Database) -> None:
    code = (
        "import sys; from recommender.storage.database import open_database; "
        "from recommender.storage.migrate import upgrade; d = open_database(sys.argv[1]); "
        "print(upgrade(d)); d.close()"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, address], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    answers = [(process.communicate(), process.returncode) for process in started]
    assert answers == [(("0002\n", ""), 0)] * 4
    assert codes(database) == []


def test_a_migration_lock_held_too_long_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 0.2)
    with closing(open_database(sqlite_address(tmp_path))) as database:
        with Path(f"{database.engine.url.database}.migrate.lock").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            with pytest.raises(DatabaseError) as refusal:
                migrate.upgrade(database)
        assert refusal.value.problem.code == "database_locked"
        assert migrate.upgrade(database) == "0002"
