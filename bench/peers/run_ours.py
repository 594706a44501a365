"""This project's estimators: MODEL DATA.npz, or a scale run: MODEL choices=100000."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import measured
import numpy as np

from recommender.choice.conditional_logit import ConditionalLogit
from recommender.choice.latent_class_logit import LatentClassLogit, PooledLatentClassLogit

CLASSES, ALTERNATIVES, COLUMNS, TASKS_EACH = 4, 6, 16, 10


def latent(classes: int, starts: int) -> Callable[[], LatentClassLogit]:
    # as good as no prior: what the peers maximise
    return lambda: LatentClassLogit(classes, ridge=1e-6, n_starts=starts, random_state=0)


def mixture() -> Any:
    from recommender.choice.mixture_logit import MixtureLogit

    return MixtureLogit(random_state=0)


MODELS: dict[str, Callable[[], Any]] = {
    "mnl": ConditionalLogit,
    "latent_panel": latent(3, 1),
    "latent_panel_8_starts": latent(3, 8),
    "latent_task": latent(3, 1),
    "latent_scale": latent(CLASSES, 1),
    "pool": lambda: PooledLatentClassLogit(random_state=0),
    **({"mixture": mixture} if find_spec("recommender.choice.mixture_logit") else {}),
}


def simulated(choices: int) -> dict[str, np.ndarray]:
    """Choices of people of four classes, ten tasks each; made in parts to keep the memory of it small."""
    rng = np.random.default_rng(7)
    coef = rng.standard_normal((CLASSES, COLUMNS)) / 2.0
    rows = choices * ALTERNATIVES
    person = np.repeat(np.arange(choices // TASKS_EACH), TASKS_EACH * ALTERNATIVES)
    kind = rng.integers(CLASSES, size=choices // TASKS_EACH)
    X = np.empty((rows, COLUMNS))  # noqa: N806 - the field's letter
    y = np.empty(rows, dtype=np.bool_)
    step = ALTERNATIVES * TASKS_EACH * 500
    for begin in range(0, rows, step):
        part = slice(begin, min(begin + step, rows))
        X[part] = rng.standard_normal((part.stop - part.start, COLUMNS))
        utility = np.einsum("ij,ij->i", X[part], coef[kind[person[part]]])
        noisy = (utility + rng.gumbel(size=len(utility))).reshape(-1, ALTERNATIVES)
        y[part] = (noisy == noisy.max(axis=1, keepdims=True)).ravel()
    return {"X": X, "y": y, "task": np.repeat(np.arange(choices), ALTERNATIVES), "person": person}


def main() -> None:
    asked = measured.arguments()
    choices = asked.data.removeprefix("choices=")
    data = simulated(int(choices)) if choices != asked.data else measured.load(asked.data)
    person = None if asked.model in ("latent_task", "mnl") else data["person"]
    told: dict[str, object] = {}

    def fit() -> float:
        model = MODELS[asked.model]()
        model.fit(data["X"], data["y"], task=data["task"], person=person)
        told["iterations"] = model.n_iter_
        return float(model.log_likelihood_)

    measured.answer("recommender", fit, asked.repeats, told=told)


if __name__ == "__main__":
    main()
