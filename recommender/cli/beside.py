"""Cars side by side in a table: a letter and a name above, differences below."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.domain.recommendation import Item

IN_NAME = frozenset({"brand", "model_line"})
"""Attributes that the name of a car tells already, in the language of the table."""


def named(letter: str, item: Item) -> str:
    """One line: letter, make, line, trim, options, configuration id."""
    name = " ".join([item.brand, item.model, item.trim, *item.options])
    return f"{letter}  {name}  {item.config_id}"
