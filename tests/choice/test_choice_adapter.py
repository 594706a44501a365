"""The adapter of the public protocol script predicts what the models themselves predict."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from bench import choice_adapter
from recommender.choice.contenders import CONTENDERS

pytestmark = pytest.mark.choice_data


@pytest.mark.parametrize(("dataset", "protocols"), [("us", ["cold", "warm"]), ("california_cars", ["cold"])])
def test_the_pooled_logit_is_that_of_the_protocol(
    protocol: ModuleType, monkeypatch: pytest.MonkeyPatch, dataset: str, protocols: list[str]
) -> None:
    monkeypatch.setenv("MODEL", "mnl")
    expected, _, base = protocol.evaluate(protocol.MNL, dataset, "cv", protocols)
    found, _, _ = protocol.evaluate(choice_adapter.make, dataset, "cv", protocols, base)
    for name in protocols:
        assert found[name]["d_ll"] == pytest.approx(0.0, abs=1e-5)
        assert found[name]["ll"] == pytest.approx(expected[name]["ll"], abs=1e-5)
        assert found[name]["ece"] == pytest.approx(expected[name]["ece"], abs=1e-3)


def test_history_moves_a_model_that_learns_of_a_person(
    protocol: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL", "latent_class")
    choices, people = protocol.load("china")
    few = choices.person_id.unique()[:60]
    choices, people = protocol.sub(choices, people, few)
    model = choice_adapter.make().fit(choices, people)
    target, history = protocol.protocol(choices, "warm")
    asked = target.assign(chosen=-1)
    warm, cold = model.predict(asked, people, history), model.predict(asked, people, history.iloc[:0])
    for found in (warm, cold):
        assert found.shape == (len(target),)
        assert found.reshape(-1, 3).sum(axis=1) == pytest.approx(np.ones(len(target) // 3))
    picked = target.chosen.to_numpy() == 1
    assert np.log(warm[picked]).mean() > np.log(cold[picked]).mean()


def test_without_a_name_the_best_model_that_is_there_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODEL", raising=False)
    assert choice_adapter.model_name() in CONTENDERS
