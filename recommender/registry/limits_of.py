"""The limits that answers make: exactly those that the registry's rules state, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from recommender.domain.buyer import Answer
from recommender.domain.limits import Limit, LimitValue
from recommender.registry.model import LimitRule, Question, Registry
from recommender.registry.path import chosen_ids, conditions_hold


def answer_limits(answers: Mapping[str, Answer], registry: Registry) -> tuple[Limit, ...]:
    """Limits of canonical answers in the registry's order; ``source`` is the question, ``fixed`` false.

    Limits that the request states directly are not among them.
    """
    return tuple(
        limit
        for question in registry.questions.values()
        if question.id in answers
        for limit in _limits(question, answers[question.id], answers)
    )


def _limits(question: Question, answer: Answer, answers: Mapping[str, Answer]) -> Iterator[Limit]:
    for rule in _rules(question, answer):
        if conditions_hold(rule.when, answers):
            value = _value(rule, answer)
            if value is not None:
                yield Limit(rule.attribute, rule.op, value, source=question.id)


def _rules(question: Question, answer: Answer) -> Iterator[LimitRule]:
    """Rules of the question, then those of the options chosen."""
    yield from question.limits
    for option in question.options:
        if option.limit is not None and option.id in chosen_ids(answer):
            yield option.limit


def _value(rule: LimitRule, answer: Answer) -> LimitValue | None:
    if rule.value is not None:
        return rule.value
    if isinstance(answer, bool):
        # "No" to a wish is no wish for the opposite.
        return True if answer else None
    if isinstance(answer, (int, float)):
        return _percent(answer, rule.percent)
    return answer


def _percent(number: int | float, percent: int) -> int | float:
    """Exact for integers: 110 % of 200001 is 220001.1 and of 200000 the integer 220000."""
    product = number * percent
    if isinstance(product, int) and product % 100 == 0:
        return product // 100
    return product / 100
