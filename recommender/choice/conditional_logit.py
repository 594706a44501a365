"""Conditional (multinomial) logit with a normal prior: the maximum a posteriori part-worths and their spread.

Training only: this half of the room loads scipy. McFadden 1974; Train 2009, chapter 3, for likelihood and
gradient; the prior adds a ridge (MAP), the inverse Hessian gives Laplace's posterior covariance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from recommender.choice.artefact import Floats
from recommender.choice.tasks import Shares, Tasks, choice_shares, make_tasks


def negative_log_posterior(
    theta: Floats,
    X: Floats,  # noqa: N803 - the field's letter
    offset: Floats,
    tasks: Tasks,
    mean: Floats,
    sd: Floats,
) -> tuple[float, Floats]:
    """Value and gradient at theta [K + 1]: part-worths, then the utility of the outside option.

    ``X`` float64 [R, K]; ``offset`` [R] is added to the utility; normal prior ``mean``, ``sd`` [K + 1], a
    standard deviation of infinity = no prior.
    """
    shares = choice_shares(X @ theta[:-1] + offset, float(theta[-1]), tasks)
    residual = -shares.rows
    made = tasks.chosen[tasks.chosen >= 0]
    residual[made] += 1.0
    none_made = np.count_nonzero(tasks.chosen < 0)
    score = np.append(X.T @ residual, none_made - shares.none.sum())
    off = (theta - mean) / sd
    value = -shares.log_likelihood.sum() + 0.5 * float(off @ off)
    return float(value), -score + off / sd


class ConditionalLogit:
    """One taste for all people, around a prior.

    ``prior_mean``, ``prior_sd``: of the K part-worths (default: none); a part-worth with sd 0 stays at its
    mean. ``outside_mean``, ``outside_sd``: of the utility of "none of these" (its zero is that of
    ``offset``). After :meth:`fit`: ``coef_`` and ``coef_sd_`` [K], ``outside_`` and ``outside_sd_``,
    ``covariance_`` [K+1, K+1], ``log_likelihood_``, ``n_iter_``, ``feature_names_in_``.
    """

    def __init__(
        self,
        *,
        prior_mean: ArrayLike | None = None,
        prior_sd: ArrayLike | None = None,
        outside_mean: float = 0.0,
        outside_sd: float = np.inf,
        max_iter: int = 1000,
        random_state: int | None = None,
    ) -> None:
        self.prior_mean = prior_mean
        self.prior_sd = prior_sd
        self.outside_mean = outside_mean
        self.outside_sd = outside_sd
        self.max_iter = max_iter
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,  # noqa: N803 - the field's letters, as in scikit-learn
        y: ArrayLike,
        *,
        task: ArrayLike,
        person: ArrayLike | None = None,
        Z: ArrayLike | None = None,  # noqa: N803
        offset: ArrayLike | None = None,
        outside: ArrayLike | None = None,
        feature_names: Sequence[str] | None = None,
    ) -> ConditionalLogit:
        """Fit to rows of alternatives.

        ``X`` [R, K]; ``y`` bool [R], true on the row chosen; ``task`` [R], rows of a task stand together;
        ``outside`` bool [R], true on all rows of a task that offered "none". ``person`` and ``Z`` are taken
        for the sake of models that use them. Deterministic: ``random_state`` changes nothing. Raises
        ValueError naming the tasks for two choices, no choice without an outside option, a single
        alternative without one, rows of a task apart; and for numbers that are not finite or shapes that
        differ.
        """
        matrix, shift = _matrix(X, offset)
        tasks = make_tasks(task, y, outside)
        if len(tasks.of_row) != len(matrix):
            raise ValueError(f"X has {len(matrix)} rows, task has {len(tasks.of_row)}")
        mean, sd = self._prior(matrix.shape[1], offered=bool(tasks.outside.any()))
        free = sd > 0.0
        scale = np.where(np.isfinite(sd) & free, sd, 1.0)

        def target(eta: Floats) -> tuple[float, Floats]:
            theta = mean.copy()
            theta[free] += scale[free] * eta
            used = np.where(free, sd, 1.0)
            value, gradient = negative_log_posterior(theta, matrix, shift, tasks, mean, used)
            return value, gradient[free] * scale[free]

        theta = mean.copy()
        self.n_iter_ = 0
        if free.any():
            options = {"maxiter": self.max_iter, "gtol": 1e-6, "ftol": 1e-12}
            found = minimize(target, np.zeros(free.sum()), jac=True, method="L-BFGS-B", options=options)
            theta[free] += scale[free] * found.x
            self.n_iter_ = int(found.nit)
        self._keep(theta, matrix, shift, tasks, sd)
        self.feature_names_in_ = list(feature_names or (f"x{k}" for k in range(matrix.shape[1])))
        return self

    def _prior(self, features: int, *, offered: bool) -> tuple[Floats, Floats]:
        mean = (
            np.zeros(features) if self.prior_mean is None else np.asarray(self.prior_mean, dtype=np.float64)
        )
        sd = (
            np.full(features, np.inf)
            if self.prior_sd is None
            else np.asarray(self.prior_sd, dtype=np.float64)
        )
        if mean.shape != (features,) or sd.shape != (features,):
            raise ValueError(f"X has {features} columns, the prior has {mean.shape} and {sd.shape}")
        # without an offered "none" its utility is not in the data: it stays where the prior has it
        return np.append(mean, self.outside_mean), np.append(sd, self.outside_sd if offered else 0.0)

    def _keep(self, theta: Floats, matrix: Floats, shift: Floats, tasks: Tasks, sd: Floats) -> None:
        shares = choice_shares(matrix @ theta[:-1] + shift, float(theta[-1]), tasks)
        self.coef_, self.outside_ = theta[:-1], float(theta[-1])
        self.covariance_ = _covariance(matrix, shares, tasks, sd)
        spread = np.sqrt(np.diag(self.covariance_))
        self.coef_sd_, self.outside_sd_ = spread[:-1], float(spread[-1])
        self.log_likelihood_ = float(shares.log_likelihood.sum())

    def predict_proba(
        self,
        X: ArrayLike,  # noqa: N803
        *,
        task: ArrayLike,
        offset: ArrayLike | None = None,
        outside: ArrayLike | None = None,
    ) -> Floats:
        """Probability of each row, float64 [R]; what is missing to 1 in a task is the outside option's."""
        matrix, shift = _matrix(X, offset)
        tasks = make_tasks(task, None, outside)
        return choice_shares(matrix @ self.coef_ + shift, self.outside_, tasks).rows

    def get_feature_names_out(self) -> NDArray[np.str_]:
        return np.array(self.feature_names_in_, dtype=np.str_)


