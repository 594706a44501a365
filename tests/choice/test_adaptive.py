"""Which pair to ask about: the value of an answer by hand, and what is never worth asking."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.choice.adaptive import all_pairs, best_pair, expected_gains

NEVER = -100.0


def test_the_gain_of_one_question_by_hand() -> None:
    """Two equally likely tastes, each with its own best car; the answer tells them apart in part."""
    utilities = np.array([[2.0, 0.0], [0.0, 2.0]])
    right = 1.0 / (1.0 + np.exp(-2.0))
    # after "first": mean of the first car 2 right, of the second 2 (1 - right); places count 2 and 1
    informed = 2.0 * 2.0 * right + 2.0 * (1.0 - right)
    now = 2.0 * 1.0 + 1.0
    assert expected_gains(utilities, all_pairs(2), NEVER) == pytest.approx([informed - now])


def test_neither_tells_tastes_apart_too() -> None:
    """The cars compared are always alike; only "neither" says which taste it is."""
    utilities = np.array([[3.0, 3.0, 0.0, 9.0], [-3.0, -3.0, 8.0, 0.0]])
    pairs = np.array([[0, 1]])
    assert expected_gains(utilities, pairs, NEVER)[0] == pytest.approx(0.0, abs=1e-6)
    assert expected_gains(utilities, pairs, 0.0)[0] > 1.0


def test_what_cannot_change_the_list_is_worth_nothing() -> None:
    rng = np.random.default_rng(0)
    utilities = rng.standard_normal((64, 6)) + np.array([90.0, 60.0, 30.0, 0.0, 0.0, 0.0])
    assert expected_gains(utilities, all_pairs(6), 0.0) == pytest.approx(0.0, abs=1e-9)


@given(st.integers(1, 8), st.integers(0, 2**31))
def test_knowing_more_never_hurts(cars: int, seed: int) -> None:
    utilities = np.random.default_rng(seed).standard_normal((32, cars)) * 3.0
    gains = expected_gains(utilities, all_pairs(cars), 0.0)
    assert len(gains) == cars * (cars - 1) // 2
    best = np.sort(utilities, axis=1)[:, ::-1]
    known = (best[:, :3] * [2.0, 1.0, 1.0][: best.shape[1]]).sum(axis=1).mean()
    mean = np.sort(utilities.mean(axis=0))[::-1]
    now = (mean[:3] * [2.0, 1.0, 1.0][: len(mean)]).sum()
    assert np.all(gains >= 0.0)
    assert np.all(gains <= known - now + 1e-9), "no answer tells more than everything"


def test_of_pairs_worth_nearly_the_same_the_easier_one_is_asked() -> None:
    utilities = np.array([[2.0, 0.0, 0.0, -9.0], [0.0, 2.0, 2.0, -9.0]])
    pairs = all_pairs(4)
    easy = (pairs == [0, 2]).all(axis=1)
    found = best_pair(utilities, pairs, NEVER, np.where(easy, 3, 9))
    assert found is not None
    assert (found.first, found.second) == (0, 2)
    level = best_pair(utilities, pairs, NEVER, np.full(len(pairs), 9))
    assert level is not None
    assert (level.first, level.second) == (0, 1), "the leading one of equals"
    useless = best_pair(utilities, pairs, NEVER, np.where((pairs == [1, 2]).all(axis=1), 0, 9))
    assert useless is not None
    assert (useless.first, useless.second) != (1, 2), "easy to compare, but tells nothing"


def test_without_pairs_nothing_is_asked() -> None:
    nothing = np.zeros(0, dtype=np.intp)
    assert best_pair(np.zeros((4, 1)), all_pairs(1), 0.0, nothing) is None
