"""One person's way through the questions: the draft behind the cookie, and which page comes next.

Nothing but the draft's id, the length of the path and the CSRF token is in the (signed) cookie. Where the
person stands is never stored: the path is computed from the answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import session

from recommender.domain.buyer import Answer
from recommender.registry.model import Registry
from recommender.registry.path import path, visible_questions
from web.forms import Answers
from web.state import current_workspace

_DRAFT = "draft"
_FAST = "fast"


@dataclass(frozen=True, slots=True)
class Journey:
    """``lost``: the cookie names a draft that has expired, was deleted or is damaged: its answers are gone.

    ``version`` names the draft and its last change; "" without a draft.
    """

    answers: Answers
    fast: bool
    exists: bool
    lost: bool
    version: str = ""

    def pages(self, registry: Registry) -> tuple[str, ...]:
        return path(self.answers, registry, self.fast)


def current() -> Journey:
    """The journey of this session. Reads only."""
    draft_id = session.get(_DRAFT)
    fast = bool(session.get(_FAST, False))
    draft = current_workspace().database.drafts.load(draft_id) if isinstance(draft_id, str) else None
    if draft is None:
        return Journey({}, fast, exists=False, lost=draft_id is not None)
    version = f"{draft.draft_id} {draft.updated_at.isoformat()}"
    return Journey(draft.answers, fast, exists=True, lost=False, version=version)


def begin(answers: Mapping[str, Answer | None], *, fast: bool) -> None:
    """Start a new draft and forget the one before."""
    drafts = current_workspace().database.drafts
    before = session.get(_DRAFT)
    _enter(drafts.create(answers), fast=fast)
    if isinstance(before, str):
        drafts.delete(before)


def save(answers: Mapping[str, Answer | None]) -> Journey:
    """Merge one page into the draft; a draft that is missing or gone begins anew with this page."""
    drafts = current_workspace().database.drafts
    draft_id = session.get(_DRAFT)
    saved = drafts.save_page(draft_id, answers) if isinstance(draft_id, str) else None
    # The cookie lives as long as the draft: from the last saved page on.
    session.modified = True
    if saved is None:
        _enter(drafts.create(answers), fast=bool(session.get(_FAST, False)))
    return current()


def lengthen() -> None:
    """Go on from the fast path to all pages."""
    session[_FAST] = False


def let_go() -> None:
    """Forget which draft it was, without writing to the database."""
    session.pop(_DRAFT, None)


def forget() -> None:
    """Delete the draft."""
    draft_id = session.pop(_DRAFT, None)
    if isinstance(draft_id, str):
        current_workspace().database.drafts.delete(draft_id)


def shown_ids(page_id: str, answers: Answers, registry: Registry) -> tuple[str, ...]:
    return tuple(question.id for question in visible_questions(page_id, answers, registry))


def page_after(page_id: str, journey: Journey, registry: Registry) -> str | None:
    """The next page of the path; None (also for a page off the path) = the answers are to be checked."""
    pages = journey.pages(registry)
    if page_id not in pages or page_id == pages[-1]:
        return None
    return pages[pages.index(page_id) + 1]


def page_before(page_id: str, journey: Journey, registry: Registry) -> str | None:
    """The page before; None = the start."""
    pages = journey.pages(registry)
    if page_id not in pages or page_id == pages[0]:
        return None
    return pages[pages.index(page_id) - 1]


def new_page(before: Journey, after: Journey, registry: Registry) -> str | None:
    """The first page that an answer has added to the path."""
    known = before.pages(registry)
    return next((page for page in after.pages(registry) if page not in known), None)


def first_open_page(journey: Journey, registry: Registry) -> str | None:
    """The first page of the path without an answer."""
    for page in journey.pages(registry):
        if not any(question.id in journey.answers for question in registry.questions_of(page)):
            return page
    return None


def _enter(draft_id: str, *, fast: bool) -> None:
    session.permanent = True
    session[_DRAFT] = draft_id
    session[_FAST] = fast
