"""Who is held out, what is known, and that every model is asked the same."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from recommender.choice.answers_logit import AnswersLogit
from recommender.choice.contenders import CONTENDERS, Encoded, Uniform
from recommender.choice.evaluation import (
    ModelRefused,
    Split,
    evaluate,
    fold_of,
    known_tasks,
    last_tasks,
    parse_protocol,
    splits,
)
from tests.choice.small_choices import read, simulated


def test_protocols_by_name() -> None:
    assert [(p.name, p.known) for p in parse_protocol("cold")] == [("cold", None)]
    assert [(p.name, p.known) for p in parse_protocol("warm")] == [("warm", 12)]
    assert [(p.name, p.known) for p in parse_protocol("warm3")] == [("warm3", 3)]
    assert [p.known for p in parse_protocol("curve")] == [0, 1, 2, 4, 8, 12]
    for word in ("", "Cold", "warm-1", "warm1.5", "warm9999", "hot"):
        with pytest.raises(ValueError):
            parse_protocol(word)


def test_every_person_is_predicted_once_by_others(tmp_path: Path) -> None:
    choices, people = simulated(11, 2)
    _, table = read(tmp_path, choices=choices, people=people)
    seen: list[str] = []
    for part in splits(table, "tiny", 3):
        assert not set(part.train.people) & set(part.test.people)
        assert sorted(part.train.people + part.test.people) == sorted(table.people)
        seen += part.test.people
    assert sorted(seen) == sorted(table.people)
    again = dict(zip(table.people[::-1], fold_of("tiny", table.people[::-1], 3).tolist(), strict=True))
    assert [again[p] for p in table.people] == fold_of("tiny", table.people, 3).tolist(), "order is nothing"


@pytest.mark.choice_data
def test_folds_are_those_of_the_protocol(protocol: ModuleType) -> None:
    ids = list(range(3, 900, 7))
    expected = protocol.fold_of("china", ids)
    assert fold_of("china", [str(i) for i in ids], 5).tolist() == [expected[i] for i in ids]


@pytest.mark.parametrize(
    ("tasks", "target", "known"),
    [
        (15, [13, 14, 15], list(range(1, 13))),
        (13, [13], list(range(1, 13))),
        (12, [11, 12], list(range(1, 11))),
        (8, [7, 8], [1, 2, 3, 4, 5, 6]),
        (7, [7], [1, 2, 3, 4, 5, 6]),
        (2, [2], [1]),
        (1, [], []),
    ],
)
def test_the_last_tasks_are_predicted(
    tmp_path: Path, tasks: int, target: list[int], known: list[int]
) -> None:
    _, table = read(tmp_path, **dict(zip(("choices", "people"), simulated(2, tasks), strict=True)))
    last = last_tasks(table, long=tasks > 12)
    first_person = table.person[table.first_rows] == 0
    assert table.task_rank[last & first_person].tolist() == target
    if target:
        assert table.task_rank[known_tasks(table, last, 12) & first_person].tolist() == known
        assert table.task_rank[known_tasks(table, last, 3) & first_person].tolist() == known[:3]
        assert not known_tasks(table, last, 0).any()


class Spy(Uniform):
    """Equal shares; remembers what it was shown."""

    seen: list[tuple[int, int, tuple[str, ...]]]

    def __init__(self) -> None:
        self.seen = []

    def predict(self, asked: Encoded, known: Encoded) -> np.typing.NDArray[np.float64]:
        assert known.table.people == asked.table.people
        self.seen.append((len(asked.table.task_id), len(known.table.task_id), asked.table.people))
        return super().predict(asked, known)


def test_what_is_known_and_what_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spies: list[Spy] = []

    def make(seed: int) -> Spy:
        spies.append(Spy())
        return spies[-1]

    monkeypatch.setattr("recommender.choice.evaluation.CONTENDERS", {**CONTENDERS, "spy": make})
    columns, table = read(tmp_path, **dict(zip(("choices", "people"), simulated(6, 5), strict=True)))
    protocols = [p for word in ("cold", "warm0", "warm2", "warm") for p in parse_protocol(word)]
    found = evaluate(columns, list(splits(table, "tiny", 2)), ["spy"], protocols)
    assert [seen[:2] for spy in spies for seen in spy.seen] == [(15, 0), (3, 0), (3, 6), (3, 12)] * 2
    assert [len(p.person) for p in found.predictions] == [90, 18, 18, 18]
    assert sorted(set(found.predictions[0].person)) == sorted(table.people)
    assert set(found.predictions[1].task) == {"5"}
    assert list(found.fit_seconds) == ["mnl", "spy"], "the baseline always stands beside"
    assert found.predictions[0].scores["spy"].ll == pytest.approx(np.log(np.full(30, 1 / 3)))


def test_models_that_learn_beat_equal_shares_on_people_they_have_not_seen(tmp_path: Path) -> None:
    columns, table = read(tmp_path, **dict(zip(("choices", "people"), simulated(80, 6), strict=True)))
    names = ["uniform", "mnl", "mnl_answers", "latent_class"]
    found = evaluate(columns, list(splits(table, "tiny", 4)), names, parse_protocol("cold"))
    ll = {name: float(found.predictions[0].scores[name].ll.mean()) for name in names}
    assert ll["uniform"] < ll["mnl"] - 0.1
    assert ll["mnl"] < ll["mnl_answers"], "thrift is told, and moves the taste for price"
    assert ll["uniform"] < ll["latent_class"]
    again = evaluate(columns, list(splits(table, "tiny", 4)), names, parse_protocol("cold"))
    for name in names:
        assert np.array_equal(found.predictions[0].probability[name], again.predictions[0].probability[name])


def test_one_respondent_constant_columns_and_separation_stay_finite(tmp_path: Path) -> None:
    rows = "".join(f"a,{task},x,1,5,petrol,0\na,{task},y,0,9,electric,200\n" for task in range(1, 6))
    head = "who,question,option,taken,price,power,range\n"
    columns, table = read(tmp_path, choices=head + rows, people="who,age,likes,thrift\na,30,petrol,1\n")
    names = ["uniform", "mnl", "mnl_answers", "latent_class"]
    protocols = [*parse_protocol("cold"), *parse_protocol("warm2")]
    found = evaluate(columns, [Split(table, table)], names, protocols)
    for prediction in found.predictions:
        for name in ("mnl", "mnl_answers"):
            assert float(prediction.scores[name].ll.mean()) > -0.1, "always the cheap one"
        assert all(np.isfinite(p).all() for p in prediction.probability.values())


def test_a_model_that_cannot_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Never(Uniform):
        def fit(self, train: Encoded) -> None:
            raise ValueError("too little")

    monkeypatch.setattr(
        "recommender.choice.evaluation.CONTENDERS", {**CONTENDERS, "never": lambda s: Never()}
    )
    columns, table = read(tmp_path)
    with pytest.raises(ModelRefused, match="never: too little"):
        evaluate(columns, [Split(table, table)], ["never"], parse_protocol("cold"))


# ------------------------------------------------------------------------------------------ answers logit
def test_answers_move_part_worths(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    people, tasks = 150, 10
    z = rng.normal(size=(people, 2))
    person = np.repeat(np.arange(people), tasks * 2)
    task = np.repeat(np.arange(people * tasks), 2)
    x = rng.normal(size=(len(task), 2))
    utility = x[:, 0] * (1.0 + z[person, 1]) - x[:, 1] + rng.gumbel(size=len(task))
    y = (utility.reshape(-1, 2) == utility.reshape(-1, 2).max(axis=1, keepdims=True)).ravel()
    model = AnswersLogit(answer_sd=1.0).fit(x, y, task=task, person=person, Z=z)
    assert model.coef_ == pytest.approx([1.0, -1.0], abs=0.25)
    assert model.answer_coef_ == pytest.approx(np.array([[0.0, 1.0], [0.0, 0.0]]), abs=0.25)
    p = model.predict_proba(x, task=task, person=person, Z=z)
    assert p.reshape(-1, 2).sum(axis=1) == pytest.approx(np.ones(people * tasks))
    assert model.log_likelihood_ == pytest.approx(float(np.log(p[y]).sum()))
    held = AnswersLogit(answer_sd=[0.0, 1.0]).fit(x, y, task=task, person=person, Z=z)
    assert not held.answer_coef_[0].any()
    with pytest.raises(ValueError, match="columns of X and Z"):
        model.predict_proba(x, task=task, person=person, Z=z[:, :1])
