"""The only maker of design-matrix columns: the same code serves training and ranking.

Scales are constants of the artefact, never of the set ranked, so adding or removing cars changes no
utility of the others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.choice.artefact import CarClasses, ColumnSpec, Floats
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


def fill_unknown(z: Floats, spec: ColumnSpec, class_cny: Floats, knots_cny: Floats) -> Floats:
    """Replace NaN by what is assumed for a car of this class (linear between knots of log price)."""
    missing = np.isnan(z)
    if missing.any():
        z = z.copy()
        z[missing] = np.interp(np.log(class_cny[missing]), np.log(knots_cny), spec.unknown)
    return z


def encode(
    columns: Columns, specs: Sequence[ColumnSpec], classes: CarClasses, class_cny: Floats | None = None
) -> Floats:
    """Design matrix float64 [n, len(specs)] without NaN. ``class_cny`` [n] when it is at hand already.

    What is assumed for an unknown value depends on the class of the car's line, a constant of the model,
    never on the car's own price: a dearer twin must not be taken for a better car.
    """
    class_cny = car_classes_cny(columns, classes) if class_cny is None else class_cny
    matrix = np.empty((len(class_cny), len(specs)), order="F")
    for k, spec in enumerate(specs):
        z = encode_column(columns.get(spec.attribute), spec, len(class_cny))
        matrix[:, k] = fill_unknown(z, spec, class_cny, classes.knots_cny)
    return matrix


def car_classes_cny(columns: Columns, classes: CarClasses) -> Floats:
    """float64 [n]: class of each car by its line, else by its length, else the middle knot."""
    count = len(next(iter(columns.values()))) if columns else 0
    length = columns.get("length_mm")
    length_mm = length.values if isinstance(length, NumberColumn) else np.full(count, np.nan)
    middle = classes.knots_cny[len(classes.knots_cny) // 2]
    by_length = np.interp(length_mm, classes.lengths_mm, classes.lengths_cny)
    found = np.where(np.isnan(length_mm), middle, by_length)
    line = columns.get("model_line")
    if isinstance(line, LevelColumn):
        table = np.array([*(classes.lines.get(name, np.nan) for name in line.levels), np.nan])
        by_line = table[line.codes]
        found = np.where(np.isnan(by_line), found, by_line)
    return found
