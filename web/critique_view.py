"""Critiques of one car as buttons: each carries the limits that it adds, so that a click needs no memory."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import url_for

from recommender.domain.buyer import Request
from recommender.registry.answers import request_document
from recommender.registry.problem_list import ProblemList
from recommender.registry.raw import plain_document
from recommender.services.critique import Critique, critique
from recommender.workspace import StoredResult, Workspace
from web.asking import new_once
from web.builds import trim_of
from web.i18n import gettext, language


@dataclass(frozen=True, slots=True)
class CritiqueView:
    """``limits``: what the button posts, an object with the key ``limits`` as in ANSWERS.json."""

    text: str
    limits: str


def critique_views(
    asked: Request, config_id: str, workspace: Workspace, at_most: int
) -> tuple[CritiqueView, ...]:
    """Raises Rejected for a configuration that the catalogue does not have."""
    return tuple(_view(one) for one in critique(asked, workspace.market, config_id, at_most=at_most))


def with_limits(asked: Request, posted: str, workspace: Workspace) -> Request:
    """The request with the limits of a button added, read by the one parser. Raises Rejected."""
    problems = ProblemList()
    added = plain_document(posted, problems).get("limits")
    problems.raise_if_any()
    before = request_document(asked)
    own = before["limits"]
    limits = [*own, *added] if isinstance(own, list) and isinstance(added, list) else added
    return workspace.parse({**before, "limits": limits})


def _view(one: Critique) -> CritiqueView:
    limits = [{"attribute": limit.attribute, limit.op: limit.to_json()[limit.op]} for limit in one.limits]
    return CritiqueView(one.text, json.dumps({"limits": limits}))


@dataclass(frozen=True, slots=True)
class AdjustView:
    title: str
    critiques: tuple[CritiqueView, ...]
    once: str
    adjust_address: str
    why_address: str
    back_address: str


def adjust_view(
    stored: StoredResult, asked: Request, config_id: str, workspace: Workspace, at_most: int
) -> AdjustView:
    """Raises Rejected for a configuration that the catalogue does not have."""
    found = critique_views(asked, config_id, workspace, at_most)
    catalogue, lang, token = workspace.market.catalogue, language(), stored.token
    row = catalogue.trim_index[trim_of(config_id)]
    line, trim = catalogue.line_of(row), catalogue.trims[row]
    name = f"{line.brand_name(lang)} {line.model_name(lang)} {trim.name(lang)}"
    return AdjustView(
        title=gettext("Like {car}, but …").format(car=name),
        critiques=found,
        once=new_once(),
        adjust_address=url_for("decision.adjust", token=token),
        why_address=url_for("decision.why", token=token, config=config_id),
        back_address=url_for("results.show", token=token),
    )
