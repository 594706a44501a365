"""Choice tasks as rows that stand together, and the logit probabilities of their alternatives.

Shared by all estimators. McFadden 1974 for the probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recommender.choice.artefact import Floats

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Tasks:
    """Choice tasks over rows that stand together. ``start`` [T]: first row of each; ``size`` [T]; ``chosen``
    [T]: row chosen, -1 = none of them; ``outside`` bool [T]: whether "none" was offered."""

    start: Places
    size: Places
    chosen: Places
    outside: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)

    @property
    def of_row(self) -> Places:
        """Task number of each row: [R]."""
        return np.repeat(np.arange(len(self.start)), self.size)


@dataclass(frozen=True)
class Shares:
    """``rows`` [R] probability of each alternative; ``none`` [T] of the outside option (0 where not offered);
    ``log_likelihood`` [T] of the choice made."""

    rows: Floats
    none: Floats
    log_likelihood: Floats


def choice_shares(utility: Floats, outside_utility: float, tasks: Tasks) -> Shares:
    """Logit probabilities of every task, stable for any size of utility."""
    none = np.where(tasks.outside, outside_utility, -np.inf)
    most = np.maximum(np.maximum.reduceat(utility, tasks.start), none)
    row_weight = np.exp(utility - most[tasks.of_row])
    none_weight = np.exp(none - most)
    total = np.add.reduceat(row_weight, tasks.start) + none_weight
    picked = np.where(tasks.chosen >= 0, utility[tasks.chosen], none)
    return Shares(
        rows=row_weight / total[tasks.of_row],
        none=none_weight / total,
        log_likelihood=picked - most - np.log(total),
    )


def make_tasks(task: ArrayLike, y: ArrayLike | None, outside: ArrayLike | None) -> Tasks:
    """Tasks of rows; ``y`` None = no choice known (chosen -1). Raises ValueError as the fit does."""
    names = np.asarray(task)
    if names.ndim != 1 or not len(names):
        raise ValueError("task must be a list of at least one row")
    start = np.flatnonzero(np.append(True, names[1:] != names[:-1]))
    if len(np.unique(names)) != len(start):
        raise ValueError("rows of a task must stand together")
    size = np.diff(np.append(start, len(names)))
    offered = np.zeros(len(names), dtype=np.bool_) if outside is None else np.asarray(outside, dtype=np.bool_)
    if offered.shape != names.shape:
        raise ValueError(f"outside has shape {offered.shape}, task {names.shape}")
    none = offered[start]
    if np.any(np.repeat(none, size) != offered):
        raise ValueError("outside must be the same on all rows of a task")
    _refuse(names[start], (size < 2) & ~none, "a single alternative and no outside option")
    if y is None:
        return Tasks(start, size, np.full(len(start), -1, dtype=np.intp), none)
    picked = np.asarray(y, dtype=np.bool_)
    if picked.shape != names.shape:
        raise ValueError(f"y has shape {picked.shape}, task {names.shape}")
    count = np.add.reduceat(picked.astype(np.intp), start)
    _refuse(names[start], count > 1, "more than one chosen")
    _refuse(names[start], (count == 0) & ~none, "none chosen and no outside option")
    chosen = np.full(len(start), -1, dtype=np.intp)
    chosen[count == 1] = np.flatnonzero(picked)
    return Tasks(start, size, chosen, none)


def _refuse(names: NDArray[np.generic], bad: NDArray[np.bool_], what: str) -> None:
    if bad.any():
        shown = ", ".join(str(name) for name in names[bad][:5].tolist())
        raise ValueError(f"{what}: task {shown}" + (" …" if bad.sum() > 5 else ""))
