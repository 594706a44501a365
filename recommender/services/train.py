"""From choices that people made to a preference model: a common shift of the prior, kept only if it predicts.

The evidence model stays the skeleton: each person's utility starts from what it believes of him after his
answers; a conditional logit around the prior fits what all people share beyond that, and the value of
"neither".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Artefact, Floats
from recommender.choice.conditional_logit import ConditionalLogit
from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.tasks import Tasks, choice_shares, make_tasks
from recommender.domain.catalogue import Catalogue
from recommender.domain.errors import Problem, Rejected
from recommender.domain.survey import Respondent, Survey
from recommender.registry.model import PartWorthSource, Registry
from recommender.services.evidence_artefact import content_hash, evidence_artefact
from recommender.services.market import Market, make_market
from recommender.services.outside import FITTED_OUTSIDE, outside_utility
from recommender.services.taste import taste_over
from recommender.services.training_card import training_card

LEAST_PEOPLE = 8
"""Fewer leave nobody to test on: a quarter of the people is held out."""
_HELD_OUT_SHARE = 0.25
_OUTSIDE_SD = 3.0
"""How far "neither" may lie from the middle car before the data speak: nearly anywhere on the logit scale."""
_SHRUNK = 0.7
"""A part-worth counts as fitted when the data took at least 30 percent of its prior spread."""


@dataclass(frozen=True)
class Choices:
    """Encoded choices. ``design`` float64 [R, K]: effect of a shift of each part-worth on the utility of a
    row; ``offset`` [R]: utility under the prior; ``task`` [R], ``chosen``, ``outside`` bool [R]; ``person``
    [R]."""

    design: Floats
    offset: Floats
    task: NDArray[np.intp]
    chosen: NDArray[np.bool_]
    outside: NDArray[np.bool_]
    person: NDArray[np.intp]

    def of(self, people: NDArray[np.intp]) -> Choices:
        rows = np.isin(self.person, people)
        return Choices(
            self.design[rows],
            self.offset[rows],
            self.task[rows],
            self.chosen[rows],
            self.outside[rows],
            self.person[rows],
        )

    @property
    def tasks(self) -> Tasks:
        return make_tasks(self.task, self.chosen, self.outside)


def prior_market(registry: Registry, catalogue: Catalogue) -> Market:
    """The market as the evidence alone sees it: where every training starts, whatever model is current."""
    return make_market(registry, catalogue, EvidenceModel(evidence_artefact(registry, catalogue)))


def train(survey: Survey, market: Market, *, seed: int = 0) -> Artefact:
    """Fit, test on people held out, and fit again on all; the artefact says what was found and what was kept.

    ``market``: see :func:`prior_market`. Pure and deterministic. Raises Rejected (survey_too_few_people).
    """
    count = len(survey.respondents)
    if count < LEAST_PEOPLE:
        raise Rejected([Problem("", "survey_too_few_people", str(count), {"least": LEAST_PEOPLE})])
    prior = market.model.artefact
    choices = encode_survey(survey, market)
    start = outside_utility(market, survey.respondents[0].request.date)
    order = np.random.default_rng(seed).permutation(count)
    held_out, used = np.split(order, [max(2, round(_HELD_OUT_SHARE * count))])
    scores = _scores(choices.of(used), choices.of(held_out), prior, start)
    kept = scores["fitted"]["ll"] > scores["prior"]["ll"]
    model = fit_shift(choices, prior, start, free=kept)
    return _artefact(survey, prior, model, choices, {"kept": kept, "seed": seed, "held_out": scores})


def encode_survey(survey: Survey, market: Market) -> Choices:
    """Every row as the recommendation would encode it for that person."""
    parts: list[Choices] = []
    first_task = 0
    for number, person in enumerate(survey.respondents):
        parts.append(_encode_person(number, first_task, person, market))
        first_task += len(person.tasks)
    return Choices(
        design=np.concatenate([part.design for part in parts]),
        offset=np.concatenate([part.offset for part in parts]),
        task=np.concatenate([part.task for part in parts]),
        chosen=np.concatenate([part.chosen for part in parts]),
        outside=np.concatenate([part.outside for part in parts]),
        person=np.concatenate([part.person for part in parts]),
    )


def _encode_person(number: int, first_task: int, person: Respondent, market: Market) -> Choices:
    cars = [car for task in person.tasks for car in task.alternatives]
    taste = taste_over(cars, person.request, market)
    sizes = [len(task.alternatives) for task in person.tasks]
    chosen = [place == task.chosen for task in person.tasks for place in range(len(task.alternatives))]
    return Choices(
        design=taste.effect_of_shift,
        offset=taste.utility,
        task=np.repeat(np.arange(first_task, first_task + len(sizes)), sizes),
        chosen=np.array(chosen, dtype=np.bool_),
        outside=np.repeat([task.outside for task in person.tasks], sizes).astype(np.bool_),
        person=np.full(len(cars), number, dtype=np.intp),
    )


def fit_shift(choices: Choices, prior: Artefact, outside: float, *, free: bool = True) -> ConditionalLogit:
    """The common shift of all segments' part-worths, prior N(0, sd²) with the artefact's spread; ``free``
    False fits the value of "neither" alone."""
    spread = prior.sds.mean(axis=0)
    model = ConditionalLogit(
        prior_sd=spread if free else np.zeros_like(spread), outside_mean=outside, outside_sd=_OUTSIDE_SD
    )
    return model.fit(
        choices.design,
        choices.chosen,
        task=choices.task,
        person=choices.person,
        offset=choices.offset,
        outside=choices.outside,
        feature_names=[column.name for column in prior.columns],
    )


def _scores(used: Choices, held_out: Choices, prior: Artefact, start: float) -> dict[str, dict[str, float]]:
    """Mean log-likelihood a choice on the people held out, with respondent-clustered standard errors."""
    tasks = held_out.tasks
    person = held_out.person[tasks.start]
    made = {
        "uniform": -np.log(tasks.size + tasks.outside),
        "prior": _log_likelihood(fit_shift(used, prior, start, free=False), held_out, tasks),
        "fitted": _log_likelihood(fit_shift(used, prior, start), held_out, tasks),
    }
    scores = {
        name: {"ll": float(ll.mean()), "ll_se": clustered_error(ll, person)} for name, ll in made.items()
    }
    gain = made["fitted"] - made["prior"]
    scores["fitted"] |= {"d_ll": float(gain.mean()), "d_ll_se": clustered_error(gain, person)}
    scores["size"] = {"persons": float(len(np.unique(person))), "tasks": float(len(tasks))}
    return scores


def _log_likelihood(model: ConditionalLogit, choices: Choices, tasks: Tasks) -> Floats:
    utility = choices.design @ model.coef_ + choices.offset
    return choice_shares(utility, model.outside_, tasks).log_likelihood


def clustered_error(values: Floats, cluster: NDArray[np.intp]) -> float:
    """Standard error of a mean whose values come in independent clusters (Liang and Zeger 1986)."""
    _, place = np.unique(cluster, return_inverse=True)
    sums = np.bincount(place, weights=values - values.mean())
    groups = len(sums)
    if groups < 2:
        return float("inf")
    return float(np.sqrt((sums**2).sum() * groups / (groups - 1)) / len(values))


def _artefact(
    survey: Survey,
    prior: Artefact,
    model: ConditionalLogit,
    choices: Choices,
    found: Mapping[str, object],
) -> Artefact:
    spread = prior.sds.mean(axis=0)
    fitted = (model.coef_sd_ < _SHRUNK * spread) & (spread > 0.0) & bool(found["kept"])
    metrics: dict[str, object] = {
        **prior.metrics,
        **found,
        "kind": "survey",
        "prior": prior.version,
        "data": survey.data_hash,
        "persons": len(survey.respondents),
        "tasks": survey.task_count,
        "field_choices": survey.field_choices,
        "iterations": model.n_iter_,
        "shifts": _shifts(prior, model, spread) if found["kept"] else {},
    }
    if choices.outside.any():
        metrics |= {FITTED_OUTSIDE: model.outside_, "outside_utility_sd": model.outside_sd_}
    drafted = replace(
        prior,
        means=np.round(prior.means + model.coef_, 6) + 0.0,
        sources=tuple(_source(s, f) for s, f in zip(prior.sources, fitted.tolist(), strict=True)),
        citations=tuple(_citations(survey, prior, model, fitted.tolist())),
        metrics=metrics,
        card="",
    )
    named = replace(drafted, version=f"survey-{content_hash(drafted)}")
    return replace(named, card=training_card(named))


def _shifts(prior: Artefact, model: ConditionalLogit, spread: Floats) -> dict[str, dict[str, float]]:
    rows = zip(prior.columns, model.coef_, model.coef_sd_, spread, strict=True)
    return {
        column.name: {"shift": round(float(x), 6), "sd": round(float(s), 6), "prior_sd": round(float(p), 6)}
        for column, x, s, p in rows
        if p > 0.0
    }


def _source(before: PartWorthSource, fitted: bool) -> PartWorthSource:
    return "survey" if fitted else before


def _citations(survey: Survey, prior: Artefact, model: ConditionalLogit, fitted: Sequence[bool]) -> list[str]:
    people, data = len(survey.respondents), survey.data_hash[:17]
    return [
        f"{people} people, {data}: shift {x:+.3f} ± {s:.3f}; before: {text}" if f else text
        for text, x, s, f in zip(prior.citations, model.coef_, model.coef_sd_, fitted, strict=True)
    ]
