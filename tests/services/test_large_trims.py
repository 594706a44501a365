"""Trims with more builds than rows: the answer is the one that all their builds as rows would give."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from functools import cache

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.prior import build_prior
from recommender.configurator.builds import enumerate_builds
from recommender.configurator.feasible import violations
from recommender.configurator.patterns import deciding_builds
from recommender.configurator.relax import minimal_masks
from recommender.configurator.rules import compile_rules, valid_masks
from recommender.domain.catalogue import Catalogue, Option
from recommender.domain.table import Mask
from recommender.registry.answers import parse_request
from recommender.registry.load import load_registry
from recommender.services.market import Market, market_of_table
from recommender.services.ranking import ranked
from recommender.services.recommend import recommend
from recommender.services.trade_offs import next_pair
from tests.builders import CARS, make_catalogue
from tests.configurator.options import TRIM, option, option_sets

TODAY = dt.date(2026, 11, 22)
REGISTRY = load_registry()
SETS: tuple[dict[str, str], ...] = (
    {},
    {"fridge": "true"},
    {"hud": "true"},
    {"seats": "6"},
    {"seats": "7"},
    {"electric_range_km": "650"},
    {"electric_range_km": "480", "drive": "AWD"},
    {"adas_level": "highway"},
    {"towing_kg": "1500"},
)
LIMITS: tuple[dict[str, object], ...] = (
    {"attribute": "fridge", "is": True},
    {"attribute": "hud", "is": True},
    {"attribute": "seats", "at_least": 6},
    {"attribute": "seats", "at_least": 7, "fixed": True},
    {"attribute": "electric_range_km", "at_least": 600},
    {"attribute": "drive", "one_of": ["AWD"]},
    {"attribute": "adas_level", "at_least": "city"},
    {"attribute": "towing_kg", "at_least": 1200},
    {"attribute": "winter_motorway_range_km", "at_least": 300},
    {"attribute": "monthly_cost_cny", "at_most": 900},
    {"attribute": "total_price_cny", "at_most": 118_000},
    {"attribute": "total_price_cny", "at_most": 124_000},
    {"attribute": "price_cny", "at_most": 122_000, "fixed": True},
)


@cache
def model() -> EvidenceModel:
    return EvidenceModel(build_prior(REGISTRY, make_catalogue(REGISTRY).columns, "test"))


def catalogue_of(options: list[Option]) -> Catalogue:
    return make_catalogue(REGISTRY, CARS[:2], options=[replace(o, trim_id="A1") for o in options])


def market_of(catalogue: Catalogue, at_most: int) -> Market:
    return market_of_table(REGISTRY, catalogue, enumerate_builds(catalogue, at_most), model())


@st.composite
def trims(draw: st.DrawFn) -> list[Option]:
    options = draw(option_sets(6))
    return [o if o.state != "optional" else replace(o, sets=draw(st.sampled_from(SETS))) for o in options]


LIMIT_SETS = st.lists(st.sampled_from(LIMITS), min_size=1, max_size=5, unique_by=lambda one: str(one))


@settings(deadline=None)
@given(trims(), LIMIT_SETS, st.sampled_from(["exclude", "mark"]))
def test_a_trim_just_above_the_rows_gives_the_same_ways_out(
    options: list[Option], limits: list[dict[str, object]], unknown: str
) -> None:
    catalogue = catalogue_of(options)
    whole = market_of(catalogue, 4_096)
    builds = int((whole.table.trim_of == 0).sum())
    lowered = market_of(catalogue, max(builds - 1, 1))
    assert (builds > 1) == bool(getattr(lowered.table, "unlisted", {}))
    raw = {"limits": limits, "unknown": unknown, "top": 9}
    request = parse_request(raw, REGISTRY, whole.vocabulary, TODAY)
    first, second = recommend(request, whole), recommend(request, lowered)
    assert second.consideration_set_size == first.consideration_set_size
    assert second.left_out_unknown == first.left_out_unknown
    assert [r.changes for r in second.relaxations] == [r.changes for r in first.relaxations]
    assert [r.admits for r in second.relaxations] == [r.admits for r in first.relaxations]
    event(f"{len(first.relaxations)} ways out")


TOGETHER = [option("a", 5000, sets={"fridge": "true"}), option("b", 3000, sets={"hud": "true"}), option("c")]
"""Needed both on one car, while a limit that no option meets is broken too."""


@settings(deadline=None)
@example(TOGETHER, [LIMITS[0], LIMITS[1], {"attribute": "drive", "one_of": ["AWD"]}])
@given(trims(), LIMIT_SETS)
def test_what_must_change_is_what_the_brute_force_over_all_builds_says(
    options: list[Option], limits: list[dict[str, object]]
) -> None:
    catalogue = catalogue_of(options)
    whole, lowered = market_of(catalogue, 4_096), market_of(catalogue, 1)
    request = parse_request({"limits": limits, "top": 9}, REGISTRY, whole.vocabulary, TODAY)
    scores, _ = ranked(request, whole)
    person, rows = scores.person, len(whole.table)
    expected: set[frozenset[int]] = set()
    free = [place for place, limit in enumerate(person.limits) if not limit.fixed]
    trims_now = _trims(whole, violations(person.columns, person.limits, rows, mark_unknown=False).feasible)
    for size in range(1, len(free) + 1):
        for dropped in itertools.combinations(free, size):
            kept = [limit for place, limit in enumerate(person.limits) if place not in dropped]
            left = violations(person.columns, kept, rows, mark_unknown=False, least=person.least).feasible
            if _trims(whole, left) - trims_now and not any(less <= set(dropped) for less in expected):
                expected.add(frozenset(dropped))
    scores, found = ranked(request, lowered)
    table = scores.market.table
    open_rows = [row for row in range(len(table)) if int(table.trim_of[row]) not in trims_now]
    fixed = sum(1 << place for place, limit in enumerate(person.limits) if limit.fixed)
    masks = (found.found.broken | found.found.unknown)[open_rows]
    got = {int(mask) for mask in minimal_masks(masks[(masks & fixed) == 0])}
    assert got == {sum(1 << place for place in dropped) for dropped in expected}


def _trims(market: Market, rows: Mask) -> set[int]:
    return set(market.table.trim_of[rows].tolist())


@given(option_sets(7), st.data())
def test_every_build_has_a_deciding_one_that_is_no_dearer(options: list[Option], data: st.DataObject) -> None:
    rules = compile_rules(TRIM, options)
    masks = valid_masks(rules)
    assert masks is not None
    touching = data.draw(st.integers(0, (1 << len(rules)) - 1))
    utility = [float(data.draw(st.integers(-3, 3))) for _ in rules.options]
    deciding = deciding_builds(rules, touching, utility)
    assert deciding is not None
    assert set(deciding) <= set(masks)
    for mask in masks:
        price = rules.price_cny(mask)
        if price is not None:
            alike = [rules.price_cny(other) for other in deciding if not (other ^ mask) & touching]
            assert min(p for p in alike if p is not None) <= price


def test_too_many_patterns_are_not_walked() -> None:
    rules = compile_rules(TRIM, [option(f"o{n:02d}") for n in range(12)])
    assert deciding_builds(rules, 0b1111, [0.0] * 12, at_most=15) is None
    found = deciding_builds(rules, 0b1111, [0.0] * 12, at_most=16)
    assert found is not None
    assert {mask & 0b1111 for mask in found} == set(range(16))


def test_only_cars_that_an_answer_can_name_are_asked_about() -> None:
    options = [
        option(f"o{n:02d}", 100, trim_id="A1", sets=[{"fridge": "true"}, {"hud": "true"}, {}][min(n, 2)])
        for n in range(13)
    ]
    market = market_of(make_catalogue(REGISTRY, CARS[:4], options=options), 4_096)
    request = parse_request({}, REGISTRY, market.vocabulary, TODAY)
    best = {item.trim_id: item.config_id for item in recommend(request, market).items}
    assert best["A1"] not in market.row_of, "searched for this person"
    for passed in ((), (("A2", "V1"),), (("A2", "R1"),), (("V1", "R1"),)):
        pair = [item.config_id for item in next_pair(request, market, passed=passed).pair]
        assert all(config in market.row_of for config in pair)
