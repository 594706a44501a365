"""Synthetic people on the real catalogue: how far what they are shown is from their best, by the number of
trade-offs asked; and whether the interval of the leading car's choice probability holds.

A synthetic person's answers come from the model, his part-worths from what the model believes of somebody
with these answers: so the figures judge the questions and the computation, not the evidence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.choice.adaptive import PLACES, all_pairs, best_pair
from recommender.choice.artefact import Artefact, Floats
from recommender.choice.seam import Evidence, MadeChoice, Posterior, PreferenceModel
from recommender.choice.simulation import SimulatedPerson, choose, simulate_person
from recommender.domain.buyer import Answer, Request
from recommender.services.market import Market
from recommender.services.outside import outside_utility
from recommender.services.person import read_evidence
from recommender.services.ranking import ranked
from recommender.services.simulate import interview
from recommender.services.trade_offs import LEADING, LISTED, effort_of, one_a_line

ORDERS = ("adaptive", "neighbours", "fixed", "random")
_LEAST_LINES = 12
"""Fewer leave little to choose between."""
_INTERVAL = (0.05, 0.95)
ModelOf = Callable[[Artefact], PreferenceModel]
Pairs = NDArray[np.intp]


@dataclass(frozen=True)
class Buyer:
    """One synthetic person in front of the best car of each line that obeys his limits, best first.

    ``design`` float64 [n, K]; ``effort`` int [P] of each pair of the leading cars; ``taste`` [K] his true
    part-worths; ``neither``: utility of not buying as the product assumes it, ``pickiness`` what he adds.
    """

    answers: Mapping[str, Answer]
    evidence: Evidence
    design: Floats
    effort: Pairs
    taste: Floats
    neither: float
    pickiness: float

    @property
    def utility(self) -> Floats:
        return np.asarray(self.design @ self.taste)


@dataclass(frozen=True)
class Curve:
    """Of one order of questions: ``regret`` float64 [people, questions + 1, 2], of the first car and of the
    mean of the first three; ``held`` bool [people, questions + 1]: whether the true choice probability of the
    car believed best lay in its 90 % interval."""

    order: str
    regret: Floats
    held: NDArray[np.bool_]

    @property
    def mean(self) -> Floats:
        return np.asarray(self.regret.mean(axis=0))

    @property
    def error(self) -> Floats:
        return np.asarray(self.regret.std(axis=0, ddof=1) / np.sqrt(len(self.regret)))


def synthetic_buyers(
    market: Market,
    model_of: ModelOf,
    *,
    people: int,
    today: dt.date,
    seed: int,
    of_segment: bool = False,
) -> tuple[Buyer, ...]:
    """People with answers; those whose limits leave fewer than a dozen lines are passed over.

    ``of_segment``: part-worths vary as much as in the segment also where the person has stated a wish.
    """
    rng = np.random.default_rng(seed)
    asked, neither = interview(market), outside_utility(market, today)
    buyers: list[Buyer] = []
    while len(buyers) < people:
        person = simulate_person(market.model.artefact, market.registry, asked, rng)
        scores, considered = ranked(Request(answers=person.answers, date=today), market)
        rows = one_a_line(scores, considered)
        if len(rows) < _LEAST_LINES:
            continue
        evidence = read_evidence(scores.person.request, market.registry)
        taste = _segment_taste if of_segment else _believed_taste
        buyers.append(
            Buyer(
                answers=person.answers,
                evidence=evidence,
                design=scores.design(rows),
                effort=effort_of(scores, rows, all_pairs(min(LEADING, len(rows)))),
                taste=taste(person, evidence, market, model_of, rng),
                neither=neither,
                pickiness=float(rng.standard_normal()),
            )
        )
    return tuple(buyers)


def _believed_taste(
    person: SimulatedPerson, evidence: Evidence, market: Market, model_of: ModelOf, rng: np.random.Generator
) -> Floats:
    """One draw of what is believed, other draws than those by which the questions are chosen."""
    other = model_of(replace(market.model.artefact, seed=int(rng.integers(1 << 30))))
    draws = other.posterior(evidence).draws
    return np.asarray(draws[int(rng.integers(len(draws)))], dtype=np.float64)


def _segment_taste(
    person: SimulatedPerson, evidence: Evidence, market: Market, model_of: ModelOf, rng: np.random.Generator
) -> Floats:
    """The simulated part-worths, moved by the person's words."""
    posterior = market.model.posterior(evidence)
    shares = np.array([share.probability for share in posterior.segments])
    artefact = market.model.artefact
    own = np.zeros(len(posterior.mean))
    own[: len(artefact.columns)] = person.part_worths - shares @ artefact.means
    return np.asarray(posterior.mean + posterior.multipliers * own)


