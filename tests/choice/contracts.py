"""What every estimator of choices promises, as checks that take a :class:`Case`.

A new estimator is added to the cases of ``test_contracts.py`` and has to pass them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from recommender.choice.artefact import Floats
from recommender.choice.panel import KnownChoices
from tests.choice.simulated_people import SimulatedPeople, simulated_people


class Estimator(Protocol):
    """The shape of all estimators."""

    notes_: tuple[str, ...]

    def fit(self, X: object, y: object, **roles: object) -> Estimator: ...  # noqa: N803

    def predict_proba(self, X: object, **roles: object) -> Floats: ...  # noqa: N803

    def get_params(self) -> dict[str, Any]: ...

    def set_params(self, **params: object) -> Estimator: ...

    def get_feature_names_out(self) -> object: ...


@dataclass(frozen=True)
class Case:
    """``make(**settings)`` a small and quick estimator with random_state 0; ``another`` a setting and a value
    that it does not have by default; ``people``: whether Z and known choices change what it predicts;
    ``same``: how far predictions may differ when only the order of the data does."""

    name: str
    make: Callable[..., Estimator]
    another: tuple[str, object]
    people: bool
    same: float = 1e-4


TASTES = np.array([[1.5, -1.0, 0.0], [-1.5, 0.5, 0.5]])
DATA = simulated_people(TASTES, people=40, tasks=6, seed=1, pull=1.0)
ASKED = simulated_people(TASTES, people=40, tasks=2, seed=2)
ROLES = {"task": DATA.task, "person": DATA.person, "Z": DATA.Z}
QUESTION = {"task": ASKED.task, "person": ASKED.person, "Z": DATA.Z}


def fitted(case: Case, data: SimulatedPeople = DATA, **settings: object) -> Estimator:
    model = case.make(**settings)
    return model.fit(data.X, data.y, task=data.task, person=data.person, Z=data.Z)


def asked(model: Estimator, known: KnownChoices | None = None) -> Floats:
    return model.predict_proba(ASKED.X, **QUESTION, known=known)


def probabilities_add_up(case: Case) -> None:
    model = fitted(case)
    for known in (None, DATA.known):
        found = asked(model, known)
        assert found.shape == (len(ASKED.X),)
        assert found.dtype == np.float64
        assert np.all(found >= 0.0)
        np.testing.assert_allclose(np.bincount(ASKED.task, found), 1.0)


def fit_gives_itself_and_learns(case: Case) -> None:
    model = case.make()
    assert model.fit(DATA.X, DATA.y, **ROLES) is model
    assert all(isinstance(note, str) and note for note in model.notes_)
    chance = np.log(1.0 / 3.0)
    assert np.mean(np.log(model.predict_proba(DATA.X, **ROLES)[DATA.y])) > chance


def people_count_where_they_should(case: Case) -> None:
    model = fitted(case)
    cold, warm = asked(model), asked(model, DATA.known)
    others = model.predict_proba(ASKED.X, **{**QUESTION, "Z": DATA.Z[::-1]})
    assert np.allclose(cold, warm) is not case.people
    assert np.allclose(cold, others) is not case.people


def known_choices_of_one_person_change_only_his_prediction(case: Case) -> None:
    model = fitted(case)
    one = DATA.rows(DATA.person == 3)
    moved = np.abs(asked(model, one.known) - asked(model)) > 1e-9
    assert moved.any() == case.people
    assert set(ASKED.person[moved].tolist()) <= {3}


def known_choices_need_no_people_columns(case: Case) -> None:
    names = np.array([f"p{n}" for n in range(40)])
    model = case.make().fit(DATA.X, DATA.y, task=DATA.task, person=names[DATA.person])
    mine = ASKED.person >= 20  # known choices of more people than are asked about
    known = KnownChoices(DATA.X, DATA.y, DATA.task, names[DATA.person])
    roles = {"task": ASKED.task[mine], "person": names[ASKED.person[mine]]}
    warm = model.predict_proba(ASKED.X[mine], **roles, known=known)
    everyone = model.predict_proba(ASKED.X, task=ASKED.task, person=names[ASKED.person], known=known)
    np.testing.assert_allclose(warm, everyone[mine])
    with_people = model.predict_proba(ASKED.X, **QUESTION, known=DATA.known)
    np.testing.assert_allclose(everyone, with_people, err_msg="fitted without Z, asked with it")


def order_of_the_data_changes_nothing(case: Case) -> None:
    first = fitted(case)
    rng = np.random.default_rng(5)
    tasks = rng.permutation(240)
    order = np.concatenate([rng.permutation(np.flatnonzero(DATA.task == t)) for t in tasks])
    number = rng.permutation(40)  # new number of each person
    shuffled = SimulatedPeople(
        DATA.X[order],
        DATA.y[order],
        DATA.task[order],
        number[DATA.person[order]],
        DATA.Z[np.argsort(number)],
        DATA.kind[np.argsort(number)],
    )
    second = fitted(case, shuffled)
    roles = {"task": ASKED.task, "person": number[ASKED.person], "Z": shuffled.Z}
    for known, known_shuffled in ((None, None), (DATA.known, shuffled.known)):
        found = second.predict_proba(ASKED.X, **roles, known=known_shuffled)
        np.testing.assert_allclose(found, asked(first, known), atol=case.same)


def order_of_the_question_changes_nothing(case: Case) -> None:
    model = fitted(case)
    rng = np.random.default_rng(6)
    order = np.concatenate([rng.permutation(np.flatnonzero(ASKED.task == t)) for t in rng.permutation(80)])
    roles = {"task": ASKED.task[order], "person": ASKED.person[order], "Z": DATA.Z}
    found = model.predict_proba(ASKED.X[order], **roles, known=DATA.known)
    np.testing.assert_allclose(found, asked(model, DATA.known)[order], atol=1e-12)


def one_seed_one_result(case: Case) -> None:
    np.testing.assert_array_equal(asked(fitted(case)), asked(fitted(case)))


def params_are_kept(case: Case) -> None:
    model = case.make()
    name, value = case.another
    assert model.get_params()[name] != value
    assert model.set_params(**{name: value}) is model
    assert model.get_params()[name] == value
    copy = cast("Estimator", clone(model))
    assert copy.get_params() == model.get_params()
    assert f"{name}={value!r}" in repr(model)
    assert repr(copy) == repr(model)
    with pytest.raises(ValueError, match="no_such"):
        model.set_params(no_such=1)


def not_fitted_is_said(case: Case) -> None:
    model = case.make()
    with pytest.raises(NotFittedError):
        asked(model)
    with pytest.raises(NotFittedError):
        model.get_feature_names_out()
    fresh = cast("Estimator", clone(fitted(case)))
    with pytest.raises(NotFittedError):
        asked(fresh)


def names_are_kept(case: Case) -> None:
    named = case.make().fit(DATA.X, DATA.y, **ROLES, feature_names=["a", "b", "c"])
    assert np.asarray(named.get_feature_names_out()).tolist() == ["a", "b", "c"]
    assert np.asarray(fitted(case).get_feature_names_out()).tolist() == ["x0", "x1", "x2"]
    with pytest.raises(ValueError, match="2 feature names for 3 columns"):
        case.make().fit(DATA.X, DATA.y, **ROLES, feature_names=["a", "b"])


def _spoiled(values: object, place: tuple[int, ...], value: float) -> Floats:
    spoiled = np.array(values, dtype=np.float64)
    spoiled[place] = value
    return spoiled


def wrong_input_is_named(case: Case) -> None:
    two, none = DATA.y.copy(), DATA.y.copy()
    two[:3], none[3:6] = True, False
    one_person = DATA.person.copy()
    one_person[1] = 7
    wrong: list[tuple[str, dict[str, object]]] = [
        ("X must be finite: row 4, column 1", {"X": _spoiled(DATA.X, (4, 1), np.nan)}),
        ("X must be finite: row 0, column 2", {"X": _spoiled(DATA.X, (0, 2), np.inf)}),
        ("Z must be finite: row 2, column 1", {"Z": _spoiled(DATA.Z, (2, 1), np.nan)}),
        ("Z must be finite: row 0, column 0", {"Z": _spoiled(DATA.Z, (0, 0), -np.inf)}),
        ("person must be row numbers of Z, 0 to 38", {"Z": DATA.Z[:-1]}),
        ("person must be row numbers of Z, 0 to 39", {"person": DATA.person - 1}),
        ("a task belongs to one person: row 1", {"person": one_person}),
        ("more than one chosen: task 0", {"y": two}),
        ("none chosen and no outside option: task 1", {"y": none}),
        ("a single alternative and no outside option: task 900", {"task": np.append(DATA.task[:-1], 900)}),
        ("rows of a task must stand together", {"task": np.roll(DATA.task, 1)}),
        ("X has", {"X": DATA.X[:-1]}),
        ("not rows and columns", {"X": DATA.X[:, 0]}),
        ("y has shape", {"y": DATA.y[:-1]}),
        ("person has shape", {"person": DATA.person[:-1]}),
    ]
    for message, change in wrong:
        arrays: dict[str, object] = {"X": DATA.X, "y": DATA.y, **ROLES, **change}
        with pytest.raises(ValueError, match=message):
            case.make().fit(arrays.pop("X"), arrays.pop("y"), **arrays)


def wrong_questions_are_named(case: Case) -> None:
    model = fitted(case)
    wrong: list[tuple[str, dict[str, object]]] = [
        ("X must be finite: row 1, column 0", {"X": _spoiled(ASKED.X, (1, 0), np.nan)}),
        ("Z must be finite: row 2, column 1", {"Z": _spoiled(DATA.Z, (2, 1), np.inf)}),
        ("person must be row numbers of Z, 0 to 39", {"person": ASKED.person + 1}),
        ("X has 2 columns, the model 3", {"X": ASKED.X[:, :2]}),
        ("a single alternative and no outside option", {"task": np.append(ASKED.task[:-1], 900)}),
    ]
    if case.people:
        nobody = KnownChoices(DATA.X, DATA.y, DATA.task, DATA.person + 1)
        unread = KnownChoices(_spoiled(DATA.X, (5, 2), np.nan), DATA.y, DATA.task, DATA.person)
        wrong += [
            ("Z is missing", {"Z": None}),
            ("Z has 1 columns, the model 2", {"Z": DATA.Z[:, :1]}),
            ("known choices: person must be row numbers of Z", {"known": nobody}),
            ("known choices: X must be finite: row 5, column 2", {"known": unread}),
        ]
    for message, change in wrong:
        arrays: dict[str, object] = {"X": ASKED.X, **QUESTION, **change}
        with pytest.raises(ValueError, match=message):
            model.predict_proba(arrays.pop("X"), **arrays)


def a_constant_column_is_left_alone(case: Case) -> None:
    X = np.column_stack([DATA.X, np.full(len(DATA.X), 5.0)])  # noqa: N806
    Z = np.column_stack([DATA.Z, np.full(len(DATA.Z), 2.0)])  # noqa: N806
    model = case.make().fit(X, DATA.y, task=DATA.task, person=DATA.person, Z=Z, feature_names=list("abcd"))
    assert any(note.startswith("d never differs within a task") for note in model.notes_)
    wide = np.column_stack([ASKED.X, np.zeros(len(ASKED.X))])
    found = model.predict_proba(wide, **{**QUESTION, "Z": Z}, known=KnownChoices(X, *_known_names()))
    np.testing.assert_allclose(found, asked(fitted(case), DATA.known), atol=case.same)


def equal_shares_where_nothing_ever_differs(case: Case) -> None:
    X, before = np.full_like(DATA.X, 5.0), np.zeros_like(DATA.X)  # noqa: N806
    model = case.make().fit(X, DATA.y, **ROLES)
    assert sum("never differs within a task" in note for note in model.notes_) >= X.shape[1]
    found = model.predict_proba(ASKED.X, **QUESTION, known=KnownChoices(before, *_known_names()))
    np.testing.assert_allclose(found, 1 / 3)


def _known_names() -> tuple[object, object, object]:
    return DATA.y, DATA.task, DATA.person


def one_respondent_is_enough(case: Case) -> None:
    mine = DATA.person == 0
    model = case.make().fit(
        DATA.X[mine], DATA.y[mine], task=DATA.task[mine], person=DATA.person[mine], Z=DATA.Z[:1]
    )
    here = ASKED.person == 0
    roles = {"task": ASKED.task[here], "person": ASKED.person[here], "Z": DATA.Z[:1]}
    known = DATA.rows(mine).known
    found = model.predict_proba(ASKED.X[here], **roles, known=known)
    assert np.isfinite(found).all()
    assert all(isinstance(note, str) and note for note in model.notes_)
    assert bool(model.notes_) == case.people, "fewer people than classes is a note"


def separated_choices_stay_finite(case: Case) -> None:
    best = np.zeros(len(DATA.X), dtype=np.bool_)
    by_task = DATA.X[:, 0].reshape(-1, 3)
    best[np.arange(240) * 3 + by_task.argmax(axis=1)] = True
    model = case.make().fit(DATA.X, best, **ROLES)
    found = asked(model, KnownChoices(DATA.X, best, DATA.task, DATA.person))
    assert np.isfinite(found).all()
    assert any("separated" in note for note in model.notes_)
    hit = found.reshape(-1, 3).argmax(axis=1) == ASKED.X[:, 0].reshape(-1, 3).argmax(axis=1)
    assert hit.mean() > 0.95


def large_numbers_stay_finite(case: Case) -> None:
    X = DATA.X * np.array([1e6, 1.0, 1e-6])  # noqa: N806
    model = case.make().fit(X, DATA.y, task=DATA.task, person=DATA.person, Z=DATA.Z * 1e5 + 1e7)
    far = KnownChoices(X * 1e4, *_known_names())
    found = model.predict_proba(ASKED.X * 1e8, **{**QUESTION, "Z": DATA.Z * 1e5 + 1e7}, known=far)
    np.testing.assert_allclose(np.bincount(ASKED.task, found), 1.0)


def tasks_may_have_different_sizes(case: Case) -> None:
    spare = np.flatnonzero(~DATA.y)[::5]
    kept = np.ones(len(DATA.X), dtype=np.bool_)
    kept[spare] = False
    some = DATA.rows(kept)
    assert set(np.bincount(some.task).tolist()) == {2, 3}
    found = asked(fitted(case, some), some.known)
    np.testing.assert_allclose(np.bincount(ASKED.task, found), 1.0)


CHECKS = (
    probabilities_add_up,
    fit_gives_itself_and_learns,
    people_count_where_they_should,
    known_choices_of_one_person_change_only_his_prediction,
    known_choices_need_no_people_columns,
    order_of_the_data_changes_nothing,
    order_of_the_question_changes_nothing,
    one_seed_one_result,
    params_are_kept,
    not_fitted_is_said,
    names_are_kept,
    wrong_input_is_named,
    wrong_questions_are_named,
    a_constant_column_is_left_alone,
    equal_shares_where_nothing_ever_differs,
    one_respondent_is_enough,
    separated_choices_stay_finite,
    large_numbers_stay_finite,
    tasks_may_have_different_sizes,
)
