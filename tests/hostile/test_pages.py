"""Hostile and unlucky visitors of the pages: each gets one clear page, and nothing that was typed is lost."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from tests.golden.shipped import shipped_site
from tests.web.pages import Page
from tests.web.visitor import Fields, Site, Visitor

LANGUAGES = ("zh", "en")


def links(page: Page) -> list[str]:
    return [e.get("href") for e in page.one("div", id="error-summary").walk() if e.tag == "a"]


def draft_of(site: Site, visitor: Visitor) -> dict[str, object]:
    """What is kept for this visitor."""
    with visitor.client.session_transaction() as session:
        draft = site.workspace.database.drafts.load(session["draft"])
    assert draft is not None
    return dict(draft.answers)


# -------------------------------------------------------------------------------------------- what is typed
TYPED: dict[str, tuple[str, Fields, list[str], dict[str, str]]] = {
    "a script": ("place", {"place": "<script>alert(1)</script>"}, ["#place"], {}),
    "a template": ("place", {"place": "{{ config }}"}, ["#place"], {}),
    "a placeholder": ("place", {"place": "{value} %s {0}"}, ["#place"], {}),
    "quotes of a statement": ("place", {"place": "' OR 1=1; --"}, ["#place"], {}),
    "a place with a slip": ("place", {"place": "Shenzen"}, ["#place"], {"en": "Shenzhen", "zh": "Shenzhen"}),
    "a place with a slip, zh": ("place", {"place": "乌鲁木其"}, ["#place"], {"zh": "乌鲁木齐市"}),
    "a place of two cities": ("place", {"place": "Taizhou"}, ["#place"], {"en": "Taizhou", "zh": "Taizhou"}),
    "a long text": ("place", {"place": "长" * 5_000}, ["#place"], {}),
    "turned text": ("place", {"place": "北京\u202e"}, ["#place"], {"en": "U+202E", "zh": "U+202E"}),
    "a NUL": ("place", {"place": "北\x00京"}, ["#place"], {"en": "U+0000", "zh": "U+0000"}),
    "a lone surrogate": ("budget", {"budget_cny": "\ud8002"}, ["#budget_cny"], {}),
    "an overflow": ("budget", {"budget_cny": "9" * 400}, ["#budget_cny"], {}),
    "NaN": ("budget", {"budget_cny": "NaN"}, ["#budget_cny"], {}),
    "too much money": ("budget", {"budget_cny": "600万"}, ["#budget_cny"], {"en": "5,000,000"}),
    "two values": ("people", {"people_max": ["4", "5"]}, ["#people_max"], {}),
    "four of the best": ("priorities", {"best": ["space", "range", "comfort", "safety"]}, ["#best-1"], {}),
    "best is worst": ("priorities", {"best": ["space"], "worst": ["space"]}, ["#worst-1"], {}),
    "two at once": ("people", {"people_usual": "0", "people_max": "x"}, ["#people_usual", "#people_max"], {}),
}  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", TYPED)
def test_what_is_typed_wrong_is_named_beside_it_and_kept(doors: Site, name: str, lang: str) -> None:
    page_id, fields, targets, words = TYPED[name]
    visitor = Visitor(doors, language=lang)
    visitor.answer("energy", {"energy": "open"})
    sendable = {
        k: v.encode("utf-8", "replace").decode() if isinstance(v, str) else v for k, v in fields.items()
    }
    page = visitor.answer(page_id, sendable, status=422)
    assert links(page) == targets
    summary = page.one("div", id="error-summary").text()
    assert words.get(lang, "") in summary
    assert "<script>alert" not in page.html
    assert len(summary) < 1_500
    for key, value in sendable.items():
        if isinstance(value, str) and value.isprintable():
            assert page.one("input", id=key).get("value") == value
    assert draft_of(doors, visitor) == {"energy": "open"}, "nothing of a refused page is kept"


def test_digits_of_full_width_are_digits(doors: Site) -> None:
    visitor = Visitor(doors)
    visitor.answer("budget", {"budget_cny": "２０．５万", "budget_kind": "ceiling"})
    visitor.answer("people", {"people_max": "６"})
    assert draft_of(doors, visitor) == {"budget_cny": 205_000, "budget_kind": "ceiling", "people_max": 6}


def test_answers_that_contradict_each_other_get_ways_out(doors: Site) -> None:
    """Seven seats for 20,000 CNY is no bad input: the page says what would have to change."""
    for lang in LANGUAGES:
        visitor = Visitor(doors, language=lang)
        page = visitor.result({"people": {"people_max": "7"}, "budget": {"budget_cny": "20000"}})
        document = json.loads(visitor.client.get(f"{visitor.address}.json").data)
        assert document["recommendations"] == []
        assert len(page.all("button", name="way")) == len(document["relaxations"]) > 0
        for way in document["relaxations"]:
            assert way["text"] in page.text()


# ----------------------------------------------------------------------------------------- tabs and cookies
def test_two_tabs_on_one_page_the_later_wins_and_the_rest_stays(doors: Site) -> None:
    one = Visitor(doors)
    one.answer("people", {"people_max": "5"})
    one.answer("budget", {"budget_cny": "90000"})
    two = Visitor(doors)
    two.client = one.client
    one.get("/find/budget")
    two.get("/find/budget")
    one.post("/find/budget", {"budget_cny": "100000"})
    two.post("/find/budget", {"budget_cny": "120000", "budget_kind": "about"})
    assert draft_of(doors, one) == {"people_max": 5, "budget_cny": 120_000, "budget_kind": "about"}


def test_back_after_the_result_and_again_makes_a_second_link(doors: Site) -> None:
    visitor = Visitor(doors)
    visitor.result({"people": {"people_max": "5"}})
    first = visitor.address
    visitor.answer("people", {"people_max": "7"})
    visitor.get("/check")
    visitor.post("/check")
    assert visitor.address not in (first, "/check")
    limits = [
        json.loads(visitor.client.get(f"{address}.json").data)["limits"][0]["at_least"]
        for address in (first, visitor.address)
    ]
    assert limits == [5, 7], "the first result stays what it was"


@pytest.mark.parametrize("cookie", ["", "nonsense", "eyJkcmFmdCI6ImEifQ.aaaa.bbbb", "\u00ff" * 40])
def test_a_lost_or_forged_cookie_is_no_fault(doors: Site, cookie: str) -> None:
    owner = Visitor(doors)
    owner.answer("people", {"people_max": "5"})
    thief = Visitor(doors)
    thief.client.set_cookie("session", cookie)
    page = thief.get("/check")
    assert "未填写" in page.one("div", id="row-people_max").text(), "nobody else's answers"
    thief.answer("people", {"people_max": "3"})
    assert draft_of(doors, thief) == {"people_max": 3}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_form_without_its_token_is_shown_again_with_all_that_was_typed(doors: Site, lang: str) -> None:
    visitor = Visitor(doors, language=lang)
    visitor.get("/find/people")
    for token in ("", "forged", "a" * 4_000):
        page = visitor.post("/find/people", {"people_max": "5", "older_passengers": "yes"}, 400, token)
        assert page.one("input", id="people_max").get("value") == "5"
        assert "checked" in page.one("input", name="older_passengers", value="yes").attrs
        assert ("expired" if lang == "en" else "过期") in page.text()
    with visitor.client.session_transaction() as session:
        assert "draft" not in session, "nothing was saved"
    visitor.post("/find/people", {"people_max": "5"})
    assert draft_of(doors, visitor) == {"people_max": 5}, "sending it once more is enough"


def test_no_form_is_taken_without_its_token(doors: Site) -> None:
    visitor = Visitor(doors)
    visitor.result({"people": {"people_max": "5"}})
    address = visitor.address
    addresses = ["/", "/forget", "/check", *(f"{address}/{verb}" for verb in ("again", "edit", "delete"))]
    for form in addresses:
        stranger = doors.app.test_client()
        assert stranger.post(form, data={"way": "0"}).status_code == 400, form
    assert visitor.client.get(f"{address}.json").status_code == 200, "still there"


# ------------------------------------------------------------------------------------------------- links
TAMPERED = (
    lambda token: "B" + token[1:] if token[0] != "B" else "C" + token[1:],
    lambda token: token[:-1],
    lambda token: token + "A",
    lambda token: token.swapcase(),
    lambda token: "A" * 22,
    lambda token: "%00" * 4,
    lambda token: "..%2f..%2fetc%2fpasswd",
    lambda token: "x" * 5_000,
    lambda token: "结果",
)


@pytest.mark.parametrize("tamper", range(len(TAMPERED)))
def test_a_tampered_link_is_unknown(doors: Site, tamper: int) -> None:
    visitor = Visitor(doors)
    visitor.result({"people": {"people_max": "5"}})
    token = visitor.address.removeprefix("/r/")
    changed = TAMPERED[tamper](token)
    for lang, words in (("zh", "没有这个页面"), ("en", "There is no such page")):
        reader = Visitor(doors, language=lang)
        assert words in reader.get(f"/r/{changed}", status=404).text()
    response = doors.app.test_client().get(f"/r/{changed}.json")
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"
    assert visitor.client.get(f"/r/{token}.json").status_code == 200


def test_an_expired_link_is_gone_and_says_what_to_do(tmp_path: Path) -> None:
    site = shipped_site(tmp_path)
    visitor = Visitor(site)
    visitor.result({"people": {"people_max": "5"}})
    address = visitor.address
    site.clock.now += dt.timedelta(days=400)
    for lang, words in (("zh", "重新"), ("en", "Answer the questions again")):
        reader = Visitor(site, language=lang)
        assert words in reader.get(address, status=410).text()
    response = site.app.test_client().get(f"{address}.json", headers={"Accept-Language": "en"})
    assert response.status_code == 410
    assert "again" in json.loads(response.data)["detail"]


# ----------------------------------------------------------------------------------------- size and method
def test_a_form_of_ten_megabytes_is_refused_as_a_page(doors: Site) -> None:
    for lang, words in (("zh", "1 MB"), ("en", "At most 1 MB")):
        visitor = Visitor(doors, language=lang)
        visitor.get("/find/place")
        page = visitor.post("/find/place", {"place": "x" * 10_000_000}, 413)
        assert words in page.text()


def test_ten_thousand_fields_are_no_fault_of_ours(doors: Site) -> None:
    visitor = Visitor(doors)
    visitor.get("/find/cargo")
    page = visitor.post("/find/cargo", {"cargo": [f"thing{n}" for n in range(100)]}, 422)
    assert len(page.one("div", id="error-summary").text()) < 60_000
    token = visitor.get("/find/cargo").token()
    response = visitor.send("/find/cargo", {f"f{n}": "1" for n in range(10_000)}, token)
    assert response.status_code in (303, 400, 413)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_named(doors: Site, method: str) -> None:
    for address in ("/find/people", "/check", "/"):
        response = getattr(doors.app.test_client(), method)(address)
        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]
        assert response.mimetype == "text/html"
