"""Latent classes of taste: each class a conditional logit, membership a logit on what is known of a person.

Training only: this half of the room loads scipy and scikit-learn. Panel likelihood: a person keeps his class
over all his tasks (Greene and Hensher 2003); membership on covariates after Dayton and Macready 1988.
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
from recommender.choice.class_fit import ClassFit, Ground, Search, fit_classes, ground_of
from recommender.choice.class_likelihood import log_share
from recommender.choice.panel import KnownChoices, Panel, column_names, make_known, make_panel
from recommender.choice.tasks import choice_shares


class _ClassMixture(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """What estimators with ``coef_`` [C, K] and a membership of their own share: prediction."""

    coef_: Floats
    feature_names_in_: NDArray[np.str_]
    n_features_in_: int
    _needs_people: int

    def _log_membership(self, people: Floats) -> Floats:
        """Log class probabilities [N, C] before any choice, of people [N, Q]."""
        raise NotImplementedError

    def predict_proba(
        self,
        X: ArrayLike,  # noqa: N803 - the field's letters, as in scikit-learn
        *,
        task: ArrayLike,
        person: ArrayLike | None = None,
        Z: ArrayLike | None = None,  # noqa: N803
        known: KnownChoices | None = None,
    ) -> Floats:
        """Probability of each row in its task: float64 [R].

        ``known``: earlier choices of the same people, by which their class probabilities are updated.
        Raises ``NotFittedError`` before the fit; ValueError where :func:`make_panel` does, for another
        number of columns, and without ``Z`` if the model was fitted with it.
        """
        check_is_fitted(self, "coef_")
        panel = make_panel(X, None, task=task, person=person, Z=Z)
        self._check_columns(panel)
        earlier = None if known is None else make_known(known, panel)
        log_membership = self._log_membership(panel.Z if earlier is None else earlier.Z)
        if earlier is not None:
            for place, coef in enumerate(self.coef_):
                made = choice_shares(earlier.X @ coef, 0.0, earlier.tasks).log_likelihood
                log_membership[:, place] += np.bincount(earlier.person, made, len(log_membership))
        posterior = np.exp(log_share(log_membership))
        of_row = panel.person[panel.tasks.of_row]
        found = np.zeros(len(panel.X))
        for place, coef in enumerate(self.coef_):
            found += choice_shares(panel.X @ coef, 0.0, panel.tasks).rows * posterior[of_row, place]
        return found

    def _keep_columns(self, ground: Ground) -> None:
        self.feature_names_in_ = np.array(ground.names, dtype=np.str_)
        self.n_features_in_ = len(ground.names)
        self._needs_people = len(ground.spread)

    def _check_columns(self, panel: Panel) -> None:
        if panel.X.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {panel.X.shape[1]} columns, the model {self.n_features_in_}")
        asked = panel.Z.shape[1]
        if self._needs_people and not asked:
            raise ValueError(f"Z is missing: the model was fitted with {self._needs_people} columns of it")
        if self._needs_people and asked != self._needs_people:
            raise ValueError(f"Z has {asked} columns, the model {self._needs_people}")

    def get_feature_names_out(self) -> NDArray[np.str_]:
        check_is_fitted(self, "coef_")
        return self.feature_names_in_.copy()


class LatentClassLogit(_ClassMixture):
    """``n_classes`` tastes.

    ``ridge``: precision of the normal prior on each class's deviation from the taste common to all, in units
    of the columns' spread within tasks; ``membership_ridge``: the same on the effect of one standard
    deviation of a column of ``Z`` (the sizes of the classes are free). ``n_starts`` random starts, of which
    the best after a few steps is followed to the end; ``tol``: largest slope at the end, in units in which a
    class of average size has information one.

    After :meth:`fit`, classes by falling size: ``coef_`` [C, K]; ``membership_coef_`` [C, Q] and
    ``membership_intercept_`` [C], for ``Z`` as given, centred over classes; ``class_shares_`` [C] and
    ``responsibilities_`` [N, C], given all choices of the people fitted on; ``common_coef_`` [K];
    ``log_likelihood_`` of the panel without priors; ``n_iter_``; ``notes_``, sentences on what was done about
    data that do not carry the model; ``feature_names_in_``.
    """

    def __init__(
        self,
        n_classes: int = 5,
        *,
        ridge: float = 3.0,
        membership_ridge: float = 50.0,
        n_starts: int = 8,
        max_iter: int = 500,
        tol: float = 1e-3,
        random_state: int | None = None,
    ) -> None:
        self.n_classes = n_classes
        self.ridge = ridge
        self.membership_ridge = membership_ridge
        self.n_starts = n_starts
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,  # noqa: N803
        y: ArrayLike,
        *,
        task: ArrayLike,
        person: ArrayLike | None = None,
        Z: ArrayLike | None = None,  # noqa: N803
        feature_names: Sequence[str] | None = None,
    ) -> LatentClassLogit:
        """Fit to rows of alternatives.

        ``X`` [R, K]; ``y`` bool [R], true on the row chosen; ``task`` [R], rows of a task stand together;
        ``person`` [R] row numbers of ``Z`` [N, Q], or any names without it. Raises ValueError where
        :func:`make_panel` does and for settings out of range. Fewer people than classes, constant columns,
        perfect separation, an empty class and a search that ends early are told in ``notes_``.
        """
        search = _search(self)
        panel = make_panel(X, y, task=task, person=person, Z=Z)
        ground = ground_of(panel, column_names(X, panel.X.shape[1], feature_names))
        return self._fit_ground(ground, panel, search, np.random.default_rng(self.random_state))

    def _fit_ground(
        self, ground: Ground, panel: Panel, search: Search, rng: np.random.Generator
    ) -> LatentClassLogit:
        classes, few = _classes(self.n_classes, panel)
        found = fit_classes(ground, classes, search, rng)
        self.coef_ = found.coef
        self.common_coef_ = ground.common
        self.membership_coef_ = found.membership[:, 1:] / ground.spread
        self.membership_intercept_ = found.membership[:, 0] - self.membership_coef_ @ ground.centre
        self.responsibilities_ = found.posterior
        self.class_shares_ = found.posterior.mean(axis=0)
        self.log_likelihood_ = found.log_likelihood
        self.n_iter_ = found.iterations
        self.notes_ = (*ground.notes, *few, *_notes(found))
        self._keep_columns(ground)
        return self

    def _log_membership(self, people: Floats) -> Floats:
        told = people @ self.membership_coef_.T if self._needs_people else np.zeros((len(people), 1))
        return log_share(told + self.membership_intercept_)


class PooledLatentClassLogit(_ClassMixture):
    """One mixture of the classes of ``n_fits`` latent class models, each from a random start of its own and
    with the next number of ``class_numbers``.

    Every fit has the same share before choices are known; afterwards a person leans to the fits that foresaw
    his. After :meth:`fit`: ``models_`` (fitted :class:`LatentClassLogit`), ``coef_`` [sum of C, K] in their
    order, ``log_likelihood_`` (mean over fits), ``n_iter_`` (sum), ``notes_``, ``feature_names_in_``.
    """

    def __init__(
        self,
        n_fits: int = 20,
        *,
        class_numbers: Sequence[int] = (5, 6, 7, 8),
        ridge: float = 3.0,
        membership_ridge: float = 50.0,
        n_starts: int = 1,
        max_iter: int = 500,
        tol: float = 1e-3,
        random_state: int | None = None,
    ) -> None:
        self.n_fits = n_fits
        self.class_numbers = class_numbers
        self.ridge = ridge
        self.membership_ridge = membership_ridge
        self.n_starts = n_starts
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,  # noqa: N803
        y: ArrayLike,
        *,
        task: ArrayLike,
        person: ArrayLike | None = None,
        Z: ArrayLike | None = None,  # noqa: N803
        feature_names: Sequence[str] | None = None,
    ) -> PooledLatentClassLogit:
        """As :meth:`LatentClassLogit.fit`."""
        search, fits = _search(self), _whole(self.n_fits, "n_fits")
        if not len(self.class_numbers):
            raise ValueError("class_numbers must hold at least one number")
        panel = make_panel(X, y, task=task, person=person, Z=Z)
        ground = ground_of(panel, column_names(X, panel.X.shape[1], feature_names))
        rng = np.random.default_rng(self.random_state)
        shared = LatentClassLogit().get_params().keys() & self.get_params().keys() - {"random_state"}
        settings = {name: value for name, value in self.get_params().items() if name in shared}
        self.models_ = [
            LatentClassLogit(self.class_numbers[place % len(self.class_numbers)], **settings)._fit_ground(
                ground, panel, search, rng
            )
            for place in range(fits)
        ]
        self.coef_ = np.concatenate([model.coef_ for model in self.models_])
        self.log_likelihood_ = float(np.mean([model.log_likelihood_ for model in self.models_]))
        self.n_iter_ = sum(model.n_iter_ for model in self.models_)
        told = [note for model in self.models_ for note in model.notes_ if note not in ground.notes]
        self.notes_ = (*ground.notes, *dict.fromkeys(told))
        self._keep_columns(ground)
        return self

    def _log_membership(self, people: Floats) -> Floats:
        parts = [model._log_membership(people) for model in self.models_]
        found: Floats = np.concatenate(parts, axis=1) - np.log(len(parts))
        return found


def _search(model: LatentClassLogit | PooledLatentClassLogit) -> Search:
    for name in ("ridge", "membership_ridge"):
        value = getattr(model, name)
        if not (np.isfinite(value) and value >= 0.0):
            raise ValueError(f"{name} must be a number of at least 0, not {value!r}")
    if not (np.isfinite(model.tol) and model.tol > 0.0):
        raise ValueError(f"tol must be a number above 0, not {model.tol!r}")
    return Search(
        ridge=model.ridge,
        membership_ridge=model.membership_ridge,
        starts=_whole(model.n_starts, "n_starts"),
        max_iter=_whole(model.max_iter, "max_iter"),
        tol=model.tol,
    )


def _whole(value: Any, name: str) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, not {value!r}")
    return number


def _classes(asked: Any, panel: Panel) -> tuple[int, tuple[str, ...]]:
    """Number of classes that the people who chose can fill, and a note when that is fewer than asked."""
    asked = _whole(asked, "n_classes")
    people = len(np.unique(panel.person))
    if asked <= people:
        return asked, ()
    return people, (f"{asked} classes were asked of {people} people: {people} fitted",)


def _notes(found: ClassFit) -> tuple[str, ...]:
    notes = [f"class {place + 1} holds no one: it has the common taste" for place in found.empty]
    if not found.converged:
        notes.append("the search ended at max_iter before it had converged")
    return tuple(notes)
