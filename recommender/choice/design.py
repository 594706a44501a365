"""From the columns of a data set to the columns of a model; fitted on the people trained on, used on all.

Training half, though numpy is enough: only evaluation needs it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from recommender.choice.artefact import Floats
from recommender.choice.choice_table import ChoiceTable, Flags, Words
from recommender.domain.errors import Problem
from recommender.registry.columns_file import AlternativeColumn, ColumnsFile, Condition, PersonColumn

MISSING_SHARE = 0.02
"""A column "not known" only where so many leave the answer out: fewer say nothing about a taste."""


@dataclass(frozen=True)
class _Answer:
    """A column of the people as trained: ``levels`` and their ``shares``, or ``mean`` and ``sd`` of a
    number; ``missing``: share of people without an answer."""

    column: PersonColumn
    levels: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    mean: float = 0.0
    sd: float = 0.0
    missing: float = 0.0


@dataclass(frozen=True)
class Design:
    """``names`` of the K columns of the alternatives; ``spoken_names`` of the L columns that stand for what
    a person said of this very alternative; ``setting_names`` of the M columns that the rest of the task and
    the place where it was shown decide; ``person_names`` of the Q columns of the people."""

    columns: ColumnsFile
    levels: tuple[tuple[str, ...], ...]
    left_out: tuple[tuple[str, ...], ...]
    answers: tuple[_Answer, ...]
    places: tuple[str, ...]
    names: tuple[str, ...] = field(init=False)
    spoken_names: tuple[str, ...] = field(init=False)
    setting_names: tuple[str, ...] = field(init=False)
    person_names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        pairs = zip(self.columns.attributes, self.levels, strict=True)
        object.__setattr__(self, "names", tuple(name for a, levels in pairs for name in _names(a, levels)))
        object.__setattr__(self, "spoken_names", tuple(_spoken_names(self.answers)))
        object.__setattr__(self, "setting_names", tuple(_setting_names(self.columns, self.places)))
        object.__setattr__(self, "person_names", tuple(_person_names(self.answers)))

    def alternatives(self, table: ChoiceTable) -> Floats:
        """X, float64 [R, K]. A level not seen in training has no column: all its columns are zero."""
        found: list[Floats] = []
        for attribute, levels in zip(self.columns.attributes, self.levels, strict=True):
            inside = _holds(attribute.within, table)
            if attribute.kind == "number":
                value = (table.numbers[attribute.column] - attribute.zero) / attribute.scale
                found.append(np.where(inside, value, 0.0))
            else:
                words = table.words[attribute.column]
                found += [(inside & (words == level)).astype(np.float64) for level in levels]
        return _matrix(found, len(table))

    def spoken(self, table: ChoiceTable) -> Floats:
        """What the person said of each alternative, float64 [R, L]; 0 where he said nothing.

        ``names``: 1 where the alternative has the level named. ``about``: the standardised answer on the
        alternatives that it is about, or times the number that it is about.
        """
        found: list[Floats] = []
        for answer in self.answers:
            column = answer.column
            if column.names is not None:
                named = _folded(table.answers.words[column.column])[table.person]
                shown = _folded(table.words[column.names])
                found.append(((named == shown) & (named != "")).astype(np.float64))
            for about in column.about:
                said = _standard(answer, table)[table.person]
                found.append(said * self._of(about, table))
        return _matrix(found, len(table))

    def setting(self, table: ChoiceTable) -> Floats:
        """What the task makes of an alternative, float64 [R, M].

        In how many attributes it is the best of its task, and in how many the worst (those with a ``better``
        that differ there): people weigh a lead more than its size (Tversky and Simonson 1993). Then the place
        where it was shown, which says nothing of the car but is part of the answer.
        """
        compared = [a for a in self.columns.attributes if a.better]
        found: list[Floats] = []
        if compared:
            best, worst = np.zeros(len(table)), np.zeros(len(table))
            for attribute in compared:
                sign = 1.0 if attribute.better == "more" else -1.0
                leads, trails = _ends(sign * table.numbers[attribute.column], table)
                inside = _holds(attribute.within, table)
                best += leads & inside
                worst += trails & inside
            found += [best, worst]
        shown = np.array(table.alternative, dtype=np.object_)
        found += [(shown == place).astype(np.float64) for place in self.places]
        return _matrix(found, len(table))

    def _of(self, about: Condition, table: ChoiceTable) -> Floats:
        if about.level:
            return _holds(about, table).astype(np.float64)
        attribute = next(
            a for a in self.columns.attributes if a.column == about.column and a.kind == "number"
        )
        return (table.numbers[about.column] - attribute.zero) / attribute.scale

    def people(self, table: ChoiceTable) -> Floats:
        """Z, float64 [N, Q], each column with mean 0 over the people trained on.

        Numbers have standard deviation 1, levels are 0 and 1 less their share. What is not known, or a level
        not seen in training, is 0: the mean.
        """
        found: list[Floats] = []
        for answer in self.answers:
            found += _columns_of(answer, table)
        return _matrix(found, len(table.people))

    def unseen(self, table: ChoiceTable) -> tuple[str, ...]:
        """``column=level`` of alternatives that training did not see."""
        found: list[str] = []
        for place, attribute in enumerate(self.columns.attributes):
            if attribute.kind == "level":
                new = _present(attribute, table) - set(self.levels[place]) - set(self.left_out[place])
                found += [f"{_label(attribute)}={level}" for level in in_order(new)]
        return tuple(found)


def fit_design(columns: ColumnsFile, table: ChoiceTable) -> Design:
    """Levels, means and standard deviations of the people (and alternatives) trained on."""
    left_out = tuple(_left_out(attribute, table) for attribute in columns.attributes)
    levels = tuple(
        tuple(in_order(_present(a, table) - set(out))) if a.kind == "level" else ()
        for a, out in zip(columns.attributes, left_out, strict=True)
    )
    answers = tuple(_answer(column, table) for column in columns.people)
    places = tuple(in_order(set(table.alternative))[1:]) if columns.position else ()
    return Design(columns, levels, left_out, answers, places)


def column_problems(columns: ColumnsFile, table: ChoiceTable) -> tuple[Problem, ...]:
    """Levels that the columns file names and no row has: most likely a slip of the pen."""
    found: list[Problem] = []
    for attribute in columns.attributes:
        if attribute.references:
            present = in_order(_present(attribute, table))
            found += [
                _unknown_level(attribute.place, "reference", attribute.column, level, present)
                for level in attribute.references
                if level not in present
            ]
        found += _condition_problems(attribute.place, "within", attribute.within, table)
    for person in columns.people:
        for about in person.about:
            found += _condition_problems(person.place, "about", about if about.level else None, table)
    return tuple(found)


def in_order(levels: Iterable[str]) -> list[str]:
    """Levels sorted, numbers by size and before words."""

    def key(level: str) -> tuple[int, float, str]:
        try:
            number = float(level)
        except ValueError:
            return 1, 0.0, level
        # "nan" is a word too: as a number it has no place in any order
        return (1, 0.0, level) if math.isnan(number) else (0, number, level)

    return sorted(levels, key=key)


def _condition_problems(
    place: str, key: str, condition: Condition | None, table: ChoiceTable
) -> list[Problem]:
    if condition is None:
        return []
    present = tuple(in_order(set(table.words[condition.column])))
    if condition.level in present:
        return []
    return [_unknown_level(place, key, condition.column, condition.level, present)]


def _unknown_level(place: str, key: str, column: str, level: str, present: Sequence[str]) -> Problem:
    params = {"column": column, "levels": tuple(present[:10])}
    return Problem(f"{place}:{key}", "columns_level_unknown", level, params)


# ------------------------------------------------------------------------------------------ alternatives
def _present(attribute: AlternativeColumn, table: ChoiceTable) -> set[str]:
    return set(table.words[attribute.column][_holds(attribute.within, table)])


def _left_out(attribute: AlternativeColumn, table: ChoiceTable) -> tuple[str, ...]:
    """Levels without a column: those named, else the first; within a condition none, unless named."""
    if attribute.kind == "number" or attribute.references or attribute.within is not None:
        return attribute.references
    return tuple(in_order(_present(attribute, table))[:1])


def _holds(condition: Condition | None, table: ChoiceTable) -> Flags:
    if condition is None:
        return np.ones(len(table), dtype=np.bool_)
    return np.asarray(table.words[condition.column] == condition.level, dtype=np.bool_)


def _label(attribute: AlternativeColumn) -> str:
    if attribute.within is None:
        return attribute.column
    return f"{attribute.column} ({attribute.within.column}={attribute.within.level})"


def _names(attribute: AlternativeColumn, levels: tuple[str, ...]) -> Iterable[str]:
    if attribute.kind == "number":
        return [_label(attribute)]
    return [f"{_label(attribute)}={level}" for level in levels]


def _ends(value: Floats, table: ChoiceTable) -> tuple[Flags, Flags]:
    """Where a value is the largest, and the smallest, of a task in which it differs."""
    start = table.first_rows
    most, least = np.maximum.reduceat(value, start)[table.task], np.minimum.reduceat(value, start)[table.task]
    differs = most > least
    return differs & (value == most), differs & (value == least)


def _setting_names(columns: ColumnsFile, places: Iterable[str]) -> Iterable[str]:
    if any(attribute.better for attribute in columns.attributes):
        yield from ("best of its task", "worst of its task")
    yield from (f"{columns.alternative}={place}" for place in places)


# ------------------------------------------------------------------------------------------ people
def _answer(column: PersonColumn, table: ChoiceTable) -> _Answer:
    if column.kind == "level":
        words = table.answers.words[column.column]
        known = words[words != ""]
        levels = tuple(in_order(set(known)))
        shares = tuple(float((words == level).mean()) for level in levels)
        return _Answer(column, levels, shares, missing=float((words == "").mean()))
    numbers = table.answers.numbers[column.column]
    found = numbers[np.isfinite(numbers)]
    missing = 1.0 - len(found) / len(numbers)
    if not len(found):
        return _Answer(column, missing=missing)
    return _Answer(column, mean=float(found.mean()), sd=float(found.std()), missing=missing)


def _standard(answer: _Answer, table: ChoiceTable) -> Floats:
    """A number with mean 0 and standard deviation 1; not known, or the same for all: 0."""
    numbers = table.answers.numbers[answer.column.column]
    if answer.sd <= 0.0:
        return np.zeros(len(numbers))
    return np.where(np.isfinite(numbers), (numbers - answer.mean) / answer.sd, 0.0)


def _has_missing_column(answer: _Answer) -> bool:
    return MISSING_SHARE <= answer.missing < 1.0


def _columns_of(answer: _Answer, table: ChoiceTable) -> list[Floats]:
    name = answer.column.column
    if answer.column.kind == "number":
        found = [_standard(answer, table)] if answer.sd > 0.0 else []
        unknown = ~np.isfinite(table.answers.numbers[name])
    else:
        words = table.answers.words[name]
        seen = np.isin(words.astype(np.str_), np.array(answer.levels, dtype=np.str_))
        pairs = _kept(answer)
        found = [np.where(seen, (words == level) - share, 0.0) for level, share in pairs]
        unknown = np.asarray(words == "", dtype=np.bool_)
    if _has_missing_column(answer):
        found.append(unknown - answer.missing)
    return found


def _kept(answer: _Answer) -> list[tuple[str, float]]:
    """Levels with a column: those that not everybody gave."""
    pairs = zip(answer.levels, answer.shares, strict=True)
    return [(level, share) for level, share in pairs if share < 1.0]


def _person_names(answers: Iterable[_Answer]) -> Iterable[str]:
    for answer in answers:
        name = answer.column.column
        if answer.column.kind == "level":
            yield from (f"{name}={level}" for level, _ in _kept(answer))
        elif answer.sd > 0.0:
            yield name
        if _has_missing_column(answer):
            yield f"{name} not known"


def _spoken_names(answers: Iterable[_Answer]) -> Iterable[str]:
    for answer in answers:
        column = answer.column
        if column.names is not None:
            yield f"{column.column} names {column.names}"
        for about in column.about:
            yield f"{column.column} about {about.column}" + (f"={about.level}" if about.level else "")


def _folded(words: Words) -> Words:
    """Without case: the answer hev names the level HEV."""
    return np.array([word.casefold() for word in words], dtype=np.object_)


def _matrix(columns: Sequence[Floats], rows: int) -> Floats:
    return np.column_stack(columns).astype(np.float64) if columns else np.zeros((rows, 0))
