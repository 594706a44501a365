"""Ways out: the smallest sets of limits whose change admits another car, each with exact amounts.

A row's violation mask names the limits that keep it out; the inclusion-minimal masks over all rows are the
minimal relaxations (a smaller set would have to be the mask of some row). No search is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.configurator.feasible import Violations, trims_with, violations
from recommender.domain.limits import Limit, LimitValue, check_limit
from recommender.domain.recommendation import LimitChange
from recommender.domain.table import BOOLEAN_LEVELS, Columns, LevelColumn, Mask, NumberColumn

_CHANGE_LOSS = 0.02
"""Every change costs a little, so that of two ways with equal amounts the one with fewer changes leads."""


@dataclass(frozen=True, slots=True)
class LimitCost:
    """What changing a limit costs this person, in utility: ``per_unit`` of a number, ``flat`` for a level
    change or for accepting an unknown value."""

    per_unit: float
    flat: float


@dataclass(frozen=True)
class Offer:
    """The rows a relaxation may admit. ``utility`` float64 [n]; ``trim_of`` int32 [n]."""

    columns: Columns
    trim_of: NDArray[np.int32]
    trim_count: int
    utility: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WayOut:
    """``row`` reaches the changed limits exactly; ``admits`` counts the trims that become possible."""

    changes: tuple[LimitChange, ...]
    row: int
    admits: int
    loss: float


def ways_out(
    offer: Offer, limits: Sequence[Limit], found: Violations, costs: Sequence[LimitCost], at_most: int = 6
) -> list[WayOut]:
    """Minimal relaxations of non-fixed limits, least loss first, each verified by running it."""
    combined = found.broken | found.unknown
    feasible_trims = trims_with(found.feasible, offer.trim_of, offer.trim_count)
    open_rows = ~feasible_trims[offer.trim_of] & ((combined & _fixed_bits(limits)) == 0)
    losses = _row_losses(offer, limits, found, costs)
    ways: list[WayOut] = []
    for mask in minimal_masks(combined[open_rows]):
        rows = np.flatnonzero(open_rows & (combined == mask))
        for variant in np.unique(found.unknown[rows]):
            same = rows[found.unknown[rows] == variant]
            row = int(same[np.lexsort((-offer.utility[same], losses[same]))[0]])
            ways.append(_way(offer, limits, found, row, float(losses[row]), feasible_trims))
    ways.sort(key=lambda way: (way.loss, -offer.utility[way.row], way.row))
    return ways[:at_most]


def minimal_masks(masks: NDArray[np.uint64]) -> list[np.uint64]:
    """The inclusion-minimal distinct masks, fewest bits first."""
    distinct = np.unique(masks)
    distinct = distinct[np.argsort(np.bitwise_count(distinct), kind="stable")]
    kept: list[np.uint64] = []
    while len(distinct):
        smallest = distinct[0]
        kept.append(smallest)
        distinct = distinct[(distinct & smallest) != smallest]
    return kept


def _fixed_bits(limits: Sequence[Limit]) -> np.uint64:
    return np.uint64(sum(1 << bit for bit, limit in enumerate(limits) if limit.fixed))


def _row_losses(
    offer: Offer, limits: Sequence[Limit], found: Violations, costs: Sequence[LimitCost]
) -> NDArray[np.float64]:
    losses = np.zeros(len(offer.utility))
    for bit, (limit, cost) in enumerate(zip(limits, costs, strict=True)):
        flag = np.uint64(1 << bit)
        losses[(found.unknown & flag) != 0] += cost.flat + _CHANGE_LOSS
        broken = (found.broken & flag) != 0
        column = offer.columns[limit.attribute] if broken.any() else None
        if isinstance(column, NumberColumn):
            gap = np.abs(column.values[broken] - float(limit.value))  # type: ignore[arg-type]
            losses[broken] += cost.per_unit * gap + _CHANGE_LOSS
        elif isinstance(column, LevelColumn):
            losses[broken] += cost.flat * _level_steps(limit, column, broken) + _CHANGE_LOSS
    return losses


def _level_steps(limit: Limit, column: LevelColumn, broken: Mask) -> NDArray[np.float64]:
    """How many levels an ordered limit must move; 1 for every other kind."""
    if limit.op in ("at_least", "at_most") and limit.value in column.levels:
        bound = column.levels.index(str(limit.value))
        return np.abs(column.codes[broken] - bound).astype(np.float64)
    return np.ones(int(broken.sum()))


def _way(
    offer: Offer, limits: Sequence[Limit], found: Violations, row: int, loss: float, before: Mask
) -> WayOut:
    changes: list[LimitChange] = []
    accepted: set[int] = set()
    changed = list(limits)
    for bit, limit in enumerate(limits):
        flag = np.uint64(1 << bit)
        if found.unknown[row] & flag:
            accepted.add(bit)
            changes.append(LimitChange(limit.attribute, limit.op, None, None, accept_unknown=True))
        elif found.broken[row] & flag:
            changed[bit] = replace(limit, value=relaxed_value(limit, offer.columns, row))
            before_value, after_value = _plain(limit.value), _plain(changed[bit].value)
            changes.append(LimitChange(limit.attribute, limit.op, before_value, after_value))
    admitted = trims_with(rows_that_hold(offer, changed, accepted), offer.trim_of, offer.trim_count)
    return WayOut(tuple(changes), row, int((admitted & ~before).sum()), loss)


def rows_that_hold(offer: Offer, limits: Sequence[Limit], accept_unknown: set[int]) -> Mask:
    """Rows that obey all limits, unknown values passing at the limits whose index is in the set."""
    strict = [limit for bit, limit in enumerate(limits) if bit not in accept_unknown]
    rows = violations(offer.columns, strict, len(offer.utility), mark_unknown=False).feasible
    for bit in accept_unknown:
        test = check_limit(limits[bit], offer.columns)
        rows = rows & (test.holds | test.unknown)
    return rows


def relaxed_value(limit: Limit, columns: Columns, row: int) -> LimitValue:
    """The least change of the limit's value that admits the row."""
    value = columns[limit.attribute].value(row)
    if value is None:
        raise ValueError(f"{limit.attribute} of row {row} is not known: nothing to relax to")
    listed = limit.value if isinstance(limit.value, tuple) else (_name(limit.value),)
    if limit.op == "one_of":
        return (*listed, _name(value))
    if limit.op == "none_of":
        return tuple(name for name in listed if name != _name(value))
    return value


def _name(value: int | float | str | bool) -> str:
    return BOOLEAN_LEVELS[value] if isinstance(value, bool) else str(value)


def _plain(value: LimitValue) -> object:
    return list(value) if isinstance(value, tuple) else value
