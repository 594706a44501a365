"""Rules of options that cannot be meant: named, all at once, before anything is compiled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from recommender.configurator.option_states import NOT_AVAILABLE, OPTIONAL, STANDARD
from recommender.domain.catalogue import Catalogue, Option
from recommender.domain.errors import Problem
from recommender.domain.table import Column, NumberColumn

FILE = "options.csv"


def place(option: Option, column: str) -> str:
    """Where a fault stands: file, trim and option, column."""
    return f"{FILE}:{option.trim_id}/{option.option_id}:{column}"


def options_by_trim(catalogue: Catalogue) -> dict[str, list[Option]]:
    found: dict[str, list[Option]] = {}
    for option in catalogue.options:
        found.setdefault(option.trim_id, []).append(option)
    return found


def catalogue_faults(catalogue: Catalogue) -> list[Problem]:
    """The faults of all options of a catalogue, in the order of its file."""
    faults: list[Problem] = []
    for trim_id, options in options_by_trim(catalogue).items():
        if trim_id not in catalogue.trim_index:
            faults.extend(_problem(option, "trim_id", "option_of_no_trim", trim_id) for option in options)
        faults.extend(option_faults(options))
        faults.extend(_effect_faults(options, catalogue.columns))
    return faults


def option_faults(options: Sequence[Option]) -> list[Problem]:
    """The faults of the options of one trim.

    Codes: option_twice, option_elsewhere (a rule names what the trim does not have), option_negative_price,
    option_contradiction (requires what it excludes, itself, or a member of its own group),
    option_needs_unavailable, option_cycle, option_two_standards, option_standard_broken (the trim as sold
    breaks a rule of its own standard equipment: no build of it exists).
    """
    by_id = {option.option_id: option for option in options}
    faults = [
        _problem(option, "option_id", "option_twice", option.option_id)
        for place_, option in enumerate(options)
        if any(earlier.option_id == option.option_id for earlier in options[:place_])
    ]
    for option in options:
        faults.extend(_own_faults(option, by_id))
    for column in ("requires", "included_with"):
        if sum(bool(getattr(option, column)) for option in options) > 1:
            faults.extend(_cycles(by_id, column))
    faults.extend(_group_faults(options))
    return faults


def _problem(option: Option, column: str, code: str, value: object, **params: object) -> Problem:
    words = {"option": option.option_id, "trim": option.trim_id, "column": column, **params}
    return Problem(place(option, column), code, str(value), words)


def _own_faults(option: Option, by_id: Mapping[str, Option]) -> Iterator[Problem]:
    if option.price_cny is not None and option.price_cny < 0:
        yield _problem(option, "price_cny", "option_negative_price", option.price_cny)
    for column in ("requires", "excludes", "included_with"):
        for other in getattr(option, column):
            if other not in by_id:
                yield _problem(option, column, "option_elsewhere", other)
    for other in option.requires:
        if other in by_id and _contradicts(option, by_id[other]):
            yield _problem(option, "requires", "option_contradiction", other)
        elif other in by_id and by_id[other].state == NOT_AVAILABLE and option.state != NOT_AVAILABLE:
            yield _problem(option, "requires", "option_needs_unavailable", other)
    if option.state == STANDARD:
        yield from _standard_faults(option, by_id)


def _contradicts(option: Option, needed: Option) -> bool:
    apart = needed.option_id in option.excludes or option.option_id in needed.excludes
    alike = bool(option.group) and option.group == needed.group
    return apart or alike or option.option_id == needed.option_id


def _standard_faults(option: Option, by_id: Mapping[str, Option]) -> Iterator[Problem]:
    """Standard equipment that the trim as sold could not have."""
    for other in option.requires:
        if other in by_id and by_id[other].state == OPTIONAL:
            yield _problem(option, "requires", "option_standard_broken", other)
    for other in option.excludes:
        if other in by_id and by_id[other].state == STANDARD:
            yield _problem(option, "excludes", "option_standard_broken", other)


def _cycles(by_id: Mapping[str, Option], column: str) -> Iterator[Problem]:
    """Each circle of a rule once, at its first option in the order of ids. Self-loops are contradictions."""
    done: set[str] = set()
    for start in sorted(by_id):
        trail: list[str] = []
        waiting = [(start, 0)]
        while waiting:
            option_id, depth = waiting.pop()
            del trail[depth:]
            if option_id in trail:
                circle = trail[trail.index(option_id) :]
                if len(circle) > 1:
                    yield _problem(
                        by_id[min(circle)], column, "option_cycle", " → ".join([*circle, option_id])
                    )
            elif option_id not in done and option_id in by_id:
                trail.append(option_id)
                done.add(option_id)
                followers = getattr(by_id[option_id], column)
                waiting.extend((other, depth + 1) for other in sorted(followers, reverse=True))


def _group_faults(options: Iterable[Option]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for option in options:
        if option.state != STANDARD or not option.group:
            continue
        other = first.setdefault(option.group, option.option_id)
        if other != option.option_id:
            yield _problem(option, "group", "option_two_standards", option.group, other=other)


def _effect_faults(options: Iterable[Option], columns: Mapping[str, Column]) -> Iterator[Problem]:
    """What ``sets`` names is a column of the catalogue, and its value one that the column can hold."""
    for option in options:
        for attribute, value in option.sets.items():
            column = columns.get(attribute)
            if column is None or not can_hold(column, value):
                shown = f"{attribute}={value}"
                yield _problem(option, "sets", "option_sets", shown)


def can_hold(column: Column, value: str) -> bool:
    """Whether the text is a finite number, or a level of the column."""
    if not isinstance(column, NumberColumn):
        return value in column.levels
    try:
        return abs(float(value)) < float("inf")
    except ValueError:
        return False
