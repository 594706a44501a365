"""Synthetic people drawn from a model: segment, answers, part-worths, choices. No real person is behind them.

Everything random comes from the generator that is passed in; the same generator gives the same people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.choice.artefact import Artefact, Floats
from recommender.domain.buyer import Answer
from recommender.registry.effects import effects_of
from recommender.registry.model import Question, Registry
from recommender.registry.path import conditions_hold, option_ids

_MOST_ITEMS = 2
"""Items that a simulated person ticks at most where several may be chosen."""
_SPAN = 5
"""Whole-number questions without bands: so many steps above the least answer."""


@dataclass(frozen=True)
class SimulatedPerson:
    """``part_worths``: float64 [K], those of the artefact's columns before the person's words move them."""

    segment: str
    answers: Mapping[str, Answer]
    part_worths: Floats


@dataclass(frozen=True)
class Interview:
    """What simulated people are asked. ``questions`` in order; ``candidates``: answers to draw from where the
    registry has none (places) or too few; each question is answered with probability ``answered``."""

    questions: tuple[str, ...]
    candidates: Mapping[str, tuple[Answer, ...]]
    answered: float = 0.8


def simulate_person(
    artefact: Artefact, registry: Registry, interview: Interview, rng: np.random.Generator
) -> SimulatedPerson:
    """One person: a segment by its prior share, answers by the segment's likelihood ratios, part-worths from
    the segment's normal distribution."""
    segment = int(rng.choice(len(artefact.segments), p=artefact.shares))
    answers: dict[str, Answer] = {}
    for question_id in interview.questions:
        question = registry.questions[question_id]
        if rng.random() < interview.answered and conditions_hold(question.show_if, answers):
            answer = _answer(question, answers, segment, artefact, registry, interview, rng)
            if answer is not None:
                answers[question_id] = answer
    noise = rng.standard_normal(len(artefact.columns))
    part_worths = artefact.means[segment] + artefact.sds[segment] * noise
    return SimulatedPerson(artefact.segments[segment], answers, part_worths)


def choose(utility: Floats, outside_utility: float | None, rng: np.random.Generator) -> int | None:
    """Logit choice: place of the alternative with the largest utility plus Gumbel noise; None = neither."""
    noisy = utility + rng.gumbel(size=len(utility))
    best = int(np.argmax(noisy))
    if outside_utility is not None and outside_utility + rng.gumbel() > noisy[best]:
        return None
    return best


def _answer(
    question: Question,
    given: Mapping[str, Answer],
    segment: int,
    artefact: Artefact,
    registry: Registry,
    interview: Interview,
    rng: np.random.Generator,
) -> Answer | None:
    several = question.kind in ("choices", "brands")
    known = interview.candidates.get(question.id) or _candidates(question, registry)
    other = given.get(question.disjoint_with or "")
    known = tuple(item for item in known if not isinstance(other, tuple) or item not in other)
    if not known:
        return None
    options: list[Answer] = [(str(item),) if several else item for item in known]
    ratios = [_log_ratio(question.id, option, segment, artefact, registry) for option in options]
    weights = np.exp(np.array(ratios))
    weights /= weights.sum()
    if not several:
        return options[int(rng.choice(len(options), p=weights))]
    alone = {option.id for option in question.options if option.exclusive}
    count = min(len(known), question.max_items or _MOST_ITEMS, int(rng.integers(1, _MOST_ITEMS + 1)))
    picked = {str(known[i]) for i in rng.choice(len(known), size=count, replace=False, p=weights)}
    picked = picked - alone or picked
    return tuple(str(item) for item in known if str(item) in picked)


def _candidates(question: Question, registry: Registry) -> tuple[Answer, ...]:
    """Answers that the registry names: options, yes and no, edges of bands, or the first whole numbers."""
    if question.kind == "boolean":
        return (True, False)
    if question.kind in ("integer", "number"):
        edges = {
            edge for band in question.bands for edge in (band.at_least, band.at_most) if edge is not None
        }
        whole = sorted(int(edge) for edge in edges)
        least = int(question.minimum or 0)
        return tuple(whole) or tuple(range(least, least + _SPAN))
    return option_ids(question, registry)


def _log_ratio(
    question_id: str, answer: Answer, segment: int, artefact: Artefact, registry: Registry
) -> float:
    fired = effects_of({question_id: answer}, registry)
    found: Sequence[Floats | None] = [artefact.membership.get((f.question_id, f.key)) for f in fired]
    return float(sum(ratios[segment] for ratios in found if ratios is not None))
