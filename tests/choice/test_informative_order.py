"""The most telling task first: what a task is worth, by hand, and that asking it pays."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from recommender.choice.contenders import encode
from recommender.choice.design import fit_design
from recommender.choice.informative_order import (
    Offered,
    foretold,
    informative_ranks,
    offered_tasks,
    predictive_information,
    shown_to_all,
    task_shares,
    taste_information,
)
from recommender.choice.mixture_logit import MixtureLogit
from tests.choice.simulated_tastes import Population, simulated_tastes
from tests.choice.small_choices import read, simulated

COIN = np.log(2.0)
# two tastes, equally likely; tasks: tells them apart for certain, not at all, nobody knows
ASKED = np.array([[[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]], [[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]]])


def test_worth_of_a_task_by_hand() -> None:
    np.testing.assert_allclose(taste_information(ASKED), [COIN, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(predictive_information(ASKED, ASKED), [COIN / 3, 0.0, 0.0], atol=1e-12)
    # an answer that is right three times in four
    noisy = np.array([[[0.75, 0.25]], [[0.25, 0.75]]])
    wanted = COIN + 0.75 * np.log(0.75) + 0.25 * np.log(0.25)
    assert taste_information(noisy) == pytest.approx([wanted])
    assert predictive_information(noisy, ASKED[:, :1]) == pytest.approx([wanted])
    assert predictive_information(noisy, ASKED[:, 1:]) == pytest.approx([0.0], abs=1e-12)


def test_what_moves_no_choice_of_the_bank_is_worth_nothing() -> None:
    rng = np.random.default_rng(0)
    coef = rng.standard_normal((4000, 1, 2))
    asked = np.array([[[[1.0, 0.0], [0.0, 0.0]], [[0.0, 3.0], [0.0, 0.0]]]])  # by the first, by the second
    bank = np.array([[[[2.0, 0.0], [0.0, 0.0]]]])  # the first alone
    first, second = predictive_information(task_shares(asked, coef)[:, 0], task_shares(bank, coef)[:, 0])
    assert first > 50 * abs(second)
    taste = taste_information(task_shares(asked, coef)[:, 0])
    assert taste[1] > taste[0], "though it says more of the taste"


def test_shares_by_hand() -> None:
    X = np.array([[[[1.0], [0.0]], [[2.0], [1.0]]]])  # noqa: N806 - the field's letter
    shares = task_shares(X, np.array([[[np.log(3.0)]], [[1e6]]]))
    np.testing.assert_allclose(shares[:, 0], [[[0.75, 0.25]] * 2, [[1.0, 0.0]] * 2])


def test_tasks_of_a_table_by_rank(tmp_path: Path) -> None:
    choices, people = simulated(4, 3)
    head, *lines = choices.splitlines()
    turned = [line for task in (3, 1, 2) for line in lines if line.split(",")[1] == str(task)]
    columns, table = read(tmp_path, choices="\n".join([head, *turned]) + "\n", people=people)
    encoded = encode(fit_design(columns, table), table)
    found = offered_tasks(encoded.X, table, encoded.Z)
    assert found.X.shape == (4, 3, 3, encoded.X.shape[1])
    for person in range(4):
        for task in range(3):
            mine = (table.person == person) & (table.task_rank[table.task] == task + 1)
            np.testing.assert_array_equal(found.X[person, task], encoded.X[mine])
            assert table.chosen[mine][found.chosen[person, task]]
    few = np.ones(12, dtype=np.bool_)
    few[0] = False
    with pytest.raises(ValueError, match="equally many tasks"):
        offered_tasks(encoded.X[few[table.task]], table.of_tasks(few), encoded.Z)


def test_all_see_the_same_bank_and_speak_for_themselves(tmp_path: Path) -> None:
    choices, people = simulated(6, 3)
    columns, table = read(tmp_path, choices=choices, people=people)
    design = fit_design(columns, table)
    bank = table.of_tasks(np.arange(18) < 4)
    asked = table.of_people(np.arange(6) >= 3)
    shown = encode(design, shown_to_all(bank, asked))
    seen = offered_tasks(shown.all, shown.table, shown.Z)
    own, spoken = encode(design, bank).X, shown.X.shape[1]
    for person in range(3):
        np.testing.assert_array_equal(seen.X[person, ..., :spoken].reshape(12, -1), own)
    said = seen.X[..., spoken:].reshape(3, 12, -1)
    assert not np.array_equal(said[0], said[1]), "thrift differs"
    np.testing.assert_array_equal(shown.Z, design.people(asked))


# ------------------------------------------------------------------------------------------ asking
POPULATION = Population(
    means=np.zeros((1, 3)),
    covariance=np.diag([4.0, 0.05, 0.05]),
    answers=np.zeros((1, 3)),
    shared=np.zeros(0),
    shares=np.array([1.0]),
)
PEOPLE, TASKS = 100, 6


@cache
def fitted() -> MixtureLogit:
    data = simulated_tastes(POPULATION, people=200, tasks=8, seed=1, size=2)
    model = MixtureLogit(warm_up=100, n_iter=200, random_state=0)
    return model.fit(data.X, data.y, task=data.task, person=data.person, Z=data.Z)


@cache
def newcomers() -> tuple[Offered, Offered]:
    """Tasks that differ mainly in what people agree on, but for two; and tasks of all kinds to foretell."""
    data = simulated_tastes(POPULATION, people=PEOPLE, tasks=20, seed=2, size=2)
    X = data.X.reshape(PEOPLE, 20, 2, 3).copy()  # noqa: N806 - the field's letter
    X[:, 2:TASKS, :, 0] *= 0.05
    rng = np.random.default_rng(3)
    utility = np.einsum("ntak,nk->nta", X, data.coef) + rng.gumbel(size=X.shape[:3])
    chosen = utility.argmax(axis=2)
    return Offered(X[:, :TASKS], chosen[:, :TASKS], data.Z), Offered(X[:, TASKS:], chosen[:, TASKS:], data.Z)


def test_the_telling_tasks_come_first_and_pay() -> None:
    offered, wanted = newcomers()
    bank = np.broadcast_to(wanted.X.reshape(-1, 2, 3)[:40], (PEOPLE, 40, 2, 3))
    for by in (bank, None):
        ranks = informative_ranks(fitted(), offered, by, rounds=2)
        assert np.sort(ranks, axis=1).tolist() == [list(range(TASKS))] * PEOPLE, "each task once"
        assert (ranks[:, :2] < 2).mean() > 0.6
        last_first = TASKS - 1 - np.arange(TASKS)
        fixed = np.broadcast_to(last_first, ranks.shape)
        gain = [foretold(fitted(), offered, order < 2, wanted, rounds=2).mean() for order in (ranks, fixed)]
        assert gain[0] > gain[1] + 0.1


def test_answers_not_given_are_not_looked_at() -> None:
    offered, wanted = newcomers()
    bank = np.broadcast_to(wanted.X.reshape(-1, 2, 3)[:20], (PEOPLE, 20, 2, 3))
    ranks = informative_ranks(fitted(), offered, bank)
    late = ranks >= 3
    other = Offered(offered.X, np.where(late, 1 - offered.chosen, offered.chosen), offered.Z)
    again = informative_ranks(fitted(), other, bank)
    np.testing.assert_array_equal(np.where(late, -1, ranks), np.where(again >= 3, -1, again))
    assert not np.array_equal(ranks, again), "but those that were given are"


def test_what_is_known_is_what_was_asked() -> None:
    offered, wanted = newcomers()
    asked = np.zeros((PEOPLE, TASKS), dtype=np.bool_)
    assert offered.known(asked) is None
    asked[4, 2] = asked[7, 0] = True
    known = offered.known(asked)
    assert known is not None
    np.testing.assert_array_equal(known.person, [4, 4, 7, 7])
    np.testing.assert_array_equal(known.X, np.vstack([offered.X[4, 2], offered.X[7, 0]]))
    assert np.flatnonzero(known.y).tolist() == [offered.chosen[4, 2], 2 + offered.chosen[7, 0]]
    none, all_ = (foretold(fitted(), offered, np.full_like(asked, told), wanted) for told in (False, True))
    assert none.shape == wanted.chosen.shape
    assert all_.mean() > none.mean() + 0.05
