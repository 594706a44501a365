"""The conditional logit: likelihood by hand, gradient against differences, known part-worths found again."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.choice.artefact import Floats
from recommender.choice.conditional_logit import ConditionalLogit, negative_log_posterior
from recommender.choice.tasks import choice_shares, make_tasks


def simulated(
    coef: Floats, outside: float | None, tasks: int, seed: int, size: int = 3
) -> tuple[Floats, Floats, Floats, Floats | None]:
    """X, y, task, outside of logit choices with these part-worths."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((tasks * size, len(coef)))  # noqa: N806
    task = np.repeat(np.arange(tasks), size)
    noisy = (X @ coef + rng.gumbel(size=len(X))).reshape(tasks, size)
    y = noisy == noisy.max(axis=1, keepdims=True)
    if outside is None:
        return X, y.ravel(), task, None
    y &= noisy.max(axis=1, keepdims=True) > outside + rng.gumbel(size=(tasks, 1))
    return X, y.ravel(), task, np.ones(len(X), dtype=np.bool_)


def test_probabilities_by_hand() -> None:
    # two tasks: exp(ln 2) and exp(0) give 2/3, 1/3; with "none" worth ln 3: 2/6, 1/6, 3/6
    utility = np.log([2.0, 1.0, 2.0, 1.0])
    tasks = make_tasks([7, 7, 8, 8], [True, False, False, False], [False, False, True, True])
    shares = choice_shares(utility, np.log(3.0), tasks)
    np.testing.assert_allclose(shares.rows, [2 / 3, 1 / 3, 2 / 6, 1 / 6])
    np.testing.assert_allclose(shares.none, [0.0, 0.5])
    np.testing.assert_allclose(shares.log_likelihood, np.log([2 / 3, 3 / 6]))


def test_large_utilities_do_not_overflow() -> None:
    tasks = make_tasks([0, 0], [True, False], None)
    shares = choice_shares(np.array([5_000.0, -5_000.0]), 0.0, tasks)
    np.testing.assert_allclose(shares.rows, [1.0, 0.0])
    assert shares.log_likelihood[0] == 0.0


def test_the_value_is_likelihood_and_prior() -> None:
    tasks = make_tasks([0, 0], [True, False], None)
    X = np.array([[1.0], [0.0]])  # noqa: N806
    theta, mean, sd = np.array([2.0, 0.0]), np.array([1.0, 0.0]), np.array([0.5, np.inf])
    value, _ = negative_log_posterior(theta, X, np.zeros(2), tasks, mean, sd)
    assert value == pytest.approx(np.log(1 + np.exp(-2.0)) + 0.5 * ((2.0 - 1.0) / 0.5) ** 2)


@pytest.mark.parametrize("offered", [False, True])
def test_the_gradient_agrees_with_differences(offered: bool) -> None:
    rng = np.random.default_rng(5)
    X, y, task, outside = simulated(np.array([0.5, -1.0, 0.2]), 0.4 if offered else None, 40, 1)  # noqa: N806
    tasks = make_tasks(task, y, outside)
    offset = rng.standard_normal(len(X))
    mean, sd = np.array([0.1, 0.0, 0.0, 0.3]), np.array([0.5, np.inf, 2.0, 1.5])
    theta = rng.standard_normal(4)
    _, gradient = negative_log_posterior(theta, X, offset, tasks, mean, sd)
    step = 1e-5
    numeric = [
        (
            negative_log_posterior(theta + step * unit, X, offset, tasks, mean, sd)[0]
            - negative_log_posterior(theta - step * unit, X, offset, tasks, mean, sd)[0]
        )
        / (2 * step)
        for unit in np.eye(4)
    ]
    np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-6)


def test_the_covariance_is_the_inverse_of_the_numeric_hessian() -> None:
    X, y, task, outside = simulated(np.array([0.5, -1.0]), 0.4, 200, 2)  # noqa: N806
    model = ConditionalLogit(prior_sd=[1.0, 2.0], outside_sd=3.0).fit(X, y, task=task, outside=outside)
    tasks, theta = make_tasks(task, y, outside), np.append(model.coef_, model.outside_)
    mean, sd = np.zeros(3), np.array([1.0, 2.0, 3.0])
    step = 1e-5
    rows = [
        (
            negative_log_posterior(theta + step * unit, X, np.zeros(len(X)), tasks, mean, sd)[1]
            - negative_log_posterior(theta - step * unit, X, np.zeros(len(X)), tasks, mean, sd)[1]
        )
        / (2 * step)
        for unit in np.eye(3)
    ]
    np.testing.assert_allclose(model.covariance_, np.linalg.inv(np.array(rows)), rtol=1e-5)


