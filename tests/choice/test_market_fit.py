"""Shares of a crowd, shifts that explain sales, constants that meet totals, rank correlation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from recommender.choice.market_fit import (
    FLOOR,
    constants_for_totals,
    fit_shift_to_sales,
    log_shares,
    spearman,
)

RNG = np.random.default_rng(5)
UTILITY = RNG.standard_normal((300, 60))
DESIGN = RNG.standard_normal((60, 3))
BRAND = np.arange(60) % 12


def test_shares_by_hand() -> None:
    utility = np.log([[1.0, 3.0], [1.0, 1.0]])
    expected = (1 - FLOOR) * np.array([0.375, 0.625]) + FLOOR / 2
    np.testing.assert_allclose(np.exp(log_shares(utility, np.zeros(2), 1.0)), expected)


def test_a_buyer_whom_no_line_suits_takes_none() -> None:
    utility = np.array([[0.0, 0.0], [-np.inf, -np.inf]])
    expected = (1 - FLOOR) * np.array([0.25, 0.25]) + FLOOR / 2
    np.testing.assert_allclose(np.exp(log_shares(utility, np.zeros(2), 1.0)), expected)
    only = np.array([[0.0, -np.inf]])
    assert np.exp(log_shares(only, np.zeros(2), 1.0))[1] == pytest.approx(FLOOR / 2)


def test_a_known_shift_is_found_beside_the_brands() -> None:
    shift = np.array([0.8, -0.5, 0.0])
    brands = RNG.standard_normal(12)
    sales = log_shares(UTILITY, DESIGN @ shift, 1.0) + 7.0 + brands[BRAND]
    fit = fit_shift_to_sales(UTILITY, DESIGN, sales, BRAND, np.full(3, 10.0), 1.0)
    np.testing.assert_allclose(fit.shift, shift, atol=0.05)
    assert fit.level == pytest.approx(7.0 + brands.mean(), abs=0.1)
    found = np.array([fit.brands[code] for code in range(12)])
    assert np.corrcoef(found, brands)[0, 1] > 0.99
    assert np.abs(found).max() < np.abs(brands - brands.mean()).max() + 0.1, "shrunk, never inflated"


def test_the_prior_holds_back_and_a_fixed_column_stays() -> None:
    sales = log_shares(UTILITY, DESIGN @ np.array([0.8, -0.5, 0.3]), 1.0)
    loose = fit_shift_to_sales(UTILITY, DESIGN, sales, BRAND, np.full(3, 10.0), 1.0)
    tight = fit_shift_to_sales(UTILITY, DESIGN, sales, BRAND, np.array([0.05, 10.0, 0.0]), 1.0)
    assert 0.0 < tight.shift[0] < 0.1 < loose.shift[0]
    assert (tight.shift[2], tight.sd[2]) == (0.0, 0.0)
    assert tight.sd[0] <= 0.05


def test_constants_bring_totals_to_what_is_published() -> None:
    kind = np.arange(60) % 3
    totals = np.array([0.6, 0.3, 0.1])
    weights = RNG.uniform(0.5, 1.5, 300)
    for scale in (1.0, 0.5):
        constants = constants_for_totals(UTILITY, kind, totals, weights, scale)
        moved = np.exp(scale * (UTILITY + constants[kind]))
        sold = (weights / weights.sum()) @ (moved / moved.sum(axis=1, keepdims=True))
        np.testing.assert_allclose([sold[kind == k].sum() for k in range(3)], totals, atol=1e-6)
        assert totals @ constants == pytest.approx(0.0, abs=1e-9)


def test_a_kind_without_sales_or_without_cars_is_left_alone() -> None:
    kind = np.arange(60) % 2
    constants = constants_for_totals(UTILITY, kind, np.array([0.7, 0.3, 0.0]), np.ones(300), 1.0)
    assert constants[2] == 0.0
    assert np.isfinite(constants).all()
    assert constants_for_totals(UTILITY, kind, np.array([0.5, 0.3, 0.2]), np.ones(300), 1.0)[2] == 0.0


def test_rank_correlation_with_ties() -> None:
    first = np.array([1.0, 2.0, 2.0, 5.0, 7.0, 7.0, 7.0])
    second = np.array([3.0, 1.0, 4.0, 4.0, 9.0, 2.0, 8.0])
    assert spearman(first, second) == pytest.approx(spearmanr(first, second).statistic)
    assert spearman(first, np.exp(first)) == pytest.approx(1.0)
    assert np.isnan(spearman(first, np.zeros(7)))
