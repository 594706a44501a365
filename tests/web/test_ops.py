"""Health, and what people see while the database cannot be reached."""

from __future__ import annotations

import sqlite3

from recommender.workspace import Workspace
from tests.web.visitor import Site, Visitor


def hold_the_database(workspace: Workspace) -> sqlite3.Connection:
    """Another program that has the file for itself."""
    other = sqlite3.connect(str(workspace.database.engine.url.database), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other


def test_alive_and_ready(site: Site) -> None:
    client = site.app.test_client()
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_not_ready_says_why(site: Site) -> None:
    with site.workspace.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE result")
    response = site.app.test_client().get("/readyz")
    assert response.status_code == 503
    assert response.get_json()["missing"] == ["database_not_ready"]
    assert site.app.test_client().get("/healthz").status_code == 200


def test_what_was_typed_survives_a_database_that_is_away(site: Site) -> None:
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "5"})
    visitor.get("/find/budget")
    object.__setattr__(site.workspace.database, "lock_seconds", 0.1)
    other = hold_the_database(site.workspace)
    page = visitor.post("/find/budget", {"budget_cny": "123456"}, status=503)
    assert page.one("input", id="budget_cny").get("value") == "123456"
    assert page.headers["Retry-After"] == "5"
    assert visitor.get("/check", status=503).headers["Retry-After"] == "5"
    other.execute("ROLLBACK")
    visitor.page = page
    visitor.post("/find/budget", {"budget_cny": "123456"})
    assert "123,456" in visitor.get("/check").text()
    assert "5" in visitor.page.one("div", id="row-people_max").text()
