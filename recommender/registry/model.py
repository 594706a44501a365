"""Typed registry: what the TOML files hold after loading. Nothing here reads files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from recommender.domain.limits import Op

AttributeKind = Literal["number", "boolean", "level", "ordered"]
QuestionKind = Literal["integer", "number", "boolean", "choice", "choices", "place", "brands"]
Better = Literal["more", "less", "none"]
Transform = Literal["linear", "log"]
PartWorthSource = Literal["survey", "evidence", "market", "stated"]


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence or label in both languages."""

    zh: str
    en: str

    def get(self, lang: str) -> str:
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Level:
    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a number becomes a column of the design matrix; constants, never of the set ranked.

    ``z = (f(clip(x, low, high)) - f(reference)) / (f(reference + scale) - f(reference))`` with f the identity
    or the natural logarithm: z is 0 at ``reference`` and 1 at ``reference + scale``. ``unknown`` is the
    value assumed for the *utility* where the true one is not known (below the middle, never flattering).
    """

    transform: Transform
    reference: float
    scale: float
    low: float
    high: float
    unknown: float


@dataclass(frozen=True, slots=True)
class Attribute:
    id: str
    kind: AttributeKind
    unit: str
    label: Text
    better: Better
    importance: str | None
    limit: bool
    group: str
    levels: tuple[Level, ...] = ()
    catalogue_levels: bool = False
    """Levels come from the catalogue (brand, model_line)."""
    personal: bool = False
    """Computed per person (total_price_cny …): no catalogue column."""
    integer: bool = False
    minimum: float | None = None
    maximum: float | None = None
    encoding: Encoding | None = None
    """None for numbers that carry no utility. Level and boolean attributes are dummy coded."""
    unknown_level: str | None = None
    """Level assumed for the utility of a level or boolean attribute that is not known; None = term 0."""
    advantage: Text | None = None
    drawback: Text | None = None
    """Short words for a reason: "Longer electric range" / "Shorter electric range"."""
    show: bool = True
    """Shown in the specification table of a car."""

    @property
    def level_ids(self) -> tuple[str, ...]:
        return tuple(level.id for level in self.levels)

    def level_label(self, level: str, lang: str) -> str:
        for known in self.levels:
            if known.id == level:
                return known.label.get(lang)
        return level


@dataclass(frozen=True, slots=True)
class Condition:
    """``question`` has one of ``values``; the word "missing" stands for not answered."""

    question: str
    values: tuple[str | bool, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What an answer moves. Every mapping may be empty.

    ``segments``: segment id -> likelihood ratio. ``part_worths``: "attribute" or "attribute=level" -> shift
    in utility units (source "stated"). ``multiply``: importance or attribute id -> factor of the part-worths.
    """

    segments: Mapping[str, float] = field(default_factory=dict)
    part_worths: Mapping[str, float] = field(default_factory=dict)
    multiply: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Band:
    """Effect of a number answer inside ``at_least <= x <= at_most`` (either may be open)."""

    at_least: float | None
    at_most: float | None
    effect: Effect


@dataclass(frozen=True, slots=True)
class LimitRule:
    """The limit that an answer makes while all of ``when`` hold.

    ``value`` None = the answer itself (times ``percent``/100 for numbers; a boolean question without a
    value makes its limit only when answered true).
    """

    attribute: str
    op: Op
    value: str | bool | tuple[str, ...] | None = None
    percent: int = 100
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionOption:
    id: str
    label: Text
    effect: Effect = field(default_factory=Effect)
    limit: LimitRule | None = None
    """Limit made when this option is chosen (safety_musts)."""
    exclusive: bool = False
    """Choosing it unticks the others (none)."""


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    page: str
    kind: QuestionKind
    text: Text
    why: Text
    fast: bool = False
    hint: Text | None = None
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    max_items: int | None = None
    options: tuple[QuestionOption, ...] = ()
    levels_of: str | None = None
    """Options are the levels of this attribute (body_types)."""
    disjoint_with: str | None = None
    show_if: tuple[Condition, ...] = ()
    """Asked only while all hold; evaluated on the answers given so far."""
    limits: tuple[LimitRule, ...] = ()
    bands: tuple[Band, ...] = ()
    per_item: Effect | None = None
    """Effect template for each chosen item, "{item}" replaced (best, worst, brands_prefer)."""

    def option(self, option_id: str) -> QuestionOption | None:
        return next((o for o in self.options if o.id == option_id), None)


