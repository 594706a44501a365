"""Predict people that a model has not seen: who is held out, what is known of them, how it is scored.

A data set is split by respondents; each model is fitted on all tasks of the others. Protocol ``cold``: every
task of a new person, only his answers known. ``warmN``: his first N tasks known too, his last ones predicted.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.choice.artefact import Floats
from recommender.choice.choice_metrics import Score, Scored, score
from recommender.choice.choice_table import ChoiceTable, Flags
from recommender.choice.contenders import BASELINE, CONTENDERS, Encoded, encode
from recommender.choice.design import fit_design
from recommender.registry.columns_file import ColumnsFile

WARM = 12
"""Where all have more than 12 tasks, the first 12 may be known and those after are predicted."""
CURVE = (0, 1, 2, 4, 8, 12)
_PROTOCOL = re.compile(r"warm([0-9]{1,3})")


@dataclass(frozen=True)
class Protocol:
    """``known``: how many first choices of a person are known; None = ``cold``."""

    name: str
    known: int | None


@dataclass(frozen=True)
class Split:
    """A model is fitted on ``train`` and predicts ``test``; no person is in both."""

    train: ChoiceTable
    test: ChoiceTable


@dataclass(frozen=True)
class Prediction:
    """The tasks of one protocol over all splits, in the order of splits and files. ``person``, ``task``,
    ``alternative`` [R] ids; ``probability`` and ``scores`` by model."""

    protocol: Protocol
    person: tuple[str, ...]
    task: tuple[str, ...]
    alternative: tuple[str, ...]
    scored: Scored
    probability: Mapping[str, Floats]
    scores: Mapping[str, Score]


@dataclass(frozen=True)
class Evaluation:
    """``predictions`` in the order of protocols; ``fit_seconds`` of each split by model; ``unseen``: levels
    of alternatives that training did not see and that therefore counted as nothing; ``notes``: what models
    say of their fits, with the model's name before."""

    predictions: tuple[Prediction, ...]
    fit_seconds: Mapping[str, tuple[float, ...]]
    unseen: tuple[str, ...]
    notes: tuple[str, ...]


class ModelRefused(ValueError):
    """An estimator that cannot be fitted to these choices, and why."""

    def __init__(self, model: str, detail: str) -> None:
        super().__init__(f"{model}: {detail}")
        self.model, self.detail = model, detail


def parse_protocol(name: str) -> tuple[Protocol, ...]:
    """cold, warm (= warm12), warmN, curve (several). Raises ValueError for any other word."""
    if name == "cold":
        return (Protocol(name, None),)
    if name == "warm":
        return (Protocol(name, WARM),)
    if name == "curve":
        return tuple(Protocol(f"warm{known}", known) for known in CURVE)
    match = _PROTOCOL.fullmatch(name)
    if match is None:
        raise ValueError(name)
    return (Protocol(name, int(match[1])),)


def fold_of(dataset: str, people: Sequence[str], folds: int) -> np.typing.NDArray[np.intp]:
    """Fold of each person: rank of the SHA-256 of ``fold:DATASET:ID``, modulo ``folds``."""
    digests = [hashlib.sha256(f"fold:{dataset}:{person}".encode()).hexdigest() for person in people]
    ranks = np.argsort(np.argsort(np.array(digests, dtype=np.str_), kind="stable"), kind="stable")
    return np.asarray(ranks % folds, dtype=np.intp)


def splits(table: ChoiceTable, dataset: str, folds: int) -> Iterator[Split]:
    """One split a fold: that fold's people are predicted by the others."""
    fold = fold_of(dataset, table.people, folds)
    for number in range(folds):
        yield Split(table.of_people(fold != number), table.of_people(fold == number))


