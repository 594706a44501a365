"""View-model of two cars to choose between: only what differs, what matters most first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from recommender.domain.recommendation import Item
from recommender.services.compare import Difference
from recommender.services.trade_offs import MOST_QUESTIONS, NextPair
from recommender.workspace import StoredResult, Workspace
from web.asking import new_once
from web.car_view import value_words
from web.i18n import gettext, language
from web.said import additions_words, dated_name, item_node

NEITHER = "-"
"""What the button posts; no configuration has this id."""
_PAIR = re.compile(r"[A-Za-z0-9._~-]{1,200},[A-Za-z0-9._~-]{1,200}")
_OPEN = 8
"""Differences that are seen at once: more than that nobody weighs."""
_KIND = ("powertrain", "body_type", "drive")
"""What kind of car it is: said first, whether the cars differ in it or not."""
_IN_HEADING = frozenset({"brand", "model_line", "model_year", "total_price_cny", *_KIND})


@dataclass(frozen=True, slots=True)
class CarView:
    """``letter``: A or B."""

    letter: str
    config_id: str
    name: str
    additions: tuple[str, ...]
    price: str
    kind: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DifferenceView:
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhichView:
    """``cars``: two, or none and ``why_none`` says why. ``passed``: pairs passed over so far."""

    cars: tuple[CarView, ...]
    lines: tuple[DifferenceView, ...]
    further: tuple[DifferenceView, ...]
    why_none: str
    number: int
    most: int
    neither: str
    once: str
    answer_address: str
    pass_address: str
    back_address: str


def which_view(
    stored: StoredResult, found: NextPair, passed: Sequence[tuple[str, ...]], workspace: Workspace
) -> WhichView:
    token = stored.token
    lines = tuple(_line(d, workspace) for d in found.differences if d.attribute not in _IN_HEADING)
    now = [",".join(pair) for pair in (*passed, tuple(item.config_id for item in found.pair)) if pair]
    return WhichView(
        cars=tuple(_car(letter, item, workspace) for letter, item in zip("AB", found.pair, strict=False)),
        lines=lines[:_OPEN],
        further=lines[_OPEN:],
        why_none=workspace.registry.message(f"next_pair.{found.stop}", language()) if found.stop else "",
        number=found.asked + 1,
        most=MOST_QUESTIONS,
        neither=NEITHER,
        once=new_once(),
        answer_address=url_for("which.answer", token=token),
        pass_address=url_for("which.ask", token=token, passed=now),
        back_address=url_for("results.show", token=token),
    )


def passed_pairs(words: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The pairs named in an address, as many as are ever asked; anything else is passed over in silence."""
    pairs = (tuple(word.split(",")) for word in words if _PAIR.fullmatch(word))
    return tuple(dict.fromkeys(pairs))[:MOST_QUESTIONS]


def _car(letter: str, item: Item, workspace: Workspace) -> CarView:
    node, registry = item_node(item), workspace.registry
    total = value_words(registry.attributes["total_price_cny"], item.total_price_cny, workspace)
    price = f"{total} {gettext('final price')}"
    known = [
        (registry.attributes[name], item.attributes.get(name))
        for name in _KIND
        if name in registry.attributes
    ]
    kind = tuple(value_words(attribute, value, workspace) for attribute, value in known if value is not None)
    return CarView(letter, item.config_id, dated_name(node), additions_words(node, registry), price, kind)


def _line(difference: Difference, workspace: Workspace) -> DifferenceView:
    attribute = workspace.registry.attributes[difference.attribute]
    values = tuple(value_words(attribute, value, workspace) for value in difference.values)
    return DifferenceView(attribute.label.get(language()), values)
