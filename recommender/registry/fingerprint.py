"""What a model depends on, as one sha256: ids, levels, encodings, importances and effects, never a text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict

from recommender.registry.model import Attribute, Effect, Question, Segment


def registry_fingerprint(
    attributes: Iterable[Attribute], questions: Iterable[Question], segments: Iterable[Segment]
) -> str:
    """Hex sha256 of canonical JSON. Order of blocks in a file does not matter, order of levels does."""
    content = {
        "attributes": {attribute.id: _attribute(attribute) for attribute in attributes},
        "questions": {question.id: _question(question) for question in questions},
        "segments": [segment.id for segment in segments],
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _attribute(attribute: Attribute) -> dict[str, object]:
    return {
        "kind": attribute.kind,
        "levels": list(attribute.level_ids),
        "catalogue_levels": attribute.catalogue_levels,
        "encoding": None if attribute.encoding is None else asdict(attribute.encoding),
        "unknown_level": attribute.unknown_level,
        "importance": attribute.importance,
    }


def _question(question: Question) -> dict[str, object]:
    return {
        "kind": question.kind,
        "levels_of": question.levels_of,
        "options": {option.id: _effect(option.effect) for option in question.options},
        "bands": [[band.at_least, band.at_most, _effect(band.effect)] for band in question.bands],
        "per_item": None if question.per_item is None else _effect(question.per_item),
    }


def _effect(effect: Effect) -> dict[str, dict[str, float]]:
    # float() so that 2 and 2.0 in a file are the same figure.
    return {
        name: {key: float(value) for key, value in values.items()}
        for name, values in (
            ("segments", effect.segments),
            ("part_worths", effect.part_worths),
            ("multiply", effect.multiply),
        )
    }
