"""The buyer's pages from the start to the checked answers."""

from __future__ import annotations

from http import HTTPStatus

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from recommender.domain.buyer import Answer
from recommender.domain.errors import Rejected
from recommender.workspace import DatabaseError
from web import errors, forms, journey
from web.about_view import about_view
from web.asking import recommend_and_keep, repeatable_token
from web.check_view import check_view
from web.i18n import gettext, language
from web.page_view import page_view, start_view
from web.state import current_workspace

blueprint = Blueprint("buyer", __name__)
_ACTIONS = ("next", "back", "skip")


@blueprint.get("/")
def start() -> str:
    workspace = current_workspace()
    return render_template("start.html", view=start_view(workspace, journey.current()))


@blueprint.post("/")
def begin() -> BaseResponse:
    """Start anew, or go on from the short path to all pages."""
    registry = current_workspace().registry
    if request.form.get("path") == "more":
        journey.lengthen()
        page = journey.first_open_page(journey.current(), registry)
        return _to_page(page) if page else _to_check()
    journey.begin({}, fast=request.form.get("path") == "fast")
    return _to_page(journey.current().pages(registry)[0])


@blueprint.post("/forget")
def forget() -> BaseResponse:
    journey.forget()
    flash(gettext("Your answers have been deleted."))
    return redirect(url_for("buyer.start"), HTTPStatus.SEE_OTHER)


@blueprint.get("/find/<page_id>")
def page(page_id: str) -> str:
    _known(page_id)
    trip = journey.current()
    _say_lost(trip)
    return render_template("page.html", view=page_view(page_id, trip, None, checking=_checking()))


@blueprint.post("/find/<page_id>")
def answer(page_id: str) -> BaseResponse | tuple[str, int]:
    """Save or skip a page, then go where the answers lead."""
    _known(page_id)
    action = request.form.get("action", "next")
    if action not in _ACTIONS:
        abort(HTTPStatus.BAD_REQUEST)
    before = journey.current()
    if before.lost:
        flash(_lost_words())
    registry = current_workspace().registry
    if action == "skip":
        after = journey.save({question.id: None for question in registry.questions_of(page_id)})
        return _onward(page_id, before, after)
    reading = _read(page_id, before, request.form)
    if action == "back":
        after = journey.save(reading.good())
        earlier = journey.page_before(page_id, after, registry)
        if _checking():
            return _to_check()
        return _to_page(earlier) if earlier else redirect(url_for("buyer.start"), HTTPStatus.SEE_OTHER)
    if reading.problems:
        view = page_view(page_id, before, reading, checking=_checking())
        return render_template("page.html", view=view), HTTPStatus.UNPROCESSABLE_ENTITY
    asked = journey.shown_ids(page_id, before.answers, registry)
    after = journey.save(_without_hidden(page_id, before, reading))
    revealed = [
        question_id
        for question_id in journey.shown_ids(page_id, after.answers, registry)
        if question_id not in asked and question_id not in request.form
    ]
    if revealed:
        return _to_page(page_id, anchor=f"question-{revealed[0]}")
    return _onward(page_id, before, after)


@blueprint.get("/check")
def check() -> str:
    trip = journey.current()
    _say_lost(trip)
    return render_template("check.html", view=check_view(trip, ()))


@blueprint.post("/check")
def finish() -> BaseResponse | tuple[str, int]:
    """Recommend, keep the result, go to it. Answers that do not hold together are named on the page."""
    trip = journey.current()
    if trip.lost:
        return _to_check()
    workspace = current_workspace()
    raw = {"answers": forms.answers_document(trip.answers), "lang": language()}
    try:
        asked = workspace.parse(raw)
    except Rejected as refusal:
        view = check_view(trip, refusal.problems)
        return render_template("check.html", view=view), HTTPStatus.UNPROCESSABLE_ENTITY
    token = recommend_and_keep(asked, workspace, _token_of_form(trip))
    return redirect(url_for("results.show", token=token), HTTPStatus.SEE_OTHER)