def regret_curves(
    buyers: Sequence[Buyer],
    model: PreferenceModel,
    *,
    questions: int,
    seed: int,
    orders: Sequence[str] = ORDERS,
) -> tuple[Curve, ...]:
    """One curve for each order of questions; every person answers with the noise of the logit model.

    "neighbours": first against second, third against fourth ... of the list before any choice; "fixed": the
    same places of everybody's list, drawn once; "random": any pair of the leading cars.
    """
    curves = []
    for order in orders:
        found = [_asked(buyer, model, order, questions, seed + n) for n, buyer in enumerate(buyers)]
        curves.append(
            Curve(order, np.array([regret for regret, _ in found]), np.array([held for _, held in found]))
        )
    return tuple(curves)


def regret_by_answers(
    buyers: Sequence[Buyer], market: Market, counts: Sequence[int]
) -> dict[int, tuple[Floats, Floats]]:
    """Regret [2] and its standard error [2] when only the first so many answers are used for the taste (the
    limits of all answers hold throughout)."""
    found: dict[int, tuple[Floats, Floats]] = {}
    for count in counts:
        regrets = []
        for buyer in buyers:
            some = dict(list(buyer.answers.items())[:count])
            evidence = read_evidence(Request(answers=some), market.registry)
            mean = market.model.posterior(evidence).mean
            size = min(len(mean), buyer.design.shape[1])
            regrets.append(regret_of(buyer.utility, buyer.design[:, :size] @ mean[:size]))
        values = np.array(regrets)
        found[count] = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return found


def questions_needed(curve: Floats, target: float) -> int | None:
    """The first number of questions at which the mean regret is no larger than ``target``."""
    reached = np.flatnonzero(curve <= target)
    return int(reached[0]) if len(reached) else None


def regret_of(utility: Floats, believed: Floats) -> tuple[float, float]:
    """True utility lost by taking the cars that are believed best: of the first, and of the mean of the first
    three."""
    top = len(PLACES)
    shown = np.argsort(-believed, kind="stable")[:top]
    best = np.sort(utility)[::-1][:top]
    return float(best[0] - utility[shown[0]]), float((best - utility[shown]).mean())


def _asked(
    buyer: Buyer, model: PreferenceModel, order: str, questions: int, seed: int
) -> tuple[list[tuple[float, float]], list[bool]]:
    """Regret of one person after 0, 1, ... answers, and whether the interval held."""
    rng = np.random.default_rng(seed)
    pairs = all_pairs(min(LEADING, len(buyer.design)))
    left = np.ones(len(pairs), dtype=np.bool_)
    made: list[MadeChoice] = []
    regrets: list[tuple[float, float]] = []
    held: list[bool] = []
    for question in range(questions + 1):
        posterior = model.posterior(buyer.evidence, made)
        regrets.append(regret_of(buyer.utility, buyer.design @ posterior.mean))
        held.append(_holds(buyer, posterior))
        if question < questions:
            place = _next(order, question, buyer, posterior, pairs, left, rng)
            left[place] = False
            made.append(_answered(buyer, pairs[place], rng))
    return regrets, held


def _next(
    order: str,
    question: int,
    buyer: Buyer,
    posterior: Posterior,
    pairs: Pairs,
    left: NDArray[np.bool_],
    rng: np.random.Generator,
) -> int:
    """Place of the pair that this order asks about."""
    if order == "neighbours":
        first = (2 * question) % (len(np.unique(pairs)) - 1)
        return _place(pairs, first, first + 1)
    if order == "fixed":
        return int(np.random.default_rng(0).permutation(len(pairs))[question])
    if order == "random":
        return int(rng.choice(np.flatnonzero(left)))
    still = np.flatnonzero(left)
    utilities = buyer.design[:LISTED] @ posterior.draws.T.astype(np.float64)
    pair = best_pair(utilities.T, pairs[still], buyer.neither, buyer.effort[still])
    return int(still[0]) if pair is None else _place(pairs, pair.first, pair.second)


def _place(pairs: Pairs, first: int, second: int) -> int:
    return int(np.flatnonzero((pairs == [first, second]).all(axis=1))[0])


def _answered(buyer: Buyer, pair: Pairs, rng: np.random.Generator) -> MadeChoice:
    chosen = choose(buyer.utility[pair], buyer.neither + buyer.pickiness, rng)
    return MadeChoice(buyer.design[pair], chosen, buyer.neither)


def _holds(buyer: Buyer, posterior: Posterior) -> bool:
    """Whether the true choice probability of the car believed best lies in the stated interval."""
    leader = int(np.argmax(buyer.design @ posterior.mean))
    utilities = posterior.draws @ buyer.design.T
    shares = np.exp(utilities - utilities.max(axis=1, keepdims=True))
    low, high = np.quantile(shares[:, leader] / shares.sum(axis=1), _INTERVAL)
    own = np.exp(buyer.utility - buyer.utility.max())
    return bool(low <= own[leader] / own.sum() <= high)
