"""What the result page offers beside its list: doors of each car, near misses, conflicts, changes, undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from recommender.domain.errors import Rejected
from recommender.workspace import StoredResult, Workspace
from web.asking import new_once
from web.builds import is_offered
from web.changed_view import ChangedView, changed_view
from web.critique_view import CritiqueView, critique_views
from web.document import Node
from web.i18n import language
from web.kept import former_address
from web.said import dated_name

COMPARED_AT_ONCE = 4
_CRITIQUES = 4


@dataclass(frozen=True, slots=True)
class DoorsView:
    """The pages about one car of the list, "" where the catalogue has it no more. ``critiques``: of the first
    car only; those of the others are one click away."""

    config_id: str
    why_address: str
    configure_address: str
    adjust_address: str
    critiques: tuple[CritiqueView, ...]


@dataclass(frozen=True, slots=True)
class TickView:
    config_id: str
    label: str
    input_id: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class StepView:
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class DecisionView:
    """``doors`` in the order of the cars. ``changed``: None while catalogue and model are the same."""

    doors: tuple[DoorsView, ...]
    ticks: tuple[TickView, ...]
    at_most: int
    steps: tuple[StepView, ...]
    conflicts: tuple[str, ...]
    changed: ChangedView | None
    once: str
    former_address: str
    compare_address: str
    why_address: str
    next_address: str
    which_address: str
    adjust_address: str
    further_address: str
    anew_address: str


def decision_view(stored: StoredResult, document: Node, workspace: Workspace) -> DecisionView:
    token, changed = stored.token, changed_view(stored, document, workspace)
    items = document.nodes("recommendations")
    first = _critiques(stored, items, workspace) if changed is None else ()
    return DecisionView(
        doors=tuple(_doors(item, token, () if n else first, workspace) for n, item in enumerate(items)),
        ticks=ticks_of(items, (), workspace),
        at_most=COMPARED_AT_ONCE,
        steps=tuple(StepView(n, step.text("text")) for n, step in enumerate(document.nodes("frontier"))),
        conflicts=tuple(conflict.text("text") for conflict in document.nodes("conflicts")),
        changed=changed,
        once=new_once(),
        former_address=former_address(),
        compare_address=url_for("decision.compare_cars", token=token),
        why_address=url_for("decision.why", token=token),
        next_address=url_for("decision.next_questions", token=token),
        which_address="" if changed else url_for("which.ask", token=token),
        adjust_address=url_for("decision.adjust", token=token),
        further_address=url_for("decision.further", token=token),
        anew_address=url_for("decision.anew", token=token),
    )


def ticks_of(items: Sequence[Node], ticked: Sequence[str], workspace: Workspace) -> tuple[TickView, ...]:
    """The cars of a list that can be compared, the ``ticked`` ones marked."""
    known = [item for item in items if is_offered(item.text("config_id"), workspace)]
    return tuple(
        TickView(
            item.text("config_id"), dated_name(item), f"compare-{number}", item.text("config_id") in ticked
        )
        for number, item in enumerate(known, start=1)
    )


def _doors(item: Node, token: str, critiques: tuple[CritiqueView, ...], workspace: Workspace) -> DoorsView:
    config_id, trim_id = item.text("config_id"), item.text("trim_id")
    if not is_offered(config_id, workspace):
        return DoorsView(config_id, "", "", "", ())
    return DoorsView(
        config_id,
        url_for("decision.why", token=token, config=config_id),
        configure_address(token, trim_id, workspace),
        url_for("decision.adjust_car", token=token, config=config_id),
        critiques,
    )


def configure_address(token: str, trim_id: str, workspace: Workspace) -> str:
    """Page of the options of a car; empty for one without."""
    options = any(option.trim_id == trim_id for option in workspace.market.catalogue.options)
    return url_for("decision.configure_car", token=token, trim_id=trim_id) if options else ""


def _critiques(stored: StoredResult, items: Sequence[Node], workspace: Workspace) -> tuple[CritiqueView, ...]:
    """Critiques of the first car, in the reader's language; none of a request that is read no more."""
    if not items:
        return ()
    try:
        asked = workspace.parse(stored.request, {"lang": language()})
        return critique_views(asked, items[0].text("config_id"), workspace, _CRITIQUES)
    except Rejected:
        return ()
