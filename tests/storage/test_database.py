"""Drafts and results, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.buyer import Answer
from recommender.storage.database import Database, draft_table, new_token, result_table
from recommender.storage.drafts import LIFETIME as DRAFT_LIFETIME
from recommender.storage.results import LIFETIME as RESULT_LIFETIME
from recommender.storage.results import REMEMBERED
from recommender.storage.stored import Damaged, Expired, StoredResult
from tests.storage.databases import START, HandClock, migrated, postgres_schema, sqlite_address

DOCUMENT = {
    "model_version": "m1",
    "catalogue_version": "c1",
    "recommendations": [{"brand": "小米", "x": 1.5}],
}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[Database]:
    if request.param == "sqlite":
        with migrated(sqlite_address(tmp_path), clock) as found:
            yield found
    else:
        url = request.getfixturevalue("postgres_url")
        with postgres_schema(url) as address, migrated(address, clock) as found:
            yield found


def count(database: Database, table: sa.Table) -> int:
    return database.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


# ------------------------------------------------------------------------------------------ drafts
def test_a_draft_comes_back_as_it_was_saved(database: Database) -> None:
    answers: dict[str, Answer] = {
        "people_max": 6,
        "daily_km": 12.5,
        "older_passengers": True,
        "place": "330100",
        "cargo": ("pram", "pet"),
        "budget_cny": 200_000,
    }
    draft_id = database.drafts.create(answers)
    draft = database.drafts.load(draft_id)
    assert draft is not None
    assert draft.answers == answers
    assert type(draft.answers["older_passengers"]) is bool
    assert type(draft.answers["people_max"]) is int
    assert (draft.created_at, draft.updated_at) == (START, START)
    assert draft.expires_at == START + DRAFT_LIFETIME


def test_a_page_changes_only_its_own_questions(database: Database, clock: HandClock) -> None:
    draft_id = database.drafts.create({"people_max": 6, "child_seats": 2})
    clock.move(minutes=5)
    saved = database.drafts.save_page(draft_id, {"budget_cny": 200_000, "child_seats": None})
    assert saved == database.drafts.load(draft_id)
    assert saved is not None
    assert saved.answers == {"people_max": 6, "budget_cny": 200_000}
    assert saved.created_at == START
    assert saved.updated_at == START + dt.timedelta(minutes=5)
    assert saved.expires_at == saved.updated_at + DRAFT_LIFETIME


def test_an_unknown_draft_is_none_and_nothing_is_made(database: Database) -> None:
    assert database.drafts.load("nobody") is None
    assert database.drafts.save_page("nobody", {"people_max": 6}) is None
    assert database.drafts.delete("nobody") is False
    assert count(database, draft_table) == 0


def test_a_deleted_draft_is_gone(database: Database) -> None:
    draft_id = database.drafts.create({"people_max": 6})
    assert database.drafts.delete(draft_id) is True
    assert database.drafts.load(draft_id) is None


def test_a_draft_ends_with_its_lifetime_and_is_not_revived(database: Database, clock: HandClock) -> None:
    draft_id = database.drafts.create({"people_max": 6})
    clock.move(days=29.9)
    assert database.drafts.load(draft_id) is not None
    clock.move(days=0.1)
    assert database.drafts.load(draft_id) is None
    assert database.drafts.save_page(draft_id, {"child_seats": 1}) is None


def test_starting_a_draft_removes_the_expired_ones(database: Database, clock: HandClock) -> None:
    database.drafts.create({"people_max": 6})
    clock.move(days=31)
    kept = database.drafts.create({})
    assert count(database, draft_table) == 1
    assert database.drafts.load(kept) is not None


def test_many_tabs_at_once_lose_no_answer(database: Database) -> None:
    draft_id = database.drafts.create({})
    start = threading.Barrier(8)

    def one_tab(number: int) -> None:
        start.wait()
        for turn in range(5):
            assert database.drafts.save_page(draft_id, {f"question_{number}_{turn}": number}) is not None

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one_tab, range(8)))
    draft = database.drafts.load(draft_id)
    assert draft is not None
    assert draft.answers == {f"question_{n}_{t}": n for n in range(8) for t in range(5)}


answer_values = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.lists(st.text(max_size=8), max_size=3).map(tuple),
)


@given(
    first=st.dictionaries(st.text(min_size=1, max_size=8), answer_values, max_size=4),
    second=st.dictionaries(st.text(min_size=1, max_size=8), answer_values | st.none(), max_size=4),
)
def test_any_answers_merge_like_a_dictionary(
    tmp_path_factory: pytest.TempPathFactory,
    first: dict[str, Answer],
    second: dict[str, Answer | None],
) -> None:
    with migrated(sqlite_address(tmp_path_factory.getbasetemp() / "merge")) as database:
        draft_id = database.drafts.create(first)
        saved = database.drafts.save_page(draft_id, second)
        assert saved is not None
        assert saved.answers == {k: v for k, v in {**first, **second}.items() if v is not None}
        assert saved == database.drafts.load(draft_id)
        database.drafts.delete(draft_id)


# ------------------------------------------------------------------------------------------ results
def test_a_result_comes_back_as_it_was_saved(database: Database) -> None:
    token = database.results.save({"answers": {"people_max": 6}}, DOCUMENT)
    found = database.results.load(token)
    assert found == StoredResult(
        token, {"answers": {"people_max": 6}}, DOCUMENT, "c1", "m1", START, START + RESULT_LIFETIME
    )


def test_a_result_expires_and_its_content_is_forgotten(database: Database, clock: HandClock) -> None:
    token = database.results.save({"answers": {}}, DOCUMENT)
    clock.move(days=89)
    assert isinstance(database.results.load(token), StoredResult)
    clock.move(days=1)
    end = Expired(START + RESULT_LIFETIME)
    assert database.results.load(token) == end
    assert database.purge() == 1
    assert database.results.load(token) == end
    row = database.read(lambda c: c.execute(sa.select(result_table)).one())
    assert (row.request, row.document) == ("", "")
    clock.move(days=REMEMBERED.days)
    database.purge()
    assert database.results.load(token) is None


def test_saving_a_result_forgets_the_expired_ones(database: Database, clock: HandClock) -> None:
    old = database.results.save({}, DOCUMENT)
    clock.move(days=91)
    database.results.save({}, DOCUMENT)
    contents = database.read(
        lambda c: c.execute(sa.select(result_table.c.token, result_table.c.document)).all()
    )
    assert {token: bool(document) for token, document in contents} == {old: False, "token-2": True}


def test_a_deleted_result_was_never_there(database: Database) -> None:
    token = database.results.save({}, DOCUMENT)
    assert database.results.delete(token) is True
    assert database.results.load(token) is None
    assert database.results.delete(token) is False


@pytest.mark.parametrize("token", ["", "x" * 500, "'; DROP TABLE result; --", "不存在", "%", "a\nb"])
def test_a_strange_token_is_just_unknown(database: Database, token: str) -> None:
    database.results.save({}, DOCUMENT)
    assert database.results.load(token) is None
    assert database.drafts.load(token) is None
    assert count(database, result_table) == 1


def test_purge_counts_what_it_forgot(database: Database, clock: HandClock) -> None:
    database.drafts.create({})
    database.results.save({}, DOCUMENT)
    assert database.purge() == 0
    clock.move(days=100)
    assert database.purge() == 2
    assert database.purge() == 0


def test_tokens_are_128_random_bits_safe_in_an_address() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {22}
    assert all(c.isalnum() or c in "-_" for token in tokens for c in token)


# --------------------------------------------------------------------------- one form, damaged rows
def test_many_at_once_under_one_token_keep_the_first_result(database: Database) -> None:
    start = threading.Barrier(8)

    def save(number: int) -> str:
        start.wait()
        return database.results.save({"lang": "zh"}, {**DOCUMENT, "number": number}, "same")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(save, range(8))) == {"same"}
    assert count(database, result_table) == 1
    kept = database.results.load("same")
    database.results.save({"lang": "zh"}, {**DOCUMENT, "number": 99}, "same")
    assert database.results.load("same") == kept


@pytest.mark.parametrize("text", ["{", "[]", "null", "3", '{"people_max": {"a": 1}}'])
def test_a_damaged_draft_is_lost_and_can_be_deleted(database: Database, text: str) -> None:
    draft_id = database.drafts.create({"people_max": 6})
    database.write(lambda c: c.execute(sa.update(draft_table).values(answers=text)))
    assert database.drafts.load(draft_id) is None
    assert database.drafts.save_page(draft_id, {"people_max": 5}) is None
    assert database.drafts.delete(draft_id) is True


@pytest.mark.parametrize("text", ["{", "{}", "null", '{"recommendations": [1]}', '{"recommendations": []}'])
def test_a_damaged_result_is_named_and_can_be_deleted(database: Database, text: str) -> None:
    token = database.results.save({}, DOCUMENT)
    database.write(lambda c: c.execute(sa.update(result_table).values(document=text)))
    assert isinstance(database.results.load(token), Damaged)
    assert database.results.delete(token) is True
    assert database.results.load(token) is None
