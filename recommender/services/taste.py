"""One person's design rows and taste over the cars shown to him, made by the code that ranks cars for him.

Training and simulation look at a few cars a person, so a market of those alone is put before him.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.choice.artefact import Floats
from recommender.choice.encoder import encode
from recommender.choice.seam import Posterior
from recommender.domain.buyer import Request
from recommender.domain.survey import Alternative
from recommender.domain.table import BuildTable
from recommender.services.market import Market
from recommender.services.person import read_person
from recommender.services.scoring import score
from recommender.services.shown_cars import shown_columns


@dataclass(frozen=True)
class Taste:
    """``design``: float64 [n, K'] in the order of ``posterior.columns``, the first K of which are the
    artefact's. ``believed``: [K] mean part-worths of a person with these segment shares, before his words."""

    design: Floats
    posterior: Posterior
    believed: Floats

    @property
    def utility(self) -> Floats:
        """What the model expects: float64 [n]."""
        return np.asarray(self.design @ self.posterior.mean)

    @property
    def effect_of_shift(self) -> Floats:
        """Effect on the utility of a shift of each part-worth of the artefact: float64 [n, K]."""
        shared = len(self.believed)
        return np.asarray(self.design[:, :shared] * self.posterior.multipliers[:shared])

    def utility_of(self, part_worths: Floats) -> Floats:
        """Utility of each row for a person whose own part-worths, before his words move them, are these
        [K].
        """
        return self.utility + self.effect_of_shift @ (part_worths - self.believed)


def taste_over(cars: Sequence[Alternative], request: Request, market: Market) -> Taste:
    """A person's taste over cars of the market, or described by values: one row a car, in the order given."""
    shelf = _shelf(cars, market)
    scores = score(read_person(request, shelf), shelf)
    posterior = scores.person.posterior
    shares = np.array([share.probability for share in posterior.segments])
    return Taste(
        design=scores.design(np.arange(len(cars), dtype=np.intp)),
        posterior=posterior,
        believed=shares @ market.model.artefact.means,
    )


def _shelf(cars: Sequence[Alternative], market: Market) -> Market:
    """The market with these cars as its table. Only what depends on the rows is made anew: a survey has
    thousands of such shelves. What relates builds to trims is not meant to be asked of it."""
    columns = shown_columns(cars, market)
    artefact = market.model.artefact
    fixed = [artefact.columns[k] for k in market.fixed_columns]
    names = tuple(str(place) for place in range(len(cars)))
    return replace(
        market,
        table=BuildTable(
            columns=columns,
            trim_of=np.zeros(len(cars), dtype=np.int32),
            config_ids=names,
            options=((),) * len(cars),
            unit_ids=(None,) * len(cars),
        ),
        fixed_design=encode(columns, fixed, artefact.classes),
        config_order=np.arange(len(cars), dtype=np.intp),
        row_of={name: place for place, name in enumerate(names)},
        origin=market.home,
    )
