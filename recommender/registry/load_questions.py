"""Reads ``[[page]]`` and ``[[question]]`` blocks with their options, bands, limits and effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from recommender.domain.limits import OPS, Op
from recommender.registry.load_block import Block
from recommender.registry.model import (
    Band,
    Condition,
    Effect,
    LimitRule,
    Page,
    Question,
    QuestionKind,
    QuestionOption,
)

_KINDS = ("integer", "number", "boolean", "choice", "choices", "place", "brands")


def read_page(block: Block) -> Page:
    page = Page(id=block.text("id"), title=block.label("title"), fast=block.flag("fast", False))
    block.finish()
    return page


def read_question(block: Block, pages: Mapping[str, Page]) -> Question:
    page = block.text("page")
    on_fast_page = page in pages and pages[page].fast
    question = Question(
        id=block.text("id"),
        page=page,
        kind=cast(QuestionKind, block.word("kind", _KINDS)),
        text=block.label("text"),
        why=block.label("why"),
        fast=block.flag("fast", on_fast_page),
        hint=block.both_languages("hint", required=False),
        unit=block.optional_text("unit") or "",
        minimum=block.number("minimum"),
        maximum=block.number("maximum"),
        max_items=block.integer("max_items"),
        options=tuple(_read_option(option) for option in block.tables("option")),
        levels_of=block.optional_text("levels_of"),
        disjoint_with=block.optional_text("disjoint_with"),
        show_if=_read_conditions(block.table("show_if")),
        limits=tuple(_read_limit(rule) for rule in block.tables("limit")),
        bands=tuple(_read_band(band) for band in block.tables("band")),
        per_item=_read_template(block.table("per_item")),
    )
    block.finish()
    return question


def _read_option(block: Block) -> QuestionOption:
    limit = block.table("limit")
    option = QuestionOption(
        id=block.text("id"),
        label=block.own_text(),
        effect=_read_effect(block),
        limit=None if limit is None else _read_limit(limit),
        exclusive=block.flag("exclusive", False),
    )
    block.finish()
    return option


def _read_band(block: Block) -> Band:
    band = Band(block.number("at_least"), block.number("at_most"), _read_effect(block))
    block.finish()
    return band


def _read_template(block: Block | None) -> Effect | None:
    if block is None:
        return None
    effect = _read_effect(block)
    block.finish()
    return effect


def _read_effect(block: Block) -> Effect:
    return Effect(
        segments=block.numbers_by_name("segments"),
        part_worths=block.numbers_by_name("part_worths"),
        multiply=block.numbers_by_name("multiply"),
    )


def _read_limit(block: Block) -> LimitRule:
    rule = LimitRule(
        attribute=block.text("attribute"),
        op=cast(Op, block.word("op", OPS)),
        value=_read_limit_value(block),
        percent=block.integer("percent") or 100,
        when=_read_conditions(block.table("when")),
    )
    block.finish()
    return rule


def _read_limit_value(block: Block) -> str | bool | tuple[str, ...] | None:
    raw = block.anything("value")
    if raw is None or isinstance(raw, (str, bool)):
        return raw
    return block.words("value")


def _read_conditions(block: Block | None) -> tuple[Condition, ...]:
    if block is None:
        return ()
    conditions = []
    for question in block:
        raw = block.anything(question)
        if isinstance(raw, list) and raw and all(isinstance(item, (str, bool)) for item in raw):
            conditions.append(Condition(question, tuple(raw)))
        else:
            block.fault(question, "registry_type", raw, key=question, wanted="list of text or true/false")
    return tuple(conditions)
