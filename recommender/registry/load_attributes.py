"""Reads ``[[attribute]]`` and ``[[importance]]`` blocks."""

from __future__ import annotations

from typing import cast

from recommender.registry.load_block import Block
from recommender.registry.model import (
    Attribute,
    AttributeKind,
    Better,
    Encoding,
    Importance,
    Level,
    Transform,
)


def read_importance(block: Block) -> Importance:
    importance = Importance(id=block.text("id"), label=block.label())
    block.finish()
    return importance


def read_attribute(block: Block) -> Attribute:
    attribute = Attribute(
        id=block.text("id"),
        kind=cast(AttributeKind, block.word("kind", ("number", "boolean", "level", "ordered"))),
        unit=block.optional_text("unit") or "",
        label=block.label(),
        better=cast(Better, block.word("better", ("more", "less", "none"), "none")),
        importance=block.optional_text("importance"),
        limit=block.flag("limit"),
        group=block.text("group"),
        levels=tuple(_read_level(level) for level in block.tables("levels")),
        catalogue_levels=block.flag("catalogue_levels", False),
        personal=block.flag("personal", False),
        integer=block.flag("integer", False),
        minimum=block.number("minimum"),
        maximum=block.number("maximum"),
        encoding=_read_encoding(block.table("encoding")),
        unknown_level=block.optional_text("unknown_level"),
        advantage=block.both_languages("advantage", required=False),
        drawback=block.both_languages("drawback", required=False),
        show=block.flag("show", True),
    )
    block.finish()
    return attribute


def _read_level(block: Block) -> Level:
    level = Level(block.text("id"), block.own_text())
    block.finish()
    return level


def _read_encoding(block: Block | None) -> Encoding | None:
    if block is None:
        return None
    transform = cast(Transform, block.word("transform", ("linear", "log")))
    figures = [block.number(key, True) for key in ("reference", "scale", "low", "high", "unknown")]
    block.finish()
    if any(figure is None for figure in figures):
        return None
    reference, scale, low, high, unknown = (float(figure or 0.0) for figure in figures)
    return Encoding(transform, reference, scale, low, high, unknown)
