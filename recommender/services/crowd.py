"""A crowd of synthetic buyers before the whole market: what the model says would be sold, without one sale.

Each buyer has a segment by its share, answers as the segment gives them, a budget, a place and part-worths
of his own; he looks at the new cars on sale that his answers leave him, and takes one by logit. Nothing of it
was fitted to sales by line, so those can judge it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats
from recommender.choice.simulation import Interview, SimulatedPerson, simulate_person
from recommender.configurator.feasible import violations
from recommender.domain.buyer import Answer, Request
from recommender.domain.table import Columns, LevelColumn, Mask, level_column, number_column
from recommender.services.market import Market
from recommender.services.person import read_person
from recommender.services.scoring import score
from recommender.services.simulate import interview

_BUDGET_MEDIAN_CNY: Mapping[str, float] = {"rural": 80_000.0}
_OTHER_BUDGET_MEDIAN_CNY = 150_000.0
_BUDGET_LOG_SD = 0.55
"""Budgets are judgement: P73 names 50,000 CNY in villages in 2020, P41 150,000 to 400,000 where outdoor cars
grow. No figure was fitted to the sales that judge the crowd."""
_LEFT_OUT = frozenset({"condition"})
"""Sales are sales of new cars: nobody here asks for a used one."""


@dataclass(frozen=True)
class Crowd:
    """What each buyer thinks of each offer; an offer is a model line with one powertrain.

    ``utility``: float64 [P, O], of the offer's best build, -inf where no build obeys the buyer's limits.
    ``line``: [O] number into ``lines`` (model ids), ascending; ``powertrain``: [O] number into
    ``powertrains``. ``design``: float64 [O, K] mean encoded row of the offer's builds over ``columns``;
    ``price_cny``: [O] the lowest. ``segment``: [P]. ``without``: buyers whom no car suits, left out.
    """

    utility: Floats
    line: NDArray[np.intp]
    lines: tuple[str, ...]
    powertrain: NDArray[np.intp]
    powertrains: tuple[str, ...]
    columns: tuple[str, ...]
    design: Floats
    price_cny: Floats
    segment: tuple[str, ...]
    without: int

    def of_lines(self, lines: frozenset[str]) -> Crowd:
        """The crowd before these lines only; who finds nothing there is left out."""
        kept = np.array([self.lines[number] in lines for number in self.line], dtype=np.bool_)
        buyers = np.asarray(np.isfinite(self.utility[:, kept]).any(axis=1))
        present = tuple(name for name in self.lines if name in lines)
        number = {name: place for place, name in enumerate(present)}
        return replace(
            self,
            utility=self.utility[np.ix_(buyers, kept)],
            line=np.array([number[self.lines[old]] for old in self.line[kept]], dtype=np.intp),
            lines=present,
            powertrain=self.powertrain[kept],
            design=self.design[kept],
            price_cny=self.price_cny[kept],
            segment=tuple(name for name, suited in zip(self.segment, buyers.tolist(), strict=True) if suited),
            without=self.without + int((~buyers).sum()),
        )


def simulate_crowd(market: Market, *, people: int, today: dt.date, seed: int) -> Crowd:
    """Draw the buyers and let them look at every new car on sale. Pure; about 5 ms a buyer."""
    rng = np.random.default_rng(seed)
    asked = _asked(market)
    offered = _offered(market.table.columns)
    offer, line, powertrain = _offers(market, offered)
    utility = np.full((people, len(line)), -np.inf)
    segments = []
    for number in range(people):
        person = simulate_person(market.model.artefact, market.registry, asked, rng)
        budget = {"budget_cny": _budget(person.segment, rng)}
        found, obeys = _utility(market, replace(person, answers={**person.answers, **budget}), today)
        rows = np.flatnonzero(offered & obeys)
        np.maximum.at(utility[number], offer[rows], found[rows])
        segments.append(person.segment)
    suited = np.isfinite(utility).any(axis=1)
    artefact = market.model.artefact
    return Crowd(
        utility=utility[suited],
        line=line,
        lines=tuple(dict.fromkeys(trim.model_id for trim in market.catalogue.trims)),
        powertrain=powertrain,
        powertrains=level_column(market.table.columns, "powertrain").levels,
        columns=tuple(artefact.columns[k].name for k in market.fixed_columns),
        design=_means(market.fixed_design, offer, len(line), offered),
        price_cny=_lowest(market.price_cny, offer, len(line), offered),
        segment=tuple(name for name, found in zip(segments, suited.tolist(), strict=True) if found),
        without=int((~suited).sum()),
    )


def _asked(market: Market) -> Interview:
    asked = interview(market)
    return replace(asked, questions=tuple(q for q in asked.questions if q not in _LEFT_OUT))


def _budget(segment: str, rng: np.random.Generator) -> Answer:
    median = _BUDGET_MEDIAN_CNY.get(segment, _OTHER_BUDGET_MEDIAN_CNY)
    return round(float(np.exp(rng.normal(np.log(median), _BUDGET_LOG_SD))), -3)


def _offered(columns: Columns) -> Mask:
    good = ~np.isnan(number_column(columns, "price_cny").values)
    for name, level in (("on_sale", "true"), ("condition", "new")):
        column = columns.get(name)
        if isinstance(column, LevelColumn) and level in column.levels:
            good &= (column.codes == column.levels.index(level)) | (column.codes < 0)
    return np.asarray(good)


def _offers(market: Market, offered: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Offer of every row [n] (0 where it is not offered), line and powertrain of every offer."""
    line = np.asarray(market.line_of, dtype=np.intp)[market.table.trim_of]
    codes = level_column(market.table.columns, "powertrain").codes.astype(np.intp)
    kinds = int(codes.max(initial=0)) + 1
    cell = line * kinds + np.maximum(codes, 0)
    cells = np.unique(cell[offered])
    offer = np.clip(np.searchsorted(cells, cell), 0, max(0, len(cells) - 1))
    return offer, cells // kinds, cells % kinds


def _utility(market: Market, person: SimulatedPerson, today: dt.date) -> tuple[Floats, Mask]:
    """Utility of every row for a person with these part-worths, and whether it obeys his limits."""
    read = read_person(Request(answers=person.answers, date=today), market)
    scores = score(read, market)
    artefact = market.model.artefact
    shares = np.array([share.probability for share in read.posterior.segments])
    own = np.zeros((len(read.posterior.columns), 1))
    shared = len(artefact.columns)
    own[:shared, 0] = (person.part_worths - shares @ artefact.means) * read.posterior.multipliers[:shared]
    utility = scores.utility + scores.sums(np.arange(len(scores.utility)), own)[:, 0]
    obeys = violations(read.columns, read.limits, len(market.table), mark_unknown=True).feasible
    return utility, obeys


def _means(design: Floats, offer: NDArray[np.intp], count: int, offered: Mask) -> Floats:
    sums = np.zeros((count, design.shape[1]))
    np.add.at(sums, offer[offered], design[offered])
    return sums / np.maximum(1, np.bincount(offer[offered], minlength=count))[:, None]


def _lowest(price: Floats, offer: NDArray[np.intp], count: int, offered: Mask) -> Floats:
    lowest = np.full(count, np.inf)
    np.minimum.at(lowest, offer[offered], price[offered])
    return lowest
