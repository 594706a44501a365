"""Choices that people made: tasks with the cars shown, the one chosen, or none of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from recommender.domain.buyer import Answer, Request


@dataclass(frozen=True, slots=True)
class Alternative:
    """One car shown: a configuration of the catalogue, and attribute values that replace its own (text of the
    file; with ``config_id`` None they are all that is known)."""

    alt: str
    config_id: str | None
    values: Mapping[str, float | str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChoiceTask:
    """``chosen``: place in ``alternatives`` from 0, or None for "neither" (only where ``outside`` is
    offered).
    """

    task: str
    alternatives: tuple[Alternative, ...]
    chosen: int | None
    outside: bool


@dataclass(frozen=True, slots=True)
class Respondent:
    person_id: str
    request: Request
    tasks: tuple[ChoiceTask, ...]


@dataclass(frozen=True)
class Survey:
    """Respondents by id; ``data_hash``: sha256 of the files. ``field_choices``: how many of the tasks were
    made on the pages of the product."""

    respondents: tuple[Respondent, ...]
    data_hash: str
    field_choices: int = 0

    @property
    def task_count(self) -> int:
        return sum(len(person.tasks) for person in self.respondents)


@dataclass(frozen=True, slots=True)
class ShownCar:
    """``config_id`` as the catalogue of the day named it; ``values``: all that it knew of the car."""

    config_id: str
    values: Mapping[str, float | str | bool]


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """One choice that a person allowed to be kept: no name, no link, no time of day, no place finer than a
    province. ``chosen``: place in ``shown``, None = neither."""

    day: dt.date
    catalogue_version: str
    answers: Mapping[str, Answer]
    shown: tuple[ShownCar, ...]
    chosen: int | None
