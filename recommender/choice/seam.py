"""The seam behind which taste models are exchanged: answers in, draws of part-worths out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Artefact, ColumnSpec, Floats
from recommender.domain.buyer import Answer
from recommender.domain.recommendation import SegmentShare


@dataclass(frozen=True)
class Posterior:
    """What is believed of one person's taste.

    ``columns`` [K]: those of the artefact, then one for every stated wish on a level that the artefact has
    no column for (a brand). ``mean``: float64 [K] part-worths that make the utility. ``draws``: float32
    [S, K] with equal weights. ``segments``: the four shares. ``sources``: [K] "stated" where the person's
    own words moved the column, else where the prior comes from. ``multipliers``: [K] stated factors.
    """

    columns: tuple[ColumnSpec, ...]
    mean: Floats
    draws: NDArray[np.float32]
    segments: tuple[SegmentShare, ...]
    sources: tuple[str, ...]
    multipliers: Floats


@dataclass(frozen=True)
class Evidence:
    """A person's words as the model reads them.

    ``fired``: (question id, answer key) of every effect. ``shifts``: column name or attribute -> sum of
    part-worth shifts. ``multipliers``: attribute id -> factor (answers and weights together).
    """

    fired: tuple[tuple[str, str], ...]
    shifts: Mapping[str, float]
    multipliers: Mapping[str, float]
    answers: Mapping[str, Answer]


@dataclass(frozen=True)
class MadeChoice:
    """What a person chose among cars. ``design``: float64 [alternatives, K] in the order of the posterior's
    columns (those of a brand may be left out). ``chosen``: place in it, None = neither. ``neither``: utility
    of not buying, where nothing else is known of the person."""

    design: Floats
    chosen: int | None
    neither: float = 0.0


class PreferenceModel(Protocol):
    """A taste model. Implementations are pure: the same evidence gives the same posterior."""

    @property
    def artefact(self) -> Artefact: ...

    def posterior(self, evidence: Evidence, trade_offs: Sequence[MadeChoice] = ()) -> Posterior:
        """Posterior given answers and trade-offs, whose order changes nothing."""
        ...
