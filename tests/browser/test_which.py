"""Which of these two, in a browser: found from the result, answered, passed over; no script needed."""

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


def test_from_the_result_to_a_new_one_in_english_in_the_dark_on_a_small_phone(sight: Open) -> None:
    with sight("en-which", lang="en-GB", width=360, dark=True) as seen:
        result = to_a_result(seen, *ENGLISH)
        seen.page.get_by_role("link", name="Choose between two cars").click()
        expect(seen.page).to_have_url(re.compile(r"/r/[\w-]{22}/which$"))
        expect(seen.page.locator("#keep")).not_to_be_checked()
        seen.look("which")
        seen.page.get_by_role("button", name="I take B").click()
        expect(seen.page).to_have_url(re.compile(r"/r/[\w-]{22}\?undo="))
        seen.look("after")
        seen.page.get_by_role("link", name="Undo").click()
        assert seen.page.url == result


def test_in_chinese_on_a_desktop_without_scripts(sight: Open) -> None:
    with sight("zh-which", lang="zh-CN", javascript=False) as seen:
        result = to_a_result(seen, "快速开始", "5", "20万", "继续", "看推荐结果")
        seen.page.goto(f"{result}/which")
        first = seen.page.locator("thead").first.inner_text()
        seen.page.get_by_role("link", name="跳过").click()
        assert seen.page.locator("thead").first.inner_text() != first
        seen.page.locator("label[for=keep]").click()
        seen.page.get_by_role("button", name="两辆都不选").click()
        expect(seen.page).to_have_url(re.compile(r"/r/[\w-]{22}\?undo="))
