"""Utility of every build: a sum of named terms that travels with the result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import ColumnSpec, Floats
from recommender.choice.encoder import encode
from recommender.services.market import Indices, Market
from recommender.services.person import Person

ROUND_DECIMALS = 9
"""Utilities are compared at 1e-9: the sum's last bits depend on the order of the rows in memory."""


@dataclass(frozen=True)
class Scores:
    """``utility`` float64 [n], rounded for ordering. The design is kept in two blocks so that the large
    fixed one is never copied: ``fixed_*`` shared by all people, ``own_*`` of this person."""

    market: Market
    person: Person
    own_columns: Indices
    own_design: Floats
    utility: Floats

    def design(self, rows: Indices) -> Floats:
        """float64 [len(rows), K] in the posterior's column order."""
        matrix = np.empty((len(rows), len(self.person.posterior.columns)))
        matrix[:, self.market.fixed_columns] = self.market.fixed_design[rows]
        matrix[:, self.own_columns] = self.own_design[rows]
        return matrix

    def sums(self, rows: Indices, weights: Floats) -> Floats:
        """float64 [len(rows), G]: the design times ``weights`` float64 [K, G], without a large copy."""
        if len(rows) * 2 < len(self.utility):
            return np.asarray(self.design(rows) @ weights)
        fixed = self.market.fixed_design @ weights[self.market.fixed_columns]
        return np.asarray((fixed + self.own_design @ weights[self.own_columns])[rows])

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Attribute of each term, in column order, each once."""
        return tuple(dict.fromkeys(spec.attribute for spec in self.person.posterior.columns))

    @cached_property
    def _attribute_of(self) -> NDArray[np.intp]:
        index = {name: i for i, name in enumerate(self.attributes)}
        return np.array([index[spec.attribute] for spec in self.person.posterior.columns], dtype=np.intp)

    def terms(self, rows: Indices) -> Floats:
        """float64 [len(rows), attributes]: utility of each attribute; the row sums are the utilities."""
        if not self.attributes:
            return np.zeros((len(rows), 0))
        order, starts = self._groups
        products = self.design(rows) * self.person.posterior.mean
        return np.asarray(np.add.reduceat(products[:, order], starts, axis=1))

    @cached_property
    def _groups(self) -> tuple[Indices, Indices]:
        """Columns sorted by attribute, and where each attribute begins."""
        order = np.argsort(self._attribute_of, kind="stable")
        return order, np.searchsorted(self._attribute_of[order], np.arange(len(self.attributes)))

    @cached_property
    def term_sources(self) -> tuple[str, ...]:
        """Source of each attribute's term: "stated" as soon as one of its columns is."""
        sources = dict.fromkeys(self.attributes, "")
        for spec, source in zip(self.person.posterior.columns, self.person.posterior.sources, strict=True):
            if source == "stated" or not sources[spec.attribute]:
                sources[spec.attribute] = source
        return tuple(sources.values())


def score(person: Person, market: Market) -> Scores:
    """Utility of every row under the posterior mean."""
    specs = person.posterior.columns
    fixed = set(market.fixed_columns.tolist())
    own = np.array([k for k in range(len(specs)) if k not in fixed], dtype=np.intp)
    chosen: list[ColumnSpec] = [specs[k] for k in own]
    own_design = encode(person.judged, chosen, market.model.artefact.classes, market.class_cny)
    mean = person.posterior.mean
    utility = market.fixed_design @ mean[market.fixed_columns] + own_design @ mean[own]
    return Scores(market, person, own, own_design, np.round(utility, ROUND_DECIMALS))
