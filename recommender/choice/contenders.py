"""The models that are compared, by name. Each is loaded only when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from recommender.choice.answers_logit import MAIN_SD, AnswersLogit
from recommender.choice.artefact import Floats
from recommender.choice.choice_table import ChoiceTable
from recommender.choice.conditional_logit import ConditionalLogit
from recommender.choice.design import Design
from recommender.choice.panel import KnownChoices

BASELINE = "mnl"
ANSWER_SD = 0.012
"""Prior spread of what an answer moves: between the two best of four tried on the folds of both surveys."""


@dataclass(frozen=True)
class Encoded:
    """A table in columns: ``X`` [R, K], ``spoken`` [R, L], ``setting`` [R, M], ``Z`` [N, Q]."""

    table: ChoiceTable
    X: Floats
    spoken: Floats
    setting: Floats
    Z: Floats

    @property
    def both(self) -> Floats:
        """``X`` and ``spoken`` side by side: [R, K + L]."""
        return np.hstack([self.X, self.spoken])

    @property
    def all(self) -> Floats:
        """``X``, ``setting`` and ``spoken`` side by side: [R, K + M + L]."""
        return np.hstack([self.X, self.setting, self.spoken])

    def of_tasks(self, kept: np.typing.NDArray[np.bool_]) -> Encoded:
        rows = kept[self.table.task]
        return Encoded(self.table.of_tasks(kept), self.X[rows], self.spoken[rows], self.setting[rows], self.Z)


def encode(design: Design, table: ChoiceTable) -> Encoded:
    return Encoded(
        table, design.alternatives(table), design.spoken(table), design.setting(table), design.people(table)
    )


class Contender(Protocol):
    """``known``: choices already made by the people asked about, numbered alike; may have no task."""

    def fit(self, train: Encoded) -> None: ...

    def predict(self, asked: Encoded, known: Encoded) -> Floats: ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What the fit had to do about data that do not carry the model."""
        ...


class _Estimator(Protocol):
    """What every estimator of the room offers."""

    def fit(
        self,
        X: Floats,  # noqa: N803 - the field's letters
        y: object,
        *,
        task: object,
        person: object,
        Z: Floats,  # noqa: N803
    ) -> object: ...

    def predict_proba(
        self,
        X: Floats,  # noqa: N803
        *,
        task: object,
        person: object,
        Z: Floats,  # noqa: N803
        known: KnownChoices | None,
    ) -> Floats: ...


@dataclass
class Uniform:
    """Equal shares."""

    def fit(self, train: Encoded) -> None:
        """Nothing to learn."""

    @property
    def notes(self) -> tuple[str, ...]:
        return ()

    def predict(self, asked: Encoded, known: Encoded) -> Floats:
        return 1.0 / np.bincount(asked.table.task)[asked.table.task]


@dataclass
class Pooled:
    """One taste for all (MNL). A prior so wide that it moves nothing keeps separated choices finite."""

    fitted: ConditionalLogit = field(default_factory=ConditionalLogit)

    def fit(self, train: Encoded) -> None:
        spread = train.X.std(axis=0)
        sd = np.divide(MAIN_SD, spread, out=np.zeros_like(spread), where=spread > 0.0)
        self.fitted = ConditionalLogit(prior_sd=sd)
        self.fitted.fit(train.X, train.table.chosen, task=train.table.task)

    @property
    def notes(self) -> tuple[str, ...]:
        return _notes(self.fitted)

    def predict(self, asked: Encoded, known: Encoded) -> Floats:
        return self.fitted.predict_proba(asked.X, task=asked.table.task)


@dataclass
class Answers:
    """MNL with every answer and what was said of the very alternative; strong ridge on the first."""

    fitted: AnswersLogit = field(default_factory=AnswersLogit)

    def fit(self, train: Encoded) -> None:
        sd = np.repeat([ANSWER_SD, 0.0], [train.X.shape[1], train.spoken.shape[1]])
        self.fitted = AnswersLogit(answer_sd=sd)
        table = train.table
        self.fitted.fit(train.both, table.chosen, task=table.task, person=table.person, Z=train.Z)

    @property
    def notes(self) -> tuple[str, ...]:
        return _notes(self.fitted)

    def predict(self, asked: Encoded, known: Encoded) -> Floats:
        table = asked.table
        return self.fitted.predict_proba(asked.both, task=table.task, person=table.person, Z=asked.Z)