@dataclass(frozen=True, slots=True)
class Page:
    id: str
    title: Text
    fast: bool = False


@dataclass(frozen=True, slots=True)
class Importance:
    """One of the ten things people weigh (best, worst, weights)."""

    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class SurveyFigure:
    """What a survey found of one column, as people named it in money.

    ``price_share``: willingness to pay as a share of the price, with its standard ``error``; ``steps``: so
    many steps of the column's encoding (1 for a level); ``doubt``: share of the figure by which its level may
    be off today, one standard deviation; ``segments``: whom the sample speaks for, the others keep the
    evidence.
    """

    price_share: float
    error: float
    steps: float
    doubt: float
    segments: tuple[str, ...]
    citation: str


@dataclass(frozen=True, slots=True)
class MarketShift:
    """What published sales add to a column in every segment: utility and its standard ``error``."""

    shift: float
    error: float
    citation: str


@dataclass(frozen=True, slots=True)
class PriorPartWorth:
    """Prior of one column: mean utility for each segment and one standard deviation from evidence, then what
    a survey and the market say of it."""

    attribute: str
    level: str | None
    means: Mapping[str, float]
    sd: float
    source: PartWorthSource
    citation: str
    survey: SurveyFigure | None = None
    market: MarketShift | None = None

    @property
    def citations(self) -> str:
        """All that the figures rest on, in one line."""
        found = [self.citation]
        if self.survey is not None:
            survey = self.survey
            found.append(
                f"survey: {survey.price_share:+.3f} ± {survey.error:.3f} of the price for {survey.steps:g} "
                f"steps, doubt {survey.doubt:.0%}, {', '.join(survey.segments)} ({survey.citation})"
            )
        if self.market is not None:
            market = self.market
            found.append(f"market: {market.shift:+.3f} ± {market.error:.3f} ({market.citation})")
        return "; ".join(found)


@dataclass(frozen=True, slots=True)
class Segment:
    id: str
    label: Text
    description: Text
    share: float
    citation: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A dated figure of a rule or an assumption, with its source."""

    id: str
    value: float
    unit: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    source: str
    note: Text | None = None


_REMEMBERED_DAYS = 32


@dataclass(frozen=True)
class Registry:
    attributes: Mapping[str, Attribute]
    importances: Mapping[str, Importance]
    pages: tuple[Page, ...]
    questions: Mapping[str, Question]
    segments: tuple[Segment, ...]
    part_worths: tuple[PriorPartWorth, ...]
    policies: tuple[Policy, ...]
    messages: Mapping[str, Text]
    fingerprint: str
    """sha256 of all that a model depends on: attributes, levels, questions, options, segments, encodings."""

    @cached_property
    def pages_by_id(self) -> Mapping[str, Page]:
        return {page.id: page for page in self.pages}

    def questions_of(self, page_id: str) -> tuple[Question, ...]:
        return tuple(q for q in self.questions.values() if q.page == page_id)

    @cached_property
    def _policies_by_date(self) -> dict[dt.date, Mapping[str, Policy]]:
        return {}

    def policies_on(self, day: dt.date) -> Mapping[str, Policy]:
        """Every policy in force on a day, by id; the first row of an id wins. Remembered for a few days:
        one answer looks figures up dozens of times."""
        known = self._policies_by_date
        if day not in known:
            if len(known) >= _REMEMBERED_DAYS:
                known.clear()
            known[day] = self._in_force(day)
        return known[day]

    def _in_force(self, day: dt.date) -> Mapping[str, Policy]:
        rows: dict[str, Policy] = {}
        for policy in self.policies:
            started = policy.valid_from is None or policy.valid_from <= day
            ended = policy.valid_to is not None and policy.valid_to < day
            if started and not ended:
                rows.setdefault(policy.id, policy)
        return rows

    def policy(self, policy_id: str, on: dt.date) -> Policy:
        """The policy figure in force on a day. Raises KeyError where none is."""
        if policy_id in self.policies_on(on):
            return self.policies_on(on)[policy_id]
        raise KeyError(f"no policy {policy_id} in force on {on.isoformat()}")

    def message(self, message_id: str, lang: str, **params: object) -> str:
        """A sentence with its parameters filled. Raises KeyError on an unknown id or a missing parameter."""
        return self.messages[message_id].get(lang).format_map(params)
