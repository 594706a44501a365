"""The closed form against a grid search over weights."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.services.weight_changes import leading_interval

small = st.integers(-6, 6)


@given(st.lists(st.tuples(small, small), min_size=2, max_size=8), st.data())
def test_interval_holds_exactly_the_weights_at_which_the_row_leads(
    cars: list[tuple[int, int]], data: st.DataObject
) -> None:
    utility = np.array([u for u, _ in cars], dtype=float)
    part = np.array([g for _, g in cars], dtype=float)
    row = data.draw(st.integers(0, len(cars) - 1))
    interval = leading_interval(utility, part, row)
    for weight in np.linspace(0.005, 9.995, 150):
        now = utility + (weight - 1.0) * part
        leads = bool((now[row] - np.delete(now, row) > 1e-5).all())
        ties = bool((np.abs(now[row] - np.delete(now, row)) <= 1e-5).any())
        if not ties:
            assert leads == (interval is not None and interval[0] <= weight <= interval[1])