def test_known_part_worths_are_found_again() -> None:
    coef = np.array([1.0, -0.5, 0.0, 0.3])
    X, y, task, outside = simulated(coef, 0.8, 4000, 3)  # noqa: N806
    model = ConditionalLogit().fit(X, y, task=task, outside=outside)
    assert np.all(np.abs(model.coef_ - coef) < 3.5 * model.coef_sd_)
    assert abs(model.outside_ - 0.8) < 3.5 * model.outside_sd_
    assert np.all(model.coef_sd_ < 0.06)


def test_a_tight_prior_holds_and_a_held_one_does_not_move() -> None:
    X, y, task, _ = simulated(np.array([1.0, -0.5]), None, 300, 4)  # noqa: N806
    held = ConditionalLogit(prior_mean=[0.2, 0.0], prior_sd=[0.0, 10.0]).fit(X, y, task=task)
    assert held.coef_[0] == 0.2
    assert held.coef_sd_[0] == 0.0
    assert held.coef_[1] < -0.2
    tight = ConditionalLogit(prior_mean=[0.2, 0.0], prior_sd=[1e-4, 1e-4]).fit(X, y, task=task)
    np.testing.assert_allclose(tight.coef_, [0.2, 0.0], atol=1e-3)
    nothing = ConditionalLogit(prior_sd=[0.0, 0.0]).fit(X, y, task=task)
    assert (nothing.coef_.tolist(), nothing.n_iter_) == ([0.0, 0.0], 0)


def test_an_offset_counts_as_utility_known_before() -> None:
    X, y, task, _ = simulated(np.array([1.0, -0.5]), None, 1500, 6)  # noqa: N806
    whole = ConditionalLogit().fit(X, y, task=task)
    rest = ConditionalLogit().fit(X[:, 1:], y, task=task, offset=X[:, 0] * whole.coef_[0])
    assert rest.coef_[0] == pytest.approx(whole.coef_[1], abs=1e-4)


def test_the_order_of_tasks_changes_nothing() -> None:
    X, y, task, outside = simulated(np.array([1.0, -0.5]), 0.3, 200, 7)  # noqa: N806
    assert outside is not None
    order = np.concatenate([np.flatnonzero(task == t) for t in np.random.default_rng(0).permutation(200)])
    first = ConditionalLogit(prior_sd=[1, 1]).fit(X, y, task=task, outside=outside)
    second = ConditionalLogit(prior_sd=[1, 1]).fit(X[order], y[order], task=task[order], outside=outside)
    np.testing.assert_allclose(first.coef_, second.coef_, atol=1e-5)


def test_probabilities_of_new_tasks() -> None:
    X, y, task, outside = simulated(np.array([1.0, -0.5]), 0.3, 100, 8)  # noqa: N806
    model = ConditionalLogit().fit(X, y, task=task, outside=outside, feature_names=["a", "b"])
    alone = model.predict_proba(X, task=task).reshape(100, 3)
    np.testing.assert_allclose(alone.sum(axis=1), 1.0)
    with_none = model.predict_proba(X, task=task, outside=outside).reshape(100, 3)
    assert np.all(with_none.sum(axis=1) < 1.0)
    assert model.get_feature_names_out().tolist() == ["a", "b"]


ROWS = np.array([[1.0], [0.0], [0.5], [0.2]])


@pytest.mark.parametrize(
    ("y", "task", "outside", "message"),
    [
        ([1, 1, 0, 1], [1, 1, 2, 2], None, "more than one chosen: task 1"),
        ([0, 0, 0, 1], [1, 1, 2, 2], None, "none chosen and no outside option: task 1"),
        ([1, 0, 1, 1], [1, 1, 2, 3], None, "a single alternative and no outside option: task 2, 3"),
        ([1, 0, 0, 1], [1, 2, 1, 2], None, "stand together"),
        ([1, 0, 1, 0], [1, 1, 2, 2], [1, 0, 0, 0], "outside must be the same"),
        ([1, 0, 1], [1, 1, 2, 2], None, "y has shape"),
        ([1, 0], [1, 1], None, "X has 4 rows"),
        ([], [], None, "at least one row"),
    ],
)
def test_bad_tasks_are_named(y: list[int], task: list[int], outside: list[int] | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ConditionalLogit().fit(ROWS, y, task=task, outside=outside)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_must_be_finite(bad: float) -> None:
    spoiled = ROWS.copy()
    spoiled[2, 0] = bad
    with pytest.raises(ValueError, match="finite"):
        ConditionalLogit().fit(spoiled, [1, 0, 1, 0], task=[1, 1, 2, 2])
    with pytest.raises(ValueError, match="finite"):
        ConditionalLogit().fit(ROWS, [1, 0, 1, 0], task=[1, 1, 2, 2], offset=spoiled[:, 0])


def test_a_prior_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="1 columns"):
        ConditionalLogit(prior_sd=[1.0, 1.0]).fit(ROWS, [1, 0, 1, 0], task=[1, 1, 2, 2])
