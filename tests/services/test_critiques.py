"""Critiques where prices are known in part, and their words on a small screen."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given

from recommender.registry.answers import parse_request
from recommender.registry.load import load_registry
from recommender.services.critique import criticised, critique
from recommender.services.ranking import ranked
from recommender.services.wording import short_label
from tests.services.test_open_prices import Case, cases

REGISTRY = load_registry()
TODAY = dt.date(2026, 11, 22)


@given(cases())
def test_a_critique_leaves_what_it_says_also_where_prices_are_on_request(case: Case) -> None:
    """Under "mark" an open price passes a limit, but not where what is known of it is too much already."""
    market = case.market()
    limits = [limit for limit in case.raw["limits"] if "at_most" not in limit]  # type: ignore[attr-defined]
    raw = {**case.raw, "limits": limits[:1], "unknown": "mark"}
    request = parse_request(raw, REGISTRY, market.vocabulary, TODAY)
    scores, considered = ranked(request, market)
    for row in considered.rows.tolist():
        for one in critique(request, market, scores.market.table.config_ids[row], at_most=99):
            again, left = ranked(criticised(request, one), market)
            assert len(left.rows) == one.count
            assert again.market.table.config_ids[left.rows[0]] == one.best


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_short_label_is_the_label_without_its_brackets(lang: str) -> None:
    shortened = 0
    for attribute in REGISTRY.attributes.values():
        label, short = attribute.label.get(lang), short_label(attribute, lang)
        assert short
        assert label.startswith(short)
        assert not short.endswith((")", "）", " "))
        shortened += short != label
    assert shortened >= 3
