"""choice-learn: MNL and latent classes. Its latent classes know tasks, not people."""

from __future__ import annotations

import measured
import numpy as np

from choice_learn.data import ChoiceDataset  # isort: skip
from choice_learn.models.latent_class_mnl import LatentClassSimpleMNL  # isort: skip
from choice_learn.models.simple_mnl import SimpleMNL  # isort: skip


def main() -> None:
    asked = measured.arguments()
    data = measured.load(asked.data)
    size = int((data["task"] == data["task"][0]).sum())
    wide = data["X"].astype(np.float32).reshape(-1, size, data["X"].shape[1])
    chosen = data["y"].reshape(-1, size).argmax(axis=1)
    dataset = ChoiceDataset(choices=chosen, items_features_by_choice=wide)

    def fit() -> float:
        if asked.model == "mnl":
            model = SimpleMNL(intercept=None, optimizer="lbfgs", epochs=1000, lbfgs_tolerance=1e-8)
        else:
            em = asked.model == "latent_task_em"
            model = LatentClassSimpleMNL(
                n_latent_classes=3,
                fit_method="EM" if em else "MLE",
                optimizer="lbfgs",
                epochs=20 if em else 1000,
                lbfgs_tolerance=1e-6 if em else 1e-8,
            )
        model.fit(dataset)
        chance = np.asarray(model.predict_probas(dataset), dtype=np.float64)
        return float(np.log(chance[np.arange(len(chosen)), chosen]).sum())

    measured.answer("choice-learn", fit, asked.repeats)


if __name__ == "__main__":
    main()
