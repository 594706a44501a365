"""Evidence, survey and market behind one part-worth: by hand, and as shipped."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from recommender.choice.prior_sources import combined, price_slope, survey_utility
from recommender.registry.load import load_registry
from recommender.registry.model import MarketShift, PriorPartWorth, SurveyFigure

REGISTRY = load_registry()
SEGMENTS = REGISTRY.segments
ALL = tuple(segment.id for segment in SEGMENTS)
ROW = PriorPartWorth("boot_l", None, dict.fromkeys(ALL, 0.1), 0.3, "evidence", "T01")
FIGURE = SurveyFigure(0.2, 0.03, 2.0, 0.2, ALL, "T02")


def test_money_becomes_utility_by_the_slope_of_the_price() -> None:
    utility, sd = survey_utility(FIGURE, -1.5)
    assert utility == pytest.approx(0.15)
    assert sd == pytest.approx(0.75 * math.hypot(0.03, 0.04))


def test_a_survey_counts_by_its_precision() -> None:
    found, sd = survey_utility(FIGURE, -1.5)
    result = combined(replace(ROW, survey=FIGURE), SEGMENTS, -1.5)
    weight = 0.3**2 / (0.3**2 + sd**2)
    assert result.survey_weight == pytest.approx(weight)
    assert result.source == "survey"
    for name in ALL:
        assert result.means[name] == pytest.approx(0.1 + weight * (found - 0.1), abs=1e-6)


def test_a_doubtful_survey_moves_little_and_is_not_the_source() -> None:
    result = combined(replace(ROW, survey=replace(FIGURE, doubt=20.0)), SEGMENTS, -1.5)
    assert result.source == "evidence"
    assert 0.1 < result.means["families"] < 0.105


def test_segments_that_were_not_asked_keep_their_evidence() -> None:
    asked = ("families", "outdoor")
    row = replace(ROW, means={**ROW.means, "outdoor": 0.4}, survey=replace(FIGURE, segments=asked))
    result = combined(row, SEGMENTS, -1.5)
    assert (result.means["rural"], result.means["young_urban"]) == (0.1, 0.1)
    assert result.means["outdoor"] - result.means["families"] == pytest.approx(0.3), "differences stay"


def test_the_market_shifts_all_segments_alike() -> None:
    result = combined(replace(ROW, market=MarketShift(-0.05, 0.1, "T03")), SEGMENTS, -1.5)
    assert result.source == "market"
    assert set(result.means.values()) == {0.05}


def test_without_a_price_a_survey_in_money_says_nothing() -> None:
    assert combined(replace(ROW, survey=FIGURE), SEGMENTS, 0.0).means == ROW.means


def test_the_slope_of_the_shipped_price() -> None:
    slope = price_slope(REGISTRY)
    row = next(p for p in REGISTRY.part_worths if p.attribute == "total_price_cny")
    assert -3.0 < slope < -0.5, "ten percent more price costs 0.05 to 0.3"
    assert price_slope(replace(REGISTRY, part_worths=())) == 0.0
    assert min(row.means.values()) / math.log(1.1) <= slope <= max(row.means.values()) / math.log(1.1)


@pytest.mark.parametrize("row", [p for p in REGISTRY.part_worths if p.survey], ids=lambda p: p.attribute)
def test_the_survey_of_2012_turns_no_sign_and_speaks_for_cities_only(row: PriorPartWorth) -> None:
    assert row.survey is not None
    assert "rural" not in row.survey.segments
    assert row.survey.doubt >= 0.5, "a vintage of fourteen years"
    assert "10.1016/j.tra.2015.01.002" in row.citations
    assert "2012" in row.citations
    after = combined(row, SEGMENTS, price_slope(REGISTRY)).means
    assert all(after[name] * row.means[name] > 0 for name in ALL)


def test_powertrains_are_the_markets_as_shipped() -> None:
    rows = [p for p in REGISTRY.part_worths if p.attribute == "powertrain"]
    assert [combined(p, SEGMENTS, -1.5).source for p in rows] == ["market"] * 3
    assert all(p.market is not None and p.market.error > 0 and "2026" in p.market.citation for p in rows)
    assert all(p.survey is None for p in rows), "levels of 2012 do not carry over"
