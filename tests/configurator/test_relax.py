"""Ways out against brute force: sound, minimal, complete, exactly reached."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.configurator.feasible import trims_with, violations
from recommender.configurator.pareto import front
from recommender.configurator.relax import (
    LimitCost,
    Offer,
    WayOut,
    minimal_masks,
    relaxed_value,
    rows_that_hold,
    ways_out,
)
from recommender.domain.limits import Limit
from recommender.domain.table import Column, NumberColumn, booleans, levels_column, numbers

LEVELS = ("BEV", "PHEV", "EREV")
ADAS = ("none", "l2", "highway", "city")


@dataclass(frozen=True)
class Case:
    offer: Offer
    limits: tuple[Limit, ...]
    costs: tuple[LimitCost, ...]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to 14 rows of up to 14 trims under one to seven limits of every kind, some fixed. Of a price that is
    not known a part may be."""
    size = draw(st.integers(1, 14))
    number = st.one_of(st.none(), st.integers(0, 6))
    on_request = draw(st.booleans())  # most prices known in part, which the budget does not reach

    def rows(values: st.SearchStrategy[object]) -> list[object]:
        return draw(st.lists(values, min_size=size, max_size=size))

    columns: dict[str, Column] = {
        "price_cny": numbers(rows(st.sampled_from([None, None, None, 6]) if on_request else number)),
        "seats": numbers(rows(number)),
        "boot_l": numbers(rows(number)),
        "powertrain": levels_column(rows(st.sampled_from([None, *LEVELS])), LEVELS),  # type: ignore[arg-type]
        "adas_level": levels_column(rows(st.sampled_from([None, *ADAS])), ADAS),  # type: ignore[arg-type]
        "isofix": booleans(rows(st.sampled_from([None, True, False]))),  # type: ignore[arg-type]
    }
    prices = [columns["price_cny"].value(row) for row in range(size)]
    known = rows(st.integers(1, 6) if on_request else number)
    parts = [part if price is None else None for price, part in zip(prices, known, strict=True)]
    trims = np.sort(np.array(rows(st.integers(0, size - 1)), dtype=np.int32))
    utility = np.array(rows(st.integers(-5, 5)), dtype=float)
    possible = [
        Limit("price_cny", "at_most", draw(st.integers(0, 2 if on_request else 6))),
        Limit("price_cny", "at_least", draw(st.integers(0, 2))),
        Limit("seats", draw(st.sampled_from(["at_least", "is"])), draw(st.integers(0, 6))),
        Limit("boot_l", "at_least", draw(st.integers(0, 6))),
        draw(
            st.sampled_from(
                [Limit("powertrain", "one_of", ("BEV",)), Limit("powertrain", "none_of", ("BEV", "PHEV"))]
            )
        ),
        Limit("adas_level", "at_least", draw(st.sampled_from(ADAS))),
        Limit("isofix", "is", True),
    ]
    chosen = draw(st.lists(st.sampled_from(range(len(possible))), min_size=1, unique=True))
    if on_request:
        chosen = list({0, *chosen})
    limits = tuple(replace(possible[i], fixed=draw(st.integers(0, 4)) == 0) for i in sorted(chosen))
    costs = tuple(
        LimitCost(draw(st.sampled_from([0.05, 0.1, 0.3])), draw(st.sampled_from([0.2, 0.6]))) for _ in limits
    )
    mark = draw(st.booleans())
    least = {"price_cny": numbers(parts)}
    return Case(Offer(columns, trims, size, utility, mark_unknown=mark, least=least), limits, costs)


def ways_of(case: Case, at_most: int = 10_000) -> list[WayOut]:
    offer = case.offer
    size, mark = len(offer.utility), offer.mark_unknown
    found = violations(offer.columns, case.limits, size, mark_unknown=mark, least=offer.least)
    return ways_out(offer, case.limits, found, case.costs, at_most)


def holds(case: Case, limit: Limit, row: int) -> bool | None:
    """One limit judged on one plain value; None = not known."""
    value = case.offer.columns[limit.attribute].value(row)
    if value is None:
        return None
    if limit.op == "one_of":
        return value in limit.value  # type: ignore[operator]
    if limit.op == "none_of":
        return value not in limit.value  # type: ignore[operator]
    if limit.op == "is":
        return bool(value == limit.value)
    gap = ADAS.index(value) - ADAS.index(str(limit.value)) if isinstance(value, str) else value - limit.value  # type: ignore[operator]
    return bool(gap >= 0 if limit.op == "at_least" else gap <= 0)


