"""Which of these two? One real choice at a time, each answer a new result; any may be passed over."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, current_app, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from recommender.domain.buyer import Request
from recommender.registry.answers import request_document
from recommender.services.field_choices import field_choice
from recommender.services.trade_offs import next_pair
from recommender.workspace import StoredResult, Workspace
from web.asking import repeatable_token
from web.i18n import language
from web.kept import keep_and_show, stored_result
from web.state import current_workspace
from web.which_view import NEITHER, passed_pairs, which_view

blueprint = Blueprint("which", __name__, url_prefix="/r")


@blueprint.get("/<token>/which")
def ask(token: str) -> str:
    """The next two cars, or why there are none."""
    stored, workspace = stored_result(token), current_workspace()
    passed = passed_pairs(request.args.getlist("passed"))
    found = next_pair(_asked(stored, workspace), workspace.market, passed=passed)
    return render_template("which.html", view=which_view(stored, found, passed, workspace))


@blueprint.post("/<token>/which")
def answer(token: str) -> BaseResponse:
    """Ask again with one choice more; with the box ticked the choice alone is kept for learning."""
    stored, workspace = stored_result(token), current_workspace()
    shown, chosen = request.form.getlist("shown"), request.form.get("chosen", "")
    if chosen != NEITHER and chosen not in shown:
        abort(HTTPStatus.BAD_REQUEST)
    made = {"shown": shown, "chosen": None if chosen == NEITHER else chosen}
    before = request_document(_asked(stored, workspace))
    known = before["trade_offs"]
    changed = workspace.parse({**before, "trade_offs": [*(known if isinstance(known, list) else []), made]})
    if request.form.get("keep") == "yes":
        _keep(changed, token, workspace)
    return keep_and_show(changed, token, "which", *shown, chosen)


def _keep(changed: Request, token: str, workspace: Workspace) -> None:
    once = request.form.get("once", "")
    # from the form's random word by a key that nobody has: the same for this form, no way back to the result
    key = repeatable_token(str(current_app.secret_key), "kept choice", token, once) if once else None
    choice = field_choice(changed, changed.trade_offs[-1], workspace.market, workspace.today())
    workspace.database.field_choices.keep(choice, key)


def _asked(stored: StoredResult, workspace: Workspace) -> Request:
    return workspace.parse(stored.request, {"lang": language()})
