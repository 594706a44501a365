"""View-model of the page on which the answers are checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from recommender.domain.buyer import Answer
from recommender.domain.errors import Problem
from recommender.registry.answers import Vocabulary
from recommender.registry.model import Question, Registry
from web import forms, journey
from web.asking import new_once
from web.forms import ErrorView
from web.i18n import gettext, language
from web.state import current_workspace


@dataclass(frozen=True, slots=True)
class RowView:
    target: str
    question: str
    answer: str
    answered: bool
    address: str
    change_label: str


@dataclass(frozen=True, slots=True)
class SectionView:
    title: str
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class CheckView:
    title: str
    sections: tuple[SectionView, ...]
    errors: tuple[ErrorView, ...]
    answered: int
    once: str
    """Makes this form one of its kind: sent twice it gives one result."""
    more_pages: int
    """Pages of the whole path that the short one leaves out."""


def check_view(trip: journey.Journey, problems: Sequence[Problem]) -> CheckView:
    workspace = current_workspace()
    registry = workspace.registry
    pages = list(trip.pages(registry))
    pages += [p.id for p in registry.pages if p.id not in pages and _any_answer(p.id, trip, registry)]
    sections = tuple(_section(page, trip, registry, workspace.vocabulary) for page in pages)
    errors = tuple(
        ErrorView(f"row-{forms.question_of(problem)}", forms.problem_text(problem, registry))
        for problem in problems
    )
    heading = gettext("Check your answers")
    return CheckView(
        title=gettext("Error: {heading}").format(heading=heading) if errors else heading,
        sections=sections,
        errors=errors,
        answered=len(trip.answers),
        once=new_once(),
        more_pages=len(registry.pages) - len(pages) if trip.fast else 0,
    )


def answer_words(question: Question, answer: Answer | None, registry: Registry, words: Vocabulary) -> str:
    """An answer as the person reads it."""
    if answer is None:
        return gettext("Not answered")
    typed = forms.typed_of(question, answer, words)
    labels = forms.labels_of(question, registry, words)
    separator = "、" if language() == "zh" else ", "
    text = separator.join(labels.get(value, value) for value in typed)
    if question.kind in ("integer", "number") and isinstance(answer, int | float):
        return f"{answer:,} {forms.unit_word(question.unit)}".strip()
    return text


def _any_answer(page_id: str, trip: journey.Journey, registry: Registry) -> bool:
    return any(question.id in trip.answers for question in registry.questions_of(page_id))


def _section(page_id: str, trip: journey.Journey, registry: Registry, words: Vocabulary) -> SectionView:
    shown = journey.shown_ids(page_id, trip.answers, registry)
    title = registry.pages_by_id[page_id].title.get(language())
    rows = [
        _row(question, trip.answers.get(question.id), registry, words)
        for question in registry.questions_of(page_id)
        if question.id in shown or question.id in trip.answers
    ]
    return SectionView(title, tuple(rows))


def _row(question: Question, answer: Answer | None, registry: Registry, words: Vocabulary) -> RowView:
    text = question.text.get(language())
    return RowView(
        target=f"row-{question.id}",
        question=text,
        answer=answer_words(question, answer, registry, words),
        answered=answer is not None,
        address=url_for("buyer.page", page_id=question.page, _anchor=f"question-{question.id}", back="check"),
        change_label=gettext("Change: {question}").format(question=text),
    )
