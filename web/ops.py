"""For whoever runs the service: is the process alive, can it answer."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Blueprint, Response

from web.state import current_workspace

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    return _json(HTTPStatus.OK, {"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 when model, catalogue and database answer, else 503 with what is missing."""
    missing = current_workspace().missing()
    if missing:
        return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "not ready", "missing": missing})
    return _json(HTTPStatus.OK, {"status": "ready"})


def _json(status: HTTPStatus, document: object) -> Response:
    response = Response(json.dumps(document), status=int(status), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
