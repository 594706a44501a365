"""Part-worths and membership of latent classes: the maximum a posteriori by L-BFGS in whitened coordinates.

Training only: this half of the room loads scipy. The gradient is that of the EM algorithm's expected
likelihood. Coordinates in which a class of average size has unit information take the place of EM's inner
Newton steps: the search needs twenty to forty passes over the data where EM needs hundreds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import minimize

from recommender.choice.artefact import Floats
from recommender.choice.class_likelihood import ClassLikelihood, log_share
from recommender.choice.panel import Panel

_COMMON_RIDGE = 1e-3
"""Ridge on the taste common to all: it keeps perfectly separated choices finite and moves nothing else."""
_SHORT_PASSES = 12
_START_TASKS = 20_000
"""With more tasks than about these the search is made on so many first and ends on all."""
EMPTY_PEOPLE = 0.5
"""A class that holds fewer people than this, all posteriors added, is empty: it gets the common taste."""
_VALUE_STEP = 1e-7
"""A relative fall of the target below this, times the tolerance, ends the search too."""
_JITTER = 1e-9


@dataclass(frozen=True)
class Ground:
    """What all fits to a panel share. ``scale`` [K] root mean square of each column's differences within
    tasks, 1 for the ``dead`` columns, which never differ; ``common`` [K] the one taste, ``curvature`` [K, K]
    the information about it; ``people`` [N, 1 + Q] ones and the standardised ``Z``, whose ``centre`` and
    ``spread`` [Q] are kept; ``names`` [K] of the columns; ``notes`` what was done about data that do not
    carry the model."""

    likelihood: ClassLikelihood
    scale: Floats
    dead: NDArray[np.bool_]
    common: Floats
    curvature: Floats
    people: Floats
    centre: Floats
    spread: Floats
    names: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ClassFit:
    """``coef`` [C, K]; ``membership`` [C, 1 + Q] on :attr:`Ground.people`; ``posterior`` [N, C]; classes by
    falling size, ``empty`` the places of those that hold no one. ``iterations`` of all starts together."""

    coef: Floats
    membership: Floats
    log_likelihood: float
    posterior: Floats
    empty: tuple[int, ...]
    iterations: int
    converged: bool


@dataclass(frozen=True)
class Search:
    """Settings of :func:`fit_classes`: prior precisions, random starts, most iterations, tolerance."""

    ridge: float
    membership_ridge: float
    starts: int
    max_iter: int
    tol: float


def ground_of(panel: Panel, names: list[str]) -> Ground:
    """Prepare a panel; ``names`` [K] of its columns."""
    likelihood = ClassLikelihood(panel)
    size = likelihood.differences_size()
    dead = size == 0.0
    scale = np.where(dead, 1.0, size)
    common_ridge = _COMMON_RIDGE * scale**2
    begin, _ = _one_taste(likelihood.first(_START_TASKS), common_ridge, np.zeros(len(scale)))
    common, curvature = _one_taste(likelihood, common_ridge, begin)
    centre, spread = panel.Z.mean(axis=0), panel.Z.std(axis=0)
    same = spread <= 1e-12 * np.maximum(1.0, np.abs(centre))
    spread = np.where(same, 1.0, spread)
    standard = (panel.Z - centre) / spread
    standard[:, same] = 0.0
    notes = [f"{names[k]} never differs within a task: its part-worth is 0" for k in np.flatnonzero(dead)]
    notes += [f"column {q} of Z is the same for all people: it is left out" for q in np.flatnonzero(same)]
    if likelihood.separates(common):
        notes.append("the choices are separated perfectly: the ridge alone decides how large part-worths are")
    return Ground(
        likelihood=likelihood,
        scale=scale,
        dead=dead,
        common=common,
        curvature=curvature,
        people=np.column_stack([np.ones(panel.people), standard]),
        centre=centre,
        spread=spread,
        names=tuple(names),
        notes=tuple(notes),
    )


def fit_classes(ground: Ground, classes: int, search: Search, rng: np.random.Generator) -> ClassFit:
    """The best of ``search.starts`` random starts."""
    if classes == 1:
        coef, membership = ground.common[None, :], np.zeros((1, ground.people.shape[1]))
        return _described(ground, coef, membership, 0, converged=True)
    target = _target(ground, classes, search)
    points, iterations = [target.random_start(ground, rng) for _ in range(search.starts)], 0
    trial = _target(ground, classes, search, start_tasks=_START_TASKS)
    if len(points) > 1:
        tried = [trial.minimum(point, _SHORT_PASSES, search.tol) for point in points]
        iterations = sum(found.iterations for found in tried)
        points = [min(tried, key=lambda found: found.value).point]
    if len(trial.likelihood.tiles) < len(target.likelihood.tiles):
        found = trial.minimum(points[0], search.max_iter, search.tol)
        iterations, points = iterations + found.iterations, [found.point]
    best = target.minimum(points[0], search.max_iter, search.tol)
    deviation, membership = target.split(best.point)
    return _described(
        ground,
        ground.common + deviation,
        membership - membership.mean(axis=0),
        iterations + best.iterations,
        converged=best.converged,
    )


@dataclass(frozen=True)
class _Minimum:
    point: Floats
    value: float
    iterations: int
    converged: bool


@dataclass(frozen=True)
class _Target:
    """Negative log posterior in whitened coordinates (phi [C, K], psi [C, 1 + Q], in one list):
    deviation from the common taste = phi @ coef_root', membership = psi @ member_root'."""

    likelihood: ClassLikelihood
    people: Floats
    common: Floats
    classes: int
    coef_root: Floats
    member_root: Floats
    coef_ridge: Floats
    member_ridge: Floats

    def split(self, point: Floats) -> tuple[Floats, Floats]:
        """Deviations [C, K] and membership [C, 1 + Q]."""
        cut = self.classes * len(self.common)
        phi, psi = point[:cut].reshape(self.classes, -1), point[cut:].reshape(self.classes, -1)
        return phi @ self.coef_root.T, psi @ self.member_root.T

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        deviation, member = self.split(point)
        log_membership = log_share(self.people @ member.T)
        found = self.likelihood.classes(self.common + deviation, log_membership)
        pull, push = self.coef_ridge * deviation, self.member_ridge * member
        value = -found.log_likelihood + 0.5 * float((pull * deviation).sum() + (push * member).sum())
        by_member = (found.posterior - np.exp(log_membership)).T @ self.people
        by_phi, by_psi = (pull - found.coef) @ self.coef_root, (push - by_member) @ self.member_root
        return value, np.concatenate([by_phi.ravel(), by_psi.ravel()])

    def random_start(self, ground: Ground, rng: np.random.Generator) -> Floats:
        """Classes whose utilities differ by a standard deviation of one; all of one size."""
        columns = len(self.common)
        deviation = rng.standard_normal((self.classes, columns)) / (np.sqrt(columns) * ground.scale)
        deviation[:, ground.dead] = 0.0
        # the root is upper triangular: phi solves deviation = phi @ root'
        phi = solve_triangular(self.coef_root, deviation.T, lower=False).T
        return np.concatenate([phi.ravel(), np.zeros(self.classes * self.people.shape[1])])

    def minimum(self, point: Floats, most: int, tolerance: float) -> _Minimum:
        options = {"maxiter": most, "maxfun": 3 * most, "maxcor": 20, "gtol": tolerance}
        options["ftol"] = _VALUE_STEP * tolerance
        found = minimize(self, point, jac=True, method="L-BFGS-B", options=options)
        # status 1: out of iterations; 2: the value cannot fall further in floating point, which is an end too
        return _Minimum(found.x, float(found.fun), int(found.nit), int(found.status) != 1)


def _target(ground: Ground, classes: int, search: Search, *, start_tasks: int | None = None) -> _Target:
    likelihood = ground.likelihood if start_tasks is None else ground.likelihood.first(start_tasks)
    coef_ridge = search.ridge * ground.scale**2
    # the sizes of the classes are free
    member_ridge = np.append(0.0, np.full(ground.people.shape[1] - 1, search.membership_ridge))
    share = 1.0 / classes
    told = share * (1.0 - share) * (ground.people.T @ ground.people)
    return _Target(
        likelihood=likelihood,
        people=ground.people,
        common=ground.common,
        classes=classes,
        coef_root=_inverse_root(share * ground.curvature + np.diag(coef_ridge)),
        member_root=_inverse_root(told + np.diag(member_ridge)),
        coef_ridge=coef_ridge,
        member_ridge=member_ridge,
    )


def _described(
    ground: Ground, coef: Floats, membership: Floats, iterations: int, *, converged: bool
) -> ClassFit:
    log_membership = log_share(ground.people @ membership.T)
    found = ground.likelihood.classes(coef, log_membership)
    empty = found.posterior.sum(axis=0) < EMPTY_PEOPLE
    if empty.any():
        coef = np.where(empty[:, None], ground.common, coef)
        found = ground.likelihood.classes(coef, log_membership)
    order = np.argsort(-found.posterior.sum(axis=0), kind="stable")
    return ClassFit(
        coef=coef[order],
        membership=membership[order],
        log_likelihood=found.log_likelihood,
        posterior=found.posterior[:, order],
        iterations=iterations,
        empty=tuple(np.flatnonzero(empty[order]).tolist()),
        converged=converged,
    )


def _one_taste(likelihood: ClassLikelihood, ridge: Floats, coef: Floats) -> tuple[Floats, Floats]:
    """Newton's method for one taste from ``coef``: part-worths and the information about them."""
    value, gradient, curvature = likelihood.one_taste(coef)
    for _ in range(100):
        ascent = gradient - ridge * coef
        step = np.linalg.solve(curvature + np.diag(ridge), ascent)
        gain, best = float(ascent @ step), value - 0.5 * float(ridge @ coef**2)
        if gain <= 1e-12 * (1.0 + abs(best)):
            break
        # the target is concave: halving ends at the latest where rounding hides the gain
        for halving in range(40):
            trial = coef + step / 2**halving
            value, gradient, curvature = likelihood.one_taste(trial)
            if value - 0.5 * float(ridge @ trial**2) >= best:
                break
        coef = trial
    return coef, curvature


def _inverse_root(matrix: Floats) -> Floats:
    """Upper triangular W with W W' = the inverse; a matrix without full rank is lifted a little."""
    size = len(matrix)
    lift = _JITTER * max(float(np.trace(matrix)) / size, _JITTER)
    lower = cholesky(matrix + lift * np.eye(size), lower=True)
    root: Floats = solve_triangular(lower, np.eye(size), lower=True).T
    return root
