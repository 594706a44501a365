"""Place and brand names as people write them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.domain.catalogue import Place
from recommender.domain.errors import Rejected
from recommender.registry.answers import parse_request
from recommender.registry.model import Registry
from tests.registry.small import TODAY, VOCABULARY, parse, problems_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("110100", "110100"),
        ("110000", "110000"),
        ("北京", "110100"),
        ("北京市", "110100"),
        ("Beijing", "110100"),
        ("  beijing ", "110100"),
        ("BEIJING CITY", "110100"),
        ("ＢＥＩＪＩＮＧ", "110100"),
        ("内蒙古", "150000"),
        ("inner mongolia", "150000"),
        ("延边", "222400"),
        ("泰州", "321200"),
        ("taizhou (zhejiang)", "331000"),
        ("Taizhou（Jiangsu）", "321200"),
        ("吉林", "220000"),
        ("吉林省", "220000"),
        ("吉林市", "220200"),
        ("Jilin Province", "220000"),
        ("广西", "450000"),
        ("西安", "610100"),
        ("xian", "610100"),
        ("Xi’an", "610100"),
    ],
)
def test_a_place_is_found(small: Registry, text: str, code: str) -> None:
    assert parse({"answers": {"place": text}}, small).answers == {"place": code}


@pytest.mark.parametrize("text", ["Atlantis", "中国", "100000", "", "市", "京"])
def test_an_unknown_place_offers_the_nearest(small: Registry, text: str) -> None:
    (problem,) = problems_of({"answers": {"place": text}}, small)
    assert (problem.path, problem.code, problem.value) == ("/answers/place", "unknown_place", text)
    nearest = problem.params["nearest"]
    assert isinstance(nearest, tuple)
    assert nearest
    assert set(nearest) <= set(VOCABULARY.place_names.names)


def test_a_slip_of_the_pen_offers_the_right_place_first(small: Registry) -> None:
    for slip, meant in (("Bejing", "Beijing"), ("西安城", "西安市")):
        (problem,) = problems_of({"answers": {"place": slip}}, small)
        assert problem.params["nearest"][0] == meant  # type: ignore[index]


def test_a_name_that_two_cities_share_is_asked_back(small: Registry) -> None:
    (problem,) = problems_of({"answers": {"place": "Taizhou"}}, small)
    assert problem.code == "unknown_place"
    assert set(problem.params["nearest"][:2]) == {"Taizhou (Jiangsu)", "Taizhou (Zhejiang)"}  # type: ignore[index]


SHIPPED = (
    Place("000000", "country", "全国", "China", ""),
    Place("340000", "province", "安徽省", "Anhui", ""),
    Place("340100", "city", "合肥市", "Hefei", "340000"),
    Place("230700", "city", "伊春市", "Yichun (Heilongjiang)", "230000"),
    Place("360900", "city", "宜春市", "Yichun (Jiangxi)", "360000"),
    Place("321200", "city", "泰州市", "Taizhou (Jiangsu)", "320000"),
    Place("331000", "city", "台州市", "Taizhou (Zhejiang)", "330000"),
    Place("341200", "city", "阜阳市", "Fuyang", "340000"),
    Place("110000", "province", "北京市", "Beijing", ""),
    Place("110100", "city", "北京市", "Beijing", "110000"),
    Place("320100", "city", "南京市", "Nanjing", "320000"),
)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("Taizhou", ("Taizhou (Jiangsu)", "Taizhou (Zhejiang)")),
        ("taizhou city", ("Taizhou (Jiangsu)", "Taizhou (Zhejiang)")),
        ("Yichun", ("Yichun (Heilongjiang)", "Yichun (Jiangxi)")),
        ("Taizou", ("Taizhou (Jiangsu)", "Taizhou (Zhejiang)")),
        ("合非", ("合肥市",)),
        ("合非市", ("合肥市",)),
        ("台洲", ("台州市",)),
        ("Hefey", ("Hefei",)),
        ("Beijng", ("Beijing",)),
    ],
)
def test_near_places_and_no_far_ones_are_offered(
    small: Registry, text: str, offered: tuple[str, ...]
) -> None:
    words = replace(VOCABULARY, places=SHIPPED)
    with pytest.raises(Rejected) as refusal:
        parse_request({"answers": {"place": text}}, small, words, TODAY)
    (problem,) = refusal.value.problems
    assert problem.params["nearest"] == offered


def test_brands_by_id_or_name_in_one_order(small: Registry) -> None:
    wanted = {"brands_avoid": ("BYD", "Li Auto", "Nio")}
    for names in (["BYD", "Li Auto", "Nio"], ["蔚来", "理想", "比亚迪"], ["nio", "li auto", "ＢＹＤ"]):
        assert parse({"answers": {"brands_avoid": names}}, small).answers == wanted


def test_the_same_brand_twice_and_an_unknown_one(small: Registry) -> None:
    problems = problems_of({"answers": {"brands_avoid": ["BYD", "比亚迪", "Nioo"]}}, small)
    assert [(p.path, p.code) for p in problems] == [
        ("/answers/brands_avoid/1", "duplicate_item"),
        ("/answers/brands_avoid/2", "unknown_brand"),
    ]
    assert problems[1].params["nearest"] == ("Nio",)
