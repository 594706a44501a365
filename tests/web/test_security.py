"""Cookies, headers, forged requests, hostile input, pages that only read."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.routing import Rule

from tests.web.pages import Page, complaints
from tests.web.visitor import Site, Visitor, make_site

FILLED = {"page_id": "people", "token": "AAAAAAAAAAAAAAAAAAAAAA", "trim_id": "A1", "filename": "site.css"}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus=alert(1) autofocus='",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "${7*7}",
    "%0d%0aSet-Cookie: a=b",
    "<!--",
    "]]>",
    "&lt;b&gt;",
    "\u202e<b>",
    "\x00<b>",
    "x" * 5000,
    "'; DROP TABLE draft; --",
)


def address_of(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        values = {name: FILLED[name] for name in rule.arguments}
        return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def forms_of_people(app: Flask) -> list[tuple[str, str]]:
    """Every non-safe method of every page route, from the map of addresses."""
    return [
        (method, address_of(app, rule))
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods or ())
        if method in UNSAFE and not str(rule).startswith("/api/")
    ]


def test_every_form_without_a_token_is_refused(shared_site: Site) -> None:
    found = forms_of_people(shared_site.app)
    assert len(found) >= 7
    for method, address in found:
        response = shared_site.app.test_client().open(address, method=method, data={"people_max": "5"})
        assert response.status_code == 400, (method, address)
        page = Page(response.text, 400, dict(response.headers))
        assert complaints(page) == []
        assert "已过期" in page.text()


def test_a_token_of_somebody_else_is_refused_and_what_was_typed_stays(shared_site: Site) -> None:
    mine, other = Visitor(shared_site), Visitor(shared_site)
    mine.get("/find/people")
    token = other.get("/find/people").token()
    response = mine.send("/find/people", {"people_max": "7"}, token)
    page = Page(response.text, response.status_code, dict(response.headers))
    assert page.status == 400
    assert page.one("input", id="people_max").get("value") == "7"
    mine.page = page
    mine.post("/find/people", {"people_max": "7"})
    assert mine.address == "/find/budget", "the page shown holds a good token"


def test_only_the_json_interface_needs_no_token(shared_site: Site) -> None:
    free = [
        str(rule)
        for rule in shared_site.app.url_map.iter_rules()
        if set(rule.methods or ()) & set(UNSAFE) and str(rule).startswith("/api/")
    ]
    verbs = ("recommendations", "configurations", "comparisons", "explanations", "next-answers", "trade-offs")
    assert free == [f"/api/v1/{verb}" for verb in verbs]


EXPECTED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
POLICY = (
    "default-src 'none'; script-src 'nonce-N'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def test_headers_of_every_route(shared_site: Site) -> None:
    for rule in shared_site.app.url_map.iter_rules():
        response = shared_site.app.test_client().get(address_of(shared_site.app, rule))
        for name, value in EXPECTED_HEADERS.items():
            assert response.headers[name] == value, rule
        policy = re.sub(r"nonce-[A-Za-z0-9_-]{22}'", "nonce-N'", response.headers["Content-Security-Policy"])
        assert policy == POLICY
        assert "Strict-Transport-Security" not in response.headers
        response.close()


def test_the_nonce_is_new_each_time(shared_site: Site) -> None:
    client = shared_site.app.test_client()
    nonces = {client.get("/").headers["Content-Security-Policy"] for _ in range(5)}
    assert len(nonces) == 5


@pytest.mark.parametrize(
    ("base_url", "prefix", "secure"),
    [("", "", False), ("http://cars.example", "", False), ("https://cars.example", "__Host-", True)],
)
def test_cookies(tmp_path: Path, base_url: str, prefix: str, secure: bool) -> None:
    site = make_site(tmp_path, base_url=base_url)
    client = site.app.test_client()
    response = client.get("/?lang=en", base_url=base_url or "http://localhost")
    cookies = response.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {f"{prefix}session", f"{prefix}lang"}
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert ("Secure" in cookie) == secure
    assert ("Strict-Transport-Security" in response.headers) == secure


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_ever_text(shared_site: Site, text: str) -> None:
    """Through every field of every page, every address and every page that shows it again."""
    visitor = Visitor(shared_site)
    for page in shared_site.registry.pages:
        fields = {question.id: text for question in shared_site.registry.questions_of(page.id)}
        visitor.get(f"/find/{page.id}")
        response = visitor.send(f"/find/{page.id}", fields, visitor.page.token())  # type: ignore[union-attr]
        assert response.status_code in (303, 422)
        shown = Page(response.text, response.status_code, dict(response.headers))
        if response.status_code == 422:
            assert complaints(shown) == []
            assert not {"img", "b"} & {element.tag for element in shown.root.walk()}
    for address in ("/find/", "/r/", "/cars/", "/nothing/"):
        response = visitor.client.get(address + quote(text, safe=""))
        assert response.status_code == 404
        assert complaints(Page(response.text, 404, dict(response.headers))) == []
    response = visitor.client.get("/", query_string={"lang": text})
    assert complaints(Page(response.text, 200, dict(response.headers))) == []
    assert not any(text in cookie for cookie in response.headers.getlist("Set-Cookie"))


def test_reading_a_page_writes_nothing_to_the_database(site: Site) -> None:
    visitor = Visitor(site)
    visitor.result({"people": {"people_max": "5"}})
    address = visitor.address
    seen: list[str] = []
    event.listen(
        site.workspace.database.engine,
        "before_cursor_execute",
        lambda *args: seen.append(args[2]),
    )
    for page in (
        "/",
        "/check",
        "/find/people",
        "/find/winter",
        address,
        f"{address}.json",
        "/about",
        "/cars/A1",
    ):
        assert visitor.client.get(page).status_code == 200
    assert visitor.client.get(f"{address}?lang=en").status_code == 200
    assert seen, "the listener hears"
    assert [statement for statement in seen if not statement.startswith(("SELECT", "BEGIN DEFERRED"))] == []


def test_a_page_of_more_than_a_megabyte_is_refused_as_a_page(shared_site: Site) -> None:
    visitor = Visitor(shared_site)
    token = visitor.get("/find/people").token()
    response = visitor.send("/find/people", {"people_max": "5" * 1_100_000}, token)
    assert response.status_code == 413
    assert response.mimetype == "text/html"


def test_a_fault_is_a_page_without_a_trace(
    shared_site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("web.buyer.start_view", broken)
    page = Visitor(shared_site).get("/", status=500)
    assert "secret detail" not in page.html
    reference = re.search("[0-9a-f]{12}", page.text())
    assert reference
    assert reference[0] in caplog.text
