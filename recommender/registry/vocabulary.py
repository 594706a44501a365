"""What a request may name that is not in the registry but in the catalogue."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from recommender.domain.catalogue import Place
from recommender.registry.places import PlaceNames


@dataclass(frozen=True)
class Vocabulary:
    """``brands``: level id -> zh name. ``config_ids``: every configuration that can be named.

    ``catalogue_levels``: attribute id (brand, model_line) -> its levels.
    """

    brands: Mapping[str, str] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    config_ids: Container[str] = ()
    catalogue_levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def place_names(self) -> PlaceNames:
        return PlaceNames(self.places)

    @cached_property
    def brand_names(self) -> tuple[str, ...]:
        """Every name of a brand, for suggestions."""
        return tuple(name for pair in self.brands.items() for name in pair if name)

    def brand(self, text: str) -> str | None:
        """Level id of a brand by id, en or zh name; case and width do not matter."""
        return text if text in self.brands else self._brand_of_name.get(_folded(text))

    @cached_property
    def _brand_of_name(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for level, zh in self.brands.items():
            for name in (level, zh):
                if name:
                    found.setdefault(_folded(name), level)
        return found


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
