"""Conditional logit whose part-worths depend on what a person answered: every answer with every column.

Training half. Part-worths of person n: ``b + B z_n``; normal priors (a ridge), wide on ``b``, narrow on
``B``: without it so many numbers predict worse than none (docs/evaluation.md).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from recommender.choice.artefact import Floats
from recommender.choice.panel import KnownChoices, Panel, make_panel
from recommender.choice.tasks import Shares, choice_shares

MAIN_SD = 20.0
"""Prior sd of an average part-worth per standard deviation of its column: as good as none."""


class AnswersLogit(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """``answer_sd``: prior standard deviation of each element of ``B``, for a change of one standard
    deviation of the column and one unit of ``Z``; a number or one a column [K], 0 = answers do not move it.

    After :meth:`fit`: ``coef_`` [K], ``answer_coef_`` [K, Q], ``log_likelihood_``, ``n_iter_``,
    ``n_features_in_``. A column that is the same on all rows has no part-worth (0).
    """

    def __init__(self, *, answer_sd: float | ArrayLike = 0.012, max_iter: int = 500) -> None:
        self.answer_sd = answer_sd
        self.max_iter = max_iter

    def fit(
        self,
        X: ArrayLike,  # noqa: N803 - the field's letters
        y: ArrayLike,
        *,
        task: ArrayLike,
        person: ArrayLike | None = None,
        Z: ArrayLike | None = None,  # noqa: N803
    ) -> AnswersLogit:
        """``X`` [R, K], ``y`` bool [R], ``task`` [R], ``person`` [R] row numbers of ``Z`` [N, Q].

        Raises ValueError as :func:`make_panel` does.
        """
        panel = make_panel(X, y, task=task, person=person, Z=Z)
        spread = panel.X.std(axis=0)
        scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0.0)
        matrix = panel.X * scale
        answers = np.column_stack([np.ones(panel.people), panel.Z])
        sd = np.empty((matrix.shape[1], answers.shape[1]))
        sd[:, 0] = MAIN_SD
        sd[:, 1:] = np.broadcast_to(np.asarray(self.answer_sd, dtype=np.float64), len(sd))[:, None]
        person_of_row = panel.person[panel.tasks.of_row]
        rows = len(matrix)
        to_person = csr_array((np.ones(rows), (person_of_row, np.arange(rows))), shape=(panel.people, rows))

        def target(flat: Floats) -> tuple[float, Floats]:
            unit = flat.reshape(sd.shape)
            taste = answers @ (unit * sd).T
            shares = choice_shares((matrix * taste[person_of_row]).sum(axis=1), 0.0, panel.tasks)
            residual = -shares.rows
            residual[panel.tasks.chosen] += 1.0
            score = (to_person @ (matrix * residual[:, None])).T @ answers
            value = -shares.log_likelihood.sum() + 0.5 * float(flat @ flat)
            return float(value), flat - (score * sd).ravel()

        options = {"maxiter": self.max_iter, "gtol": 1e-5, "ftol": 1e-10}
        found = minimize(target, np.zeros(sd.size), jac=True, method="L-BFGS-B", options=options)
        part_worths = found.x.reshape(sd.shape) * sd * scale[:, None]
        self.coef_, self.answer_coef_ = part_worths[:, 0], part_worths[:, 1:]
        self.n_iter_, self.n_features_in_ = int(found.nit), matrix.shape[1]
        self.log_likelihood_ = float(self._shares(panel).log_likelihood.sum())
        return self

    def predict_proba(
        self,
        X: ArrayLike,  # noqa: N803
        *,
        task: ArrayLike,
        person: ArrayLike | None = None,
        Z: ArrayLike | None = None,  # noqa: N803
        known: KnownChoices | None = None,
    ) -> Floats:
        """Probability of each row, float64 [R]. ``known`` changes nothing: this model does not learn of a
        person from his choices. Raises ValueError for other columns than those fitted, NotFittedError."""
        check_is_fitted(self)
        panel = make_panel(X, None, task=task, person=person, Z=Z)
        if panel.X.shape[1] != self.n_features_in_ or panel.Z.shape[1] != self.answer_coef_.shape[1]:
            wanted = (self.n_features_in_, self.answer_coef_.shape[1])
            raise ValueError(
                f"columns of X and Z: fitted {wanted}, got {(panel.X.shape[1], panel.Z.shape[1])}"
            )
        return self._shares(panel).rows

    def _shares(self, panel: Panel) -> Shares:
        taste = self.coef_ + panel.Z @ self.answer_coef_.T
        utility = (panel.X * taste[panel.person[panel.tasks.of_row]]).sum(axis=1)
        return choice_shares(utility, 0.0, panel.tasks)
