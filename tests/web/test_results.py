"""The result under its link: what the page shows is what the service said."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest

from recommender.registry.messages import format_value
from recommender.services.documents import recommendation_document
from recommender.storage.stored import StoredResult
from tests.web.pages import Page
from tests.web.visitor import NOW, Site, Visitor

FAMILY = {"people": {"people_max": "6", "child_seats": "2"}, "budget": {"budget_cny": "300000"}}


def stored_document(visitor: Visitor) -> dict[str, object]:
    response = visitor.client.get(f"{visitor.address}.json")
    assert response.mimetype == "application/json"
    return dict(json.loads(response.data))


def cars(page: Page) -> list[str]:
    return [e.text() for e in page.all("h3")]


def test_the_link_holds_128_random_bits(visitor: Visitor) -> None:
    visitor.result()
    first = visitor.address
    visitor.result()
    assert re.fullmatch(r"/r/[A-Za-z0-9_-]{22}", first)
    assert visitor.address != first


def test_the_page_the_json_and_the_service_agree(site: Site) -> None:
    visitor = Visitor(site)
    page = visitor.result(FAMILY)
    document = stored_document(visitor)
    answers = {"people_max": 6, "child_seats": 2, "budget_cny": 300_000}
    found = site.workspace.recommend({"answers": answers, "date": NOW.date().isoformat(), "lang": "zh"})
    assert document == json.loads(json.dumps(recommendation_document(found)))
    assert len(cars(page)) == len(found.items) > 0
    for item, heading in zip(found.items, cars(page), strict=True):
        assert f"{item.brand} {item.model} {item.trim}" in heading
        for said in (*item.reasons, *item.drawbacks):
            assert said.text in page.text()
        total = format_value(site.registry.attributes["total_price_cny"], item.total_price_cny, "zh")
        assert total in page.text()


def test_limits_segments_and_expiry_are_said(site: Site) -> None:
    page = Visitor(site).result(FAMILY)
    assert "座位数：至少 6" in page.text()
    assert "2027年2月20日" in page.text()
    for segment in site.registry.segments:
        assert f"像“{segment.label.zh}”的可能" in page.text()
    assert page.one("meta", name="robots").get("content") == "noindex, nofollow"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Cache-Control"] == "no-store"


def test_a_short_list_of_many_cars_says_why(site: Site) -> None:
    visitor = Visitor(site, language="en")
    page = visitor.result(FAMILY)
    document = stored_document(visitor)
    assert (document["consideration_set_size"] > len(cars(page))) == (  # type: ignore[operator]
        "The list leaves out what is much like a car already on it" in page.text()
    )


def test_the_final_price_is_split(site: Site) -> None:
    page = Visitor(site).result({**FAMILY, "old_car_brands": {"old_car": "scrap"}})
    card = page.all("article")[0].text()
    assert "购置税" in card
    assert "旧车补贴" in card


def test_nothing_fits_offers_ways_out_and_one_click_applies_them(site: Site) -> None:
    visitor = Visitor(site)
    page = visitor.result({"people": {"people_max": "7"}, "budget": {"budget_cny": "60000"}})
    assert "没有车能同时满足" in page.one("h1").text()
    ways = stored_document(visitor)["relaxations"]
    assert isinstance(ways, list)
    assert len(page.all("button", name="way")) == len(ways) > 0
    address = visitor.address
    for number, way in enumerate(ways):
        visitor.get(address)
        changed = visitor.post(f"{address}/again", {"way": str(number)})
        assert visitor.address != address
        assert cars(changed), way["text"]
        found = stored_document(visitor)["recommendations"]
        best = way["best"].split("~")[0]
        assert best in [item["trim_id"] for item in found], way["text"]  # type: ignore[union-attr]
    assert visitor.get(address).one("h1").text() == page.one("h1").text(), "the first result stays as it was"


@pytest.mark.parametrize("way", ["", "99", "-1", "x", "²"])
def test_a_way_out_that_was_not_offered_is_refused(visitor: Visitor, way: str) -> None:
    visitor.result({"people": {"people_max": "7"}, "budget": {"budget_cny": "60000"}})
    visitor.post(f"{visitor.address}/again", {"way": way}, status=400)


def test_the_answers_can_be_changed_from_the_result(site: Site) -> None:
    visitor = Visitor(site)
    visitor.result(FAMILY)
    reader = Visitor(site)
    reader.get(visitor.address)
    page = reader.post(f"{visitor.address}/edit")
    assert reader.address == "/check"
    assert "300,000" in page.one("div", id="row-budget_cny").text()
    reader.get(visitor.address)
    reader.post(f"{visitor.address}/edit", {"page": "cargo"})
    assert reader.address == "/find/cargo"


def test_the_question_that_helps_most_can_be_answered_at_once(site: Site) -> None:
    visitor = Visitor(site)
    page = visitor.result()
    asked = stored_document(visitor)["confidence"]["next_question"]  # type: ignore[index]
    assert asked, "everything is open"
    assert page.one("button", name="page").get("value") == site.registry.questions[str(asked)].page


def test_a_follow_up_that_helps_most_is_understood_without_its_page(site: Site) -> None:
    visitor = Visitor(site, language="en")
    visitor.result(FAMILY)
    kept = site.workspace.database.results.load(visitor.address.removeprefix("/r/"))
    assert isinstance(kept, StoredResult)
    confidence = {"top_1": 0.5, "text": "x", "next_question": "rough_kinds"}
    token = site.workspace.database.results.save(kept.request, {**kept.document, "confidence": confidence})
    assert (
        "Rough roads and camping: Which of these?" in Visitor(site, language="en").get(f"/r/{token}").text()
    )


def test_days_are_those_of_china(site: Site) -> None:
    site.clock.now = dt.datetime(2026, 11, 22, 17, 50, tzinfo=dt.UTC)
    visitor = Visitor(site, language="en")
    page = visitor.result(FAMILY)
    assert stored_document(visitor)["date"] == "2026-11-23"
    assert "Made on 23 November 2026. The link works until 21 February 2027" in page.text()


def test_deleted_expired_and_unknown_links(site: Site) -> None:
    visitor = Visitor(site)
    visitor.result(FAMILY)
    address = visitor.address
    assert visitor.client.get("/r/AAAAAAAAAAAAAAAAAAAAAA.json").status_code == 404
    visitor.get("/r/AAAAAAAAAAAAAAAAAAAAAA", status=404)
    visitor.get(address)
    page = visitor.post(f"{address}/delete")
    assert "已删除" in page.text()
    visitor.get(address, status=404)
    visitor.result(FAMILY)
    site.clock.now += dt.timedelta(days=91)
    assert "已过期" in visitor.get(visitor.address, status=410).one("h1").text()
    gone = visitor.client.get(f"{visitor.address}.json")
    assert (gone.status_code, gone.mimetype) == (410, "application/problem+json")


def test_a_shared_link_is_read_in_the_readers_language(site: Site) -> None:
    visitor = Visitor(site)
    visitor.result(FAMILY)
    reader = Visitor(site, language="en")
    page = reader.get(visitor.address)
    assert page.one("html").get("lang") == "en"
    assert not re.search("[一-鿿]", page.text()), "sentences, names and prices are English"
    german = Visitor(site, language="de")
    assert german.get(visitor.address).one("html").get("lang") == "zh-CN"


def test_a_result_of_another_catalogue_stays_as_it_was(site: Site) -> None:
    visitor = Visitor(site)
    visitor.result(FAMILY)
    stored = site.workspace.database.results.load(visitor.address.removeprefix("/r/"))
    older = {**stored.document, "catalogue_version": "sha256-of-another"}  # type: ignore[union-attr]
    token = site.workspace.database.results.save(stored.request, older)  # type: ignore[union-attr]
    page = Visitor(site, language="en").get(f"/r/{token}")
    assert "The catalogue has changed since" in page.text()
    assert str(older["recommendations"][0]["reasons"][0]["text"]) in page.text()


def test_prices_older_than_90_days_are_marked(site: Site) -> None:
    visitor = Visitor(site)
    visitor.result(FAMILY)
    stored = site.workspace.database.results.load(visitor.address.removeprefix("/r/"))
    for date, marked in (("2026-08-23", True), ("2026-08-24", False), ("2025", True), ("2026-11", False)):
        document = json.loads(json.dumps(stored.document))  # type: ignore[union-attr]
        for item in document["recommendations"]:
            item["attributes"]["price_date"] = date
        token = site.workspace.database.results.save(stored.request, document)  # type: ignore[union-attr]
        page = visitor.get(f"/r/{token}")
        assert ("已超过 90 天" in page.text()) == marked, date


def test_each_car_has_a_page_with_sources(visitor: Visitor) -> None:
    page = visitor.result(FAMILY)
    links = [e.get("href") for e in page.all("a") if e.get("href").startswith("/cars/")]
    assert len(links) == len(page.all("article"))
    for link in links:
        car = visitor.get(link)
        assert "Invented data for tests" in car.text()
        assert "2026-09-30" in car.text()
    assert "抬头显示" in visitor.get("/cars/A1").text()
    visitor.get("/cars/NONE", status=404)


def test_about_names_sources_and_promises(visitor: Visitor) -> None:
    page = visitor.get("/about")
    for words in ("Invented data for tests", "没有付费排名", "隐私"):
        assert words in page.text()
