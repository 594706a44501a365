"""Gibbs sampler of a mixture of normals over people's part-worths, given their choices and answers.

Training half. Model: part-worths b_n = mu_c + Delta z_n + L eta_n / sqrt(w_n), eta_n standard normal,
L L' = Sigma; shared part-worths are the same for all; component c_n ~ softmax(Gamma [1, z_n]); w_n = 1, or
gamma with mean 1 for Student tails. Priors: Sigma half-t by element (Huang and Wand 2013); column q of Delta
~ N(0, tau_q Sigma), sqrt(tau_q) half-Cauchy, so an answer that says nothing is shrunk away whole; components
~ N(common, kappa Sigma). Rossi, Allenby and McCulloch 2005, chapter 5, for the hierarchy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats
from recommender.choice.hamiltonian import adapted, draw_luck, hamiltonian_step
from recommender.choice.person_choices import PersonChoices
from recommender.choice.tasks import Places

SPREAD_FREEDOM = 2.0
"""Degrees of freedom of the half-t priors of Huang and Wand: 2 makes every correlation equally likely."""
SPREAD_SCALE = 1.0
_MEAN_VARIANCE = 100.0
"""Of the single component's mean, in units of Sigma: next to no shrinkage."""
_APART = 0.25
"""Prior guess of kappa: how far components lie apart, in units of Sigma."""
_SHARED_SD = 2.0
_SHARED_STEP, _SHARED_LEAPS = 0.7, 3
_USUAL_DOUBT = 0.2
"""p (1 - p) of a choice that is neither certain nor a coin's: for the size of steps alone."""
_MEMBERSHIP_SD = 0.15
_INTERCEPT_SD = 1.0
_MEMBERSHIP_STEP, _MEMBERSHIP_LEAPS = 0.03, 6
_START_VARIANCE = 0.25
_START_STEP = 0.4


@dataclass(frozen=True)
class ChainSettings:
    """``answer_scale``: scale of the half-Cauchy of sqrt(tau); ``tails``: degrees of freedom of the Student
    tails, None = normal; ``iterations`` after ``warm_up``, every ``thin``-th kept."""

    components: int
    answer_scale: float
    tails: float | None
    warm_up: int
    iterations: int
    thin: int


@dataclass(frozen=True)
class PopulationDraw:
    """One belief about all people: ``answers`` [Q, K] (Delta turned), ``means`` [C, K], ``root`` [K, K] (L),
    ``shared`` [F], ``membership`` [C, 1 + Q]."""

    answers: Floats
    means: Floats
    root: Floats
    shared: Floats
    membership: Floats

    def log_membership(self, people: Floats) -> Floats:
        """Log probabilities of the components [N, C] of people with answers [N, Q]."""
        return log_softmax(self.membership[:, 0] + people @ self.membership[:, 1:].T)


@dataclass(frozen=True)
class ChainResult:
    """``person_mean`` [N, K] posterior mean of the part-worths of the people fitted on; ``acceptance`` of the
    Hamiltonian steps; ``log_likelihood`` mean over kept draws of the sum over people."""

    draws: tuple[PopulationDraw, ...]
    person_mean: Floats
    step: float
    acceptance: float
    log_likelihood: float


