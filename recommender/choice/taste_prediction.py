"""Predictions of a sampled population: of people never seen, and of people with known earlier choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats
from recommender.choice.class_fit import Ground
from recommender.choice.hamiltonian import Luck, hamiltonian_step
from recommender.choice.panel import Panel
from recommender.choice.person_choices import PersonChoices, no_choices, person_choices
from recommender.choice.tasks import Places, choice_shares
from recommender.choice.taste_chain import PopulationDraw, pick

_PAIRS = 2
"""Antithetic pairs of part-worths for each draw of the population, where no choice is known."""
_WARM_UP_DRAWS = 20
_STEPS = 3


Taste = tuple[Floats, Floats]
"""Part-worths of each person [N, K] and those that all share [F]."""

_DIGITS = 9
_START_DECIMALS = 2


@dataclass(frozen=True)
class Believed:
    """The model's coordinates. ``own`` and ``shared`` bool [K], ``asked`` bool [Q]: columns of X and Z in
    use, those of X with part-worths of each person's own or the same for all; ``scale`` [K], ``centre`` and
    ``spread`` [Q] of the training data; ``common`` the one taste, scaled, own columns first.

    All are rounded: a sum's last bits depend on the order of the data, and a sampler magnifies them.
    """

    own: NDArray[np.bool_]
    shared: NDArray[np.bool_]
    scale: Floats
    asked: NDArray[np.bool_]
    centre: Floats
    spread: Floats
    common: Floats

    @classmethod
    def of(cls, ground: Ground, shared_columns: int) -> Believed:
        """``shared_columns``: so many of the last columns are shared."""
        asked = np.asarray(np.abs(ground.people[:, 1:]).max(axis=0, initial=0.0) > 0.0)
        last = np.arange(len(ground.dead)) >= len(ground.dead) - shared_columns
        own, shared, scale = ~ground.dead & ~last, ~ground.dead & last, _rounded(ground.scale)
        start = np.round(ground.common * scale, _START_DECIMALS)
        common = np.append(start[own], start[shared])
        return cls(own, shared, scale, asked, _rounded(ground.centre), _rounded(ground.spread), common)

    def columns(self, X: Floats) -> tuple[Floats, Floats]:  # noqa: N803 - the field's letter
        """Own [R, K'] and shared [R, F] columns, scaled."""
        scaled = X / self.scale
        return np.asarray(scaled[:, self.own]), np.asarray(scaled[:, self.shared])

    def answers(self, Z: Floats) -> Floats:  # noqa: N803
        if not len(self.centre):
            return np.zeros((len(Z), 0))
        return np.asarray(((Z - self.centre) / self.spread)[:, self.asked])


def _rounded(values: Floats) -> Floats:
    """To so many significant digits."""
    size = np.where(values == 0.0, 1.0, np.abs(values))
    unit = 10.0 ** (np.floor(np.log10(size)) - _DIGITS + 1)
    return np.asarray(np.round(values / unit) * unit)


def predict_shares(
    believed: Believed,
    draws: Sequence[PopulationDraw],
    step: float,
    tails: float | None,
    panel: Panel,
    earlier: Panel | None,
    rng: np.random.Generator,
) -> Floats:
    """Mean probability of every row [R] over part-worths drawn for its person.

    Random numbers are the same for all people, so that a person's prediction is his own.
    """
    columns = believed.columns(panel.X)
    of_row = panel.person[panel.tasks.of_row]
    found = _shares_of(columns, of_row, panel, _unseen(believed, draws, tails, panel, rng))
    if earlier is None or not len(earlier.tasks):
        return found
    who = np.unique(earlier.person)
    mine = np.isin(of_row, who)
    place = np.full(max(panel.people, earlier.people), -1, dtype=np.intp)
    place[who] = np.arange(len(who))
    choices = person_choices(earlier, *believed.columns(earlier.X), who, np.float64)
    people = believed.answers(earlier.Z)[who]
    told = _shares_of(columns, place[of_row], panel, _met(choices, people, draws, step, tails, rng))
    return np.where(mine, told, found)


def sample_coef(
    believed: Believed,
    draws: Sequence[PopulationDraw],
    step: float,
    tails: float | None,
    Z: Floats,  # noqa: N803
    earlier: Panel | None,
    rng: np.random.Generator,
) -> Floats:
    """Part-worths of people with answers ``Z`` [N, Q] and choices ``earlier``, one for each draw of the
    population, in the units of X: [D, N, K]. The same random numbers for all, as in :func:`predict_shares`.
    """
    people = believed.answers(Z)
    if earlier is None or not len(earlier.tasks):
        choices = no_choices(len(people), int(believed.own.sum()), int(believed.shared.sum()))
    else:
        everyone = np.arange(len(people))
        choices = person_choices(earlier, *believed.columns(earlier.X), everyone, np.float64)
    found = np.zeros((len(draws), len(people), len(believed.own)))
    for number, (coef, common) in enumerate(_met(choices, people, draws, step, tails, rng)):
        found[number][:, believed.own] = coef
        found[number][:, believed.shared] = common
    return np.asarray(found / believed.scale)


def _shares_of(
    columns: tuple[Floats, Floats], of_row: Places, panel: Panel, tastes: Iterator[Taste]
) -> Floats:
    own, shared = columns
    total, count = np.zeros(len(own)), 0
    for coef, common in tastes:
        utility = (own * coef[of_row]).sum(axis=1) + (shared * common).sum(axis=1)
        total += choice_shares(utility, 0.0, panel.tasks).rows
        count += 1
    return total / count


def _unseen(
    believed: Believed,
    draws: Sequence[PopulationDraw],
    tails: float | None,
    panel: Panel,
    rng: np.random.Generator,
) -> Iterator[Taste]:
    """Part-worths of people of whom only the answers are known."""
    people = believed.answers(panel.Z)
    for draw in draws:
        base = people @ draw.answers
        log_share = draw.log_membership(people)
        for _ in range(_PAIRS):
            kind = pick(log_share, np.full(len(people), rng.random()))
            centre = base + draw.means[kind]
            away = draw.root @ rng.standard_normal(len(draw.root))
            away *= 1.0 if tails is None else 1.0 / np.sqrt(2.0 * rng.standard_gamma(tails / 2.0) / tails)
            yield centre + away, draw.shared
            yield centre - away, draw.shared


def _met(
    choices: PersonChoices,
    people: Floats,
    draws: Sequence[PopulationDraw],
    step: float,
    tails: float | None,
    rng: np.random.Generator,
) -> Iterator[Taste]:
    """Part-worths of people whose choices are known: a chain over people's deviations that goes from
    one draw of the population to the next; deviations keep their meaning when the population moves."""
    kind = np.zeros(len(people), dtype=np.intp)
    size = len(draws[0].root)
    eta, scale = np.zeros((len(people), size)), np.ones(len(people))
    warm_up = draws[:_WARM_UP_DRAWS]
    for number, draw in enumerate((*warm_up, *draws)):
        base, here = people @ draw.answers, choices.with_shared(draw.shared)
        log_share = draw.log_membership(people)
        for _ in range(_STEPS):
            luck = Luck(rng.standard_normal((1, size)), rng.random(1), float(rng.uniform(0.8, 1.2)))
            centre = base + draw.means[kind]
            eta, _ = hamiltonian_step(here, centre, draw.root, scale, eta, luck, step)
            if tails is not None:
                scale, eta = _rescaled(scale, eta, tails, rng)
            if len(draw.means) > 1:
                away = scale[:, None] * (eta @ draw.root.T)
                told = [here.log_likelihood(base + mean + away) for mean in draw.means]
                kind = pick(log_share + np.column_stack(told), np.full(len(people), rng.random()))
        if number >= len(warm_up):
            yield base + draw.means[kind] + scale[:, None] * (eta @ draw.root.T), draw.shared


def _rescaled(scale: Floats, eta: Floats, tails: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """New width of each person's tail given his deviation, which stays."""
    distance = ((eta * scale[:, None]) ** 2).sum(axis=1)
    shape = (tails + eta.shape[1]) / 2.0
    weight = 2.0 * rng.standard_gamma(shape) / (tails + distance)
    wide = 1.0 / np.sqrt(weight)
    return wide, eta * (scale / wide)[:, None]
