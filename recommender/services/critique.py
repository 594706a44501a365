"""Critiques of one car from what is really there: "cheaper", "roomier and 9,000 cheaper: 4 cars".

Every car that obeys the limits is a set of bits, one for each respect in which it is noticeably better than
the car looked at. Sets of respects that some cars have together become critiques: limits exactly at the
weakest of these cars, so that asking again with them leaves these cars and no others.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from recommender.choice.artefact import Floats
from recommender.configurator.feasible import MAXIMUM_LIMITS, violations
from recommender.domain.buyer import Request
from recommender.domain.limits import Limit, LimitValue, Op
from recommender.domain.recommendation import Scalar
from recommender.domain.table import Mask, NumberColumn
from recommender.registry.messages import format_value
from recommender.registry.model import Attribute
from recommender.services.market import Indices, Market
from recommender.services.named_cars import rows_named
from recommender.services.ranking import ranked
from recommender.services.scoring import Scores
from recommender.services.wording import joined

RESPECTS: tuple[tuple[str, Op], ...] = (
    ("total_price_cny", "at_most"),
    ("boot_l", "at_least"),
    ("seats", "at_least"),
    ("electric_range_km", "at_least"),
    ("winter_motorway_range_km", "at_least"),
    ("fast_charge_minutes", "at_most"),
    ("adas_level", "at_least"),
    ("accel_0_100_s", "at_most"),
    ("length_mm", "at_most"),
)
"""What people ask to be different, and in which direction it is better for one who asks."""
LARGEST = 3
_NOTICEABLE_SHARE = 0.25
"""Of the registry's scale, "a difference that people notice": less is not worth a critique."""


@dataclass(frozen=True, slots=True)
class Gain:
    """One respect in which every car left is better: from ``before`` (this car) to at least ``to``."""

    attribute: str
    before: Scalar
    to: Scalar


@dataclass(frozen=True)
class Critique:
    """``limits``: added to the request they leave ``count`` trims, the first of them ``best``. ``losses``: in
    which every car left is noticeably worse."""

    kind: Literal["unit", "compound"]
    gains: tuple[Gain, ...]
    losses: tuple[str, ...]
    limits: tuple[Limit, ...]
    count: int
    best: str
    text: str


@dataclass(frozen=True)
class _Respect:
    """One respect over the rows that obey: who is better and who is worse than the car looked at (bool [n]),
    and how good each is (float64 [n], more is better, NaN = not known)."""

    attribute: Attribute
    op: Op
    before: Scalar
    worth: Floats
    better: Mask
    worse: Mask


def critique(
    request: Request, market: Market, config_id: str, *, at_most: int = 8, path: str = "/config_id"
) -> tuple[Critique, ...]:
    """Unit and compound critiques of one configuration, at most so many, both kinds mixed.

    Of sets with the same cars the largest stands for all. Ordered by what the best car left is worth to the
    person. Raises Rejected for an id that the catalogue does not have.
    """
    scores, considered = ranked(request, market)
    row = rows_named([config_id], [path], scores.market)[0]
    rows = np.flatnonzero(considered.found.feasible)
    respects = _respects(scores, rows, row)
    free = MAXIMUM_LIMITS - len(scores.person.limits)
    found = [
        _critique(scores, rows, row, some) for some in _closed(scores, rows, respects) if len(some) <= free
    ]
    return _mixed([one for one in found if one is not None], scores, at_most)


def criticised(request: Request, chosen: Critique) -> Request:
    """The request after one click; the undo of it is the former request."""
    return replace(request, limits=(*request.limits, *chosen.limits))


def _respects(scores: Scores, rows: Indices, row: int) -> list[_Respect]:
    """The respects whose value is known of the car looked at."""
    found: list[_Respect] = []
    mark = scores.person.request.unknown == "mark"
    for name, op in RESPECTS:
        attribute, column = scores.market.registry.attributes.get(name), scores.person.columns.get(name)
        if attribute is None or column is None or column.value(row) is None:
            continue
        every = column.values if isinstance(column, NumberColumn) else column.codes.astype(np.float64)
        worth = np.where(column.unknown()[rows], np.nan, every[rows] if op == "at_least" else -every[rows])
        now = float(every[row] if op == "at_least" else -every[row])
        step = _noticeable(attribute, now)
        with np.errstate(invalid="ignore"):
            better, worse = worth >= now + step, worth <= now - step
        # Asked again under "mark", a car whose value is not known passes the limit.
        better = better | (np.isnan(worth) & mark)
        found.append(_Respect(attribute, op, column.value(row), worth, better, worse))
    return found


def _noticeable(attribute: Attribute, now: float) -> float:
    encoding = attribute.encoding
    if encoding is None or attribute.kind != "number":
        return 1.0
    step = _NOTICEABLE_SHARE * encoding.scale
    if encoding.transform == "log":
        step *= abs(now) / encoding.reference
    return max(step, 1.0) if attribute.integer else step


