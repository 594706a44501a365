"""Which answer would change the first three: unanswered questions tried, each answer really asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from recommender.domain.buyer import Answer, Request
from recommender.registry.effects import possible_effects
from recommender.registry.messages import format_quantity
from recommender.registry.model import Question, Registry
from recommender.registry.path import conditions_hold
from recommender.services.consideration import Consideration, diverse_top
from recommender.services.market import Market
from recommender.services.ranking import ranked
from recommender.services.scoring import Scores
from recommender.services.wording import car_name, joined, question_words

TOP = 3
QUESTIONS = 6
RUNS = 12
_LEADING = 20
"""Cars among which a question must make a difference to be worth trying."""


@dataclass(frozen=True)
class NextAnswer:
    """``enters`` and ``leaves``: config ids of the first three; both empty where only their order changes."""

    question: str
    answer: Answer
    enters: tuple[str, ...]
    leaves: tuple[str, ...]
    text: str


def next_answers(
    request: Request, market: Market, *, questions: int = QUESTIONS, runs: int = RUNS
) -> tuple[NextAnswer, ...]:
    """Answers to unanswered questions that change the first three, the most informative question first.

    At most ``runs`` requests are asked, of the answers that could move the leading cars most, no more than
    ``questions`` questions. Not for the hot path: a run costs as much as a ranking.
    """
    scores, considered = ranked(request, market)
    now = _first(scores, considered)
    found: list[NextAnswer] = []
    for question_id, answer in _candidates(scores, considered, questions, runs):
        again = replace(request, answers={**request.answers, question_id: answer})
        then, left = ranked(again, market)
        top = _first(then, left)
        if top != now:
            found.append(_told(scores, then, question_id, answer, (now, top)))
    return tuple(found)


def _first(scores: Scores, considered: Consideration) -> tuple[str, ...]:
    """Config ids of the first three, as a list would show them."""
    request = scores.person.request
    rows = diverse_top(scores, considered)[: min(TOP, request.top)]
    return tuple(scores.market.table.config_ids[row] for row in rows.tolist())


def _candidates(
    scores: Scores, considered: Consideration, questions: int, runs: int
) -> list[tuple[str, Answer]]:
    """The answers to try: of the questions that could move the leading cars most, their strongest answers."""
    gains = answer_gains(scores, considered)
    strongest: dict[str, list[tuple[float, str]]] = {}
    for (question_id, key), gain in sorted(gains.items(), key=lambda pair: (-pair[1], pair[0])):
        strongest.setdefault(question_id, []).append((gain, key))
    chosen = list(strongest)[:questions]
    share = max(1, runs // max(1, len(chosen)))
    registry = scores.market.registry
    tried: list[tuple[str, Answer]] = []
    for question_id in chosen:
        keys = (key for _, key in strongest[question_id])
        answers = (answer_of(registry.questions[question_id], key) for key in keys)
        known = [answer for answer in answers if answer is not None]
        tried += [(question_id, answer) for answer in known[:share]]
    return tried[:runs]


def answer_gains(scores: Scores, considered: Consideration) -> dict[tuple[str, str], float]:
    """(question, answer key) -> root of the summed squares of (its effect on a part-worth x spread of the
    column among the leading cars), of unanswered questions that are asked now and could move anything."""
    registry, answers = scores.market.registry, scores.person.request.answers
    table = scores.market.effects
    rows = considered.rows[:_LEADING]
    if len(rows) < 2:
        return {}
    size = table.shifts.shape[1]
    spread = scores.design(rows).std(axis=0)[:size]
    mean = np.abs(scores.person.posterior.mean)[:size]
    moved = (np.abs(table.shifts) + np.abs(table.factors - 1.0) * mean) * spread
    gain = np.sqrt((moved**2).sum(axis=1))
    keys = [(fired.question_id, fired.key) for fired in possible_effects(registry)]
    return {
        key: value
        for key, value in zip(keys, gain.tolist(), strict=True)
        if value > 0.0
        and key[0] not in answers
        and conditions_hold(registry.questions[key[0]].show_if, answers)
    }


def answer_of(question: Question, key: str) -> Answer | None:
    """An answer that has the effect of this key; None for what cannot be answered by it alone (brands)."""
    if question.kind in ("choices", "brands"):
        return (key,)
    if question.kind == "choice":
        return key
    if question.kind == "boolean":
        return True if key == "true" else False if key == "false" else None
    if question.kind in ("integer", "number"):
        return _inside(question, key)
    return None


def _inside(question: Question, band: str) -> int | float | None:
    """A whole number inside the band ``low..high``, its open ends closed by the question's own bounds."""
    low, _, high = band.partition("..")
    bounds = [
        float(text) if text else bound for text, bound in ((low, question.minimum), (high, question.maximum))
    ]
    known = [bound for bound in bounds if bound is not None]
    if not known:
        return None
    # The end that the band states says more than the middle of a range up to the largest number allowed.
    stated = float(low) if low else float(high) if high else known[0]
    whole = float(np.ceil(stated) if low else np.floor(stated))
    return int(whole) if all(_within(whole, bounds)) else None


def _within(number: float, bounds: list[float | None]) -> Iterator[bool]:
    low, high = bounds
    yield low is None or number >= low
    yield high is None or number <= high


def _told(
    now: Scores, then: Scores, question_id: str, answer: Answer, tops: tuple[tuple[str, ...], tuple[str, ...]]
) -> NextAnswer:
    """The change in words: who comes in, who goes, or in which order the same cars stand."""
    registry, lang = then.market.registry, then.person.request.lang
    before, after = tops
    enters = tuple(config for config in after if config not in before)
    leaves = tuple(config for config in before if config not in after)
    question = registry.questions[question_id]
    sentence = "leaves" if leaves else "enters" if enters else "order"
    text = registry.message(
        f"next_answer.{sentence}",
        lang,
        question=question_words(question, registry, lang),
        answer=_answer_words(question, answer, registry, lang),
        cars=_names(then, after) or registry.message("next_answer.nobody", lang),
        gone=_names(now, leaves),
    )
    return NextAnswer(question.id, answer, enters, leaves, text)


def _names(scores: Scores, config_ids: tuple[str, ...]) -> str:
    market, lang = scores.market, scores.person.request.lang
    names = (car_name(scores, market.row_of[config]) for config in config_ids)
    return joined(names, market.registry, lang)


def _answer_words(question: Question, answer: Answer, registry: Registry, lang: str) -> str:
    if isinstance(answer, bool):
        return registry.message("next_answer.yes" if answer else "next_answer.no", lang)
    if isinstance(answer, int | float):
        return format_quantity(answer, question.unit, lang)
    members = answer if isinstance(answer, tuple) else (answer,)
    return joined((_option_words(question, member, registry, lang) for member in members), registry, lang)


def _option_words(question: Question, member: str, registry: Registry, lang: str) -> str:
    option = question.option(member)
    if option is not None:
        return option.label.get(lang)
    if question.levels_of is not None:
        return registry.attributes[question.levels_of].level_label(member, lang)
    if member in registry.importances:
        return registry.importances[member].label.get(lang)
    return member
