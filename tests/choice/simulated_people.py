"""People of known classes of taste and the choices that they make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats
from recommender.choice.panel import KnownChoices


@dataclass(frozen=True)
class SimulatedPeople:
    """Rows of alternatives as every estimator takes them; ``kind`` [N] the class each person is of."""

    X: Floats
    y: NDArray[np.bool_]
    task: NDArray[np.intp]
    person: NDArray[np.intp]
    Z: Floats
    kind: NDArray[np.intp]

    def rows(self, mask: NDArray[np.bool_]) -> SimulatedPeople:
        """The rows of the mask; people keep their numbers."""
        return SimulatedPeople(
            self.X[mask], self.y[mask], self.task[mask], self.person[mask], self.Z, self.kind
        )

    @property
    def known(self) -> KnownChoices:
        return KnownChoices(self.X, self.y, self.task, self.person)


def simulated_people(
    coef: Floats,
    *,
    people: int,
    tasks: int,
    seed: int,
    size: int = 3,
    pull: float = 0.0,
) -> SimulatedPeople:
    """Choices of ``people`` whose class is drawn: evenly if ``pull`` is 0, else by pull times a column of
    ``Z`` each. ``coef`` [C, K]."""
    rng = np.random.default_rng(seed)
    classes, columns = coef.shape
    Z = rng.standard_normal((people, classes))  # noqa: N806 - the field's letter
    kind = np.argmax(pull * Z + rng.gumbel(size=(people, classes)), axis=1)
    person = np.repeat(np.arange(people), tasks * size)
    X = rng.standard_normal((len(person), columns))  # noqa: N806
    noisy = (X * coef[kind[person]]).sum(axis=1) + rng.gumbel(size=len(X))
    noisy = noisy.reshape(-1, size)
    chosen = (noisy == noisy.max(axis=1, keepdims=True)).ravel()
    task = np.repeat(np.arange(people * tasks), size)
    return SimulatedPeople(X, chosen, task, person, Z, kind)
