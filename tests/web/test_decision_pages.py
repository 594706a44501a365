"""Why, compare, configure, adjust: what the pages show is what the services say, and one click does it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from urllib.parse import quote

import pytest

from recommender.domain.buyer import Request
from recommender.registry.messages import format_value
from recommender.services.compare import compare
from recommender.services.configure import configure
from recommender.services.critique import critique
from recommender.services.explain import explain
from tests.web.pages import Element, Page
from tests.web.visitor import Fields, Site, Visitor
from web.asking import recommend_and_keep

FAMILY: Mapping[str, Fields] = {"people": {"people_max": "5"}, "budget": {"budget_cny": "300000"}}


def stored(visitor: Visitor, address: str = "") -> dict[str, object]:
    response = visitor.client.get(f"{address or visitor.address}.json")
    return dict(json.loads(response.data))


def items(visitor: Visitor, address: str = "") -> list[dict[str, object]]:
    found = stored(visitor, address)["recommendations"]
    assert isinstance(found, list)
    return found


def links(page: Page, part: str) -> list[str]:
    return [e.get("href") for e in page.all("a") if part in e.get("href")]


def asked(visitor: Visitor, address: str) -> Request:
    workspace = visitor.site.workspace
    kept = workspace.database.results.load(address.removeprefix("/r/"))
    return workspace.parse(kept.request, {"lang": visitor.language})  # type: ignore[union-attr]


# ---------------------------------------------------------------------------------------------------- why
def test_each_car_of_the_list_says_why(site: Site) -> None:
    visitor = Visitor(site)
    page = visitor.result(FAMILY)
    address = visitor.address
    doors = links(page, "/why?config=")
    assert len(doors) == len(items(visitor)) > 1
    for number, door in enumerate(doors):
        item = items(visitor, address)[number]
        found = explain(asked(visitor, address), site.workspace.market, str(item["config_id"]))
        shown = visitor.get(door)
        assert f"第 {found.rank} 名" in shown.one("h1").text()
        assert found.why_not in shown.text()
        for reason in (*found.item.reasons, *found.item.drawbacks):
            assert f"{reason.text} （{reason.source_text}）" in shown.text()
        for change in found.item.counterfactuals:
            assert change.text in shown.text()


def test_margins_are_the_points_against_the_reference(site: Site) -> None:
    visitor = Visitor(site, language="en")
    visitor.result(FAMILY)
    address = visitor.address
    found = explain(asked(visitor, address), site.workspace.market, "A1")
    page = visitor.get(f"{address}/why?config=A1")
    rows = [e for e in page.all("dl")[0].walk() if e.tag == "div"]
    told = {row.all_text("dt"): row.all_text("dd") for row in map(Row, rows)}
    assert told
    for term in found.item.terms:
        label = site.registry.attributes[term.attribute].label.en
        if label in told:
            shown = float(told[label].replace("\N{MINUS SIGN}", "-"))
            assert shown == pytest.approx(term.utility - term.reference, abs=0.0051)
    sizes = [abs(float(v.replace("\N{MINUS SIGN}", "-"))) for v in told.values()]
    assert sizes == sorted(sizes, reverse=True)


class Row:
    def __init__(self, element: Element) -> None:
        self._element = element

    def all_text(self, tag: str) -> str:
        return next(e.text() for e in self._element.walk() if e.tag == tag)


def test_a_car_that_breaks_a_limit_is_told_with_the_limit(site: Site) -> None:
    visitor = Visitor(site)
    visitor.result({"people": {"people_max": "6"}})
    page = visitor.get(f"{visitor.address}/why?config=A1")
    assert "不在符合条件的车里" in page.one("h1").text()
    assert "座位数：至少 6" in page.text()
    assert "它不满足的条件" in page.text()


@pytest.mark.parametrize(
    ("typed", "count"), [("alpha", 3), ("阿尔法", 3), ("ONE 650", 1), ("  ", 0), ("no such", 0), ("a2", 1)]
)
def test_another_car_is_found_by_any_of_its_names(site: Site, typed: str, count: int) -> None:
    visitor = Visitor(site)
    visitor.result()
    address = visitor.address
    page = visitor.get(f"{address}/why?q={quote(typed)}")
    found = links(page, "/why?config=")
    assert len(found) == count
    assert ("找到" in page.text()) == bool(typed.strip())
    for link in found:
        assert visitor.get(link).one("h1").text().startswith(("阿尔法", "贝塔", "伽马"))


@pytest.mark.parametrize("config_id", ["NONE", "A1~NONE", "<script>", "%00", "x" * 3000, "A1~ADAS"])
def test_a_car_that_is_not_there_is_named_and_the_search_stays(visitor: Visitor, config_id: str) -> None:
    visitor.result()
    page = visitor.get(f"{visitor.address}/why?config={quote(config_id, safe='%')}", status=422)
    assert page.one("div", id="error-summary").text()
    assert page.one("input", id="q")


# ------------------------------------------------------------------------------------------------ compare
def test_ticked_cars_stand_side_by_side(site: Site) -> None:
    visitor = Visitor(site)
    page = visitor.result(FAMILY)
    address = visitor.address
    boxes = [e.get("value") for e in page.all("input", type="checkbox", name="config")]
    assert boxes == [item["config_id"] for item in items(visitor)]
    ids = boxes[:3]
    page = visitor.get(f"{address}/compare?" + "&".join(f"config={quote(i)}" for i in ids))
    found = compare(asked(visitor, address), site.workspace.market, ids)
    rows = page.all("tbody")
    assert len(rows) == len(found.differences) > 3
    for row, difference in zip(rows, found.differences, strict=True):
        attribute = site.registry.attributes[difference.attribute]
        assert next(e for e in row.walk() if e.tag == "th").text() == attribute.label.zh
        cells = [e.text() for e in row.walk() if e.tag == "td"]
        for config_id, cell, value in zip(ids, cells, difference.values, strict=True):
            assert ("✓ 最好" in cell) == (config_id in difference.best)
            assert value is not None or "未知" in cell
    assert any("✓ 最好" in row.text() for row in rows)
    assert any("未知" in row.text() for row in rows)
    ticked = [e.get("value") for e in page.all("input", name="config") if "checked" in e.attrs]
    assert set(ticked) == set(ids)


@pytest.mark.parametrize("query", ["", "config=A1", "config=A1&config=A1", "config=A1&config=NONE"])
def test_what_cannot_be_compared_is_said_and_chosen_again(site: Site, query: str) -> None:
    visitor = Visitor(site)
    visitor.result(FAMILY)
    page = visitor.get(f"{visitor.address}/compare?{query}", status=422)
    assert page.one("div", id="error-summary").text()
    assert page.all("input", type="checkbox", name="config")


def test_a_car_from_anywhere_can_stand_beside_the_first(site: Site) -> None:
    visitor = Visitor(site)
    visitor.result(FAMILY)
    page = visitor.get(f"{visitor.address}/why?config=M1")
    (link,) = links(page, "/compare")
    beside = visitor.get(html.unescape(link))
    assert "贝塔 小不点 205 版" in beside.all("thead")[0].text()
    assert "不满足某个条件" in beside.text()


# ----------------------------------------------------------------------------------------------- configure
def test_every_option_has_state_price_and_reason(site: Site) -> None:
    visitor = Visitor(site)
    visitor.result(FAMILY)
    address = visitor.address
    page = visitor.get(f"{address}/configure/A1")
    found = configure(asked(visitor, address), site.workspace.market, "A1")
    rows = [e.text() for e in page.all("tbody")[0].walk() if e.tag == "tr"]
    assert len(rows) == len(found.options) == 2
    for row, option in zip(rows, found.options, strict=True):
        assert option.name in row
        assert option.reason in row
        assert format_value(site.registry.attributes["price_cny"], option.price_cny, "zh") in row
    assert found.ladder
    ladder = page.all("tbody")[1].text()
    for rung in found.ladder:
        assert format_value(site.registry.attributes["price_cny"], rung.total_price_cny, "zh") in ladder
    visitor.get(f"{address}/configure/NONE", status=404)


def test_a_trim_without_a_build_within_the_limits_says_so(site: Site) -> None:
    visitor = Visitor(site)
    visitor.result({"people": {"people_max": "7"}})
    page = visitor.get(f"{visitor.address}/configure/A1")
    assert "没有符合全部条件的配置" in page.text()


def test_additions_of_a_build_stand_on_its_card_with_their_price(site: Site) -> None:
    workspace = site.workspace
    limits = [{"attribute": "hud", "is": True}, {"attribute": "price_cny", "at_most": 130_000}]
    found = workspace.parse({"limits": limits})
    token = recommend_and_keep(found, workspace)
    page = Visitor(site).get(f"/r/{token}")
    assert "加装： 抬头显示：+3,000元" in page.all("article")[0].text()
    english = Visitor(site, language="en").get(f"/r/{token}")
    assert "Added: Head-up display: +¥3,000" in english.all("article")[0].text()


# ------------------------------------------------------------------------------------------------- adjust
def test_one_click_applies_a_critique_and_undo_goes_back(site: Site) -> None:
    visitor = Visitor(site)
    page = visitor.result(FAMILY)
    first, before = visitor.address, stored(visitor)
    for door in links(page, "/adjust?config="):
        config_id = door.split("config=")[1]
        found = critique(asked(visitor, first), site.workspace.market, config_id)
        buttons = visitor.get(door).all("button", name="limits")
        assert [b.text() for b in buttons] == [one.text for one in found]
        for button, one in zip(buttons, found, strict=True):
            visitor.get(door)
            changed = visitor.post(f"{first}/adjust", {"limits": button.get("value")})
            assert stored(visitor)["consideration_set_size"] == one.count
            assert one.best in [item["config_id"] for item in items(visitor)]
            back = next(e for e in changed.all("a") if "撤销" in e.text())
            assert back.get("href") == first
            visitor.get(first)
            assert stored(visitor) == before


def test_the_first_car_can_be_adjusted_on_the_page_itself(site: Site) -> None:
    visitor = Visitor(site)
    page = visitor.result(FAMILY)
    buttons = page.all("button", name="limits")
    assert buttons
    first = visitor.address
    visitor.post(f"{first}/adjust", {"limits": buttons[0].get("value")})
    assert visitor.address != first
    again = visitor.page
    assert again is not None
    assert "撤销" in again.text()
    assert visitor.get(visitor.address).text() != again.text(), "who gets only the link sees no way back"


def test_one_form_gives_one_result_however_often_it_is_sent(site: Site) -> None:
    visitor = Visitor(site)
    page = visitor.result(FAMILY)
    first = visitor.address
    form = next(e for e in page.all("form") if e.get("action") == f"{first}/adjust")
    once = next(e.get("value") for e in form.walk() if e.get("name") == "once")
    limits = [e.get("value") for e in form.walk() if e.get("name") == "limits"]
    led: list[str] = []
    for value, key in ((limits[0], once), (limits[0], once), (limits[1], once), (limits[0], "other")):
        led.append(visitor.send(f"{first}/adjust", {"limits": value, "once": key}, page.token()).location)
    assert led[0] == led[1]
    assert len(set(led)) == 3


@pytest.mark.parametrize(
    "limits",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"limits": 3}',
        '{"limits": [{"attribute": "wings", "is": true}]}',
        '{"limits": [{"attribute": "seats", "at_least": "NaN"}]}',
        json.dumps({"limits": [{"attribute": "seats", "at_least": 2}] * 70}),
    ],
)
def test_limits_that_no_button_has_are_refused_in_words(visitor: Visitor, limits: str) -> None:
    visitor.result(FAMILY)
    page = visitor.post(f"{visitor.address}/adjust", {"limits": limits}, status=422)
    assert len(page.all("li")) >= 1


@pytest.mark.parametrize("undo", ["x", "https://elsewhere.example", "A" * 23, "../../about"])
def test_undo_leads_nowhere_else(visitor: Visitor, undo: str) -> None:
    visitor.result()
    assert "撤销" not in visitor.get(f"{visitor.address}?undo={quote(undo)}").text()


# ------------------------------------------------------------------------- near misses, conflicts, changes
def test_a_little_more_money_is_one_click(site: Site) -> None:
    visitor = Visitor(site)
    page = visitor.result({"people": {"people_max": "5"}, "budget": {"budget_cny": "90000"}})
    first, steps = visitor.address, stored(visitor)["frontier"]
    assert isinstance(steps, list)
    assert len(page.all("button", name="step")) == len(steps) > 0
    for number, step in enumerate(steps):
        visitor.get(first)
        before = stored(visitor, first)["consideration_set_size"]
        visitor.post(f"{first}/further", {"step": str(number)})
        assert stored(visitor)["consideration_set_size"] == before + step["admits"], step["text"]
    visitor.get(first)
    visitor.post(f"{first}/further", {"step": "99"}, status=400)


def test_what_excludes_what_is_told_when_nothing_fits(site: Site) -> None:
    visitor = Visitor(site)
    page = visitor.result({"people": {"people_max": "7"}, "budget": {"budget_cny": "60000"}})
    told = stored(visitor)["conflicts"]
    assert isinstance(told, list)
    assert told
    for conflict in told:
        assert conflict["text"] in page.text()


def older(site: Site, visitor: Visitor) -> str:
    """The result in hand as if it had been made with another catalogue."""
    kept = site.workspace.database.results.load(visitor.address.removeprefix("/r/"))
    document = json.loads(json.dumps(kept.document))  # type: ignore[union-attr]
    document["catalogue_version"] = "another"
    first, second = document["recommendations"][:2]
    first["price_cny"] -= 1_000
    second["trim_id"] = second["config_id"] = "GONE"
    return f"/r/{site.workspace.database.results.save(kept.request, document)}"  # type: ignore[union-attr]


def test_an_old_result_says_what_changed_and_can_be_made_anew(site: Site) -> None:
    visitor = Visitor(site)
    visitor.result(FAMILY)
    fresh, (first, second) = visitor.address, items(visitor)[:2]
    old = older(site, visitor)
    page = visitor.get(old)
    attribute = site.registry.attributes["price_cny"]
    then, now = (
        format_value(attribute, price, "zh")
        for price in (int(str(first["price_cny"])) - 1_000, first["price_cny"])  # type: ignore[arg-type]
    )
    assert (
        f"{first['brand']} {first['model']} {first['trim']}：当时指导价 {then}，现在 {now}。" in page.text()
    )
    assert f"{second['brand']} {second['model']} {second['trim']}：目录中已没有。" in page.text()
    assert len(links(page, "/why?config=")) == len(items(visitor, old)) - 1, "no door to a car that is gone"
    visitor.post(f"{old}/anew")
    assert stored(visitor) == stored(visitor, fresh)
    assert "此后的变化" not in visitor.get(fresh).text()


def test_anew_drops_trade_offs_whose_cars_are_gone(site: Site) -> None:
    visitor = Visitor(site)
    visitor.result(FAMILY)
    kept = site.workspace.database.results.load(visitor.address.removeprefix("/r/"))
    request = {**kept.request, "trade_offs": [{"shown": ["GONE", "A1"], "chosen": "A1"}]}  # type: ignore[union-attr]
    document = {**kept.document, "catalogue_version": "another"}  # type: ignore[union-attr]
    token = site.workspace.database.results.save(request, document)
    visitor.get(f"/r/{token}")
    visitor.get(f"/r/{token}/why?config=A1", status=422)
    visitor.get(f"/r/{token}")
    visitor.post(f"/r/{token}/anew")
    assert items(visitor)


# ----------------------------------------------------------------------------------------------- all pages
def decision_pages(visitor: Visitor) -> list[str]:
    visitor.result(FAMILY)
    address = visitor.address
    pair = "&".join(f"config={item['config_id']}" for item in items(visitor)[:2])
    return [
        *(
            f"{address}/{page}"
            for page in ("why", "why?q=a", "why?config=A1", "why?config=NONE", "next", "which", "compare")
        ),
        *(f"{address}/{page}" for page in (f"compare?{pair}", "configure/A1", "adjust?config=A1")),
        older(visitor.site, visitor),
    ]


def status_of(address: str) -> int:
    return 422 if address.endswith(("NONE", "/compare")) else 200


def test_english_pages_hold_no_chinese(site: Site) -> None:
    visitor = Visitor(site, language="en")
    for address in decision_pages(visitor):
        page = visitor.get(address, status_of(address))
        assert not re.search("[一-鿿]", page.text()), address


def test_chinese_pages_hold_no_english_sentence(site: Site) -> None:
    visitor = Visitor(site)
    for address in decision_pages(visitor):
        page = visitor.get(address, status_of(address))
        text = page.text().replace("Invented data for tests", "")
        assert not re.search("[A-Za-z]+ [a-z]+ [a-z]+", text), address


def test_unknown_links_and_lost_results(visitor: Visitor) -> None:
    for page in ("why", "next", "which", "compare", "configure/A1", "adjust?config=A1"):
        visitor.get(f"/r/AAAAAAAAAAAAAAAAAAAAAA/{page}", status=404)
