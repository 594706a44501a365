"""The pages about single cars of a result: why, compared, configured, adjusted, and what leads on from it."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from recommender.domain.buyer import Request
from recommender.domain.errors import Problem, Rejected
from recommender.services.compare import Comparison, compare
from recommender.services.configure import configure
from recommender.services.explain import Explained, explain
from recommender.services.next_answers import next_answers
from recommender.workspace import StoredResult, Workspace
from web.compare_view import compare_view
from web.configure_view import configure_view
from web.critique_view import adjust_view, with_limits
from web.document import Node
from web.i18n import language
from web.kept import keep_and_show, stored_result
from web.loosen import Change, loosened
from web.next_view import next_view
from web.state import current_workspace
from web.why_view import why_view

blueprint = Blueprint("decision", __name__, url_prefix="/r")
Page = str | tuple[str, int]
_CRITIQUES = 8


@blueprint.get("/<token>/why")
def why(token: str) -> Page:
    """Why this car has its place, or why not another; cars are found by name."""
    stored, workspace = stored_result(token), current_workspace()
    config_id = request.args.get("config", "")
    found: Explained | None = None
    problems: tuple[Problem, ...] = ()
    if config_id:
        try:
            found = explain(_asked(stored, workspace), workspace.market, config_id)
        except Rejected as refusal:
            problems = refusal.problems
    view = why_view(stored, found, request.args.get("q", ""), problems, workspace)
    return render_template("why.html", view=view), _status(problems)


@blueprint.get("/<token>/compare")
def compare_cars(token: str) -> Page:
    """Two to four cars side by side; with fewer or more the page says so and lets choose again."""
    stored, workspace = stored_result(token), current_workspace()
    config_ids = request.args.getlist("config")
    found: Comparison | None = None
    problems: tuple[Problem, ...] = ()
    try:
        found = compare(_asked(stored, workspace), workspace.market, config_ids)
    except Rejected as refusal:
        problems = refusal.problems
    view = compare_view(stored, found, config_ids, problems, workspace)
    return render_template("compare.html", view=view), _status(problems)


@blueprint.get("/<token>/configure/<trim_id>")
def configure_car(token: str, trim_id: str) -> str:
    """One trim, option by option."""
    stored, workspace = stored_result(token), current_workspace()
    row = workspace.market.catalogue.trim_index.get(trim_id)
    if row is None:
        abort(HTTPStatus.NOT_FOUND)
    found = configure(_asked(stored, workspace), workspace.market, trim_id)
    return render_template("configure.html", view=configure_view(stored, found, row, workspace))


@blueprint.get("/<token>/next")
def next_questions(token: str) -> str:
    """Which answer would change the first three. A ranking per answer tried, so it has a page of its own."""
    stored, workspace = stored_result(token), current_workspace()
    found = next_answers(_asked(stored, workspace), workspace.market)
    return render_template("next.html", view=next_view(stored, found, workspace))


@blueprint.get("/<token>/adjust")
def adjust_car(token: str) -> str:
    """Critiques of one car, each one click away from a new result."""
    stored, workspace = stored_result(token), current_workspace()
    config_id = request.args.get("config", "")
    view = adjust_view(stored, _asked(stored, workspace), config_id, workspace, _CRITIQUES)
    return render_template("adjust.html", view=view)


@blueprint.post("/<token>/adjust")
def adjust(token: str) -> BaseResponse:
    """Ask again with the limits of one critique; the undo of it is the former result."""
    stored, workspace = stored_result(token), current_workspace()
    posted = request.form.get("limits", "")
    changed = with_limits(_asked(stored, workspace), posted, workspace)
    return keep_and_show(changed, token, "adjust", posted)


@blueprint.post("/<token>/further")
def further(token: str) -> BaseResponse:
    """Ask again with the budget of one near miss."""
    stored, workspace = stored_result(token), current_workspace()
    steps = Node(stored.document).nodes("frontier")
    number = request.form.get("step", "")
    if not (number.isascii() and number.isdigit() and int(number) < len(steps)):
        abort(HTTPStatus.BAD_REQUEST)
    step = steps[int(number)]
    change = Change(step.text("attribute"), "at_most", step.whole("to"), accept_unknown=False)
    asked = _asked(stored, workspace)
    changed = loosened(asked, [change], workspace.registry, workspace.vocabulary)
    return keep_and_show(changed, token, "further", number)


@blueprint.post("/<token>/anew")
def anew(token: str) -> BaseResponse:
    """Ask the same on today's catalogue, model and date."""
    stored, workspace = stored_result(token), current_workspace()
    today = {"lang": language(), "date": workspace.today()}
    known = {**stored.request, "trade_offs": _trade_offs_left(stored, workspace)}
    return keep_and_show(workspace.parse(known, today), token, "anew", str(today["date"]))


def _asked(stored: StoredResult, workspace: Workspace) -> Request:
    """The request behind a result, in the reader's language. Raises Rejected when the catalogue has lost what
    it names."""
    return workspace.parse(stored.request, {"lang": language()})


def _trade_offs_left(stored: StoredResult, workspace: Workspace) -> list[object]:
    """The trade-offs whose cars the catalogue still has; the others say nothing any more."""
    row_of = workspace.market.row_of
    given = stored.request.get("trade_offs")
    nodes = Node(stored.request).nodes("trade_offs") if isinstance(given, list) else ()
    return [dict(node.values) for node in nodes if all(shown in row_of for shown in node.words("shown"))]


def _status(problems: tuple[Problem, ...]) -> int:
    return int(HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK)
