"""A database that is locked or holds damaged rows: a clear page, never a bare fault, never a wrong answer."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from recommender.domain.errors import Problem
from recommender.storage.database import draft_table, result_table
from recommender.workspace import DatabaseError
from tests.web.pages import Page, complaints
from tests.web.visitor import Site, Visitor, make_site

CUT = (
    "{",
    "",
    "[]",
    "null",
    "5",
    '{"people_max": null}',
    '{"people_max": {}}',
    '{"people_max": NaN}',
    "[" * 99_999,
)
PAGES = ("/", "/check", "/find/people", "/find/priorities")


@contextmanager
def locked(site: Site) -> Iterator[None]:
    """Another process holds the whole database; nobody waits long for it here."""
    other = sqlite3.connect(str(site.workspace.database.engine.url.database), isolation_level=None)
    object.__setattr__(site.workspace.database, "lock_seconds", 0.1)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def overwrite(site: Site, table: sa.Table, **values: str) -> None:
    site.workspace.database.write(lambda connection: connection.execute(sa.update(table).values(**values)))


@pytest.mark.parametrize("token", ["x", None])
def test_a_locked_database_is_503_with_a_bad_token_too(site: Site, token: str | None) -> None:
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "6"})
    good = visitor.get("/find/people").token()
    with locked(site):
        response = visitor.send("/find/people", {"people_max": "5"}, token or good)
    page = Page(response.text, response.status_code, dict(response.headers))
    assert (page.status, response.headers["Retry-After"]) == (503, "5")
    assert complaints(page) == []
    assert page.one("input", id="people_max").get("value") == "5", "what was typed stays"


@pytest.mark.parametrize("address", ["/check", "/forget", "/", "/r/AAAAAAAAAAAAAAAAAAAAAA/again"])
def test_other_forms_with_a_bad_token_do_not_ask_the_database(site: Site, address: str) -> None:
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "6"})
    with locked(site):
        assert visitor.send(address, {}, "x").status_code == 400


@pytest.mark.parametrize(
    ("fault", "status"),
    [(DatabaseError(Problem("db", "database_locked")), 503), (RuntimeError("secret detail"), 500)],
)
def test_a_handler_that_fails_is_answered_as_a_page(
    site: Site, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int
) -> None:
    """What a handler raises no handler sees: the last net says it."""

    def broken(*_: object, **__: object) -> str:
        raise fault

    monkeypatch.setattr("web.buyer._redisplay", broken)
    response = Visitor(site).client.post("/find/people", data={"csrf_token": "x"})
    page = Page(response.text, response.status_code, dict(response.headers))
    assert page.status == status
    assert complaints(page) == []
    assert "secret detail" not in page.html
    assert "Internal Server Error" not in page.html
    assert ("Retry-After" in response.headers) == (status == 503)


@pytest.mark.parametrize("text", CUT)
def test_a_damaged_draft_is_a_lost_draft(site: Site, text: str, caplog: pytest.LogCaptureFixture) -> None:
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "6"})
    with visitor.client.session_transaction() as session:
        draft_id = session["draft"]
    overwrite(site, draft_table, answers=text)
    with caplog.at_level(logging.ERROR, "recommender.storage"):
        response = visitor.client.post("/find/people", data={"csrf_token": "x", "people_max": "4"})
    assert response.status_code == 400
    assert 'value="4"' in response.text
    assert "damaged draft" in caplog.text
    assert draft_id not in caplog.text, "the id opens the answers"
    for address in PAGES:
        visitor.get(address)
    visitor.answer("people", {"people_max": "5"})
    assert "5" in visitor.get("/check").one("div", id="row-people_max").text(), "it starts anew"


def test_a_damaged_draft_is_said(site: Site) -> None:
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "6"})
    overwrite(site, draft_table, answers="{")
    assert "无法读取" in visitor.get("/check").one("p", class_="notice").text()


@pytest.mark.parametrize(
    "text",
    [
        '{"colour": "red"}',
        '{"people_max": "six"}',
        '{"cargo": "pram"}',
        '{"people_max": ["a"]}',
        '{"place": 1}',
    ],
)
def test_answers_that_no_question_knows_are_named_or_ignored(site: Site, text: str) -> None:
    """Sound JSON that an older or a foreign program wrote."""
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "6"})
    overwrite(site, draft_table, answers=text)
    for page in site.registry.pages:
        visitor.get(f"/find/{page.id}")
    token = visitor.get("/check").token()
    assert visitor.send("/check", {}, token).status_code in (303, 422)


@pytest.mark.parametrize("text", ["{", "", "[]", "null", "{}", '{"recommendations": []}', "[" * 99_999])
def test_a_damaged_result_is_never_no_car(site: Site, text: str, caplog: pytest.LogCaptureFixture) -> None:
    visitor = Visitor(site)
    visitor.result({"people": {"people_max": "5"}})
    address = visitor.address
    overwrite(site, result_table, document=text)
    with caplog.at_level(logging.ERROR, "recommender.storage"):
        page = visitor.get(address, status=410)
    assert "已损坏" in page.one("h1").text()
    assert "damaged result" in caplog.text
    assert address.removeprefix("/r/") not in caplog.text
    answer = visitor.client.get(f"{address}.json")
    assert (answer.status_code, answer.mimetype) == (410, "application/problem+json")
    visitor.get("/")
    for verb in ("edit", "again"):
        visitor.get("/check")
        visitor.post(f"{address}/{verb}", {"way": "0"}, status=410)
    visitor.get(f"{address}/delete")
    visitor.post(f"{address}/delete")
    visitor.get(address, status=404)


@pytest.mark.parametrize("text", ["{", "[]", "null"])
def test_a_damaged_request_of_a_result(site: Site, text: str) -> None:
    visitor = Visitor(site)
    visitor.result({"people": {"people_max": "5"}})
    overwrite(site, result_table, request=text)
    assert "已损坏" in visitor.get(visitor.address, status=410).one("h1").text()


def test_a_site_whose_database_is_gone_says_so(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "6"})
    site.workspace.database.write(lambda connection: connection.execute(sa.text("DROP TABLE draft")))
    assert visitor.send("/find/people", {"people_max": "5"}, "x").status_code == 503
