"""How well a unit fits a customer, and how much a standing unit gains in the pairing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_MOST_LOGIT = 50.0


def fit_of(utilities: NDArray[np.floating], outside_utility: float) -> Floats:
    """Posterior probability that each unit is preferred to not buying: float64 [n].

    ``utilities`` [n, S]: utility of each unit under S equally likely draws of the person's part-worths. In
    one draw the person buys with the binary logit probability 1 / (1 + exp(outside - utility)) (Train 2009,
    chapter 3); the fit is the mean over the draws.
    """
    gap = np.clip(utilities - outside_utility, -_MOST_LOGIT, _MOST_LOGIT)
    return np.asarray((1.0 / (1.0 + np.exp(-gap))).mean(axis=1, dtype=np.float64))


def ageing_bonus(days_in_stock: Floats, most: float, full_days: float) -> Floats:
    """Bonus of each unit: float64 [n], 0 on the first day, ``most`` from ``full_days`` on, even between.

    NaN (not known when it came) = no bonus.
    """
    days = np.where(np.isnan(days_in_stock), 0.0, days_in_stock)
    return np.asarray(most * np.clip(days / full_days, 0.0, 1.0))