def short(case: Case, limit: Limit, row: int) -> float:
    """By how much the known part of a value that is not known breaks a limit; 0 where it does not."""
    part = case.offer.least[limit.attribute].value(row) if limit.attribute in case.offer.least else None
    if limit.op != "at_most" or part is None:
        return 0.0
    return float(max(0, part - limit.value))  # type: ignore[operator]


def broken(case: Case, row: int) -> frozenset[int]:
    """The limits that keep a row out, judged one by one."""
    judged = {i: holds(case, limit, row) for i, limit in enumerate(case.limits)}
    mark = case.offer.mark_unknown
    return frozenset(
        i
        for i, held in judged.items()
        if held is False or (held is None and (not mark or short(case, case.limits[i], row) > 0))
    )


Piece = tuple[int, object, float, bool]
"""Limit, what does not compare with anything else (a level, "unknown", a direction), how much, and whether
unknown values must pass."""


def pieces(case: Case, row: int) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for i in sorted(broken(case, row)):
        limit, value = case.limits[i], case.offer.columns[case.limits[i].attribute].value(row)
        if value is None:
            kind = "number" if limit.op == "at_most" else "unknown"
            found.append((i, kind, short(case, limit, row), not case.offer.mark_unknown))
        elif isinstance(value, str) and limit.op in ("at_least", "at_most"):
            found.append((i, "level", abs(ADAS.index(value) - ADAS.index(str(limit.value))), False))
        elif isinstance(value, str | bool):
            found.append((i, value, 0.0, False))
        else:
            gap = value - limit.value  # type: ignore[operator]
            found.append((i, gap > 0 if limit.op == "is" else "number", abs(gap), False))
    return tuple(found)


def dominates(first: tuple[Piece, ...], second: tuple[Piece, ...]) -> bool:
    same = [p[:2] for p in first] == [p[:2] for p in second]
    return (
        same
        and first != second
        and all(a[2] <= b[2] and a[3] <= b[3] for a, b in zip(first, second, strict=True))
    )


def all_ways(case: Case) -> set[tuple[Piece, ...]]:
    """Brute force: of every row of a trim not admitted yet, what it needs; the sets of limits that hold no
    smaller one; of those, what no other way of the same set undercuts."""
    offer = case.offer
    admitted = {int(offer.trim_of[r]) for r in range(len(offer.utility)) if not broken(case, r)}
    needs = {
        pieces(case, row)
        for row in range(len(offer.utility))
        if int(offer.trim_of[row]) not in admitted
        and not any(case.limits[i].fixed for i in broken(case, row))
    }
    sets = {frozenset(p[0] for p in need) for need in needs}
    smallest = {need for need in needs if not any(s < frozenset(p[0] for p in need) for s in sets)}
    return {need for need in smallest if not any(dominates(other, need) for other in smallest)}


def limit_sets(case: Case) -> set[frozenset[int]]:
    """Brute force of another kind: the minimal sets of non-fixed limits whose removal admits a new trim."""
    offer, limits = case.offer, case.limits
    free = [i for i, limit in enumerate(limits) if not limit.fixed]
    before = trims_with(rows_that_hold(offer, limits, set()), offer.trim_of, offer.trim_count)
    admitting = []
    for count in range(1, len(free) + 1):
        for chosen in itertools.combinations(free, count):
            kept = [limit for i, limit in enumerate(limits) if i not in chosen]
            rows = rows_that_hold(offer, kept, set())
            if (trims_with(rows, offer.trim_of, offer.trim_count) & ~before).any():
                admitting.append(frozenset(chosen))
    return {s for s in admitting if not any(other < s for other in admitting)}


def moved_limits(case: Case, way: WayOut) -> dict[int, object]:
    """Limit number -> the value it moves to."""
    index = {(limit.attribute, str(limit.op)): i for i, limit in enumerate(case.limits)}
    return {index[c.attribute, c.op]: c.to for c in way.changes if not c.accept_unknown}


