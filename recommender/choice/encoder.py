"""The only maker of design-matrix columns: the same code serves training and ranking.

Scales are constants of the artefact, never of the set ranked, so adding or removing cars changes no
utility of the others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.choice.artefact import ColumnSpec, Floats
from recommender.domain.table import Column, Columns, LevelColumn, NumberColumn
from recommender.registry.model import Encoding


def encode_numbers(values: Floats, encoding: Encoding) -> Floats:
    """z of each value (see :class:`Encoding`); NaN stays NaN."""
    clipped = np.clip(values, encoding.low, encoding.high)
    low, high = encoding.reference, encoding.reference + encoding.scale
    if encoding.transform == "log":
        return np.asarray((np.log(clipped) - np.log(low)) / (np.log(high) - np.log(low)))
    return np.asarray((clipped - low) / (high - low))


def encode_column(column: Column | None, spec: ColumnSpec, length: int) -> Floats:
    """One column of the design matrix before unknowns are filled: float64 [n], NaN = not known."""
    if column is None:
        return np.full(length, np.nan)
    if isinstance(column, NumberColumn):
        if spec.encoding is None:
            raise ValueError(f"column {spec.name} holds numbers but the model has no encoding for it")
        return encode_numbers(column.values, spec.encoding)
    return _indicator(column, spec)


def _indicator(column: LevelColumn, spec: ColumnSpec) -> Floats:
    code = column.levels.index(spec.level) if spec.level in column.levels else -2
    hit = (column.codes >= code) if spec.cumulative and code >= 0 else (column.codes == code)
    z = hit.astype(np.float64)
    z[column.codes < 0] = np.nan
    return z


def fill_unknown(z: Floats, spec: ColumnSpec, length_mm: Floats, knots_mm: Floats) -> Floats:
    """Replace NaN by what is assumed for a car of this length (linear between knots)."""
    missing = np.isnan(z)
    if missing.any():
        z = z.copy()
        z[missing] = np.interp(length_mm[missing], knots_mm, spec.unknown)
    return z


def encode(columns: Columns, specs: Sequence[ColumnSpec], knots_mm: Floats) -> Floats:
    """Design matrix float64 [n, len(specs)] without NaN.

    What is assumed for an unknown value depends on the car's size class (its length; the middle knot where
    that is not known either), never on its price: a dearer car must not be taken for a better one.
    """
    length_mm = car_lengths_mm(columns, knots_mm)
    matrix = np.empty((len(length_mm), len(specs)), order="F")
    for k, spec in enumerate(specs):
        z = encode_column(columns.get(spec.attribute), spec, len(length_mm))
        matrix[:, k] = fill_unknown(z, spec, length_mm, knots_mm)
    return matrix


def car_lengths_mm(columns: Columns, knots_mm: Floats) -> Floats:
    """float64 [n]: length of each car, the middle knot where it is not known."""
    count = len(next(iter(columns.values()))) if columns else 0
    column = columns.get("length_mm")
    values = column.values if isinstance(column, NumberColumn) else np.full(count, np.nan)
    return np.where(np.isnan(values), knots_mm[len(knots_mm) // 2], values)
