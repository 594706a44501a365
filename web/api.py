"""The JSON interface: the same parser and the same function as every other door, no cookie, no token.

A new verb is one function here and one entry in :mod:`web.openapi`.
"""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Blueprint, Response, abort, g, request

from recommender.domain.errors import Rejected
from recommender.registry.document import attributes_document, questions_document
from recommender.registry.problem_list import ProblemList
from recommender.registry.raw import plain_document
from recommender.services.compare import compare
from recommender.services.configure import configuration_document, configure
from recommender.services.documents import recommendation_document
from recommender.services.documents_decision import (
    comparison_document,
    explanation_document,
    next_answers_document,
    trade_off_document,
)
from recommender.services.explain import explain
from recommender.services.next_answers import next_answers
from recommender.services.trade_offs import next_pair
from web.errors import problem_response
from web.i18n import gettext, speak
from web.named_request import request_and_text, request_and_texts
from web.openapi import openapi_document
from web.security import BODY_BYTES
from web.state import current_workspace

blueprint = Blueprint("api", __name__)
# Codes of the parser that say the body is no JSON at all; everything else is JSON that cannot be used.
_BROKEN = frozenset({"not_json", "not_utf8"})


@blueprint.get("/api/v1/questions")
def questions() -> Response:
    workspace = current_workspace()
    return _json(questions_document(workspace.registry, workspace.vocabulary))


@blueprint.get("/api/v1/attributes")
def attributes() -> Response:
    workspace = current_workspace()
    return _json(attributes_document(workspace.registry, workspace.market.coverage))


@blueprint.post("/api/v1/recommendations")
def recommendations() -> Response:
    """ANSWERS.json in, the result out. Nothing is kept."""
    body = _json_body()
    try:
        found = current_workspace().recommend(body)
    except Rejected as refusal:
        return _refused(refusal)
    return _json(recommendation_document(found))


@blueprint.post("/api/v1/configurations")
def configurations() -> Response:
    """ANSWERS.json and ``trim_id``: the best build, the state of every option, the ladder of prices."""
    workspace = current_workspace()
    try:
        asked, trim_id = request_and_text(_json_body(), "trim_id", workspace)
        found = configure(asked, workspace.market, trim_id)
    except Rejected as refusal:
        return _refused(refusal)
    return _json(configuration_document(found))


@blueprint.post("/api/v1/comparisons")
def comparisons() -> Response:
    """ANSWERS.json and ``config_ids``, two to four: what differs and which is best for this person."""
    workspace = current_workspace()
    try:
        asked, config_ids = request_and_texts(_json_body(), "config_ids", workspace)
        found = compare(asked, workspace.market, config_ids)
    except Rejected as refusal:
        return _refused(refusal)
    return _json(comparison_document(found))


@blueprint.post("/api/v1/explanations")
def explanations() -> Response:
    """ANSWERS.json and ``config_id``: why this car, or why not."""
    workspace = current_workspace()
    try:
        asked, config_id = request_and_text(_json_body(), "config_id", workspace)
        found = explain(asked, workspace.market, config_id)
    except Rejected as refusal:
        return _refused(refusal)
    return _json(explanation_document(found))


@blueprint.post("/api/v1/next-answers")
def next_answers_asked() -> Response:
    """ANSWERS.json in: which answers to open questions would change the first three cars."""
    workspace = current_workspace()
    try:
        asked = workspace.parse(_json_body())
    except Rejected as refusal:
        return _refused(refusal)
    return _json(next_answers_document(next_answers(asked, workspace.market)))


@blueprint.post("/api/v1/trade-offs")
def trade_offs() -> Response:
    """ANSWERS.json in: the two cars whose choice, put into ``trade_offs``, would improve the list most."""
    workspace = current_workspace()
    try:
        asked = workspace.parse(_json_body())
    except Rejected as refusal:
        return _refused(refusal)
    return _json(trade_off_document(next_pair(asked, workspace.market)))


@blueprint.get("/openapi.json")
def openapi() -> Response:
    workspace = current_workspace()
    address = workspace.settings.base_url or "/"
    return _json(openapi_document(workspace.registry, workspace.vocabulary, address))


def _json_body() -> bytes:
    """The raw body, for the one parser; anything that is not called JSON is refused (415)."""
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    body = request.get_data(cache=False)
    # A body that comes in chunks is cut off at the limit without a word; what is left says so.
    if len(body) >= BODY_BYTES and request.content_length is None and request.environ["wsgi.input"].read(1):
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    g.body = body
    return body


def _refused(refusal: Rejected) -> Response:
    # In the language that the request itself asks for; Accept-Language where that cannot be read.
    speak(plain_document(g.body, ProblemList()).get("lang"))
    broken = any(problem.code in _BROKEN for problem in refusal.problems)
    status = HTTPStatus.BAD_REQUEST if broken else HTTPStatus.UNPROCESSABLE_ENTITY
    detail = gettext("The input was refused. Every problem is listed.")
    return problem_response(status, detail, refusal.problems)


def _json(document: object) -> Response:
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    return Response(text, content_type="application/json")
