"""Continuous taste: the blocks of the sampler against theory, and known people found again."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from recommender.choice.artefact import Floats
from recommender.choice.mixture_logit import MixtureLogit
from recommender.choice.panel import KnownChoices
from recommender.choice.person_choices import no_choices
from recommender.choice.taste_chain import (
    ChainSettings,
    inverse_wishart_root,
    log_softmax,
    membership_value,
    pick,
    run_chain,
)
from tests.choice.simulated_tastes import Population, SimulatedTastes, simulated_tastes

ONE = Population(
    means=np.array([[1.0, -0.5]]),
    covariance=np.array([[1.0, 0.4], [0.4, 0.5]]),
    answers=np.array([[0.8, 0.0], [0.0, 0.0]]),
    shared=np.array([0.7]),
    shares=np.array([1.0]),
)
SILENT = Population(ONE.means, ONE.covariance, 0.0 * ONE.answers, np.zeros(0), ONE.shares)
TALKING = Population(
    ONE.means, 0.2 * ONE.covariance, np.array([[0.4, -0.3], [-0.3, 0.4]] * 5), np.zeros(0), ONE.shares
)
TWO = Population(
    means=np.array([[2.5, 0.0], [-2.5, 0.0]]),
    covariance=0.1 * np.eye(2),
    answers=np.zeros((1, 2)),
    shared=np.zeros(0),
    shares=np.array([0.7, 0.3]),
)
PEOPLE = simulated_tastes(ONE, people=300, tasks=10, seed=1)


def fit(data: SimulatedTastes, **settings: object) -> MixtureLogit:
    chosen = {"answer_scale": 0.3, "warm_up": 150, "n_iter": 300, "random_state": 0, **settings}
    model = MixtureLogit(**chosen)  # type: ignore[arg-type]  # settings of the constructor
    return model.fit(data.X, data.y, task=data.task, person=data.person, Z=data.Z)


@cache
def of_one() -> MixtureLogit:
    return fit(PEOPLE, shared_columns=1)


def log_likelihood(model: MixtureLogit, data: SimulatedTastes, known: KnownChoices | None = None) -> float:
    found = model.predict_proba(data.X, task=data.task, person=data.person, Z=data.Z, known=known)
    return float(np.log(found[data.y]).mean())


# ------------------------------------------------------------------------------------------ blocks
def test_gradient_of_the_membership_is_that_of_differences() -> None:
    rng = np.random.default_rng(0)
    ones = np.column_stack([np.ones(30), rng.standard_normal((30, 2))])
    taken = np.eye(3)[rng.integers(3, size=30)]
    point, sd = rng.standard_normal((3, 3)), np.array([1.0, 0.15, 0.3])
    value, slope = membership_value(point, ones, taken, sd)
    prior = 0.5 * ((point / sd) ** 2).sum()
    assert value == pytest.approx(
        np.log((np.exp(log_softmax(ones @ point.T)) * taken).sum(axis=1)).sum() - prior
    )
    found = np.empty_like(point)
    for place in np.ndindex(*point.shape):
        step = np.zeros_like(point)
        step[place] = 1e-6
        ends = [membership_value(point + sign * step, ones, taken, sd)[0] for sign in (1.0, -1.0)]
        found[place] = (ends[0] - ends[1]) / 2e-6
    np.testing.assert_allclose(slope, found, atol=1e-6)


def test_inverse_wishart_has_the_means_of_theory() -> None:
    scatter = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, -0.5], [0.0, -0.5, 2.0]])
    rng, freedom = np.random.default_rng(0), 12.0
    roots = np.array([inverse_wishart_root(scatter, freedom, rng) for _ in range(6000)])
    assert np.all(np.triu(roots, 1) == 0.0), "a Cholesky factor"
    draws = roots @ roots.transpose(0, 2, 1)
    np.testing.assert_allclose(draws.mean(axis=0), scatter / (freedom - 3.0 - 1.0), atol=0.02)
    inverse = np.linalg.inv(draws).mean(axis=0)
    np.testing.assert_allclose(inverse, freedom * np.linalg.inv(scatter), rtol=0.03, atol=0.05)


def test_a_place_is_picked_by_its_weight() -> None:
    weights = np.log(np.tile([0.2, 0.5, 0.3], (6, 1))) + 40.0
    luck = np.array([0.0, 0.19, 0.21, 0.69, 0.71, 1.0 - 1e-17])
    assert pick(weights, luck).tolist() == [0, 0, 1, 1, 2, 2]


def test_without_choices_the_sampler_keeps_its_priors() -> None:
    """Every block leaves the joint prior as it is: spreads stay half-t, correlations evenly spread."""
    people = np.random.default_rng(0).standard_normal((3, 1))
    settings = ChainSettings(2, 0.5, None, warm_up=100, iterations=3000, thin=3)
    chain = run_chain(no_choices(3, 2, 0), people, np.zeros(2), settings, np.random.default_rng(1))
    roots = np.array([draw.root for draw in chain.draws])
    covariance = roots @ roots.transpose(0, 2, 1)
    spread = np.sqrt(covariance[:, [0, 1], [0, 1]])
    # distribution of a half-t with 2 degrees of freedom and scale 1 (Huang and Wand 2013)
    place = spread / np.sqrt(2.0 + spread**2)
    np.testing.assert_allclose(place.mean(axis=0), 0.5, atol=0.08)
    np.testing.assert_allclose((place < 0.25).mean(axis=0), 0.25, atol=0.09)
    correlation = covariance[:, 0, 1] / spread.prod(axis=1)
    assert correlation.mean() == pytest.approx(0.0, abs=0.1)
    assert correlation.var() == pytest.approx(1.0 / 3.0, abs=0.05)
    slopes = np.array([draw.membership for draw in chain.draws])
    assert slopes[..., 1].std() == pytest.approx(0.15, rel=0.3), "prior of what an answer does"


# ------------------------------------------------------------------------------------------ recovery
def test_known_people_are_found_again() -> None:
    model = of_one()
    np.testing.assert_allclose(model.means_[0, :2], ONE.means[0], atol=0.25)
    np.testing.assert_allclose(model.means_[0, 2], ONE.shared[0], atol=0.12)
    np.testing.assert_allclose(np.diag(model.covariance_)[:2], np.diag(ONE.covariance), rtol=0.45)
    assert model.covariance_[0, 1] > 0.1
    assert model.answer_coef_[0, 0] == pytest.approx(ONE.answers[0, 0], abs=0.25)
    assert np.abs(model.answer_coef_[1]).max() < 0.15, "this answer says nothing"
    assert model.component_shares_.tolist() == [1.0]
    assert 0.5 < model.acceptance_ < 0.95
    assert model.notes_ == ()


def test_shared_columns_have_no_spread_and_no_answers() -> None:
    model = of_one()
    assert not model.covariance_[2].any()
    assert not model.answer_coef_[:, 2].any()
    assert np.ptp(model.person_coef_[:, 2]) == 0.0


def test_part_worths_of_the_people_fitted_on_are_like_theirs() -> None:
    found = of_one().person_coef_
    for column in range(2):
        assert np.corrcoef(found[:, column], PEOPLE.coef[:, column])[0, 1] > 0.7
    gap = found[:, :2] - PEOPLE.coef[:, :2]
    assert np.abs(gap.mean(axis=0)).max() < 0.15


def test_figures_are_in_the_units_of_the_columns() -> None:
    scale = np.array([10.0, 0.01, 1.0])
    data = PEOPLE
    changed = SimulatedTastes(
        data.X * scale, data.y, data.task, data.person, 5.0 * data.Z + 2.0, data.coef / scale
    )
    model, plain = fit(changed, shared_columns=1), of_one()
    np.testing.assert_allclose(model.answer_coef_ * scale * 5.0, plain.answer_coef_, atol=0.03)
    shift = model.means_ * scale + 2.0 * model.answer_coef_.sum(axis=0) * scale
    np.testing.assert_allclose(shift, plain.means_, atol=0.03)
    np.testing.assert_allclose(model.covariance_ * np.outer(scale, scale), plain.covariance_, atol=0.03)
    # rounding differs in the last bits, and from there the chains do
    assert np.abs(model.person_coef_ * scale - plain.person_coef_).mean() < 0.1


def test_two_clear_components_are_told_apart() -> None:
    data = simulated_tastes(TWO, people=200, tasks=8, seed=3)
    model = fit(data, n_components=2)
    kind = data.coef[:, 0] > 0.0
    order = np.argsort(-model.means_[:, 0])
    np.testing.assert_allclose(model.component_shares_[order], [kind.mean(), 1 - kind.mean()], atol=0.05)
    np.testing.assert_allclose(model.means_[order, 0], TWO.means[:, 0], atol=0.6)
    assert np.diag(model.covariance_).max() < 1.0, "the gap between components is not within them"


def test_components_foretell_what_one_normal_cannot() -> None:
    data = simulated_tastes(TWO, people=200, tasks=8, seed=3)
    fresh = simulated_tastes(TWO, people=200, tasks=4, seed=4)
    early = fresh.of_tasks(np.arange(800) % 4 == 0)
    late = fresh.of_tasks(np.arange(800) % 4 > 0)
    scores = [log_likelihood(fit(data, n_components=kinds), late, early.known) for kinds in (2, 1)]
    assert scores[0] > scores[1]


# ------------------------------------------------------------------------------------------ people
@cache
def newcomers() -> tuple[SimulatedTastes, SimulatedTastes]:
    """New people's first six tasks, and their last two."""
    fresh = simulated_tastes(ONE, people=300, tasks=8, seed=2)
    early = np.arange(300 * 8) % 8 < 6
    return fresh.of_tasks(early), fresh.of_tasks(~early)


