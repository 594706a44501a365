"""Conditional (multinomial) logit with a normal prior: the maximum a posteriori part-worths and their spread.

Training only: this half of the room loads scipy and scikit-learn. McFadden 1974; Train 2009, chapter 3, for
likelihood and gradient; the prior adds a ridge (MAP), the inverse Hessian gives Laplace's posterior
covariance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from recommender.choice.artefact import Floats
from recommender.choice.panel import KnownChoices, column_names, finite_matrix, people_of
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


class ConditionalLogit(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """One taste for all people, around a prior.

    ``prior_mean``, ``prior_sd``: of the K part-worths (default: none); a part-worth with sd 0 stays at its
    mean. ``outside_mean``, ``outside_sd``: of the utility of "none of these" (its zero is that of
    ``offset``). After :meth:`fit`: ``coef_`` and ``coef_sd_`` [K], ``outside_`` and ``outside_sd_``,
    ``covariance_`` [K+1, K+1], ``log_likelihood_``, ``n_iter_``, ``feature_names_in_``, ``notes_`` (sentences
    on what was done about data that do not carry the model).
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
        for the sake of models that use them: they are checked and change nothing, as ``random_state`` does.
        Raises ValueError naming the tasks for two choices, no choice without an outside option, a single
        alternative without one, rows of a task apart; and for numbers that are not finite or shapes that
        differ.
        """
        matrix, shift = _matrix(X, offset)
        tasks = _tasks(len(matrix), task, y, outside, person, Z)
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
        names = column_names(X, matrix.shape[1], feature_names)
        self._keep(theta, matrix, shift, tasks, sd, names)
        self.feature_names_in_ = np.array(names, dtype=np.str_)
        self.n_features_in_ = len(names)
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

    def _keep(
        self, theta: Floats, matrix: Floats, shift: Floats, tasks: Tasks, sd: Floats, names: Sequence[str]
    ) -> None:
        shares = choice_shares(matrix @ theta[:-1] + shift, float(theta[-1]), tasks)
        self.coef_, self.outside_ = theta[:-1], float(theta[-1])
        self.covariance_ = _covariance(matrix, shares, tasks, sd)
        spread = np.sqrt(np.maximum(np.diag(self.covariance_), 0.0))
        # where "none" is offered, a column that is the same on all rows of a task still tells
        dead = np.zeros(len(names), dtype=np.bool_)
        if not tasks.outside.any():
            dead = _same_within_tasks(matrix, tasks) & (sd[:-1] > 0.0)
        self.coef_sd_: Floats = np.where(dead, sd[:-1], spread[:-1])
        self.outside_sd_ = float(spread[-1])
        self.log_likelihood_ = float(shares.log_likelihood.sum())
        unseen = np.flatnonzero(dead).tolist()
        notes = [f"{names[k]} never differs within a task: it stays at its prior" for k in unseen]
        # separated choices drive every probability to one, as far as the prior and the search let them
        if shares.log_likelihood.min() > np.log(0.5):
            notes.append("the choices are separated perfectly: the size of the part-worths means nothing")
        self.notes_ = tuple(notes)

    def predict_proba(
        self,
        X: ArrayLike,  # noqa: N803
        *,
        task: ArrayLike,
        person: ArrayLike | None = None,
        Z: ArrayLike | None = None,  # noqa: N803
        known: KnownChoices | None = None,
        offset: ArrayLike | None = None,
        outside: ArrayLike | None = None,
    ) -> Floats:
        """Probability of each row, float64 [R]; what is missing to 1 in a task is the outside option's.

        ``person``, ``Z`` and ``known`` (earlier choices) change nothing: all people have one taste.
        """
        check_is_fitted(self, "coef_")
        matrix, shift = _matrix(X, offset)
        if matrix.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {matrix.shape[1]} columns, the model {self.n_features_in_}")
        tasks = _tasks(len(matrix), task, None, outside, person, Z)
        return choice_shares(matrix @ self.coef_ + shift, self.outside_, tasks).rows

    def get_feature_names_out(self) -> NDArray[np.str_]:
        check_is_fitted(self, "coef_")
        return self.feature_names_in_.copy()


def _matrix(X: ArrayLike, offset: ArrayLike | None) -> tuple[Floats, Floats]:  # noqa: N803
    matrix = finite_matrix(X)
    shift = np.zeros(len(matrix)) if offset is None else np.asarray(offset, dtype=np.float64)
    if shift.shape != (len(matrix),):
        raise ValueError(f"offset has shape {shift.shape}, X {matrix.shape}")
    if not np.isfinite(shift).all():
        raise ValueError("offset must be finite")
    return matrix, shift


def _tasks(
    rows: int,
    task: ArrayLike,
    y: ArrayLike | None,
    outside: ArrayLike | None,
    person: ArrayLike | None,
    Z: ArrayLike | None,  # noqa: N803
) -> Tasks:
    tasks = make_tasks(task, y, outside)
    if len(tasks.of_row) != rows:
        raise ValueError(f"X has {rows} rows, task has {len(tasks.of_row)}")
    if person is not None or Z is not None:
        people_of(tasks, task if person is None else person, Z)
    return tasks


def _same_within_tasks(matrix: Floats, tasks: Tasks) -> NDArray[np.bool_]:
    most = np.maximum.reduceat(matrix, tasks.start)
    return np.asarray((most == np.minimum.reduceat(matrix, tasks.start)).all(axis=0))


def _covariance(matrix: Floats, shares: Shares, tasks: Tasks, sd: Floats) -> Floats:
    """Laplace: inverse Hessian of the negative log posterior; 0 for parameters that are held.

    The Hessian of a task is the covariance of its rows (the outside option is a row with a single 1), taken
    around their mean: numbers far from zero, such as years, would lose all digits in a difference of squares.
    """
    weighted = matrix * shares.rows[:, None]
    centre = np.add.reduceat(weighted, tasks.start, axis=0)
    size = matrix.shape[1] + 1
    hessian = np.zeros((size, size))
    away = matrix - centre[tasks.of_row]
    hessian[:-1, :-1] = away.T @ (away * shares.rows[:, None]) + (centre * shares.none[:, None]).T @ centre
    cross = -(centre * shares.none[:, None]).sum(axis=0)
    hessian[:-1, -1] = hessian[-1, :-1] = cross
    hessian[-1, -1] = float((shares.none * (1.0 - shares.none)).sum())
    free = sd > 0.0
    hessian[np.diag_indices(size)] += np.where(free, 1.0 / np.where(free, sd, 1.0) ** 2, 0.0)
    covariance = np.zeros_like(hessian)
    block = np.ix_(free, free)
    covariance[block] = np.linalg.pinv(hessian[block], hermitian=True)
    return covariance
