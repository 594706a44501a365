"""How well probabilities foretold choices: means over tasks, with errors clustered by respondent.

numpy only. The figures are those of the protocol that the goals were set with (docs/evaluation.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.choice.artefact import Floats
from recommender.choice.tasks import Places

BINS = 10
_LEAST = 1e-12
"""A chosen alternative that was called impossible costs 27.6, not infinity."""
_TIE = 1e-12


@dataclass(frozen=True)
class Scored:
    """Tasks that were predicted: ``start``, ``size``, ``chosen_row``, ``person`` [T]; rows stand together."""

    start: Places
    size: Places
    chosen_row: Places
    person: Places

    @property
    def of_row(self) -> Places:
        return np.repeat(np.arange(len(self.start)), self.size)


@dataclass(frozen=True)
class Score:
    """``ll``, ``hit``, ``brier`` [T] of each task (log-likelihood; share of hit, ties shared; sum of squares
    over alternatives); ``uniform`` [T] log-likelihood of equal shares; ``ece`` and its ``bins`` (mean
    probability, share chosen, rows) of ten equal counts."""

    ll: Floats
    hit: Floats
    brier: Floats
    uniform: Floats
    ece: float
    bins: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True)
class Mean:
    value: float
    error: float


def score(scored: Scored, probability: Floats) -> Score:
    """``probability`` float64 [R], brought to sum 1 in each task. Raises ValueError if not finite."""
    if not np.isfinite(probability).all():
        raise ValueError("a probability is not a finite number")
    of_row = scored.of_row
    p = np.clip(np.asarray(probability, dtype=np.float64), _LEAST, None)
    p = p / np.add.reduceat(p, scored.start)[of_row]
    top = (p >= np.maximum.reduceat(p, scored.start)[of_row] - _TIE).astype(np.float64)
    top /= np.add.reduceat(top, scored.start)[of_row]
    chosen = np.zeros(len(p))
    chosen[scored.chosen_row] = 1.0
    bins = _bins(p, chosen)
    return Score(
        ll=np.log(p[scored.chosen_row]),
        hit=top[scored.chosen_row],
        brier=np.add.reduceat((p - chosen) ** 2, scored.start),
        uniform=-np.log(scored.size),
        ece=sum(abs(mean - share) * count for mean, share, count in bins) / len(p),
        bins=bins,
    )


def clustered(values: Floats, person: Places) -> Mean:
    """Mean over tasks and its standard error, the tasks of a person taken together; of one person: 0."""
    people, number = np.unique(person, return_inverse=True)
    sums = np.bincount(number, values - values.mean())
    spread = float((sums**2).sum()) * len(people) / max(len(people) - 1, 1)
    return Mean(float(values.mean()), float(np.sqrt(spread)) / len(values))


def metrics_document(found: Score, base: Score, person: Places) -> dict[str, float | int]:
    """The figures of the contract; ``d_ll``: log-likelihood a task above ``base``'s on the same tasks."""
    ll, hit = clustered(found.ll, person), clustered(found.hit, person)
    gain = clustered(found.ll - base.ll, person)
    return {
        "tasks": len(found.ll),
        "persons": len(np.unique(person)),
        "ll": ll.value,
        "ll_se": ll.error,
        "hit": hit.value,
        "hit_se": hit.error,
        "rho2": float(1.0 - found.ll.sum() / found.uniform.sum()),
        "brier": float(found.brier.mean()),
        "ece": found.ece,
        "d_ll": gain.value,
        "d_ll_se": gain.error,
    }


def _bins(p: Floats, chosen: Floats) -> tuple[tuple[float, float, int], ...]:
    parts = np.array_split(np.argsort(p, kind="stable"), BINS)
    return tuple((float(p[b].mean()), float(chosen[b].mean()), len(b)) for b in parts if len(b))
