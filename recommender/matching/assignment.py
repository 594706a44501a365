"""One unit for each customer at most, and the other way round: the best such pairing, proved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]

NONE = -1
_PRICE_ROUNDS = 500
"""Each round lengthens the paths looked at by one pair; a bound is valid after any number of rounds."""


def assign(value: Floats, allowed: Mask, outside: float = 0.0) -> tuple[Places, float, float]:
    """Pair customers with units so that the sum of values is greatest.

    ``value`` float64 [C, U]; pairs that are not ``allowed`` (bool [C, U]) are never made, whatever their
    value. A customer without a unit counts ``outside``. Returns (unit of each customer int [C], -1 = none;
    the sum, with ``outside`` for those without a unit; an upper bound of the sum over all pairings, proved
    by prices).

    Exact (scipy's shortest augmenting paths). A pair that is worth no more than ``outside`` is not made.
    Raises ValueError for shapes that differ or an allowed value that is not finite.
    """
    from scipy.optimize import linear_sum_assignment  # takes 0.2 s to load; most commands never need it

    gain = _gains(value, allowed, outside)
    customers, units = linear_sum_assignment(gain, maximize=True)
    worth = gain[customers, units] > 0.0
    unit_of_customer = np.full(len(gain), NONE, dtype=np.intp)
    unit_of_customer[customers[worth]] = units[worth]
    baseline = float(outside) * len(gain)
    total = baseline + float(gain[customers[worth], units[worth]].sum())
    return unit_of_customer, total, max(total, baseline + price_bound(gain, unit_of_customer))


def greedy(value: Floats, allowed: Mask, outside: float = 0.0) -> tuple[Places, float]:
    """The pairing of a dealer who always closes the best pair left; for comparison. As :func:`assign`."""
    gain = _gains(value, allowed, outside)
    customers, units = np.nonzero(gain > 0.0)
    order = np.lexsort((units, customers, -gain[customers, units]))
    unit_of_customer = np.full(len(gain), NONE, dtype=np.intp)
    free = np.ones(gain.shape[1], dtype=np.bool_)
    total = float(outside) * len(gain)
    for customer, unit in zip(customers[order].tolist(), units[order].tolist(), strict=True):
        if unit_of_customer[customer] == NONE and free[unit]:
            unit_of_customer[customer] = unit
            free[unit] = False
            total += float(gain[customer, unit])
    return unit_of_customer, total


def price_bound(gain: Floats, unit_of_customer: Places) -> float:
    """Upper bound of any pairing's gain by weak duality, equal to the optimum when the pairing is optimal.

    With a price q >= 0 of each unit, no pairing gains more than sum(q) + sum over customers of the best
    gain - q (or 0). The prices start at the whole gain of each pair made and fall until no customer would
    rather have another unit (Bellman-Ford on the residual graph, Ahuja, Magnanti, Orlin 1993, chapter 12).
    """
    paired = np.flatnonzero(unit_of_customer != NONE)
    units = unit_of_customer[paired]
    prices = np.zeros(gain.shape[1])
    prices[units] = gain[paired, units]
    for _ in range(_PRICE_ROUNDS):
        surplus = _surplus(gain, prices)
        lowered = np.minimum(prices[units], np.maximum(gain[paired, units] - surplus[paired], 0.0))
        if np.array_equal(lowered, prices[units]):
            break
        prices[units] = lowered
    return float(prices.sum() + _surplus(gain, prices).sum())


def _surplus(gain: Floats, prices: Floats) -> Floats:
    """Best gain over price of each customer, not below 0: float64 [C]."""
    return np.asarray(np.max(gain - prices, axis=1, initial=0.0))


def _gains(value: Floats, allowed: Mask, outside: float) -> Floats:
    """Gain over the outside option, 0 for pairs that are not to be made: leaving a zero pair out of the
    answer is the same as giving every customer an outside unit of his own."""
    value, allowed = np.asarray(value, dtype=np.float64), np.asarray(allowed, dtype=np.bool_)
    if value.ndim != 2 or value.shape != allowed.shape:
        raise ValueError(f"value {value.shape} and allowed {allowed.shape} must be one table [C, U]")
    if not np.isfinite(outside) or not np.isfinite(value[allowed]).all():
        raise ValueError("every allowed value and outside must be finite")
    return np.maximum(np.where(allowed, value, outside) - outside, 0.0)
