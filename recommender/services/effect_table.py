"""Every answer's effect on every part-worth as two matrices, so that "what to ask next" is arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.choice.artefact import Artefact, Floats
from recommender.registry.effects import possible_effects
from recommender.registry.model import Registry


@dataclass(frozen=True)
class EffectTable:
    """Row e is one answer of question ``questions[e]``; ``shifts`` and ``factors`` are float64 [E, K]."""

    questions: tuple[str, ...]
    shifts: Floats
    factors: Floats


def effect_table(registry: Registry, artefact: Artefact) -> EffectTable:
    """Effects of all answers of all questions over the artefact's columns."""
    found = possible_effects(registry)
    shifts = np.zeros((len(found), len(artefact.columns)))
    factors = np.ones_like(shifts)
    for row, fired in enumerate(found):
        effect = fired.effect
        for k, column in enumerate(artefact.columns):
            importance = registry.attributes[column.attribute].importance or ""
            shifts[row, k] = effect.part_worths.get(column.name, 0.0)
            factors[row, k] = effect.multiply.get(column.attribute, effect.multiply.get(importance, 1.0))
    return EffectTable(tuple(fired.question_id for fired in found), shifts, factors)
