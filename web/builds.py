"""Configuration ids as links name them: ``TRIM~OPTION~OPTION``, and whether the catalogue still has them."""

from __future__ import annotations

from recommender.workspace import Workspace

_JOINER = "~"


def trim_of(config_id: str) -> str:
    return config_id.split(_JOINER)[0]


def options_of(config_id: str) -> tuple[str, ...]:
    return tuple(config_id.split(_JOINER)[1:])


def is_offered(config_id: str, workspace: Workspace) -> bool:
    """Whether trim and options are there. The builds of a trim with very many of them are not all listed, so
    the list alone does not tell."""
    market = workspace.market
    if config_id in market.row_of:
        return True
    trim_id = trim_of(config_id)
    named = {option.option_id for option in market.catalogue.options if option.trim_id == trim_id}
    return trim_id in market.catalogue.trim_index and named >= set(options_of(config_id))
