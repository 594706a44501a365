"""xlogit: MNL, and mixed logit with a normal for every column and 500 Halton draws. No latent classes."""

from __future__ import annotations

import measured
import numpy as np

from xlogit import MixedLogit, MultinomialLogit  # isort: skip


def main() -> None:
    asked = measured.arguments()
    data = measured.load(asked.data)
    names = [f"x{k}" for k in range(data["X"].shape[1])]
    size = int((data["task"] == data["task"][0]).sum())
    roles = {"X": data["X"], "y": data["y"].astype(int), "varnames": names, "ids": data["task"], "verbose": 0}
    roles["alts"] = np.tile(np.arange(size), len(data["y"]) // size)

    def fit() -> float:
        if asked.model == "mnl":
            model = MultinomialLogit()
            model.fit(**roles)
        else:
            model = MixedLogit()
            model.fit(**roles, panels=data["person"], randvars=dict.fromkeys(names, "n"), n_draws=500)
        return float(model.loglikelihood)

    measured.answer("xlogit", fit, asked.repeats)


if __name__ == "__main__":
    main()