def last_tasks(table: ChoiceTable, *, long: bool) -> Flags:
    """Tasks predicted when some are known, bool [T].

    ``long``: all people scored have more than 12 tasks: those after the 12th. Else the last fifth of each
    person's tasks, at least one; a person with a single task has none to know and is left out.
    """
    if long:
        return table.task_rank > WARM
    count = table.tasks_of_person
    target = np.where(count > 1, np.maximum(1, (count + 2) // 5), 0)
    person = table.person[table.first_rows]
    return table.task_rank > (count - target)[person]


def known_tasks(table: ChoiceTable, target: Flags, known: int) -> Flags:
    """The first ``known`` tasks of each person among those not predicted: bool [T]."""
    return (table.task_rank <= known) & ~target


def evaluate(
    columns: ColumnsFile,
    parts: Sequence[Split],
    models: Sequence[str],
    protocols: Sequence[Protocol],
    *,
    seed: int = 0,
) -> Evaluation:
    """Fit and predict; the baseline is always among the models. Raises ModelRefused."""
    names = list(dict.fromkeys([BASELINE, *models]))
    long = all(int(part.test.tasks_of_person.min()) > WARM for part in parts)
    gathered = [_Gathered(protocol, names) for protocol in protocols]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    unseen: dict[str, None] = {}
    notes: dict[str, None] = {}
    for part in parts:
        design = fit_design(columns, part.train)
        unseen.update(dict.fromkeys(design.unseen(part.test)))
        train, test = encode(design, part.train), encode(design, part.test)
        asked = [gathered_one.asked(test, long) for gathered_one in gathered]
        for name in names:
            model = CONTENDERS[name](seed)
            started = time.perf_counter()
            try:
                model.fit(train)
                seconds[name].append(time.perf_counter() - started)
                notes.update(dict.fromkeys(f"{name}: {note}" for note in model.notes))
                for one, (target, known) in zip(gathered, asked, strict=True):
                    if len(target.table):
                        one.add(name, model.predict(target, known))
            except ValueError as error:
                raise ModelRefused(name, str(error)) from error
    return Evaluation(
        tuple(one.prediction() for one in gathered),
        {name: tuple(found) for name, found in seconds.items()},
        tuple(unseen),
        tuple(notes),
    )


class _Gathered:
    """Predictions of one protocol, split after split."""

    def __init__(self, protocol: Protocol, models: Sequence[str]) -> None:
        self.protocol = protocol
        self.targets: list[ChoiceTable] = []
        self.probability: dict[str, list[Floats]] = {name: [] for name in models}

    def asked(self, test: Encoded, long: bool) -> tuple[Encoded, Encoded]:
        """Tasks predicted and tasks known of one split; notes the former."""
        count = len(test.table.task_id)
        target, known = np.ones(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
        if self.protocol.known is not None:
            target = last_tasks(test.table, long=long)
            known = known_tasks(test.table, target, self.protocol.known)
        found = test.of_tasks(target)
        if len(found.table):
            self.targets.append(found.table)
        return found, test.of_tasks(known)

    def add(self, model: str, probability: Floats) -> None:
        self.probability[model].append(probability)

    def prediction(self) -> Prediction:
        scored = _scored(self.targets)
        probability = {name: np.concatenate(parts) for name, parts in self.probability.items()}
        return Prediction(
            protocol=self.protocol,
            person=tuple(t.people[person] for t in self.targets for person in t.person.tolist()),
            task=tuple(t.task_id[task] for t in self.targets for task in t.task.tolist()),
            alternative=tuple(name for t in self.targets for name in t.alternative),
            scored=scored,
            probability=probability,
            scores={name: score(scored, found) for name, found in probability.items()},
        )


def _scored(tables: Sequence[ChoiceTable]) -> Scored:
    rows = people = 0
    start, chosen, person = [], [], []
    for table in tables:
        start.append(table.first_rows + rows)
        chosen.append(np.flatnonzero(table.chosen) + rows)
        person.append(table.person[table.first_rows] + people)
        rows, people = rows + len(table), people + len(table.people)
    starts = np.concatenate(start)
    return Scored(
        starts, np.diff(np.append(starts, rows)), np.concatenate(chosen), np.concatenate(person)
    )  # fmt: skip
