"""Re-asking with changed limits: a relaxation is applied to the answers that made the limits.

Limits follow from answers, so an offered way out becomes a changed answer: the nearest one whose limits admit
what was offered and leave all other limits alone. Nothing here knows a question or an attribute by name.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from recommender.domain.buyer import Answer, Request
from recommender.domain.errors import Rejected
from recommender.domain.limits import Limit, LimitValue, Op
from recommender.registry.answers import parse_answer
from recommender.registry.limits_of import answer_limits
from recommender.registry.model import Question, Registry
from recommender.registry.vocabulary import Vocabulary
from web.document import Node

Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Change:
    """One changed limit of a result document; ``to`` None with ``accept_unknown``."""

    attribute: str
    op: str
    to: LimitValue | None
    accept_unknown: bool


def read_changes(way: Node) -> tuple[Change, ...]:
    """The changes of one item of ``relaxations``."""
    return tuple(
        Change(
            node.text("attribute"),
            node.text("limit"),
            _limit_value(node.values.get("to")),
            node.flag("accept_unknown"),
        )
        for node in way.nodes("changes")
    )


def loosened(asked: Request, changes: Sequence[Change], registry: Registry, words: Vocabulary) -> Request:
    """The request whose limits admit what the changes offer."""
    for change in changes:
        if change.accept_unknown:
            asked = replace(asked, unknown="mark")
        else:
            asked = replace(
                asked,
                limits=tuple(_loosened_limit(limit, change) for limit in asked.limits),
                answers=_loosened_answers(asked.answers, change, registry, words),
            )
    return asked


def _loosened_limit(limit: Limit, change: Change) -> Limit:
    if (limit.attribute, limit.op) != (change.attribute, change.op) or change.to is None:
        return limit
    return replace(limit, value=change.to)


def _loosened_answers(answers: Answers, change: Change, registry: Registry, words: Vocabulary) -> Answers:
    for limit in answer_limits(answers, registry):
        if (limit.attribute, limit.op) == (change.attribute, change.op):
            question = registry.questions[limit.source]
            answers = _first_that_admits(answers, question, change, registry, words)
    return answers


def _first_that_admits(
    answers: Answers, question: Question, change: Change, registry: Registry, words: Vocabulary
) -> Answers:
    others = _limits_but(answers, change, registry)
    for offered in _candidates(answers, question, change, registry, words):
        # An answer to a follow-up that was not asked before would now make a limit of its own.
        woken = {limit.source for limit in _limits_but(offered, change, registry) - others}
        candidate = {key: value for key, value in offered.items() if key not in woken - {question.id}}
        if _limits_but(candidate, change, registry) == others and _admits(candidate, change, registry):
            return candidate
    return {key: value for key, value in answers.items() if key != question.id}


def _limits_but(answers: Answers, change: Change, registry: Registry) -> set[Limit]:
    return {
        limit
        for limit in answer_limits(answers, registry)
        if (limit.attribute, limit.op) != (change.attribute, change.op)
    }


def _admits(answers: Answers, change: Change, registry: Registry) -> bool:
    """Whether every limit of this kind that is left lets the offered value pass."""
    left = [
        limit
        for limit in answer_limits(answers, registry)
        if (limit.attribute, limit.op) == (change.attribute, change.op)
    ]
    order = registry.attributes[change.attribute].level_ids
    return all(_passes(limit.value, cast(Op, change.op), change.to, order) for limit in left)


def _passes(value: LimitValue, op: Op, to: LimitValue | None, order: Sequence[str]) -> bool:
    if op == "one_of":
        return set(_members(value)) >= set(_members(to))
    if op == "none_of":
        return set(_members(value)) <= set(_members(to))
    if op == "is":
        return False
    bound, offered = _position(value, order), _position(to, order)
    return bound <= offered if op == "at_least" else bound >= offered


def _candidates(
    answers: Answers, question: Question, change: Change, registry: Registry, words: Vocabulary
) -> Iterator[Answers]:
    """Answers in order of preference: as offered, the neighbouring option, fewer items, a weaker "must"."""
    for value in _values(answers[question.id], question, change):
        try:
            parsed = parse_answer(question, value, registry, words)
        except Rejected:
            continue  # not an answer to this question: the next candidate is tried
        if parsed is not None:
            yield {**answers, question.id: parsed}
    for rule in question.limits:
        for condition in rule.when:
            if rule.attribute == change.attribute and condition.question in answers:
                yield {key: value for key, value in answers.items() if key != condition.question}


def _values(answer: Answer, question: Question, change: Change) -> Iterator[object]:
    if isinstance(change.to, int | float) and not isinstance(change.to, bool):
        # The strictest that admits the offer comes first: "about 100,000" already allows 110,000.
        exact = [float(change.to) * 100 / rule.percent for rule in question.limits]
        if change.op == "at_most":
            yield from sorted({math.ceil(number) for number in exact})
        else:
            yield from sorted({math.floor(number) for number in exact}, reverse=True)
    elif change.to is not None:
        yield list(change.to) if isinstance(change.to, tuple) else change.to
    if isinstance(answer, tuple):
        yield [item for item in answer if not _makes_limit(question, item, change)] or None
    elif isinstance(answer, str):
        ids = [option.id for option in question.options]
        place = ids.index(answer) if answer in ids else 0
        yield from sorted((i for i in ids if i != answer), key=lambda i: abs(ids.index(i) - place))


def _makes_limit(question: Question, item: str, change: Change) -> bool:
    option = question.option(item)
    return option is not None and option.limit is not None and option.limit.attribute == change.attribute


def _members(value: LimitValue | None) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return () if value is None else (str(value),)


def _position(value: LimitValue | None, order: Sequence[str]) -> float:
    if isinstance(value, str):
        return float(order.index(value)) if value in order else math.nan
    return float(value) if isinstance(value, int | float) else math.nan


def _limit_value(value: object) -> LimitValue | None:
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    return value if isinstance(value, int | float | bool | str) else None
