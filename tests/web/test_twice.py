"""A form that is sent twice, or ten times at once, gives one result; another form gives another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from recommender.storage.database import result_table
from tests.storage.databases import postgres_schema
from tests.web.visitor import Site, Visitor, make_site

NOTHING_FITS = {"people": {"people_max": "9"}, "budget": {"budget_cny": "50000"}}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def twice_site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    if request.param == "sqlite":
        yield make_site(tmp_path)
        return
    with postgres_schema(request.getfixturevalue("postgres_url")) as address:
        site = make_site(tmp_path, database_url=address)
        yield site
        site.workspace.database.close()


def results(site: Site) -> int:
    count = sa.select(sa.func.count()).select_from(result_table)
    return int(site.workspace.database.read(lambda connection: connection.execute(count).scalar_one()))


def once(visitor: Visitor) -> str:
    assert visitor.page is not None
    return visitor.page.one("input", name="once").get("value")


def sent_ten_times(visitor: Visitor, address: str, fields: dict[str, str], token: str) -> set[str]:
    """Where ten threads are sent that post one form at once, each with the cookies of the visitor."""
    start = threading.Barrier(10)
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None

    def send(_: int) -> str:
        client = visitor.site.app.test_client()
        client.set_cookie("session", cookie.value)
        start.wait()
        response = client.post(address, data={"csrf_token": token, **fields})
        assert response.status_code == 303, response.status_code
        return str(response.location)

    with ThreadPoolExecutor(10) as pool:
        return set(pool.map(send, range(10)))


def test_ten_threads_with_one_form_make_one_result(twice_site: Site) -> None:
    visitor = Visitor(twice_site)
    visitor.answer("people", {"people_max": "5"})
    token = visitor.get("/check").token()
    (address,) = sent_ten_times(visitor, "/check", {"once": once(visitor)}, token)
    assert results(twice_site) == 1
    assert len(address.removeprefix("/r/")) == 22
    visitor.get(address)


def test_ten_threads_with_one_way_out_make_one_result(twice_site: Site) -> None:
    visitor = Visitor(twice_site)
    page = visitor.result(NOTHING_FITS)
    before = results(twice_site)
    fields = {"once": once(visitor), "way": "0"}
    addresses = sent_ten_times(visitor, f"{visitor.address}/again", fields, page.token())
    assert len(addresses) == 1
    assert results(twice_site) == before + 1


def test_a_new_form_or_changed_answers_make_a_new_result(site: Site) -> None:
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "5"})
    token = visitor.get("/check").token()
    form = {"once": once(visitor)}
    first = visitor.send("/check", form, token).location
    assert visitor.send("/check", form, token).location == first
    visitor.get("/check")
    assert visitor.send("/check", {"once": once(visitor)}, token).location != first
    site.clock.now = site.clock.now.replace(minute=7)
    visitor.answer("people", {"people_max": "6"})
    again = visitor.send("/check", form, token).location
    assert again != first, "the old form in another tab must not bring back the old answers"


def test_the_link_of_a_form_is_not_known_to_who_knows_the_form(site: Site, tmp_path: Path) -> None:
    """It hangs on the draft and on the signing key, not on what the page shows alone."""
    one, other = Visitor(site), Visitor(site)
    for visitor in (one, other):
        visitor.answer("people", {"people_max": "5"})
    token = one.get("/check").token()
    form = {"once": once(one)}
    theirs = other.get("/check").token()
    assert one.send("/check", form, token).location != other.send("/check", form, theirs).location


def test_a_program_without_the_hidden_field_gets_a_result_each_time(site: Site) -> None:
    visitor = Visitor(site)
    token = visitor.get("/check").token()
    assert visitor.send("/check", {}, token).location != visitor.send("/check", {}, token).location


def test_deletion_is_asked_first_and_says_who_can(site: Site) -> None:
    visitor = Visitor(site)
    page = visitor.result({"people": {"people_max": "5"}})
    address = visitor.address
    asked = next(a for e in page.all("form", method="get") if (a := e.get("action")).endswith("/delete"))
    assert asked == f"{address}/delete"
    page = visitor.get(asked)
    assert "有链接的人" in page.text()
    assert results(site) == 1, "asking deletes nothing"
    form = page.one("form", method="post").get("action")
    visitor.post(form)
    assert results(site) == 0
    visitor.get(asked, status=404)
