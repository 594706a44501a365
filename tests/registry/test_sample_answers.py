"""The shipped questionnaire at work: limits of hand-made answers, and the twelve sample people."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from recommender.domain.buyer import SEGMENT_IDS, Answer, Request
from recommender.domain.catalogue import Place
from recommender.registry.answers import Vocabulary, parse_request
from recommender.registry.effects import effects_of
from recommender.registry.limits_of import answer_limits
from recommender.registry.load import load_registry
from recommender.registry.model import Registry
from recommender.registry.path import path

SAMPLES = sorted((Path(__file__).parents[2] / "data" / "sample" / "answers").glob("*.json"))
BOTH_AT_ONCE = "families_chengdu_camping"
PLACES = {
    "合肥": "340100",
    "广州": "440100",
    "成都": "510100",
    "上海": "310000",
    "杭州": "330100",
    "深圳": "440300",
    "乌鲁木齐": "650100",
    "西宁": "630100",
    "海南": "460000",
    "河南": "410000",
    "安徽": "340000",
    "山东": "370000",
}
VOCABULARY = Vocabulary(
    brands={"BYD": "比亚迪", "Tesla": "特斯拉"},
    places=tuple(
        Place(code, "province" if code.endswith("0000") else "city", zh, zh, f"{code[:2]}0000")
        for zh, code in PLACES.items()
    ),
    config_ids=(),
    catalogue_levels={"brand": ("BYD", "Tesla")},
)
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def request_of(sample: Path, registry: Registry) -> Request:
    return parse_request(sample.read_bytes(), registry, VOCABULARY, TODAY)


def segment_shares(answers: Mapping[str, Answer], registry: Registry) -> dict[str, float]:
    """Prior shares times the likelihood ratios of all answers, summing to 1."""
    weights = {segment.id: segment.share for segment in registry.segments}
    for _, _, effect in effects_of(answers, registry):
        for segment, ratio in effect.segments.items():
            weights[segment] *= ratio
    total = sum(weights.values())
    return {segment: weight / total for segment, weight in weights.items()}


ALL_IN, LIST_PRICE = "total_price_cny", "price_cny"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"people_max": 6}, {("seats", "at_least", 6)}),
        ({"budget_cny": 200_001}, {(ALL_IN, "at_most", 200_001)}),
        ({"budget_cny": 200_001, "budget_kind": "about"}, {(ALL_IN, "at_most", 220_001.1)}),
        ({"budget_cny": 200_001, "budget_basis": "list"}, {(LIST_PRICE, "at_most", 200_001)}),
        (
            {"budget_cny": 200_001, "budget_kind": "about", "budget_basis": "list"},
            {(LIST_PRICE, "at_most", 220_001.1)},
        ),
        ({"budget_kind": "about", "budget_basis": "list"}, set()),
        ({"energy": "hybrid_only"}, {("powertrain", "one_of", ("PHEV", "EREV"))}),
        ({"energy": "prefer_hybrid", "plate": "any"}, set()),
        ({"plate": "bev_only"}, {("powertrain", "one_of", ("BEV",))}),
        ({"body_types": ("suv", "mpv")}, set()),
        ({"body_types": ("suv", "mpv"), "body_kind": "prefer"}, set()),
        ({"body_types": ("suv", "mpv"), "body_kind": "only"}, {("body_type", "one_of", ("suv", "mpv"))}),
        ({"adas_need": "highway"}, set()),
        ({"adas_need": "highway", "adas_must": False}, set()),
        ({"adas_need": "highway", "adas_must": True}, {("adas_level", "at_least", "highway")}),
        ({"adas_must": True}, set()),
        ({"swap_wanted": "nice"}, set()),
        ({"swap_wanted": "must"}, {("battery_swap", "is", True)}),
        ({"brands_avoid": ("Tesla",)}, {("brand", "none_of", ("Tesla",))}),
        ({"brands_prefer": ("Tesla",)}, set()),
        ({"condition": "both"}, set()),
        ({"condition": "new", "used_max_age_years": 3.0}, {("condition", "is", "new")}),
        ({"used_max_age_years": 3.0, "used_max_km": 60_000.0}, {
            ("age_years", "at_most", 3.0), ("mileage_km", "at_most", 60_000.0),
        }),
        ({"condition": "used", "used_min_soh_pct": 85.0}, {
            ("condition", "is", "used"), ("battery_soh_pct", "at_least", 85.0),
        }),
        ({"safety_musts": ("isofix", "sentry")}, {("isofix", "is", True), ("sentry", "is", True)}),
        ({"parking_height_mm": 1900.0}, {("height_mm", "at_most", 1900.0)}),
    ],
)  # fmt: skip
def test_answers_make_exactly_their_limits(
    answers: dict[str, Answer], expected: set[tuple[str, str, object]], registry: Registry
) -> None:
    limits = answer_limits(answers, registry)
    assert {(limit.attribute, limit.op, limit.value) for limit in limits} == expected
    assert len(limits) == len(expected)
    assert {limit.source for limit in limits} <= set(answers)


def test_there_are_three_people_for_each_segment() -> None:
    named = [next(s for s in SEGMENT_IDS if sample.stem.startswith(f"{s}_")) for sample in SAMPLES]
    assert {segment: named.count(segment) for segment in SEGMENT_IDS} == dict.fromkeys(SEGMENT_IDS, 3)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_sample_is_a_valid_request_with_nothing_lost(sample: Path, registry: Registry) -> None:
    request = request_of(sample, registry)
    given = json.loads(sample.read_text(encoding="utf-8"))
    assert set(request.answers) == set(given["answers"])
    assert len(request.limits) == len(given.get("limits", ()))
    assert request.date == TODAY


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_sample_leans_to_the_segment_of_its_name(sample: Path, registry: Registry) -> None:
    shares = segment_shares(request_of(sample, registry).answers, registry)
    if sample.stem == BOTH_AT_ONCE:
        assert shares["families"] + shares["outdoor"] > 0.95
        assert min(shares["families"], shares["outdoor"]) > 0.2
    else:
        assert sample.stem.startswith(max(shares, key=lambda segment: shares[segment]))


def test_samples_use_nearly_every_question(registry: Registry) -> None:
    asked = {question for sample in SAMPLES for question in request_of(sample, registry).answers}
    assert set(registry.questions) - asked <= {
        "parking_width_mm", "parking_height_mm", "swap_wanted", "used_max_age_years", "used_max_km",
        "used_min_soh_pct", "try_rental", "brands_avoid", "brands_prefer",
    }  # fmt: skip


def test_the_readme_describes_every_sample_and_no_other() -> None:
    readme = (SAMPLES[0].parent / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z0-9_]+)` \|", readme, flags=re.MULTILINE)
    assert sorted(set(rows)) == [sample.stem for sample in SAMPLES]


def test_a_rich_villager_is_not_taken_for_a_poor_one(registry: Registry) -> None:
    """Money and wishes answer for themselves: the segment alone must not make the car small or dull."""
    sample = next(sample for sample in SAMPLES if sample.stem == "rural_anhui_city_assist")
    request = request_of(sample, registry)
    shifts: dict[str, float] = {}
    for _, _, effect in effects_of(request.answers, registry):
        for column, shift in effect.part_worths.items():
            shifts[column] = shifts.get(column, 0.0) + shift
    assert shifts["wheelbase_mm"] > 0
    assert shifts["adas_level=city"] > 1.0
    assert {limit.attribute for limit in answer_limits(request.answers, registry)} == {
        "seats", "total_price_cny", "adas_level", "condition",
    }  # fmt: skip


def test_nobody_is_asked_a_page_without_questions(registry: Registry) -> None:
    assert path({}, registry, fast=True) == ("people", "budget", "place", "distance", "priorities")
    assert len(path({}, registry, fast=False)) == 16
