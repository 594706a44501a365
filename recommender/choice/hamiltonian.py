"""One Hamiltonian step of many people's part-worths at once (Neal 2011), in coordinates in which the belief
about them before their choices is a standard normal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats
from recommender.choice.person_choices import PersonChoices

LEAPS = 4
TARGET_ACCEPTANCE = 0.75
_ADAPT = 0.1


@dataclass(frozen=True)
class Luck:
    """Random numbers of one step: ``momentum`` [N, K] and ``threshold`` [N], or [1, K] and [1] for all people
    alike (then nobody's result depends on who else is asked about); ``stretch`` of the step size."""

    momentum: Floats
    threshold: Floats
    stretch: float


def draw_luck(rng: np.random.Generator, people: int, columns: int) -> Luck:
    return Luck(rng.standard_normal((people, columns)), rng.random(people), float(rng.uniform(0.8, 1.2)))


def hamiltonian_step(
    choices: PersonChoices,
    centre: Floats,
    spread: Floats,
    scale: Floats,
    eta: Floats,
    luck: Luck,
    step: float,
) -> tuple[Floats, NDArray[np.bool_]]:
    """``eta`` [N, K] after one step, and who moved [N].

    Part-worths of a person are ``centre + scale * eta @ spread.T``: ``centre`` [N, K]; ``spread`` [K, K] the
    Cholesky factor of the covariance; ``scale`` [N] widens it for each person.
    """
    wide = scale[:, None]
    length = step * luck.stretch
    momentum = np.broadcast_to(luck.momentum, eta.shape)
    value, slope = choices.value_and_gradient(centre + wide * (eta @ spread.T))
    before = value - 0.5 * (eta**2).sum(axis=1) - 0.5 * (momentum**2).sum(axis=1)
    force = wide * (slope @ spread) - eta
    moved = eta
    for _ in range(LEAPS):
        momentum = momentum + 0.5 * length * force
        moved = moved + length * momentum
        value, slope = choices.value_and_gradient(centre + wide * (moved @ spread.T))
        force = wide * (slope @ spread) - moved
        momentum = momentum + 0.5 * length * force
    after = value - 0.5 * (moved**2).sum(axis=1) - 0.5 * (momentum**2).sum(axis=1)
    accepted = np.log(luck.threshold) < after - before
    return np.where(accepted[:, None], moved, eta), accepted


def adapted(step: float, accepted: NDArray[np.bool_]) -> float:
    """The step size nearer to the acceptance wanted (only while the chain warms up)."""
    return float(step * np.exp(_ADAPT * (accepted.mean() - TARGET_ACCEPTANCE)))
