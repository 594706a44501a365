"""In which order to ask people choice tasks so that few answers foretell most of what they choose next.

Training half. A task is worth what its answer says of the choices in a bank of other tasks: the mean mutual
information of the two answers under the belief about the person (expected predictive information gain,
Bickford Smith et al. 2023), which is the fall of the log loss on the bank that is expected of asking it. The
answers to tasks that were not asked are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats
from recommender.choice.choice_table import ChoiceTable
from recommender.choice.mixture_logit import MixtureLogit
from recommender.choice.panel import KnownChoices
from recommender.choice.tasks import Places

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Offered:
    """Tasks of A alternatives each, T for each of N people: ``X`` [N, T, A, K], ``chosen`` [N, T] the place
    of the alternative that was taken; ``Z`` [N, Q] the people's answers to the questionnaire."""

    X: Floats
    chosen: Places
    Z: Floats

    def known(self, asked: Flags) -> KnownChoices | None:
        """The tasks of ``asked`` bool [N, T] with what was chosen there; None without any."""
        if not asked.any():
            return None
        person, _ = np.nonzero(asked)
        size = self.X.shape[2]
        rows = self.X[asked].reshape(-1, self.X.shape[3])
        chosen = (np.arange(size) == self.chosen[asked][:, None]).ravel()
        return KnownChoices(rows, chosen, np.repeat(np.arange(len(person)), size), np.repeat(person, size))


def offered_tasks(X: Floats, table: ChoiceTable, Z: Floats) -> Offered:  # noqa: N803 - the field's letters
    """The tasks of a table, each person's in the order of their ranks; ``X`` [R, K] its columns.

    Raises ValueError when people have different numbers of tasks, or tasks of alternatives.
    """
    tasks, size = table.tasks_of_person, np.bincount(table.task)
    if len(set(tasks.tolist())) != 1 or len(set(size.tolist())) != 1:
        raise ValueError("people must have equally many tasks, and tasks equally many alternatives")
    order = np.lexsort((table.task_rank[table.task], table.person))
    shape = len(tasks), int(tasks[0]), int(size[0])
    chosen = table.chosen[order].reshape(shape).argmax(axis=2)
    return Offered(X[order].reshape(*shape, X.shape[1]), chosen, Z)


def shown_to_all(bank: ChoiceTable, asked: ChoiceTable) -> ChoiceTable:
    """The tasks of ``bank`` as if every person of ``asked`` saw them: person after person, tasks as there."""
    people, tasks = len(asked.people), len(bank.task_id)
    return replace(
        bank,
        people=asked.people,
        person=np.repeat(np.arange(people), len(bank)),
        task=(bank.task + tasks * np.arange(people)[:, None]).ravel(),
        task_id=bank.task_id * people,
        task_rank=np.tile(np.arange(1, tasks + 1), people),
        alternative=bank.alternative * people,
        chosen=np.tile(bank.chosen, people),
        numbers={name: np.tile(numbers, people) for name, numbers in bank.numbers.items()},
        words={name: np.tile(words, people) for name, words in bank.words.items()},
        answers=asked.answers,
    )


def task_shares(X: Floats, coef: Floats) -> Floats:  # noqa: N803 - the field's letter
    """Logit probabilities [D, N, T, A] of tasks [N, T, A, K] at part-worths [D, N, K]."""
    people, tasks, size, columns = X.shape
    flat = X.reshape(people, tasks * size, columns)
    utility = np.matmul(flat, coef.transpose(1, 2, 0)).reshape(people, tasks, size, -1)
    weight = np.exp(utility - utility.max(axis=2, keepdims=True))
    return np.asarray((weight / weight.sum(axis=2, keepdims=True)).transpose(3, 0, 1, 2))


def predictive_information(asked: Floats, wanted: Floats) -> Floats:
    """What the answer to each task says of a choice in the bank, in nats, mean over the bank: [T].

    ``asked`` [D, T, A] and ``wanted`` [D, M, B]: probabilities at each of D equally likely part-worths.
    """
    first, second = asked.reshape(len(asked), -1), wanted.reshape(len(wanted), -1)
    joint = (first.T @ second / len(asked)).reshape(*asked.shape[1:], *wanted.shape[1:])
    apart = _entropy(asked.mean(axis=0), (1,))[:, None] + _entropy(wanted.mean(axis=0), (1,))
    return np.asarray((apart - _entropy(joint, (1, 3))).mean(axis=1))


def taste_information(asked: Floats) -> Floats:
    """What the answer to each task says of the part-worths, in nats: [T]. ``asked`` as above."""
    return np.asarray(_entropy(asked.mean(axis=0), (1,)) - _entropy(asked, (2,)).mean(axis=0))


def foretold(
    model: MixtureLogit, offered: Offered, asked: Flags, wanted: Offered, *, rounds: int = 1
) -> Floats:
    """Log-likelihood of the choices in ``wanted`` when the tasks ``asked`` bool [N, T] of ``offered`` are
    known: [N, M]. ``rounds`` as in ``MixtureLogit.sample_coef``."""
    return log_likelihood(wanted, model.sample_coef(offered.Z, known=offered.known(asked), rounds=rounds))


def log_likelihood(wanted: Offered, coef: Floats) -> Floats:
    """Of the choices in ``wanted`` by equally likely part-worths [D, N, K]: [N, M]."""
    shares = task_shares(wanted.X, coef).mean(axis=0)
    return np.asarray(np.log(np.take_along_axis(shares, wanted.chosen[:, :, None], axis=2)[:, :, 0]))


def ask_in_turn(
    model: MixtureLogit, offered: Offered, bank: Floats | None, *, rounds: int = 1
) -> Iterator[tuple[Places, Floats]]:
    """Ask one task after the other; before the first and after each: the place of each task in its person's
    order [N, T], from 0, T where it was not asked yet; and part-worths drawn given the answers [D, N, K].

    Next is the task with the largest :func:`predictive_information` on ``bank`` [N, M, B, K] (the same tasks
    of the bank as each person would see them), or without one with the largest :func:`taste_information`.
    """
    people, tasks = offered.chosen.shape
    ranks = np.full((people, tasks), tasks, dtype=np.intp)
    for turn in range(tasks + 1):
        coef = model.sample_coef(offered.Z, known=offered.known(ranks < tasks), rounds=rounds)
        yield ranks.copy(), coef
        for person in range(people if turn < tasks else 0):
            mine = slice(person, person + 1)
            asked = task_shares(offered.X[mine], coef[:, mine])[:, 0]
            if bank is None:
                worth = taste_information(asked)
            else:
                worth = predictive_information(asked, task_shares(bank[mine], coef[:, mine])[:, 0])
            ranks[person, np.where(ranks[person] < tasks, -np.inf, worth).argmax()] = turn


def informative_ranks(
    model: MixtureLogit, offered: Offered, bank: Floats | None, *, rounds: int = 1
) -> Places:
    """The whole order of :func:`ask_in_turn`: [N, T]."""
    *_, (ranks, _) = ask_in_turn(model, offered, bank, rounds=rounds)
    return ranks


def _entropy(shares: Floats, axes: tuple[int, ...]) -> Floats:
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0.0)
    return np.asarray(-(shares * logs).sum(axis=axes))
