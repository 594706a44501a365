"""Latent classes: known people found again, what their answers tell, and what is said when data are thin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.choice.artefact import Floats
from recommender.choice.latent_class_logit import LatentClassLogit, PooledLatentClassLogit
from recommender.choice.panel import make_panel
from recommender.choice.tasks import choice_shares
from tests.choice.simulated_people import SimulatedPeople, simulated_people

TASTES = np.array([[2.0, -1.0, 0.0, 0.5], [-2.0, 0.5, 1.0, 0.0], [0.0, 2.0, -1.5, -0.5]])
APART = simulated_people(TASTES, people=600, tasks=12, seed=4, pull=1.5)


def fitted(data: SimulatedPeople, **settings: object) -> LatentClassLogit:
    model = LatentClassLogit(**{"n_classes": 3, "membership_ridge": 1.0, "random_state": 0, **settings})
    return model.fit(data.X, data.y, task=data.task, person=data.person, Z=data.Z)


def matched(model: LatentClassLogit) -> list[int]:
    """Class of the model nearest to each known taste."""
    distance = ((model.coef_[None] - TASTES[:, None]) ** 2).sum(axis=2)
    return np.argmin(distance, axis=1).tolist()


def mean_log_likelihood(found: Floats, data: SimulatedPeople) -> float:
    return float(np.log(found[data.y]).mean())


def test_known_people_are_found_again() -> None:
    model = fitted(APART, ridge=0.1)
    place = matched(model)
    assert sorted(place) == [0, 1, 2]
    assert np.abs(model.coef_[place] - TASTES).max() < 0.25
    shares = np.bincount(APART.kind, minlength=3) / 600
    np.testing.assert_allclose(model.class_shares_[place], shares, atol=0.02)
    told = model.responsibilities_[:, place].argmax(axis=1)
    assert np.mean(told == APART.kind) > 0.98
    assert model.class_shares_.tolist() == sorted(model.class_shares_, reverse=True)
    np.testing.assert_allclose(model.responsibilities_.sum(axis=1), 1.0)


def test_what_people_say_tells_their_class() -> None:
    model = fitted(APART, ridge=0.1, membership_ridge=0.1)
    coef = model.membership_coef_[matched(model)]
    # the true effect is 1.5 times the identity; only differences between classes are told by data
    np.testing.assert_allclose(coef, 1.5 * (np.eye(3) - 1 / 3), atol=0.35)
    np.testing.assert_allclose(model.membership_coef_.sum(axis=0), 0.0, atol=1e-9)


def test_the_membership_is_told_for_columns_as_given() -> None:
    plain = fitted(APART, tol=1e-6)
    scaled = SimulatedPeople(
        APART.X, APART.y, APART.task, APART.person, APART.Z * [10.0, 1.0, 0.01] + [5.0, -3.0, 0.0], APART.kind
    )
    other = fitted(scaled, tol=1e-6)
    np.testing.assert_allclose(
        other.membership_coef_, plain.membership_coef_ / [10.0, 1.0, 0.01], rtol=1e-3, atol=1e-4
    )
    roles = {"task": APART.task, "person": APART.person}
    np.testing.assert_allclose(
        other.predict_proba(APART.X, **roles, Z=scaled.Z), plain.predict_proba(APART.X, **roles, Z=APART.Z),
        atol=1e-4,
    )  # fmt: skip


def test_the_log_likelihood_is_the_panel_one() -> None:
    data = simulated_people(TASTES, people=30, tasks=4, seed=8, pull=1.0)
    model = fitted(data, n_classes=2)
    panel = make_panel(data.X, data.y, task=data.task, person=data.person, Z=data.Z)
    told = np.exp(data.Z @ model.membership_coef_.T + model.membership_intercept_)
    held = told / told.sum(axis=1, keepdims=True)
    for place, coef in enumerate(model.coef_):
        made = choice_shares(panel.X @ coef, 0.0, panel.tasks).log_likelihood
        held[:, place] *= np.exp(np.bincount(panel.person, made))
    assert model.log_likelihood_ == pytest.approx(np.log(held.sum(axis=1)).sum())
    np.testing.assert_allclose(model.responsibilities_, held / held.sum(axis=1, keepdims=True))


def test_a_warm_prediction_is_bayes_rule() -> None:
    data = simulated_people(TASTES, people=20, tasks=3, seed=8)
    model = LatentClassLogit(2, random_state=0).fit(data.X, data.y, task=data.task, person=data.person)
    first = data.task % 3 < 2
    before, after = data.rows(first), data.rows(~first)
    warm = model.predict_proba(after.X, task=after.task, person=after.person, known=before.known)
    share = np.exp(model.membership_intercept_) / np.exp(model.membership_intercept_).sum()
    joint = np.zeros(20)
    both = np.zeros(len(after.X))
    for place, coef in enumerate(model.coef_):
        panel = make_panel(before.X, before.y, task=before.task, person=before.person)
        made = np.exp(
            np.bincount(panel.person, choice_shares(panel.X @ coef, 0.0, panel.tasks).log_likelihood)
        )
        joint += share[place] * made
        asked = make_panel(after.X, None, task=after.task, person=after.person)
        rows = choice_shares(asked.X @ coef, 0.0, asked.tasks).rows
        both += rows * (share[place] * made)[after.person]
    np.testing.assert_allclose(warm, both / joint[after.person])


def test_known_choices_and_answers_each_help() -> None:
    test = simulated_people(TASTES, people=200, tasks=8, seed=9, pull=1.5)
    early = test.task % 8 < 6
    before, after = test.rows(early), test.rows(~early)
    models = (
        fitted(APART),
        PooledLatentClassLogit(4, class_numbers=(2, 3), membership_ridge=1.0, random_state=0).fit(
            APART.X, APART.y, task=APART.task, person=APART.person, Z=APART.Z
        ),
    )
    for model in models:
        roles = {"task": after.task, "person": after.person}
        cold = mean_log_likelihood(model.predict_proba(after.X, **roles, Z=test.Z), after)
        blind = mean_log_likelihood(model.predict_proba(after.X, **roles, Z=np.zeros_like(test.Z)), after)
        warm = mean_log_likelihood(model.predict_proba(after.X, **roles, Z=test.Z, known=before.known), after)
        assert blind + 0.1 < cold
        assert cold + 0.1 < warm


def test_more_starts_are_not_worse_and_settings_count() -> None:
    data = simulated_people(TASTES, people=80, tasks=5, seed=11)

    def reached(**settings: object) -> float:
        return fitted(data, n_classes=4, **settings).log_likelihood_

    assert max(reached(n_starts=1, random_state=seed) for seed in range(4)) > reached(ridge=100.0)
    loose = fitted(data, ridge=1e6)
    np.testing.assert_allclose(loose.coef_, np.tile(loose.common_coef_, (3, 1)), atol=0.01)


def test_one_class_is_the_taste_of_all() -> None:
    model = fitted(APART, n_classes=1)
    np.testing.assert_array_equal(model.coef_, [model.common_coef_])
    assert model.class_shares_.tolist() == [1.0]
    assert model.notes_ == ()


def test_a_class_that_nobody_needs_is_said() -> None:
    one = simulated_people(np.array([[1.0, -0.5]]), people=25, tasks=3, seed=2)
    model = LatentClassLogit(12, ridge=10.0, n_starts=1, random_state=3)
    model.fit(one.X, one.y, task=one.task, person=one.person)
    empty = [place for place, share in enumerate(model.class_shares_) if share * 25 < 0.5]
    said = [f"class {place + 1} holds no one: it has the common taste" for place in empty]
    assert list(model.notes_) == said
    np.testing.assert_array_equal(model.coef_[empty], np.tile(model.common_coef_, (len(empty), 1)))


def test_fewer_people_than_classes_is_said() -> None:
    two = simulated_people(TASTES, people=2, tasks=6, seed=1)
    model = fitted(two, n_classes=5)
    assert model.coef_.shape == (2, 4)
    assert "5 classes were asked of 2 people: 2 fitted" in model.notes_


def test_a_search_that_is_cut_short_is_said() -> None:
    assert fitted(APART, max_iter=1, n_starts=1).notes_ == (
        "the search ended at max_iter before it had converged",
    )


def test_the_best_start_is_sought_on_a_part_of_many_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fitted(APART, ridge=0.1)
    monkeypatch.setattr("recommender.choice.class_fit._START_TASKS", 500)
    monkeypatch.setattr("recommender.choice.class_likelihood.TILE_TASKS", 200)
    part = fitted(APART, ridge=0.1)
    assert part.log_likelihood_ == pytest.approx(whole.log_likelihood_, abs=0.1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_classes": 0}, "n_classes must be a whole number of at least 1, not 0"),
        ({"n_classes": 2.5}, "n_classes must be a whole number of at least 1, not 2.5"),
        ({"n_starts": 0}, "n_starts must be"),
        ({"max_iter": -1}, "max_iter must be"),
        ({"ridge": -1.0}, "ridge must be a number of at least 0"),
        ({"ridge": np.nan}, "ridge must be a number of at least 0"),
        ({"membership_ridge": np.inf}, "membership_ridge must be"),
        ({"tol": 0.0}, "tol must be a number above 0"),
    ],
)
def test_settings_out_of_range_are_named(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fitted(APART, **settings)


def test_a_pool_needs_fits_and_numbers() -> None:
    for settings, message in (({"n_fits": 0}, "n_fits must be"), ({"class_numbers": ()}, "class_numbers")):
        with pytest.raises(ValueError, match=message):
            PooledLatentClassLogit(**settings).fit(APART.X, APART.y, task=APART.task)


def test_a_pool_of_one_is_that_one() -> None:
    single = fitted(APART, n_starts=1, random_state=7)
    pool = PooledLatentClassLogit(1, class_numbers=(3,), membership_ridge=1.0, random_state=7)
    pool.fit(APART.X, APART.y, task=APART.task, person=APART.person, Z=APART.Z)
    np.testing.assert_array_equal(pool.coef_, single.coef_)
    assert pool.log_likelihood_ == single.log_likelihood_
    roles = {"task": APART.task, "person": APART.person, "Z": APART.Z, "known": APART.known}
    np.testing.assert_allclose(pool.predict_proba(APART.X, **roles), single.predict_proba(APART.X, **roles))


def test_without_a_ridge_dead_columns_stay_at_zero() -> None:
    wide = SimulatedPeople(
        np.column_stack([APART.X, np.ones(len(APART.X)), APART.X[:, 0]]),
        APART.y, APART.task, APART.person, APART.Z, APART.kind,
    )  # fmt: skip
    model = fitted(wide, ridge=0.0, n_starts=1)
    assert np.all(model.coef_[:, 4] == 0.0)
    assert np.isfinite(model.coef_).all()
    assert model.notes_[0] == "x4 never differs within a task: its part-worth is 0"


def test_no_columns_at_all_is_named() -> None:
    with pytest.raises(ValueError, match="X has no columns"):
        LatentClassLogit().fit(np.empty((4, 0)), [1, 0, 1, 0], task=[0, 0, 1, 1])


def test_people_without_columns_are_still_people() -> None:
    nothing = np.empty((600, 0))
    model = LatentClassLogit(3, random_state=0)
    model.fit(APART.X, APART.y, task=APART.task, person=APART.person, Z=nothing)
    roles = {"task": APART.task, "person": APART.person, "known": APART.known}
    with_rows = model.predict_proba(APART.X, **roles, Z=nothing)
    np.testing.assert_array_equal(with_rows, model.predict_proba(APART.X, **roles))


def test_a_table_gives_its_column_names() -> None:
    table = pd.DataFrame(APART.X, columns=["price", "range", "seats", "boot"])
    model = LatentClassLogit(2, n_starts=1, random_state=0)
    model.fit(table, pd.Series(APART.y), task=pd.Series(APART.task), person=pd.Series(APART.person))
    assert model.get_feature_names_out().tolist() == ["price", "range", "seats", "boot"]
