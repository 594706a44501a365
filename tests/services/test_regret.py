"""The simulation on the shipped catalogue: regret by hand, adaptive questions first, intervals that hold."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pytest

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.prior import build_prior
from recommender.registry.load import load_registry
from recommender.services.coverage import membership_coverage
from recommender.services.evaluation_document import evaluation_page
from recommender.services.evaluation_sections import coverage_section, regret_section
from recommender.services.market import Market, make_market
from recommender.services.regret import (
    Buyer,
    Curve,
    questions_needed,
    regret_by_answers,
    regret_curves,
    regret_of,
    synthetic_buyers,
)
from recommender.storage.catalogue import read_catalogue
from tests.needs import ROOT

TODAY = dt.date(2026, 11, 22)


@cache
def market() -> Market:
    registry = load_registry()
    catalogue = read_catalogue(ROOT / "data" / "catalogue", registry)
    return make_market(registry, catalogue, EvidenceModel(build_prior(registry, catalogue.columns, "test")))


@cache
def buyers() -> tuple[Buyer, ...]:
    return synthetic_buyers(market(), EvidenceModel, people=80, today=TODAY, seed=2)


@cache
def curves() -> tuple[Curve, ...]:
    return regret_curves(buyers(), market().model, questions=4, seed=3)


def test_regret_by_hand() -> None:
    utility = np.array([3.0, 5.0, 1.0, 4.0, 0.0])
    believed = np.array([9.0, 8.0, 0.0, 1.0, 7.0])
    # shown: 3, 5, 0 of the best 5, 4, 3
    assert regret_of(utility, believed) == pytest.approx((2.0, (5 + 4 + 3 - 3 - 5 - 0) / 3))
    assert regret_of(utility, utility) == (0.0, 0.0)


def test_how_many_questions_are_needed() -> None:
    curve = np.array([1.0, 0.6, 0.4, 0.4])
    assert [questions_needed(curve, target) for target in (1.2, 0.6, 0.4, 0.1)] == [0, 1, 2, None]


def test_the_same_seed_gives_the_same_people_and_answers() -> None:
    few = synthetic_buyers(market(), EvidenceModel, people=3, today=TODAY, seed=2)
    for first, again in zip(few, buyers(), strict=False):
        np.testing.assert_array_equal(first.taste, again.taste)
        assert first.answers == again.answers
    curve = regret_curves(buyers()[:3], market().model, questions=2, seed=3, orders=("adaptive",))
    np.testing.assert_array_equal(curve[0].regret, curves()[0].regret[:3, :3])


def test_adaptive_needs_at_most_60_percent_of_the_questions_of_a_fixed_order() -> None:
    found = {curve.order: curve.mean for curve in curves()}
    assert set(found) == {"adaptive", "neighbours", "fixed", "random"}
    for place in (0, 1):
        start = found["adaptive"][0, place]
        assert all(curve[0, place] == start for curve in found.values()), "the same people"
        assert found["adaptive"][4, place] < 0.8 * start
        needed = questions_needed(found["adaptive"][:, place], float(found["fixed"][4, place]))
        assert needed is not None
        assert needed <= 0.6 * 4


def test_more_answers_leave_less_regret() -> None:
    found = regret_by_answers(buyers(), market(), (0, 6, 14))
    assert found[0][0][0] > found[6][0][0] > found[14][0][0]
    np.testing.assert_allclose(found[14][0], curves()[0].mean[0], atol=1e-6)


def test_the_stated_intervals_hold_for_about_nine_in_ten() -> None:
    for curve in curves():
        assert 0.80 <= curve.held.mean() <= 0.97
    wide = synthetic_buyers(market(), EvidenceModel, people=40, today=TODAY, seed=5, of_segment=True)
    (curve,) = regret_curves(wide, market().model, questions=2, seed=3, orders=("adaptive",))
    assert 0.78 <= curve.held.mean() <= 0.99
    membership = membership_coverage(market(), EvidenceModel, people=300, seed=4)
    assert np.all(membership.overlapping >= 0.85)
    assert membership.overlapping.mean() <= 0.97
    assert membership.independent.mean() < membership.overlapping.mean()


def test_the_sections_say_what_was_found() -> None:
    by_answers = regret_by_answers(buyers()[:5], market(), (0, 14))
    section = regret_section(
        curves(), by_answers, {"posterior": (1.25, 2.0)}, leading=30, measured="a machine"
    )
    membership = membership_coverage(market(), EvidenceModel, people=5, seed=4)
    held = {"all": curves()[0]}
    shown = coverage_section(held, membership, market().model.artefact.segments, measured="a machine")
    page = evaluation_page({"sections": {"regret": section, "coverage": shown}})
    mean, error = curves()[0].mean[4, 1], curves()[0].error[4, 1]
    assert f"{mean:.3f} ± {error:.3f}" in page
    assert f"| adaptive | {curves()[0].mean[0, 0]:.3f}" in page
    assert f"{100 * curves()[0].held.mean(axis=0)[4]:.1f} %" in page
    assert "| posterior | 1.2 | 2.0 |" in page
    assert page.index("several orders") < page.index("Coverage of the intervals")
