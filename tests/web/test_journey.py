"""From the first page to the checked answers: the path is computed, nothing typed is lost."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.web.visitor import Site, Visitor


def answers_of(site: Site, visitor: Visitor) -> dict[str, object]:
    """What the draft behind the visitor's cookie holds."""
    with visitor.client.session_transaction() as session:
        draft = site.workspace.database.drafts.load(session["draft"])
    assert draft is not None
    return dict(draft.answers)


def test_start_offers_the_short_and_the_whole_path(visitor: Visitor) -> None:
    page = visitor.get("/")
    assert "5" in page.text()
    assert "16" in page.text()
    assert visitor.post("/", {"path": "fast"}).one("h1").text() == "坐几个人"
    assert "第 1 页，共 5 页" in visitor.get("/find/people").text()
    visitor.get("/")
    visitor.post("/", {"path": "full"})
    assert "第 1 页，共 16 页" in visitor.get("/find/people").text()


@pytest.mark.parametrize("path", ["fast", "full"])
def test_every_page_of_a_path_leads_to_the_next_and_the_last_to_the_check(site: Site, path: str) -> None:
    visitor = Visitor(site)
    visitor.get("/")
    visitor.post("/", {"path": path})
    expected = [p.id for p in site.registry.pages if p.fast or path == "full"]
    walked = []
    while visitor.address.startswith("/find/"):
        walked.append(visitor.address.removeprefix("/find/"))
        visitor.post(visitor.address, {"action": "next"})
    assert walked == expected
    assert visitor.address == "/check"


def test_answers_are_kept_and_shown_again(site: Site) -> None:
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "６", "child_seats": "2", "older_passengers": "yes"})
    visitor.answer("budget", {"budget_cny": "２０万", "budget_kind": "about"})
    visitor.answer("place", {"place": "合肥", "area": "city"})
    visitor.answer("rough", {"rough_kinds": ["snow", "mud"]})
    assert answers_of(site, visitor) == {
        "people_max": 6,
        "child_seats": 2,
        "older_passengers": True,
        "budget_cny": 200_000,
        "budget_kind": "about",
        "place": "340100",
        "area": "city",
        "rough_kinds": ("mud", "snow"),
    }
    page = visitor.get("/find/people")
    assert page.one("input", id="people_max").get("value") == "6"
    assert "checked" in page.one("input", name="older_passengers", value="yes").attrs
    assert visitor.get("/find/place").one("input", id="place").get("value") == "合肥市"
    checked = [e.get("value") for e in visitor.get("/find/rough").all("input") if "checked" in e.attrs]
    assert checked == ["mud", "snow"]


def test_unsure_and_skip_leave_questions_unanswered(site: Site) -> None:
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "5", "older_passengers": "unknown"})
    assert answers_of(site, visitor) == {"people_max": 5}
    visitor.answer("people", {"people_max": "7"}, action="skip")
    assert answers_of(site, visitor) == {}
    assert visitor.address == "/find/budget"


def test_back_saves_and_returns_to_the_page_before(site: Site) -> None:
    visitor = Visitor(site)
    visitor.answer("budget", {"budget_cny": "150000"}, action="back")
    assert visitor.address == "/find/people"
    assert answers_of(site, visitor) == {"budget_cny": 150_000}
    visitor.answer("people", {}, action="back")
    assert visitor.address == "/"


def test_problems_redisplay_the_page_with_everything_typed(site: Site) -> None:
    visitor = Visitor(site)
    typed = {"people_max": "seven", "people_usual": "44", "child_seats": "1", "older_passengers": "no"}
    page = visitor.answer("people", typed, status=422)
    assert page.title().startswith("错误：")
    summary = page.one("div", id="error-summary")
    assert [e.get("href") for e in summary.walk() if e.tag == "a"] == ["#people_usual", "#people_max"]
    for name in ("people_max", "people_usual", "child_seats"):
        assert page.one("input", id=name).get("value") == typed[name]
    assert "checked" in page.one("input", name="older_passengers", value="no").attrs
    wrong = page.one("input", id="people_max")
    assert wrong.get("aria-invalid") == "true"
    assert "people_max-error" in wrong.get("aria-describedby")
    assert page.one("p", id="people_max-error").text()
    with visitor.client.session_transaction() as session:
        assert "draft" not in session, "a refused page saves nothing"


def test_rules_between_questions_are_named_at_the_page(site: Site) -> None:
    visitor = Visitor(site)
    fields = {"best": ["space", "range"], "worst": ["space"]}
    page = visitor.answer("priorities", fields, status=422)
    assert page.one("div", id="error-summary").text()
    assert "checked" in page.one("input", name="worst", value="space").attrs
    page = visitor.answer("priorities", {"best": ["space", "range", "comfort", "safety"]}, status=422)
    assert "3" in page.one("div", id="error-summary").text()


@pytest.mark.parametrize(
    ("page_id", "fields"),
    [
        ("energy", {"energy": "steam"}),
        ("cargo", {"cargo": ["pram", "anvil"]}),
        ("people", {"people_max": "NaN"}),
        ("people", {"people_max": ["3", "4"]}),
        ("place", {"place": "Atlantis"}),
        ("old_car_brands", {"brands_avoid": ["Nobody"]}),
        ("cockpit", {"cockpit_top": ["voice", "none"]}),
        ("people", {"people_max": "5\u202e"}),
    ],
)
def test_refused_answers_are_named_never_dropped(
    visitor: Visitor, page_id: str, fields: dict[str, object]
) -> None:
    page = visitor.answer(page_id, fields, status=422)  # type: ignore[arg-type]
    assert len([e for e in page.one("div", id="error-summary").walk() if e.tag == "a"]) == 1


