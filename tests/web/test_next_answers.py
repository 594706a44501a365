"""Which answer would change the first three: over the JSON interface and on its page."""

from __future__ import annotations

import datetime as dt
import json

import jsonschema_rs
import pytest
from werkzeug.test import TestResponse

from recommender.services.documents_decision import next_answers_document
from recommender.services.next_answers import next_answers
from tests.web.pages import Element, Page
from tests.web.visitor import Fields, Site, Visitor

ADDRESS = "/api/v1/next-answers"
FAMILY: dict[str, Fields] = {"people": {"people_max": "5"}, "budget": {"budget_cny": "300000"}}
BODIES: list[dict[str, object]] = [
    {},
    {"lang": "en", "answers": {"people_max": 5, "budget_cny": "30万"}},
    {"limits": [{"attribute": "seats", "at_least": 9}]},
]


def post(site: Site, body: object) -> TestResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Accept-Language": "en"}
    return site.app.test_client().post(ADDRESS, data=data, headers=headers)


# ---------------------------------------------------------------------------------------------- interface
@pytest.mark.parametrize("body", BODIES)
def test_the_answer_is_that_of_the_service_in_the_described_form(
    shared_site: Site, body: dict[str, object]
) -> None:
    workspace = shared_site.workspace
    found = next_answers(workspace.parse(body), workspace.market)
    response = post(shared_site, body)
    assert response.status_code == 200, response.text
    assert response.get_json() == json.loads(json.dumps(next_answers_document(found)))
    assert "Set-Cookie" not in response.headers
    described = shared_site.app.test_client().get("/openapi.json").get_json()
    schema = {"$ref": "#/components/schemas/NextAnswers", "components": described["components"]}
    jsonschema_rs.validate(schema, response.get_json())
    assert bool(found) == ("limits" not in body)


def test_what_is_no_request_is_refused_as_everywhere(shared_site: Site) -> None:
    for body, status, expected in (
        (b"{", 400, [("", "not_json")]),
        (b"\xff", 400, [("", "not_utf8")]),
        ([], 422, [("", "not_an_object")]),
        ({"top": 0, "config_id": "A1"}, 422, [("/config_id", "unknown_key"), ("/top", "out_of_range")]),
    ):
        response = post(shared_site, body)
        assert (response.status_code, response.content_type) == (status, "application/problem+json")
        told = [(error["path"], error["code"]) for error in response.get_json(force=True)["errors"]]
        assert sorted(told) == expected
    client = shared_site.app.test_client()
    assert client.get(ADDRESS).status_code == 405
    assert client.post(ADDRESS, data="{}").status_code == 415


# --------------------------------------------------------------------------------------------------- page
def door(page: Page) -> str:
    found = [e.get("href") for e in page.all("a") if e.get("href").endswith("/next")]
    assert len(found) == 1
    return found[0]


def lines(page: Page) -> list[Element]:
    return [e for e in page.all("li") if any(b.tag == "button" for b in e.walk())]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_line_says_what_the_service_says_and_leads_to_its_question(site: Site, lang: str) -> None:
    visitor = Visitor(site, language=lang)
    address = door(visitor.result(FAMILY))
    result, workspace = visitor.address, site.workspace
    kept = workspace.database.results.load(result.removeprefix("/r/"))
    found = next_answers(workspace.parse(kept.request, {"lang": lang}), workspace.market)  # type: ignore[union-attr]
    page = visitor.get(address)
    assert len(lines(page)) == len(found) > 0
    for line, one in zip(lines(page), found, strict=True):
        button = next(e for e in line.walk() if e.tag == "button")
        assert line.text().startswith(one.text)
        question = site.registry.questions[one.question]
        assert question.text.get(lang) in button.text()
        assert (button.get("name"), button.get("value")) == ("question", one.question)
        reader = Visitor(site, language=lang)
        reader.get(address)
        response = reader.send(f"{result}/edit", {"question": one.question}, reader.page.token())  # type: ignore[union-attr]
        assert response.location == f"/find/{question.page}?back=check#question-{one.question}"
        shown = reader.get(response.location)
        assert len([e for e in shown.root.walk() if e.get("id") == f"question-{one.question}"]) == 1


def test_the_answers_are_kept_and_a_new_one_leads_to_what_was_told(site: Site) -> None:
    visitor = Visitor(site)
    visitor.result(FAMILY)
    result, workspace = visitor.address, site.workspace
    before = visitor.client.get(f"{result}.json").get_json(force=True)
    kept = workspace.database.results.load(result.removeprefix("/r/"))
    asked = workspace.parse(kept.request)  # type: ignore[union-attr]
    ticked = [one for one in next_answers(asked, workspace.market) if isinstance(one.answer, str)]
    assert ticked
    for one in ticked:
        visitor.get(f"{result}/next")
        visitor.post(f"{result}/edit", {"question": one.question})
        visitor.post(f"{visitor.address}?back=check", {one.question: str(one.answer), "action": "next"})
        while visitor.address != "/check":  # an answer can bring further questions, left open here
            visitor.post(f"{visitor.address}?back=check", {one.question: str(one.answer), "action": "next"})
        visitor.get("/check")
        visitor.post("/check")
        after = visitor.client.get(f"{visitor.address}.json").get_json(force=True)
        top = [[item["config_id"] for item in doc["recommendations"][:3]] for doc in (before, after)]
        assert [config for config in top[1] if config not in top[0]] == list(one.enters)
        assert [config for config in top[0] if config not in top[1]] == list(one.leaves)
        assert visitor.client.get(f"{result}.json").get_json(force=True) == before


def test_no_car_no_door_and_the_page_says_so(site: Site) -> None:
    visitor = Visitor(site)
    page = visitor.result({"people": {"people_max": "9"}, "budget": {"budget_cny": "20000"}})
    assert not [e for e in page.all("a") if e.get("href").endswith("/next")]
    page = visitor.get(f"{visitor.address}/next")
    assert lines(page) == []
    assert "没有一个会改变前三名" in page.text()


def test_the_page_is_kept_from_robots_and_lives_as_long_as_its_result(site: Site) -> None:
    visitor = Visitor(site)
    address = door(visitor.result(FAMILY))
    page = visitor.get(address)
    assert page.one("meta", name="robots").get("content") == "noindex, nofollow"
    assert page.headers["Cache-Control"] == "no-store"
    site.clock.now += dt.timedelta(days=91)
    assert "已过期" in visitor.get(address, status=410).one("h1").text()
    visitor.get("/r/AAAAAAAAAAAAAAAAAAAAAA/next", status=404)


@pytest.mark.parametrize("posted", ["", "none", "<b>", "A1"])
def test_a_question_that_is_not_there_leads_to_the_check(visitor: Visitor, posted: str) -> None:
    visitor.result(FAMILY)
    visitor.post(f"{visitor.address}/edit", {"question": posted})
    assert visitor.address == "/check"
