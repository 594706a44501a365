"""Reads ``[[segment]]``, ``[[part_worth]]`` and ``[[policy]]`` blocks and the sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from recommender.registry.load_block import Block
from recommender.registry.model import (
    MarketShift,
    PartWorthSource,
    Policy,
    PriorPartWorth,
    Segment,
    SurveyFigure,
    Text,
)

_SOURCES = ("survey", "evidence", "market", "stated")


def read_segment(block: Block) -> Segment:
    segment = Segment(
        id=block.text("id"),
        label=block.label(),
        description=block.label("description"),
        share=block.number("share", True) or 0.0,
        citation=block.text("citation"),
    )
    block.finish()
    return segment


def read_part_worth(block: Block) -> PriorPartWorth:
    part_worth = PriorPartWorth(
        attribute=block.text("attribute"),
        level=block.optional_text("level"),
        means=block.numbers_by_name("means"),
        sd=block.number("sd", True) or 0.0,
        source=cast(PartWorthSource, block.word("source", _SOURCES)),
        citation=block.text("citation"),
        survey=_survey(block.table("survey")),
        market=_market(block.table("market")),
    )
    block.finish()
    return part_worth


def _survey(block: Block | None) -> SurveyFigure | None:
    if block is None:
        return None
    figure = SurveyFigure(
        price_share=block.number("price_share", True) or 0.0,
        error=block.number("error", True) or 0.0,
        steps=block.number("steps", True) or 0.0,
        doubt=block.number("doubt", True) or 0.0,
        segments=block.words("segments"),
        citation=block.text("citation"),
    )
    block.finish()
    return figure


def _market(block: Block | None) -> MarketShift | None:
    if block is None:
        return None
    shift = MarketShift(
        shift=block.number("shift", True) or 0.0,
        error=block.number("error", True) or 0.0,
        citation=block.text("citation"),
    )
    block.finish()
    return shift


def read_policy(block: Block) -> Policy:
    policy = Policy(
        id=block.text("id"),
        value=block.number("value", True) or 0.0,
        unit=block.text("unit"),
        valid_from=block.date("valid_from"),
        valid_to=block.date("valid_to"),
        source=block.text("source"),
        note=block.both_languages("note", required=False),
    )
    block.finish()
    return policy


def read_sentences(block: Block, prefix: str = "") -> Iterator[tuple[str, Text, str]]:
    """(id, text, path) of every ``{zh, en}`` table below this one; the id is the dotted way to it."""
    for key in block:
        inner = block.table(key)
        if inner is None:
            continue
        sentence_id = f"{prefix}{key}"
        if "zh" in inner or "en" in inner:
            yield sentence_id, inner.own_text(), inner.place
            inner.finish()
        else:
            yield from read_sentences(inner, f"{sentence_id}.")
