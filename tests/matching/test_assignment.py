"""The pairing against brute force, and its proof."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from recommender.matching import assign
from recommender.matching.assignment import NONE, Floats, Mask, greedy, price_bound


def best_by_brute_force(value: Floats, allowed: Mask, outside: float) -> float:
    """Try every way to give each customer one of the units or nothing."""
    customers, units = value.shape
    best = -np.inf
    for choice in itertools.product(range(-1, units), repeat=customers):
        taken = [u for u in choice if u >= 0]
        if len(taken) != len(set(taken)):
            continue
        if any(u >= 0 and not allowed[c, u] for c, u in enumerate(choice)):
            continue
        best = max(best, sum(outside if u < 0 else float(value[c, u]) for c, u in enumerate(choice)))
    return best


@st.composite
def tables(draw: st.DrawFn) -> tuple[Floats, Mask, float]:
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    # tenths: ties are frequent, sums stay exact enough to compare
    value = draw(arrays.arrays(np.int64, shape, elements=st.integers(-10, 20))) / 10.0
    allowed = draw(arrays.arrays(np.bool_, shape))
    return value, allowed, draw(st.sampled_from([0.0, 0.3, -0.5, 1.0]))


@given(tables())
def test_no_pairing_is_better_and_the_bound_proves_it(table: tuple[Floats, Mask, float]) -> None:
    value, allowed, outside = table
    unit_of_customer, total, bound = assign(value, allowed, outside)
    assert total == pytest.approx(best_by_brute_force(value, allowed, outside), abs=1e-9)
    assert bound == pytest.approx(total, abs=1e-9)
    paired = [(c, u) for c, u in enumerate(unit_of_customer.tolist()) if u != NONE]
    assert len({u for _, u in paired}) == len(paired)
    assert all(allowed[c, u] and value[c, u] > outside for c, u in paired)
    counted = sum(value[c, u] for c, u in paired) + outside * (len(value) - len(paired))
    assert total == pytest.approx(counted, abs=1e-9)


@given(tables())
def test_greedy_is_a_pairing_and_never_beats_the_best(table: tuple[Floats, Mask, float]) -> None:
    value, allowed, outside = table
    unit_of_customer, total = greedy(value, allowed, outside)
    taken = [u for u in unit_of_customer.tolist() if u != NONE]
    assert len(taken) == len(set(taken))
    assert total <= assign(value, allowed, outside)[1] + 1e-9


def test_greedy_can_lose() -> None:
    value = np.array([[1.0, 0.9], [0.9, 0.0]])
    allowed = np.ones((2, 2), dtype=np.bool_)
    assert greedy(value, allowed)[1] == pytest.approx(1.0)
    assert assign(value, allowed)[1] == pytest.approx(1.8)


def test_the_bound_of_a_bad_pairing_is_still_a_bound() -> None:
    gain = np.array([[1.0, 0.9], [0.9, 0.0]])
    assert price_bound(gain, np.array([0, NONE])) >= 1.8 - 1e-12
    assert price_bound(gain, np.array([NONE, NONE])) >= 1.8 - 1e-12


def test_the_bound_meets_the_optimum_on_a_large_table() -> None:
    rng = np.random.default_rng(3)
    value = rng.random((120, 90))
    _, total, bound = assign(value, rng.random((120, 90)) < 0.3)
    assert bound == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_nobody_or_nothing(shape: tuple[int, int]) -> None:
    unit_of_customer, total, bound = assign(np.zeros(shape), np.ones(shape, dtype=np.bool_))
    assert unit_of_customer.tolist() == [NONE] * shape[0]
    assert total == bound == 0.0


def test_what_is_not_allowed_may_hold_anything() -> None:
    value = np.array([[np.nan, 0.5], [np.inf, np.nan]])
    allowed = np.array([[False, True], [False, False]])
    unit_of_customer, total, _ = assign(value, allowed)
    assert unit_of_customer.tolist() == [1, NONE]
    assert total == pytest.approx(0.5)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_an_allowed_value_must_be_finite(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        assign(np.array([[bad]]), np.array([[True]]))


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="one table"):
        assign(np.zeros((2, 3)), np.ones((3, 2), dtype=np.bool_))
