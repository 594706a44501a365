"""The way through the questionnaire, computed from the answers: no "current step" is stored anywhere."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.domain.buyer import Answer
from recommender.registry.model import Condition, Question, Registry

MISSING = "missing"
"""Stands in a condition for a question that is not answered."""

NOT_KNOWN = "unknown"
"""Given as an answer it means: not answered."""


def conditions_hold(conditions: tuple[Condition, ...], answers: Mapping[str, Answer]) -> bool:
    """Whether all conditions hold; no condition holds always."""
    return all(_holds(condition, answers.get(condition.question)) for condition in conditions)


def _holds(condition: Condition, answer: Answer | None) -> bool:
    if answer is None:
        return MISSING in condition.values
    if isinstance(answer, tuple):
        return any(item in condition.values for item in answer)
    # Compared with their type, because 1 == True in Python.
    return any(type(answer) is type(value) and answer == value for value in condition.values)


def visible_questions(
    page_id: str, answers: Mapping[str, Answer], registry: Registry
) -> tuple[Question, ...]:
    """Questions of one page that are asked after these answers; empty for an unknown page."""
    questions = registry.questions_of(page_id)
    return tuple(question for question in questions if conditions_hold(question.show_if, answers))


def path(answers: Mapping[str, Answer], registry: Registry, fast: bool) -> tuple[str, ...]:
    """Ids of the pages in order that have something to ask; on the fast path only the fast ones."""
    return tuple(
        page.id
        for page in registry.pages
        if (page.fast or not fast) and visible_questions(page.id, answers, registry)
    )


def option_ids(question: Question, registry: Registry) -> tuple[str, ...]:
    """Ids that may be chosen: the options, or the levels of ``levels_of``."""
    if question.levels_of is None:
        return tuple(option.id for option in question.options)
    attribute = registry.attributes.get(question.levels_of)
    return () if attribute is None else attribute.level_ids


def chosen_ids(answer: Answer) -> tuple[str, ...]:
    """Option ids of an answer: a yes/no answer has the options "true" and "false", a number none."""
    if isinstance(answer, tuple):
        return answer
    if isinstance(answer, bool):
        return ("true" if answer else "false",)
    return (answer,) if isinstance(answer, str) else ()
