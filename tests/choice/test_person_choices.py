"""Choices as differences to the row that was chosen: likelihood, gradient, order, people without a choice."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest

from recommender.choice.artefact import Floats
from recommender.choice.panel import Panel, make_panel
from recommender.choice.person_choices import (
    PersonChoices,
    no_choices,
    people_in_order,
    person_choices,
)

# the third column is shared by all people; person 0 has two tasks of 3 and 2, person 1 one of 2, 2 of 4
X = np.array(
    [
        *([1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [1.0, 1.0, 1.0]),
        *([2.0, 0.0, 0.0], [0.0, 0.5, 1.0]),
        *([-1.0, 1.0, 0.0], [1.0, 2.0, -1.0]),
        *([0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 3.0]),
    ]
)
TASK = np.repeat([0, 1, 2, 3], [3, 2, 2, 4])
PERSON = np.array([0, 0, 1, 2])[TASK]
CHOSEN = np.isin(np.arange(11), [1, 3, 6, 10])
COEF = np.array([[0.5, -1.0], [2.0, 0.3], [-0.4, 0.7]])
SHARED = np.array([0.25])
ANSWERS = np.array([[0.1, 2.0], [0.2, -1.0], [0.3, 0.5]])


def of(panel: Panel, people: list[int], dtype: type = np.float64) -> PersonChoices:
    return person_choices(panel, panel.X[:, :2], panel.X[:, 2:], np.array(people), dtype)


def panel_of(order: np.typing.NDArray[np.intp] | None = None) -> Panel:
    rows = np.arange(11) if order is None else order
    return make_panel(X[rows], CHOSEN[rows], task=TASK[rows], person=PERSON[rows], Z=ANSWERS)


def by_hand(rows: list[int], chosen: int, coef: Floats) -> float:
    worth = {row: float(X[row, :2] @ coef + X[row, 2] * SHARED[0]) for row in rows}
    return worth[chosen] - log(sum(exp(value) for value in worth.values()))


@pytest.mark.parametrize(("dtype", "close"), [(np.float64, 1e-12), (np.float32, 1e-6)])
def test_likelihood_by_hand(dtype: type, close: float) -> None:
    found = of(panel_of(), [0, 1, 2], dtype).with_shared(SHARED).log_likelihood(COEF)
    wanted = [
        by_hand([0, 1, 2], 1, COEF[0]) + by_hand([3, 4], 3, COEF[0]),
        by_hand([5, 6], 6, COEF[1]),
        by_hand([7, 8, 9, 10], 10, COEF[2]),
    ]
    np.testing.assert_allclose(found, wanted, rtol=0.0, atol=close)
    assert found.dtype == np.float64


def test_two_equal_alternatives_are_a_coin() -> None:
    panel = make_panel([[3.0], [3.0]], [True, False], task=[0, 0], person=None)
    choices = person_choices(panel, panel.X, panel.X[:, :0], np.array([0]), np.float64)
    assert choices.log_likelihood(np.array([[7.0]])) == pytest.approx([log(0.5)])


def test_gradient_is_that_of_differences() -> None:
    choices = of(panel_of(), [0, 1, 2]).with_shared(SHARED)
    value, slope = choices.value_and_gradient(COEF)
    np.testing.assert_allclose(value, choices.log_likelihood(COEF))
    for column in range(2):
        step = np.zeros_like(COEF)
        step[:, column] = 1e-6
        found = (choices.log_likelihood(COEF + step) - choices.log_likelihood(COEF - step)) / 2e-6
        np.testing.assert_allclose(slope[:, column], found, atol=1e-8)


def test_gradient_in_single_precision_is_the_same() -> None:
    single, double = (
        of(panel_of(), [0, 1, 2], kind).with_shared(SHARED) for kind in (np.float32, np.float64)
    )
    for low, high in zip(single.value_and_gradient(COEF), double.value_and_gradient(COEF), strict=True):
        np.testing.assert_allclose(low, high, rtol=1e-5)


def test_gradient_of_the_shared_part_worth_is_that_of_differences() -> None:
    choices = of(panel_of(), [0, 1, 2])
    own = choices.utility(COEF)
    value, slope = choices.shared_value_and_gradient(own, SHARED)
    assert value == pytest.approx(float(choices.with_shared(SHARED).log_likelihood(COEF).sum()))
    ends = [choices.with_shared(SHARED + step).log_likelihood(COEF).sum() for step in (1e-6, -1e-6)]
    assert slope == pytest.approx([(ends[0] - ends[1]) / 2e-6], abs=1e-8)


def test_very_large_utilities_stay_finite() -> None:
    value, slope = of(panel_of(), [0, 1, 2]).value_and_gradient(1e6 * COEF)
    assert np.isfinite(value).all()
    assert np.isfinite(slope).all()


def test_some_people_in_another_order() -> None:
    every, some = of(panel_of(), [0, 1, 2]), of(panel_of(), [2, 0])
    np.testing.assert_allclose(some.log_likelihood(COEF[[2, 0]]), every.log_likelihood(COEF)[[2, 0]])


def test_who_has_not_chosen_has_no_likelihood() -> None:
    choices = of(panel_of(), [0, 1, 2])
    kept = np.arange(5, 11)  # person 0 is left out
    part = make_panel(X[kept], CHOSEN[kept], task=TASK[kept], person=PERSON[kept], Z=ANSWERS)
    value, slope = of(part, [0, 1, 2]).value_and_gradient(COEF)
    assert (value[0], slope[0].tolist()) == (0.0, [0.0, 0.0])
    np.testing.assert_allclose(value[1:], choices.log_likelihood(COEF)[1:])
    nobody = no_choices(3, 2, 1).with_shared(SHARED)
    value, slope = nobody.value_and_gradient(COEF)
    assert value.tolist() == [0.0] * 3
    assert not slope.any()


def test_order_of_rows_tasks_and_people_changes_nothing() -> None:
    first = panel_of()
    ranked = people_in_order(first, first.X, first.Z)
    rng = np.random.default_rng(3)
    order = np.concatenate([rng.permutation(np.flatnonzero(t == TASK)) for t in (3, 1, 2, 0)])
    number = np.array([2, 0, 1])  # new number of each person
    second = make_panel(
        X[order],
        CHOSEN[order],
        task=TASK[order],
        person=number[PERSON[order]],
        Z=ANSWERS[np.argsort(number)],
    )
    again = people_in_order(second, second.X, second.Z)
    assert number[ranked].tolist() == again.tolist()
    one = person_choices(first, first.X[:, :2], first.X[:, 2:], ranked, np.float64)
    other = person_choices(second, second.X[:, :2], second.X[:, 2:], again, np.float64)
    for name in ("rows", "turned", "shared", "base"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_only_people_who_chose_are_ordered() -> None:
    people = np.vstack([ANSWERS, [[9.0, 9.0]]])
    panel = make_panel(X, CHOSEN, task=TASK, person=PERSON, Z=people)
    assert sorted(people_in_order(panel, panel.X, panel.Z).tolist()) == [0, 1, 2]
