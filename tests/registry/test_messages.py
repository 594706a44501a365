"""Words for problems, money, quantities, levels; and a sentence for every code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.domain.errors import Problem
from recommender.domain.recommendation import Scalar
from recommender.registry.messages import (
    format_money,
    format_number,
    format_quantity,
    format_value,
    problem_document,
)
from recommender.registry.model import Registry
from tests.registry.small import problems_of

ROOT = Path(__file__).parents[2]
_MAKERS = {"Problem": 1, "add": 1, "fault": 1, "_fault": 1}
"""Name of a call that makes a problem -> where the code stands among its arguments."""


def codes_in(module: Path) -> Iterator[str]:
    """Codes written as text in calls that make problems."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        place = _MAKERS.get(name)
        if place is None or len(node.args) <= place:
            continue
        code = node.args[place]
        if isinstance(code, ast.Constant) and isinstance(code.value, str):
            yield code.value


def test_every_code_of_this_room_has_a_sentence_and_a_remedy(shipped: Registry) -> None:
    modules = sorted((ROOT / "recommender" / "registry").glob("*.py"))
    codes = {code for module in modules for code in codes_in(module)}
    assert len(codes) > 60
    missing = {
        f"{kind}.{code}" for code in codes for kind in ("problem", "remedy")
        if f"{kind}.{code}" not in shipped.messages
    }  # fmt: skip
    assert missing == set()


def test_every_sentence_of_a_problem_has_its_remedy(shipped: Registry) -> None:
    ids = {tuple(key.split(".", 1)) for key in shipped.messages if key.startswith(("problem.", "remedy."))}
    problems = {code for kind, code in ids if kind == "problem"}
    remedies = {code for kind, code in ids if kind == "remedy"}
    assert remedies - {"without_nearest"} == problems


@pytest.mark.parametrize(
    ("cny", "zh", "en"),
    [
        (189_800, "18.98万元", "¥189,800"),
        (162_694, "16.2694万元", "¥162,694"),
        (200_000, "20万元", "¥200,000"),
        (10_000, "1万元", "¥10,000"),
        (9_999, "9,999元", "¥9,999"),
        (0, "0元", "¥0"),
        (-15_000, "-1.5万元", "-¥15,000"),
        (220_001.1, "22.00011万元", "¥220,001.1"),
        (1_234_567, "123.4567万元", "¥1,234,567"),
    ],
)
def test_money(cny: float, zh: str, en: str) -> None:
    assert (format_money(cny, "zh"), format_money(cny, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("attribute", "value", "zh", "en"),
    [
        ("powertrain", "BEV", "纯电", "Battery electric"),
        ("total_price_cny", 189_800, "18.98万元", "¥189,800"),
        ("boot_l", 450, "450 L", "450 L"),
        ("boot_l", 450.5, "450.5 L", "450.5 L"),
        ("seats", 6, "6", "6"),
        ("battery_swap", True, "有", "yes"),
        ("battery_swap", "false", "无", "no"),
        ("boot_l", None, "未知", "not known"),
        ("brand", "Nio", "Nio", "Nio"),
    ],
)
def test_values(small: Registry, attribute: str, value: Scalar, zh: str, en: str) -> None:
    noun = small.attributes[attribute]
    assert (format_value(noun, value, "zh"), format_value(noun, value, "en")) == (zh, en)


def test_quantities_of_the_shipped_registry(shipped: Registry) -> None:
    assert format_value(shipped.attributes["electric_range_km"], 605, "zh") == "605 km"
    assert format_value(shipped.attributes["electric_range_km"], 1_305, "en") == "1,305 km"
    assert format_value(shipped.attributes["fast_charge_minutes"], 18.5, "zh") == "18.5 分钟"
    assert format_value(shipped.attributes["monthly_cost_cny"], 1_234, "en") == "¥1,234 a month"
    assert format_value(shipped.attributes["monthly_cost_cny"], 1_234, "zh") == "1,234元/月"
    assert format_value(shipped.attributes["battery_soh_pct"], 92, "en") == "92%"
    assert format_value(shipped.attributes["model_year"], 2026, "en") == "2026"
    assert format_quantity(-25, "°C", "zh") == "-25℃"


@pytest.mark.parametrize(
    ("number", "text"),
    [(1e15, "1,000,000,000,000,000"), (0.1, "0.1"), (1 / 3, "0.3333"), (-0.00001, "0"), (100, "100")],
)
def test_numbers_have_no_exponent_and_no_idle_zeros(number: float, text: str) -> None:
    assert format_number(number) == text


def test_a_problem_in_both_languages(shipped: Registry) -> None:
    problem = Problem(
        "/limits/0",
        "limit_contradiction",
        "5",
        {"attribute": "total_price_cny", "at_least": 200_000, "at_most": 150_000},
    )
    label = shipped.attributes["total_price_cny"].label
    zh, en = (problem_document(problem, shipped, lang) for lang in ("zh", "en"))
    assert list(zh) == ["path", "code", "value", "message", "remedy"]
    assert zh["message"] == f"“{label.zh}”要求至少 20万元，又要求至多 15万元，没有车能满足。"
    assert (
        en["message"] == f'"{label.en}" is to be at least ¥200,000 and at most ¥150,000: no car can be both.'
    )
    assert (zh["path"], zh["code"], zh["value"]) == ("/limits/0", "limit_contradiction", "5")


def test_bounds_are_said_with_their_unit(shipped: Registry, small: Registry) -> None:
    (problem,) = problems_of({"answers": {"budget_cny": 500}}, small)
    assert problem_document(problem, shipped, "zh")["message"] == "500 太小，最小是 1万元。"
    assert problem_document(problem, shipped, "en")["message"] == "500 is too small; the least is ¥10,000."


def test_the_remedy_offers_what_is_near_or_says_where_to_look(shipped: Registry, small: Registry) -> None:
    (near,) = problems_of({"answers": {"peple_max": 5}}, small)
    assert problem_document(near, shipped, "en")["remedy"] == "Did you mean: people_max?"
    (far,) = problems_of({"answers": {"zzzz": 5}}, small)
    assert "docs/registry.md" in problem_document(far, shipped, "zh")["remedy"]


def test_braces_in_a_value_stay_what_they_are(shipped: Registry, small: Registry) -> None:
    (problem,) = problems_of({"answers": {"energy": "{value} {0} {x.y}"}}, small)
    message = problem_document(problem, shipped, "en")["message"]
    assert message == '"{value} {0} {x.y}" is not an option of this question.'


def test_an_option_is_called_by_its_label(shipped: Registry) -> None:
    problem = Problem("/answers/worst", "not_disjoint", "space",
                      {"question": "best", "other": "worst", "option": "space"})  # fmt: skip
    label = shipped.importances["space"].label.zh
    assert problem_document(problem, shipped, "zh")["message"].startswith(f"“{label}”同时是“")
