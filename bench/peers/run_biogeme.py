"""biogeme: MNL and latent classes with the panel likelihood, three classes."""

from __future__ import annotations

import logging
import os

import measured
import numpy as np

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import biogeme.biogeme as bio  # isort: skip
import pandas as pd  # isort: skip
from biogeme import models  # isort: skip
from biogeme.database import Database  # isort: skip
from biogeme.expressions import Beta, PanelLikelihoodTrajectory, Variable, exp, log  # isort: skip

CLASSES = 3


def main() -> None:
    logging.disable(logging.CRITICAL)
    asked = measured.arguments()
    data = measured.load(asked.data)
    columns = data["X"].shape[1]
    size = int((data["task"] == data["task"][0]).sum())
    wide = data["X"].reshape(-1, size * columns)
    names = [f"x{j}_{k}" for j in range(size) for k in range(columns)]
    table = pd.DataFrame(wide, columns=names)
    table["choice"] = data["y"].reshape(-1, size).argmax(axis=1) + 1
    table["person"] = data["person"][::size]
    rng = np.random.default_rng(0)

    def utilities(place: int) -> dict[int, object]:
        beta = [Beta(f"b{place}_{k}", float(rng.normal(0.0, 0.3)), None, None, 0) for k in range(columns)]
        return {
            j + 1: sum((b * Variable(f"x{j}_{k}") for k, b in enumerate(beta)), start=0 * Variable("choice"))
            for j in range(size)
        }

    def fit() -> float:
        database = Database("choices", table)
        there = {j + 1: 1 for j in range(size)}
        if asked.model == "mnl":
            target = models.loglogit(utilities(0), there, Variable("choice"))
        else:
            database.panel("person")
            odds = [1.0, *(exp(Beta(f"s{c}", 0.0, None, None, 0)) for c in range(1, CLASSES))]
            total = sum(odds[1:], start=1.0)
            target = log(
                sum(
                    odds[c]
                    / total
                    * PanelLikelihoodTrajectory(models.logit(utilities(c), there, Variable("choice")))
                    for c in range(CLASSES)
                )
            )
        model = bio.BIOGEME(
            database, target, generate_html=False, generate_yaml=False, save_iterations=False,
            calculating_second_derivatives="never", number_of_threads=1,
        )  # fmt: skip
        model.model_name = asked.model
        return float(model.estimate().final_log_likelihood)

    measured.answer("biogeme", fit, asked.repeats)


if __name__ == "__main__":
    main()
