"""A person in a real browser: in Chinese on a desktop, in English on a phone without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Sight

pytestmark = pytest.mark.browser
Open = Callable[..., AbstractContextManager[Sight]]

TICKED = {
    "place": ["overnight_charging-1"],
    "winter": ["parked_indoors-2"],
    "rough": ["rough_days-2", "rough_kinds-4"],
    "cargo": ["cargo-1", "cargo-2"],
    "energy": ["energy-3"],
    "body": ["body_types-4", "body_types-5", "body_kind-2"],
    "cockpit": ["cockpit_top-1"],
    "assistance": ["adas_need-2"],
    "safety": ["safety_musts-1"],
    "condition": ["condition-1"],
    "priorities": ["best-1", "best-7", "worst-4"],
}
TYPED = {
    "people": {"people_usual": "4", "people_max": "6", "child_seats": "2"},
    "budget": {"budget_cny": "26万"},
    "place": {"place": "合肥"},
    "distance": {"daily_km": "40", "longest_trip_km": "600", "motorway_trips_month": "2"},
    "winter": {"winter_low_c": "-5"},
    "parking": {"parking_length_mm": "5300"},
}


def fill(seen: Sight, page_id: str) -> None:
    for field, text in TYPED.get(page_id, {}).items():
        seen.page.locator(f"#{field}").fill(text)
    for box in TICKED.get(page_id, []):
        seen.page.locator(f"label[for='{box}']").click()


def test_the_whole_way_in_chinese_on_a_desktop(sight: Open) -> None:
    with sight("zh-desktop", lang="zh-CN") as seen:
        seen.go("/")
        seen.look("start")
        seen.press("回答全部")
        for _ in range(16):
            page_id = seen.page.url.split("/find/")[1].split("?")[0]
            fill(seen, page_id)
            seen.look(page_id)
            seen.press("继续")
        assert seen.page.url.endswith("/check")
        seen.look("check")
        seen.press("看推荐结果")
        expect(seen.page).to_have_url(re.compile(r"/r/[\w-]{22}$"))
        seen.look("result")
        cards = seen.page.locator("article")
        assert cards.count() >= 1
        for number in range(cards.count()):
            seats = cards.nth(number).locator("dt", has_text=re.compile("^座位数$")).locator("xpath=../dd")
            assert int(seats.text_content() or "") >= 6
        seen.page.locator("article a").first.click()
        seen.look("car")
        seen.go("/about")
        seen.look("about")


def test_the_short_way_in_english_on_a_phone_without_scripts(sight: Open) -> None:
    with sight("en-phone", lang="en-GB", width=360, javascript=False) as seen:
        seen.go("/")
        seen.look("start")
        seen.press("Start quickly")
        seen.page.locator("#people_max").fill("seven")
        seen.press("Continue")
        seen.look("error")
        expect(seen.page).to_have_title(re.compile("^Error: "))
        expect(seen.page.locator("#people_max")).to_have_value("seven")
        seen.page.locator("#people_max").fill("5")
        seen.press("Continue")
        seen.page.locator("#budget_cny").fill("90,000")
        seen.look("budget")
        seen.press("Continue")
        seen.page.locator("#place").fill("Zhengzhou")
        seen.page.locator("label[for='area-3']").click()
        seen.press("Continue")
        seen.press("Skip this page")
        seen.press("Continue")
        seen.look("check")
        seen.press("Show my cars")
        expect(seen.page).to_have_url(re.compile(r"/r/[\w-]{22}$"))
        seen.look("result")
        seen.page.locator("article a").first.click()
        seen.look("car")


def test_every_page_in_english_on_a_small_phone(sight: Open) -> None:
    with sight("en-small", lang="en-GB", width=320) as seen:
        seen.go("/find/people")
        while "/find/" in seen.page.url:
            seen.look(seen.page.url.split("/find/")[1])
            seen.press("Continue")
        seen.look("check")
        seen.press("Show my cars")
        seen.look("result")
        seen.page.locator("article a").first.click()
        seen.look("car")
        seen.go("/about")
        seen.look("about")
        seen.go("/nothing")
        seen.look("error")


def test_nothing_fits_and_one_press_helps_in_the_dark(sight: Open) -> None:
    with sight("zh-dark", lang="zh-CN", width=390, dark=True) as seen:
        seen.go("/")
        seen.look("start")
        seen.press("快速开始")
        seen.page.locator("#people_max").fill("7")
        seen.look("people")
        seen.press("继续")
        seen.page.locator("#budget_cny").fill("6万")
        seen.press("继续")
        seen.go("/check")
        seen.press("看推荐结果")
        expect(seen.page.locator("h1")).to_contain_text("没有车")
        seen.look("nothing-fits")
        seen.page.locator("button[name=way]").first.click()
        expect(seen.page.locator("article").first).to_be_visible()
        seen.look("result")
        seen.press("删除这个结果")
        expect(seen.page.locator("main")).to_contain_text("有链接的人都能看到这个结果")
        seen.press("确认删除")
        expect(seen.page.locator(".notice").first).to_contain_text("已删除")


def test_scripts_bring_follow_ups_and_focus_the_summary(sight: Open) -> None:
    with sight("zh-scripts", lang="zh-CN") as seen:
        seen.go("/find/condition")
        follow_up = seen.page.locator("#question-used_max_km")
        seen.page.locator("label[for='condition-1']").click()
        expect(follow_up).to_be_hidden()
        seen.page.locator("label[for='condition-2']").click()
        expect(follow_up).to_be_visible()
        seen.look("follow-up")
        seen.page.locator("#used_max_km").fill("viel")
        seen.press("继续")
        expect(seen.page.locator("#error-summary")).to_be_focused()
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Enter")
        expect(seen.page.locator("#used_max_km")).to_be_focused()
        seen.go("/find/cockpit")
        seen.page.locator("label[for='cockpit_top-1']").click()
        seen.page.locator("label[for='cockpit_top-2']").click()
        expect(seen.page.locator("#cockpit_top-3")).to_be_disabled()
        seen.page.locator("input[name=cockpit_top][value=none] + label").click()
        expect(seen.page.locator("#cockpit_top-1")).not_to_be_checked()
        expect(seen.page.locator("#cockpit_top-3")).to_be_enabled()


def test_a_keyboard_is_enough(sight: Open) -> None:
    with sight("zh-keyboard", lang="zh-CN") as seen:
        seen.go("/find/people")
        seen.page.keyboard.press("Tab")
        expect(seen.page.locator(".skip-link")).to_be_focused()
        seen.page.keyboard.press("Enter")
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.type("5")
        expect(seen.page.locator("#people_usual")).to_have_value("5")
        seen.page.keyboard.press("Enter")
        expect(seen.page).to_have_url(re.compile("/find/budget$"))


def test_on_paper_there_are_cars_and_no_buttons(sight: Open) -> None:
    with sight("zh-paper", lang="zh-CN", width=800) as seen:
        seen.go("/check")
        seen.press("看推荐结果")
        seen.page.emulate_media(media="print")
        seen.look("result")
        expect(seen.page.locator("article").first).to_be_visible()
        assert seen.page.locator("button:visible").count() == 0


def to_a_result(seen: Sight, words: str, people: str, budget: str, onward: str, show: str) -> str:
    """The short way to a result; its address."""
    seen.go("/")
    seen.press(words)
    seen.page.locator("#people_max").fill(people)
    seen.press(onward)
    seen.page.locator("#budget_cny").fill(budget)
    seen.press(onward)
    seen.go("/check")
    seen.press(show)
    expect(seen.page).to_have_url(re.compile(r"/r/[\w-]{22}$"))
    return seen.page.url


def test_cars_are_compared_asked_about_and_adjusted_in_chinese(sight: Open) -> None:
    with sight("zh-decide", lang="zh-CN") as seen:
        result = to_a_result(seen, "快速开始", "6", "26万", "继续", "看推荐结果")
        first = seen.page.locator("article").first.locator("h3").text_content()
        seen.look("result")
        for number in (1, 2, 3):
            seen.page.locator(f"label[for='compare-{number}']").click()
        seen.press("比较")
        expect(seen.page.locator(".best").first).to_contain_text("最好")
        seen.look("compare")
        seen.page.goto(result)
        seen.page.get_by_label("车名").fill("元")
        seen.press("查找")
        seen.look("search")
        seen.page.locator(".found a").first.click()
        expect(seen.page.locator("h1")).to_contain_text("元")
        seen.look("why-not")
        seen.page.get_by_role("link", name="与第一名并排比较").click()
        seen.look("beside-the-first")
        seen.page.goto(result)
        seen.page.locator("article").first.locator("summary", has_text="按这辆车微调").click()
        seen.look("critiques")
        seen.page.locator("article").first.locator("button[name=limits]").first.click()
        expect(seen.page).to_have_url(re.compile(r"/r/[\w-]{22}\?undo=[\w-]{22}$"))
        seen.look("adjusted")
        assert seen.page.locator("article").first.locator("h3").text_content() != first
        seen.page.get_by_role("link", name="撤销").click()
        expect(seen.page).to_have_url(result)
        assert seen.page.locator("article").first.locator("h3").text_content() == first
        seen.page.locator(".doors a", has_text="为什么是它").first.click()
        seen.look("why")


def test_cars_are_decided_on_in_english_in_the_dark_on_a_small_phone(sight: Open) -> None:
    with sight("en-decide", lang="en-GB", width=360, dark=True) as seen:
        result = to_a_result(seen, "Start quickly", "5", "300,000", "Continue", "Show my cars")
        seen.look("result")
        seen.page.locator("label[for='compare-1']").click()
        seen.press("Compare")
        expect(seen.page.locator("#error-summary")).to_be_focused()
        seen.look("too-few")
        seen.page.locator("label[for='compare-2']").click()
        seen.page.locator("label[for='compare-3']").click()
        seen.page.locator("label[for='compare-4']").click()
        seen.press("Compare")
        seen.look("compare")
        seen.page.goto(result)
        seen.page.locator(".doors a", has_text="Why this car").last.click()
        seen.look("why")
        seen.page.get_by_label("Name of the car").fill("Li Auto i6")
        seen.press("Look")
        seen.page.locator(".found a").first.click()
        seen.page.get_by_role("link", name="Its options").click()
        seen.look("options")
        seen.page.goto(result)
        seen.page.locator(".doors a", has_text="Like this car").last.click()
        seen.look("adjust")
        seen.page.locator("button[name=limits]").first.click()
        seen.look("adjusted")
        seen.page.get_by_role("link", name="Undo").click()
        expect(seen.page).to_have_url(result)


def test_a_near_miss_is_one_press(sight: Open) -> None:
    with sight("zh-near", lang="zh-CN", width=360) as seen:
        to_a_result(seen, "快速开始", "7", "10万", "继续", "看推荐结果")
        seen.look("near-misses")
        seen.page.locator("button[name=step]").last.click()
        expect(seen.page.get_by_role("link", name="撤销")).to_be_visible()
        seen.look("further")