def opened_limits(case: Case, way: WayOut) -> set[int]:
    """Limit numbers that unknown values are to pass: all on the attribute named."""
    names = [c.attribute for c in way.changes if c.accept_unknown]
    assert len(set(names)) == len(names), "said once"
    return {i for i, limit in enumerate(case.limits) if limit.attribute in names}


def changed_limits(case: Case, way: WayOut) -> frozenset[int]:
    return frozenset(moved_limits(case, way)) | opened_limits(case, way)


@given(cases())
def test_ways_out_are_all_the_ways_there_are(case: Case) -> None:
    ways = ways_of(case)
    assert len({pieces(case, way.row) for way in ways}) == len(ways), "no way is offered twice"
    assert {pieces(case, way.row) for way in ways} == all_ways(case)
    assert {changed_limits(case, way) for way in ways} == limit_sets(case)


@given(cases())
def test_every_way_out_works_and_is_exactly_reached(case: Case) -> None:
    offer, limits = case.offer, case.limits
    size = len(offer.utility)
    before = {int(offer.trim_of[r]) for r in range(size) if not broken(case, r)}
    for way in ways_of(case):
        changes, opened = moved_limits(case, way), opened_limits(case, way)
        assert changes or opened
        assert not any(limits[i].fixed for i in {*changes, *opened})
        rows = rows_after(case, changes, opened)
        assert way.row in rows
        assert way.admits == len({int(offer.trim_of[r]) for r in rows} - before) >= 1
        for i, to in changes.items():
            column, least = offer.columns[limits[i].attribute], offer.least.get(limits[i].attribute)
            if isinstance(column, NumberColumn) or limits[i].op in ("at_least", "is"):
                reached = column.value(way.row)
                if reached is None and least is not None:
                    reached = least.value(way.row)
                assert to == reached, "the amount is reached exactly by the car named"


def rows_after(case: Case, moved: dict[int, object], opened: set[int]) -> list[int]:
    """Rows that obey when limits have moved and unknown values pass some, judged one by one."""
    limits = [
        replace(limit, value=tuple(to) if isinstance(to := moved.get(i, limit.value), list) else to)  # type: ignore[arg-type]
        for i, limit in enumerate(case.limits)
    ]
    after = Case(case.offer, tuple(limits), case.costs)
    rows = range(len(case.offer.utility))
    return [r for r in rows if not broken(after, r) - unknown_of(after, opened, r)]


def unknown_of(case: Case, accepted: set[int], row: int) -> set[int]:
    """Limits that a row fails only because its value is not known, and nothing known of it breaks them."""
    judged = {i: case.limits[i] for i in accepted}
    return {i for i, li in judged.items() if holds(case, li, row) is None and short(case, li, row) == 0}


@given(cases())
def test_no_part_of_a_way_out_is_enough(case: Case) -> None:
    """Every change of it is needed: without it nothing new is admitted."""
    offer = case.offer
    before = {int(offer.trim_of[r]) for r in rows_after(case, {}, set())}
    for way in ways_of(case):
        for left in range(len(way.changes)):
            less = replace(way, changes=(*way.changes[:left], *way.changes[left + 1 :]))
            rows = rows_after(case, moved_limits(case, less), opened_limits(case, less))
            now = {int(offer.trim_of[r]) for r in rows}
            exact = any(change.op == "is" for change in less.changes)  # moved, it lets go of what held it
            assert now <= before if exact else now == before


@given(cases())
def test_ways_out_come_in_order_of_loss_and_every_set_is_heard_first(case: Case) -> None:
    everything, six = ways_of(case), ways_of(case, 6)
    losses = [way.loss for way in six]
    assert losses == sorted(losses)
    assert len(six) == min(6, len(everything))
    sets = {changed_limits(case, way) for way in everything}
    assert len({changed_limits(case, way) for way in six}) == min(6, len(sets))
    if everything:
        assert six[0] == everything[0], "the cheapest way of all is among the six"


@given(cases())
def test_of_equal_ways_the_car_with_the_highest_utility_is_named(case: Case) -> None:
    for way in ways_of(case):
        assert way.row in open_rows(case)
        same = [r for r in open_rows(case) if pieces(case, r) == pieces(case, way.row)]
        assert case.offer.utility[way.row] == max(case.offer.utility[r] for r in same)


