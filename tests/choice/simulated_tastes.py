"""People whose part-worths are drawn from normals, and the choices that they make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats
from recommender.choice.panel import KnownChoices


@dataclass(frozen=True)
class Population:
    """``means`` [C, K] of components that so many ``shares`` [C] of people are of; ``answers`` [Q, K] what an
    answer adds; ``covariance`` [K, K] within a component; ``shared`` [F] the same for all, last columns."""

    means: Floats
    covariance: Floats
    answers: Floats
    shared: Floats
    shares: Floats


@dataclass(frozen=True)
class SimulatedTastes:
    """``coef`` [N, K + F] true part-worths; the other arrays as estimators take them."""

    X: Floats
    y: NDArray[np.bool_]
    task: NDArray[np.intp]
    person: NDArray[np.intp]
    Z: Floats
    coef: Floats

    @property
    def known(self) -> KnownChoices:
        return KnownChoices(self.X, self.y, self.task, self.person)

    def of_tasks(self, kept: NDArray[np.bool_]) -> SimulatedTastes:
        """The rows of the tasks of the mask; people keep their numbers."""
        rows = kept[self.task]
        return SimulatedTastes(
            self.X[rows], self.y[rows], self.task[rows], self.person[rows], self.Z, self.coef
        )


def simulated_tastes(
    population: Population, *, people: int, tasks: int, seed: int, size: int = 3
) -> SimulatedTastes:
    """Answers are standard normal, columns of X too."""
    rng = np.random.default_rng(seed)
    own = len(population.covariance)
    Z = rng.standard_normal((people, len(population.answers)))  # noqa: N806 - the field's letter
    kind = rng.choice(len(population.shares), size=people, p=population.shares)
    away = rng.multivariate_normal(np.zeros(own), population.covariance, size=people)
    coef = population.means[kind] + Z @ population.answers + away
    coef = np.hstack([coef, np.tile(population.shared, (people, 1))])
    person = np.repeat(np.arange(people), tasks * size)
    X = rng.standard_normal((len(person), coef.shape[1]))  # noqa: N806
    noisy = ((X * coef[person]).sum(axis=1) + rng.gumbel(size=len(X))).reshape(-1, size)
    chosen = (noisy == noisy.max(axis=1, keepdims=True)).ravel()
    return SimulatedTastes(X, chosen, np.repeat(np.arange(people * tasks), size), person, Z, coef)