def _matrix(X: ArrayLike, offset: ArrayLike | None) -> tuple[Floats, Floats]:  # noqa: N803
    matrix = np.asarray(X, dtype=np.float64)
    if matrix.ndim != 2:
        raise ValueError(f"X has shape {matrix.shape}, not rows and columns")
    shift = np.zeros(len(matrix)) if offset is None else np.asarray(offset, dtype=np.float64)
    if shift.shape != (len(matrix),):
        raise ValueError(f"offset has shape {shift.shape}, X {matrix.shape}")
    if not (np.isfinite(matrix).all() and np.isfinite(shift).all()):
        raise ValueError("X and offset must be finite")
    return matrix, shift


def _covariance(matrix: Floats, shares: Shares, tasks: Tasks, sd: Floats) -> Floats:
    """Laplace: inverse Hessian of the negative log posterior; 0 for parameters that are held.

    The Hessian of a task is the covariance of its rows (the outside option is a row with a single 1).
    """
    weighted = matrix * shares.rows[:, None]
    centre = np.add.reduceat(weighted, tasks.start, axis=0)
    size = matrix.shape[1] + 1
    hessian = np.zeros((size, size))
    hessian[:-1, :-1] = matrix.T @ weighted - centre.T @ centre
    cross = -(centre * shares.none[:, None]).sum(axis=0)
    hessian[:-1, -1] = hessian[-1, :-1] = cross
    hessian[-1, -1] = float((shares.none * (1.0 - shares.none)).sum())
    free = sd > 0.0
    hessian[np.diag_indices(size)] += np.where(free, 1.0 / np.where(free, sd, 1.0) ** 2, 0.0)
    covariance = np.zeros_like(hessian)
    block = np.ix_(free, free)
    covariance[block] = np.linalg.pinv(hessian[block], hermitian=True)
    return covariance
