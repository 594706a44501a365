"""The result under its link: page, JSON, way out, change of answers, deletion."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from web import journey
from web.asking import in_language
from web.decision_view import decision_view
from web.document import Node
from web.i18n import gettext, language
from web.kept import keep_and_show, stored_result, there
from web.loosen import loosened, read_changes
from web.result_view import result_view
from web.state import current_workspace

blueprint = Blueprint("results", __name__, url_prefix="/r")


@blueprint.get("/<token>")
def show(token: str) -> str:
    stored = stored_result(token)
    document = in_language(stored, language(), current_workspace())
    shown = Node(document)
    return render_template(
        "result.html",
        view=result_view(stored, shown, current_workspace()),
        decision=decision_view(stored, shown, current_workspace()),
    )


@blueprint.get("/<token>.json")
def document(token: str) -> Response:
    text = json.dumps(stored_result(token).document, ensure_ascii=False)
    return Response(text, content_type="application/json")


@blueprint.post("/<token>/again")
def again(token: str) -> BaseResponse:
    """Ask again with the limits of one offered way out."""
    workspace, stored = current_workspace(), stored_result(token)
    ways = Node(stored.document).nodes("relaxations")
    number = request.form.get("way", "")
    if not (number.isascii() and number.isdigit() and int(number) < len(ways)):
        abort(HTTPStatus.BAD_REQUEST)
    asked = workspace.parse(stored.request, {"lang": language()})
    changes = read_changes(ways[int(number)])
    changed = loosened(asked, changes, workspace.registry, workspace.vocabulary)
    return keep_and_show(changed, token, "again", number)


@blueprint.post("/<token>/edit")
def edit(token: str) -> BaseResponse:
    """Take the answers behind this result as a new draft, and go to the page or question to be answered."""
    workspace = current_workspace()
    asked = workspace.parse(stored_result(token).request)
    question = workspace.registry.questions.get(request.form.get("question", ""))
    page_id = question.page if question else request.form.get("page", "")
    anchor = f"question-{question.id}" if question else None
    journey.begin(asked.answers, fast=False)
    if page_id in workspace.registry.pages_by_id:
        address = url_for("buyer.page", page_id=page_id, back="check", _anchor=anchor)
        return redirect(address, HTTPStatus.SEE_OTHER)
    return redirect(url_for("buyer.check"), HTTPStatus.SEE_OTHER)


@blueprint.get("/<token>/delete")
def confirm_deletion(token: str) -> str:
    """Whoever has the link may delete what it shows, for everybody: so it is asked first."""
    there(token)
    return render_template(
        "delete.html",
        delete_address=url_for("results.delete", token=token),
        keep_address=url_for("results.show", token=token),
    )


@blueprint.post("/<token>/delete")
def delete(token: str) -> BaseResponse:
    there(token)
    current_workspace().database.results.delete(token)
    flash(gettext("The result has been deleted. Its link no longer works."))
    return redirect(url_for("buyer.start"), HTTPStatus.SEE_OTHER)
