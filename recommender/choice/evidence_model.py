"""The evidence model: segment priors moved by the person's own answers.

Membership: log posterior odds = log share + sum of log likelihood ratios of the answers. Part-worths: a
mixture over segments, plus stated shifts, times stated multipliers. The segment is a prior and a word;
stated shifts are not shrunk by it, so the person's own answers win.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Artefact, ColumnSpec, Floats
from recommender.choice.seam import Evidence, Posterior
from recommender.domain.recommendation import SegmentShare

DRAWS = 128
"""Draws of part-worths: the standard error of a probability is below 0.045."""

_SHARE_LOG_SD = 0.35
"""Spread of the prior log shares: sales mixes of regions differ by about a factor 1.4."""
_RATIO_LOG_SD = 0.40
"""Spread of each log likelihood ratio, relative to its size: expert start values, not fitted ones."""
_EVIDENCE_LIMIT = 3.0
"""Largest sum of log likelihood ratios: expert start values must not make a segment certain."""
_SHIFT_LIMIT_LEVEL, _SHIFT_LIMIT_NUMBER = 0.8, 0.25
"""Largest stated shift of a part-worth, in utility for having a level or for one step of a number: answers
that say the same thing several times saturate instead of adding up."""
_STATED_SPREAD = 0.5
"""A person who said what he wants is less uncertain than his segment: half the prior's spread."""
_INTERVAL = (0.05, 0.95)
_MEMBERSHIP_DRAWS = 512


@dataclass(frozen=True)
class EvidenceModel:
    """Implements :class:`recommender.choice.seam.PreferenceModel` on an artefact."""

    artefact: Artefact

    @cached_property
    def _normals(self) -> NDArray[np.float64]:
        """Antithetic standard normals [DRAWS, K], fixed by the artefact's seed."""
        half = np.random.default_rng(self.artefact.seed).standard_normal(
            (DRAWS // 2, len(self.artefact.columns))
        )
        return np.concatenate([half, -half])

    @cached_property
    def _membership_normals(self) -> NDArray[np.float64]:
        shape = (_MEMBERSHIP_DRAWS // 2, len(self.artefact.segments))
        half = np.random.default_rng(self.artefact.seed + 1).standard_normal(shape)
        return np.concatenate([half, -half])

    def posterior(self, evidence: Evidence, trade_offs: Sequence[Floats] = ()) -> Posterior:
        """Posterior of one person; see the seam. Trade-offs reweight the draws by their logit likelihood."""
        probabilities, shares = self._membership(evidence)
        columns = (*self.artefact.columns, *self._stated_only(evidence))
        shift, multiplier, stated = _stated(columns, evidence, len(self.artefact.columns))
        extra = len(columns) - len(self.artefact.columns)
        prior_mean = np.append(probabilities @ self.artefact.means, np.zeros(extra))
        deviations = np.pad(self._deviations(probabilities), ((0, 0), (0, extra)))
        scale = np.where(shift != 0.0, _STATED_SPREAD, 1.0)
        draws = (prior_mean + deviations * scale + shift) * multiplier
        mean = (prior_mean + shift) * multiplier
        if trade_offs:
            mean, draws = _reweighted(draws, trade_offs)
        origins = (*self.artefact.sources, *("stated" for _ in range(extra)))
        sources = tuple("stated" if t else o for t, o in zip(stated, origins, strict=True))
        return Posterior(columns, mean, draws.astype(np.float32), shares, sources, multiplier)

    def _stated_only(self, evidence: Evidence) -> tuple[ColumnSpec, ...]:
        nothing = np.zeros(len(self.artefact.classes.knots_cny))
        wishes = (key for key in evidence.shifts if key not in self.artefact.column_index and "=" in key)
        pairs = (key.split("=", 1) for key in wishes)
        return tuple(ColumnSpec(attribute, level, None, nothing) for attribute, level in pairs)

    def _membership(self, evidence: Evidence) -> tuple[Floats, tuple[SegmentShare, ...]]:
        nothing = np.zeros(len(self.artefact.segments))
        ratios = [self.artefact.membership.get(key, nothing) for key in evidence.fired]
        stack = np.array([nothing, *ratios])
        # answers overlap (a child seat, a pram, six people): their sum counts less the larger it grows
        told = _EVIDENCE_LIMIT * np.tanh(stack.sum(axis=0) / _EVIDENCE_LIMIT)
        logits = np.log(self.artefact.shares) + told
        spread = np.sqrt(_SHARE_LOG_SD**2 + ((_RATIO_LOG_SD * stack) ** 2).sum(axis=0))
        point = _softmax(logits)
        cloud = _softmax(logits + spread * self._membership_normals)
        low, high = np.quantile(cloud, _INTERVAL, axis=0)
        shares = tuple(
            SegmentShare(name, float(p), float(min(lo, p)), float(max(hi, p)))
            for name, p, lo, hi in zip(self.artefact.segments, point, low, high, strict=True)
        )
        return point, shares

    def _deviations(self, probabilities: Floats) -> Floats:
        """Draw minus mean, [S, K]: the segment of each draw by systematic sampling, then its spread."""
        edges = np.cumsum(probabilities)
        positions = (np.arange(DRAWS) + 0.5) / DRAWS
        order = np.random.default_rng(self.artefact.seed + 2).permutation(DRAWS)
        segment = np.minimum(np.searchsorted(edges, positions[order]), len(edges) - 1)
        draws = self.artefact.means[segment] + self.artefact.sds[segment] * self._normals
        return np.asarray(draws - draws.mean(axis=0))


def _stated(
    columns: Sequence[ColumnSpec], evidence: Evidence, shared: int
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Shift and multiplier of every column, and which columns the person's words touched.

    The first ``shared`` columns are the artefact's own."""
    told = np.array([evidence.shifts.get(column.name, 0.0) for column in columns])
    limit = np.where([column.encoding is None for column in columns], _SHIFT_LIMIT_LEVEL, _SHIFT_LIMIT_NUMBER)
    shift = limit * np.tanh(told / limit)
    # a wish beyond the model's columns (a brand) is told once and counts in full
    shift[shared:] = told[shared:]
    factors = [evidence.multipliers.get(column.attribute, 1.0) for column in columns]
    touched = [
        column.name in evidence.shifts or column.attribute in evidence.multipliers for column in columns
    ]
    return shift, np.array(factors), np.array(touched, dtype=np.bool_)


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def _reweighted(draws: Floats, trade_offs: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Importance-weighted mean of the draws, and draws resampled to equal weights (systematic)."""
    log_weight = np.zeros(len(draws))
    for rows in trade_offs:
        gaps = draws[:, : rows.shape[1]] @ rows.T
        log_weight -= np.log1p(np.exp(-np.clip(gaps, -50.0, 50.0))).sum(axis=1)
    weight = _softmax(log_weight)
    positions = (np.arange(len(draws)) + 0.5) / len(draws)
    chosen = np.minimum(np.searchsorted(np.cumsum(weight), positions), len(draws) - 1)
    return weight @ draws, draws[chosen]