def _closed(scores: Scores, rows: Indices, respects: Sequence[_Respect]) -> Iterator[tuple[_Respect, ...]]:
    """Sets of one to three respects that some cars have together, no larger set having the same trims.

    Level by level: a set is looked at only while each of its parts has cars.
    """
    trim_of = scores.market.table.trim_of[rows]
    support: dict[tuple[int, ...], frozenset[int]] = {}
    for size in range(1, LARGEST + 1):
        for some in itertools.combinations(range(len(respects)), size):
            if size > 1 and not all(part in support for part in itertools.combinations(some, size - 1)):
                continue
            hit = np.logical_and.reduce([respects[i].better for i in some])
            if hit.any():
                support[some] = frozenset(trim_of[hit].tolist())
    for some, trims in support.items():
        larger = (set(other) > set(some) and support[other] == trims for other in support)
        if not any(larger):
            yield tuple(respects[i] for i in some)


def _critique(scores: Scores, rows: Indices, row: int, respects: Sequence[_Respect]) -> Critique | None:
    """The critique of some respects, run; None where no value of one of them is known of the cars left."""
    hit = np.logical_and.reduce([respect.better for respect in respects])
    limits: list[Limit] = []
    for respect in respects:
        known = respect.worth[hit & ~np.isnan(respect.worth)]
        if not len(known):
            return None
        limits.append(Limit(respect.attribute.id, respect.op, _bound(respect, float(known.min()))))
    left = _left(scores, rows, limits)
    trims = np.unique(scores.market.table.trim_of[left])
    best = int(left[np.lexsort((scores.market.config_order[left], -scores.utility[left]))[0]])
    losses = _losses(scores, rows, row, left)
    gains = tuple(
        Gain(respect.attribute.id, respect.before, _scalar(limit.value))
        for respect, limit in zip(respects, limits, strict=True)
    )
    kind: Literal["unit", "compound"] = "unit" if len(limits) == 1 else "compound"
    text = _text(scores, gains, losses, len(trims))
    return Critique(
        kind, gains, losses, tuple(limits), len(trims), scores.market.table.config_ids[best], text
    )


def _left(scores: Scores, rows: Indices, limits: Sequence[Limit]) -> Indices:
    """The rows that still obey with the new limits."""
    columns = {limit.attribute: scores.person.columns[limit.attribute].take(rows) for limit in limits}
    mark = scores.person.request.unknown == "mark"
    return rows[violations(columns, limits, len(rows), mark_unknown=mark).feasible]


def _bound(respect: _Respect, worth: float) -> LimitValue:
    value = worth if respect.op == "at_least" else -worth
    if respect.attribute.kind != "number":
        return respect.attribute.level_ids[int(value)]
    return int(value) if value.is_integer() else value


def _losses(scores: Scores, rows: Indices, row: int, left: Indices) -> tuple[str, ...]:
    places = np.searchsorted(rows, left)
    return tuple(
        respect.attribute.id for respect in _respects(scores, rows, row) if bool(respect.worse[places].all())
    )


def _mixed(found: list[Critique], scores: Scores, at_most: int) -> tuple[Critique, ...]:
    """The best of each kind in turn, so that neither fills the list alone."""

    def worth(one: Critique) -> tuple[float, int, int]:
        utility = float(scores.utility[scores.market.row_of[one.best]])
        return -utility, -len(one.gains), -one.count

    kinds = [sorted((one for one in found if one.kind == kind), key=worth) for kind in ("compound", "unit")]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*kinds))
    return tuple([one for one in turns if one is not None][:at_most])


def _text(scores: Scores, gains: Sequence[Gain], losses: Sequence[str], count: int) -> str:
    registry, lang = scores.market.registry, scores.person.request.lang
    better = registry.message("critique.and", lang).join(_gain_text(scores, gain) for gain in gains)
    if not losses:
        return registry.message("critique.gain", lang, gains=better, count=count)
    labels = joined((registry.attributes[name].label.get(lang) for name in losses), registry, lang)
    return registry.message("critique.trade", lang, gains=better, losses=labels, count=count)


def _gain_text(scores: Scores, gain: Gain) -> str:
    registry, lang = scores.market.registry, scores.person.request.lang
    attribute = registry.attributes[gain.attribute]
    if isinstance(gain.before, int | float) and isinstance(gain.to, int | float):
        amount = abs(gain.to - gain.before)
        value = format_value(attribute, int(amount) if float(amount).is_integer() else amount, lang)
        side = "more" if gain.to > gain.before else "less"
        return registry.message(f"critique.{side}", lang, label=attribute.label.get(lang), amount=value)
    value = format_value(attribute, gain.to, lang)
    return registry.message("critique.level", lang, label=attribute.label.get(lang), value=value)


def _scalar(value: LimitValue) -> Scalar:
    return value if isinstance(value, int | float | str | bool) else None
