"""Cars by the words that a person types: every word must be somewhere in make, line, trim or id."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.workspace import Workspace
from web.i18n import language

MAXIMUM = 20
_LETTERS = 80


@dataclass(frozen=True, slots=True)
class FoundCars:
    """``cars``: (name, trim_id) in the catalogue's order, at most twenty; ``total``: of all that match."""

    cars: tuple[tuple[str, str], ...]
    total: int


def find_cars(text: str, workspace: Workspace) -> FoundCars:
    """The trims that match, in both languages and whatever the case; none for an empty text."""
    words = text[:_LETTERS].casefold().split()
    if not words:
        return FoundCars((), 0)
    catalogue, lang = workspace.market.catalogue, language()
    found: list[tuple[str, str]] = []
    for row, trim in enumerate(catalogue.trims):
        line = catalogue.line_of(row)
        names = (line.brand, line.brand_zh, line.model, line.model_zh, trim.trim, trim.trim_zh, trim.trim_id)
        known = " ".join(names).casefold()
        if all(word in known for word in words):
            name = f"{line.brand_name(lang)} {line.model_name(lang)} {trim.name(lang)}"
            found.append((name, trim.trim_id))
    return FoundCars(tuple(found[:MAXIMUM]), len(found))
