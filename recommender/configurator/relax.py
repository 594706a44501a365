"""Ways out: the smallest sets of limits whose change admits another car, each with exact amounts.

A row's violation mask names the limits that keep it out; the inclusion-minimal masks over all rows are the
minimal relaxations (a smaller set would have to be the mask of some row). Inside a mask the rows differ in
how far each limit must move: those on the Pareto front of these amounts are the ways out. No search is
needed. A price that is known in part may need both of one limit: moved to that part, and open to the rest.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from recommender.configurator.feasible import Violations, beyond, trims_with, violations
from recommender.configurator.pareto import front
from recommender.domain.limits import Limit, LimitValue, check_limit
from recommender.domain.recommendation import LimitChange
from recommender.domain.table import BOOLEAN_LEVELS, Columns, Mask, NumberColumn

_CHANGE_LOSS = 0.02
"""Every change costs a little, so that of two ways with equal amounts the one with fewer changes leads."""

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class LimitCost:
    """What changing a limit costs this person, in utility, both above 0: ``per_unit`` of a number, ``flat``
    for a level change or for accepting an unknown value."""

    per_unit: float
    flat: float


@dataclass(frozen=True)
class Offer:
    """The rows a relaxation may admit. ``utility`` float64 [n]; ``trim_of`` int32 [n]; ``tie_order`` intp
    [n]: which of two equal rows stands first, their order in the table when not given. ``mark_unknown``:
    unknown values pass every limit. ``least``: what values that are not known come to at least."""

    columns: Columns
    trim_of: NDArray[np.int32]
    trim_count: int
    utility: Floats
    tie_order: Rows | None = None
    mark_unknown: bool = False
    least: Mapping[str, NumberColumn] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WayOut:
    """``row`` reaches the changed limits exactly; ``admits`` counts the trims that become possible."""

    changes: tuple[LimitChange, ...]
    row: int
    admits: int
    loss: float


@dataclass(frozen=True)
class _Steps:
    """What each of ``rows`` needs of the limits of a mask: how much of each, then whether unknown values
    must pass it (``amounts`` [n, 2 * limits]), what it costs (``losses`` [n]) and changes that do not compare
    with each other (``kinds`` [n])."""

    rows: Rows
    amounts: Floats
    losses: Floats
    kinds: Rows


def ways_out(
    offer: Offer, limits: Sequence[Limit], found: Violations, costs: Sequence[LimitCost], at_most: int = 6
) -> list[WayOut]:
    """Minimal relaxations of non-fixed limits, least loss first, each verified by running it.

    Where there are more than ``at_most``, every set of limits is heard once before any is heard twice.
    """
    combined = found.broken | found.unknown
    feasible_trims = trims_with(found.feasible, offer.trim_of, offer.trim_count)
    open_rows = ~feasible_trims[offer.trim_of] & ((combined & _fixed_bits(limits)) == 0)
    fronts = [
        list(itertools.islice(_front(offer, limits, found, costs, mask, rows), at_most))
        for mask, rows in _minimal_groups(combined, np.flatnonzero(open_rows))
    ]
    chosen = _diverse(fronts, offer, at_most)
    ways = (_way(offer, limits, found, row, loss, feasible_trims) for loss, row in chosen)
    return [way for way in ways if way is not None]


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


def _minimal_groups(combined: NDArray[np.uint64], rows: Rows) -> Iterator[tuple[np.uint64, Rows]]:
    """Each minimal mask with its rows."""
    ordered = rows[np.argsort(combined[rows], kind="stable")]
    masks = combined[ordered]
    for mask in minimal_masks(masks):
        start, stop = np.searchsorted(masks, mask, side="left"), np.searchsorted(masks, mask, side="right")
        yield mask, ordered[start:stop]


def _fixed_bits(limits: Sequence[Limit]) -> np.uint64:
    return np.uint64(sum(1 << bit for bit, limit in enumerate(limits) if limit.fixed))


def _front(
    offer: Offer,
    limits: Sequence[Limit],
    found: Violations,
    costs: Sequence[LimitCost],
    mask: np.uint64,
    rows: Rows,
) -> Iterator[tuple[float, int]]:
    """(loss, row) of the non-dominated rows of one mask, least loss first."""
    steps = _steps(offer, limits, found, costs, mask, rows)
    ties = rows if offer.tie_order is None else offer.tie_order[rows]
    order = np.lexsort((ties, -offer.utility[rows], steps.amounts.sum(axis=1), steps.losses))
    for index in front(steps.amounts, steps.kinds, order):
        yield float(steps.losses[index]), int(rows[index])


def _steps(
    offer: Offer,
    limits: Sequence[Limit],
    found: Violations,
    costs: Sequence[LimitCost],
    mask: np.uint64,
    rows: Rows,
) -> _Steps:
    bits = [bit for bit in range(len(limits)) if int(mask) >> bit & 1]
    amounts = np.zeros((len(rows), 2 * len(bits)))
    kinds = np.zeros((len(rows), len(bits)), dtype=np.int64)
    losses = np.zeros(len(rows))
    for place, bit in enumerate(bits):
        flag = np.uint64(1 << bit)
        broken, unknown = (found.broken[rows] & flag) != 0, (found.unknown[rows] & flag) != 0
        amount, kind, price = _needed(limits[bit], offer, costs[bit], rows, broken)
        amounts[:, place], amounts[:, len(bits) + place] = amount, unknown
        kinds[:, place] = kind
        losses += np.where(broken, price + _CHANGE_LOSS, 0.0)
        losses += np.where(unknown, costs[bit].flat + _CHANGE_LOSS, 0.0)
    _, kind_of = np.unique(kinds, axis=0, return_inverse=True)
    return _Steps(rows, amounts, losses, kind_of.reshape(-1).astype(np.intp))


_UNKNOWN_KIND = -2


def _needed(
    limit: Limit, offer: Offer, cost: LimitCost, rows: Rows, broken: Mask
) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Amount, kind and loss of moving one limit for each row. A value that is only unknown needs no move and
    is a kind of its own, but where it may be both: an upper bound on a number."""
    column = offer.columns.get(limit.attribute)
    kind = np.zeros(len(rows), dtype=np.int64)
    if column is None:
        amount, loss = np.zeros(len(rows)), np.zeros(len(rows))
    elif isinstance(column, NumberColumn):
        gap = _at_least(offer, limit.attribute, column)[rows] - float(limit.value)  # type: ignore[arg-type]
        amount = np.abs(gap)
        loss = cost.per_unit * amount
        if limit.op == "at_most":
            return np.where(broken, amount, 0.0), kind, loss
        if limit.op == "is":
            kind = np.where(gap > 0, 1, -1)
    elif limit.op in ("at_least", "at_most") and limit.value in column.levels:
        bound = column.levels.index(str(limit.value))
        amount = np.abs(column.codes[rows] - bound).astype(np.float64)
        loss = cost.flat * amount
    else:
        amount, loss = np.zeros(len(rows)), np.full(len(rows), cost.flat)
        kind = column.codes[rows].astype(np.int64)
    return np.where(broken, amount, 0.0), np.where(broken, kind, _UNKNOWN_KIND), loss


