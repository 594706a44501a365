"""Reads back the JSON of a database row; a row that was cut or written over is known as damaged."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from recommender.domain.buyer import Answer

_VERSIONS = ("catalogue_version", "model_version")


class DamagedRow(ValueError):
    """What the column holds is not what was stored there."""


def unpacked(text: object) -> dict[str, object]:
    """The JSON object in ``text``. Raises DamagedRow for anything else, of whatever type or depth."""
    if not isinstance(text, str):
        raise DamagedRow("no text")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedRow("no JSON") from error
    if not isinstance(document, dict):
        raise DamagedRow("no object")
    return document


def unpacked_answers(text: object) -> dict[str, Answer]:
    """Answers of a draft; a list of texts comes back as the tuple that it was. Raises DamagedRow."""
    return {question: _answer(value) for question, value in unpacked(text).items()}


def _answer(value: object) -> Answer:
    if isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise DamagedRow("no answer")


def unpacked_result(text: object, versions: Mapping[str, object]) -> dict[str, object]:
    """The document of a result. Raises DamagedRow.

    Every result has its list of cars (which may be empty) and names the versions that its row names; of one
    that does not, a page would say that no car fits.
    """
    document = unpacked(text)
    cars = document.get("recommendations")
    if not isinstance(cars, list) or not all(isinstance(car, dict) for car in cars):
        raise DamagedRow("no recommendations")
    if any(document.get(name) != versions.get(name) for name in _VERSIONS):
        raise DamagedRow("other versions")
    return document
