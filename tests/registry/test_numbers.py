"""Numbers as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.registry.messages import format_money
from recommender.registry.numbers import number_of_text


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("200000", "CNY", 200_000),
        ("200,000", "CNY", 200_000),
        ("２００，０００", "CNY", 200_000),
        ("２０００００", "CNY", 200_000),
        ("20万", "CNY", 200_000),
        ("20 万元", "CNY", 200_000),
        ("２０　万", "CNY", 200_000),
        ("2.5万", "CNY", 25_000),
        ("18.98万", "CNY", 189_800),
        ("0.1万", "CNY", 1_000),
        ("20w", "CNY", 200_000),
        ("200k", "CNY", 200_000),
        ("¥200,000", "CNY", 200_000),
        ("￥20万元", "CNY", 200_000),
        ("200000 CNY", "CNY", 200_000),
        ("20万人民币", "CNY", 200_000),
        ("20.00001万", "CNY", 200_000.1),
        ("6", "", 6),
        ("6人", "", 6),
        ("6.0", "", 6),
        ("6.5", "", 6.5),
        ("-10", "°C", -10),
        ("−10", "°C", -10),
        ("–10 ℃", "°C", -10),
        ("零下25度", "°C", -25),
        ("0", "°C", 0),
        ("500公里", "km", 500),
        ("5km", "km", 5),
        ("5千米", "km", 5),
        ("5万公里", "km", 50_000),
        ("4.8米", "mm", 4_800),
        ("480cm", "mm", 4_800),
        ("4800 毫米", "mm", 4_800),
        ("80％", "%", 80),
    ],
)
def test_a_number_is_read(text: str, unit: str, number: float) -> None:
    found = number_of_text(text, unit)
    assert found == number
    assert type(found) is type(number)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("", ""),
        ("abc", ""),
        ("20 mm", "CNY"),
        ("20元", "km"),
        ("1,23", "CNY"),
        ("20,0000", "CNY"),
        ("1.234,5", "CNY"),
        ("1 2", ""),
        ("1e5", "CNY"),
        ("0x10", ""),
        ("nan", ""),
        ("inf", ""),
        ("½", ""),
        ("٣", ""),
        ("--5", "°C"),
        ("零下-5", "°C"),
        ("5.", ""),
        (".5", ""),
        ("二十万", "CNY"),
        ("20万万", "CNY"),
        ("9" * 41, ""),
    ],
)
def test_what_is_no_number_is_none(text: str, unit: str) -> None:
    assert number_of_text(text, unit) is None


@given(st.integers(0, 10**12))
def test_money_is_read_back_as_it_is_written(cny: int) -> None:
    for lang in ("zh", "en"):
        assert number_of_text(format_money(cny, lang), "CNY") == cny


@given(st.text(max_size=30), st.sampled_from(["", "CNY", "km", "mm", "°C", "%", "years"]))
def test_any_text_is_a_number_or_none(text: str, unit: str) -> None:
    assert isinstance(number_of_text(text, unit), (int, float, type(None)))
