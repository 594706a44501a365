"""Minimal conflicting sets against trying every set of limits."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.configurator.conflicts import minimal_conflicts


def every_conflict(masks: list[int], limits: int) -> list[tuple[int, ...]]:
    """Sets of limits that every row breaks one of, no smaller one inside, fewest first."""
    found: list[tuple[int, ...]] = []
    for size in range(1, limits + 1):
        for some in itertools.combinations(range(limits), size):
            hits = all(any(mask >> bit & 1 for bit in some) for mask in masks)
            if hits and not any(set(smaller) < set(some) for smaller in found):
                found.append(some)
    return found


@given(st.lists(st.integers(1, 127), min_size=1, max_size=25), st.integers(1, 40))
def test_conflicts_are_all_the_minimal_ones(masks: list[int], at_most: int) -> None:
    expected = every_conflict(masks, 7)
    found = minimal_conflicts(np.array(masks, dtype=np.uint64), at_most)
    assert found == expected[:at_most]


@given(st.lists(st.integers(0, 127), max_size=25))
def test_there_is_no_conflict_where_a_row_obeys_everything(masks: list[int]) -> None:
    found = minimal_conflicts(np.array([*masks, 0], dtype=np.uint64))
    assert found == []


def test_no_rows_no_conflict() -> None:
    assert minimal_conflicts(np.zeros(0, dtype=np.uint64)) == []


def test_sixty_four_limits_of_which_two_exclude_each_other() -> None:
    rng = np.random.default_rng(0)
    bits = rng.random((500, 64)) < 0.3
    side = rng.random(500) < 0.5
    bits[:, 3], bits[:, 60] = side, ~side
    masks = (bits.astype(np.uint64) << np.arange(64, dtype=np.uint64)).sum(axis=1, dtype=np.uint64)
    assert (3, 60) in minimal_conflicts(masks)
