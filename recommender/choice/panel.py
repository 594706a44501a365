"""Choices of people: what every estimator is fitted on and asked about.

A panel is rows of alternatives, tasks of rows, people of tasks. Estimators take the bare arrays
(``fit(X, y, *, task, person, Z=None)``); this is the checked form that they work on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
    in which they first occur when there is no ``Z``; ``Z`` float64 [N, Q] (Q may be 0); ``names`` [N] the
    people as the caller names them (with ``Z``: their row numbers)."""

    X: Floats
    tasks: Tasks
    person: Places
    Z: Floats
    names: NDArray[np.generic]

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
    matrix = finite_matrix(X)
    if not matrix.shape[1]:
        raise ValueError("X has no columns")
    tasks = make_tasks(task, y, None)
    if len(tasks.of_row) != len(matrix):
        raise ValueError(f"X has {len(matrix)} rows, task has {len(tasks.of_row)}")
    return Panel(matrix, tasks, *people_of(tasks, task if person is None else person, Z))


def finite_matrix(X: ArrayLike, name: str = "X", rows: str = "rows") -> Floats:  # noqa: N803
    """``X`` float64 [R, K]; not copied if it is that already. ValueError for another shape, NaN, infinity."""
    matrix = np.asarray(X, dtype=np.float64)
    if matrix.ndim != 2:
        raise ValueError(f"{name} has shape {matrix.shape}, not {rows} and columns")
    if not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0].tolist()
        raise ValueError(f"{name} must be finite: row {row}, column {column}")
    return matrix


def people_of(
    tasks: Tasks,
    person: ArrayLike,
    Z: ArrayLike | None,  # noqa: N803
) -> tuple[Places, Floats, NDArray[np.generic]]:
    """``person`` [T], ``Z`` and ``names`` of a :class:`Panel`. ValueError as of :func:`make_panel`."""
    names = np.asarray(person)
    if names.shape != (len(tasks.of_row),):
        raise ValueError(f"person has shape {names.shape}, task {(len(tasks.of_row),)}")
    first = names[tasks.start]
    apart = np.repeat(first, tasks.size) != names
    if apart.any():
        raise ValueError(f"a task belongs to one person: row {int(np.flatnonzero(apart)[0])}")
    if Z is None:
        _, at, code = np.unique(first, return_index=True, return_inverse=True)
        order = np.argsort(np.argsort(at))
        return order[code].astype(np.intp), np.zeros((len(at), 0)), first[np.sort(at)]
    people = finite_matrix(Z, "Z", "people")
    if not np.issubdtype(first.dtype, np.integer) or first.min() < 0 or first.max() >= len(people):
        raise ValueError(f"person must be row numbers of Z, 0 to {len(people) - 1}")
    return first.astype(np.intp), people, np.arange(len(people))


def make_known(known: KnownChoices, panel: Panel) -> Panel:
    """Known choices as a panel whose people are numbered as in ``panel``, the question.

    With ``Z`` its rows are the people; without, people who are not asked about come after those who are.
    Raises ValueError as :func:`make_panel`, each with "known choices: " before it.
    """
    try:
        asked = panel.Z if panel.Z.shape[1] else None
        found = make_panel(known.X, known.y, task=known.task, person=known.person, Z=asked)
        if found.X.shape[1] != panel.X.shape[1]:
            raise ValueError(f"X has {found.X.shape[1]} columns, the question {panel.X.shape[1]}")
    except ValueError as fault:
        raise ValueError(f"known choices: {fault}") from fault
    if asked is not None:
        return found
    number = {name: place for place, name in enumerate(panel.names.tolist())}
    for name in found.names.tolist():
        number.setdefault(name, len(number))
    place = np.array([number[name] for name in found.names.tolist()], dtype=np.intp)
    names = np.array(list(number))
    return Panel(found.X, found.tasks, place[found.person], np.zeros((len(number), 0)), names)


def column_names(X: ArrayLike, columns: int, given: Sequence[str] | None) -> list[str]:  # noqa: N803
    """Names of the columns of ``X``: as given, else those of a table, else x0, x1, ..."""
    labels = getattr(X, "columns", None)
    names = given if given is not None else labels if labels is not None else range(columns)
    found = [name if isinstance(name, str) else f"x{name}" for name in names]
    if len(found) != columns:
        raise ValueError(f"{len(found)} feature names for {columns} columns")
    return found
