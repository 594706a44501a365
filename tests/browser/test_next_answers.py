"""Which answer would change the first three, in a browser: found from the result, answered, printed."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Sight
from tests.browser.test_journey import to_a_result

pytestmark = pytest.mark.browser
Open = Callable[..., AbstractContextManager[Sight]]
ENGLISH = ("Start quickly", "5", "200,000", "Continue", "Show my cars")


def test_from_the_result_to_an_answer_in_english_in_the_dark_on_a_small_phone(sight: Open) -> None:
    with sight("en-next", lang="en-GB", width=360, dark=True) as seen:
        to_a_result(seen, *ENGLISH)
        seen.look("result")
        seen.page.get_by_role("link", name="Which answer would change").click()
        expect(seen.page).to_have_url(re.compile(r"/r/[\w-]{22}/next$"))
        seen.look("next")
        seen.page.get_by_role("button", name="Go to this question").first.click()
        expect(seen.page).to_have_url(re.compile(r"/find/\w+\?back=check#question-\w+$"))
        seen.look("question")
        seen.press("Save")
        seen.page.goto(seen.address + "/check")
        expect(seen.page.locator("#row-budget_cny")).to_contain_text("200,000")


def test_in_chinese_on_a_desktop_and_on_paper(sight: Open) -> None:
    with sight("zh-next", lang="zh-CN") as seen:
        result = to_a_result(seen, "快速开始", "5", "20万", "继续", "看推荐结果")
        seen.look("result")
        seen.page.goto(f"{result}/next")
        seen.look("next")
        assert seen.page.locator("button[name=question]").count() >= 1
        seen.page.emulate_media(media="print")
        seen.look("paper")
        assert seen.page.locator("button:visible").count() == 0
        expect(seen.page.locator(".ways li").first).to_be_visible()


def test_without_scripts(sight: Open) -> None:
    with sight("en-next-plain", lang="en-GB", width=360, javascript=False) as seen:
        result = to_a_result(seen, *ENGLISH)
        seen.page.goto(f"{result}/next")
        seen.page.locator("button[name=question]").first.click()
        expect(seen.page).to_have_url(re.compile(r"/find/"))
