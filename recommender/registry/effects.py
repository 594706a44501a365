"""What answers move: likelihood ratios of segments, shifts and factors of part-worths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from recommender.domain.buyer import Answer
from recommender.registry.model import Band, Effect, Question, Registry
from recommender.registry.path import chosen_ids, option_ids

_NOTHING = Effect()


class FiredEffect(NamedTuple):
    """``key``: option id, chosen item, or the band of a number as ``low..high`` (open ends empty)."""

    question_id: str
    key: str
    effect: Effect


def effects_of(answers: Mapping[str, Answer], registry: Registry) -> tuple[FiredEffect, ...]:
    """Everything that the answers move, in the registry's order.

    Numbers have one entry for every band that holds them, chosen items one each. Answers to questions that
    are hidden by now still count.
    """
    return tuple(
        FiredEffect(question.id, key, effect)
        for question in registry.questions.values()
        if question.id in answers
        for key, effect in _effects(question, answers[question.id])
        if effect != _NOTHING
    )


def possible_effects(registry: Registry) -> tuple[FiredEffect, ...]:
    """The effect of every answer that the registry can list, each once (brands are the catalogue's)."""
    return tuple(
        FiredEffect(question.id, key, effect)
        for question in registry.questions.values()
        for key, effect in (
            *((_band_key(band), band.effect) for band in question.bands),
            *((item, item_effect(question, item)) for item in option_ids(question, registry)),
        )
        if effect != _NOTHING
    )


def _effects(question: Question, answer: Answer) -> Iterator[tuple[str, Effect]]:
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        for band in question.bands:
            if _in_band(answer, band):
                yield _band_key(band), band.effect
    for item in chosen_ids(answer):
        yield item, item_effect(question, item)


def _in_band(number: int | float, band: Band) -> bool:
    above = band.at_least is None or number >= band.at_least
    return above and (band.at_most is None or number <= band.at_most)


def _band_key(band: Band) -> str:
    low, high = ("" if bound is None else f"{bound:g}" for bound in (band.at_least, band.at_most))
    return f"{low}..{high}"


def item_effect(question: Question, item: str) -> Effect:
    """Effect of one chosen item: of its option, and of ``per_item`` with "{item}" replaced, together."""
    option = question.option(item)
    own = _NOTHING if option is None else option.effect
    template = question.per_item
    if template is None:
        return own

    def resolved(values: Mapping[str, float]) -> dict[str, float]:
        return {key.replace("{item}", item): value for key, value in values.items()}

    return Effect(
        segments=_joined_factors(own.segments, resolved(template.segments)),
        part_worths=_joined_shifts(own.part_worths, resolved(template.part_worths)),
        multiply=_joined_factors(own.multiply, resolved(template.multiply)),
    )


def _joined_factors(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    return {key: first.get(key, 1.0) * second.get(key, 1.0) for key in (*first, *second)}


def _joined_shifts(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    return {key: first.get(key, 0.0) + second.get(key, 0.0) for key in (*first, *second)}
