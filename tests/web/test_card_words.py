"""What a buyer reads on a card: dates, years, sources by their titles, one unit in one sum."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.prior import build_prior
from recommender.domain.catalogue import Source, ValueNote
from recommender.registry.load import load_registry
from recommender.services.market import make_market
from recommender.settings import Settings
from recommender.storage.migrate import upgrade
from recommender.workspace import Workspace
from tests.builders import CARS, make_catalogue
from tests.web.pages import Page
from tests.web.visitor import Clock, Site, Visitor
from web import create_app

PRICED = dt.date(2026, 11, 1)
ABOUT = {
    "people": {"people_max": "5"},
    "budget": {"budget_cny": "200000", "budget_kind": "about"},
    "old_car_brands": {"old_car": "scrap"},
}


@pytest.fixture(scope="module")
def dated_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Cars with a model year and a price of this month; A1 has its price from another source than its row."""
    folder = tmp_path_factory.mktemp("dated")
    registry = load_registry()
    cars = [{**car, "model_year": 2025, "price_date": PRICED.isoformat()} for car in CARS]
    plain = make_catalogue(registry, cars)
    catalogue = replace(
        plain,
        trims=tuple(replace(trim, source_id="S1+S2; S1") for trim in plain.trims),
        sources={
            **plain.sources,
            "S2": Source("S2", "Second sheet", "https://example.org/second", "none", "2026-10-01"),
            "S3": Source("S3", "Price list", "https://example.org/prices", "none", "2026-11-01"),
        },
        value_notes=(ValueNote("A1", "price_cny", "119800", "S3", PRICED, "as printed, S2 is higher", True),),
    )
    model = EvidenceModel(build_prior(registry, catalogue.columns, "test"))
    settings = Settings.model_validate({"state_dir": Path(folder), "rate_limit": "0", "secret_key": "k" * 32})
    clock = Clock()
    workspace = Workspace(settings, registry, make_market(registry, catalogue, model), clock)
    upgrade(workspace.database)
    return Site(workspace, create_app(settings, workspace), clock)


def fact_row(page: Page, label: str) -> str:
    return next(row.text() for row in page.all("tr") if row.text().startswith(label))


def test_every_card_tells_the_date_of_its_price_and_its_model_year(dated_site: Site) -> None:
    chinese, english = Visitor(dated_site), Visitor(dated_site, language="en")
    for visitor, date, year in (
        (chinese, "2026-11-01 的价格", "2025款"),
        (english, "Price of 2026-11-01", "model year 2025"),
    ):
        cards = visitor.result(ABOUT).all("article")
        assert cards
        for card in cards:
            assert card.text().count(date) == 1
        assert all(year in heading.text() for heading in visitor.page.all("h3"))  # type: ignore[union-attr]


def test_cars_side_by_side_bear_their_model_year(dated_site: Site) -> None:
    visitor = Visitor(dated_site)
    visitor.result(ABOUT)
    page = visitor.get(f"{visitor.address}/compare?config=A1&config=A2")
    columns = [e.text() for e in page.all("th", scope="col")]
    assert len(columns) >= 2
    assert all("2025款" in column for column in columns)


def test_the_date_of_a_price_has_the_source_of_the_price(dated_site: Site) -> None:
    visitor = Visitor(dated_site)
    page = visitor.get("/cars/A1")
    row = fact_row(page, "价格日期")
    assert "Price list" in row
    assert "Second sheet" not in row
    assert "as printed" not in row, "the remark is about the price"
    assert "as printed, Second sheet is higher" in fact_row(page, "指导价")
    assert "Second sheet" in fact_row(visitor.get("/cars/A2"), "价格日期"), "no note: the source of the row"


def test_several_sources_are_told_by_their_titles(dated_site: Site) -> None:
    visitor = Visitor(dated_site)
    card = visitor.result(ABOUT).all("article")[0].text()
    assert "Invented data for tests；Second sheet, 2026-09-30" in card
    page = visitor.get("/cars/A2")
    row = fact_row(page, "座位数")
    assert row.count("Invented data for tests") == 1, "each source once"
    assert "Second sheet" in row
    assert "https://example.org/second" in [e.get("href") for e in page.all("a")]
    assert "S1" not in page.text() + card


def test_one_sum_is_told_in_one_unit(dated_site: Site) -> None:
    card = Visitor(dated_site).result(ABOUT).all("article")[0]
    sums = [e for e in card.walk() if e.tag == "dl" and e.get("class") == "sum"]
    assert len(sums) == 1
    amounts = [e.text() for e in sums[0].walk() if e.tag == "dd"]
    assert len(amounts) == 5
    assert "万" not in sums[0].text()
    assert [amount[0] for amount in amounts[1:3]] == ["+", "−"]
    price, tax, subsidy, total = (
        int(amount.strip("+−").removesuffix(" 元").replace(",", "")) for amount in amounts[:4]
    )
    assert price + tax - subsidy == total
    assert amounts[4].endswith(" 元/月")
    assert "万元 到手价" in card.text()
    assert card.text().count("含购置税、减补贴，不含保险和上牌") == 1


def test_the_total_has_one_name(dated_site: Site) -> None:
    page = Visitor(dated_site).result(ABOUT)
    assert "到手价" in page.text()
    assert "落地价" not in page.text()
    assert "项参数未知" in page.text()
    assert "选择份额" not in page.text(), "the confidence of the list is the one probability of the page"


def test_notes_for_all_cars_are_told_once(dated_site: Site) -> None:
    visitor = Visitor(dated_site)
    page = visitor.result(ABOUT)
    document = visitor.client.get(f"{visitor.address}.json").get_json()
    assert document["notes"]
    assert document["recommendations"][0]["choice_probability"] > 0
    for note in document["notes"]:
        assert page.text().count(note["text"]) == 1
    assert [e.text() for e in page.all("summary")].count("计算说明") == 1


@pytest.mark.parametrize(
    ("kind", "language", "told"),
    [
        ("about", "zh", "最多 22万元（你的预算的 110%）"),
        ("about", "en", "at most ¥220,000 (110 % of your budget)"),
        ("ceiling", "zh", ""),
    ],
)
def test_a_budget_of_about_says_how_far_it_is_stretched(
    dated_site: Site, kind: str, language: str, told: str
) -> None:
    page = Visitor(dated_site, language=language).result(
        {"budget": {"budget_cny": "200000", "budget_kind": kind}}
    )
    assert told in page.text()
    assert bool(told) == ("110" in page.one("ul", **{"class": "limits"}).text())
