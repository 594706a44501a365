"""Which answers would change the first three: one sentence each, and the way to its question."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from recommender.services.next_answers import NextAnswer
from recommender.workspace import StoredResult, Workspace
from web.i18n import language


@dataclass(frozen=True, slots=True)
class LineView:
    """``question``: its id, what the button posts; ``words``: as it is asked."""

    question: str
    words: str
    text: str


@dataclass(frozen=True, slots=True)
class NextView:
    lines: tuple[LineView, ...]
    edit_address: str
    back_address: str


def next_view(stored: StoredResult, found: tuple[NextAnswer, ...], workspace: Workspace) -> NextView:
    questions, lang = workspace.registry.questions, language()
    return NextView(
        lines=tuple(
            LineView(one.question, questions[one.question].text.get(lang), one.text) for one in found
        ),
        edit_address=url_for("results.edit", token=stored.token),
        back_address=url_for("results.show", token=stored.token),
    )
