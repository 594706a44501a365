"""Configurations that a person names, as rows of the table."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from recommender.configurator.builds import CONFIG_JOINER
from recommender.domain.errors import Problem, Rejected, shown
from recommender.services.market import Market

_NEAREST = 3
_CHARACTERS = 80


def rows_named(config_ids: Sequence[str], paths: Sequence[str], market: Market) -> tuple[int, ...]:
    """The row of each id. Raises Rejected with a problem for every id that the catalogue does not have."""
    problems = [
        _unknown(config_id, path, market)
        for config_id, path in zip(config_ids, paths, strict=True)
        if config_id not in market.row_of
    ]
    if problems:
        raise Rejected(problems)
    return tuple(market.row_of[config_id] for config_id in config_ids)


def _unknown(config_id: str, path: str, market: Market) -> Problem:
    return Problem(
        path, "configuration_not_found", shown(config_id), {"nearest": nearest_ids(config_id, market)}
    )


def nearest_ids(config_id: str, market: Market) -> tuple[str, ...]:
    """Builds of the same trim, else ids that are spelled alike."""
    word = config_id[:_CHARACTERS]
    trim_id = word.split(CONFIG_JOINER)[0]
    if trim_id in market.catalogue.trim_index:
        same = [i for i in market.row_of if i == trim_id or i.startswith(trim_id + CONFIG_JOINER)]
        return tuple(difflib.get_close_matches(word, same, _NEAREST, cutoff=0.0))
    return tuple(difflib.get_close_matches(trim_id, market.catalogue.trim_index, _NEAREST, cutoff=0.6))
