"""View-models of the start and of a question page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from recommender.registry.model import Registry
from recommender.workspace import Workspace
from web import forms, journey
from web.forms import ErrorView, QuestionView, Reading
from web.i18n import gettext, language
from web.state import current_workspace


@dataclass(frozen=True, slots=True)
class StartView:
    cars: int
    lines: int
    fast_pages: int
    all_pages: int
    resumable: bool


@dataclass(frozen=True, slots=True)
class PageView:
    """``action``: where the form is posted. ``percent`` 0..100 and ``progress`` are empty off the path."""

    title: str
    heading: str
    action: str
    progress: str
    percent: int
    errors: tuple[ErrorView, ...]
    questions: tuple[QuestionView, ...]
    message: str
    next_label: str
    checking: bool


def start_view(workspace: Workspace, trip: journey.Journey) -> StartView:
    registry, catalogue = workspace.registry, workspace.market.catalogue
    on_sale = [trim for trim in catalogue.trims if trim.on_sale]
    return StartView(
        cars=len(on_sale),
        lines=len({trim.model_id for trim in on_sale}),
        fast_pages=sum(page.fast for page in registry.pages),
        all_pages=len(registry.pages),
        resumable=bool(trip.answers),
    )


def page_view(
    page_id: str, trip: journey.Journey, reading: Reading | None, *, checking: bool, message: str = ""
) -> PageView:
    workspace = current_workspace()
    registry = workspace.registry
    answers = forms.merged(trip.answers, reading.good()) if reading else trip.answers
    shown = journey.shown_ids(page_id, answers, registry)
    questions = forms.question_views(page_id, trip.answers, shown, registry, workspace.vocabulary, reading)
    errors = forms.error_views(reading.problems if reading else (), questions, registry)
    heading = registry.pages_by_id[page_id].title.get(language())
    wrong = bool(errors) or bool(message)
    progress, percent = ("", 0) if checking else _progress(page_id, trip, registry)
    return PageView(
        title=gettext("Error: {heading}").format(heading=heading) if wrong else heading,
        heading=heading,
        action=url_for("buyer.answer", page_id=page_id, back="check" if checking else None),
        progress=progress,
        percent=percent,
        errors=errors,
        questions=questions,
        message=message,
        next_label=gettext("Save") if checking else gettext("Continue"),
        checking=checking,
    )


def _progress(page_id: str, trip: journey.Journey, registry: Registry) -> tuple[str, int]:
    pages = trip.pages(registry)
    if page_id not in pages:
        return "", 0
    number = pages.index(page_id) + 1
    words = gettext("Page {number} of {total}").format(number=number, total=len(pages))
    return words, round(100 * number / len(pages))
