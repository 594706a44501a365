"""Trims with more builds than rows: those that may be best for this person are searched and put beside the
others, so that every limit, ranking and reason treats them like all builds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.configurator.best_build import Wishes, builds_by_price
from recommender.configurator.builds import Builds, Listing, build_table, single_masks
from recommender.configurator.changes import Change, changes_of
from recommender.configurator.patterns import deciding_builds
from recommender.configurator.rules import OptionRules
from recommender.configurator.units import beside
from recommender.domain.buyer import Request
from recommender.domain.limits import check_limit
from recommender.domain.table import NumberColumn, number_column
from recommender.ownership.personal import personal_columns
from recommender.services.market import Indices, Market, market_of_table
from recommender.services.on_request import PRICED
from recommender.services.person import read_person
from recommender.services.scoring import Scores, score

_PRICE = "price_cny"


def market_for(request: Request, market: Market) -> Market:
    """The market with the builds of unlisted trims that may be best for this person, and those that decide
    whether and how a limit must move for such a trim.

    The first: of each such trim the Pareto front of (price, utility of the options) among the builds that
    obey the limits, utilities of options being additive. The second: :func:`deciding_builds`. Without such
    trims the market itself.
    """
    if not isinstance(market.table, Builds) or not market.table.unlisted:
        return market
    listings = []
    for trim, rules in market.table.unlisted.items():
        probe = _Probe.of(request, market, trim, rules)
        masks = dict.fromkeys(deciding_builds(rules, probe.touching(), probe.worth()) or ())
        wishes = probe.wishes()
        if wishes is not None:
            front = builds_by_price(rules, wishes, market.table.halves[trim])
            masks.update(dict.fromkeys(build.mask for build in front))
        known = {0, *single_masks(rules)}
        listings.append(Listing(trim, rules, [mask for mask in masks if mask not in known]))
    extra = build_table(market.catalogue, [one for one in listings if one.masks], others=False)
    table = beside(extra, market.table)
    return market_of_table(market.registry, market.catalogue, table, market.model, market.home)


@dataclass(frozen=True)
class _Probe:
    """One trim as sold and with each option alone, as a person sees it; ``order``: their rows, as sold
    first."""

    rules: OptionRules
    scores: Scores
    order: Indices

    @classmethod
    def of(cls, request: Request, market: Market, trim: int, rules: OptionRules) -> _Probe:
        masks = [0, *(1 << bit for bit in range(len(rules)))]
        table = build_table(market.catalogue, [Listing(trim, rules, masks)], others=False)
        order = [table.options.index(rules.ids(mask)) for mask in masks]
        probe = market_of_table(market.registry, market.catalogue, table, market.model, market.home)
        return cls(rules, score(read_person(request, probe), probe), np.array(order, dtype=np.intp))

    def worth(self) -> list[float]:
        """What each option alone adds to the utility, money apart."""
        counted = np.array([attribute not in PRICED for attribute in self.scores.attributes])
        as_sold, *worth = (self.scores.terms(self.order) @ counted).tolist()
        return [value - as_sold for value in worth]

    def touching(self) -> int:
        """The options that change, otherwise than by their price, what a limit is on."""
        person, market = self.scores.person, self.scores.market
        limited = {limit.attribute for limit in person.limits} - {_PRICE}
        price = number_column(person.columns, _PRICE).values[self.order[0]]
        same = NumberColumn(np.full(len(self.order), price))
        columns = {**market.table.columns, _PRICE: same}
        columns |= personal_columns(columns, person.circumstances, market.registry)
        found = 0
        for attribute in limited & columns.keys():
            as_sold, *values = [columns[attribute].value(row) for row in self.order.tolist()]
            found |= sum(1 << bit for bit, value in enumerate(values) if value != as_sold)
        sets = [{change.attribute for change in self._changes(bit)} for bit in range(len(self.rules))]
        return found | sum(1 << bit for bit, changed in enumerate(sets) if changed & limited)

    def _changes(self, bit: int) -> tuple[Change, ...]:
        catalogue = self.scores.market.catalogue
        trim = catalogue.trim_index[self.rules.trim_id]
        return changes_of(self.rules.options[bit], catalogue.columns, trim)

    def wishes(self) -> Wishes | None:
        """What this person wants of the options: the terms that each alone adds, and what the limits ask
        for; None where a limit is not held as sold nor with any option alone."""
        never, one_of = 0, []
        for first, alone in self._limit_tests():
            if first:
                never |= sum(1 << bit for bit, holds in enumerate(alone) if not holds)
            elif helping := sum(1 << bit for bit, holds in enumerate(alone) if holds):
                one_of.append(helping)
            else:
                return None
        return Wishes(self.worth(), never=never, one_of=tuple(one_of))

    def _limit_tests(self) -> list[tuple[bool, list[bool]]]:
        """For each limit that is not on money: does the trim as sold hold it, does it with each option."""
        person = self.scores.person
        found = []
        for limit in person.limits:
            if limit.attribute not in PRICED:
                test = check_limit(limit, person.columns)
                passes = test.holds | test.unknown if person.request.unknown == "mark" else test.holds
                as_sold, *alone = passes[self.order].tolist()
                found.append((bool(as_sold), alone))
        return found
