"""The result of a recommendation: it carries its own arithmetic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from recommender.domain.limits import Limit

Scalar = int | float | bool | str | None


@dataclass(frozen=True, slots=True)
class SegmentShare:
    """Membership probability with its 90 % interval."""

    segment: str
    probability: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Term:
    """One named addend of the utility. ``reference``: the same term of the reference car."""

    attribute: str
    level: str
    utility: float
    reference: float
    source: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence about an attribute. ``source``: source ids, "assumption", or empty for the person's own; of
    a reason or drawback: the source of its term, and ``source_text`` says it in words."""

    attribute: str
    text: str
    source: str = ""
    source_text: str = ""


@dataclass(frozen=True, slots=True)
class Counterfactual:
    change: Mapping[str, Scalar]
    effect: str
    text: str


@dataclass(frozen=True, slots=True)
class Addition:
    """An option added to the trim as sold. ``price_cny`` None = on request, 0 where a package includes it.
    ``utility``: what it gains, its price left out; None where the build without it is not known."""

    option_id: str
    name: str
    price_cny: int | None
    utility: float | None


@dataclass(frozen=True)
class Item:
    """A ranked configuration. ``choice_probability`` with its 90 % interval."""

    rank: int
    config_id: str
    trim_id: str
    unit_id: str | None
    brand: str
    model: str
    trim: str
    options: tuple[str, ...]
    price_cny: int | None
    total_price_cny: int | None
    purchase_tax_cny: int | None
    subsidy_cny: int
    attributes: Mapping[str, Scalar]
    utility: float
    choice_probability: float
    terms: tuple[Term, ...]
    reasons: tuple[Reason, ...]
    drawbacks: tuple[Reason, ...]
    counterfactuals: tuple[Counterfactual, ...]
    unknown: tuple[str, ...]
    notes: tuple[Reason, ...] = ()
    tied_with_next: bool = False
    additions: tuple[Addition, ...] = ()
    choice_probability_low: float = 0.0
    choice_probability_high: float = 0.0


@dataclass(frozen=True, slots=True)
class LimitChange:
    """One changed limit: ``to`` None with ``accept_unknown`` true means "also where it is not known"."""

    attribute: str
    op: str
    before: object
    to: object
    accept_unknown: bool = False

    def to_json(self) -> dict[str, object]:
        if self.accept_unknown:
            return {"attribute": self.attribute, "accept_unknown": True}
        return {"attribute": self.attribute, "limit": self.op, "from": self.before, "to": self.to}


@dataclass(frozen=True)
class Relaxation:
    changes: tuple[LimitChange, ...]
    admits: int
    best: str
    loss: float
    text: str


@dataclass(frozen=True, slots=True)
class FrontierStep:
    """What ``extra_cny`` above the budget limit on ``attribute`` admits: ``admits`` trims more than now, the
    best of them ``best``. ``to`` is the new limit, exactly reached by a car."""

    attribute: str
    extra_cny: int
    to: int
    admits: int
    best: str
    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Limits that no car obeys together, while every smaller set of them has one that does."""

    limits: tuple[Limit, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Confidence:
    """``top_1``: probability that the first car is the person's first choice among those considered."""

    top_1: float
    next_question: str | None
    text: str


@dataclass(frozen=True)
class Recommendation:
    """``coverage``: for each limited attribute, the share of trims whose value is known. ``notes``: what
    holds at this person's place for every car. ``frontier``: what more money would admit, when few cars fit.
    ``conflicts``: which limits exclude each other, when none fits."""

    model_version: str
    catalogue_version: str
    registry_fingerprint: str
    date: dt.date
    segments: tuple[SegmentShare, ...]
    confidence: Confidence
    limits: tuple[Limit, ...]
    coverage: Mapping[str, float]
    consideration_set_size: int
    left_out_unknown: int
    items: tuple[Item, ...]
    relaxations: tuple[Relaxation, ...]
    notes: tuple[Reason, ...] = ()
    frontier: tuple[FrontierStep, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
