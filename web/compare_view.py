"""View-model of two to four cars side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from recommender.domain.errors import Problem
from recommender.services.compare import Comparison, Difference
from recommender.services.explain import Explained
from recommender.workspace import StoredResult, Workspace
from web.car_view import value_words
from web.decision_view import COMPARED_AT_ONCE, TickView, ticks_of
from web.document import Node
from web.forms import ErrorView, problem_text
from web.i18n import gettext, language
from web.said import additions_words, dated_name, item_node

_OPEN = 12
"""Differences that are seen at once."""


@dataclass(frozen=True, slots=True)
class ColumnView:
    name: str
    additions: tuple[str, ...]
    place: str
    why_not: str
    why_address: str


@dataclass(frozen=True, slots=True)
class CellView:
    value: str
    best: bool
    known: bool


@dataclass(frozen=True, slots=True)
class LineView:
    label: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class CompareView:
    title: str
    columns: tuple[ColumnView, ...]
    lines: tuple[LineView, ...]
    further: tuple[LineView, ...]
    """Differences that matter less, folded."""
    ticks: tuple[TickView, ...]
    at_most: int
    errors: tuple[ErrorView, ...]
    compare_address: str
    back_address: str


def compare_view(
    stored: StoredResult,
    found: Comparison | None,
    config_ids: Sequence[str],
    problems: Sequence[Problem],
    workspace: Workspace,
) -> CompareView:
    cars = () if found is None else found.configurations
    ids = tuple(explained.item.config_id for explained in cars)
    differences = () if found is None else found.differences
    lines = tuple(_line(difference, ids, workspace) for difference in differences)
    heading = gettext("Side by side")
    ticks = _ticks(stored, cars, config_ids, workspace)
    target = ticks[0].input_id if ticks else "main"
    return CompareView(
        title=gettext("Error: {heading}").format(heading=heading) if problems else heading,
        columns=tuple(_column(explained, stored.token, workspace) for explained in cars),
        lines=lines[:_OPEN],
        further=lines[_OPEN:],
        ticks=ticks,
        at_most=COMPARED_AT_ONCE,
        errors=tuple(ErrorView(target, problem_text(problem, workspace.registry)) for problem in problems),
        compare_address=url_for("decision.compare_cars", token=stored.token),
        back_address=url_for("results.show", token=stored.token),
    )


def _ticks(
    stored: StoredResult, cars: Sequence[Explained], config_ids: Sequence[str], workspace: Workspace
) -> tuple[TickView, ...]:
    """The cars of the list and those compared, each once."""
    nodes = [*Node(stored.document).nodes("recommendations"), *(item_node(car.item) for car in cars)]
    once = {node.text("config_id"): node for node in reversed(nodes)}
    order = list(dict.fromkeys(node.text("config_id") for node in nodes))
    return ticks_of([once[config_id] for config_id in order], config_ids, workspace)


def _column(explained: Explained, token: str, workspace: Workspace) -> ColumnView:
    item = item_node(explained.item)
    place = (
        gettext("Rank {rank}").format(rank=explained.rank) if explained.rank else gettext("Breaks a limit")
    )
    return ColumnView(
        name=dated_name(item),
        additions=additions_words(item, workspace.registry),
        place=place,
        why_not=explained.why_not,
        why_address=url_for("decision.why", token=token, config=explained.item.config_id),
    )


def _line(difference: Difference, ids: Sequence[str], workspace: Workspace) -> LineView:
    attribute = workspace.registry.attributes[difference.attribute]
    cells = (
        CellView(value_words(attribute, value, workspace), config_id in difference.best, value is not None)
        for config_id, value in zip(ids, difference.values, strict=True)
    )
    return LineView(attribute.label.get(language()), tuple(cells))
