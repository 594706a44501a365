"""The reference car: the median of the consideration set, term by term and value by value."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from recommender.choice.artefact import Floats
from recommender.domain.recommendation import Scalar
from recommender.domain.table import NumberColumn
from recommender.services.consideration import Consideration
from recommender.services.market import Indices
from recommender.services.scoring import Scores

_SAMPLE = 2048
"""Of a larger consideration set every n-th car (in rank order) stands for all: medians hardly move."""


@dataclass(frozen=True)
class Reference:
    """``terms`` float64 [attributes]: median term of each attribute. ``rows``: the cars it is taken over."""

    terms: Floats
    rows: Indices
    _values: dict[str, Scalar] = field(default_factory=dict, compare=False, repr=False)

    def value(self, scores: Scores, attribute: str) -> Scalar:
        """Median number, or most frequent level, of an attribute over the known values; None without any."""
        if attribute not in self._values:
            # Several cars of a list quote the same attribute.
            self._values[attribute] = self._middle(scores, attribute)
        return self._values[attribute]

    def _middle(self, scores: Scores, attribute: str) -> Scalar:
        column = scores.person.columns.get(attribute)
        if column is None:
            return None
        known = column.take(self.rows[~column.unknown()[self.rows]])
        if not len(known):
            return None
        if isinstance(known, NumberColumn):
            middle = float(np.median(known.values))
            return int(middle) if middle.is_integer() else middle
        commonest = np.bincount(known.codes).argmax()
        return known.value(int(np.flatnonzero(known.codes == commonest)[0]))


def reference_car(scores: Scores, considered: Consideration) -> Reference:
    """Median over the consideration set; over no car at all every term is 0."""
    step = max(1, -(-len(considered.rows) // _SAMPLE))
    rows = considered.rows[::step]
    if not len(rows):
        return Reference(np.zeros(len(scores.attributes)), rows)
    return Reference(np.median(np.asfortranarray(scores.terms(rows)), axis=0), rows)
