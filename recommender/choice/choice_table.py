"""Choices of people as they stand in a file: checked, but not yet in columns of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats
from recommender.choice.tasks import Places

Words = NDArray[np.object_]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class PersonAnswers:
    """``words`` [N] of levels ("" = not known) and ``numbers`` [N] (NaN = not known), by column."""

    words: Mapping[str, Words]
    numbers: Mapping[str, Floats]


@dataclass(frozen=True)
class ChoiceTable:
    """R rows of alternatives, T tasks, N people, all in the order of the file.

    ``people`` [N] ids in the order in which they first choose; ``person`` [R] their numbers; ``task`` [R] its
    number; ``task_id`` [T], ``task_rank`` [T]: place of the task among those of its person, from 1 (by
    number where all are numbers, else as in the file); ``alternative`` [R] id; ``chosen`` bool [R];
    ``numbers`` and ``words`` [R] by column; ``answers`` of the people.
    """

    people: tuple[str, ...]
    person: Places
    task: Places
    task_id: tuple[str, ...]
    task_rank: Places
    alternative: tuple[str, ...]
    chosen: Flags
    numbers: Mapping[str, Floats]
    words: Mapping[str, Words]
    answers: PersonAnswers

    def __len__(self) -> int:
        return len(self.person)

    def of_people(self, kept: Flags) -> ChoiceTable:
        """The table of some people, ``kept`` bool [N], numbered anew."""
        answers = PersonAnswers(
            {name: words[kept] for name, words in self.answers.words.items()},
            {name: numbers[kept] for name, numbers in self.answers.numbers.items()},
        )
        people = tuple(name for name, keep in zip(self.people, kept.tolist(), strict=True) if keep)
        number = np.cumsum(kept).astype(np.intp) - 1
        part = self.of_tasks(kept[self.person[self.first_rows]])
        return replace(part, people=people, person=number[part.person], answers=answers)

    def of_tasks(self, kept: Flags) -> ChoiceTable:
        """The table of some tasks, ``kept`` bool [T]; people keep their numbers and answers."""
        rows = kept[self.task]
        places = np.flatnonzero(rows).tolist()
        return replace(
            self,
            person=self.person[rows],
            task=(np.cumsum(kept).astype(np.intp) - 1)[self.task[rows]],
            task_id=tuple(name for name, keep in zip(self.task_id, kept.tolist(), strict=True) if keep),
            task_rank=self.task_rank[kept],
            alternative=tuple(self.alternative[place] for place in places),
            chosen=self.chosen[rows],
            numbers={name: numbers[rows] for name, numbers in self.numbers.items()},
            words={name: words[rows] for name, words in self.words.items()},
        )

    @property
    def tasks_of_person(self) -> Places:
        """How many tasks each person has: [N]."""
        return np.bincount(self.person[self.first_rows], minlength=len(self.people))

    @property
    def first_rows(self) -> Places:
        """First row of each task: [T]."""
        return np.flatnonzero(np.diff(self.task, prepend=-1))


def task_ranks(task_ids: tuple[str, ...], person: Places) -> Places:
    """Rank from 1 of each task among those of its person: [T]. ``person`` [T] number of each task's person.

    Names that are all whole numbers go by number, others by their place.
    """
    if all(name.isascii() and name.isdigit() for name in task_ids):
        order = np.array([int(name) for name in task_ids], dtype=np.float64)
    else:
        order = np.arange(len(task_ids), dtype=np.float64)
    by_person = np.lexsort((order, person))
    sorted_person = person[by_person]
    starts = np.flatnonzero(np.append(True, sorted_person[1:] != sorted_person[:-1]))
    sizes = np.diff(np.append(starts, len(person)))
    ranks = np.empty(len(person), dtype=np.intp)
    ranks[by_person] = np.arange(len(person)) - np.repeat(starts, sizes) + 1
    return ranks
