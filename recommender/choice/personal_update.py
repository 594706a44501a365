"""What choices teach about one person: a Gaussian mixture of part-worths given choices between cars.

Within a segment the part-worths are normal and a choice has the logit likelihood of its utility gaps, the
chosen minus each other. The posterior is found by Laplace's method in the small space that the gaps span (r
dimensions, at most as many as gaps), by damped Newton steps on a concave function; the mode is moved to the
mean by the next term of the expansion (Tierney, Kass, Kadane 1989), and the evidence moves the weights of the
segments. Only numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats

_STEPS, _HALVINGS = 60, 30
_SMALL = 1e-10


@dataclass(frozen=True)
class Gaps:
    """Utility gaps, chosen minus other, of C choices with at most J others each.

    ``design`` float64 [C, J, D]; ``offset`` float64 [C, J]; ``there`` bool [C, J]: False where a choice has
    fewer others. The gap of a person with part-worths w [D] is ``design @ w + offset``.
    """

    design: Floats
    offset: Floats
    there: NDArray[np.bool_]


@dataclass(frozen=True)
class Learned:
    """For G segments: ``evidence`` float64 [G] log probability of the choices; ``mean`` float64 [G, D] of the
    part-worths. ``basis`` float64 [G, D, r] and ``shrink`` float64 [G, r, r]: what the choices leave of the
    spread, see :meth:`spread`."""

    evidence: Floats
    mean: Floats
    basis: Floats
    shrink: Floats

    def spread(self, segment: int, normals: Floats) -> Floats:
        """Standard normals of the prior [S, D] to those of the posterior: z -> (I + F'WF)^-1/2 z, the
        symmetric root, so that no choice leaves them as they are and their order does not matter."""
        inside = normals @ self.basis[segment]
        return np.asarray(normals + inside @ self.shrink[segment] @ self.basis[segment].T)


def stacked(rows: Sequence[tuple[Floats, Floats]], width: int) -> Gaps:
    """Gaps of several choices, each (design float64 [others, ``width``], offset [others]), put into one order
    that depends on nothing but what they say; choices without others are left out."""
    told = sorted(
        (_sorted(design, offset) for design, offset in rows if len(offset)),
        key=lambda pair: (len(pair[1]), pair[0].tobytes(), pair[1].tobytes()),
    )
    most = max((len(offset) for _, offset in told), default=0)
    design, offset = np.zeros((len(told), most, width)), np.zeros((len(told), most))
    there = np.zeros((len(told), most), dtype=np.bool_)
    for place, (one, shift) in enumerate(told):
        design[place, : len(shift)], offset[place, : len(shift)] = one, shift
        there[place, : len(shift)] = True
    return Gaps(design, offset, there)


def _sorted(design: Floats, offset: Floats) -> tuple[Floats, Floats]:
    order = sorted(range(len(offset)), key=lambda n: (design[n].tobytes(), float(offset[n])))
    return design[order], offset[order]


def learn(gaps: Gaps, means: Floats, sds: Floats) -> Learned:
    """Posterior of part-worths with prior N(``means``, ``sds`` squared), float64 [G, D], in each segment."""
    groups, width = means.shape
    if not gaps.offset.size:
        nothing = np.zeros((groups, width, 0))
        return Learned(np.zeros(groups), means, nothing, nothing[:, :0])
    flat = gaps.design.reshape(-1, width)
    scaled = flat[None] * sds[:, None, :]
    basis, reduced = np.linalg.qr(np.swapaxes(scaled, 1, 2))
    start = (means @ flat.T + gaps.offset.reshape(-1)).reshape(groups, *gaps.there.shape)
    mode, other = _mode(reduced, start, gaps.there)
    curvature = _curvature(reduced, other)
    moved = mode + _to_the_mean(reduced, other, curvature)
    size, turn = np.linalg.eigh(curvature)
    shrink = (turn * (size**-0.5 - 1.0)[:, None, :]) @ np.swapaxes(turn, 1, 2)
    fit = _log_likelihood(_gaps(reduced, start, mode), gaps.there)
    return Learned(
        evidence=fit - 0.5 * (mode**2).sum(axis=1) - 0.5 * np.log(size).sum(axis=1),
        mean=means + sds * (basis @ moved[:, :, None])[:, :, 0],
        basis=basis,
        shrink=shrink,
    )


def _mode(reduced: Floats, start: Floats, there: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Mode [G, r] of the standardised part-worths in the space of the gaps, and the probability of every
    alternative that was not chosen there [G, C, J]. The function is strictly concave: it has one mode."""
    point = np.zeros(reduced.shape[:2])
    other, height = _others(start, there), _log_likelihood(start, there)
    for _ in range(_STEPS):
        slope = (reduced @ other.reshape(len(other), -1, 1))[:, :, 0] - point
        step = np.linalg.solve(_curvature(reduced, other), slope[:, :, None])[:, :, 0]
        factor = np.ones((len(point), 1))
        for _ in range(_HALVINGS):
            tried = point + factor * step
            gaps = _gaps(reduced, start, tried)
            found = _log_likelihood(gaps, there) - 0.5 * (tried**2).sum(axis=1)
            lower = found < height - _SMALL * (1.0 + np.abs(height))
            if not lower.any():
                break
            factor[lower] *= 0.5
        point, height, other = tried, np.maximum(found, height), _others(gaps, there)
        if np.abs(factor * step).max(initial=0.0) < _SMALL:
            break
    return point, other


def _gaps(reduced: Floats, start: Floats, point: Floats) -> Floats:
    moved = (point[:, None, :] @ reduced)[:, 0, :]
    return np.asarray(start + moved.reshape(start.shape))


def _others(gaps: Floats, there: NDArray[np.bool_]) -> Floats:
    """Probability [G, C, J] of each alternative that was not chosen."""
    exponents = np.where(there, -gaps, -np.inf)
    peak = np.maximum(exponents.max(axis=2, initial=0.0, keepdims=True), 0.0)
    weights = np.exp(exponents - peak)
    return np.asarray(weights / (np.exp(-peak) + weights.sum(axis=2, keepdims=True)))


def _log_likelihood(gaps: Floats, there: NDArray[np.bool_]) -> Floats:
    """Log probability [G] of all choices."""
    exponents = np.where(there, -gaps, -np.inf)
    peak = np.maximum(exponents.max(axis=2, initial=0.0, keepdims=True), 0.0)
    total = np.exp(-peak[:, :, 0]) + np.exp(exponents - peak).sum(axis=2)
    return np.asarray(-(peak[:, :, 0] + np.log(total)).sum(axis=1))


def _curvature(reduced: Floats, other: Floats) -> Floats:
    """I + F'WF [G, r, r] with W = diag(p) - pp' within each choice."""
    groups, size = reduced.shape[:2]
    weighed = reduced * other.reshape(groups, 1, -1)
    centre = weighed.reshape(groups, size, *other.shape[1:]).sum(axis=3)
    return np.asarray(
        np.eye(size) + weighed @ np.swapaxes(reduced, 1, 2) - centre @ np.swapaxes(centre, 1, 2)
    )


def _to_the_mean(reduced: Floats, other: Floats, curvature: Floats) -> Floats:
    """From the mode to the mean [G, r]: half the third derivative of the log likelihood on the covariance."""
    groups, size = reduced.shape[:2]
    shape = (groups, size, *other.shape[1:])
    covered = np.linalg.solve(curvature, reduced)
    spread = np.einsum("grcj,grck->gcjk", reduced.reshape(shape), covered.reshape(shape))
    own = np.einsum("gcjj->gcj", spread)
    bent = own - 2.0 * np.einsum("gcjk,gck->gcj", spread, other)
    pull = 0.5 * other * (bent - (other * bent).sum(axis=2, keepdims=True))
    return np.asarray((covered @ pull.reshape(groups, -1, 1))[:, :, 0])
