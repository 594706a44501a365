"""The crowd before the market: who buys what, how totals re-anchor, when sales may move a part-worth."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.market_fit import log_shares, spearman
from recommender.domain.errors import Rejected
from recommender.registry.load import load_registry
from recommender.services.crowd import Crowd, simulate_crowd
from recommender.services.market import Market, make_market
from recommender.services.market_check import (
    Settings,
    calibrated,
    figures,
    folds_of,
    line_data,
    out_of_fold,
    significant,
    uncalibrated,
)
from recommender.services.train import prior_market
from recommender.services.train_market import (
    anchor_powertrains,
    brands_of,
    calibrate,
    of_taste,
    simulated_totals,
    without_market,
)
from recommender.storage.catalogue import read_catalogue
from tests.builders import make_catalogue
from tests.needs import ROOT

TODAY = dt.date(2026, 6, 30)
REGISTRY = load_registry()


@cache
def market() -> Market:
    return prior_market(REGISTRY, read_catalogue(ROOT / "data" / "catalogue", REGISTRY))


@cache
def crowd() -> Crowd:
    return simulate_crowd(market(), people=150, today=TODAY, seed=1)


def sales_of(loved: str, worth: float) -> dict[str, float]:
    """Sales of a market whose people give this body type so much more than the model knows."""
    artefact = market().model.artefact
    means = artefact.means.copy()
    means[:, artefact.column_index[loved]] += worth
    moved = make_market(REGISTRY, market().catalogue, EvidenceModel(replace(artefact, means=means)))
    seen = simulate_crowd(moved, people=400, today=TODAY, seed=9)
    share = np.exp(log_shares(seen.utility, np.zeros(len(seen.line)), 1.0))
    sold: dict[str, float] = {}
    for line, part in zip(seen.line.tolist(), share.tolist(), strict=True):
        sold[seen.lines[line]] = sold.get(seen.lines[line], 0.0) + 1e6 * part
    return sold


def test_the_crowd_buys_new_cars_on_sale_within_its_limits() -> None:
    found = crowd()
    assert len(found.utility) + found.without == 150
    assert np.isfinite(found.utility).any(axis=1).all()
    assert np.isinf(found.utility).any(), "budgets leave some cars out"
    assert np.isfinite(found.price_cny).all()
    assert set(found.segment) == {segment.id for segment in REGISTRY.segments}
    again = simulate_crowd(market(), people=150, today=TODAY, seed=1)
    np.testing.assert_array_equal(again.utility, found.utility)
    on_sale = {trim.model_id for trim in market().catalogue.trims if trim.on_sale}
    assert {found.lines[number] for number in found.line} <= on_sale


def test_fewer_lines_fewer_buyers() -> None:
    some = frozenset(crowd().lines[:40])
    found = crowd().of_lines(some)
    assert set(found.lines) <= some
    assert len(found.utility) + found.without == 150
    assert sorted({found.lines[number] for number in found.line}) == sorted(found.lines)


def test_the_shipped_model_sells_powertrains_as_published() -> None:
    """The published shares stand in the citations of the registry: no figure is typed here."""
    found = simulated_totals(simulate_crowd(market(), people=600, today=TODAY, seed=3))
    for row in REGISTRY.part_worths:
        if row.attribute == "powertrain":
            assert row.market is not None
            published = re.search(r"([\d.]+) % of new energy cars", row.market.citation)
            assert published is not None
            assert found[str(row.level)] == pytest.approx(float(published[1]) / 100, abs=0.06), row.level


def test_anchors_point_to_the_totals_and_the_prior_holds_them_back() -> None:
    before = prior_market(without_market(REGISTRY), market().catalogue)
    seen = simulate_crowd(before, people=150, today=TODAY, seed=1)
    sold = simulated_totals(seen)
    wanted = {"BEV": sold["BEV"] - 0.1, "PHEV": sold["PHEV"] + 0.1, "EREV": sold["EREV"]}
    found = anchor_powertrains(seen, wanted, before.model.artefact)
    assert found["BEV"].constant < 0 < found["PHEV"].constant
    for anchor in found.values():
        assert abs(anchor.shift) < abs(anchor.constant)
        assert 0 < anchor.shift_error < anchor.error
    assert "PHEV" not in anchor_powertrains(seen, {"BEV": 2.0, "EREV": 1.0}, before.model.artefact)


def test_a_taste_that_sales_show_is_found_and_kept() -> None:
    sales = sales_of("body_type=suv", 1.5)
    artefact = calibrate(market(), sales, people=150, today=TODAY, seed=1, source="T01")
    before = market().model.artefact
    column = before.column_index["body_type=suv"]
    assert artefact.metrics["kept"]
    assert artefact.means[0, column] - before.means[0, column] > 0.2
    year = before.column_index["model_year"]
    np.testing.assert_array_equal(artefact.means[:, year], before.means[:, year])
    assert artefact.version.startswith("market-")
    assert "; kept." in artefact.card
    moved = {artefact.columns[k].name for k, source in enumerate(artefact.sources) if source == "market"}
    assert all(
        "T01: shift" in artefact.citations[before.column_index[name]] for name in moved - _powertrains()
    )


def _powertrains() -> set[str]:
    return {column.name for column in market().model.artefact.columns if column.attribute == "powertrain"}


def test_sales_without_sense_move_nothing() -> None:
    rng = np.random.default_rng(4)
    sales = {name: float(np.exp(rng.normal(8.0, 1.5))) for name in crowd().lines}
    artefact = calibrate(market(), sales, people=150, today=TODAY, seed=1, source="T01")
    assert not artefact.metrics["kept"]
    np.testing.assert_array_equal(artefact.means, market().model.artefact.means)
    assert "no part-worth was moved" in artefact.card


def test_too_few_lines_are_refused() -> None:
    small = prior_market(REGISTRY, make_catalogue(REGISTRY))
    sales = dict.fromkeys(small.catalogue.models, 100.0)
    with pytest.raises(Rejected) as refusal:
        calibrate(small, sales, people=60, today=TODAY, source="T01")
    assert [p.code for p in refusal.value.problems] == ["sales_too_few_lines"]


def test_lines_left_out_are_not_seen() -> None:
    """What is predicted for a line does not change with its own sales."""
    data = line_data(
        crowd(), sales_of("body_type=suv", 0.5), brands_of(market()), market().model.artefact, REGISTRY
    )
    predict = calibrated(of_taste(data), Settings(1.0, 1.0), with_brand=True)
    left_out = np.array([0, 7])
    seen = np.setdiff1d(np.arange(len(data)), left_out)
    before = predict(seen, left_out, 0)
    other = replace(data, log_sales=np.where(np.isin(np.arange(len(data)), left_out), 99.0, data.log_sales))
    after = calibrated(of_taste(other), Settings(1.0, 1.0), with_brand=True)(seen, left_out, 0)
    np.testing.assert_array_equal(before, after)


def test_folds_and_figures() -> None:
    fold = folds_of(23, 10, 0)
    assert sorted(np.bincount(fold, minlength=10).tolist()) == [2] * 7 + [3] * 3
    rng = np.random.default_rng(0)
    truth = rng.standard_normal(80)
    good, bad = truth + 0.3 * rng.standard_normal(80), rng.standard_normal(80)
    row = figures(np.tile(good + 5.0, (2, 1)), truth, np.tile(bad, (2, 1)))
    assert row["spearman"] == pytest.approx(spearman(good, truth), abs=1e-4)
    assert row["squared_error"] == pytest.approx((truth - good).var(), abs=1e-4), "after the common level"
    assert significant(row)
    assert not significant(figures(bad[None], truth, good[None]))
    assert not significant(figures(good[None], truth))
    assert (
        out_of_fold(lambda seen, left, seed: np.full(len(left), len(seen)), 20, 2).tolist()
        == [[18.0] * 20] * 2
    )


def test_nothing_fitted_is_the_crowds_own_share() -> None:
    sales = dict.fromkeys(crowd().lines, 10.0)
    data = line_data(crowd(), sales, brands_of(market()), market().model.artefact, REGISTRY)
    assert np.exp(uncalibrated(data)).sum() == pytest.approx(1.0)
