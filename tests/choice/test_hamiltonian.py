"""One Hamiltonian step: what it must leave as it is."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.choice.artefact import Floats
from recommender.choice.hamiltonian import Luck, adapted, draw_luck, hamiltonian_step
from recommender.choice.panel import make_panel
from recommender.choice.person_choices import PersonChoices, no_choices, person_choices

PEOPLE = 20_000
ROOT = np.array([[0.8, 0.0], [0.5, 0.6]])


def stepped(choices: PersonChoices, eta: Floats, steps: int, *, step: float = 0.6, seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    people = len(eta)
    centre = np.tile([0.4, -0.2], (people, 1))
    for _ in range(steps):
        luck = draw_luck(rng, people, 2)
        eta, _ = hamiltonian_step(choices, centre, ROOT, np.ones(people), eta, luck, step)
    return eta


def test_without_choices_the_belief_stays() -> None:
    eta = np.random.default_rng(1).standard_normal((PEOPLE, 2))
    moved = stepped(no_choices(PEOPLE, 2, 0), eta, 3)
    error = 1.0 / np.sqrt(PEOPLE)
    np.testing.assert_allclose(moved.mean(axis=0), 0.0, atol=4 * error)
    np.testing.assert_allclose(np.cov(moved.T), np.eye(2), atol=6 * error)
    assert (moved**4).mean(axis=0) == pytest.approx([3.0, 3.0], abs=0.2)
    assert abs(np.corrcoef(moved[:, 0], eta[:, 0])[0, 1]) < 0.9, "it does move"


def test_from_far_away_it_finds_the_belief() -> None:
    moved = stepped(no_choices(PEOPLE, 2, 0), np.full((PEOPLE, 2), 3.0), 25)
    np.testing.assert_allclose(moved.mean(axis=0), 0.0, atol=0.04)
    np.testing.assert_allclose(moved.std(axis=0), 1.0, atol=0.03)


def test_with_choices_it_finds_the_posterior() -> None:
    """Against the sum over a fine grid: one person's three choices, in the memory of many."""
    rows = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 1.0], [0.0, 0.0], [1.0, -1.0], [0.0, 2.0]])
    count = 4000
    panel = make_panel(
        np.tile(rows, (count, 1)),
        np.tile([True, False], 3 * count),
        task=np.repeat(np.arange(3 * count), 2),
        person=np.repeat(np.arange(count), 6),
    )
    choices = person_choices(panel, panel.X, panel.X[:, :0], np.arange(count), np.float32)
    moved = stepped(choices, np.zeros((count, 2)), 25)
    side = np.linspace(-5.0, 5.0, 201)
    grid = np.column_stack([axis.ravel() for axis in np.meshgrid(side, side)])
    coef = grid @ ROOT.T + [0.4, -0.2]
    differences = rows[1::2] - rows[::2]
    log_weight = -np.log1p(np.exp(coef @ differences.T)).sum(axis=1) - 0.5 * (grid**2).sum(axis=1)
    weight = np.exp(log_weight) / np.exp(log_weight).sum()
    mean = weight @ grid
    np.testing.assert_allclose(moved.mean(axis=0), mean, atol=0.06)
    spread = np.sqrt(weight @ (grid - mean) ** 2)
    np.testing.assert_allclose(moved.std(axis=0), spread, rtol=0.05)


def test_luck_for_all_alike_makes_equal_people_equal() -> None:
    rng = np.random.default_rng(2)
    luck = Luck(rng.standard_normal((1, 2)), rng.random(1), 1.0)
    start, ones = np.tile([0.3, -0.1], (5, 1)), np.ones(5)
    moved, _ = hamiltonian_step(no_choices(5, 2, 0), np.zeros((5, 2)), ROOT, ones, start, luck, 0.4)
    assert np.ptp(moved, axis=0).tolist() == [0.0, 0.0]


def test_an_absurd_step_is_refused_and_moves_nobody() -> None:
    eta = np.random.default_rng(4).standard_normal((50, 2))
    luck = draw_luck(np.random.default_rng(5), 50, 2)
    moved, accepted = hamiltonian_step(
        no_choices(50, 2, 0), np.zeros((50, 2)), ROOT, np.ones(50), eta, luck, 40.0
    )
    assert not accepted.any()
    np.testing.assert_array_equal(moved, eta)


def test_step_grows_when_all_move_and_falls_when_none_do() -> None:
    yes, no = np.ones(8, dtype=np.bool_), np.zeros(8, dtype=np.bool_)
    assert adapted(0.5, yes) > 0.5 > adapted(0.5, no)
