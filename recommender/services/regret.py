"""Synthetic people on the real catalogue: how far what they are shown is from their best, by the number of
trade-offs asked; and how often the intervals that are stated hold. No real person is behind them.

A synthetic person's answers and segment come from the model, his part-worths from what the model believes of
somebody with these answers: so the figures judge the questions and the computation, not the evidence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.choice.adaptive import all_pairs, best_pair
from recommender.choice.artefact import Artefact, Floats
from recommender.choice.seam import Evidence, MadeChoice, Posterior, PreferenceModel
from recommender.choice.simulation import choose, simulate_person
from recommender.domain.buyer import Request
from recommender.services.market import Indices, Market
from recommender.services.outside import outside_utility
from recommender.services.person import read_evidence
from recommender.services.ranking import ranked
from recommender.services.simulate import interview
from recommender.services.trade_offs import LEADING, LISTED, effort_of, one_a_line

ORDERS = ("adaptive", "fixed", "random")
TOP = 3
_LEAST_LINES = 12
ModelOf = Callable[[Artefact], PreferenceModel]


@dataclass(frozen=True)
class Buyer:
    """One synthetic person in front of the leading car of each line. ``design`` float64 [n, K]: of ``rows``;
    ``effort`` int [P]: of each pair of the leading cars; ``taste`` [K]: his true part-worths, ``pickiness``
    what he thinks of not buying beyond ``neither``."""

    evidence: Evidence
    design: Floats
    rows: Indices
    effort: NDArray[np.intp]
    taste: Floats
    neither: float
    pickiness: float

    @property
    def utility(self) -> Floats:
        return np.asarray(self.design @ self.taste)


@dataclass(frozen=True)
class Curve:
    """Of one order of questions: mean regret and its standard error over people, float64 [questions + 1, 2],
    for the first car and for the mean of the first three; ``kept`` bool [people, questions + 1]: whether the
    interval of the leading car's choice probability held."""

    order: str
    regret: Floats
    error: Floats
    kept: NDArray[np.bool_]


def synthetic_buyers(
    market: Market, model_of: ModelOf, *, people: int, today: dt.date, seed: int
) -> tuple[Buyer, ...]:
    """People with answers; those whose limits leave fewer than a dozen lines are passed over."""
    rng = np.random.default_rng(seed)
    asked, neither = interview(market), outside_utility(market, today)
    buyers: list[Buyer] = []
    while len(buyers) < people:
        person = simulate_person(market.model.artefact, market.registry, asked, rng)
        request = Request(answers=person.answers, date=today)
        scores, considered = ranked(request, market)
        rows = one_a_line(scores, considered)
        if len(rows) < _LEAST_LINES:
            continue
        evidence = read_evidence(request, market.registry)
        # other draws of the same belief than those that the questions are chosen by
        other = model_of(replace(market.model.artefact, seed=int(rng.integers(1 << 30))))
        draws = other.posterior(evidence).draws
        buyers.append(
            Buyer(
                evidence=evidence,
                design=scores.design(rows),
                rows=rows,
                effort=effort_of(scores, rows, all_pairs(min(LEADING, len(rows)))),
                taste=draws[int(rng.integers(len(draws)))].astype(np.float64),
                neither=neither,
                pickiness=float(rng.standard_normal()),
            )
        )
    return tuple(buyers)


def regret_curves(
    buyers: Sequence[Buyer], model: PreferenceModel, *, questions: int, seed: int
) -> tuple[Curve, ...]:
    """One curve for each order of questions; every person answers with the noise of the logit model."""
    curves = []
    for order in ORDERS:
        found = [_asked(buyer, model, order, questions, seed + n) for n, buyer in enumerate(buyers)]
        regret = np.array([one[0] for one in found])
        curves.append(
            Curve(
                order=order,
                regret=regret.mean(axis=0),
                error=regret.std(axis=0, ddof=1) / np.sqrt(len(regret)),
                kept=np.array([one[1] for one in found]),
            )
        )
    return tuple(curves)


def _asked(
    buyer: Buyer, model: PreferenceModel, order: str, questions: int, seed: int
) -> tuple[Floats, list[bool]]:
    """Regret [questions + 1, 2] of one person, and whether the interval held after each answer."""
    rng = np.random.default_rng(seed)
    leading = min(LEADING, len(buyer.rows))
    pairs = all_pairs(leading)
    printed = _printed(leading, questions)
    made: list[MadeChoice] = []
    regrets: list[tuple[float, float]] = []
    kept: list[bool] = []
    left = np.ones(len(pairs), dtype=np.bool_)
    for question in range(questions + 1):
        posterior = model.posterior(buyer.evidence, made)
        regrets.append(regret_of(buyer.utility, buyer.design @ posterior.mean))
        kept.append(_holds(buyer, posterior))
        if order == "adaptive":
            place = _adaptive(buyer, posterior, pairs, left)
        elif order == "fixed":
            place = printed[question % len(printed)]
        else:
            place = int(rng.choice(np.flatnonzero(left)))
        left[place] = False
        made.append(_answered(buyer, pairs[place], rng))
    return np.array(regrets), kept


def _printed(leading: int, questions: int) -> list[int]:
    """A questionnaire that does not look at the answers: pairs spread evenly over the leading cars, the same
    places in everybody's list."""
    order = np.random.default_rng(0).permutation(leading * (leading - 1) // 2)
    return [int(place) for place in order[: questions + 1]]


def _adaptive(buyer: Buyer, posterior: Posterior, pairs: NDArray[np.intp], left: NDArray[np.bool_]) -> int:
    """Place of the pair that the product would ask about."""
    open_pairs = np.flatnonzero(left)
    utilities = buyer.design[:LISTED] @ posterior.draws.T.astype(np.float64)
    pair = best_pair(utilities.T, pairs[open_pairs], buyer.neither, buyer.effort[open_pairs])
    if pair is None:
        return 0
    return int(np.flatnonzero((pairs == [pair.first, pair.second]).all(axis=1))[0])


def _answered(buyer: Buyer, pair: NDArray[np.intp], rng: np.random.Generator) -> MadeChoice:
    chosen = choose(buyer.utility[pair], buyer.neither + buyer.pickiness, rng)
    return MadeChoice(buyer.design[pair], chosen, buyer.neither)


def regret_of(utility: Floats, believed: Floats, top: int = TOP) -> tuple[float, float]:
    """True utility lost by taking the cars that are believed best: of the first, and of the mean of the first
    ``top``."""
    shown = np.argsort(-believed, kind="stable")[:top]
    best = np.sort(utility)[::-1][:top]
    return float(best[0] - utility[shown[0]]), float((best - utility[shown]).mean())


def _holds(buyer: Buyer, posterior: Posterior) -> bool:
    """Whether the true choice probability of the car believed best lies in the stated 90 % interval."""
    leader = int(np.argmax(buyer.design @ posterior.mean))
    utilities = posterior.draws @ buyer.design.T
    shares = np.exp(utilities - utilities.max(axis=1, keepdims=True))
    shares = shares[:, leader] / shares.sum(axis=1)
    low, high = np.quantile(shares, (0.05, 0.95))
    own = np.exp(buyer.utility - buyer.utility.max())
    return bool(low <= own[leader] / own.sum() <= high)
