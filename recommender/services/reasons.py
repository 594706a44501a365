"""Reasons and drawbacks: the largest differences between a car's terms and the reference car's.

Nothing is said that is not a term of the utility. An unknown value is never quoted as a reason; the one that
costs the car most is quoted as a drawback.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.choice.artefact import Floats
from recommender.domain.recommendation import Reason, Scalar, Term
from recommender.registry.messages import format_value
from recommender.registry.model import Attribute
from recommender.services.reason_sources import sourced
from recommender.services.reference import Reference
from recommender.services.scoring import Scores

REASONS = 3
DRAWBACKS = 2
_NOTICEABLE = 0.05
"""Smaller differences of utility are not worth a sentence while larger ones exist."""
_UNKNOWN_LEVEL = "unknown"


@dataclass(frozen=True)
class Explanation:
    terms: tuple[Term, ...]
    reasons: tuple[Reason, ...]
    drawbacks: tuple[Reason, ...]
    unknown: tuple[str, ...]


def explain_row(scores: Scores, reference: Reference, row: int) -> Explanation:
    """Terms of one build and what they say, in the request's language."""
    utilities = scores.terms(np.array([row]))[0]
    values = [_value(scores, attribute, row) for attribute in scores.attributes]
    terms = tuple(
        Term(attribute, _level(value), float(utility), float(middle), source)
        for attribute, value, utility, middle, source in zip(
            scores.attributes, values, utilities, reference.terms, scores.term_sources, strict=True
        )
    )
    differences = utilities - reference.terms
    quotable = [i for i, value in enumerate(values) if value is not None]
    best = _largest(quotable, differences, utilities, REASONS)
    worst = _largest([i for i in quotable if i not in best], -differences, -utilities, DRAWBACKS)
    missing = [i for i, value in enumerate(values) if value is None and differences[i] < -_NOTICEABLE]
    worst += sorted(missing, key=lambda i: (differences[i], i))[:1]
    sentence = _Sentence(scores, reference)
    return Explanation(
        terms=terms,
        reasons=tuple(sentence.of(scores.attributes[i], values[i], differences[i], good=True) for i in best),
        drawbacks=tuple(
            sentence.of(scores.attributes[i], values[i], differences[i], good=False) for i in worst
        ),
        unknown=tuple(a for a, value in zip(scores.attributes, values, strict=True) if value is None),
    )


def _largest(candidates: list[int], differences: Floats, utilities: Floats, count: int) -> list[int]:
    """Indices of the largest positive differences; where there is none, the one that does best."""
    ranked = sorted(candidates, key=lambda i: (-differences[i], -utilities[i], i))
    chosen = [i for i in ranked if differences[i] > _NOTICEABLE][:count]
    return chosen or ranked[:1]


def _value(scores: Scores, attribute: str, row: int) -> Scalar:
    column = scores.person.columns.get(attribute)
    return None if column is None else column.value(row)


def _level(value: Scalar) -> str:
    if value is None:
        return _UNKNOWN_LEVEL
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class _Sentence:
    scores: Scores
    reference: Reference

    def of(self, attribute_id: str, value: Scalar, difference: float, *, good: bool) -> Reason:
        """``difference`` of the wrong sign: there is no better one to quote, and the sentence says so."""
        registry, lang = self.scores.market.registry, self.scores.person.request.lang
        attribute = registry.attributes[attribute_id]
        middle = self.reference.value(self.scores, attribute_id)
        message = _message(attribute, value, middle)
        if value is not None and (difference <= 0 if good else difference >= 0):
            message = "reason.best_of_none" if good else "reason.worst_of_none"
        text = registry.message(
            message,
            lang,
            phrase=_phrase(attribute, value, middle, lang, good=good),
            label=attribute.label.get(lang),
            value=format_value(attribute, value, lang, exact=False),
            reference=format_value(attribute, middle, lang, exact=False),
        )
        return sourced(Reason(attribute_id, text), self.scores)


def _message(attribute: Attribute, value: Scalar, middle: Scalar) -> str:
    if value is None:
        return "reason.unknown"
    if attribute.kind == "boolean":
        return "reason.has" if value else "reason.has_not"
    if middle is None or middle == value:
        return "reason.plain"
    return "reason.compared"


def _phrase(attribute: Attribute, value: Scalar, middle: Scalar, lang: str, *, good: bool) -> str:
    """The short words, only where they are true of the value; else the plain label."""
    words = attribute.advantage if good else attribute.drawback
    if words is None:
        return attribute.label.get(lang)
    if attribute.kind == "number" and attribute.better != "none":
        if not isinstance(value, int | float) or not isinstance(middle, int | float) or value == middle:
            return attribute.label.get(lang)
        really_better = (value > middle) == (attribute.better == "more")
        if really_better != good:
            return attribute.label.get(lang)
    return words.get(lang)
