"""How sure the list is: choice probabilities over the draws, ties, and the question that would help most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats
from recommender.domain.recommendation import Confidence
from recommender.registry.path import conditions_hold
from recommender.services.consideration import Consideration
from recommender.services.market import Indices
from recommender.services.scoring import Scores

_EXACT_ROWS = 2048
"""Cars judged draw by draw; the tail behind them enters the shares at its mean utility."""
_INTERVAL = (0.05, 0.95)
_TIE_LOW, _TIE_HIGH = 0.42, 0.58
_SURE, _FAIRLY_SURE = 0.60, 0.35


@dataclass(frozen=True)
class Beliefs:
    """``share`` float64 [rows]: choice probability of each considered row, in rank order. ``top_1``: how
    often the row is the best of all, over the draws. ``draws``: utilities float32 [S, judged], ``shares``:
    choice probabilities float32 [S, judged]."""

    share: Floats
    top_1: Floats
    draws: NDArray[np.float32]
    shares: NDArray[np.float32]

    def interval(self, position: int) -> tuple[float, float]:
        """90 % interval of the choice probability of one considered row: what the draws disagree about. The
        tail behind the judged rows has none of its own: there both ends are the probability."""
        share = float(self.share[position])
        if position >= self.shares.shape[1]:
            return share, share
        low, high = np.quantile(self.shares[:, position], _INTERVAL).tolist()
        return min(low, share), max(high, share)


def believe(scores: Scores, considered: Consideration) -> Beliefs:
    """Logit shares and first places, averaged over the draws."""
    rows = considered.rows
    judged = rows[:_EXACT_ROWS]
    if not len(rows):
        nothing = np.zeros((0, 0), dtype=np.float32)
        return Beliefs(np.zeros(0), np.zeros(0), nothing, nothing)
    utilities = scores.person.posterior.draws @ scores.design(judged).T.astype(np.float32)
    tail = scores.utility[rows[_EXACT_ROWS:]]
    highest = float(tail.max()) if len(tail) else -np.inf
    peak = np.maximum(utilities.max(axis=1, keepdims=True), highest)
    exponents = np.exp(utilities - peak)
    behind = np.exp(tail - highest) if len(tail) else tail
    total = exponents.sum(axis=1, keepdims=True) + behind.sum() * np.exp(highest - peak)
    scale = float((np.exp(highest - peak) / total).mean())
    shares = exponents / total
    share = np.concatenate([shares.mean(axis=0), behind * scale])
    wins = np.bincount(utilities.argmax(axis=1), minlength=len(judged)) / len(utilities)
    return Beliefs(share, wins, utilities, shares.astype(np.float32))


def tied(beliefs: Beliefs, first: int, second: int) -> bool:
    """Two judged positions between which the draws cannot decide."""
    if max(first, second) >= beliefs.draws.shape[1]:
        return False
    ahead = float((beliefs.draws[:, first] > beliefs.draws[:, second]).mean())
    return _TIE_LOW <= ahead <= _TIE_HIGH


def confidence(scores: Scores, considered: Consideration, beliefs: Beliefs) -> Confidence:
    """The first car's probability of being the first choice, and what to ask next."""
    registry, lang = scores.market.registry, scores.person.request.lang
    top_1 = float(beliefs.top_1[0]) if len(beliefs.top_1) else 0.0
    question = next_question(scores, considered.rows[:20]) if len(considered.rows) > 1 else None
    level = "sure" if top_1 >= _SURE else "fair" if top_1 >= _FAIRLY_SURE else "low"
    if not len(considered.rows):
        level = "none"
    text = registry.message(f"confidence.{level}", lang, percent=round(100 * top_1))
    return Confidence(top_1, question, text)


def next_question(scores: Scores, rows: Indices) -> str | None:
    """The unanswered question that could move the differences between the leading cars most.

    For each answer: the root of the summed squares of (its effect on a part-worth x spread of the column
    among the leading cars). None when every question that could move anything is answered.
    """
    registry, answers = scores.market.registry, scores.person.request.answers
    table = scores.market.effects
    size = table.shifts.shape[1]
    spread = scores.design(rows).std(axis=0)[:size]
    mean = np.abs(scores.person.posterior.mean)[:size]
    moved = (np.abs(table.shifts) + np.abs(table.factors - 1.0) * mean) * spread
    gain = np.sqrt((moved**2).sum(axis=1))
    gains: dict[str, float] = {}
    for question, value in zip(table.questions, gain.tolist(), strict=True):
        asked = question not in answers and conditions_hold(registry.questions[question].show_if, answers)
        if asked and value > gains.get(question, 0.0):
            gains[question] = value
    return max(gains, key=lambda question: gains[question], default=None)