def _at_least(offer: Offer, attribute: str, column: NumberColumn) -> Floats:
    """float64 [n]: the values, and what those that are not known come to at least."""
    least = offer.least.get(attribute)
    return column.values if least is None else np.where(column.unknown(), least.values, column.values)


def _diverse(fronts: list[list[tuple[float, int]]], offer: Offer, at_most: int) -> list[tuple[float, int]]:
    """At most so many, every front's first before any front's second; then least loss first."""
    ties = offer.tie_order

    def order(way: tuple[float, int]) -> tuple[float, float, int]:
        loss, row = way
        return loss, -float(offer.utility[row]), row if ties is None else int(ties[row])

    rounds = itertools.zip_longest(*fronts)
    heard = [way for turn in rounds for way in sorted((w for w in turn if w is not None), key=order)]
    return sorted(heard[:at_most], key=order)


def _way(
    offer: Offer, limits: Sequence[Limit], found: Violations, row: int, loss: float, before: Mask
) -> WayOut | None:
    """The change that admits a row, run; None where running it does not admit the row after all.

    Where unknown values must pass several limits on one attribute, this is said once.
    """
    changes: list[LimitChange] = []
    accepted: set[int] = set()
    changed = list(limits)
    for bit, limit in enumerate(limits):
        flag = np.uint64(1 << bit)
        if found.broken[row] & flag:
            changed[bit] = replace(limit, value=relaxed_value(limit, offer, row))
            before_value, after_value = _plain(limit.value), _plain(changed[bit].value)
            changes.append(LimitChange(limit.attribute, limit.op, before_value, after_value))
        if found.unknown[row] & flag:
            if all(limits[other].attribute != limit.attribute for other in accepted):
                changes.append(LimitChange(limit.attribute, limit.op, None, None, accept_unknown=True))
            accepted.add(bit)
    rows = rows_that_hold(offer, changed, accepted)
    if not rows[row]:
        return None
    admitted = trims_with(rows, offer.trim_of, offer.trim_count)
    return WayOut(tuple(changes), row, int((admitted & ~before).sum()), loss)


def rows_that_hold(offer: Offer, limits: Sequence[Limit], accept_unknown: set[int]) -> Mask:
    """Rows that obey all limits, unknown values passing at the limits whose index is in the set."""
    strict = [limit for bit, limit in enumerate(limits) if bit not in accept_unknown]
    length, mark = len(offer.utility), offer.mark_unknown
    rows = violations(offer.columns, strict, length, mark_unknown=mark, least=offer.least).feasible
    for bit in accept_unknown:
        test = check_limit(limits[bit], offer.columns)
        rows = rows & (test.holds | (test.unknown & ~beyond(limits[bit], offer.least, length)))
    return rows


def relaxed_value(limit: Limit, offer: Offer, row: int) -> LimitValue:
    """The least change of the limit's value that admits the row, or what is known of its value."""
    value = offer.columns[limit.attribute].value(row)
    if value is None and limit.attribute in offer.least:
        value = offer.least[limit.attribute].value(row)
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
