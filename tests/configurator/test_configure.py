"""One trim for one person: the best build, why an option cannot be added, what to change, the ladder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.prior import build_prior
from recommender.configurator.builds import enumerate_builds
from recommender.configurator.rules import compile_rules, valid_masks
from recommender.configurator.states import Offered, step_to
from recommender.domain.buyer import Request
from recommender.domain.catalogue import Option
from recommender.domain.errors import Rejected
from recommender.registry.answers import parse_request
from recommender.registry.load import load_registry
from recommender.registry.messages import problem_document
from recommender.registry.model import Registry
from recommender.services.configure import Configuration, configuration_document, configure
from recommender.services.market import Market, make_market, market_of_table
from recommender.services.on_request import PRICED
from recommender.services.ranking import ranked
from recommender.services.recommend import recommend
from tests.builders import CARS, make_catalogue
from tests.configurator.options import TRIM, is_allowed, option, option_sets
from tests.strategies import Raw, requests

TODAY = dt.date(2026, 11, 22)

OPTIONS = (
    option("adas", 12_000, requires=["hud"], sets={"adas_level": "highway", "highway_assist": "true"}),
    option("air", 15_000, group="springs", sets={"air_suspension": "true"}),
    option("audio", None, sets={"premium_audio": "true"}),
    option("coil", 0, state="standard", group="springs"),
    option("fridge", None, sets={"fridge": "true"}),
    option("hud", 3_000, sets={"hud": "true"}),
    option("lounge", 20_000, excludes=["fridge"], sets={"second_row_captain": "true", "seats": "4"}),
    option("massage", 4_000, included_with=["lounge"]),
    option("sunroof", 2_000, state="not_available"),
)


@cache
def registry() -> Registry:
    return load_registry()


@cache
def market(options: tuple[str, ...] = (), at_most: int = 4_096) -> Market:
    """All of OPTIONS on A1, or some; ``at_most``: builds of a trim that become rows."""
    chosen = [
        replace(o, trim_id="A1", excludes=tuple(e for e in o.excludes if not options or e in options))
        for o in OPTIONS
        if not options or o.option_id in options
    ]
    cars = [{**CARS[0], "fridge": False}, *CARS[1:]]
    catalogue = make_catalogue(registry(), cars, options=chosen)
    model = EvidenceModel(build_prior(registry(), catalogue.columns, "test"))
    if at_most == 4_096:
        return make_market(registry(), catalogue, model)
    return market_of_table(registry(), catalogue, enumerate_builds(catalogue, at_most), model)


def request_of(raw: Mapping[str, object]) -> Request:
    return parse_request(dict(raw), registry(), market().vocabulary, TODAY)


def configured(raw: Mapping[str, object], trim_id: str = "A1") -> Configuration:
    return configure(request_of({"lang": "en", **raw}), market(), trim_id)


def states(found: Configuration) -> dict[str, str]:
    return {line.option_id: line.state for line in found.options}


# ------------------------------------------------------------------------------------ the smallest change
@given(option_sets(6), st.data())
def test_the_change_that_frees_an_option_is_the_smallest(options: list[Option], data: st.DataObject) -> None:
    rules = compile_rules(TRIM, options)
    masks = valid_masks(rules)
    assert masks is not None
    allowed = [data.draw(st.booleans()) for _ in masks]
    before = data.draw(st.sampled_from(masks))
    offered = Offered(masks, np.array(allowed), np.zeros(len(masks)))
    by_id = {one.option_id: one for one in options}
    within = {rules.ids(mask) for mask, good in zip(masks, allowed, strict=True) if good}
    for bit, one in enumerate(rules.options):
        if before >> bit & 1:
            continue
        step = step_to(rules, offered, before, bit)
        sizes = [
            len(_toggled(set(rules.ids(before)), set(ids), by_id) - {one.option_id})
            for ids in within
            if one.option_id in ids
        ]
        assert (step.target is None) == (not sizes)
        if step.target is not None:
            assert step.toggled.bit_count() == min(sizes)
            after = frozenset(rules.ids(step.target))
            assert one.option_id in after
            assert is_allowed(options, after)
            assert rules.ids(step.target) in within
            assert (step.why == "") == (step.toggled == 0)


def _toggled(before: set[str], after: set[str], by_id: Mapping[str, Option]) -> set[str]:
    """What a person adds or drops: contents of packages come and go with them."""
    added = {i for i in after - before if not set(by_id[i].included_with) & after}
    dropped = {i for i in before - after if not set(by_id[i].included_with) & before}
    return added | dropped


# ------------------------------------------------------------------------------------ one trim, one person
def test_every_option_has_a_state_and_a_reason() -> None:
    found = configured({})
    assert [line.option_id for line in found.options] == [one.option_id for one in OPTIONS]
    assert all(line.reason and "{" not in line.reason for line in found.options)
    given_states = states(found)
    assert given_states["sunroof"] == "not_available"
    assert set(given_states.values()) <= {"standard", "chosen", "free", "blocked", "not_available"}
    assert found.best is not None
    assert {o for o, state in given_states.items() if state == "chosen"} == set(found.best.options)


def test_a_need_that_is_missing_is_named_with_the_way_out() -> None:
    found = configured({"weights": {"total_price_cny": 10.0, "monthly_cost_cny": 10.0}})
    assert found.best is not None
    assert found.best.options == ()
    line = {one.option_id: one for one in found.options}["adas"]
    assert (line.state, line.frees) == ("blocked", ("hud",))
    assert "Option hud" in line.reason


def test_standard_equipment_is_standard_until_replaced() -> None:
    assert states(configured({"weights": {"total_price_cny": 10.0}}))["coil"] == "standard"
    found = configured({"limits": [{"attribute": "air_suspension", "is": True}]})
    line = {one.option_id: one for one in found.options}["coil"]
    assert (line.state, line.frees) == ("blocked", ("air",))


def test_an_option_beyond_the_budget_says_so() -> None:
    found = configured({"answers": {"budget_cny": 126_000}})
    assert found.best is not None
    assert found.best.total_price_cny is not None
    assert found.best.total_price_cny <= 126_000
    line = {one.option_id: one for one in found.options}["lounge"]
    assert (line.state, line.frees) == ("blocked", ())
    assert "126,000" in line.reason
    on_request = {one.option_id: one for one in found.options}["fridge"]
    assert (on_request.state, on_request.price_cny) == ("blocked", None)
    assert "on request" in on_request.reason


def test_when_nothing_fits_the_trim_stands_as_sold() -> None:
    found = configured({"limits": [{"attribute": "seats", "at_least": 7}]})
    assert (found.best, found.ladder) == (None, ())
    assert "blocked" in states(found).values()
    assert "free" not in states(found).values()
    assert all("Seats" in line.reason for line in found.options if line.state == "blocked")


@given(st.deferred(lambda: requests(registry(), market().vocabulary)))
def test_the_ladder_is_the_front_of_price_and_utility(raw: Raw) -> None:
    request = request_of(raw)
    found = configure(request, market(), "A1")
    scores, considered = ranked(request, market())
    rows = [r for r in np.flatnonzero(considered.found.feasible) if market().table.trim_of[r] == 0]
    total = scores.person.columns["total_price_cny"]
    points = [(total.value(r), float(scores.utility[r])) for r in rows if total.value(r) is not None]
    front = {
        (price, utility)
        for price, utility in points
        if not any(
            (p <= price and u > utility) or (p < price and u >= utility)  # type: ignore[operator]
            for p, u in points
        )
    }
    assert {(rung.total_price_cny, rung.utility) for rung in found.ladder} == front
    if found.best is None:
        assert not rows
    else:
        assert found.best.config_id == market().table.config_ids[considered.rows[found.best.rank - 1]]
        assert found.best.utility == pytest.approx(max(scores.utility[rows]), abs=1e-6)
        assert sum(term.utility for term in found.best.terms) == pytest.approx(found.best.utility, abs=1e-6)


def test_an_unknown_trim_is_named_with_the_nearest() -> None:
    with pytest.raises(Rejected) as refusal:
        configured({}, "A9")
    (problem,) = refusal.value.problems
    assert (problem.code, problem.value) == ("trim_unknown", "A9")
    assert "A1" in problem_document(problem, registry(), "en")["remedy"]


def test_the_document_has_the_keys_of_the_contract() -> None:
    document = configuration_document(configured({}))
    assert set(document) == {"trim_id", "best", "options", "ladder"}
    option_keys = {"option_id", "name", "state", "price_cny", "reason", "frees"}
    assert all(set(line) == option_keys for line in document["options"])  # type: ignore[attr-defined]
    rung_keys = {"config_id", "total_price_cny", "utility"}
    assert all(set(rung) == rung_keys for rung in document["ladder"])  # type: ignore[attr-defined]


# ------------------------------------------------------------------------------------ additions
def test_an_item_says_what_each_addition_costs_and_gains() -> None:
    wanted = {
        "limits": [
            {"attribute": "adas_level", "at_least": "highway"},
            {"attribute": "brand", "one_of": ["Alpha"]},
        ]
    }
    found = recommend(request_of({**wanted, "per_line": 9, "per_brand": 9, "lang": "zh"}), market())
    (item,) = [one for one in found.items if one.trim_id == "A1"]
    gained = {addition.option_id: addition for addition in item.additions}
    assert set(gained) == set(item.options) >= {"adas", "hud"}
    assert (gained["adas"].name, gained["adas"].price_cny) == ("选装 adas", 12_000)
    assert gained["adas"].utility is not None
    assert gained["adas"].utility > 0
    assert item.price_cny == 119_800 + sum(addition.price_cny or 0 for addition in item.additions)


@given(st.deferred(lambda: requests(registry(), market().vocabulary)))
def test_nothing_is_added_that_costs_and_gains_nothing(raw: Raw) -> None:
    for item in recommend(request_of({**raw, "per_line": 9, "per_brand": 9}), market()).items:
        for addition in item.additions:
            assert addition.price_cny == 0 or addition.utility != 0.0, addition


# ------------------------------------------------------------------------------------ prices on request
@given(st.deferred(lambda: requests(registry(), market().vocabulary)))
def test_a_build_on_request_never_leads_its_known_part(raw: Raw) -> None:
    scores, considered = ranked(request_of(raw), market())
    posterior = scores.person.posterior
    weights = {spec.attribute: mean for spec, mean in zip(posterior.columns, posterior.mean, strict=True)}
    assume(any(weights.get(attribute) for attribute in PRICED))  # else no price, open or not, is a drawback
    table = enumerate_builds(market().catalogue)
    assert market().table.config_ids == table.config_ids
    for row, part in enumerate(table.known_part.tolist()):
        if part != row:
            assert scores.utility[row] < scores.utility[part]
            if row in considered.rows:
                assert not considered.found.feasible[part]


@pytest.mark.parametrize("unknown", ["exclude", "mark"])
def test_an_open_price_is_never_within_a_budget_that_its_known_part_breaks(unknown: str) -> None:
    limits = [{"attribute": "fridge", "is": True}, {"attribute": "model_line", "one_of": ["alpha-one"]}]
    poor = request_of({"answers": {"budget_cny": 100_000}, "limits": limits, "unknown": unknown})
    found = recommend(poor, market())
    assert "A1" not in {item.trim_id for item in found.items}
    rich = request_of({"answers": {"budget_cny": 140_000}, "limits": limits, "unknown": unknown})
    chosen = [item.options for item in recommend(rich, market()).items if item.trim_id == "A1"]
    assert ["fridge" in options for options in chosen] == ([True] if unknown == "mark" else [])


# ------------------------------------------------------------------------------------ trims too large to list
SOME = ("adas", "air", "hud", "lounge", "massage")


@given(st.deferred(lambda: requests(registry(), market(SOME).vocabulary)))
def test_a_searched_build_is_as_good_as_the_best_listed_one(raw: Raw) -> None:
    """Limits and answers of any kind, with five options listed whole or searched."""
    request = request_of(raw)
    listed, searched = market(SOME), market(SOME, 2)
    assert len(searched.table) < len(listed.table)
    (scores, considered), (found, others) = ranked(request, listed), ranked(request, searched)
    best = {int(scores.market.table.trim_of[r]): scores.utility[r] for r in considered.rows}
    again = {int(found.market.table.trim_of[r]): found.utility[r] for r in others.rows}
    assert best.keys() == again.keys()
    assert [again[trim] for trim in best] == pytest.approx(list(best.values()), abs=1e-9)
    first, second = configure(request, listed, "A1"), configure(request, searched, "A1")
    assert [r.total_price_cny for r in first.ladder] == [r.total_price_cny for r in second.ladder]
    assert [r.utility for r in first.ladder] == pytest.approx([r.utility for r in second.ladder])
    assert states(first) == states(second)
