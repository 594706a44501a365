"""Part-worths and market sales: shares of a crowd, and the shifts of part-worths that explain sales.

Berry, Levinsohn and Pakes 1995 fit mean utilities so that simulated shares meet the observed ones, and
explain them by attributes. Here the two steps are one: the shift of the part-worths is the maximum a
posteriori of a normal model of log sales around log shares, with a normal prior on the shift and
an effect of the brand that is estimated beside it, so that no attribute has to explain why one maker sells.
Train 2009, chapter 2.8, for constants re-anchored to published totals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats

FLOOR = 0.05
"""Share of buyers who take any car of the market, whatever they answered: no line is predicted at zero."""
LINE_SD = 1.5
"""Standard deviation of log sales that no attribute explains: looks, shops, supply, age of the line."""
BRAND_SD = 1.5
"""The same for what all lines of a brand have in common."""
_STEPS, _TOLERANCE, _LEAST_STEP = 30, 1e-7, 1e-3
_ROUNDS = 500


@dataclass(frozen=True)
class MarketFit:
    """``shift`` and ``sd`` float64 [K]; ``level``: log sales minus log share of a line that is average;
    ``brands``: what lines of a brand sell beyond it, in log sales."""

    shift: Floats
    sd: Floats
    level: float
    brands: dict[int, float]


def log_shares(utility: Floats, shift: Floats, scale: float) -> Floats:
    """Log share of each line: float64 [L]. ``utility`` [P, L], -inf = out of the question; ``shift`` [L] is
    added after ``scale``."""
    return np.asarray(np.log(_floored(_choices(utility, shift, scale).mean(axis=0))))


def _choices(utility: Floats, shift: Floats, scale: float) -> Floats:
    """[P, L]; a buyer whom none of the lines suits takes none: a row of zeros."""
    moved = utility * scale + shift
    most = moved.max(axis=1, keepdims=True)
    weight = np.exp(moved - np.where(np.isfinite(most), most, 0.0))
    return np.asarray(weight / np.maximum(weight.sum(axis=1, keepdims=True), 1.0))


def _floored(share: Floats) -> Floats:
    return (1.0 - FLOOR) * share + FLOOR / len(share)


def fit_shift_to_sales(
    utility: Floats,
    design: Floats,
    log_sales: Floats,
    brand: NDArray[np.intp],
    prior_sd: Floats,
    scale: float,
) -> MarketFit:
    """The shift of the part-worths of ``design`` [L, K] that brings shares near sales; columns with a
    ``prior_sd`` of 0 stay."""
    free = prior_sd > 0.0
    precision = _precision(brand)
    x, tight = design[:, free], prior_sd[free] ** -2.0
    shift = np.zeros(int(free.sum()))
    residual, slope = _state(utility, x, log_sales, shift, scale)
    loss = _loss(residual, precision, shift, tight)
    for _ in range(_STEPS):
        curve = slope.T @ precision @ slope + np.diag(tight)
        step = np.linalg.solve(curve, slope.T @ precision @ residual - tight * shift)
        size = 1.0
        while size > _LEAST_STEP:
            tried, new_slope = _state(utility, x, log_sales, shift + size * step, scale)
            new_loss = _loss(tried, precision, shift + size * step, tight)
            if new_loss < loss:
                break
            size /= 2.0
        else:
            break
        gained = loss - new_loss
        shift, residual, slope, loss = shift + size * step, tried, new_slope, new_loss
        if gained < _TOLERANCE:
            break
    found = np.zeros(len(prior_sd))
    sd = np.zeros(len(prior_sd))
    found[free] = shift
    sd[free] = np.sqrt(np.diag(np.linalg.inv(slope.T @ precision @ slope + np.diag(tight))))
    return MarketFit(found, sd, *_left_over(log_sales - log_shares(utility, x @ shift, scale), brand))


def _precision(brand: NDArray[np.intp]) -> Floats:
    """Inverse covariance of the residuals, with their common level projected out: float64 [L, L]."""
    same = brand[:, None] == brand[None, :]
    inverse = np.linalg.inv(LINE_SD**2 * np.eye(len(brand)) + BRAND_SD**2 * same)
    ones = inverse.sum(axis=1)
    return np.asarray(inverse - np.outer(ones, ones) / ones.sum())


def _state(
    utility: Floats, x: Floats, log_sales: Floats, shift: Floats, scale: float
) -> tuple[Floats, Floats]:
    """Residuals [L] and the derivative of the log shares by the shift [L, K]."""
    choice = _choices(utility, x @ shift, scale)
    share = _floored(choice.mean(axis=0))
    pull = choice.mean(axis=0)[:, None] * x - choice.T @ (choice @ x) / len(choice)
    return log_sales - np.log(share), (1.0 - FLOOR) * pull / share[:, None]


def _loss(residual: Floats, precision: Floats, shift: Floats, tight: Floats) -> float:
    return 0.5 * float(residual @ precision @ residual + (tight * shift**2).sum())


def _left_over(residual: Floats, brand: NDArray[np.intp]) -> tuple[float, dict[int, float]]:
    """Common level and best linear predictor of each brand's effect."""
    level = float(residual.mean())
    effects = {}
    for code in np.unique(brand).tolist():
        own = residual[brand == code] - level
        effects[code] = float(BRAND_SD**2 * own.sum() / (LINE_SD**2 + BRAND_SD**2 * len(own)))
    return level, effects


def constants_for_totals(
    utility: Floats, kind: NDArray[np.intp], totals: Floats, weights: Floats, scale: float
) -> Floats:
    """Constants [len(totals)] of the kinds of offers, in utility, that make simulated totals meet the
    published shares ``totals``; their mean by these shares is 0. ``kind`` [O]; ``weights`` [P] of the buyers.

    A kind that nobody can buy or nobody buys gets 0.
    """
    best = utility.max(axis=1, keepdims=True)
    weight = np.exp(scale * (utility - np.where(np.isfinite(best), best, 0.0)))
    member = (kind[:, None] == np.arange(len(totals))).astype(np.float64)
    appeal, weights = weight @ member, weights / weights.sum()
    live = (totals > 0.0) & (appeal.sum(axis=0) > 0.0)
    constants = np.zeros(len(totals))
    for _ in range(_ROUNDS):
        drawn = appeal * np.exp(constants)
        sold = weights @ (drawn / drawn.sum(axis=1, keepdims=True))
        step = np.log(totals[live] / sold[live])
        constants[live] += step
        if np.abs(step).max(initial=0.0) < _TOLERANCE:
            break
    middle = totals[live] @ constants[live] / totals[live].sum() if live.any() else 0.0
    return np.asarray(np.where(live, (constants - middle) / scale, 0.0))


def spearman(first: Floats, second: Floats) -> float:
    """Rank correlation, ties sharing their mean rank; NaN where one side has no spread."""
    a, b = _ranks(first), _ranks(second)
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size > 0.0 else float("nan")


def _ranks(values: Floats) -> Floats:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2.0)[place])
