"""Kept choices on SQLite and PostgreSQL: nothing in a row leads to a person, a link or an hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from recommender.domain.survey import FieldChoice, ShownCar
from recommender.storage import migrate
from recommender.storage.database import Database, begun, field_choice_table
from tests.storage.databases import migrated, postgres_schema, sqlite_address

DAY = dt.date(2026, 11, 22)
CARS = (
    ShownCar("A1", {"price_cny": 98_000.0, "hud": True, "drive": "AWD"}),
    ShownCar("B2~X", {"seats": 5.0}),
)
CHOICE = FieldChoice(DAY, "sha256:c", {"people_max": 6, "cargo": ("pram",), "place": "340000"}, CARS, 1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        with migrated(sqlite_address(tmp_path)) as found:
            yield found
    else:
        url = request.getfixturevalue("postgres_url")
        with postgres_schema(url) as address, migrated(address) as found:
            yield found


def test_a_choice_comes_back_as_it_was_kept(database: Database) -> None:
    neither = FieldChoice(DAY, "sha256:c", {}, CARS, None)
    database.field_choices.keep(CHOICE)
    database.field_choices.keep(neither)
    assert sorted(database.field_choices.all(), key=repr) == sorted([CHOICE, neither], key=repr)


def test_the_same_form_keeps_one_row(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: database.field_choices.keep(CHOICE, "key"), range(8)))
    assert database.field_choices.all() == (CHOICE,)


def test_the_columns_hold_nothing_finer_than_a_day(database: Database) -> None:
    kinds = {
        column["name"]: column["type"] for column in sa.inspect(database.engine).get_columns("field_choice")
    }
    assert set(kinds) == {"id", "day", "catalogue_version", "answers", "shown", "chosen"}
    assert isinstance(kinds["day"], sa.Date)
    assert not isinstance(kinds["day"], sa.DateTime)


def test_rows_do_not_tell_in_which_order_they_came(database: Database) -> None:
    for key in ("m", "z", "a"):
        database.field_choices.keep(CHOICE, key)
    if database.engine.dialect.name == "sqlite":
        with pytest.raises(sa.exc.OperationalError), begun(database.engine, "DEFERRED") as connection:
            connection.execute(sa.text("SELECT rowid FROM field_choice"))
    found = database.read(lambda c: c.execute(sa.select(field_choice_table.c.id)).scalars().all())
    assert sorted(found) == ["a", "m", "z"]


@pytest.mark.parametrize(
    "damage",
    [
        {"shown": "{"},
        {"shown": '{"cars": 3}'},
        {"shown": '{"cars": [1, 2]}'},
        {"shown": '{"cars": [{"id": "A1", "values": {"seats": [5]}}]}', "chosen": 0},
        {"chosen": 7},
        {"answers": "[]"},
    ],
)
def test_a_damaged_row_is_left_out(database: Database, damage: dict[str, object]) -> None:
    database.field_choices.keep(CHOICE, "good")
    database.field_choices.keep(CHOICE, "bad")
    broken = sa.update(field_choice_table).where(field_choice_table.c.id == "bad").values(damage)
    database.write(lambda connection: connection.execute(broken))
    assert database.field_choices.all() == (CHOICE,)


def test_the_step_down_drops_the_table_and_keeps_the_rest(database: Database) -> None:
    draft_id = database.drafts.create({"people_max": 6})
    with begun(database.engine, "IMMEDIATE") as connection:
        command.downgrade(migrate._config(connection), "0001")
    assert not sa.inspect(database.engine).has_table("field_choice")
    assert [problem.code for problem in migrate.check(database)] == ["database_not_ready"]
    migrate.upgrade(database)
    assert migrate.check(database) == ()
    assert database.drafts.load(draft_id) is not None