def test_own_choices_tell_more_than_answers_alone() -> None:
    early, late = newcomers()
    cold, warm = log_likelihood(of_one(), late), log_likelihood(of_one(), late, early.known)
    true = (late.X * late.coef[late.person]).sum(axis=1).reshape(-1, 3)
    best = float(log_softmax(true)[late.y.reshape(-1, 3)].mean())
    assert cold + 0.03 < warm < best + 0.02, "better, and not better than who knows all"


@pytest.mark.parametrize("told", [True, False], ids=["six choices known", "answers alone"])
def test_nine_in_ten_intervals_hold(told: bool) -> None:
    early, _ = newcomers()
    draws = of_one().sample_coef(early.Z, known=early.known if told else None, rounds=4)
    low, high = np.quantile(draws[:, :, :2], [0.05, 0.95], axis=0)
    held = ((early.coef[:, :2] > low) & (early.coef[:, :2] < high)).mean(axis=0)
    assert np.all((held > 0.83) & (held < 0.96)), held


@pytest.mark.parametrize("told", [True, False], ids=["six choices known", "answers alone"])
def test_draws_foretell_what_the_model_foretells(told: bool) -> None:
    early, late = newcomers()
    known = early.known if told else None
    draws = of_one().sample_coef(early.Z, known=known, rounds=4)
    utility = (draws[:, late.person] * late.X).sum(axis=2).reshape(len(draws), -1, 3)
    shares = np.exp(log_softmax(utility)).mean(axis=0).ravel()
    found = of_one().predict_proba(late.X, task=late.task, person=late.person, Z=late.Z, known=known)
    np.testing.assert_allclose(shares, found, atol=0.25)
    assert np.abs(shares - found).mean() < 0.02