def log_softmax(logits: Floats) -> Floats:
    """Along the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def run_chain(
    choices: PersonChoices, people: Floats, common: Floats, settings: ChainSettings, rng: np.random.Generator
) -> ChainResult:
    """``people`` [N, Q] standardised answers; ``common`` [K + F] where the chain starts."""
    chain = _Chain(choices, people, common, settings, rng)
    accepted: list[float] = []
    kept: list[PopulationDraw] = []
    total, likelihood = np.zeros_like(chain.coef), 0.0
    for turn in range(settings.warm_up + settings.iterations):
        moved = chain.turn(turn)
        if turn < settings.warm_up:
            chain.step = adapted(chain.step, moved)
            continue
        accepted.append(float(moved.mean()))
        if (turn - settings.warm_up) % settings.thin == 0:
            kept.append(chain.draw())
            total += chain.coef
            likelihood += float(chain.here.log_likelihood(chain.coef).sum())
    count = len(kept)
    return ChainResult(tuple(kept), total / count, chain.step, float(np.mean(accepted)), likelihood / count)


class _Chain:
    """State of the sampler; each method draws one block given the others."""

    def __init__(
        self,
        choices: PersonChoices,
        people: Floats,
        common: Floats,
        settings: ChainSettings,
        rng: np.random.Generator,
    ) -> None:
        self.choices, self.people, self.settings, self.rng = choices, people, settings, rng
        size = choices.rows.shape[2]
        count, columns = people.shape
        common, self.shared = common[:size], common[size:]
        self.here = choices.with_shared(self.shared)
        self.shared_root = _shared_root(choices)
        self.coef = np.tile(common, (count, 1))
        self.answers = np.zeros((columns, size))
        self.means = np.tile(common, (settings.components, 1))
        self.root = np.eye(size) * np.sqrt(_START_VARIANCE)
        self.inverse_root = np.eye(size) / np.sqrt(_START_VARIANCE)
        self.aux = np.ones(size)
        self.tau = np.full(columns, settings.answer_scale**2)
        self.kappa = _APART
        self.component = np.asarray(rng.integers(settings.components, size=count), dtype=np.intp)
        self.weight = np.ones(count)
        self.membership = np.zeros((settings.components, 1 + columns))
        self.step = _START_STEP

    def turn(self, number: int) -> NDArray[np.bool_]:
        """One sweep; who moved."""
        moved = self._people()
        if len(self.shared) and number % 2 == 0:
            self._shared()
        self._population()
        self._spread()
        if self.settings.tails is not None:
            self._weights()
        if self.settings.components > 1:
            self._components(centred=number % 2 == 0)
            self._membership()
        return moved

    def draw(self) -> PopulationDraw:
        return PopulationDraw(self.answers, self.means, self.root, self.shared, self.membership)

    def _centre(self) -> Floats:
        return np.asarray(self.people @ self.answers + self.means[self.component])

    def _people(self) -> NDArray[np.bool_]:
        centre, scale = self._centre(), 1.0 / np.sqrt(self.weight)
        eta = (self.coef - centre) @ self.inverse_root.T / scale[:, None]
        luck = draw_luck(self.rng, *eta.shape)
        eta, moved = hamiltonian_step(self.here, centre, self.root, scale, eta, luck, self.step)
        self.coef = np.where(moved[:, None], centre + scale[:, None] * (eta @ self.root.T), self.coef)
        return moved

    def _shared(self) -> None:
        """Part-worths that all people share, by a Hamiltonian step."""
        own = self.choices.utility(self.coef)
        momentum = np.asarray(self.rng.standard_normal(len(self.shared)))
        threshold, stretch = self.rng.random(), self.rng.uniform(0.7, 1.3)
        length = _SHARED_STEP * stretch

        def at(point: Floats) -> tuple[float, Floats]:
            coef = self.shared_root @ point
            value, slope = self.choices.shared_value_and_gradient(own, coef)
            value -= 0.5 * float((coef**2).sum()) / _SHARED_SD**2
            return value, self.shared_root.T @ (slope - coef / _SHARED_SD**2)

        moved = np.asarray(np.linalg.solve(self.shared_root, self.shared), dtype=np.float64)
        value, slope = at(moved)
        before = value - 0.5 * float(momentum @ momentum)
        for _ in range(_SHARED_LEAPS):
            momentum = momentum + 0.5 * length * slope
            moved = moved + length * momentum
            value, slope = at(moved)
            momentum = momentum + 0.5 * length * slope
        if np.log(threshold) < value - 0.5 * float(momentum @ momentum) - before:
            self.shared = self.shared_root @ moved
            self.here = self.choices.with_shared(self.shared)

    def _population(self) -> None:
        """Delta and the component means: a matrix normal."""
        kinds = self.settings.components
        rows = np.hstack([self.people, np.eye(kinds)[self.component]])
        flat = kinds == 1
        kind_precision = np.full(kinds, 1.0 / (_MEAN_VARIANCE if flat else self.kappa))
        precision = np.append(1.0 / self.tau, kind_precision)
        weighted = rows * self.weight[:, None]
        gram = weighted.T @ rows
        gram[np.diag_indices_from(gram)] += precision
        pulled = weighted.T @ self.coef
        if not flat:
            pulled[len(self.tau) :] += kind_precision[:, None] * self._middle()
        # inverse(gram) = H' H
        half = np.linalg.inv(np.linalg.cholesky(gram))
        noise = self.rng.standard_normal(pulled.shape) @ self.root.T
        both = half.T @ (half @ pulled + noise)
        self.answers = np.asarray(both[: len(self.tau)], dtype=np.float64)
        self.means = np.asarray(both[len(self.tau) :], dtype=np.float64)

    def _middle(self) -> Floats:
        noise = self.root @ self.rng.standard_normal(len(self.root))
        return np.asarray(self.means.mean(axis=0) + np.sqrt(self.kappa / len(self.means)) * noise)

    def _spread(self) -> None:
        """Sigma, its scales, tau of every answer, kappa of the components."""
        away = self.coef - self._centre()
        scatter = (away * self.weight[:, None]).T @ away
        scatter += (self.answers / self.tau[:, None]).T @ self.answers
        scatter[np.diag_indices_from(scatter)] += 2.0 * SPREAD_FREEDOM / self.aux
        size = len(scatter)
        freedom = SPREAD_FREEDOM + size - 1.0 + len(away) + len(self.tau)
        self.root = inverse_wishart_root(scatter, freedom, self.rng)
        inverse_root = self.inverse_root = np.linalg.inv(self.root)
        precision = (inverse_root**2).sum(axis=0)
        rate = SPREAD_FREEDOM * precision + 1.0 / SPREAD_SCALE**2
        self.aux = rate / self.rng.standard_gamma((SPREAD_FREEDOM + size) / 2.0, size)
        if len(self.tau):
            length = ((self.answers @ inverse_root.T) ** 2).sum(axis=1)
            shape = len(self.tau)
            aux = (1.0 / self.tau + self.settings.answer_scale**-2) / self.rng.standard_gamma(1.0, shape)
            self.tau = (0.5 * length + 1.0 / aux) / self.rng.standard_gamma((size + 1.0) / 2.0, shape)
        if self.settings.components > 1:
            apart = (self.means - self.means.mean(axis=0)) @ inverse_root.T
            shape_kappa = 1.0 + size * (self.settings.components - 1) / 2.0
            self.kappa = float((_APART + 0.5 * (apart**2).sum()) / self.rng.standard_gamma(shape_kappa))

    def _weights(self) -> None:
        freedom = float(self.settings.tails or 0.0)
        distance = (((self.coef - self._centre()) @ self.inverse_root.T) ** 2).sum(axis=1)
        shape = (freedom + len(self.root)) / 2.0
        self.weight = 2.0 * self.rng.standard_gamma(shape, len(distance)) / (freedom + distance)

    def _components(self, *, centred: bool) -> None:
        """Component of each person: given his part-worths, or (better mixing) given how he differs from his
        component, his part-worths moving along."""
        base = self.people @ self.answers
        away = self.coef - base - self.means[self.component]
        log_share = self.draw().log_membership(self.people)
        for kind, mean in enumerate(self.means):
            if centred:
                gap = (self.coef - base - mean) @ self.inverse_root.T
                log_share[:, kind] -= 0.5 * self.weight * (gap**2).sum(axis=1)
            else:
                log_share[:, kind] += self.here.log_likelihood(base + mean + away)
        self.component = pick(log_share, np.asarray(self.rng.random(len(away))))
        if not centred:
            self.coef = base + self.means[self.component] + away

    def _membership(self) -> None:
        """Gamma by a Hamiltonian step of its own."""
        ones = np.column_stack([np.ones(len(self.people)), self.people])
        taken = np.eye(len(self.means))[self.component]
        sd = np.append(_INTERCEPT_SD, np.full(ones.shape[1] - 1, _MEMBERSHIP_SD))
        momentum = np.asarray(self.rng.standard_normal(self.membership.shape))
        threshold, stretch = self.rng.random(), self.rng.uniform(0.7, 1.3)
        length = _MEMBERSHIP_STEP * stretch
        value, slope = membership_value(self.membership, ones, taken, sd)
        before = value - 0.5 * float((momentum**2).sum())
        moved = self.membership
        for _ in range(_MEMBERSHIP_LEAPS):
            momentum = momentum + 0.5 * length * slope
            moved = moved + length * momentum
            value, slope = membership_value(moved, ones, taken, sd)
            momentum = momentum + 0.5 * length * slope
        if np.log(threshold) < value - 0.5 * (momentum**2).sum() - before:
            self.membership = moved


def _shared_root(choices: PersonChoices) -> Floats:
    """Cholesky factor [F, F] of a rough covariance of the shared part-worths."""
    rows = choices.shared.astype(np.float64)
    information = _USUAL_DOUBT * rows.T @ rows + np.eye(rows.shape[1]) / _SHARED_SD**2
    return np.linalg.cholesky(np.linalg.inv(information))


def membership_value(membership: Floats, ones: Floats, taken: Floats, sd: Floats) -> tuple[float, Floats]:
    """Log posterior of Gamma [C, 1 + Q] and its gradient, given components ``taken`` [N, C] (0 and 1)."""
    log_share = log_softmax(ones @ membership.T)
    value = float((log_share * taken).sum() - 0.5 * ((membership / sd) ** 2).sum())
    return value, (taken - np.exp(log_share)).T @ ones - membership / sd**2


def pick(log_weights: Floats, luck: Floats) -> Places:
    """A place in each row [N] of unnormalised log weights [N, C], by uniform numbers [N]."""
    edges = np.cumsum(np.exp(log_softmax(log_weights)), axis=1)
    found = (edges < luck[:, None]).sum(axis=1)
    return np.asarray(np.minimum(found, log_weights.shape[1] - 1), dtype=np.intp)


def inverse_wishart_root(scatter: Floats, freedom: float, rng: np.random.Generator) -> Floats:
    """Cholesky factor [K, K] of a draw of the inverse Wishart (Bartlett's decomposition of its inverse)."""
    size = len(scatter)
    bartlett = np.tril(rng.standard_normal((size, size)), -1)
    bartlett[np.diag_indices(size)] = np.sqrt(2.0 * rng.standard_gamma((freedom - np.arange(size)) / 2.0))
    # W = R A A' R' with R R' = inverse(scatter); its inverse is M' M with M = inverse(A) inverse(R)
    lower = np.linalg.cholesky(scatter)
    inverse = np.linalg.solve(bartlett, lower.T)
    return np.linalg.cholesky(inverse.T @ inverse)
