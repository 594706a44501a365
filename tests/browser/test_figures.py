"""Figures on a narrow screen: a number is never broken across two lines."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.browser.conftest import Sight

pytestmark = pytest.mark.browser
Open = Callable[..., AbstractContextManager[Sight]]

# Text of every value cell in which a run of digits, commas and points stands on more than one line.
BROKEN = """() => [...document.querySelectorAll('dd, td, .price strong')].filter(cell => {
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (const found of node.data.matchAll(/[¥]?[0-9][0-9.,]*[0-9]/g)) {
      const range = document.createRange();
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) return true;
    }
  return false;
}).map(cell => cell.textContent.trim())"""
PHONE = 320


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_no_figure_is_broken_across_lines(sight: Open, lang: str) -> None:
    with sight(f"figures-{lang}", lang=lang, width=PHONE) as seen:
        seen.go("/check")
        seen.page.locator("form[action='/check'] button").click()
        result = seen.page.url
        seen.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        seen.look("result")
        assert seen.page.evaluate(BROKEN) == []
        car = seen.page.locator("a[href^='/cars/']").first.get_attribute("href")
        for address in (f"{result.split('//', 1)[1].partition('/')[2]}/compare", str(car).lstrip("/")):
            seen.go("/" + address)
            assert seen.page.evaluate(BROKEN) == [], address
