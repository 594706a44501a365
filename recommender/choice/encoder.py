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


def fill_unknown(z: Floats, spec: ColumnSpec, log_price: Floats, log_knots: Floats) -> Floats:
    """Replace NaN by what is assumed at the car's price (linear between knots of log price)."""
    missing = np.isnan(z)
    if missing.any():
        z = z.copy()
        z[missing] = np.interp(log_price[missing], log_knots, spec.unknown)
    return z


def encode(columns: Columns, specs: Sequence[ColumnSpec], price_cny: Floats, knots_cny: Floats) -> Floats:
    """Design matrix float64 [n, len(specs)] without NaN.

    ``price_cny`` [n] (NaN = the middle knot) places the assumption for unknown values.
    """
    log_knots = np.log(knots_cny)
    middle = float(np.exp(log_knots[len(log_knots) // 2]))
    log_price = np.log(np.clip(np.where(np.isnan(price_cny), middle, price_cny), 1.0, None))
    matrix = np.empty((len(price_cny), len(specs)), order="F")
    for k, spec in enumerate(specs):
        z = encode_column(columns.get(spec.attribute), spec, len(price_cny))
        matrix[:, k] = fill_unknown(z, spec, log_price, log_knots)
    return matrix
