"""Continuous taste: a mixture of normals over people's part-worths, moved by what they answered.

Training only: this half of the room loads scikit-learn. Fitted by Gibbs sampling (:mod:`taste_chain`);
predictions average over the kept draws, so they say what is not known of the population and of the person.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from recommender.choice.artefact import Floats
from recommender.choice.class_fit import Ground, ground_of
from recommender.choice.panel import KnownChoices, Panel, column_names, finite_matrix, make_known, make_panel
from recommender.choice.person_choices import people_in_order, person_choices
from recommender.choice.shrinkage_search import chosen_settings
from recommender.choice.taste_chain import ChainSettings, PopulationDraw, run_chain
from recommender.choice.taste_prediction import Believed, predict_shares, sample_coef


class MixtureLogit(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Mixture of normals with covariates on component membership and on part-worth means.

    ``n_components`` and ``answer_scale`` (how far an answer may move a part-worth, in standard deviations of
    taste; half-Cauchy, so single answers may go further) are numbers, or several to choose from by
    ``cv``-fold cross-validation over the people given to :meth:`fit`, nested inside any outer one.
    ``shared_columns``: so many of the last columns of X have one part-worth for all people. ``tails``:
    degrees of freedom of Student tails, None = normal. ``warm_up`` + ``n_iter`` sweeps, every ``thin``-th
    kept, in each of ``n_chains`` chains.

    After :meth:`fit`, in the units of X and Z: ``means_`` [C, K] and ``answer_coef_`` [Q, K] posterior means,
    ``covariance_`` [K, K] of taste within a component, ``component_shares_`` [C], ``person_coef_`` [N, K] of
    the people fitted on (NaN for people without a choice), ``log_likelihood_`` of their choices at their own
    part-worths, ``acceptance_``, ``n_components_``, ``answer_scale_``, ``search_`` (log-likelihood a choice
    of every setting tried), ``notes_``, ``feature_names_in_``. With several components
    labels may switch between draws: that touches ``means_``, not predictions.
    """

    def __init__(
        self,
        n_components: int | Sequence[int] = 1,
        *,
        answer_scale: float | Sequence[float] = 0.02,
        shared_columns: int = 0,
        tails: float | None = None,
        warm_up: int = 200,
        n_iter: int = 500,
        thin: int = 5,
        n_chains: int = 1,
        cv: int = 3,
        random_state: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.answer_scale = answer_scale
        self.shared_columns = shared_columns
        self.tails = tails
        self.warm_up = warm_up
        self.n_iter = n_iter
        self.thin = thin
        self.n_chains = n_chains
        self.cv = cv
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,  # noqa: N803 - the field's letters, as in scikit-learn
        y: ArrayLike,
        *,
        task: ArrayLike,
        person: ArrayLike | None = None,
        Z: ArrayLike | None = None,  # noqa: N803
        feature_names: Sequence[str] | None = None,
    ) -> MixtureLogit:
        """Fit to rows of alternatives; arrays and errors as :func:`make_panel`.

        Columns that never differ within a task have no part-worth, answers that all share are left out, fewer
        people than components are told: all in ``notes_``.
        """
        panel = make_panel(X, y, task=task, person=person, Z=Z)
        names = column_names(X, panel.X.shape[1], feature_names)
        settings = self._settings()
        ground = ground_of(panel, names)
        seed = np.random.SeedSequence(0 if self.random_state is None else self.random_state)
        search_seed, *chain_seeds = seed.spawn(1 + _whole(self.n_chains, "n_chains"))
        believed = self._believed = Believed.of(ground, self._shared(panel))
        columns, answers = believed.columns(panel.X), believed.answers(panel.Z)
        chosen, self.search_ = chosen_settings(panel, believed, settings, _whole(self.cv, "cv"), search_seed)
        order = people_in_order(panel, np.hstack(columns), answers)
        kinds = min(chosen.components, len(order))
        notes = [*ground.notes]
        if kinds < chosen.components:
            notes.append(f"{chosen.components} components were asked of {len(order)} people: {kinds} fitted")
        if len(order) == 1:
            notes.append("one person chose: differences between people come from the prior alone")
        # single precision: the sampler's own noise is a thousand times larger
        choices = person_choices(panel, *columns, order, np.float32)
        people = answers[order]
        final = ChainSettings(
            kinds, chosen.answer_scale, chosen.tails, chosen.warm_up, chosen.iterations, chosen.thin
        )
        chains = [
            run_chain(choices, people, believed.common, final, np.random.default_rng(one))
            for one in chain_seeds
        ]
        self.draws_ = tuple(draw for chain in chains for draw in chain.draws)
        self._step = float(np.mean([chain.step for chain in chains]))
        self.acceptance_ = float(np.mean([chain.acceptance for chain in chains]))
        self.log_likelihood_ = float(np.mean([chain.log_likelihood for chain in chains]))
        self.n_components_, self.answer_scale_ = kinds, chosen.answer_scale
        self.n_iter_ = self.n_chains * (chosen.warm_up + chosen.iterations)
        self.notes_ = tuple(notes)
        self._describe(ground, panel, order, np.mean([chain.person_mean for chain in chains], axis=0), people)
        return self

    def _shared(self, panel: Panel) -> int:
        """Columns that all share; at least one stays of each person's own."""
        asked = 0 if self.shared_columns == 0 else _whole(self.shared_columns, "shared_columns")
        if asked >= panel.X.shape[1]:
            raise ValueError(f"shared_columns is {asked}, X has {panel.X.shape[1]} columns")
        return asked

    def _settings(self) -> list[ChainSettings]:
        """Every combination asked for."""
        if self.tails is not None and not self.tails > 0.0:
            raise ValueError(f"tails must be a number above 0 or None, not {self.tails!r}")
        scales = [float(scale) for scale in _several(self.answer_scale)]
        if not scales or not all(np.isfinite(scale) and scale > 0.0 for scale in scales):
            raise ValueError(f"answer_scale must be numbers above 0, not {self.answer_scale!r}")
        kinds = [_whole(kind, "n_components") for kind in _several(self.n_components)]
        if not kinds:
            raise ValueError("n_components must hold a number")
        sweeps = [_whole(getattr(self, name), name) for name in ("warm_up", "n_iter", "thin")]
        return [ChainSettings(kind, scale, self.tails, *sweeps) for kind in kinds for scale in scales]

    def _describe(
        self, ground: Ground, panel: Panel, order: NDArray[np.intp], person_mean: Floats, people: Floats
    ) -> None:
        """The fitted population in the units of X and Z."""
        live, asked, shared = self._believed.own, self._believed.asked, self._believed.shared
        size, scale = len(live), ground.scale[live]
        draws: tuple[PopulationDraw, ...] = self.draws_
        answers = np.mean([draw.answers for draw in draws], axis=0) / scale / ground.spread[asked][:, None]
        means = np.mean([draw.means for draw in draws], axis=0) / scale
        roots = np.array([draw.root for draw in draws]) / scale[:, None]
        self.answer_coef_ = np.zeros((len(ground.spread), size))
        self.answer_coef_[np.ix_(asked, live)] = answers
        self.means_ = np.zeros((self.n_components_, size))
        self.means_[:, live] = means - ground.centre[asked] @ answers
        self.means_[:, shared] = np.mean([draw.shared for draw in draws], axis=0) / ground.scale[shared]
        self.covariance_ = np.zeros((size, size))
        self.covariance_[np.ix_(live, live)] = (roots @ roots.transpose(0, 2, 1)).mean(axis=0)
        self.person_coef_ = np.full((panel.people, size), np.nan)
        self.person_coef_[order] = 0.0
        self.person_coef_[np.ix_(order, np.flatnonzero(shared))] = self.means_[0, shared]
        self.person_coef_[np.ix_(order, np.flatnonzero(live))] = person_mean / scale
        shares = [np.exp(draw.log_membership(people)).mean(axis=0) for draw in draws]
        self.component_shares_ = np.mean(shares, axis=0)
        self.feature_names_in_ = np.array(ground.names, dtype=np.str_)
        self.n_features_in_ = len(ground.names)

    def predict_proba(
        self,
        X: ArrayLike,  # noqa: N803
        *,
        task: ArrayLike,
        person: ArrayLike | None = None,
        Z: ArrayLike | None = None,  # noqa: N803
        known: KnownChoices | None = None,
    ) -> Floats:
        """Probability of each row in its task: float64 [R].

        ``known``: earlier choices of the same people; each draw of the population is a prior that they
        update. Nobody's prediction depends on who else is asked about. Raises ``NotFittedError`` before the
        fit; ValueError where :func:`make_panel` does, for another number of columns, and without ``Z`` if the
        model was fitted with it.
        """
        check_is_fitted(self, "draws_")
        panel = make_panel(X, None, task=task, person=person, Z=Z)
        self._check_columns(panel)
        earlier = None if known is None else make_known(known, panel)
        seed = 0 if self.random_state is None else self.random_state
        rng = np.random.default_rng([seed, 1])
        return predict_shares(self._believed, self.draws_, self._step, self.tails, panel, earlier, rng)

    def sample_coef(
        self,
        Z: ArrayLike,  # noqa: N803
        *,
        known: KnownChoices | None = None,
        rounds: int = 1,
    ) -> Floats:
        """Draws of the part-worths of each person with answers ``Z`` [N, Q], in the units of X:
        float64 [D, N, K], ``rounds`` for each kept draw of the population.

        ``known``: earlier choices of these people, ``person`` the row numbers of ``Z``. Raises as
        :meth:`predict_proba`.
        """
        check_is_fitted(self, "draws_")
        people = finite_matrix(Z, "Z", "people")
        earlier = None
        if known is not None and np.size(known.y):
            earlier = make_panel(known.X, known.y, task=known.task, person=known.person, Z=people)
            self._check_columns(earlier)
        self._check_people(people)
        seed = 0 if self.random_state is None else self.random_state
        rng, draws = np.random.default_rng([seed, 2]), self.draws_ * _whole(rounds, "rounds")
        return sample_coef(self._believed, draws, self._step, self.tails, people, earlier, rng)

    def _check_columns(self, panel: Panel) -> None:
        if panel.X.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {panel.X.shape[1]} columns, the model {self.n_features_in_}")
        self._check_people(panel.Z)

    def _check_people(self, people: Floats) -> None:
        needed, asked = len(self._believed.centre), people.shape[1]
        if needed and not asked:
            raise ValueError(f"Z is missing: the model was fitted with {needed} columns of it")
        if needed and asked != needed:
            raise ValueError(f"Z has {asked} columns, the model {needed}")

    def get_feature_names_out(self) -> NDArray[np.str_]:
        check_is_fitted(self, "feature_names_in_")
        return np.asarray(self.feature_names_in_)


def _several(asked: Any) -> list[Any]:
    return [asked] if isinstance(asked, int | float | np.number) else list(asked)


def _whole(value: Any, name: str) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, not {value!r}")
    return number
