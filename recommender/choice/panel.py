"""Choices of people: what every estimator is fitted on and asked about.

A panel is rows of alternatives, tasks of rows, people of tasks. Estimators take the bare arrays
(``fit(X, y, *, task, person, Z=None)``); this is the checked form that they work on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from recommender.choice.artefact import Floats
from recommender.choice.tasks import Places, Tasks, make_tasks


@dataclass(frozen=True)
class KnownChoices:
    """Choices of the very people asked about: ``X`` [R, K], ``y`` bool [R], ``task`` [R], ``person`` [R] the
    same numbers as in the question."""

    X: ArrayLike
    y: ArrayLike
    task: ArrayLike
    person: ArrayLike


@dataclass(frozen=True)
class Panel:
    """``X`` float64 [R, K]; ``tasks``; ``person`` [T] row of ``Z`` of each task's person, people in the order
    in which they first occur when there is no ``Z``; ``Z`` float64 [N, Q] (Q may be 0)."""

    X: Floats
    tasks: Tasks
    person: Places
    Z: Floats

    @property
    def people(self) -> int:
        return len(self.Z)


def make_panel(
    X: ArrayLike,  # noqa: N803 - the field's letters
    y: ArrayLike | None,
    *,
    task: ArrayLike,
    person: ArrayLike | None,
    Z: ArrayLike | None = None,  # noqa: N803
) -> Panel:
    """Checked arrays.

    ``person`` [R]: with ``Z`` its row number there, else any name; None = every task is a person of its own.
    Raises ValueError that names the place: shapes that differ, rows of a task apart or of two people, two or
    no choice, a single alternative, numbers that are not finite, a person number outside ``Z``.
    """
    matrix = np.asarray(X, dtype=np.float64)
    if matrix.ndim != 2:
        raise ValueError(f"X has shape {matrix.shape}, not rows and columns")
    if not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0].tolist()
        raise ValueError(f"X must be finite: row {row}, column {column}")
    tasks = make_tasks(task, y, None)
    if len(tasks.of_row) != len(matrix):
        raise ValueError(f"X has {len(matrix)} rows, task has {len(tasks.of_row)}")
    names = np.asarray(task if person is None else person)
    if names.shape != (len(matrix),):
        raise ValueError(f"person has shape {names.shape}, X {matrix.shape}")
    first = names[tasks.start]
    if np.any(np.repeat(first, tasks.size) != names):
        place = int(np.flatnonzero(np.repeat(first, tasks.size) != names)[0])
        raise ValueError(f"a task belongs to one person: row {place}")
    if Z is None:
        _, at, code = np.unique(first, return_index=True, return_inverse=True)
        order = np.argsort(np.argsort(at))
        return Panel(matrix, tasks, order[code].astype(np.intp), np.zeros((len(at), 0)))
    people = np.asarray(Z, dtype=np.float64)
    if people.ndim != 2 or not np.isfinite(people).all():
        raise ValueError("Z must be finite rows of people")
    if not np.issubdtype(first.dtype, np.integer) or first.min() < 0 or first.max() >= len(people):
        raise ValueError(f"person must be row numbers of Z, 0 to {len(people) - 1}")
    return Panel(matrix, tasks, first.astype(np.intp), people)