@dataclass
class OfPanels:
    """An estimator that learns of a person from his earlier choices. ``matrix``: the columns it is given."""

    estimator: _Estimator
    matrix: Callable[[Encoded], Floats]

    def fit(self, train: Encoded) -> None:
        table, X = train.table, self.matrix(train)  # noqa: N806 - the field's letter
        self.estimator.fit(X, table.chosen, task=table.task, person=table.person, Z=train.Z)

    @property
    def notes(self) -> tuple[str, ...]:
        return _notes(self.estimator)

    def predict(self, asked: Encoded, known: Encoded) -> Floats:
        table = asked.table
        made = None
        if len(known.table):
            before = known.table
            made = KnownChoices(self.matrix(known), before.chosen, before.task, before.person)
        return self.estimator.predict_proba(
            self.matrix(asked), task=table.task, person=table.person, Z=asked.Z, known=made
        )


@dataclass
class Average:
    """Equal parts of what its members expect: where they differ, each is too sure of itself."""

    members: Mapping[str, Contender]

    def fit(self, train: Encoded) -> None:
        for member in self.members.values():
            member.fit(train)

    @property
    def notes(self) -> tuple[str, ...]:
        told = [f"{name}: {note}" for name, member in self.members.items() for note in member.notes]
        return tuple(told)

    def predict(self, asked: Encoded, known: Encoded) -> Floats:
        return np.asarray(np.mean([member.predict(asked, known) for member in self.members.values()], axis=0))


def _notes(estimator: object) -> tuple[str, ...]:
    return tuple(str(note) for note in getattr(estimator, "notes_", ()))


def _shown(encoded: Encoded) -> Floats:
    return encoded.X


def _shown_in_its_setting(encoded: Encoded) -> Floats:
    return np.hstack([encoded.X, encoded.setting])


def _shown_and_spoken(encoded: Encoded) -> Floats:
    return encoded.both


def _everything(encoded: Encoded) -> Floats:
    return encoded.all


def _latent_class(seed: int) -> Contender:
    from recommender.choice.latent_class_logit import LatentClassLogit

    return OfPanels(LatentClassLogit(random_state=seed), _shown)


def _latent_pool(seed: int, matrix: Callable[[Encoded], Floats]) -> Contender:
    from recommender.choice.latent_class_logit import PooledLatentClassLogit

    return OfPanels(PooledLatentClassLogit(random_state=seed), matrix)


@dataclass
class Taste:
    """Continuous taste; what a person said of an alternative (``spoken``) counts the same for all people.
    ``searched``: strength of shrinkage and number of components by cross-validation, else what it mostly
    chooses."""

    seed: int
    setting: bool = True
    spoken: bool = True
    tails: float | None = None
    searched: bool = True
    inner: OfPanels | None = None

    def fit(self, train: Encoded) -> None:
        from recommender.choice.mixture_logit import MixtureLogit

        model = MixtureLogit(
            (1, 2) if self.searched else 1,
            answer_scale=(0.01, 0.02, 0.04) if self.searched else 0.02,
            shared_columns=train.spoken.shape[1] if self.spoken else 0,
            tails=self.tails,
            random_state=self.seed,
        )
        self.inner = OfPanels(model, self._matrix)
        self.inner.fit(train)

    @property
    def notes(self) -> tuple[str, ...]:
        return () if self.inner is None else self.inner.notes

    def predict(self, asked: Encoded, known: Encoded) -> Floats:
        if self.inner is None:
            raise RuntimeError("predict before fit")
        return self.inner.predict(asked, known)

    def _matrix(self, encoded: Encoded) -> Floats:
        parts = [encoded.X]
        parts += [encoded.setting] if self.setting else []
        parts += [encoded.spoken] if self.spoken else []
        return np.hstack(parts)


def mixture(seed: int, *, searched: bool = True) -> Average:
    """What the table of docs/evaluation.md says is best: continuous taste twice, and classes."""
    return Average(
        {
            "taste": Taste(seed, searched=searched),
            "taste_unspoken": Taste(seed + 1, spoken=False, searched=searched),
            "latent_setting": _latent_pool(seed, _shown_in_its_setting),
        }
    )


CONTENDERS: Mapping[str, Callable[[int], Contender]] = {
    "uniform": lambda seed: Uniform(),
    "mnl": lambda seed: Pooled(),
    "mnl_answers": lambda seed: Answers(),
    "latent_class": _latent_class,
    "latent_pool": lambda seed: _latent_pool(seed, _shown),
    "latent_pool_spoken": lambda seed: _latent_pool(seed, _shown_and_spoken),
    "latent_setting": lambda seed: _latent_pool(seed, _shown_in_its_setting),
    "latent_all": lambda seed: _latent_pool(seed, _everything),
    "taste_plain": lambda seed: Taste(seed, setting=False, spoken=False),
    "taste_unspoken": lambda seed: Taste(seed, spoken=False),
    "taste": Taste,
    "taste_tails": lambda seed: Taste(seed, tails=5.0),
    "mixture": mixture,
}
"""Name -> how to make it with a seed."""
