"""A counterfactual is a promise: the change named is made and the whole ranking run again; and no smaller
change of its kind does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from recommender.choice.encoder import encode_numbers
from recommender.domain.buyer import Request
from recommender.domain.recommendation import Counterfactual, Item
from recommender.services.explain import explain
from recommender.services.market import Market, make_market
from recommender.services.on_request import parts_of
from recommender.services.ranking import ranked
from recommender.services.recommend import recommend
from recommender.services.scoring import Scores
from recommender.services.value_changes import CUT_STEP_CNY, LARGEST_CUT
from recommender.services.weight_changes import MAXIMUM_WEIGHT
from recommender.services.what_if import Trial, outcomes
from tests.builders import make_catalogue
from tests.services.small_markets import asked, model, registry, with_value

_COUNT = settings().max_examples
some = settings(max_examples=_COUNT if _COUNT > 1_000 else _COUNT // 2)
"""Every case runs whole rankings, some of them dozens: half as many as usual, but all under `make soak`."""
CLEAR = 3e-6
"""Utility beyond the margin that a first place needs."""


def leads(request: Request, market: Market, config_id: str) -> bool:
    """Whether a configuration is the first of all when everything is run."""
    considered = ranked(request, market)[1]
    return bool(len(considered.rows)) and market.table.config_ids[considered.rows[0]] == config_id


def leads_clearly(request: Request, market: Market, config_id: str) -> bool:
    """First, and by more than the margin: what the search must not have missed."""
    scores, considered = ranked(request, market)
    row = market.row_of[config_id]
    if not len(considered.rows) or considered.rows[0] != row:
        return False
    others = np.flatnonzero(considered.found.feasible & (np.arange(len(market.table)) != row))
    return not len(others) or bool(scores.utility[row] - scores.utility[others].max() > CLEAR)


def behind(request: Request, market: Market) -> Iterator[Item]:
    """The cars of the list that are not the first."""
    shown = replace(request, per_line=9, per_brand=9, top=4)
    yield from recommend(shown, market).items[1:]


def of_kind(item: Item, kind: str) -> Counterfactual | None:
    found = [c for c in item.counterfactuals if kind in c.change]
    event(f"{kind} named" if found else f"no {kind}")
    assert len(found) <= 1
    return found[0] if found else None


def has_open_price(market: Market, config_id: str) -> bool:
    row = market.row_of[config_id]
    return bool(parts_of(market)[row] != row)


@some
@given(asked(), st.data())
def test_the_price_cut_named_is_enough_and_no_smaller_one_is(
    case: tuple[Request, Market], data: st.DataObject
) -> None:
    request, market = case
    for item in behind(request, market):
        found = of_kind(item, "price_cny")
        if item.price_cny is None or has_open_price(market, item.config_id):
            assert found is None
            continue
        steps = int(item.price_cny * LARGEST_CUT // CUT_STEP_CNY)
        if found is not None:
            before, to = found.change["from"], found.change["to"]
            assert (before, found.change["price_cny"]) == (item.price_cny, to - before)  # type: ignore[operator]
            assert found.effect == "rank 1"
            assert leads(request, with_value(market, item.config_id, "price_cny", float(to)), item.config_id)  # type: ignore[arg-type]
            steps = (item.price_cny - int(to)) // CUT_STEP_CNY - 1  # type: ignore[arg-type]
        tried = {steps, *data.draw(st.lists(st.integers(1, max(1, steps)), max_size=4))}
        for step in (step for step in tried if 1 <= step <= steps):
            cheaper = with_value(market, item.config_id, "price_cny", item.price_cny - step * CUT_STEP_CNY)
            assert not leads_clearly(request, cheaper, item.config_id), step


@some
@given(asked())
def test_the_attribute_change_named_is_enough(case: tuple[Request, Market]) -> None:
    request, market = case
    for item in behind(request, market):
        found = of_kind(item, "attribute")
        if found is not None:
            name, to = str(found.change["attribute"]), found.change["to"]
            assert found.change["from"] == item.attributes[name] != to
            assert leads(request, with_value(market, item.config_id, name, to), item.config_id)  # type: ignore[arg-type]


@some
@given(asked(), st.sampled_from([0.3, 0.8, 0.999]))
def test_no_attribute_gets_there_in_fewer_steps(case: tuple[Request, Market], share: float) -> None:
    """Each attribute moved as far as the change named, in the direction that pleases, and somewhat less."""
    request, market = case
    for item in behind(request, market):
        if has_open_price(market, item.config_id) or item.price_cny is None:
            continue
        found = of_kind(item, "attribute")
        reach = np.inf if found is None else steps_of(market, found)
        for name, value in smaller_changes(market, item, reach, share):
            changed = with_value(market, item.config_id, name, value)
            assert not leads_clearly(request, changed, item.config_id), (
                name,
                value,
                item.attributes[name],
                found,
            )


def steps_of(market: Market, found: Counterfactual) -> float:
    attribute = market.registry.attributes[str(found.change["attribute"])]
    if attribute.encoding is None:
        return 1.0
    ends = np.array([found.change["from"], found.change["to"]], dtype=float)
    return float(abs(np.diff(encode_numbers(ends, attribute.encoding))[0]))


def smaller_changes(
    market: Market, item: Item, reach: float, share: float
) -> Iterator[tuple[str, float | bool]]:
    """Values of numbers and booleans of one car that are fewer steps away than ``reach``."""
    for attribute in market.registry.attributes.values():
        now = item.attributes.get(attribute.id)
        apart = (
            attribute.personal
            or attribute.group in ("identity", "size", "off_road")
            or attribute.id in ("price_cny", "length_mm")
        )
        if now is None or apart or attribute.better == "none":
            continue
        if attribute.kind == "boolean" and reach > 1.0:
            yield attribute.id, not now
        elif attribute.kind == "number" and attribute.encoding is not None:
            encoding = attribute.encoding
            for end in (encoding.low, encoding.high):
                far = abs(np.diff(encode_numbers(np.array([float(now), end]), encoding))[0])
                part = share * min(1.0, reach / far) if far > 0 else 0.0
                value = float(now) + part * (end - float(now))
                whole = float(np.floor(value) if value > float(now) else np.ceil(value))
                steps = abs(np.diff(encode_numbers(np.array([float(now), whole]), encoding))[0])
                if 0.0 < steps < reach - 1e-9 and encoding.low <= whole <= encoding.high:
                    yield attribute.id, whole


@some
@given(asked(unknown="exclude"), st.data())
def test_the_weight_named_is_enough_and_no_smaller_change_is(
    case: tuple[Request, Market], data: st.DataObject
) -> None:
    request, market = case
    for item in behind(request, market):
        found = of_kind(item, "weight")
        if found is None or any(has_open_price(market, c) for c in market.table.config_ids):
            continue
        name, now, to = (found.change[k] for k in ("weight", "from", "to"))
        assert leads(reweighed(request, str(name), float(to)), market, item.config_id)  # type: ignore[arg-type]
        part = data.draw(st.sampled_from([0.2, 0.7, 0.97]))
        nearer = float(now) * (float(to) / float(now)) ** part if float(to) > 0 else float(now) * (1 - part)  # type: ignore[arg-type]
        other = data.draw(st.sampled_from(sorted(market.registry.importances)))
        if abs(nearer - float(to)) <= 0.01:  # type: ignore[arg-type]
            continue  # weights are told in hundredths
        current = request.weights.get(other, 1.0)
        same_distance = min(MAXIMUM_WEIGHT, current * nearer / float(now))  # type: ignore[arg-type]
        assert not leads_clearly(reweighed(request, str(name), nearer), market, item.config_id)
        assert not leads_clearly(reweighed(request, other, same_distance), market, item.config_id)


@some
@given(asked(), st.data())
def test_the_weight_that_unseats_the_first_does_and_nothing_nearer(
    case: tuple[Request, Market], data: st.DataObject
) -> None:
    request, market = case
    first = next(iter(recommend(request, market).items), None)
    found = of_kind(first, "weight") if first is not None else None
    if first is None or found is None:
        return
    name, now, to = str(found.change["weight"]), float(found.change["from"]), float(found.change["to"])  # type: ignore[arg-type]
    considered = ranked(reweighed(request, name, to), market)[1]
    assert market.table.config_ids[considered.rows[0]] != first.config_id, found
    rank = explain(reweighed(request, name, to), market, first.config_id).rank
    assert found.effect == f"rank {rank}"
    part = data.draw(st.sampled_from([0.2, 0.7, 0.9]))
    nearer = now + part * (to - now)
    if abs(nearer - to) > 0.02:
        assert leads(reweighed(request, name, nearer), market, first.config_id)


def reweighed(request: Request, importance: str, weight: float) -> Request:
    return replace(request, weights={**request.weights, importance: weight})


@some
@given(asked(), st.data())
def test_a_value_tried_on_a_row_is_worth_what_a_run_over_the_changed_table_says(
    case: tuple[Request, Market], data: st.DataObject
) -> None:
    """The shortcut against the whole: utility, total price and whether the limits hold."""
    request, market = case
    rows = [
        row for row in range(len(market.table)) if market.table.columns["price_cny"].value(row) is not None
    ]
    if not rows:
        return
    row = data.draw(st.sampled_from(rows))
    names = ("price_cny", "electric_range_km", "boot_l", "seats", "isofix", "heat_pump")
    name = data.draw(st.sampled_from(names))
    boolean = name in ("isofix", "heat_pump")
    value = float(
        data.draw(st.integers(0, 1) if boolean else st.integers(3, 400_000 if name == "price_cny" else 700))
    )
    before = ranked(request, market)[0]
    outcome = outcomes(before, [Trial(row, name, np.array([value]))])[0]
    config_id = market.table.config_ids[row]
    after, considered = ranked(request, with_value(market, config_id, name, value))
    assert outcome.utility[0] == pytest.approx(after.utility[row], abs=1e-8)
    assert bool(outcome.obeys[0]) == bool(considered.found.feasible[row])
    total = after.person.columns["total_price_cny"].value(row)
    assert outcome.total_price_cny[0] == total
    assert_others_stay(before, after, row)


def assert_others_stay(before: Scores, after: Scores, row: int) -> None:
    """But builds with an open price, which are judged by their known part."""
    parts = parts_of(before.market)
    others = [r for r in range(len(parts)) if r != row and parts[r] == r]
    assert before.utility[others] == pytest.approx(after.utility[others], abs=1e-9)


def test_the_length_of_a_car_is_not_tried_alone() -> None:
    with pytest.raises(ValueError, match="length_mm"):
        outcomes(_any_scores(), [Trial(0, "length_mm", np.array([4800.0]))])


def _any_scores() -> Scores:
    return ranked(Request(), make_market(registry(), make_catalogue(registry()), model()))[0]
