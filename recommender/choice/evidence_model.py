"""The evidence model: segment priors moved by the person's own answers and choices.

Membership: log posterior odds = log share + sum of log likelihood ratios of the answers + log probability of
the choices. Part-worths: a mixture of normals over segments, moved by the choices, plus stated shifts, times
stated multipliers. The segment is a prior and a word; stated shifts are not shrunk by it, so the person's own
answers win.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Artefact, ColumnSpec, Floats
from recommender.choice.personal_update import Gaps, Learned, learn, stacked
from recommender.choice.seam import Evidence, MadeChoice, Posterior
from recommender.domain.recommendation import SegmentShare

DRAWS = 128
"""Draws of part-worths: the standard error of a probability is below 0.045."""

SHARE_LOG_SD = 0.35
"""Spread of the prior log shares: sales mixes of regions differ by about a factor 1.4."""
RATIO_LOG_SD = 0.40
"""Spread of each log likelihood ratio, relative to its size: expert start values, not fitted ones."""
_EVIDENCE_LIMIT = 3.0
"""Largest sum of log likelihood ratios: expert start values must not make a segment certain."""
_SHIFT_LIMIT_LEVEL, _SHIFT_LIMIT_NUMBER = 0.8, 0.25
"""Largest stated shift of a part-worth, in utility for having a level or for one step of a number: answers
that say the same thing several times saturate instead of adding up."""
_NEITHER_SD = 1.0
"""How much people differ in what not buying is worth to them: expert start value. "Neither" says in part that
these cars do not suit, in part that this person is hard to please."""
_INTERVAL = (0.05, 0.95)
_MEMBERSHIP_DRAWS = 512


@dataclass(frozen=True)
class EvidenceModel:
    """Implements :class:`recommender.choice.seam.PreferenceModel` on an artefact."""

    artefact: Artefact

    @cached_property
    def _normals(self) -> NDArray[np.float64]:
        """Antithetic standard normals [DRAWS, K + 1], fixed by the artefact's seed; the last one is for what
        the person thinks of not buying."""
        seed, count = self.artefact.seed, DRAWS // 2
        taste = np.random.default_rng(seed).standard_normal((count, len(self.artefact.columns)))
        half = np.column_stack([taste, np.random.default_rng(seed + 3).standard_normal(count)])
        return np.concatenate([half, -half])

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        return np.random.default_rng(self.artefact.seed + 2).permutation(DRAWS)

    @cached_property
    def _membership_normals(self) -> NDArray[np.float64]:
        shape = (_MEMBERSHIP_DRAWS // 2, len(self.artefact.segments))
        half = np.random.default_rng(self.artefact.seed + 1).standard_normal(shape)
        return np.concatenate([half, -half])

    def posterior(self, evidence: Evidence, trade_offs: Sequence[MadeChoice] = ()) -> Posterior:
        """Posterior of one person; see the seam.

        A chosen car is compared with the others shown, "neither" with all that were shown.
        """
        columns = (*self.artefact.columns, *self._stated_only(evidence))
        shared = len(self.artefact.columns)
        shift, multiplier, stated = _stated(columns, evidence, shared)
        point, spread = self._told(evidence)
        means = self._with_neither(self.artefact.means, 0.0)
        sds = self._with_neither(self.artefact.sds, _NEITHER_SD)
        learned = learn(_gaps(trade_offs, shift, multiplier, shared), means, sds)
        logits = point + learned.evidence
        deviations = self._deviations(_softmax(logits), learned, sds)
        mean = np.append(_softmax(logits) @ learned.mean[:, :shared], np.zeros(len(columns) - shared))
        draws = mean + np.pad(deviations, ((0, 0), (0, len(columns) - shared)))
        origins = (*self.artefact.sources, *("stated" for _ in columns[shared:]))
        return Posterior(
            columns=columns,
            mean=(mean + shift) * multiplier,
            draws=((draws + shift) * multiplier).astype(np.float32),
            segments=self._shares(logits, np.hypot(spread, RATIO_LOG_SD * _centred(learned.evidence))),
            sources=tuple("stated" if t else o for t, o in zip(stated, origins, strict=True)),
            multipliers=multiplier,
        )

    def _stated_only(self, evidence: Evidence) -> tuple[ColumnSpec, ...]:
        nothing = np.zeros(len(self.artefact.classes.knots_cny))
        wishes = (key for key in evidence.shifts if key not in self.artefact.column_index and "=" in key)
        pairs = (key.split("=", 1) for key in wishes)
        return tuple(ColumnSpec(attribute, level, None, nothing) for attribute, level in pairs)

    def _told(self, evidence: Evidence) -> tuple[Floats, Floats]:
        """Log odds [G] of the segments after the answers, not normalised, and their spread [G]."""
        nothing = np.zeros(len(self.artefact.segments))
        ratios = [self.artefact.membership.get(key, nothing) for key in evidence.fired]
        stack = np.array([nothing, *ratios])
        total = stack.sum(axis=0)
        # answers overlap (a child seat, a pram, six people): their sum counts less the larger it grows
        told = _EVIDENCE_LIMIT * np.tanh(total / _EVIDENCE_LIMIT)
        slope = 1.0 - (told / _EVIDENCE_LIMIT) ** 2
        noise = slope * np.sqrt(((RATIO_LOG_SD * stack) ** 2).sum(axis=0))
        # how much they overlap is a guess: what the limit takes away is not known either
        spread = np.sqrt(SHARE_LOG_SD**2 + noise**2 + (total - told) ** 2)
        return np.log(self.artefact.shares) + told, spread

    def _shares(self, logits: Floats, spread: Floats) -> tuple[SegmentShare, ...]:
        point = _softmax(logits)
        cloud = _softmax(logits + spread * self._membership_normals)
        low, high = np.quantile(cloud, _INTERVAL, axis=0)
        return tuple(
            SegmentShare(name, float(p), float(min(lo, p)), float(max(hi, p)))
            for name, p, lo, hi in zip(self.artefact.segments, point, low, high, strict=True)
        )

    def _with_neither(self, table: Floats, value: float) -> Floats:
        """One column more [G, K + 1]: how much more than usual this person thinks of not buying."""
        return np.column_stack([table, np.full(len(table), value)])

    def _deviations(self, probabilities: Floats, learned: Learned, sds: Floats) -> Floats:
        """Draw minus mean, [S, K]: the segment of each draw by systematic sampling, then its spread."""
        edges = np.cumsum(probabilities)
        positions = (np.arange(DRAWS) + 0.5) / DRAWS
        segment = np.minimum(np.searchsorted(edges, positions[self._order]), len(edges) - 1)
        draws = np.empty_like(self._normals)
        for place in range(len(edges)):
            mine = segment == place
            draws[mine] = learned.mean[place] + sds[place] * learned.spread(place, self._normals[mine])
        return np.asarray(draws - draws.mean(axis=0))[:, :-1]


def _gaps(trade_offs: Sequence[MadeChoice], shift: Floats, multiplier: Floats, shared: int) -> Gaps:
    """Utility gaps as functions of the ``shared`` part-worths before the person's words move them, and of
    what he thinks of not buying."""
    rows: list[tuple[Floats, Floats]] = []
    for made in trade_offs:
        design = np.zeros((len(made.design), len(shift)))
        design[:, : made.design.shape[1]] = made.design
        if made.chosen is None:
            difference, neither = -design, 1.0
        else:
            difference, neither = design[made.chosen] - np.delete(design, made.chosen, axis=0), 0.0
        difference = difference * multiplier
        offset = difference @ shift + neither * made.neither
        own = np.column_stack([difference[:, :shared], np.full(len(offset), neither)])
        rows.append((own, offset))
    return stacked(rows, shared + 1)


def _centred(logits: Floats) -> Floats:
    return np.asarray(logits - logits.mean())


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
