"""How strongly to shrink, by cross-validation over the people at hand: short chains, people left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats
from recommender.choice.panel import Panel
from recommender.choice.person_choices import people_in_order, person_choices
from recommender.choice.tasks import Places, Tasks
from recommender.choice.taste_chain import ChainSettings, run_chain
from recommender.choice.taste_prediction import Believed, predict_shares

_WARM_UP, _ITERATIONS, _THIN = 120, 130, 5
_LEAST_PEOPLE = 20
"""Fewer people tell settings apart no better than chance."""


def chosen_settings(
    panel: Panel,
    believed: Believed,
    settings: Sequence[ChainSettings],
    folds: int,
    seed: np.random.SeedSequence,
) -> tuple[ChainSettings, Mapping[str, float]]:
    """The settings whose short chains foretell people left out best, and the mean log-likelihood a choice of
    each. A single setting, or too few people: the first, untried.

    Half of what is judged are predictions from answers alone, half from the first half of a person's own
    choices: both uses count.
    """
    order = people_in_order(panel, np.hstack(believed.columns(panel.X)), believed.answers(panel.Z))
    if len(settings) == 1 or len(order) < max(_LEAST_PEOPLE, 2 * folds) or folds < 2:
        return settings[0], {}
    fold = np.empty(panel.people, dtype=np.intp)
    fold[order] = np.random.default_rng(seed).permutation(len(order)) % folds
    tried = {
        _name(one): float(
            np.mean([_foretold(panel, believed, one, fold == k, order, seed) for k in range(folds)])
        )
        for one in settings
    }
    best = max(settings, key=lambda one: tried[_name(one)])
    return best, tried


def _name(settings: ChainSettings) -> str:
    return f"components {settings.components}, answer scale {settings.answer_scale:g}"


def _foretold(
    panel: Panel,
    believed: Believed,
    settings: ChainSettings,
    left_out: NDArray[np.bool_],
    order: Places,
    seed: np.random.SeedSequence,
) -> float:
    short = replace(settings, warm_up=_WARM_UP, iterations=_ITERATIONS, thin=_THIN)
    used = order[~left_out[order]]
    choices = person_choices(panel, *believed.columns(panel.X), used, np.float32)
    rng = np.random.default_rng(seed)
    chain = run_chain(choices, believed.answers(panel.Z)[used], believed.common, short, rng)
    early, late = _halves(panel, left_out)

    def score(asked: Panel, known: Panel | None) -> Floats:
        shares = predict_shares(believed, chain.draws, chain.step, settings.tails, asked, known, rng)
        return np.asarray(np.log(shares[asked.tasks.chosen]))

    cold, warm = score(late, None), score(late, early)
    return float(0.5 * (cold.mean() + warm.mean()))


def _halves(panel: Panel, who: NDArray[np.bool_]) -> tuple[Panel, Panel]:
    """First and second half of the tasks of some people, in the order of the data."""
    rank = _rank_of_task(panel.person)
    many = np.bincount(panel.person, minlength=panel.people)[panel.person]
    mine = who[panel.person]
    return _part(panel, mine & (2 * rank < many)), _part(panel, mine & (2 * rank >= many))


def _rank_of_task(person: Places) -> Places:
    order = np.argsort(person, kind="stable")
    first = np.searchsorted(person[order], person[order])
    rank = np.empty(len(person), dtype=np.intp)
    rank[order] = np.arange(len(person)) - first
    return rank


def _part(panel: Panel, kept: NDArray[np.bool_]) -> Panel:
    tasks = panel.tasks
    rows = kept[tasks.of_row]
    size = tasks.size[kept]
    start = np.append(0, np.cumsum(size)[:-1]).astype(np.intp) if len(size) else size
    chosen = start + (tasks.chosen - tasks.start)[kept]
    part = Tasks(start, size, chosen, tasks.outside[kept])
    return Panel(panel.X[rows], part, panel.person[kept], panel.Z, panel.names)
