"""Choices that people made: tasks with the cars shown, the one chosen, or none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recommender.domain.buyer import Request


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
    """Respondents by id; ``data_hash``: sha256 of the files."""

    respondents: tuple[Respondent, ...]
    data_hash: str

    @property
    def task_count(self) -> int:
        return sum(len(person.tasks) for person in self.respondents)
