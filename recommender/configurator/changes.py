"""What options change on a car: the attributes that they set, typed by the columns, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recommender.configurator.rules import OptionRules
from recommender.domain.catalogue import Option
from recommender.domain.table import Column, Columns, LevelColumn, NumberColumn

_FOLLOWS: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("hud", "true"): (("displays", "hud"),),
    ("displays", "hud"): (("hud", "true"),),
    ("displays", "ar_hud"): (("hud", "true"),),
    ("lane_centring", "true"): (("adas_level", "l2"),),
    ("ramp_assist", "true"): (("adas_level", "highway"),),
    ("highway_assist", "true"): (("adas_level", "highway"),),
    ("city_assist", "true"): (("adas_level", "city"),),
    ("adas_level", "highway"): (("highway_assist", "true"),),
    ("adas_level", "city"): (("city_assist", "true"), ("highway_assist", "true")),
}
"""Attributes that say one thing twice: what one of them gains, the other gains too. Nothing is lowered."""


@dataclass(frozen=True, slots=True)
class Change:
    """``value``: a number, or the code of a level."""

    attribute: str
    value: float


def changes_of(option: Option, columns: Columns, row: int) -> tuple[Change, ...]:
    """What the option changes on the trim of ``row``: what it sets, and what follows from that.

    ``columns``: those of the catalogue's trims. A value that the columns cannot hold is left out: the faults
    of the catalogue have named it.
    """
    wanted = dict(option.sets)
    for pair in option.sets.items():
        for attribute, level in _FOLLOWS.get(pair, ()):
            if attribute not in wanted and _raises(columns.get(attribute), level, row):
                wanted[attribute] = level
    found = ((name, _typed(columns.get(name), value)) for name, value in wanted.items())
    return tuple(Change(name, value) for name, value in found if value is not None)


def _raises(column: Column | None, level: str, row: int) -> bool:
    if not isinstance(column, LevelColumn) or level not in column.levels:
        return False
    return bool(column.codes[row] < column.levels.index(level))


def _typed(column: Column | None, value: str) -> float | None:
    if isinstance(column, NumberColumn):
        return float(value)
    if column is None or value not in column.levels:
        return None
    return float(column.levels.index(value))


def in_order(rules: OptionRules) -> list[int]:
    """Bits in the order in which their changes are written: what an option needs comes before it, so that
    of two options that set one attribute the more particular one decides; else the order of ids."""
    return sorted(range(len(rules)), key=lambda bit: (rules.needs[bit].bit_count(), bit))
