"""Scores by hand, and the same figures as the public protocol script."""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from recommender.choice.choice_metrics import Scored, clustered, metrics_document, score

TASKS = Scored(
    start=np.array([0, 2, 5]),
    size=np.array([2, 3, 2]),
    chosen_row=np.array([0, 3, 6]),
    person=np.array([0, 0, 1]),
)
P = np.array([0.8, 0.2, 0.5, 0.25, 0.25, 0.5, 0.5])


def test_scores_of_three_tasks_by_hand() -> None:
    found = score(TASKS, P)
    assert found.ll.tolist() == pytest.approx([math.log(0.8), math.log(0.25), math.log(0.5)])
    assert found.hit.tolist() == [1.0, 0.0, 0.5], "a tie is shared"
    assert found.brier.tolist() == pytest.approx([0.08, 0.25 + 0.5625 + 0.0625, 0.5])
    assert found.uniform.tolist() == pytest.approx([-math.log(2), -math.log(3), -math.log(2)])
    # seven rows in ten bins: one row a bin, each as far off as its own error
    assert found.ece == pytest.approx((0.2 + 0.2 + 0.5 + 0.75 + 0.25 + 0.5 + 0.5) / 7)
    assert sum(count for _, _, count in found.bins) == 7


def test_errors_are_clustered_by_person() -> None:
    # deviations from the mean 2 are -1, 0 (one person) and 1: sums -1 and 1, times 2 / (2 - 1)
    found = clustered(np.array([1.0, 2.0, 3.0]), np.array([0, 0, 1]))
    assert (found.value, found.error) == (2.0, pytest.approx(math.sqrt(2 * 2) / 3))
    assert clustered(np.array([1.0, 3.0]), np.array([4, 4])).error == 0.0, "one person: no spread to see"


def test_a_document_of_the_contract() -> None:
    found, base = score(TASKS, P), score(TASKS, np.ones(7))
    document = metrics_document(found, base, TASKS.person)
    assert list(document) == [
        *("tasks", "persons", "ll", "ll_se", "hit", "hit_se", "rho2", "brier", "ece", "d_ll", "d_ll_se"),
    ]
    assert (document["tasks"], document["persons"]) == (3, 2)
    assert document["d_ll"] == pytest.approx((math.log(1.6) + math.log(0.75) + 0.0) / 3)
    assert document["rho2"] == pytest.approx(1 - math.log(0.1) / -math.log(12))
    assert metrics_document(base, base, TASKS.person)["rho2"] == pytest.approx(0.0)


def test_impossible_choices_cost_much_but_not_all_and_nan_is_refused() -> None:
    impossible = np.array([0.0, 1.0, *P[2:]])
    assert score(TASKS, impossible).ll[0] == pytest.approx(math.log(1e-12), abs=1e-6)
    assert score(TASKS, P * 7).ll.tolist() == pytest.approx(score(TASKS, P).ll.tolist()), "sums to one"
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError, match="not a finite number"):
            score(TASKS, np.array([bad, *P[1:]]))


@pytest.mark.choice_data
@pytest.mark.parametrize("seed", range(5))
def test_the_figures_are_those_of_the_protocol(protocol: ModuleType, seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = rng.integers(2, 6, size=60)
    start = np.cumsum(size) - size
    person = np.sort(rng.integers(0, 9, size=60))
    tasks = Scored(start, size, start + rng.integers(0, size), person)
    of_row = tasks.of_row
    # rounded, so that there are ties and zeros
    probability, other = np.round(rng.random((2, len(of_row))), 1)
    frame = pd.DataFrame(
        {
            "person_id": person[of_row],
            "task": of_row,
            "alt": np.arange(len(of_row)) - start[of_row],
            "chosen": np.isin(np.arange(len(of_row)), tasks.chosen_row).astype(int),
        }
    )
    _, base = protocol.metrics(frame, other)
    expected, _ = protocol.metrics(frame, probability, base)
    found = metrics_document(score(tasks, probability), score(tasks, other), person)
    assert found == pytest.approx(expected, abs=1e-12)
