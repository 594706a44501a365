"""From the registry's cited evidence to an artefact: the model before any choice has been seen."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recommender.choice.artefact import Artefact, CarClasses, ColumnSpec, Floats
from recommender.choice.encoder import car_classes_cny, encode_column
from recommender.choice.prior_sources import combined, price_slope
from recommender.domain.table import BOOLEAN_LEVELS, Columns, NumberColumn, level_column, number_column
from recommender.registry.effects import possible_effects
from recommender.registry.model import Attribute, Registry

CLASS_KNOTS_CNY = np.array([45_000.0, 80_000.0, 120_000.0, 170_000.0, 240_000.0, 340_000.0, 550_000.0])
"""Classes of the market by the typical price of a line: where assumptions for unknown are estimated."""

LENGTH_KNOTS_MM = np.array([3000.0, 3600.0, 4100.0, 4450.0, 4700.0, 4900.0, 5150.0])
"""For lines that the catalogue at hand does not hold: class by length."""

_KNOT_LOG_WIDTH = 0.35
_LENGTH_WIDTH_MM = 180.0
_HAIRCUT = 0.25
_NUMBER_HAIRCUT = 0.5
"""Unknown is assumed below what is typical of the class: it must never beat a printed value by luck."""
_MINIMUM_WEIGHT = 3.0
_MIDDLE_CNY = 170_000.0


def column_specs(registry: Registry) -> tuple[ColumnSpec, ...]:
    """The columns that the registry's attributes make, unknown values not yet estimated.

    Attributes with catalogue levels (brand, line) get no column: only a stated wish gives them utility.
    """
    specs: list[ColumnSpec] = []
    for attribute in registry.attributes.values():
        specs.extend(_specs_of(attribute))
    return tuple(specs)


def _specs_of(attribute: Attribute) -> list[ColumnSpec]:
    nothing = np.zeros(len(CLASS_KNOTS_CNY))
    if attribute.catalogue_levels:
        return []
    if attribute.kind == "number":
        if attribute.encoding is None:
            return []
        return [ColumnSpec(attribute.id, None, attribute.encoding, nothing)]
    if attribute.kind == "boolean":
        return [ColumnSpec(attribute.id, BOOLEAN_LEVELS[1], None, nothing)]
    ordered = attribute.kind == "ordered"
    levels = attribute.level_ids[1:] if ordered else attribute.level_ids
    return [ColumnSpec(attribute.id, level, None, nothing, cumulative=ordered) for level in levels]


def estimate_unknown(spec: ColumnSpec, attribute: Attribute, columns: Columns, class_cny: Floats) -> Floats:
    """What to assume where the value is not known, at each class knot: float64 [P].

    Kernel mean of the known z by log class, moved towards the worse side: a number by half of their
    spread (who has little to show prints nothing), a feature by a quarter of its share;
    with no known value at all: the registry's ``unknown`` figure, or "does not have it".
    """
    z = encode_column(columns.get(spec.attribute), spec, len(class_cny))
    known = ~np.isnan(z)
    if not known.any():
        return np.full(len(CLASS_KNOTS_CNY), _registry_unknown(spec))
    z, log_class = z[known], np.log(class_cny[known])
    weights = np.exp(-0.5 * ((np.log(CLASS_KNOTS_CNY)[:, None] - log_class) / _KNOT_LOG_WIDTH) ** 2)
    overall = z.mean()
    # a few virtual cars at the overall mean steady the knots where little is known
    total = weights.sum(axis=1) + _MINIMUM_WEIGHT
    centre = (weights @ z + _MINIMUM_WEIGHT * overall) / total
    if spec.level is not None:
        return np.asarray(centre * (1.0 - _HAIRCUT)) if _is_wanted(attribute) else np.asarray(centre)
    toward_worse = {"more": -1.0, "less": 1.0, "none": 0.0}[attribute.better]
    return np.asarray(centre + toward_worse * _NUMBER_HAIRCUT * z.std())


def _is_wanted(attribute: Attribute) -> bool:
    return attribute.kind in ("boolean", "ordered") and attribute.better == "more"


def _registry_unknown(spec: ColumnSpec) -> float:
    if spec.encoding is None:
        return 0.0
    column = NumberColumn(np.array([spec.encoding.unknown]))
    return float(encode_column(column, spec, 1)[0])


def estimate_classes(columns: Columns) -> CarClasses:
    """Class of every line (median price of its trims) and the typical class of every length."""
    price = number_column(columns, "price_cny").values
    line = level_column(columns, "model_line")
    lines: dict[str, float] = {}
    for code, name in enumerate(line.levels):
        known = price[(line.codes == code) & ~np.isnan(price)]
        if len(known):
            lines[name] = float(np.median(known))
    length = number_column(columns, "length_mm").values
    known = ~np.isnan(length) & ~np.isnan(price)
    if not known.any():
        return CarClasses(CLASS_KNOTS_CNY, lines, LENGTH_KNOTS_MM, np.full(len(LENGTH_KNOTS_MM), _MIDDLE_CNY))
    gaps = (LENGTH_KNOTS_MM[:, None] - length[known]) / _LENGTH_WIDTH_MM
    weights = np.exp(-0.5 * gaps**2) + 1e-9
    typical = np.exp((weights @ np.log(price[known])) / weights.sum(axis=1))
    return CarClasses(CLASS_KNOTS_CNY, lines, LENGTH_KNOTS_MM, np.round(typical))


def build_prior(registry: Registry, columns: Columns, version: str, seed: int = 0) -> Artefact:
    """The evidence artefact: registry priors, unknown values estimated on a catalogue's columns.

    ``columns`` must hold ``price_cny`` and ``model_line``; personal attributes, which have no column, use the
    registry's figure.
    """
    classes = estimate_classes(columns)
    class_cny = car_classes_cny(columns, classes)
    specs = tuple(_with_unknown(spec, registry, columns, class_cny) for spec in column_specs(registry))
    priors = {(p.attribute, p.level): p for p in registry.part_worths}
    rows = [priors.get((spec.attribute, _prior_level(spec))) for spec in specs]
    segments = tuple(segment.id for segment in registry.segments)
    slope = price_slope(registry)
    found = [combined(row, registry.segments, slope) if row else None for row in rows]
    return Artefact(
        version=version,
        registry_fingerprint=registry.fingerprint,
        seed=seed,
        segments=segments,
        columns=specs,
        classes=classes,
        means=np.array([[one.means[g] if one else 0.0 for one in found] for g in segments]),
        sds=np.tile([row.sd if row else 0.0 for row in rows], (len(segments), 1)),
        sources=tuple(one.source if one else "evidence" for one in found),
        citations=tuple(row.citations if row else "" for row in rows),
        shares=np.array([segment.share for segment in registry.segments]),
        membership=_membership(registry, segments),
    )


def _with_unknown(spec: ColumnSpec, registry: Registry, columns: Columns, class_cny: Floats) -> ColumnSpec:
    unknown = estimate_unknown(spec, registry.attributes[spec.attribute], columns, class_cny)
    return ColumnSpec(spec.attribute, spec.level, spec.encoding, unknown, spec.cumulative)


def _prior_level(spec: ColumnSpec) -> str | None:
    return None if spec.level == BOOLEAN_LEVELS[1] else spec.level


def _membership(registry: Registry, segments: tuple[str, ...]) -> Mapping[tuple[str, str], Floats]:
    ratios: dict[tuple[str, str], Floats] = {}
    for fired in possible_effects(registry):
        if fired.effect.segments:
            key = (fired.question_id, fired.key)
            ratios[key] = np.log([fired.effect.segments.get(segment, 1.0) for segment in segments])
    return ratios
