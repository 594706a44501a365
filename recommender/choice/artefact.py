"""The fitted state of a preference model as plain arrays: what a readable folder of tables holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.registry.model import Encoding, PartWorthSource

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ColumnSpec:
    """One column of the design matrix: a number (``encoding``) or one level of an attribute.

    ``cumulative``: 1 for the level *and all above* (ordered attributes), else 1 for the level only.
    ``unknown``: float64 [len(classes.knots_cny)], what is assumed where the value is not known, by class.
    """

    attribute: str
    level: str | None
    encoding: Encoding | None
    unknown: Floats
    cumulative: bool = False

    @property
    def name(self) -> str:
        """``attribute`` for numbers and booleans, ``attribute=level`` for levels."""
        return self.attribute if self.level in (None, "true") else f"{self.attribute}={self.level}"


@dataclass(frozen=True)
class CarClasses:
    """How a car's class is told: constants of the model, so that no price and no other car moves it.

    ``lines``: model line -> typical price in CNY when the model was made. A line that is not listed gets the
    class of its length: ``lengths_mm`` and ``lengths_cny`` [L], ascending, linear between. ``knots_cny``
    [P] ascending: where the assumptions of :class:`ColumnSpec` hold, linear in log price between.
    """

    knots_cny: Floats
    lines: Mapping[str, float]
    lengths_mm: Floats
    lengths_cny: Floats


@dataclass(frozen=True)
class Artefact:
    """A preference model.

    With K columns and G segments: ``means`` and ``sds`` float64 [G, K] (utility for one step of a column),
    ``sources`` and ``citations`` [K], ``shares`` float64 [G] prior segment shares. ``membership`` maps
    (question id, answer key) to float64 [G] log likelihood ratios. ``classes``: by what the
    unknown values of a car are assumed.
    """

    version: str
    registry_fingerprint: str
    seed: int
    segments: tuple[str, ...]
    columns: tuple[ColumnSpec, ...]
    classes: CarClasses
    means: Floats
    sds: Floats
    sources: tuple[PartWorthSource, ...]
    citations: tuple[str, ...]
    shares: Floats
    membership: Mapping[tuple[str, str], Floats]
    metrics: Mapping[str, object] = field(default_factory=dict)
    card: str = ""

    @cached_property
    def column_index(self) -> Mapping[str, int]:
        return {column.name: k for k, column in enumerate(self.columns)}

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Attribute ids in column order, each once."""
        return tuple(dict.fromkeys(column.attribute for column in self.columns))

    @cached_property
    def columns_of(self) -> Mapping[str, tuple[int, ...]]:
        """Attribute id -> its column numbers."""
        found: dict[str, tuple[int, ...]] = {}
        for k, column in enumerate(self.columns):
            found[column.attribute] = (*found.get(column.attribute, ()), k)
        return found
