"""View-model of the page that says why a car has its place, or why it is not on the list."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from recommender.domain.errors import Problem
from recommender.domain.recommendation import Item
from recommender.services.explain import Explained
from recommender.workspace import StoredResult, Workspace
from web.builds import is_offered
from web.car_search import find_cars
from web.decision_view import configure_address
from web.document import Node
from web.forms import ErrorView, problem_text
from web.i18n import gettext, language
from web.result_view import answers_of, limit_words, percent
from web.said import SaidView, additions_words, car_name, item_node, said

_LEADING = 12
_SMALL = 0.005


@dataclass(frozen=True, slots=True)
class MarginView:
    """Points of one attribute above or below the middle of the cars that fit."""

    label: str
    points: str


@dataclass(frozen=True, slots=True)
class WhyCarView:
    name: str
    additions: tuple[str, ...]
    why_not: str
    violates: tuple[str, ...]
    margins: tuple[MarginView, ...]
    reasons: tuple[SaidView, ...]
    drawbacks: tuple[SaidView, ...]
    changes: tuple[str, ...]
    share: str
    compare_address: str
    configure_address: str
    facts_address: str


@dataclass(frozen=True, slots=True)
class FoundView:
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class WhyView:
    title: str
    car: WhyCarView | None
    typed: str
    searched: bool
    found: tuple[FoundView, ...]
    more: int
    """Cars that match beside those listed."""
    errors: tuple[ErrorView, ...]
    search_address: str
    back_address: str


def why_view(
    stored: StoredResult,
    found: Explained | None,
    typed: str,
    problems: tuple[Problem, ...],
    workspace: Workspace,
) -> WhyView:
    token = stored.token
    cars = find_cars(typed, workspace)
    title = gettext("Why not another car?")
    if found is not None:
        name = car_name(item_node(found.item))
        told = (
            gettext("{car}: not among the cars that fit")
            if found.rank is None
            else gettext("{car}: rank {rank}")
        )
        title = told.format(car=name, rank=found.rank)
    return WhyView(
        title=title,
        car=None if found is None else _car(stored, found, workspace),
        typed=typed.strip()[:80],
        searched=bool(typed.strip()),
        found=tuple(
            FoundView(name, url_for("decision.why", token=token, config=trim_id))
            for name, trim_id in cars.cars
        ),
        more=cars.total - len(cars.cars),
        errors=tuple(ErrorView("q", problem_text(p, workspace.registry)) for p in problems),
        search_address=url_for("decision.why", token=token),
        back_address=url_for("results.show", token=token),
    )


def _car(stored: StoredResult, found: Explained, workspace: Workspace) -> WhyCarView:
    item, token = item_node(found.item), stored.token
    config_id, trim_id = found.item.config_id, found.item.trim_id
    return WhyCarView(
        name=car_name(item),
        additions=additions_words(item, workspace.registry),
        why_not=found.why_not,
        violates=tuple(
            limit_words(Node(limit.to_json()), answers_of(stored), workspace) for limit in found.violates
        ),
        margins=_margins(found, workspace),
        reasons=said(item.nodes("reasons")),
        drawbacks=said(item.nodes("drawbacks")),
        changes=tuple(change.text for change in found.item.counterfactuals),
        share=_share(found.item) if found.item.choice_probability else "",
        compare_address=_compare_address(stored, config_id, workspace),
        configure_address=configure_address(token, trim_id, workspace),
        facts_address=url_for("cars.show", trim_id=trim_id),
    )


def _margins(found: Explained, workspace: Workspace) -> tuple[MarginView, ...]:
    """The largest parts of the car's points against the reference car, largest first."""
    registry = workspace.registry
    parts = [(term.attribute, term.utility - term.reference) for term in found.item.terms]
    parts = sorted((part for part in parts if abs(part[1]) >= _SMALL), key=lambda part: -abs(part[1]))
    return tuple(
        MarginView(registry.attributes[attribute].label.get(language()), points_words(points))
        for attribute, points in parts[:_LEADING]
    )


def points_words(points: float) -> str:
    """Points with their sign, a true minus."""
    return f"{points:+.2f}".replace("-", "\N{MINUS SIGN}")


def _compare_address(stored: StoredResult, config_id: str, workspace: Workspace) -> str:
    """Beside the first car of the list; "" for that car itself."""
    items = Node(stored.document).nodes("recommendations")
    first = items[0].text("config_id") if items else ""
    if first in ("", config_id) or not is_offered(first, workspace):
        return ""
    return url_for("decision.compare_cars", token=stored.token, config=[first, config_id])


def _share(item: Item) -> str:
    """The choice probability and what the answers leave open of it."""
    low, high = percent(item.choice_probability_low), percent(item.choice_probability_high)
    words = gettext("{share} (90 % interval {low} to {high})")
    return words.format(share=percent(item.choice_probability), low=low, high=high)