@pytest.mark.parametrize("settings", [{}, {"n_components": 2, "tails": 5.0}], ids=["normal", "two, tails"])
def test_a_person_is_his_own(settings: dict[str, object]) -> None:
    model = fit(PEOPLE, warm_up=40, n_iter=40, shared_columns=1, **settings)
    early, late = newcomers()
    few = early.person < 5
    known = KnownChoices(early.X[few], early.y[few], early.task[few], early.person[few])
    here = late.person < 5
    alone = model.predict_proba(
        late.X[here], task=late.task[here], person=late.person[here], Z=late.Z[:5], known=known
    )
    everyone = model.predict_proba(late.X, task=late.task, person=late.person, Z=late.Z, known=early.known)
    np.testing.assert_allclose(alone, everyone[here], atol=1e-10)
    drawn = model.sample_coef(late.Z[:5], known=known)
    np.testing.assert_allclose(drawn, model.sample_coef(late.Z, known=early.known)[:, :5], atol=1e-8)


def test_two_draws_foretell_too() -> None:
    model = fit(PEOPLE, warm_up=20, n_iter=10)
    assert len(model.draws_) == 2
    early, late = newcomers()
    assert np.isfinite(log_likelihood(model, late, early.known))
    assert model.sample_coef(late.Z, known=early.known).shape == (2, 300, 3)


