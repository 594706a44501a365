"""How often the stated 90 % intervals of the segment shares hold, with synthetic people.

The shares of the segments and the likelihood ratios of the answers are known only roughly; a world is one
draw of what they might truly be. People answer as that world has it, and the interval should hold the
membership that somebody who knew the world would state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recommender.choice.artefact import Artefact, Floats
from recommender.choice.evidence_model import RATIO_LOG_SD, SHARE_LOG_SD
from recommender.choice.seam import Evidence
from recommender.choice.simulation import simulate_person
from recommender.domain.buyer import Request
from recommender.services.market import Market
from recommender.services.person import read_evidence
from recommender.services.regret import ModelOf
from recommender.services.simulate import interview


@dataclass(frozen=True)
class MembershipCoverage:
    """Share of the intervals that hold, float64 [G]: ``overlapping`` when answers that say the same count as
    the model counts them, ``independent`` when each answer tells as much as if it stood alone."""

    people: int
    overlapping: Floats
    independent: Floats


def membership_coverage(market: Market, model_of: ModelOf, *, people: int, seed: int) -> MembershipCoverage:
    """A world and a person for each try."""
    rng = np.random.default_rng(seed)
    asked = interview(market)
    overlapping, independent = [], []
    for _ in range(people):
        world = _world(market.model.artefact, rng)
        person = simulate_person(world, market.registry, asked, rng)
        evidence = read_evidence(Request(answers=person.answers), market.registry)
        stated = market.model.posterior(evidence).segments
        known = [share.probability for share in model_of(world).posterior(evidence).segments]
        low = np.array([share.low for share in stated])
        high = np.array([share.high for share in stated])
        overlapping.append((low <= known) & (known <= high))
        apart = _independent(world, evidence)
        independent.append((low <= apart) & (apart <= high))
    return MembershipCoverage(people, np.mean(overlapping, axis=0), np.mean(independent, axis=0))


def _world(artefact: Artefact, rng: np.random.Generator) -> Artefact:
    count = len(artefact.segments)
    shares = artefact.shares * np.exp(SHARE_LOG_SD * rng.standard_normal(count))
    ratios = {
        key: ratio * (1.0 + RATIO_LOG_SD * rng.standard_normal(count))
        for key, ratio in artefact.membership.items()
    }
    return replace(artefact, shares=shares / shares.sum(), membership=ratios)


def _independent(world: Artefact, evidence: Evidence) -> Floats:
    """Membership by Bayes with every answer counted in full: float64 [G]."""
    logits = np.log(world.shares)
    for key in evidence.fired:
        logits = logits + world.membership.get(key, np.zeros(len(logits)))
    odds = np.exp(logits - logits.max())
    return np.asarray(odds / odds.sum())
