"""Choices as people made them: for each person the rows that he did not choose, less the row that he chose.

Training half. The order of the data is taken out here: rows, tasks and (where asked) people are put in an
order that their own content decides, so that sums and random numbers do not depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import DTypeLike, NDArray

from recommender.choice.artefact import Floats
from recommender.choice.panel import Panel
from recommender.choice.tasks import Places

Reals = NDArray[np.floating]

_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class PersonChoices:
    """``rows`` [N, A * T, K]: differences of utility columns, A other alternatives at most a task, T tasks at
    most a person; ``turned`` [N, K, A * T] the same turned; ``shared`` [N * A * T, F] differences of the
    columns in which all people have one part-worth; ``base`` [N, A, T] utility that comes from elsewhere,
    minus infinity where there is no alternative, None when it is zero for all."""

    rows: Reals
    turned: Reals
    shared: Reals
    base: Reals | None
    others: int

    def with_shared(self, shared_coef: Floats) -> PersonChoices:
        """The same choices with the utility of the shared columns added to ``base``."""
        if not self.shared.shape[1]:
            return self
        told = self.shared_utility(shared_coef)
        return replace(self, base=told if self.base is None else self.base + told)

    def shared_utility(self, shared_coef: Floats) -> Reals:
        """[N, A, T] of part-worths [F]."""
        told = self.shared @ shared_coef.astype(self.shared.dtype)
        return np.asarray(told.reshape(len(self.rows), self.others, -1))

    def log_likelihood(self, coef: Floats) -> Floats:
        """Of each person at his own part-worths [N, K]: [N]."""
        return _value(self.utility(coef))[0]

    def value_and_gradient(self, coef: Floats) -> tuple[Floats, Floats]:
        """Log-likelihood [N] and its gradient [N, K] at part-worths [N, K]."""
        value, share = _value(self.utility(coef))
        flat = share.reshape(len(coef), -1, 1)
        return value, -np.matmul(self.turned, flat)[:, :, 0].astype(np.float64)

    def shared_value_and_gradient(self, own: Reals, shared_coef: Floats) -> tuple[float, Floats]:
        """Log-likelihood of all and its gradient [F]; ``own`` [N, A, T]: :meth:`utility` of choices without
        shared part-worths."""
        value, share = _value(own + self.shared_utility(shared_coef))
        return float(value.sum()), -(share.reshape(-1) @ self.shared).astype(np.float64)

    def utility(self, coef: Floats) -> Reals:
        """Utility of the others less that of the chosen one: [N, A, T]."""
        gone = np.matmul(self.rows, coef.astype(self.rows.dtype)[:, :, None])[:, :, 0]
        found = gone.reshape(len(coef), self.others, -1)
        return np.asarray(found if self.base is None else found + self.base)


def _value(gone: Reals) -> tuple[Floats, Reals]:
    """Log-likelihood of each person [N], and probabilities [N, A, T] of what was not chosen.

    The few alternatives are gone through one by one: a reduction over so short an axis is ten times slower.
    """
    each = [gone[:, place] for place in range(gone.shape[1])]
    most = reduce(np.maximum, each, np.zeros_like(each[0]))
    weight = np.exp(gone - most[:, None])
    total = reduce(np.add, [weight[:, place] for place in range(gone.shape[1])], np.exp(-most))
    value = -((most + np.log(total)) @ np.ones(most.shape[1]))
    return value, weight / total[:, None]


def person_choices(
    panel: Panel, columns: Floats, shared: Floats, people: Places, dtype: DTypeLike
) -> PersonChoices:
    """Choices of ``people`` (numbers in the panel, in the order wanted); ``columns`` [R, K] and ``shared``
    [R, F]: the panel's X in the coordinates of the model. Every task has a choice."""
    tasks, place = panel.tasks, np.full(panel.people, -1, dtype=np.intp)
    place[people] = np.arange(len(people))
    person = place[panel.person]
    both = np.hstack([columns, shared])
    key = row_keys(both)
    by_row = np.lexsort((key, np.arange(len(key)) != tasks.chosen[tasks.of_row], tasks.of_row))
    rank = np.arange(len(key)) - np.repeat(tasks.start, tasks.size)
    of_row = tasks.of_row[by_row]
    kept = (rank > 0) & (person[of_row] >= 0)
    task_rank = _task_ranks(panel, both, person)
    most_tasks = int(task_rank[person >= 0].max(initial=0)) + 1
    others = int(tasks.size.max()) - 1
    rows = np.zeros((len(people), others, most_tasks, both.shape[1]), dtype=dtype)
    absent = np.ones(rows.shape[:3], dtype=np.bool_)
    at = person[of_row[kept]], rank[kept] - 1, task_rank[of_row[kept]]
    rows[at] = both[by_row[kept]] - both[tasks.chosen[of_row[kept]]]
    absent[at] = False
    # sizes in full: of no columns at all numpy could not tell how many rows there are
    shape = len(people), others * most_tasks, columns.shape[1]
    flat = np.ascontiguousarray(rows[..., : columns.shape[1]]).reshape(shape)
    return PersonChoices(
        rows=flat,
        turned=np.ascontiguousarray(flat.transpose(0, 2, 1)),
        shared=np.ascontiguousarray(rows[..., columns.shape[1] :]).reshape(absent.size, shared.shape[1]),
        base=np.where(absent, -np.inf, 0.0).astype(dtype) if absent.any() else None,
        others=others,
    )