# ------------------------------------------------------------------------------------------ search
@pytest.mark.parametrize(
    ("population", "wanted"), [(SILENT, 0.005), (TALKING, 0.5)], ids=["silent", "talking"]
)
def test_answers_count_as_much_as_they_say(population: Population, wanted: float) -> None:
    data = simulated_tastes(population, people=120, tasks=5, seed=5)
    rng = np.random.default_rng(6)
    idle = np.hstack([data.Z, rng.standard_normal((120, 20))])  # twenty answers more that say nothing
    asked = data.Z if population is TALKING else idle
    model = MixtureLogit(answer_scale=(0.005, 0.5), warm_up=40, n_iter=40, random_state=0)
    model.fit(data.X, data.y, task=data.task, person=data.person, Z=asked)
    assert model.answer_scale_ == wanted, model.search_
    assert len(model.search_) == 2
    assert max(model.search_.values()) < 0.0


def test_one_setting_is_not_searched() -> None:
    assert of_one().search_ == {}


# ------------------------------------------------------------------------------------------ settings, notes
def test_chains_add_up() -> None:
    one = fit(PEOPLE, warm_up=30, n_iter=20, thin=5)
    three = fit(PEOPLE, warm_up=30, n_iter=20, thin=5, n_chains=3)
    assert (len(one.draws_), len(three.draws_)) == (4, 12)
    assert (one.n_iter_, three.n_iter_) == (50, 150)
    means: list[Floats] = [draw.means for draw in three.draws_]
    assert not np.allclose(means[0], means[4]), "chains have their own luck"


def test_more_components_than_people_and_one_person_are_told() -> None:
    few = PEOPLE.of_tasks(np.arange(3000) < 20)
    assert fit(few, n_components=4, warm_up=20, n_iter=20).notes_ == (
        "4 components were asked of 2 people: 2 fitted",
    )
    alone = replace(few.of_tasks(np.arange(20) < 10), Z=few.Z[:1])
    (note,) = [n for n in fit(alone, warm_up=20, n_iter=20).notes_ if n.startswith("one person")]
    assert note == "one person chose: differences between people come from the prior alone"


def test_people_without_a_choice_have_no_part_worths() -> None:
    found = fit(PEOPLE.of_tasks(np.arange(3000) >= 10), warm_up=20, n_iter=20).person_coef_
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1:]).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"shared_columns": 3}, "shared_columns is 3, X has 3 columns"),
        ({"shared_columns": -1}, "shared_columns must be a whole number of at least 1, not -1"),
        ({"shared_columns": 0.5}, "shared_columns must be a whole number"),
        ({"tails": 0.0}, "tails must be a number above 0 or None"),
        ({"tails": float("nan")}, "tails must be a number above 0 or None"),
        ({"answer_scale": 0.0}, "answer_scale must be numbers above 0"),
        ({"answer_scale": (0.1, float("inf"))}, "answer_scale must be numbers above 0"),
        ({"answer_scale": ()}, "answer_scale must be numbers above 0"),
        ({"n_components": ()}, "n_components must hold a number"),
        ({"n_components": (1, 0)}, "n_components must be a whole number of at least 1, not 0"),
        ({"n_chains": 0}, "n_chains must be a whole number of at least 1, not 0"),
        ({"n_iter": 2.5}, "n_iter must be a whole number of at least 1, not 2.5"),
        ({"thin": 0}, "thin must be a whole number of at least 1, not 0"),
        ({"cv": "three"}, "cv must be a whole number of at least 1, not 'three'"),
    ],
    ids=str,
)
def test_wrong_settings_are_named(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(PEOPLE, **settings)


def test_wrong_questions_for_part_worths_are_named() -> None:
    model = of_one()
    with pytest.raises(ValueError, match="Z has 1 columns, the model 2"):
        model.sample_coef(PEOPLE.Z[:, :1])
    with pytest.raises(ValueError, match="Z must be finite: row 0, column 1"):
        model.sample_coef([[0.0, float("nan")]])
    with pytest.raises(ValueError, match="person must be row numbers of Z, 0 to 4"):
        model.sample_coef(PEOPLE.Z[:5], known=PEOPLE.known)
    with pytest.raises(ValueError, match="rounds must be a whole number"):
        model.sample_coef(PEOPLE.Z, rounds=0)
