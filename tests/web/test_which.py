"""Which of these two: over the JSON interface and on its page, with and without leave to keep the choice."""

from __future__ import annotations

import datetime as dt
import json
import re
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs
import pytest
from werkzeug.test import TestResponse

from recommender.services.documents_decision import trade_off_document
from recommender.services.trade_offs import NextPair, next_pair
from recommender.storage.stored import StoredResult
from tests.web.pages import Page
from tests.web.visitor import Fields, Site, Visitor

ADDRESS = "/api/v1/trade-offs"
FAMILY: dict[str, Fields] = {
    "people": {"people_max": "5"},
    "budget": {"budget_cny": "300000"},
    "place": {"place": "合肥"},
}
BODIES: list[dict[str, object]] = [
    {},
    {"lang": "en", "answers": {"people_max": 5, "budget_cny": "30万"}},
    {"trade_offs": [{"shown": ["A1", "R1"], "chosen": None}]},
    {"limits": [{"attribute": "seats", "at_least": 9}]},
]


# ---------------------------------------------------------------------------------------------- interface
def post(site: Site, body: object) -> TestResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Accept-Language": "en"}
    return site.app.test_client().post(ADDRESS, data=data, headers=headers)


@pytest.mark.parametrize("body", BODIES)
def test_the_answer_is_that_of_the_service_in_the_described_form(
    shared_site: Site, body: dict[str, object]
) -> None:
    workspace = shared_site.workspace
    found = next_pair(workspace.parse(body), workspace.market)
    response = post(shared_site, body)
    assert response.status_code == 200, response.text
    assert response.get_json() == json.loads(json.dumps(trade_off_document(found)))
    assert (response.get_json()["pair"] is None) == ("limits" in body)
    assert "Set-Cookie" not in response.headers
    described = shared_site.app.test_client().get("/openapi.json").get_json()
    schema = {"$ref": "#/components/schemas/NextPair", "components": described["components"]}
    jsonschema_rs.validate(schema, response.get_json())


def test_the_pair_can_be_answered_until_nothing_is_asked(shared_site: Site) -> None:
    body: dict[str, object] = {"answers": {"people_max": 5}}
    made: list[dict[str, object]] = []
    for _ in range(5):
        found = post(shared_site, {**body, "trade_offs": made}).get_json()
        if found["pair"] is None:
            break
        shown = [item["config_id"] for item in found["pair"]]
        made.append({"shown": shown, "chosen": shown[0]})
    assert found["stop"] in ("enough", "settled", "too_few")
    assert len(made) == len({str(sorted(map(str, one["shown"]))) for one in made}) <= 4  # type: ignore[call-overload]


def test_what_is_no_request_is_refused_as_everywhere(shared_site: Site) -> None:
    too_many = [{"shown": ["A1", "R1"], "chosen": "A1"}] * 65
    for body, status, expected in (
        (b"{", 400, [("", "not_json")]),
        ({"top": 0, "config_id": "A1"}, 422, [("/config_id", "unknown_key"), ("/top", "out_of_range")]),
        ({"trade_offs": too_many}, 422, [("/trade_offs", "too_many_items")]),
    ):
        response = post(shared_site, body)
        assert (response.status_code, response.content_type) == (status, "application/problem+json")
        told = [(error["path"], error["code"]) for error in response.get_json(force=True)["errors"]]
        assert sorted(told) == expected
    assert shared_site.app.test_client().get(ADDRESS).status_code == 405


# --------------------------------------------------------------------------------------------------- page
def asking(visitor: Visitor) -> Page:
    """From a result to its question."""
    visitor.result(FAMILY)
    doors = [e.get("href") for e in visitor.page.all("a") if e.get("href").endswith("/which")]  # type: ignore[union-attr]
    assert len(doors) == 1
    return visitor.get(doors[0])


def kept(visitor: Visitor, address: str) -> StoredResult:
    found = visitor.site.workspace.database.results.load(address.removeprefix("/r/").split("/")[0])
    assert isinstance(found, StoredResult)
    return found


def told(visitor: Visitor, address: str) -> NextPair:
    workspace = visitor.site.workspace
    return next_pair(workspace.parse(kept(visitor, address).request), workspace.market)


def fields(page: Page, chosen: int | None, **more: str) -> dict[str, str | list[str]]:
    shown = [e.get("value") for e in page.all("input") if e.get("name") == "shown"]
    buttons = [e.get("value") for e in page.all("button") if e.get("name") == "chosen"]
    assert buttons[:2] == shown
    once = next(e.get("value") for e in page.all("input") if e.get("name") == "once")
    return {"shown": shown, "chosen": buttons[2 if chosen is None else chosen], "once": once, **more}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_shows_what_differs_and_nothing_else(site: Site, lang: str) -> None:
    visitor = Visitor(site, language=lang)
    page = asking(visitor)
    found = told(visitor, visitor.address)
    text = page.text()
    for item in found.pair:
        assert item.trim in text
    labels = [e.text() for e in page.all("th") if e.get("scope") == "rowgroup"]
    attributes = site.registry.attributes
    named = {"brand", "model_line", "model_year", "total_price_cny", "powertrain", "body_type", "drive"}
    expected = [d.attribute for d in found.differences if d.attribute not in named]
    assert labels == [attributes[name].label.get(lang) for name in expected]
    assert page.one("input", name="keep").attrs.get("checked", "no") == "no", "off unless ticked"
    assert page.one("meta", name="robots").get("content") == "noindex, nofollow"
    assert page.headers["Cache-Control"] == "no-store"
    assert not re.search("[一-鿿]", text) if lang == "en" else "你会选哪辆" in text
    heads = [e.text() for e in page.all("th") if e.get("scope") == "col"]
    price = "final price" if lang == "en" else "到手价"
    assert [price in head for head in heads[:2]] == [True, True], "a price says which one it is"
    assert ("only the first two digits" if lang == "en" else "只留前两位") in text