def no_choices(people: int, columns: int, shared: int) -> PersonChoices:
    """People who have not chosen yet: one task each that has no alternative."""
    rows = np.zeros((people, 1, columns))
    return PersonChoices(
        rows,
        rows.reshape(people, columns, 1),
        np.zeros((people, shared)),
        np.full((people, 1, 1), -np.inf),
        others=1,
    )


def row_keys(X: Floats) -> Floats:  # noqa: N803 - the field's letter
    """A number for each row that its content decides: [R]."""
    weight = np.modf(_GOLDEN * np.arange(1, X.shape[1] + 1))[0] + 0.5
    size = np.abs(X).max(axis=0, initial=0.0)
    return np.asarray((X * (weight / np.where(size > 0.0, size, 1.0))).sum(axis=1))


def people_in_order(panel: Panel, columns: Floats, answers: Floats) -> Places:
    """People who chose, in an order that their choices and answers decide: numbers in the panel.

    ``columns`` [R, K] and ``answers`` [N, Q]: X and Z in the coordinates of the model.
    """
    task_key = _task_keys(panel, columns)
    order = np.lexsort((task_key, panel.person))
    total = np.bincount(panel.person[order], task_key[order], panel.people)
    present = np.bincount(panel.person, minlength=panel.people) > 0
    ranked = np.lexsort((row_keys(answers), total))
    return np.asarray(ranked[present[ranked]])


def _task_keys(panel: Panel, columns: Floats) -> Floats:
    """A number for each task: its rows in the order of their keys, the chosen one counted apart."""
    tasks, key = panel.tasks, row_keys(columns)
    ordered = key[np.lexsort((key, tasks.of_row))]
    return np.add.reduceat(ordered, tasks.start) + np.e * key[tasks.chosen]


def _task_ranks(panel: Panel, columns: Floats, person: Places) -> Places:
    """Rank of each task among those of its person, by its key: [T]."""
    order = np.lexsort((_task_keys(panel, columns), person))
    sorted_person = person[order]
    first = np.flatnonzero(np.append(True, sorted_person[1:] != sorted_person[:-1]))
    size = np.diff(np.append(first, len(order)))
    ranks = np.empty(len(order), dtype=np.intp)
    ranks[order] = np.arange(len(order)) - np.repeat(first, size)
    return ranks
