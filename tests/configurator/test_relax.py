"""Ways out against brute force: sound, minimal, complete, exactly reached."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.configurator.feasible import violations
from recommender.configurator.relax import LimitCost, Offer, minimal_masks, rows_that_hold, ways_out
from recommender.domain.limits import Limit
from recommender.domain.table import NumberColumn, levels_column, numbers

LEVELS = ("BEV", "PHEV", "EREV")


@st.composite
def offers(draw: st.DrawFn) -> tuple[Offer, tuple[Limit, ...]]:
    size = draw(st.integers(1, 12))
    number = st.one_of(st.none(), st.integers(0, 6))
    columns = {
        "price_cny": numbers(draw(st.lists(number, min_size=size, max_size=size))),
        "seats": numbers(draw(st.lists(number, min_size=size, max_size=size))),
        "powertrain": levels_column(
            draw(st.lists(st.sampled_from([None, *LEVELS]), min_size=size, max_size=size)), LEVELS
        ),
    }
    utility = np.array(draw(st.lists(st.integers(-5, 5), min_size=size, max_size=size)), dtype=float)
    fixed = draw(st.lists(st.booleans(), min_size=3, max_size=3))
    limits = (
        Limit("price_cny", "at_most", draw(st.integers(0, 6)), fixed=fixed[0]),
        Limit("seats", "at_least", draw(st.integers(0, 6)), fixed=fixed[1]),
        Limit("powertrain", "one_of", (draw(st.sampled_from(LEVELS)),), fixed=fixed[2]),
    )
    return Offer(columns, np.arange(size, dtype=np.int32), size, utility), limits


COSTS = (LimitCost(0.1, 0.5), LimitCost(0.2, 0.5), LimitCost(0.0, 0.7))


def limit_sets(offer: Offer, limits: tuple[Limit, ...]) -> set[frozenset[int]]:
    """Brute force: the minimal sets of non-fixed limits whose removal admits a row not admitted yet."""
    everything = range(len(limits))
    feasible = rows_that_hold(offer, limits, set())
    admitting = []
    for count in range(1, len(limits) + 1):
        for chosen in itertools.combinations([i for i in everything if not limits[i].fixed], count):
            kept = [limits[i] for i in everything if i not in chosen]
            rows = violations(offer.columns, kept, len(offer.utility), mark_unknown=False).feasible
            if (rows & ~feasible).any():
                admitting.append(frozenset(chosen))
    return {s for s in admitting if not any(other < s for other in admitting)}


@given(offers())
def test_ways_out_are_sound_minimal_and_complete(case: tuple[Offer, tuple[Limit, ...]]) -> None:
    offer, limits = case
    found = violations(offer.columns, limits, len(offer.utility), mark_unknown=False)
    ways = ways_out(offer, limits, found, COSTS, at_most=1000)
    index = {limit.attribute: i for i, limit in enumerate(limits)}
    assert {frozenset(index[c.attribute] for c in way.changes) for way in ways} == limit_sets(offer, limits)
    for way in ways:
        changed, accepted = list(limits), set()
        for change in way.changes:
            i = index[change.attribute]
            assert not limits[i].fixed
            if change.accept_unknown:
                accepted.add(i)
            else:
                to = tuple(change.to) if isinstance(change.to, list) else change.to
                changed[i] = replace(limits[i], value=to)  # type: ignore[arg-type]
        admitted = rows_that_hold(offer, changed, accepted)
        assert admitted[way.row]
        assert way.admits == int((admitted & ~found.feasible).sum()) >= 1
        for change in way.changes:
            column = offer.columns[change.attribute]
            if isinstance(column, NumberColumn) and not change.accept_unknown:
                assert change.to == column.value(way.row), "the amount is reached exactly by the car named"


@given(offers())
def test_ways_out_come_in_order_of_loss(case: tuple[Offer, tuple[Limit, ...]]) -> None:
    offer, limits = case
    found = violations(offer.columns, limits, len(offer.utility), mark_unknown=False)
    losses = [way.loss for way in ways_out(offer, limits, found, COSTS)]
    assert losses == sorted(losses)
    assert len(losses) <= 6


@given(st.lists(st.integers(1, 255), max_size=40))
def test_minimal_masks_equal_brute_force(masks: list[int]) -> None:
    expected = {m for m in masks if not any(o != m and o & m == o for o in masks)}
    assert {int(m) for m in minimal_masks(np.array(masks, dtype=np.uint64))} == expected


def test_an_unknown_value_passes_under_mark_and_fails_under_exclude() -> None:
    columns = {"seats": numbers([None, 5, 7])}
    limit = (Limit("seats", "at_least", 6),)
    assert violations(columns, limit, 3, mark_unknown=False).feasible.tolist() == [False, False, True]
    assert violations(columns, limit, 3, mark_unknown=True).feasible.tolist() == [True, False, True]
