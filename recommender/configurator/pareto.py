"""Pareto fronts of amounts: what cannot be had for less of one thing without more of another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


def front(amounts: Floats, kinds: NDArray[np.intp], order: Indices) -> Iterator[int]:
    """Rows that no other row of their kind dominates, in the given order, each found when asked for.

    ``amounts`` float64 [n, k], less is better; ``kinds`` intp [n], rows of different kinds never compare.
    ``order`` intp [n] must list a dominating row before the rows that it dominates: any order by a sum
    that increases with every amount does. Of rows with equal amounts the first stands for all.
    """
    left = order
    while len(left):
        first = left[0]
        yield int(first)
        covered = (kinds[left] == kinds[first]) & (amounts[left] >= amounts[first]).all(axis=1)
        left = left[~covered]
