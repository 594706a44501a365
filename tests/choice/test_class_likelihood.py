"""The panel likelihood of classes: by hand, against differences, and the same in any tiles."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.choice.artefact import Floats
from recommender.choice.class_fit import Search, _target, ground_of
from recommender.choice.class_likelihood import ClassLikelihood
from recommender.choice.panel import Panel, make_panel
from recommender.choice.tasks import choice_shares
from tests.choice.simulated_people import simulated_people

TASTES = np.array([[1.5, -1.0, 0.0], [-1.5, 0.5, 0.5]])


def ragged_panel(seed: int = 3) -> Panel:
    """Twelve people with one to five tasks of two to four alternatives, their tasks mixed."""
    rng = np.random.default_rng(seed)
    tasks = [(person, int(rng.integers(2, 5))) for person in range(12) for _ in range(rng.integers(1, 6))]
    rng.shuffle(tasks)
    task = np.repeat(np.arange(len(tasks)), [size for _, size in tasks])
    person = np.repeat([person for person, _ in tasks], [size for _, size in tasks])
    y = np.concatenate([np.arange(size) == rng.integers(size) for _, size in tasks])
    X = rng.standard_normal((len(task), 3))  # noqa: N806 - the field's letters
    return make_panel(X, y, task=task, person=person, Z=rng.standard_normal((12, 2)))


def plain_log_likelihood(panel: Panel, coef: Floats, membership: Floats) -> float:
    """The formula, person by person, class by class."""
    total = 0.0
    for person in range(panel.people):
        joint = membership[person].copy()
        for place, one in enumerate(coef):
            made = choice_shares(panel.X @ one, 0.0, panel.tasks).log_likelihood
            joint[place] *= np.exp(made[panel.person == person].sum())
        total += np.log(joint.sum())
    return float(total)


def test_two_classes_two_tasks_by_hand() -> None:
    # one column, values 1 and 0 in both tasks; the person takes the first, then the second
    panel = make_panel([[1.0], [0.0], [1.0], [0.0]], [1, 0, 0, 1], task=[0, 0, 1, 1], person=[5, 5, 5, 5])
    coef = np.log([[3.0], [1.0]])  # P(first) = 3/4 in one class, 1/2 in the other
    found = ClassLikelihood(panel).classes(coef, np.log([[0.4, 0.6]]))
    held = np.array([0.4 * 3 / 4 * 1 / 4, 0.6 * 1 / 2 * 1 / 2])
    assert found.log_likelihood == pytest.approx(np.log(held.sum()))
    np.testing.assert_allclose(found.posterior, [held / held.sum()])
    # d log L / d coef = posterior x sum over tasks of (chosen - P(first))
    np.testing.assert_allclose(
        found.coef[:, 0], found.posterior[0] * [(1 - 3 / 4) + (0 - 3 / 4), (1 - 1 / 2) + (0 - 1 / 2)]
    )


def test_one_class_is_the_plain_logit() -> None:
    panel = ragged_panel()
    coef = np.array([0.3, -0.4, 1.0])
    value, gradient, curvature = ClassLikelihood(panel).one_taste(coef)
    assert value == pytest.approx(choice_shares(panel.X @ coef, 0.0, panel.tasks).log_likelihood.sum())
    step = 1e-5
    near = [ClassLikelihood(panel).one_taste(coef + step * unit) for unit in np.eye(3)]
    far = [ClassLikelihood(panel).one_taste(coef - step * unit) for unit in np.eye(3)]
    slopes = [(a[0] - b[0]) / (2 * step) for a, b in zip(near, far, strict=True)]
    bends = [-(a[1] - b[1]) / (2 * step) for a, b in zip(near, far, strict=True)]
    np.testing.assert_allclose(gradient, slopes, atol=1e-7)
    np.testing.assert_allclose(curvature, bends, atol=1e-7)


@pytest.mark.parametrize("tile_tasks", [1, 4, 7, 1000])
def test_tiles_change_nothing(tile_tasks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = ragged_panel()
    rng = np.random.default_rng(0)
    membership = rng.dirichlet([1.0, 1.0], size=12)
    for kept in (0, 2**20):
        monkeypatch.setattr("recommender.choice.class_likelihood.KEPT_BYTES", kept)
        likelihood = ClassLikelihood(panel, tile_tasks=tile_tasks)
        assert sorted(np.concatenate([tile.people for tile in likelihood.tiles]).tolist()) == list(range(12))
        found = likelihood.classes(TASTES, np.log(membership))
        assert found.log_likelihood == pytest.approx(plain_log_likelihood(panel, TASTES, membership))
        whole = ClassLikelihood(panel).classes(TASTES, np.log(membership))
        np.testing.assert_allclose(found.coef, whole.coef)
        np.testing.assert_allclose(found.posterior, whole.posterior)


def test_the_first_people_are_whole_people() -> None:
    data = simulated_people(TASTES, people=20, tasks=5, seed=1)
    panel = make_panel(data.X, data.y, task=data.task, person=data.person)
    likelihood = ClassLikelihood(panel, tile_tasks=10)
    part = likelihood.first(25)
    held = [len(block.person) for tile in part.tiles for block in tile.blocks]
    assert 25 <= sum(held) < 40
    assert sum(held) % 5 == 0
    assert part.first(10**9).tiles == part.tiles


def test_people_without_a_choice_keep_their_membership() -> None:
    data = simulated_people(TASTES, people=3, tasks=2, seed=1)
    panel = make_panel(data.X, data.y, task=data.task, person=data.person, Z=np.zeros((5, 1)))
    found = ClassLikelihood(panel).classes(TASTES, np.log(np.full((5, 2), [0.3, 0.7])))
    np.testing.assert_allclose(found.posterior[3:], [[0.3, 0.7]] * 2)


def test_huge_utilities_do_not_overflow() -> None:
    panel = ragged_panel()
    found = ClassLikelihood(panel).classes(TASTES * 1e6, np.log(np.full((12, 2), 0.5)))
    assert np.isfinite(found.log_likelihood)
    assert np.isfinite(found.coef).all()
    np.testing.assert_allclose(found.posterior.sum(axis=1), 1.0)


def test_the_gradient_of_the_whole_target_agrees_with_differences() -> None:
    panel = ragged_panel()
    search = Search(ridge=0.7, membership_ridge=1.3, starts=1, max_iter=10, tol=1e-3)
    target = _target(ground_of(panel, ["a", "b", "c"]), 3, search)
    point = np.random.default_rng(1).standard_normal(3 * 3 + 3 * 3)
    _, gradient = target(point)
    step = 1e-5
    slopes = [
        (target(point + step * unit)[0] - target(point - step * unit)[0]) / (2 * step)
        for unit in np.eye(len(point))
    ]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-6, atol=1e-6)


def test_the_target_is_the_likelihood_and_its_priors() -> None:
    panel = ragged_panel()
    ground = ground_of(panel, ["a", "b", "c"])
    target = _target(ground, 2, Search(ridge=0.7, membership_ridge=1.3, starts=1, max_iter=10, tol=1e-3))
    point = np.random.default_rng(2).standard_normal(2 * 3 + 2 * 3)
    deviation, membership = target.split(point)
    told = np.exp(ground.people @ membership.T)
    likely = plain_log_likelihood(panel, ground.common + deviation, told / told.sum(axis=1, keepdims=True))
    prior = 0.7 * ((deviation * ground.scale) ** 2).sum() + 1.3 * (membership[:, 1:] ** 2).sum()
    assert target(point)[0] == pytest.approx(-likely + 0.5 * prior)
