"""Every error is answered in the manner of the door: a page to a person, problem+json to a program."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Sequence
from http import HTTPStatus

from flask import Flask, Response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import (
    Gone,
    HTTPException,
    InternalServerError,
    RequestEntityTooLarge,
    ServiceUnavailable,
)

from recommender.domain.errors import Problem, Rejected
from recommender.registry.messages import problem_document
from recommender.workspace import DatabaseError
from web.i18n import gettext, language
from web.state import current_workspace

log = logging.getLogger("web")
RETRY_SECONDS = 5
_DRAIN_BYTES = 32_000_000
_CHUNK_BYTES = 65_536


class DamagedResult(Gone):
    """The link is good, but what it held can no longer be read."""


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Rejected, rejected)
    app.register_error_handler(DatabaseError, database_away)
    app.register_error_handler(Exception, _fault)


def wants_json() -> bool:
    """True for the doors of programs: the API and every address that ends in .json."""
    return request.path.startswith("/api/") or request.path.endswith(".json")


def problem_response(
    status: HTTPStatus, detail: str, problems: Sequence[Problem] = (), lang: str | None = None
) -> Response:
    """RFC 9457 problem document; ``errors`` names every fault with place and remedy."""
    registry = current_workspace().registry
    document = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
        "errors": [problem_document(problem, registry, lang or language()) for problem in problems],
    }
    text = json.dumps(document, ensure_ascii=False)
    return Response(text, status=int(status), content_type="application/problem+json")


def rejected(refusal: Rejected) -> Response:
    """Input that no page of its own redisplays: 422 with all problems."""
    detail = gettext("The input was refused. Every problem is listed.")
    if wants_json():
        return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, detail, refusal.problems)
    registry = current_workspace().registry
    documents = [problem_document(problem, registry, language()) for problem in refusal.problems]
    lines = [f"{d['message']} {d['remedy']}".strip() for d in documents]
    return _page(HTTPStatus.UNPROCESSABLE_ENTITY, gettext("This cannot be used"), detail, lines)


def database_away(error: DatabaseError) -> Response:
    """503: nothing was changed, trying again may help."""
    log.error("database %s %s", error.problem.code, request.url_rule)
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title, detail = _words(status, ServiceUnavailable())
    response = (
        problem_response(status, detail, [error.problem])
        if wants_json()
        else _page(status, title, detail, [])
    )
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def http(error: HTTPException) -> Response:
    """The answer to an HTTP error, with its headers (Allow, Retry-After) kept."""
    if error.code is None or error.code < 400:
        return Response(
            error.get_response().get_data(), status=error.code, headers=error.get_response().headers
        )
    if isinstance(error, InternalServerError) and (cause := error.original_exception) is not None:
        # Raised outside of a view: by another handler, before or after the request.
        return database_away(cause) if isinstance(cause, DatabaseError) else _fault(cause)
    if isinstance(error, RequestEntityTooLarge):
        _drain()
    status = HTTPStatus(error.code)
    title, detail = _words(status, error)
    response = problem_response(status, detail) if wants_json() else _page(status, title, detail, [])
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _fault(error: BaseException) -> Response:
    """A fault of ours: the log has the trace under an id, the person has the id."""
    reference = secrets.token_hex(6)
    log.error("fault %s %s %s", reference, request.method, request.url_rule, exc_info=error)
    detail = gettext(
        "This is a fault of ours, not of your input. Please try again later. Reference: {id}"
    ).format(id=reference)
    if wants_json():
        return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR, gettext("Something went wrong"), detail, [])


def _page(status: HTTPStatus, title: str, detail: str, lines: Sequence[str]) -> Response:
    return Response(
        render_template("error.html", title=title, detail=detail, lines=lines, status=int(status)),
        status=int(status),
        content_type="text/html; charset=utf-8",
    )


def _words(status: HTTPStatus, error: HTTPException) -> tuple[str, str]:
    if isinstance(error, CSRFError):
        return expired_form_words()
    if isinstance(error, DamagedResult):
        return (
            gettext("This result is damaged"),
            gettext(
                "What was kept under this link can no longer be read. "
                "Answer the questions again for a new one."
            ),
        )
    words = {
        HTTPStatus.BAD_REQUEST: (
            gettext("The request is damaged"),
            gettext("Go back, reload and try again."),
        ),
        HTTPStatus.NOT_FOUND: (
            gettext("There is no such page"),
            gettext("Check the address. /openapi.json lists what there is.")
            if request.path.startswith("/api/")
            else gettext("Check the address. A result link has 22 characters after /r/."),
        ),
        HTTPStatus.METHOD_NOT_ALLOWED: (
            gettext("This address does not take that method"),
            gettext("The header Allow names the methods that it takes."),
        ),
        HTTPStatus.GONE: (
            gettext("This result has expired"),
            gettext("Results are kept for a limited time. Answer the questions again for a new one."),
        ),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
            gettext("Too much was sent"),
            gettext("At most 1 MB is read. Send less."),
        ),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (
            gettext("This kind of content is not read here"),
            gettext("Send JSON with the header Content-Type: application/json."),
        ),
        HTTPStatus.TOO_MANY_REQUESTS: (
            gettext("Too many requests"),
            gettext("Wait a minute and try again. The header Retry-After names the seconds."),
        ),
        HTTPStatus.SERVICE_UNAVAILABLE: (
            gettext("Not available at the moment"),
            gettext("Nothing that you entered is lost. Please try again in a few seconds."),
        ),
    }
    return words.get(status, (status.phrase, error.description or status.phrase))


def expired_form_words() -> tuple[str, str]:
    return (
        gettext("This form has expired"),
        gettext("The form has expired, nothing was saved yet. Send it once more; this site needs cookies."),
    )


def _drain() -> None:
    """Read the rest of a refused body, within bounds.

    A server that answers and closes while bytes are still coming resets the connection, and the sender never
    sees the answer.
    """
    stream = request.environ["wsgi.input"]
    # Without a length the body comes in chunks; then only a server that marks its end may be read to it.
    endless = _DRAIN_BYTES if request.environ.get("wsgi.input_terminated") else 0
    left = min(request.content_length or endless, _DRAIN_BYTES)
    while left > 0 and (chunk := stream.read(min(left, _CHUNK_BYTES))):
        left -= len(chunk)