def _token_of_form(trip: journey.Journey) -> str | None:
    """Sent twice, a form leads to one result; a new form or changed answers lead to a new one."""
    once = request.form.get("once", "")
    if not once:
        return None
    return repeatable_token(str(current_app.secret_key), "check", trip.version, once)


@blueprint.get("/about")
def about() -> str:
    return render_template("about.html", view=about_view(current_workspace()))


@blueprint.errorhandler(CSRFError)
def expired_form(error: CSRFError) -> BaseResponse | tuple[str, int]:
    """A question page whose token is missing or old is shown again with all that was typed."""
    page_id = (request.view_args or {}).get("page_id", "")
    if page_id not in current_workspace().registry.pages_by_id:
        return errors.http(error)
    _, message = errors.expired_form_words()
    try:
        trip = journey.current()
    except DatabaseError as away:
        # What a handler raises no handler sees.
        return database_away(away)
    return _redisplay(page_id, trip, message), HTTPStatus.BAD_REQUEST


@blueprint.errorhandler(DatabaseError)
def database_away(error: DatabaseError) -> BaseResponse:
    """A posted page keeps what was typed while the database cannot take it."""
    page_id = (request.view_args or {}).get("page_id", "")
    if request.method != "POST" or page_id not in current_workspace().registry.pages_by_id:
        return errors.database_away(error)
    nothing = journey.Journey({}, fast=False, exists=False, lost=False)
    message = gettext("This page could not be saved at the moment. Please send it again in a few seconds.")
    response = make_response(_redisplay(page_id, nothing, message), HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = str(errors.RETRY_SECONDS)
    return response


def _say_lost(trip: journey.Journey) -> None:
    if trip.lost:
        flash(_lost_words())
        journey.let_go()


def _lost_words() -> str:
    return gettext(
        "Your earlier answers are gone: expired, deleted or no longer readable. "
        "What you send from now on is kept."
    )


def _redisplay(page_id: str, trip: journey.Journey, message: str) -> str:
    """A posted page that could not be taken, with all that was typed."""
    reading = _read(page_id, trip, request.form)
    view = page_view(page_id, trip, reading, checking=_checking(), message=message)
    return render_template("page.html", view=view)


def _read(page_id: str, trip: journey.Journey, posted: MultiDict[str, str]) -> forms.Reading:
    workspace = current_workspace()
    fields = {key: posted.getlist(key) for key in posted}
    return forms.read_page(
        page_id, fields, trip.answers, workspace.registry, workspace.vocabulary, current_workspace().today()
    )


def _without_hidden(
    page_id: str, before: journey.Journey, reading: forms.Reading
) -> dict[str, Answer | None]:
    """What the page says; a follow-up question that these answers no longer ask counts as not answered."""
    registry = current_workspace().registry
    shown = journey.shown_ids(page_id, forms.merged(before.answers, reading.answers), registry)
    return {key: value if key in shown else None for key, value in reading.answers.items()}


def _onward(page_id: str, before: journey.Journey, after: journey.Journey) -> BaseResponse:
    registry = current_workspace().registry
    if _checking():
        added = journey.new_page(before, after, registry)
        return _to_page(added) if added else _to_check()
    following = journey.page_after(page_id, after, registry)
    return _to_page(following) if following else _to_check()


def _known(page_id: str) -> None:
    if page_id not in current_workspace().registry.pages_by_id:
        abort(HTTPStatus.NOT_FOUND)


def _checking() -> bool:
    return request.args.get("back") == "check"


def _to_page(page_id: str, anchor: str | None = None) -> BaseResponse:
    back = "check" if _checking() else None
    return redirect(url_for("buyer.page", page_id=page_id, _anchor=anchor, back=back), HTTPStatus.SEE_OTHER)


def _to_check() -> BaseResponse:
    return redirect(url_for("buyer.check"), HTTPStatus.SEE_OTHER)