@pytest.mark.parametrize("chosen", [0, 1, None])
def test_an_answer_gives_a_new_result_and_the_way_back(site: Site, chosen: int | None) -> None:
    visitor = Visitor(site)
    page = asking(visitor)
    former = visitor.address
    posted = fields(page, chosen)
    visitor.post(former, posted)
    made = kept(visitor, visitor.address).request["trade_offs"]
    assert made == [{"shown": posted["shown"], "chosen": None if chosen is None else posted["chosen"]}]
    assert kept(visitor, former).request["trade_offs"] == []
    undo = [e.get("href") for e in visitor.page.all("a") if "撤销" in e.text()]  # type: ignore[union-attr]
    assert undo == [former.removesuffix("/which")]
    assert site.workspace.database.field_choices.all() == (), "nothing is kept without leave"
    again = visitor.get(f"{visitor.address}/which")
    assert not again.all("button") or fields(again, 0)["shown"] != posted["shown"]


def test_with_leave_the_choice_is_kept_once_and_leads_nowhere(site: Site) -> None:
    visitor = Visitor(site)
    page = asking(visitor)
    former = visitor.address
    posted = fields(page, 1, keep="yes")
    for _ in range(2):
        visitor.get(former)
        visitor.post(former, posted)
    (choice,) = site.workspace.database.field_choices.all()
    assert [car.config_id for car in choice.shown] == posted["shown"]
    assert (choice.chosen, choice.day) == (1, dt.date(2026, 11, 22))
    assert choice.answers == {"people_max": 5, "budget_cny": 300_000, "place": "340000"}
    tokens = {former.split("/")[2], visitor.address.split("/")[2]}
    row = site.workspace.database.read(
        lambda connection: connection.exec_driver_sql("SELECT * FROM field_choice").one()
    )
    assert not any(token in str(value) for token in tokens for value in row)
    assert str(posted["once"]) not in str(row)


def test_a_pair_can_be_passed_over(site: Site) -> None:
    visitor = Visitor(site)
    page = asking(visitor)
    seen = []
    for _ in range(4):
        if not page.all("button", name="chosen"):
            break
        seen.append(frozenset(fields(page, 0)["shown"]))
        link = next(e.get("href") for e in page.all("a") if "跳过" in e.text())
        assert len(parse_qs(urlsplit(link).query)["passed"]) == len(seen)
        page = visitor.get(link)
    assert len(seen) == len(set(seen)) > 0
    assert not page.all("button", name="chosen")
    ends = [site.registry.message(f"next_pair.{stop}", "zh") for stop in ("enough", "settled", "too_few")]
    assert any(words in page.text() for words in ends)


@pytest.mark.parametrize("passed", ["", "A1", "A1,R1,S1", "<b>,x", "GONE,ALSO", "A1,A1", "x" * 999])
def test_nonsense_in_the_address_is_passed_over(site: Site, passed: str) -> None:
    visitor = Visitor(site)
    asking(visitor)
    visitor.get(f"{visitor.address}?passed={passed}&passed={passed}")


def test_what_no_form_sends_is_refused(site: Site) -> None:
    visitor = Visitor(site)
    page = asking(visitor)
    address, posted = visitor.address, fields(page, 0)
    for wrong, status in (
        ({**posted, "chosen": "R2D2"}, 400),
        ({**posted, "chosen": ""}, 400),
        ({}, 400),
        ({"shown": ["GONE", "A1"], "chosen": "A1"}, 422),
        ({"shown": [], "chosen": "-"}, 422),
        ({"shown": ["A1", "A1"], "chosen": "A1", "keep": "yes"}, 422),
    ):
        visitor.get(address)
        visitor.post(address, wrong, status=status)
    visitor.get(address)
    forged = "forged"
    visitor.post(address, posted, status=400, token=forged)
    assert site.workspace.database.field_choices.all() == ()


def test_no_cars_no_door_and_the_page_says_why(site: Site) -> None:
    visitor = Visitor(site)
    page = visitor.result({"people": {"people_max": "9"}, "budget": {"budget_cny": "20000"}})
    assert not [e for e in page.all("a") if e.get("href").endswith("/which")]
    page = visitor.get(f"{visitor.address}/which")
    assert "没有两辆" in page.text()
    visitor.get("/r/AAAAAAAAAAAAAAAAAAAAAA/which", status=404)


def test_the_privacy_words_tell_of_it(visitor: Visitor, english: Visitor) -> None:
    assert "只有在你勾选同意后才匿名保存" in visitor.get("/about").text()
    assert "kept for learning only with your tick" in english.get("/about").text()


def test_the_other_language_keeps_what_was_passed_over(site: Site) -> None:
    visitor = Visitor(site)
    asking(visitor)
    address = f"{visitor.address}?passed=A1,R1&passed=A1,S1"
    other = next(e for e in visitor.get(address).all("a") if e.get("hreflang") or e.text() == "English")
    assert parse_qs(urlsplit(other.get("href")).query)["passed"] == ["A1,R1", "A1,S1"]