def open_rows(case: Case) -> set[int]:
    offer = case.offer
    admitted = {int(offer.trim_of[r]) for r in range(len(offer.utility)) if not broken(case, r)}
    return {r for r in range(len(offer.utility)) if int(offer.trim_of[r]) not in admitted}


@given(st.lists(st.integers(1, 255), max_size=40))
def test_minimal_masks_equal_brute_force(masks: list[int]) -> None:
    expected = {m for m in masks if not any(o != m and o & m == o for o in masks)}
    assert {int(m) for m in minimal_masks(np.array(masks, dtype=np.uint64))} == expected


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 1)), max_size=25))
def test_the_front_is_what_nothing_dominates(points: list[tuple[int, int, int]]) -> None:
    amounts = np.array([p[:2] for p in points], dtype=float).reshape(-1, 2)
    kinds = np.array([p[2] for p in points], dtype=np.intp)
    order = np.argsort(amounts.sum(axis=1), kind="stable")
    found = [points[i] for i in front(amounts, kinds, order)]
    expected = {
        p
        for p in points
        if not any(q != p and q[2] == p[2] and q[0] <= p[0] and q[1] <= p[1] for q in points)
    }
    assert set(found) == expected
    assert len(found) == len(expected)


def test_several_limits_move_together_in_every_trade_off() -> None:
    """8,000 more and one level less, or 20,000 more and no level less; 25,000 and one level is dominated."""
    columns: dict[str, Column] = {
        "price_cny": numbers([108_000, 120_000, 125_000]),
        "adas_level": levels_column(["none", "l2", "none"], ADAS),
        "seats": numbers([5, 5, 5]),
    }
    limits = (
        Limit("price_cny", "at_most", 100_000),
        Limit("adas_level", "at_least", "highway"),
        Limit("seats", "at_least", 5, fixed=True),
    )
    offer = Offer(columns, np.arange(3, dtype=np.int32), 3, np.zeros(3))
    case = Case(offer, limits, (LimitCost(1e-5, 0.5), LimitCost(0.1, 0.5), LimitCost(0.1, 0.5)))
    found = [{c.attribute: c.to for c in way.changes} for way in ways_of(case)]
    assert found == [
        {"price_cny": 120_000, "adas_level": "l2"},
        {"price_cny": 108_000, "adas_level": "none"},
    ]


def test_an_unknown_value_passes_under_mark_and_fails_under_exclude() -> None:
    columns = {"seats": numbers([None, 5, 7])}
    limit = (Limit("seats", "at_least", 6),)
    assert violations(columns, limit, 3, mark_unknown=False).feasible.tolist() == [False, False, True]
    assert violations(columns, limit, 3, mark_unknown=True).feasible.tolist() == [True, False, True]


def test_nothing_is_relaxed_to_a_value_that_is_not_known() -> None:
    columns: dict[str, Column] = {"seats": numbers([None])}
    offer = Offer(columns, np.zeros(1, dtype=np.int32), 1, np.zeros(1))
    with pytest.raises(ValueError, match="seats"):
        relaxed_value(Limit("seats", "at_least", 6), offer, 0)


def test_a_price_known_in_part_moves_the_limit_to_that_part_and_opens_it_for_the_rest() -> None:
    """Not so where the known part fits, where a car of a known price is nearer, or under "mark"."""
    columns: dict[str, Column] = {"price_cny": numbers([None, None])}
    limit = (Limit("price_cny", "at_most", 100),)
    for parts, mark, expected in (
        ([130, 120], False, [[(100, 120, False), (None, None, True)]]),
        ([130, 90], False, [[(None, None, True)]]),
        ([130, 120], True, [[(100, 120, False)]]),
    ):
        trims = np.arange(2, dtype=np.int32)
        offer = Offer(columns, trims, 2, np.zeros(2), mark_unknown=mark, least={"price_cny": numbers(parts)})
        ways = ways_of(Case(offer, limit, (LimitCost(0.01, 0.5),)))
        assert [[(c.before, c.to, c.accept_unknown) for c in way.changes] for way in ways] == expected
