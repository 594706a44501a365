"""Trims with more builds than rows: those that may be best for this person are searched and put beside the
others, so that every limit, ranking and reason treats them like all builds."""

from __future__ import annotations

import numpy as np

from recommender.configurator.best_build import Wishes, builds_by_price
from recommender.configurator.builds import Builds, Listing, build_table, single_masks
from recommender.configurator.rules import OptionRules
from recommender.configurator.units import beside
from recommender.domain.buyer import Request
from recommender.domain.limits import check_limit
from recommender.services.market import Market, market_of_table
from recommender.services.on_request import PRICED
from recommender.services.person import read_person
from recommender.services.scoring import Scores, score


def market_for(request: Request, market: Market) -> Market:
    """The market with the builds of unlisted trims that may be best for this person.

    Of each such trim: the Pareto front of (price, utility of the options) among the builds that obey the
    limits, utilities of options being additive. Without such trims the market itself.
    """
    if not isinstance(market.table, Builds) or not market.table.unlisted:
        return market
    listings = []
    for trim, rules in market.table.unlisted.items():
        wishes = _wishes(request, market, trim, rules)
        known = {0, *single_masks(rules)}
        if wishes is not None:
            front = builds_by_price(rules, wishes, market.table.halves[trim])
            masks = [build.mask for build in front if build.mask not in known]
            listings.append(Listing(trim, rules, masks))
    extra = build_table(market.catalogue, [one for one in listings if one.masks], others=False)
    table = beside(extra, market.table)
    return market_of_table(market.registry, market.catalogue, table, market.model, market.home)


def _wishes(request: Request, market: Market, trim: int, rules: OptionRules) -> Wishes | None:
    """What this person wants of the options: the terms that each alone adds, and what the limits ask for."""
    probes = [0, *(1 << bit for bit in range(len(rules)))]
    table = build_table(market.catalogue, [Listing(trim, rules, probes)], others=False)
    order = [table.options.index(rules.ids(mask)) for mask in probes]
    probe = market_of_table(market.registry, market.catalogue, table, market.model, market.home)
    scores = score(read_person(request, probe), probe)
    counted = np.array([attribute not in PRICED for attribute in scores.attributes])
    worth = (scores.terms(np.array(order, dtype=np.intp)) @ counted).tolist()
    never, one_of = 0, []
    for first, alone in _limit_tests(scores, order):
        if first:
            never |= sum(1 << bit for bit, holds in enumerate(alone) if not holds)
        elif helping := sum(1 << bit for bit, holds in enumerate(alone) if holds):
            one_of.append(helping)
        else:
            return None
    return Wishes([value - worth[0] for value in worth[1:]], never=never, one_of=tuple(one_of))


def _limit_tests(scores: Scores, order: list[int]) -> list[tuple[bool, list[bool]]]:
    """For each limit that is not on money: does the trim as sold hold it, does it with each option alone."""
    person = scores.person
    found = []
    for limit in person.limits:
        if limit.attribute not in PRICED:
            test = check_limit(limit, person.columns)
            passes = test.holds | test.unknown if person.request.unknown == "mark" else test.holds
            as_sold, *alone = passes[order].tolist()
            found.append((bool(as_sold), alone))
    return found
