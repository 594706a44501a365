"""View-model of the result page, made from the stored document: words, never new arithmetic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from recommender.domain.recommendation import Scalar
from recommender.registry.messages import NOT_KNOWN, format_number, format_value
from recommender.registry.model import Registry
from recommender.services.wording import question_words
from recommender.workspace import CHINA, StoredResult, Workspace
from web.asking import new_once
from web.car_view import value_words
from web.document import Node
from web.i18n import gettext, language, long_date
from web.said import SaidView, additions_words, said, year_words
from web.source_words import source_titles

STALE_DAYS = 90
WELL_COVERED = 0.95
# What a buyer compares first; everything else is on the page of the car. Ids the registry lacks are left out.
KEY_ATTRIBUTES = (
    "seats",
    "body_type",
    "powertrain",
    "drive",
    "electric_range_km",
    "combined_range_km",
    "winter_motorway_range_km",
    "fast_charge_minutes",
    "boot_l",
    "adas_level",
)


@dataclass(frozen=True, slots=True)
class FactView:
    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class CarView:
    anchor: str
    rank: int
    name: str
    trim: str
    year: str
    additions: tuple[str, ...]
    total: str
    price: str
    price_note: str
    price_stale: bool
    """The price is older than 90 days or of unknown date."""
    costs: tuple[FactView, ...]
    reasons: tuple[SaidView, ...]
    drawbacks: tuple[SaidView, ...]
    notes: tuple[str, ...]
    changes: tuple[str, ...]
    unknown: tuple[str, ...]
    facts: tuple[FactView, ...]
    brief: tuple[str, ...]
    """The car in one line: what it is, and how far it goes in winter on the motorway."""
    tied: bool
    source: str
    address: str
    opened: bool
    """Costs and key figures are unfolded."""


@dataclass(frozen=True, slots=True)
class SegmentView:
    """Percentages of the membership probability and its 90 % interval."""

    words: str
    percent: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class WayView:
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class ResultView:
    title: str
    confidence: str
    next_page: str
    next_question: str
    cars: tuple[CarView, ...]
    limits: tuple[str, ...]
    notes: tuple[str, ...]
    """How the figures of all cars were computed: tariffs, defaults."""
    ways: tuple[WayView, ...]
    considered: int
    left_out_unknown: int
    segments: tuple[SegmentView, ...]
    expires: str
    made: str
    versions: tuple[FactView, ...]
    once: str
    """Makes the form of the ways one of its kind: sent twice it gives one result."""
    json_address: str
    again_address: str
    edit_address: str
    delete_address: str
    wrong_language: bool
    """The sentences are in the other language, because catalogue or model have changed since."""


def result_view(stored: StoredResult, document: Node, workspace: Workspace) -> ResultView:
    registry, token = workspace.registry, stored.token
    cars = tuple(_car(item, document, workspace) for item in document.nodes("recommendations"))
    question = registry.questions.get(document.node("confidence").text("next_question"))
    return ResultView(
        title=gettext("Cars that fit you") if cars else gettext("No car obeys all of your limits"),
        confidence=document.node("confidence").text("text"),
        next_page=question.page if question else "",
        next_question=question_words(question, registry, language()) if question else "",
        cars=cars,
        limits=tuple(limit_words(limit, answers_of(stored), workspace) for limit in document.nodes("limits")),
        notes=_texts(document, "notes"),
        ways=tuple(WayView(i, way.text("text")) for i, way in enumerate(document.nodes("relaxations"))),
        considered=document.whole("consideration_set_size") or 0,
        left_out_unknown=document.whole("left_out_unknown") or 0,
        segments=tuple(_segment(node, registry) for node in document.nodes("segments")),
        expires=long_date(stored.expires_at.astimezone(CHINA).date()),
        made=long_date(stored.created_at.astimezone(CHINA).date()),
        versions=(
            FactView(gettext("Calculated for"), document.text("date")),
            FactView(gettext("Model"), document.text("model_version")),
            FactView(gettext("Catalogue"), document.text("catalogue_version")[:19]),
        ),
        once=new_once(),
        json_address=url_for("results.document", token=token),
        again_address=url_for("results.again", token=token),
        edit_address=url_for("results.edit", token=token),
        delete_address=url_for("results.confirm_deletion", token=token),
        wrong_language=_is_stored_in_other_language(stored, document),
    )


def _is_stored_in_other_language(stored: StoredResult, document: Node) -> bool:
    return document.values is stored.document and stored.request.get("lang", "zh") != language()


# ------------------------------------------------------------------------------------------------- limits
def answers_of(stored: StoredResult) -> Node:
    """What was answered, as it was kept beside the result."""
    return Node(stored.request).node("answers")


def limit_words(limit: Node, answers: Node, workspace: Workspace) -> str:
    """A limit as a person says it, with what made it."""
    attribute = workspace.registry.attributes.get(limit.text("attribute"))
    if attribute is None:
        return limit.text("attribute")
    label = attribute.label.get(language())
    for op, words in _limit_patterns().items():
        if limit.has(op):
            value = limit.values[op]
            items = value if isinstance(value, list) else [value]
            said = join_words([value_words(attribute, scalar(item), workspace) for item in items])
            told = words.format(label=label, value=said)
            return told + _budget_words(limit, answers) + _coverage_words(limit)
    return label


def _budget_words(limit: Node, answers: Node) -> str:
    """How far the limit goes beyond a budget that was said to be about right."""
    most, budget = limit.whole("at_most"), answers.whole("budget_cny")
    about = limit.text("source") == "budget_cny" and answers.text("budget_kind") == "about"
    if not about or not most or not budget:
        return ""
    return gettext(" ({share} % of your budget)").format(share=round(100 * most / budget))


def _coverage_words(limit: Node) -> str:
    """How much of the catalogue the limit can be judged on, where that is less than nearly all."""
    if not limit.has("coverage") or limit.real("coverage") >= WELL_COVERED:
        return ""
    return gettext(" (known for {share} of the trims)").format(share=percent(limit.real("coverage")))


def _limit_patterns() -> dict[str, str]:
    return {
        "at_least": gettext("{label}: at least {value}"),
        "at_most": gettext("{label}: at most {value}"),
        "one_of": gettext("{label}: {value}"),
        "none_of": gettext("{label}: not {value}"),
        "is": gettext("{label}: {value}"),
    }


# --------------------------------------------------------------------------------------------------- cars
def _car(item: Node, document: Node, workspace: Workspace) -> CarView:
    registry = workspace.registry
    values = item.node("attributes")
    price_note, price_stale = _price_note(values.text("price_date"), document.text("date"))
    return CarView(
        anchor=f"car-{item.whole('rank')}",
        rank=item.whole("rank") or 0,
        name=f"{item.text('brand')} {item.text('model')}".strip(),
        trim=item.text("trim"),
        year=year_words(item),
        additions=_additions(item, registry),
        total=_said("total_price_cny", item.whole("total_price_cny"), registry),
        price=_said("price_cny", item.whole("price_cny"), registry),
        price_note=price_note,
        price_stale=price_stale,
        costs=_costs(item, registry),
        reasons=said(item.nodes("reasons")),
        drawbacks=said(item.nodes("drawbacks")),
        notes=_texts(item, "notes"),
        changes=_texts(item, "counterfactuals"),
        unknown=tuple(_label(attribute, registry) for attribute in item.words("unknown")),
        facts=tuple(
            FactView(_label(key, registry), _value_said(key, values, registry))
            for key in KEY_ATTRIBUTES
            if key in registry.attributes
        ),
        brief=_brief(values, registry),
        tied=item.flag("tied_with_next"),
        source=_source(item.text("trim_id"), workspace),
        address=_car_address(item.text("trim_id"), workspace),
        opened=item.whole("rank") == 1,
    )


def _additions(item: Node, registry: Registry) -> tuple[str, ...]:
    """Options with their prices; a result from before prices were told has only their ids."""
    return additions_words(item, registry) or item.words("options")


def _brief(values: Node, registry: Registry) -> tuple[str, ...]:
    said = [
        _value_said(key, values, registry)
        for key in ("body_type", "powertrain", "drive")
        if key in registry.attributes and values.has(key)
    ]
    if values.has("seats"):
        said.append(gettext("{seats} seats").format(seats=values.whole("seats")))
    if values.has("winter_motorway_range_km"):
        far = _value_said("winter_motorway_range_km", values, registry)
        said.append(gettext("{range} on a winter motorway").format(range=far))
    return tuple(said)


def _costs(item: Node, registry: Registry) -> tuple[FactView, ...]:
    """The final price, split: price + purchase tax − subsidies."""
    cost = item.node("cost")
    rows = [FactView(_label("price_cny", registry), _yuan(item.whole("price_cny")))]
    rows.append(FactView(gettext("Purchase tax"), _yuan(cost.whole("purchase_tax_cny"), "+")))
    if subsidy := cost.whole("subsidy_cny"):
        rows.append(FactView(gettext("Subsidy for the old car"), _yuan(subsidy, "\N{MINUS SIGN}")))
    rows.append(FactView(gettext("Final price"), _yuan(item.whole("total_price_cny")), strong=True))
    monthly = item.node("attributes").whole("monthly_cost_cny")
    words = gettext("Per month (energy, care, insurance)")
    rows.append(FactView(words, _yuan(monthly, pattern=gettext("{sign}¥{amount} a month"))))
    return tuple(rows)


def _yuan(amount_cny: int | None, sign: str = "", pattern: str = "") -> str:
    """To the yuan in one unit: figures that stand above each other are added up."""
    if amount_cny is None:
        return NOT_KNOWN.get(language())
    return (pattern or gettext("{sign}¥{amount}")).format(sign=sign, amount=format_number(amount_cny))


def _price_note(price_date: str, day: str) -> tuple[str, bool]:
    """When the price is from, and whether that calls for asking: unknown, or older than 90 days."""
    priced, today = _day(price_date), _day(day)
    if priced is None:
        return gettext("Date of the price not known"), True
    if today is not None and (today - priced).days > STALE_DAYS:
        return gettext("Price of {date}, older than 90 days: ask the dealer").format(date=price_date), True
    return gettext("Price of {date}").format(date=price_date), False


def _day(text: str) -> dt.date | None:
    """A date of ISO form; a month stands for its last possible day, a year for its last."""
    padded = {4: text + "-12-31", 7: text + "-28"}.get(len(text), text)
    try:
        return dt.date.fromisoformat(padded)
    except ValueError:
        return None


def _source(trim_id: str, workspace: Workspace) -> str:
    catalogue = workspace.market.catalogue
    row = catalogue.trim_index.get(trim_id)
    if row is None:
        return ""
    trim = catalogue.trims[row]
    title = source_titles(trim.source_id, catalogue)
    return f"{title}, {trim.source_date.isoformat()}" if trim.source_date else title


def _car_address(trim_id: str, workspace: Workspace) -> str:
    known = trim_id in workspace.market.catalogue.trim_index
    return url_for("cars.show", trim_id=trim_id) if known else ""


def _segment(node: Node, registry: Registry) -> SegmentView:
    labels = {segment.id: segment.label.get(language()) for segment in registry.segments}
    label = labels.get(node.text("id"), node.text("id"))
    return SegmentView(
        words=gettext("Answers like those of: {segment}").format(segment=label),
        percent=round(100 * node.real("probability")),
        low=round(100 * node.real("low")),
        high=round(100 * node.real("high")),
    )


# ------------------------------------------------------------------------------------------------- values
def scalar(value: object) -> Scalar:
    return value if isinstance(value, int | float | bool | str) else None


def join_words(words: Sequence[str]) -> str:
    return ("、" if language() == "zh" else ", ").join(words)


def percent(share: float) -> str:
    return f"{round(100 * share)} %" if share >= 0.01 else "< 1 %"


def _said(attribute_id: str, value: Scalar, registry: Registry) -> str:
    return format_value(registry.attributes[attribute_id], value, language())


def _value_said(attribute_id: str, values: Node, registry: Registry) -> str:
    attribute = registry.attributes.get(attribute_id)
    return format_value(attribute, scalar(values.values.get(attribute_id)), language()) if attribute else ""


def _label(attribute_id: str, registry: Registry) -> str:
    attribute = registry.attributes.get(attribute_id)
    return attribute.label.get(language()) if attribute else attribute_id


def _texts(item: Node, key: str) -> tuple[str, ...]:
    return tuple(node.text("text") for node in item.nodes(key))
