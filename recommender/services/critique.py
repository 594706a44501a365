"""Critiques of one car from what is really there: "cheaper", "roomier and 9,000 cheaper: 4 cars".

Every car that obeys the limits is a set of bits, one for each respect in which it is noticeably better than
the car looked at. Sets of respects that some cars have together become critiques: limits exactly at the
weakest of these cars, so that asking again with them leaves these cars and no others.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats
from recommender.configurator.feasible import MAXIMUM_LIMITS, beyond, trims_with
from recommender.domain.buyer import Request
from recommender.domain.limits import Limit, LimitValue, Op, check_limit
from recommender.domain.recommendation import Scalar
from recommender.domain.table import Columns, Mask, NumberColumn
from recommender.registry.messages import format_value
from recommender.registry.model import Attribute
from recommender.services.market import Indices, Market
from recommender.services.named_cars import rows_named
from recommender.services.ranking import ranked
from recommender.services.scoring import Scores
from recommender.services.wording import joined, short_label

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


@dataclass(frozen=True)
class _Field:
    """The rows that obey, and their columns and trims, taken out of the market once. ``least``: what prices
    that are not known come to at least."""

    scores: Scores
    rows: Indices
    columns: Columns
    least: Mapping[str, NumberColumn]
    trim_of: NDArray[np.int32]

    @classmethod
    def of(cls, scores: Scores, feasible: Mask) -> _Field:
        rows = np.flatnonzero(feasible)
        own = scores.person.columns
        columns = {name: own[name].take(rows) for name, _ in RESPECTS if name in own}
        least = {name: column.take(rows) for name, column in scores.person.least.items()}
        return cls(scores, rows, columns, least, scores.market.table.trim_of[rows])

    def left(self, limits: Sequence[Limit]) -> Mask:
        """bool [rows]: those that still obey with the new limits."""
        return np.asarray(np.logical_and.reduce([self._passes(limit) for limit in limits]))

    def _passes(self, limit: Limit) -> Mask:
        test = check_limit(limit, self.columns)
        if self.scores.person.request.unknown != "mark":
            return test.holds
        return test.holds | (test.unknown & ~beyond(limit, self.least, len(self.rows)))

    def best(self, left: Mask) -> int:
        """Row of the table: the highest utility, then the first configuration id."""
        rows = self.rows[left]
        utility = self.scores.utility[rows]
        level = rows[utility == utility.max()]
        return int(level[np.argmin(self.scores.market.config_order[level])])


@dataclass(frozen=True)
class _Found:
    """A critique before it is put into words. ``left``: bool [rows that obey]; ``best``: row of the table."""

    respects: tuple[_Respect, ...]
    limits: tuple[Limit, ...]
    left: Mask
    count: int
    best: int


def critique(
    request: Request, market: Market, config_id: str, *, at_most: int = 8, path: str = "/config_id"
) -> tuple[Critique, ...]:
    """Unit and compound critiques of one configuration, at most so many, both kinds mixed.

    Of sets with the same cars the largest stands for all. Ordered by what the best car left is worth to the
    person. Raises Rejected for an id that the catalogue does not have.
    """
    scores, considered = ranked(request, market)
    row = rows_named([config_id], [path], scores.market)[0]
    field = _Field.of(scores, considered.found.feasible)
    respects = _respects(scores, field.rows, row)
    free = MAXIMUM_LIMITS - len(scores.person.limits)
    found = [_run(field, some) for some in _closed(field, respects) if len(some) <= free]
    mixed = _mixed([one for one in found if one is not None], scores)
    return tuple(_told(scores, one, respects) for one in mixed[:at_most])


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


def _closed(field: _Field, respects: Sequence[_Respect]) -> Iterator[tuple[_Respect, ...]]:
    """Sets of one to three respects that some cars have together, no larger set having the same trims.

    Level by level: a set is looked at only while each of its parts has cars.
    """
    support: dict[tuple[int, ...], frozenset[int]] = {}
    for size in range(1, LARGEST + 1):
        for some in itertools.combinations(range(len(respects)), size):
            if size > 1 and not all(part in support for part in itertools.combinations(some, size - 1)):
                continue
            hit = np.logical_and.reduce([respects[i].better for i in some])
            if hit.any():
                support[some] = frozenset(field.trim_of[hit].tolist())
    for some, trims in support.items():
        larger = (set(other) > set(some) and support[other] == trims for other in support)
        if not any(larger):
            yield tuple(respects[i] for i in some)


def _run(field: _Field, respects: tuple[_Respect, ...]) -> _Found | None:
    """The critique of some respects, run; None where no value of one of them is known of the cars left."""
    hit = np.logical_and.reduce([respect.better for respect in respects])
    limits: list[Limit] = []
    for respect in respects:
        # fmin passes over values that are not known.
        weakest = float(np.fmin.reduce(respect.worth[hit], initial=np.inf))
        if np.isinf(weakest):
            return None
        limits.append(Limit(respect.attribute.id, respect.op, _bound(respect, weakest)))
    left = field.left(limits)
    trims = trims_with(left, field.trim_of, len(field.scores.market.catalogue.trims))
    return _Found(respects, tuple(limits), left, int(trims.sum()), field.best(left))


def _told(scores: Scores, found: _Found, respects: Sequence[_Respect]) -> Critique:
    """In words, with all respects in which every car left is worse."""
    losses = tuple(respect.attribute.id for respect in respects if bool(respect.worse[found.left].all()))
    gains = tuple(
        Gain(respect.attribute.id, respect.before, _scalar(limit.value))
        for respect, limit in zip(found.respects, found.limits, strict=True)
    )
    text = _text(scores, gains, losses, found.count)
    best = scores.market.table.config_ids[found.best]
    return Critique(_kind(found), gains, losses, found.limits, found.count, best, text)


def _kind(found: _Found) -> Literal["unit", "compound"]:
    return "unit" if len(found.limits) == 1 else "compound"


def _bound(respect: _Respect, worth: float) -> LimitValue:
    value = worth if respect.op == "at_least" else -worth
    if respect.attribute.kind != "number":
        return respect.attribute.level_ids[int(value)]
    return int(value) if value.is_integer() else value


def _mixed(found: list[_Found], scores: Scores) -> list[_Found]:
    """The best of each kind in turn, so that neither fills the list alone."""

    def worth(one: _Found) -> tuple[float, int, int]:
        return -float(scores.utility[one.best]), -len(one.limits), -one.count

    kinds = [sorted((one for one in found if _kind(one) == kind), key=worth) for kind in ("compound", "unit")]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*kinds))
    return [one for one in turns if one is not None]


def _text(scores: Scores, gains: Sequence[Gain], losses: Sequence[str], count: int) -> str:
    registry, lang = scores.market.registry, scores.person.request.lang
    better = registry.message("critique.and", lang).join(_gain_text(scores, gain) for gain in gains)
    if not losses:
        return registry.message("critique.gain", lang, gains=better, count=count)
    labels = joined((short_label(registry.attributes[name], lang) for name in losses), registry, lang)
    return registry.message("critique.trade", lang, gains=better, losses=labels, count=count)


def _gain_text(scores: Scores, gain: Gain) -> str:
    registry, lang = scores.market.registry, scores.person.request.lang
    attribute = registry.attributes[gain.attribute]
    label = short_label(attribute, lang)
    if isinstance(gain.before, int | float) and isinstance(gain.to, int | float):
        amount = abs(gain.to - gain.before)
        value = format_value(attribute, int(amount) if float(amount).is_integer() else amount, lang)
        side = "more" if gain.to > gain.before else "less"
        return registry.message(f"critique.{side}", lang, label=label, amount=value)
    value = format_value(attribute, gain.to, lang)
    return registry.message("critique.level", lang, label=label, value=value)


def _scalar(value: LimitValue) -> Scalar:
    return value if isinstance(value, int | float | str | bool) else None