def test_an_unknown_place_is_answered_with_near_names(visitor: Visitor) -> None:
    assert "合肥市" in visitor.answer("place", {"place": "合非"}, status=422).text()


def test_a_follow_up_question_appears_without_a_script(site: Site) -> None:
    visitor = Visitor(site)
    fields = {"condition": "new"}
    visitor.answer("condition", fields)
    visitor.get("/find/condition")
    assert visitor.page is not None
    hidden = [e.get("id") for e in visitor.page.root.walk() if "hidden" in e.attrs and e.get("id")]
    assert "question-used_max_km" in hidden
    visitor.answer("condition", {"condition": "both"})
    assert visitor.address == "/find/condition", "the newly asked questions come first"
    page = visitor.page
    assert "disabled" not in page.one("input", id="used_max_km").attrs
    visitor.answer("condition", {"condition": "both", "used_max_km": "60000"})
    assert visitor.address == "/find/old_car_brands"
    visitor.answer("condition", {"condition": "new", "used_max_km": "60000"})
    assert answers_of(site, visitor) == {"condition": "new"}, "what is no longer asked is not answered"


def test_changing_from_the_check_page_returns_to_it(site: Site) -> None:
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "5"})
    page = visitor.get("/check")
    row = page.one("div", id="row-people_max")
    link = next(e for e in row.walk() if e.tag == "a")
    assert link.get("href") == "/find/people?back=check#question-people_max"
    page = visitor.get("/find/people?back=check")
    assert page.one("form").get("action") == "/find/people?back=check"
    visitor.post("/find/people?back=check", {"people_max": "4", "action": "next"})
    assert visitor.address == "/check"
    assert "4" in visitor.page.one("div", id="row-people_max").text()  # type: ignore[union-attr]


def test_check_page_says_what_is_not_answered(site: Site) -> None:
    visitor = Visitor(site)
    visitor.answer("budget", {"budget_cny": "123456"})
    page = visitor.get("/check")
    assert "123,456" in page.one("div", id="row-budget_cny").text()
    assert "未填写" in page.one("div", id="row-people_max").text()


def test_two_tabs_on_different_pages_lose_nothing(site: Site) -> None:
    one, two = Visitor(site), Visitor(site)
    one.answer("people", {"people_max": "5"})
    two.client = one.client
    one.get("/find/budget")
    two.get("/find/energy")
    two.post("/find/energy", {"energy": "open"})
    one.post("/find/budget", {"budget_cny": "90000"})
    assert answers_of(site, one) == {"people_max": 5, "budget_cny": 90_000, "energy": "open"}


def test_an_expired_draft_is_said_and_the_page_is_kept(site: Site) -> None:
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "5"})
    visitor.get("/find/budget")
    site.clock.now += dt.timedelta(days=40)
    page = visitor.post("/find/budget", {"budget_cny": "90000"})
    assert "已过期" in page.text()
    assert answers_of(site, visitor) == {"budget_cny": 90_000}


def test_finishing_an_expired_draft_shows_the_empty_check_page(site: Site) -> None:
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "5"})
    visitor.get("/check")
    site.clock.now += dt.timedelta(days=40)
    page = visitor.post("/check")
    assert visitor.address == "/check"
    assert "已过期" in page.text()
    assert visitor.post("/check").status == 200
    assert visitor.address.startswith("/r/"), "without answers there is a result too"


def test_the_short_path_can_be_lengthened(site: Site) -> None:
    visitor = Visitor(site)
    visitor.get("/")
    visitor.post("/", {"path": "fast"})
    visitor.post("/find/people", {"people_max": "5"})
    visitor.get("/check")
    visitor.post("/", {"path": "more"})
    assert visitor.address == "/find/budget", "the first page without an answer"
    assert answers_of(site, visitor) == {"people_max": 5}
    assert "共 16 页" in visitor.page.text()  # type: ignore[union-attr]


def test_answers_can_be_deleted(site: Site) -> None:
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "5"})
    with visitor.client.session_transaction() as session:
        draft_id = session["draft"]
    visitor.get("/check")
    visitor.post("/forget")
    assert site.workspace.database.drafts.load(draft_id) is None
    assert "未填写" in visitor.get("/check").one("div", id="row-people_max").text()


def test_unknown_pages_and_actions_are_errors_as_pages(visitor: Visitor) -> None:
    assert "没有这个页面" in visitor.get("/find/colour", status=404).text()
    visitor.get("/find/people")
    visitor.post("/find/people", {"action": "fly"}, status=400)
    visitor.get("/find/people")
    visitor.post("/find/colour", {"action": "next"}, status=404)


def test_fields_that_are_no_question_are_ignored(site: Site) -> None:
    visitor = Visitor(site)
    visitor.answer("people", {"people_max": "5", "dealer_id": "7", "budget_cny": "1", "lang": "xx"})
    assert answers_of(site, visitor) == {"people_max": 5}
