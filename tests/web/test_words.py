"""Both languages are whole, and pages choose the right one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.web.visitor import Site, Visitor, make_site

WEB = Path(__file__).resolve().parents[2] / "web"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
PLACES = re.compile(r"%\((\w+)\)|\{(\w+)\}|%%")
CHINESE = re.compile("[一-鿿]")


def source_words() -> set[str | tuple[str, str]]:
    options = {"templates/**.html": {"trimmed": "true"}}
    found = extract_from_dir(str(WEB), METHODS, options)
    return {m[2] if isinstance(m[2], str) else (m[2][0], m[2][1]) for m in found}


def test_every_word_of_the_pages_is_translated_and_none_is_left_over() -> None:
    with (WEB / "translations" / "zh" / "messages.po").open("rb") as file:
        catalogue = {m.id: m for m in read_po(file, locale="zh") if m.id}
    assert set(catalogue) == source_words()
    for message in catalogue.values():
        said = message.string if isinstance(message.string, str) else message.string[0]
        source = message.id if isinstance(message.id, str) else message.id[1]
        assert said, source
        assert not message.fuzzy, source
        assert set(PLACES.findall(said)) == set(PLACES.findall(source)), source


def test_people_are_spoken_to_in_one_way() -> None:
    """你 everywhere: neither registry nor pages change to 您 in between."""
    root = WEB.parent
    files = [*(root / "recommender" / "registry").glob("*.toml"), *WEB.rglob("*.po"), *WEB.rglob("*.html")]
    assert len(files) > 20
    assert [file.name for file in files if "您" in file.read_text(encoding="utf-8")] == []


def test_the_facts_of_a_car_do_not_say_that_it_is_on_sale(visitor: Visitor) -> None:
    page = visitor.get("/cars/A1")
    assert "在售" not in [cell.text() for cell in page.all("th")]


def chrome_pages(visitor: Visitor) -> list[str]:
    visitor.result({"people": {"people_max": "5"}})
    addresses = ["/", "/about", "/check", "/cars/A1", "/nothing", visitor.address]
    return addresses + [f"/find/{page.id}" for page in visitor.site.registry.pages]


def test_english_pages_hold_no_chinese(site: Site) -> None:
    visitor = Visitor(site, language="en")
    for address in chrome_pages(visitor):
        page = visitor.get(address, status=404 if address == "/nothing" else 200)
        assert page.one("html").get("lang") == "en"
        for element in page.root.walk():
            if element.get("lang") == "zh-CN" and element.tag == "a":
                element.children.clear()
        assert not CHINESE.search(page.root.text()), address
        for element in page.root.walk():
            for name in ("aria-label", "title", "placeholder"):
                assert not CHINESE.search(element.get(name))


def test_chinese_pages_hold_no_english_sentence(site: Site) -> None:
    visitor = Visitor(site)
    for address in chrome_pages(visitor):
        page = visitor.get(address, status=404 if address == "/nothing" else 200)
        assert page.one("html").get("lang") == "zh-CN"
        text = page.text().replace("Invented data for tests", "")
        assert not re.search("[A-Za-z]+ [a-z]+ [a-z]+", text), address


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [("", "zh-CN"), ("en-GB,en;q=0.9", "en"), ("zh-TW", "zh-CN"), ("fr", "zh-CN"), ("fr,en;q=0.5", "en")],
)
def test_the_browser_says_which_language(shared_site: Site, accepted: str, lang: str) -> None:
    assert Visitor(shared_site, language=accepted).get("/").one("html").get("lang") == lang


def test_a_choice_is_remembered_and_wins_over_the_browser(shared_site: Site) -> None:
    visitor = Visitor(shared_site, language="zh")
    link = next(e for e in visitor.get("/find/people").all("a") if e.get("lang") == "en")
    assert link.get("href") == "/find/people?lang=en"
    assert visitor.get(link.get("href")).one("html").get("lang") == "en"
    assert visitor.get("/").one("html").get("lang") == "en"
    assert visitor.get("/?lang=zh").one("html").get("lang") == "zh-CN"
    assert visitor.get("/?lang=xx").one("html").get("lang") == "zh-CN"


def test_the_setting_decides_where_nothing_else_does(tmp_path: Path) -> None:
    assert Visitor(make_site(tmp_path, lang="en"), language="").get("/").one("html").get("lang") == "en"
